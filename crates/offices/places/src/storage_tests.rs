//! What is imported can be read back, keeps its ids, is published whole or not at all; on both engines.

use crate::areas::{self, AreaOptions, MapDrawing};
use crate::facilities::{self, FacilityOptions, LabelsKept, Parsed};
use crate::geo::Point;
use crate::import::{ImportError, Imported, SetName, sweep};
use crate::resolver::{Answer, NEAR_BORDER_METRES};
use crate::{Atlas, City, CounterDetails, CounterError, towns};
use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::time::{Instant, TestClock};
use std::time::Duration;
use store::{Act, Db, Error, Tx};

const ACT: Act = Act::staff("test");

store::statements! {
    /// All rows of areas, published or not.
    AREA_ROWS = "SELECT COUNT(*) FROM area";
    /// All batches.
    BATCHES = "SELECT COUNT(*) FROM place_batch";
    /// A batch that an import left behind.
    LEAVE_BATCH = "INSERT INTO place_batch (id, kind, started_at, published_at, condemned) VALUES ($1, 'areas', $2, NULL, FALSE)";
    /// A row it left behind.
    LEAVE_ROW = "INSERT INTO area (batch, id, position, key, name, shape, properties, crosses_itself) VALUES ($1, $2, 1, 'k', 'n', $3, '{}', FALSE)";
}

fn world() -> (World, TestClock) {
    let clock = TestClock::at(Instant::parse_rfc3339("2026-11-24T10:00:00+09:00").expect("an instant"));
    (World::fixed(clock.clone(), 7), clock)
}

fn set(name: &str) -> SetName {
    SetName::new(name).expect("a name")
}

/// Squares of a thousandth of a degree in a row, one a name.
fn squares(names: &[&str]) -> areas::ParsedAreas {
    let features: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let (west, east) = (1_383_000 + at * 10, 1_383_010 + at * 10);
            let corner = |lon: usize, lat: &str| format!("[{}.{:04},{lat}]", lon / 10_000, lon % 10_000);
            let ring = [corner(west, "34.800"), corner(east, "34.800"), corner(east, "34.801"), corner(west, "34.801"), corner(west, "34.800")];
            format!(r#"{{"type":"Feature","properties":{{"名称":"{name}"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#, ring.join(","))
        })
        .collect();
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    areas::parse(text.as_bytes(), &AreaOptions { set: set("町会"), name_field: None }).expect("squares")
}

async fn import(db: &Db, world: &World, names: &[&str]) -> Imported {
    areas::store(db, world, squares(names), false).await.expect("an import")
}

async fn ids(db: &Db) -> Vec<(String, crate::AreaId)> {
    let read = db
        .read(async |tx: &mut Tx<'_>| {
            let Some(set) = areas::list_sets(tx).await?.into_iter().next() else { return Ok(Vec::new()) };
            areas::areas_of(tx, set.id).await
        })
        .await;
    let areas: Result<Vec<areas::Area>, Error> = read;
    areas.expect("areas").into_iter().map(|area| (area.name, area.id)).collect()
}

async fn count(db: &Db, statement: &'static store::Statement) -> i64 {
    db.read(async move |tx: &mut Tx<'_>| tx.value(statement, &[]).await).await.expect("a count")
}

store::testing::both! {
    async fn importing_again_keeps_ids_and_leaves_nothing_behind(db: Db) {
        let (world, _) = world();
        let first = import(&db, &world, &["東町", "西町", "南町"]).await;
        assert_eq!((first.rows, first.new, first.kept, first.gone), (3, 3, 0, 0));
        let before = ids(&db).await;
        let second = import(&db, &world, &["西町", "南町", "北町"]).await;
        assert_eq!((second.rows, second.new, second.kept, second.gone), (3, 1, 2, 1));
        let after = ids(&db).await;
        for name in ["西町", "南町"] {
            let id = |list: &[(String, crate::AreaId)]| list.iter().find(|(found, _)| found == name).map(|(_, id)| *id);
            assert_eq!(id(&before), id(&after), "{name}");
        }
        assert_eq!(after.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["西町", "南町", "北町"]);
        assert_eq!((count(&db, &AREA_ROWS).await, count(&db, &BATCHES).await), (3, 1));
    }

    async fn a_dry_run_says_what_would_happen_and_writes_nothing(db: Db) {
        let (world, _) = world();
        import(&db, &world, &["東町", "西町"]).await;
        let told = areas::store(&db, &world, squares(&["西町", "北町"]), true).await.expect("a dry run");
        assert_eq!((told.rows, told.new, told.kept, told.gone), (2, 1, 1, 1));
        assert_eq!(ids(&db).await.len(), 2);
        assert_eq!(count(&db, &BATCHES).await, 1);
    }

    async fn more_rows_than_one_transaction_takes_come_in_whole(db: Db) {
        let (world, _) = world();
        let names: Vec<String> = (0..1_203).map(|number| format!("{number}区")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(import(&db, &world, &names).await.rows, 1_203);
        assert_eq!(ids(&db).await.len(), 1_203);
    }

    async fn of_two_imports_at_once_the_slower_is_told_and_the_faster_stays(db: Db) {
        let (world, _) = world();
        import(&db, &world, &["東町"]).await;
        let (first, second) = tokio::join!(
            areas::store(&db, &world, squares(&["東町", "西町"]), false),
            areas::store(&db, &world, squares(&["東町", "西町", "南町"]), false),
        );
        let won: Vec<usize> = [&first, &second].iter().filter_map(|result| result.as_ref().ok().map(|done| done.rows)).collect();
        let lost = [&first, &second].iter().filter(|result| matches!(result, Err(ImportError::Overtaken { .. }))).count();
        assert_eq!(won.len() + lost, 2, "{first:?} {second:?}");
        assert!(!won.is_empty(), "{first:?} {second:?}");
        assert!(won.contains(&ids(&db).await.len()));
    }

    async fn rows_of_a_crashed_import_are_never_seen_and_go_after_an_hour(db: Db) {
        let (world, clock) = world();
        import(&db, &world, &["東町"]).await;
        let (batch, row, now) = (world.id::<crate::SetId>(), world.id::<crate::AreaId>(), world.now());
        let shape = crate::geo::encode(&squares(&["x"]).rows[0].shape);
        let left: Result<(), Error> = db.write(ACT, async move |tx: &mut Tx<'_>| {
            tx.exec(&LEAVE_BATCH, &[batch.into(), now.into()]).await?;
            tx.exec(&LEAVE_ROW, &[batch.into(), row.into(), shape.clone().into()]).await.map(drop)
        }).await;
        left.expect("rubbish");
        assert_eq!(ids(&db).await.len(), 1);
        clock.advance(Duration::from_secs(59 * 60));
        assert_eq!(sweep(&db, &world).await.expect("a sweep"), 0);
        clock.advance(Duration::from_secs(2 * 60));
        assert_eq!(sweep(&db, &world).await.expect("a sweep"), 1);
        assert_eq!((count(&db, &AREA_ROWS).await, count(&db, &BATCHES).await), (1, 1));
    }

    async fn an_import_taken_for_dead_is_given_up_whole(db: Db) {
        let (world, clock) = world();
        let names: Vec<String> = (0..1_203).map(|number| format!("{number}区")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let late = World::fixed(TestClock::at(world.now().plus_minutes(120)), 8);
        for _ in 0..4 {
            let sweeping = async {
                for _ in 0..20 {
                    sweep(&db, &late).await.expect("a sweep");
                    tokio::task::yield_now().await;
                }
            };
            let (stored, ()) = tokio::join!(areas::store(&db, &world, squares(&names), false), sweeping);
            let there = ids(&db).await.len();
            match stored {
                Ok(_) => assert_eq!(there, 1_203),
                Err(ImportError::TooSlow { .. }) => assert!(there == 0 || there == 1_203, "{there} of 1203 are visible"),
                Err(other) => panic!("{other}"),
            }
        }
        clock.advance(Duration::from_secs(3 * 3600));
        sweep(&db, &world).await.expect("a sweep");
        assert_eq!(count(&db, &AREA_ROWS).await, i64::try_from(ids(&db).await.len()).expect("few"));
    }

    async fn the_atlas_answers_from_what_is_published(db: Db) {
        let (world, _) = world();
        let atlas = Atlas::new();
        atlas.refresh(&db).await.expect("an empty atlas");
        let middle = Point::new(34.8005, 138.3015).expect("a point");
        assert!(atlas.resolve_all(middle, NEAR_BORDER_METRES).is_empty());
        import(&db, &world, &["東町", "西町"]).await;
        atlas.refresh(&db).await.expect("an atlas");
        let [finding] = <[_; 1]>::try_from(atlas.resolve_all(middle, NEAR_BORDER_METRES)).expect("one set");
        assert_eq!(finding.answer.certain().map(|area| area.name.as_str()), Some("西町"));
        let edge = Point::new(34.8005, 138.3010).expect("a point");
        assert!(matches!(atlas.resolve(finding.set.id, edge, 5.0).expect("the set").answer, Answer::NearBorder { .. }));
        // Names swap places: the same version of the atlas must not answer any more.
        import(&db, &world, &["西町", "東町"]).await;
        atlas.refresh(&db).await.expect("an atlas");
        let answer = atlas.resolve(finding.set.id, middle, NEAR_BORDER_METRES).expect("the set").answer;
        assert_eq!(answer.certain().map(|area| area.name.as_str()), Some("東町"));
    }

    async fn a_set_can_be_drawn(db: Db) {
        let (world, _) = world();
        import(&db, &world, &["東町", "西町"]).await;
        let areas: Result<Vec<areas::Area>, Error> = db.read(async |tx: &mut Tx<'_>| {
            let sets = areas::list_sets(tx).await?;
            areas::areas_of(tx, sets[0].id).await
        }).await;
        let areas = areas.expect("areas");
        let drawing = MapDrawing::of(&areas, 400).expect("a drawing");
        assert_eq!((drawing.width, drawing.paths.len()), (400, 2));
        assert_eq!(drawing.paths[0].d, format!("M0 {0}L200 {0}L200 0L0 0Z", drawing.height));
        assert!(drawing.paths[1].label.0 > 200.0);
        assert_eq!(MapDrawing::of(&[], 400), None);
    }

    async fn facilities_are_found_whatever_the_kana(db: Db) {
        let (world, _) = world();
        let text = "NO,名称,名称_カナ,住所,緯度,経度,備考\n1,湊小学校,ミナトショウガッコウ,湊町1,34.8,138.3,100%\n2,ﾄﾏﾄ児童館,トマトジドウカン,東町_2,34.81,138.31,\n";
        let options = FacilityOptions { set: set("施設"), name_field: None };
        let Ok(Parsed::Facilities(list)) = facilities::parse(text.as_bytes(), &options) else { panic!("not a list") };
        facilities::store(&db, &world, list.clone(), false).await.expect("an import");
        let found = async |text: &'static str| {
            let page = db.read(async move |tx: &mut Tx<'_>| facilities::search_facilities(tx, None, text, 10, 0).await).await;
            let page: Result<facilities::FacilityPage, Error> = page;
            let page = page.expect("a page");
            assert_eq!(usize::try_from(page.total).ok(), Some(page.facilities.len()));
            page.facilities
        };
        assert_eq!(found("").await.len(), 2);
        assert_eq!(found("みなと").await[0].name, "湊小学校");
        assert_eq!(found("トマト").await[0].name, "ﾄﾏﾄ児童館");
        assert_eq!(found("町_2").await.len(), 1);
        assert!(found("%").await.is_empty());
        assert!(found("\\").await.is_empty());
        let Ok(Parsed::Labels(labels)) = facilities::parse("original_name,display_name,label_flag\n備考,おしらせ,\n名称,なまえ,1\n".as_bytes(), &options) else { panic!("not labels") };
        assert_eq!(facilities::store_labels(&db, &world, labels, false).await.expect("labels"), LabelsKept::For("施設".to_owned()));
        let id = found("みなと").await[0].id;
        let one = db.read(async move |tx: &mut Tx<'_>| facilities::one_facility(tx, id).await).await;
        let one: Result<_, Error> = one;
        let (facility, attributes) = one.expect("a read").expect("a facility");
        assert_eq!(facility.point, Point::new(34.8, 138.3).ok());
        assert_eq!(attributes, [("おしらせ".to_owned(), "100%".to_owned()), ("なまえ".to_owned(), "湊小学校".to_owned())]);
        let again = facilities::store(&db, &world, list, false).await.expect("again");
        assert_eq!((again.kept, again.new, again.gone), (2, 0, 0));
        assert_eq!(found("みなと").await[0].id, id);
    }

    async fn towns_are_found_by_name(db: Db) {
        let (world, _) = world();
        let parsed = towns::parse(r#"[{"town":"湊町","koaza":"","lat":34.8,"lng":138.3},{"town":"東町","koaza":"ハマ"}]"#.as_bytes(), &set("町"));
        towns::store(&db, &world, parsed.expect("towns"), false).await.expect("an import");
        let found: Result<_, Error> = db.read(async |tx: &mut Tx<'_>| towns::search_towns(tx, "はま", 5, 0).await).await;
        let (found, total) = found.expect("towns");
        assert_eq!((found[0].name.as_str(), found[0].point, total), ("東町ハマ", None, 1));
    }

    async fn the_calendar_follows_the_list_and_the_city(db: Db) {
        let (world, _) = world();
        let parsed = crate::holidays::parse("月日,名称\n2026/11/3,文化の日\n2026/11/24,湊の日\n".as_bytes()).expect("a list");
        crate::holidays::store(&db, &world, parsed, false).await.expect("an import");
        let calendar: Result<_, Error> = db.write(ACT, async |tx: &mut Tx<'_>| {
            crate::holidays::close_day(tx, Day::new(2026, 11, 25).expect("a day"), &Localized::ja("停電工事")).await?;
            crate::holidays::calendar(tx).await
        }).await;
        let calendar = calendar.expect("a calendar");
        let day = |of_month| Day::new(2026, 11, of_month).expect("a day");
        assert!(!calendar.is_open(day(24)) && calendar.is_open(day(23)) && !calendar.is_open(day(25)));
        assert_eq!(calendar.name(day(25)), Some("停電工事"));
        let reopened: Result<_, Error> = db.write(ACT, async |tx: &mut Tx<'_>| {
            let day = Day::new(2026, 11, 25).expect("a day");
            Ok((crate::holidays::reopen_day(tx, day).await?, crate::holidays::reopen_day(tx, day).await?))
        }).await;
        assert_eq!(reopened.expect("reopened"), (true, false));
    }

    async fn a_counter_keeps_its_id_and_bad_ones_are_refused(db: Db) {
        let (world, _) = world();
        let details = CounterDetails {
            code: "residents".to_owned(), position: 1, name: Localized::ja("市民課 窓口"), unit: Localized::ja("市民課"),
            unit_code: "130".to_owned(), phone: "0540000000".to_owned(), fax: String::new(), hours: Localized::ja("8:30〜17:15"),
            location: Localized::ja("本庁舎1階"), desks: 5, ticket_prefix: 'A', is_open: true,
        };
        let put = async |details: CounterDetails| {
            let world = world.clone();
            db.write(ACT, async move |tx: &mut Tx<'_>| crate::put_counter(tx, &world, &details).await).await
        };
        let first = put(details.clone()).await.expect("a counter");
        let changed = CounterDetails { desks: 6, ..details.clone() };
        assert_eq!(put(changed.clone()).await.expect("the same counter"), first);
        let read: Result<_, Error> = db.read(async |tx: &mut Tx<'_>| crate::counter_by_code(tx, "residents").await).await;
        assert_eq!(read.expect("a read").map(|counter| counter.details), Some(changed));
        assert!(matches!(put(CounterDetails { code: "市民課".to_owned(), ..details.clone() }).await, Err(CounterError::Code)));
        assert!(matches!(put(CounterDetails { desks: 0, ..details.clone() }).await, Err(CounterError::Desks)));
        assert!(matches!(put(CounterDetails { ticket_prefix: 'あ', ..details }).await, Err(CounterError::TicketPrefix)));
    }

    async fn one_of_two_nodes_claims_the_city(db: Db) {
        let (world, _) = world();
        let city = City {
            code: String::new(), name: Localized::ja("みなと川市"), unit: Localized::ja("総務課"), phone: "0540000000".to_owned(),
            fax: String::new(), hours: Localized::ja("8:30〜17:15"), address: Localized::ja("湊町1"), is_demo: true,
        };
        let claim = async || {
            let (world, city) = (world.clone(), city.clone());
            let won: Result<bool, Error> = db.write(ACT, async move |tx: &mut Tx<'_>| crate::claim_city(tx, &world, &city).await).await;
            won.expect("a claim")
        };
        let (one, other) = tokio::join!(claim(), claim());
        assert_eq!(u8::from(one) + u8::from(other), 1);
        let read: Result<_, Error> = db.read(async |tx: &mut Tx<'_>| crate::city(tx).await).await;
        assert_eq!(read.expect("a read"), Some(city.clone()));
    }

    async fn every_statement_is_understood(db: Db) {
        let checked: Result<(), Error> = db.read(async |tx: &mut Tx<'_>| {
            for statement in crate::STATEMENTS.iter().copied().flatten() {
                tx.check(statement).await?;
            }
            Ok(())
        }).await;
        checked.expect("statements");
    }
}
