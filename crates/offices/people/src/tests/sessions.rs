//! Sessions and what they allow on which day.

use super::*;

both! {
    async fn a_clerk_acts_for_the_division_and_a_director_for_all_below(db: Db) {
        let city = City::build(db).await;
        let clerk = city.staff("sato").await;
        assert_eq!(clerk.name, "佐藤 花子");
        assert_eq!(clerk.posts.len(), 1);
        assert_eq!(clerk.posts[0].unit, city.window);
        for (unit, may) in [(city.citizens, true), (city.window, true), (city.tax, false), (city.civic, false)] {
            assert_eq!(clerk.may(Permission::ServeCounter, unit), may);
        }
        assert!(!clerk.can(Permission::ManagePeople));
        let director = city.staff("suzuki").await;
        for unit in [city.civic, city.citizens, city.window, city.tax] {
            assert!(director.may(Permission::ManageServices, unit));
        }
    }

    async fn a_section_right_below_a_department_acts_for_itself(db: Db) {
        let city = City::build(db).await;
        let (w, civic, sato) = (city.world.clone(), city.civic, city.sato);
        let section = city
            .write(async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
                let section = put("1090", UnitKind::Section, Some(civic), "斎場担当");
                let section = put_unit(tx, &w, Actor::Command, &section).await.unwrap();
                let keeper = put_post(tx, &w, Actor::Command, &post("1090/keeper", section, "窓口責任者")).await.unwrap();
                let hold_it = Hold { person: sato, post: keeper, day: w.today(), concurrent: true };
                hold(tx, &w, Actor::Command, hold_it).await.unwrap();
                Ok(section)
            })
            .await
            .unwrap();
        let staff = city.staff("sato").await;
        assert_eq!(staff.units_for(Permission::ManageServices), std::collections::BTreeSet::from([section]));
    }

    async fn a_transfer_changes_authority_at_midnight_in_japan(db: Db) {
        let city = City::build(db).await;
        let first = day("2027-04-01");
        let (w, sato, clerk, taxman) = (city.world.clone(), city.sato, city.clerk, city.taxman);
        city.write(async move |tx: &mut Tx<'_>| {
            release(tx, &w, Actor::Command, sato, clerk, first).await?;
            hold(tx, &w, Actor::Command, Hold { person: sato, post: taxman, day: first, concurrent: false }).await
        })
        .await
        .unwrap();
        city.clock.set(first.start().minus(Duration::from_secs(60)));
        let token = city.token("sato").await;
        assert!(city.who(&token).await.unwrap().may(Permission::ServeCounter, city.citizens));
        city.clock.set(first.start());
        let staff = city.who(&token).await.unwrap();
        assert!(!staff.may(Permission::ServeCounter, city.citizens), "the same session, the next day");
        assert!(staff.may(Permission::ServeCounter, city.tax) && staff.can(Permission::ManagePeople));
    }

    async fn two_posts_count_together_the_main_one_first(db: Db) {
        let city = City::build(db).await;
        let (w, sato, taxman) = (city.world.clone(), city.sato, city.taxman);
        city.write(async move |tx: &mut Tx<'_>| {
            hold(tx, &w, Actor::Command, Hold { person: sato, post: taxman, day: w.today(), concurrent: true }).await
        })
        .await
        .unwrap();
        let staff = city.staff("sato").await;
        assert_eq!(staff.posts.iter().map(|held| (held.post, held.concurrent)).collect::<Vec<_>>(), [(city.clerk, false), (city.taxman, true)]);
        assert!(staff.may(Permission::ServeCounter, city.citizens) && staff.may(Permission::ServeCounter, city.tax));
    }

    async fn a_closed_unit_or_post_gives_nothing(db: Db) {
        let city = City::build(db).await;
        let token = city.token("sato").await;
        let (w, window) = (city.world.clone(), city.window);
        let closed = city.write(async move |tx: &mut Tx<'_>| close_unit(tx, &w, Actor::Command, window, w.today()).await).await;
        assert!(closed.unwrap());
        let staff = city.who(&token).await.unwrap();
        assert!(staff.posts.is_empty() && staff.permissions() == Permissions::NONE);

        let (w, director) = (city.world.clone(), city.director);
        let suzuki = city.token("suzuki").await;
        let tomorrow = city.world.today().plus(1);
        city.write(async move |tx: &mut Tx<'_>| close_post(tx, &w, Actor::Command, director, tomorrow).await).await.unwrap();
        assert!(city.who(&suzuki).await.unwrap().can(Permission::ServeCounter), "today it still stands");
        city.clock.set(tomorrow.start());
        let suzuki = city.token("suzuki").await;
        assert!(!city.who(&suzuki).await.unwrap().can(Permission::ServeCounter));
    }

    async fn a_session_ends_when_idle_and_at_its_limit(db: Db) {
        let city = City::build(db).await;
        let token = city.token("sato").await;
        let mut used = 0;
        // Used every 20 minutes it lives on, until twelve hours are over.
        loop {
            city.later(20);
            let Some(staff) = city.who(&token).await else { break };
            assert!(staff.stale);
            let w = city.world.clone();
            city.write(async move |tx: &mut Tx<'_>| touch(tx, &w, staff.session).await).await.unwrap();
            used += 20;
        }
        assert_eq!(used, 12 * 60 - 20);
        let token = city.token("sato").await;
        city.later(29);
        assert!(city.who(&token).await.is_some());
        city.later(1);
        assert!(city.who(&token).await.is_none(), "half an hour without use");
    }

    async fn use_is_marked_at_most_once_a_minute(db: Db) {
        let city = City::build(db).await;
        let token = city.token("sato").await;
        let staff = city.who(&token).await.unwrap();
        assert!(!staff.stale);
        let seen = async || {
            let (person, now) = (city.sato, city.world.now());
            let list: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| sessions(tx, person, now).await).await;
            list.unwrap()[0].seen_at
        };
        for (seconds, marked) in [(59, 0), (1, 60), (59, 60), (1, 120)] {
            city.clock.advance(Duration::from_secs(seconds));
            let w = city.world.clone();
            city.write(async move |tx: &mut Tx<'_>| touch(tx, &w, staff.session).await).await.unwrap();
            assert_eq!(seen().await, morning().plus(Duration::from_secs(marked)));
        }
    }

    async fn sessions_are_listed_and_ended_by_their_owner_only(db: Db) {
        let city = City::build(db).await;
        let (one, two) = (city.token("sato").await, city.token("sato").await);
        let (sato, suzuki) = (city.who(&one).await.unwrap(), city.staff("suzuki").await);
        let (person, now) = (city.sato, city.world.now());
        let list: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| sessions(tx, person, now).await).await;
        let list = list.unwrap();
        assert_eq!(list.len(), 2);
        assert!(list.iter().all(|session| session.device == "窓口3番の端末"));

        let (w, session) = (city.world.clone(), sato.session);
        assert!(!city.write(async move |tx: &mut Tx<'_>| revoke(tx, &w, &suzuki, session).await).await.unwrap(), "not hers to end");
        let w = city.world.clone();
        assert!(city.write(async move |tx: &mut Tx<'_>| revoke(tx, &w, &sato, session).await).await.unwrap());
        assert!(city.who(&one).await.is_none() && city.who(&two).await.is_some());
    }

    async fn whoever_is_locked_out_is_out_at_once(db: Db) {
        let city = City::build(db).await;
        let token = city.token("sato").await;
        let (w, sato) = (city.world.clone(), city.sato);
        let lock = |disabled| {
            let w = w.clone();
            async move |tx: &mut Tx<'_>| disable_person(tx, &w, Actor::Command, sato, disabled).await
        };
        assert!(city.write(lock(true)).await.unwrap());
        assert!(!city.write(lock(true)).await.unwrap(), "done already");
        assert!(city.who(&token).await.is_none());
        assert!(matches!(
            begin_sign_in(&city.db, &city.world, &city.keeper, &City::relaxed(), &City::form("sato", PASSWORD)).await,
            Err(SignInError::Refused)
        ));
        assert!(city.write(lock(false)).await.unwrap());
        assert!(city.who(&token).await.is_none(), "an ended session does not come back");
        city.token("sato").await;
    }

    async fn what_is_over_is_swept_and_what_lives_is_not(db: Db) {
        let city = City::build(db).await;
        let old = city.token("sato").await;
        city.later(40);
        let new = city.token("sato").await;
        let now = city.world.now();
        assert_eq!(city.write(async move |tx: &mut Tx<'_>| sweep(tx, now).await).await.unwrap(), 1);
        assert!(city.who(&old).await.is_none() && city.who(&new).await.is_some());
    }

    async fn a_made_up_token_is_nobody(db: Db) {
        let city = City::build(db).await;
        city.token("sato").await;
        assert!(city.who(&Token::parse(&"A".repeat(43)).unwrap()).await.is_none());
    }
}
