//! Units, posts and persons over time.

use super::*;

async fn tree_on(city: &City, day: Day) -> Vec<(String, usize)> {
    let units: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| units(tx, day).await).await;
    tree(units.unwrap()).into_iter().map(|branch| (branch.unit.name.ja, branch.depth)).collect()
}

both! {
    async fn a_unit_is_renamed_and_moved_from_a_day_on(db: Db) {
        let city = City::build(db).await;
        let first = day("2027-04-01");
        let mut renamed = put("1010", UnitKind::Division, None, "くらし窓口課");
        renamed.from = first;
        let w = city.world.clone();
        let id = city.write(async move |tx: &mut Tx<'_>| put_unit(tx, &w, Actor::Command, &renamed).await).await.unwrap();
        assert_eq!(id, city.citizens, "the unit keeps its id");
        let before = [("市民部", 0), ("市民課", 1), ("窓口係", 2), ("税務課", 1)];
        let after = [("市民部", 0), ("税務課", 1), ("くらし窓口課", 0), ("窓口係", 1)];
        for (day, expected) in [(first.plus(-1), before), (first, after)] {
            assert_eq!(tree_on(&city, day).await, expected.map(|(name, depth)| (name.to_owned(), depth)));
        }
        let old: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| unit(tx, id, day("2026-12-01")).await).await;
        let old = old.unwrap().unwrap();
        assert_eq!((old.valid_from, old.valid_to), (day("2026-04-01"), Some(first)));
        assert_eq!(old.telephone.as_deref(), Some("054-000-0000"));
        assert!(tree_on(&city, day("2026-03-31")).await.is_empty(), "before its first day there is no unit");
    }

    async fn a_ring_of_units_is_refused(db: Db) {
        let city = City::build(db).await;
        let ring = put("10", UnitKind::Department, Some(city.window), "市民部");
        let w = city.world.clone();
        let refused = city.write(async move |tx: &mut Tx<'_>| put_unit(tx, &w, Actor::Command, &ring).await).await;
        assert!(matches!(refused, Err(PutUnitError::Ring)), "{refused:?}");
        let mut early = put("1030", UnitKind::Division, Some(city.civic), "子育て課");
        early.from = day("2020-04-01");
        let w = city.world.clone();
        let refused = city.write(async move |tx: &mut Tx<'_>| put_unit(tx, &w, Actor::Command, &early).await).await;
        assert!(matches!(refused, Err(PutUnitError::NoParent)), "the 部 did not exist then: {refused:?}");
    }

    async fn a_post_stays_in_its_unit_and_shows_who_holds_it(db: Db) {
        let city = City::build(db).await;
        let other = post("101010/clerk", city.tax, "窓口");
        let w = city.world.clone();
        let refused = city.write(async move |tx: &mut Tx<'_>| put_post(tx, &w, Actor::Command, &other).await).await;
        assert!(matches!(refused, Err(PutPostError::OtherUnit)));
        let (w, suzuki, clerk) = (city.world.clone(), city.suzuki, city.clerk);
        city.write(async move |tx: &mut Tx<'_>| {
            hold(tx, &w, Actor::Command, Hold { person: suzuki, post: clerk, day: day("2026-11-01"), concurrent: true }).await
        })
        .await
        .unwrap();
        let holders = async |day: Day, unit: Option<UnitId>| {
            let listed: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| posts(tx, day, unit).await).await;
            listed.unwrap().into_iter().map(|post| (post.code, post.holders.into_iter().map(|h| h.name).collect::<Vec<_>>())).collect::<Vec<_>>()
        };
        let named = |code: &str, names: &[&str]| (code.to_owned(), names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(holders(day("2026-11-01"), Some(city.window)).await, [named("101010/clerk", &["佐藤 花子", "鈴木 一郎"])]);
        assert_eq!(
            holders(day("2026-10-31"), None).await,
            [named("10/director", &["鈴木 一郎"]), named("101010/clerk", &["佐藤 花子"]), named("1020/taxman", &[])]
        );
    }

    async fn holding_twice_is_holding_once(db: Db) {
        let city = City::build(db).await;
        let (w, sato, clerk) = (city.world.clone(), city.sato, city.clerk);
        let terms = city
            .write(async move |tx: &mut Tx<'_>| {
                for from in ["2026-06-01", "2026-05-01", "2026-04-01"] {
                    hold(tx, &w, Actor::Command, Hold { person: sato, post: clerk, day: day(from), concurrent: false }).await.unwrap();
                }
                assert!(release(tx, &w, Actor::Command, sato, clerk, day("2027-04-01")).await.unwrap());
                assert!(!release(tx, &w, Actor::Command, sato, clerk, day("2027-04-01")).await.unwrap());
                terms(tx, sato).await
            })
            .await
            .unwrap();
        let terms: Vec<_> = terms.iter().map(|t| (t.title.ja.as_str(), t.from, t.to)).collect();
        assert_eq!(terms, [("主事", day("2026-04-01"), Some(day("2027-04-01")))]);
    }

    async fn persons_are_found_by_any_writing(db: Db) {
        let city = City::build(db).await;
        for (search, found) in [("佐藤", 1), ("さとう", 1), ("サトウ", 1), ("ｻﾄｳ", 1), ("SATO", 1), ("n-s", 2), ("", 2), ("%", 0), ("田中", 0)] {
            let listed: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| persons(tx, search, 0, 50).await).await;
            assert_eq!(listed.unwrap().len(), found, "{search}");
        }
    }

    async fn login_and_number_belong_to_one_person(db: Db) {
        let city = City::build(db).await;
        let (w, suzuki) = (city.world.clone(), city.suzuki);
        let twice = city.write(async move |tx: &mut Tx<'_>| add_person(tx, &w, Actor::Command, &data("sato", "佐藤 二郎", "サトウ"), None).await).await;
        assert!(matches!(twice, Err(PersonError::Taken)));
        let w = city.world.clone();
        let stolen = city.write(async move |tx: &mut Tx<'_>| change_person(tx, &w, Actor::Command, suzuki, &data("sato", "鈴木", "スズキ")).await).await;
        assert!(matches!(stolen, Err(PersonError::Taken)));
        let w = city.world.clone();
        let nobody = city.world.id();
        let unknown = city.write(async move |tx: &mut Tx<'_>| change_person(tx, &w, Actor::Command, nobody, &data("x9", "無名", "ムメイ")).await).await;
        assert!(matches!(unknown, Err(PersonError::Unknown)));
        let (w, own) = (city.world.clone(), data("suzuki", "鈴木 市郎", "スズキ イチロウ"));
        city.write(async move |tx: &mut Tx<'_>| change_person(tx, &w, Actor::Command, suzuki, &own).await).await.unwrap();
        let now: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| person(tx, suzuki).await).await;
        assert_eq!(now.unwrap().unwrap().name, "鈴木 市郎");
    }
}
