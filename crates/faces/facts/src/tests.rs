//! What anonymous callers are told.

use facts::{Catalogue, Dims, NewFact};
use kernel::World;
use kernel::day::Day;
use kernel::time::{Instant, TestClock};
use serde_json::Value;
use shell::Door;
use shell::testing::{Browser, House};
use store::{Act, Db, Tx};

const ACT: Act = Act::bulk("testing.prepare");

fn world() -> World {
    let now = Instant::parse_rfc3339("2026-11-24T10:00:00+09:00").expect("an instant");
    World::fixed(TestClock::at(now), 3)
}

/// 25 waits on three days: 4 of one topic, 9 and 12 of others.
async fn house(db: Db) -> House {
    let written = db
        .write(ACT, async |tx: &mut Tx<'_>| {
            let world = world();
            for n in 0..25_i32 {
                let topic = if n < 4 {
                    "zei"
                } else if n < 13 {
                    "kokuho"
                } else {
                    "koseki"
                };
                let day = Day::parse("2026-11-16").expect("a day").plus(n % 3);
                let dims = Dims { topic: Some(topic.to_owned()), ..Dims::default() };
                let (occurred_at, value) = (day.start().plus_minutes(600), i64::from(n) * 60);
                let fact = NewFact { kind: &visits::metrics::CALLED, occurred_at, dims, value, subject: None };
                facts::record(tx, &world, &fact).await?;
            }
            Ok::<_, store::Error>(())
        })
        .await;
    written.expect("facts");
    let catalogue = Catalogue::new(&[visits::METRICS, voices::METRICS]).expect("a catalogue");
    House::open_with(db, world(), crate::routes(&catalogue), Vec::new(), Door::Whole).await
}

async fn json(house: &House, path: &str, status: u16) -> Value {
    house.get(path).await.expect(status).json()
}

store::testing::both! {
    async fn figures_are_told_and_small_groups_are_not(db: Db) {
        let house = house(db).await;
        let said = json(&house, "/api/v1/metrics/visits.wait?from=2026-11-16&to=2026-11-18&by=topic", 200).await;
        assert_eq!(said["total"], serde_json::json!({"n": 25, "value": 12.0}));
        assert_eq!((&said["by"], &said["from"], &said["to"]), (&"topic".into(), &"2026-11-16".into(), &"2026-11-18".into()));
        assert_eq!(said["metric"]["unit"], "minutes");
        assert_eq!(said["as_of"], "2026-11-24T10:00:00+09:00");
        let groups: Vec<(&str, bool)> = said["groups"].as_array().expect("groups").iter()
            .map(|group| (group["key"].as_str().expect("a key"), group["figure"].is_null())).collect();
        assert_eq!(groups, [("kokuho", true), ("koseki", false), ("zei", true)]);
        let day = json(&house, "/api/v1/metrics/visits.wait?from=2026-11-16&to=2026-11-16", 200).await;
        assert!(day["total"].is_null(), "nine waits only: {day}");
        let year = json(&house, "/api/v1/metrics/visits.bookings", 200).await;
        assert_eq!((&year["from"], &year["to"]), (&"2026-04-01".into(), &"2026-11-24".into()));
        assert_eq!(year["total"], serde_json::json!({"n": 0, "value": 0.0}));
    }

    async fn the_list_says_what_each_means(db: Db) {
        let house = house(db).await;
        let english = Browser { languages: "en", ..Browser::default() };
        let list = house.get_as(&english, "/api/v1/metrics").await.expect(200).json();
        let list = list.as_array().expect("a list");
        assert!(list.len() >= 8, "{}", list.len());
        for metric in list {
            for field in ["title", "meaning", "formula"] {
                let text = metric[field].as_str().expect("a text");
                assert!(text.len() > 5 && !text.starts_with("metrics-"), "{metric}");
            }
        }
    }

    async fn wrong_questions_are_refused_by_name(db: Db) {
        let house = house(db).await;
        for (query, field) in [
            ("from=yesterday", "from"), ("to=2026-13-01", "to"), ("by=person", "by"), ("from=2026-11-20&to=2026-11-19", "to"),
            ("from=2000-01-01&to=2026-01-01", "to"), ("from=2023-01-01&to=2026-01-01&by=day", "to"),
        ] {
            let problem = json(&house, &format!("/api/v1/metrics/visits.wait?{query}"), 422).await;
            assert_eq!(problem["errors"][0]["field"], field, "{query}: {problem}");
        }
        assert_eq!(json(&house, "/api/v1/metrics/visits.nothing", 404).await["status"], 404);
    }
}
