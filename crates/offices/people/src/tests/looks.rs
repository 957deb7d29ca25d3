//! Looks at cases, and what the audit log says of this office's own changes.

use store::audit::{self, Of};

use super::*;

fn case(city: &City) -> Case {
    Case {
        kind: "visit",
        id: city.world.id::<UnitId>().uuid(),
        unit: city.citizens,
        permission: Permission::ServeCounter,
    }
}

async fn look_at(city: &City, staff: &Staff, case: Case, purpose: Purpose) -> Looked {
    let (w, staff) = (city.world.clone(), staff.clone());
    city.write(async move |tx: &mut Tx<'_>| look(tx, &w, &staff, &case, &purpose).await).await.unwrap()
}

both! {
    async fn every_look_is_listed_for_the_case_and_for_the_staff(db: Db) {
        let city = City::build(db).await;
        let (sato, suzuki) = (city.staff("sato").await, city.staff("suzuki").await);
        let (one, two) = (case(&city), case(&city));
        assert_eq!(look_at(&city, &sato, one, Purpose::Counter).await, Looked::Shown);
        assert_eq!(look_at(&city, &suzuki, one, Purpose::parse("other", "議会答弁の確認").unwrap()).await, Looked::Shown);
        assert_eq!(look_at(&city, &sato, two, Purpose::Telephone).await, Looked::Shown);
        let (first, person) = (one.id, city.sato);
        let read: Result<_, store::Error> = city
            .db
            .read(async move |tx: &mut Tx<'_>| Ok((looks_at(tx, first, None, 10).await?, looks_by(tx, person, None, 10).await?)))
            .await;
        let (at, by) = read.unwrap();
        let short = |look: &Look| (look.person, look.post, look.kind.clone(), look.purpose.clone().unwrap(), look.words.clone());
        assert_eq!(
            at.iter().map(short).collect::<Vec<_>>(),
            [
                (city.suzuki, Some(city.director), "visit".to_owned(), "other".to_owned(), Some("議会答弁の確認".to_owned())),
                (city.sato, Some(city.clerk), "visit".to_owned(), "counter".to_owned(), None),
            ]
        );
        assert_eq!(by.iter().map(|look| look.object).collect::<Vec<_>>(), [Some(two.id), Some(one.id)], "signing in is no look");
        assert!(at[0].at >= morning());
    }

    async fn a_case_of_another_unit_is_not_shown_and_the_attempt_is_recorded(db: Db) {
        let city = City::build(db).await;
        let staff = city.staff("sato").await;
        let other = Case { unit: city.tax, ..case(&city) };
        assert_eq!(look_at(&city, &staff, other, Purpose::parse("other", "興味").unwrap()).await, Looked::Refused);
        let id = other.id;
        let read: Result<_, store::Error> = city
            .db
            .read(async move |tx: &mut Tx<'_>| {
                Ok((looks_at(tx, id, None, 10).await?, audit::read(tx, Of::Object(id), None, 10).await?))
            })
            .await;
        let (looks, log) = read.unwrap();
        assert!(looks.is_empty(), "nothing was shown, so nobody looked");
        assert_eq!(log.len(), 1);
        assert_eq!((log[0].act.as_str(), log[0].purpose.as_deref()), ("people.look_refused.visit", Some("other")));
        assert_eq!(log[0].actor, audit::Actor::Staff { person: city.sato.uuid(), post: Some(city.clerk.uuid()) });
    }

    async fn looks_are_found_behind_many_other_entries(db: Db) {
        let city = City::build(db).await;
        let staff = city.staff("sato").await;
        let one = case(&city);
        assert_eq!(look_at(&city, &staff, one, Purpose::Preparation).await, Looked::Shown);
        let (w, sato) = (city.world.clone(), city.sato);
        city.write(async move |tx: &mut Tx<'_>| {
            for _ in 0..450 {
                revoke_all(tx, &w, Actor::Staff(sato, None), sato).await?;
            }
            Ok::<_, KeysError>(())
        })
        .await
        .unwrap();
        let by: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| looks_by(tx, sato, None, 5).await).await;
        assert_eq!(by.unwrap().len(), 1);
    }

    async fn changes_and_refusals_stand_in_the_audit_log_without_what_was_typed(db: Db) {
        let city = City::build(db).await;
        city.token("sato").await;
        let typed = City::form("sato", "a secret typed wrong");
        let refused = begin_sign_in(&city.db, &city.world, &city.keeper, &City::relaxed(), &typed).await;
        assert!(matches!(refused, Err(SignInError::Refused)));
        let sato = city.sato.uuid();
        let log: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| audit::read(tx, Of::Object(sato), None, 50).await).await;
        let log = log.unwrap();
        let acts: Vec<&str> = log.iter().map(|entry| entry.act.as_str()).collect();
        assert_eq!(acts, ["people.sign_in.refused", "people.sign_in", "people.post.hold", "people.person.add"]);
        assert!(!format!("{log:?}").contains("typed wrong"));
    }
}

#[test]
fn another_purpose_needs_words() {
    assert_eq!(Purpose::parse("counter", ""), Some(Purpose::Counter));
    assert_eq!(Purpose::parse("other", "  "), None);
    assert_eq!(Purpose::parse("", "x"), None);
    assert_eq!(Purpose::parse("curiosity", "x"), None);
}
