//! The pages of this face over a real database: an empty city, and one with weeks of visits.

use kernel::World;
use kernel::day::{Day, Minute};
use kernel::locale::{Locale, Localized};
use kernel::text::Line;
use kernel::time::{Instant, TestClock};
use places::{City, CounterDetails, CounterId};
use shell::Door;
use shell::testing::{Browser, House};
use store::{Act, Db, Tx};
use visits::{Bring, By, Channel, Fate, Needs, Outcome, PastVisit, ServiceDraft, ServiceId, Who, Window};
use voices::{Score, Voice};

const ACT: Act = Act::bulk("testing.prepare");
const PAGES: [&str; 5] = ["/", "/city", "/help", "/accessibility", "/privacy"];

/// A Tuesday at ten.
fn world() -> World {
    World::fixed(TestClock::at(tuesday().at(minute(10, 0))), 3)
}

fn tuesday() -> Day {
    Day::new(2026, 11, 24).expect("a day")
}

fn minute(hour: u8, minute: u8) -> Minute {
    Minute::new(hour, minute).expect("a minute")
}

async fn house(db: Db) -> House {
    let catalogue = facts::Catalogue::new(&[visits::METRICS, voices::METRICS]).expect("metrics");
    House::open_with(db, world(), crate::routes(&catalogue), Vec::new(), Door::Whole).await
}

fn counter(code: &str, name: &str) -> CounterDetails {
    CounterDetails {
        code: code.to_owned(),
        position: 1,
        name: Localized::ja(name),
        unit: Localized::ja("市民課"),
        unit_code: String::new(),
        phone: "0540-00-0001".to_owned(),
        fax: "0540-00-0002".to_owned(),
        hours: Localized::ja("平日 8:30〜17:15"),
        location: Localized::ja("本庁1階"),
        desks: 3,
        ticket_prefix: 'A',
        is_open: true,
    }
}

fn draft(counter: CounterId, code: &str, name: &str) -> ServiceDraft {
    ServiceDraft {
        code: code.to_owned(),
        counter,
        name: Localized::ja(name),
        summary: Localized::ja("説明"),
        bring: Bring::default(),
        instead: Vec::new(),
        needs_visit: true,
        minutes: 20,
        window: Window { open_days: 30, lead_minutes: 60, cutoff_days: 0, cutoff_minute: 0 },
        keep_days: 30,
        position: 1,
        active: true,
    }
}

fn served(service: ServiceId, counter: CounterId, day: Day, number: i64, stay: i64) -> PastVisit {
    let came = day.at(minute(9, 0));
    let later = |minutes: i64| Instant::from_micros(came.micros() + minutes * 60_000_000);
    PastVisit {
        service,
        counter,
        channel: Channel::WalkIn,
        day,
        slot: None,
        minutes: 20,
        who: Who::Own,
        needs: Needs::default(),
        locale: Locale::Ja,
        made_at: came,
        contact: None,
        ticket: Some(('A', number)),
        fate: Fate::Finished {
            checked_in: came,
            called: later(5),
            started: later(6),
            finished: later(stay),
            desk: "1".to_owned(),
            outcome: Outcome::Done,
            rated: false,
        },
    }
}

/// Two counters. In each of the last three whole weeks 120 are served at the first, 9 at the second; stays get shorter.
async fn prepare(db: &Db) {
    let world = world();
    db.write(ACT, async move |tx: &mut Tx<'_>| {
        let city = City {
            code: String::new(),
            name: Localized::new("みなと川市", "みなと川市", "Minatogawa City"),
            unit: Localized::ja("総合案内"),
            phone: "0540-00-0000".to_owned(),
            fax: "0540-00-0009".to_owned(),
            hours: Localized::ja("平日 8:30〜17:15"),
            address: Localized::ja("本町1"),
            is_demo: true,
        };
        places::set_city(tx, &world, &city).await?;
        let busy = places::put_counter(tx, &world, &counter("busy", "市民の窓口")).await.map_err(lost)?;
        let quiet = places::put_counter(tx, &world, &counter("quiet", "静かな窓口")).await.map_err(lost)?;
        let card = visits::add_service(tx, &world, &draft(busy, "card", "カードの受け取り"), By::Resident)
            .await
            .map_err(lost)?;
        let rare = visits::add_service(tx, &world, &draft(quiet, "rare", "めずらしい手続き"), By::Resident)
            .await
            .map_err(lost)?;
        for (weeks_ago, stay) in [(3, 30), (2, 27), (1, 24)] {
            let monday = crate::figures::monday(tuesday()).plus(-7 * weeks_ago);
            for day in 0..4 {
                let visits: Vec<_> = (1..=30).map(|n| served(card, busy, monday.plus(day), n, stay)).collect();
                visits::insert_history(tx, &world, &visits).await?;
            }
            let few: Vec<_> = (1..=9).map(|n| served(rare, quiet, monday, n, 77)).collect();
            visits::insert_history(tx, &world, &few).await?;
        }
        Ok::<_, store::Error>(())
    })
    .await
    .expect("a city with history");
}

fn lost(error: impl std::fmt::Display) -> store::Error {
    store::Error::Lost(error.to_string())
}

store::testing::both! {
    async fn every_page_stands_in_every_language_on_an_empty_city(db: Db) {
        let house = house(db).await;
        for languages in ["ja", "en", "vi"] {
            let browser = Browser { languages, ..Browser::default() };
            for path in PAGES {
                let page = house.get_as(&browser, path).await.expect(200).text();
                assert_eq!(page.matches("<h1").count(), 1, "{path} {languages}");
                for missing in ["city-", "shell-", "common-"] {
                    let shown = page.match_indices(missing).any(|(at, _)| !page[..at].ends_with('"') && page[..at].ends_with('>'));
                    assert!(!shown, "{path} {languages} shows a key: {missing}");
                }
            }
        }
        assert!(house.get("/city").await.text().contains("先週の記録はまだありません"));
    }

    async fn figures_say_what_happened_and_hide_small_groups(db: Db) {
        prepare(&db).await;
        let house = house(db).await;
        let page = house.get("/city").await.expect(200).text();
        // 120 at one counter and 9 at the other.
        assert!(page.contains("先週は129人の用事がすみました"), "{page}");
        assert!(page.contains("先週はふつう24分。2週つづけて短くなりました"));
        let (_, by_counter) = page.split_once("先週の窓口ごと").expect("the counters");
        let (by_counter, _) = by_counter.split_once("</table>").expect("their table");
        // 129 less 120 would tell the 9, so neither counter's number is shown.
        assert!(by_counter.contains("静かな窓口") && by_counter.contains("24分"), "{by_counter}");
        for given_away in [">9<", ">120<", "77分"] {
            assert!(!by_counter.contains(given_away), "{by_counter}");
        }
        let home = house.get("/").await.expect(200).text();
        assert!(home.contains("先週、窓口にいた時間はふつう24分"), "{home}");
        assert!(home.contains("129") && home.contains("市民の窓口") && home.contains("0540-00-0000"));
        let csv = house.get("/city/visits.csv").await.expect(200);
        assert!(csv.header("content-type").starts_with("text/csv"));
        let csv = csv.text();
        assert!(csv.starts_with('\u{feff}'));
        assert_eq!(csv.lines().count(), 4, "{csv}");
        assert!(csv.contains("2026-11-16,129,,,24,5"), "{csv}");
    }

    async fn satisfaction_is_told_from_ten_answers_on(db: Db) {
        prepare(&db).await;
        let house = house(db.clone()).await;
        assert!(house.get("/city").await.text().contains("お答えが10件になると"));
        speak(&db, "card", 12, 5).await;
        speak(&db, "rare", 9, 1).await;
        let house = self::house(db).await;
        let csv = house.get("/city/satisfaction.csv").await.expect(200).text();
        assert!(csv.contains("全体,21,3.29"), "{csv}");
        // Taking 12 from 21 would tell of the 9, so both are hidden.
        assert!(csv.contains("カードの受け取り,,") && csv.contains("めずらしい手続き,,"), "{csv}");
        assert!(house.get("/city").await.text().contains("平均3.29点でした(21件)"));
    }

    async fn home_is_kept_and_says_so(db: Db) {
        prepare(&db).await;
        let house = house(db).await;
        let first = house.get("/").await.expect(200);
        let tag = first.header("etag").to_owned();
        assert!(!tag.is_empty());
        assert_eq!(house.get("/?utm=1").await.header("etag"), tag, "what stands behind the question mark is not in the bytes");
        let large = Browser { cookies: "large=1".to_owned(), ..Browser::default() };
        let large = house.get_as(&large, "/").await.expect(200);
        assert_ne!(large.header("etag"), tag);
        assert!(large.text().contains("class=\"large\""));
    }
}

/// Answers given a week ago.
async fn speak(db: &Db, topic: &str, count: u64, score: u8) {
    let world = World::fixed(TestClock::at(tuesday().plus(-7).at(minute(11, 0))), 100 + count);
    let score = Score::new(score).expect("a score");
    let topic: Line<80> = topic.parse().expect("a topic");
    db.write(ACT, async move |tx: &mut Tx<'_>| {
        for _ in 0..count {
            let voice = Voice {
                subject: world.id::<voices::VoiceId>().uuid(),
                topic: topic.clone(),
                score,
                line: None,
                locale: Locale::Ja,
                dims: Default::default(),
            };
            voices::record(tx, &world, &voice).await?;
        }
        Ok::<_, store::Error>(())
    })
    .await
    .expect("voices");
}
