//! A session alone changes no password and no second factor: neither one's own nor another's.

use store::audit::{self, Of};

use super::*;

async fn prove(city: &City, staff: &Staff, typed: &str) -> Result<Proven, ProveError> {
    prove_password(&city.db, &city.world, &city.keeper, staff, typed).await
}

both! {
    async fn only_the_present_password_proves_and_wrong_ones_are_recorded(db: Db) {
        let city = City::build(db).await;
        let staff = city.staff("sato").await;
        for wrong in ["", "wrong password", &"x".repeat(5000)] {
            assert!(matches!(prove(&city, &staff, wrong).await, Err(ProveError::Wrong)), "{wrong:.20}");
        }
        assert!(prove(&city, &staff, PASSWORD).await.is_ok());
        let sato = city.sato.uuid();
        let log: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| audit::read(tx, Of::Object(sato), None, 50).await).await;
        let refused = log.unwrap().iter().filter(|entry| entry.act == "people.password.refused").count();
        assert_eq!(refused, 3);
    }

    async fn whoever_has_a_stolen_session_stops_after_ten_guesses_of_whatever(db: Db) {
        let city = City::build(db).await;
        let staff = city.staff("sato").await;
        for n in 0..10 {
            if n % 2 == 0 {
                assert!(matches!(prove(&city, &staff, "a guess").await, Err(ProveError::Wrong)));
            } else {
                let changed = change_password(&city.db, &city.world, &city.keeper, &staff, "a guess", "kawa to mori 2027").await;
                assert!(matches!(changed, Err(ChangePasswordError::Prove(ProveError::Wrong))));
            }
        }
        assert!(matches!(prove(&city, &staff, PASSWORD).await, Err(ProveError::TooMany { .. })), "one limit for both");
        let suzuki = city.staff("suzuki").await;
        assert!(prove(&city, &suzuki, PASSWORD).await.is_ok(), "hers, not everybody's");
        city.later(15);
        let staff = city.staff("sato").await;
        // A right one forgives: whoever works with the page all day is not stopped.
        for _ in 0..25 {
            assert!(prove(&city, &staff, PASSWORD).await.is_ok());
        }
    }

    async fn a_proof_ends_with_the_session_and_with_the_password_and_is_nobody_elses(db: Db) {
        let city = City::build(db).await;
        let (staff, suzuki) = (city.staff("sato").await, city.staff("suzuki").await);
        let codes = async |staff: &Staff, proven: &Proven| {
            let (w, staff, proven) = (city.world.clone(), staff.clone(), proven.clone());
            city.write(async move |tx: &mut Tx<'_>| new_codes(tx, &w, &staff, &proven).await).await
        };
        let others = city.proven(&suzuki).await;
        assert!(matches!(codes(&staff, &others).await, Err(FactorError::Meanwhile)), "somebody else's proof");
        let proven = city.proven(&staff).await;
        change_password(&city.db, &city.world, &city.keeper, &staff, PASSWORD, "kawa to mori 2027").await.unwrap();
        assert!(matches!(codes(&staff, &proven).await, Err(FactorError::Meanwhile)), "the password is another one");
        let proven = prove(&city, &staff, "kawa to mori 2027").await.unwrap();
        let (w, s) = (city.world.clone(), staff.clone());
        city.write(async move |tx: &mut Tx<'_>| revoke(tx, &w, &s, s.session).await).await.unwrap();
        assert!(matches!(codes(&staff, &proven).await, Err(FactorError::Meanwhile)), "the session has ended");
        let sato = city.sato;
        let left: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| person(tx, sato).await).await;
        assert_eq!(left.unwrap().unwrap().codes_left, 0);
    }

    async fn the_authenticator_goes_only_while_a_printed_code_is_left(db: Db) {
        let city = City::build(db).await;
        let staff = city.staff("sato").await;
        city.authenticator(&staff).await;
        let remove = async || {
            let (w, staff, proven) = (city.world.clone(), staff.clone(), city.proven(&staff).await);
            city.write(async move |tx: &mut Tx<'_>| remove_totp(tx, &w, &staff, &proven).await).await
        };
        assert!(matches!(remove().await, Err(FactorError::LastFactor)));
        let (w, s, proven) = (city.world.clone(), staff.clone(), city.proven(&staff).await);
        city.write(async move |tx: &mut Tx<'_>| new_codes(tx, &w, &s, &proven).await).await.unwrap();
        remove().await.unwrap();
        let sato = city.sato;
        let left: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| person(tx, sato).await).await;
        let left = left.unwrap().unwrap();
        assert!(!left.has_totp && left.codes_left == 10);
    }

    async fn all_other_sessions_end_in_one_act(db: Db) {
        let city = City::build(db).await;
        let tokens = [city.token("sato").await, city.token("sato").await, city.token("sato").await];
        let other = city.token("suzuki").await;
        let staff = city.who(&tokens[0]).await.unwrap();
        let (w, s) = (city.world.clone(), staff.clone());
        assert_eq!(city.write(async move |tx: &mut Tx<'_>| revoke_others(tx, &w, &s).await).await.unwrap(), 2);
        assert!(city.who(&tokens[0]).await.is_some() && city.who(&other).await.is_some());
        assert!(city.who(&tokens[1]).await.is_none() && city.who(&tokens[2]).await.is_none());
        let (person, now) = (city.sato, city.world.now());
        let list: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| sessions(tx, person, now).await).await;
        let list = list.unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].idle_at, now.plus(Policy::default().idle));
    }
}
