//! The keys of the house: who gives and takes them, and that the last ones stay.

use super::*;

struct House {
    city: City,
    /// A post with the keys, in the tax division.
    keys: PostId,
    /// Two administrators.
    chiefs: [PersonId; 2],
}

impl House {
    async fn build(db: Db) -> Self {
        let city = City::build(db).await;
        let (w, a, tax) = (city.world.clone(), Actor::Command, city.tax);
        let hash = city.keeper.hash(&city.world, &Password::typed(PASSWORD).unwrap()).await.unwrap();
        let made: Result<_, store::Error> = city
            .write(async move |tx: &mut Tx<'_>| {
                let keys = put_post(tx, &w, a, &post("1020/chief", tax, "管理者")).await.unwrap();
                let first = FirstPassword { hash: hash.clone(), must_change: false };
                let mut chiefs = Vec::new();
                for login in ["chief1", "chief2"] {
                    let chief =
                        add_person(tx, &w, a, &data(login, "長 一", "オサ ハジメ"), Some(&first)).await.unwrap();
                    let day = day("2026-04-01");
                    hold(tx, &w, a, Hold { person: chief, post: keys, day, concurrent: false }).await.unwrap();
                    chiefs.push(chief);
                }
                Ok((keys, [chiefs[0], chiefs[1]]))
            })
            .await;
        let (keys, chiefs) = made.unwrap();
        Self { city, keys, chiefs }
    }

    async fn lock(&self, actor: Actor, person: PersonId) -> Result<bool, KeysError> {
        let w = self.city.world.clone();
        self.city.write(async move |tx: &mut Tx<'_>| disable_person(tx, &w, actor, person, true).await).await
    }

    fn chief(&self, n: usize) -> Actor {
        Actor::Staff(self.chiefs[n], Some(self.keys))
    }

    /// 人事: may change persons and posts, and has no keys.
    async fn personnel(&self) -> Actor {
        let (w, sato, taxman) = (self.city.world.clone(), self.city.sato, self.city.taxman);
        let command = Hold { person: sato, post: taxman, day: w.today(), concurrent: true };
        self.city.write(async move |tx: &mut Tx<'_>| hold(tx, &w, Actor::Command, command).await).await.unwrap();
        Actor::Staff(sato, Some(taxman))
    }
}

both! {
    async fn who_has_no_keys_neither_gives_nor_takes_them(db: Db) {
        let house = House::build(db).await;
        let actor = house.personnel().await;
        let (city, keys, chief) = (&house.city, house.keys, house.chiefs[0]);
        let (w, sato, tax, window) = (city.world.clone(), city.sato, city.tax, city.window);
        let done: Result<_, store::Error> = city
            .write(async move |tx: &mut Tx<'_>| {
                let today = w.today();
                let own = Hold { person: sato, post: keys, day: today, concurrent: true };
                let new = PutPost { from: today, ..post("101010/new", window, "管理者") };
                let plain = PutPost { from: today, ..post("1020/chief", tax, "窓口") };
                let renamed = data("another", "長 一", "オサ ハジメ");
                let keys_error = |refused: bool, what: &str| assert!(refused, "{what}");
                keys_error(matches!(hold(tx, &w, actor, own).await, Err(KeysError::Guarded)), "hold");
                keys_error(matches!(release(tx, &w, actor, chief, keys, today).await, Err(KeysError::Guarded)), "release");
                keys_error(matches!(put_post(tx, &w, actor, &new).await, Err(PutPostError::Keys(KeysError::Guarded))), "new post");
                keys_error(matches!(put_post(tx, &w, actor, &plain).await, Err(PutPostError::Keys(KeysError::Guarded))), "plain post");
                keys_error(matches!(close_post(tx, &w, actor, keys, today).await, Err(KeysError::Guarded)), "close post");
                keys_error(matches!(close_unit(tx, &w, actor, tax, today).await, Err(KeysError::Guarded)), "close unit");
                keys_error(matches!(disable_person(tx, &w, actor, chief, true).await, Err(KeysError::Guarded)), "lock");
                keys_error(matches!(revoke_all(tx, &w, actor, chief).await, Err(KeysError::Guarded)), "end sessions");
                keys_error(
                    matches!(change_person(tx, &w, actor, chief, &renamed).await, Err(PersonError::Keys(KeysError::Guarded))),
                    "another login",
                );
                Ok(())
            })
            .await;
        done.unwrap();
        let staff = city.staff("chief1").await;
        assert!(staff.can(Permission::Administer), "nothing happened to them");
    }

    async fn an_administrator_is_helped_by_administrators_only(db: Db) {
        let house = House::build(db).await;
        house.personnel().await;
        let city = &house.city;
        let give = async |login: &str, id: PersonId| {
            let staff = city.staff(login).await;
            let helper = Helper::of(&staff, HELP_SIGN_IN, city.proven(&staff).await);
            let w = city.world.clone();
            city.write(async move |tx: &mut Tx<'_>| give_codes(tx, &w, &helper, id).await).await
        };
        assert!(matches!(give("sato", house.chiefs[0]).await, Err(HelpError::Keys(KeysError::Guarded))));
        assert!(give("sato", city.suzuki).await.is_ok());
        assert!(give("chief2", house.chiefs[0]).await.is_ok());
        assert!(matches!(give("chief2", city.world.id()).await, Err(HelpError::Unknown)));
    }

    async fn keys_planned_for_later_count_already(db: Db) {
        let house = House::build(db).await;
        let actor = house.personnel().await;
        let (city, suzuki, director, civic) = (&house.city, house.city.suzuki, house.city.director, house.city.civic);
        let (w, chief) = (city.world.clone(), house.chief(0));
        let later = w.today().plus(30);
        let command = PutPost { from: later, ..post("10/director", civic, "窓口責任者 管理者") };
        city.write(async move |tx: &mut Tx<'_>| put_post(tx, &w, chief, &command).await).await.unwrap();
        assert!(matches!(house.lock(actor, suzuki).await, Err(KeysError::Guarded)));
        let (w, sato) = (city.world.clone(), city.sato);
        let own = Hold { person: sato, post: director, day: w.today(), concurrent: true };
        let held = city.write(async move |tx: &mut Tx<'_>| hold(tx, &w, actor, own).await).await;
        assert!(matches!(held, Err(KeysError::Guarded)));
    }

    async fn the_last_administrator_stays(db: Db) {
        let house = House::build(db).await;
        let (city, keys, [one, two]) = (&house.city, house.keys, house.chiefs);
        assert!(matches!(house.lock(house.chief(0), one).await, Err(KeysError::Oneself)));
        assert!(house.lock(house.chief(0), two).await.unwrap());
        // Every way on which the one left could lose the keys.
        let (w, actor, tax) = (city.world.clone(), house.chief(0), city.tax);
        let today = w.today();
        let command = PutPost { from: today, ..post("1020/chief", tax, "窓口") };
        let own = w.clone();
        let put = city.write(async move |tx: &mut Tx<'_>| put_post(tx, &own, actor, &command).await).await;
        assert!(matches!(put, Err(PutPostError::Keys(KeysError::Last))), "{put:?}");
        let own = w.clone();
        let released = city.write(async move |tx: &mut Tx<'_>| release(tx, &own, actor, one, keys, today.plus(30)).await).await;
        assert!(matches!(released, Err(KeysError::Last)), "planned for later: {released:?}");
        let own = w.clone();
        let closed = city.write(async move |tx: &mut Tx<'_>| close_post(tx, &own, actor, keys, today).await).await;
        assert!(matches!(closed, Err(KeysError::Last)), "{closed:?}");
        let closed = city.write(async move |tx: &mut Tx<'_>| close_unit(tx, &w, actor, tax, today).await).await;
        assert!(matches!(closed, Err(KeysError::Last)), "{closed:?}");
        assert!(city.staff("chief1").await.can(Permission::Administer), "all of it was rolled back");
        // Whoever sits at the machine is bound by nothing.
        assert!(house.lock(Actor::Command, one).await.unwrap());
    }

    async fn two_administrators_do_not_lock_each_other_out_at_once(db: Db) {
        let house = std::sync::Arc::new(House::build(db).await);
        let [one, two] = house.chiefs;
        let (a, b) = (std::sync::Arc::clone(&house), std::sync::Arc::clone(&house));
        let first = tokio::spawn(async move { a.lock(a.chief(0), two).await });
        let second = tokio::spawn(async move { b.lock(b.chief(1), one).await });
        let done = [first.await.unwrap(), second.await.unwrap()];
        assert_eq!(done.iter().filter(|done| matches!(done, Ok(true))).count(), 1, "{done:?}");
        // The slower one has no keys any more, or would be the last to go.
        assert!(done.iter().any(|done| matches!(done, Err(KeysError::Guarded | KeysError::Last))), "{done:?}");
    }
}
