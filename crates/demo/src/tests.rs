//! The demo city as whoever opens it first finds it: on a working day, at night, on a holiday, on both engines.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use kernel::day::Day;
use kernel::text::Line;
use kernel::time::{Instant, TestClock};
use kernel::{Stopwatch, World};
use people::{Begun, Cost, Keeper, Policy};
use places::geo::Point;
use places::resolver::NEAR_BORDER_METRES;
use store::{Db, Error, Tx};
use visits::Channel;

use crate::{Summary, create};

/// A working Tuesday after a holiday, in the rush.
const NOON: &str = "2026-11-24T12:10:00+09:00";

fn world(at: &str) -> World {
    World::fixed(TestClock::at(Instant::parse_rfc3339(at).unwrap()), 99)
}

async fn made(db: &Db, world: &World) -> Summary {
    let watch = Stopwatch::start();
    let summary = create(db, world).await.unwrap_or_else(|error| panic!("{error}")).expect("an empty database");
    eprintln!("{:?}: {} visits in {:?}", db.engine(), summary.visits, watch.elapsed());
    summary
}

async fn days(db: &Db, world: &World) -> Vec<(String, visits::Today)> {
    let world = world.clone();
    let read: Result<_, Error> = db
        .read(async move |tx: &mut Tx<'_>| {
            let mut days = Vec::new();
            for counter in places::counters(tx).await? {
                days.push((counter.details.code, visits::today(tx, &world, counter.id, world.today()).await?));
            }
            Ok(days)
        })
        .await;
    read.unwrap()
}

/// Free web places of the next 30 days by day, and the fullest free slot of each service.
async fn free(db: &Db, world: &World) -> (BTreeMap<Day, u32>, u32) {
    let (now, today) = (world.now(), world.today());
    let read: Result<_, Error> = db
        .read(async move |tx: &mut Tx<'_>| {
            let (mut days, mut most) = (BTreeMap::new(), 0);
            for service in visits::services(tx).await? {
                for day in visits::places(tx, &service, Channel::Web, now, today, today.plus(29)).await? {
                    *days.entry(day.day).or_insert(0) += day.free();
                    most = most.max(day.slots.iter().map(|slot| slot.free).max().unwrap_or(0));
                }
            }
            Ok((days, most))
        })
        .await;
    read.unwrap()
}

store::testing::both! {
    async fn a_city_with_a_past_a_present_and_a_future(db: Db) {
        let world = world(NOON);
        let summary = made(&db, &world).await;
        assert!((4_000..12_000).contains(&summary.visits), "{}", summary.visits);
        assert!(!summary.addresses.is_empty());

        for (code, day) in days(&db, &world).await {
            assert!(!day.waiting.is_empty() && !day.serving.is_empty(), "{code}: nobody is in the house");
            assert!(!day.coming.is_empty() && !day.finished.is_empty(), "{code}: no morning or no afternoon");
            assert!(day.waiting.len() < 30, "{code}: {} wait", day.waiting.len());
        }
        let (free, most) = free(&db, &world).await;
        let total: u32 = free.values().sum();
        assert!(total >= 6_000 && most >= 10, "{total} free, at most {most} in one slot");
        assert!(free[&world.today()] > 0, "today is full");

        let (from, to) = (world.today().plus(-42), world.today().plus(-1));
        let numbers: Result<_, Error> = db.read(async move |tx: &mut Tx<'_>| visits::numbers(tx, None, from, to).await).await;
        let numbers = numbers.unwrap();
        let percent: u64 = numbers.weeks.iter().filter_map(|week| week.sum.no_show_percent()).sum::<u64>() / 6;
        assert!((5..=11).contains(&percent), "{percent} % did not come");
        let mean = |weekday| {
            let of: Vec<u64> = numbers.days.iter().filter(|(day, _)| day.weekday() == weekday).map(|(_, n)| n.visits()).collect();
            of.iter().sum::<u64>() / u64::try_from(of.len()).unwrap()
        };
        assert!(mean(kernel::day::Weekday::Monday) > mean(kernel::day::Weekday::Wednesday));
        assert!(numbers.weeks.iter().all(|week| week.median_stay.is_some_and(|stay| (8..60).contains(&stay))), "{:?}", numbers.weeks);

        let voices: Result<_, Error> = db.read(async move |tx: &mut Tx<'_>| voices::summary(tx, from, to).await).await;
        assert!(format!("{:?}", voices.unwrap()).contains("card-pickup"));
    }

    async fn a_second_start_changes_nothing(db: Db) {
        let world = world(NOON);
        let (one, other) = tokio::join!(create(&db, &world), create(&db, &world));
        let made = [&one, &other].iter().filter(|made| matches!(made, Ok(Some(_)))).count();
        assert_eq!(made, 1, "{one:?} {other:?}");
        assert!(matches!((&one, &other), (Ok(Some(_)), Ok(None)) | (Ok(None), Ok(Some(_)))), "{one:?} {other:?}");
        let before = days(&db, &world).await.iter().map(|(_, day)| day.finished.len()).sum::<usize>();
        assert!(create(&db, &world).await.unwrap().is_none());
        let after = days(&db, &world).await.iter().map(|(_, day)| day.finished.len()).sum::<usize>();
        assert_eq!(before, after);
    }

    async fn somebody_can_sign_in_with_what_was_printed(db: Db) {
        let world = world(NOON);
        let summary = made(&db, &world).await;
        assert!(summary.sign_ins.len() >= 5);
        let keeper = Keeper::new(Cost::OWASP, 1).unwrap();
        for sign_in in summary.sign_ins {
            let form = people::SignIn {
                login: sign_in.login.clone(),
                password: sign_in.password,
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                device: Line::parse("test").unwrap(),
            };
            let begun = people::begin_sign_in(&db, &world, &keeper, &Policy::default(), &form).await.unwrap();
            let Begun::Pending(pending) = begun else { panic!("{}: no second factor was asked for", sign_in.login) };
            assert_eq!((pending.codes_left, sign_in.codes.len()), (10, 10));
        }
    }

    async fn the_city_hall_lies_in_one_area_of_each_set(db: Db) {
        let world = world(NOON);
        made(&db, &world).await;
        let atlas = places::Atlas::new();
        atlas.refresh(&db).await.unwrap();
        let hall = Point::new(34.867, 138.324).unwrap();
        let found = atlas.resolve_all(hall, NEAR_BORDER_METRES);
        let names: Vec<_> = found.iter().filter_map(|finding| finding.answer.certain()).map(|area| area.name.as_str()).collect();
        assert_eq!(names, ["湊小学校", "湊町自治会"]);
        let city: Result<_, Error> = db.read(async |tx: &mut Tx<'_>| places::city(tx).await).await;
        assert!(city.unwrap().unwrap().is_demo);
    }
}

/// Ids and secrets differ from city to city; what is drawn does not.
#[test]
fn the_same_moment_draws_the_same_city() {
    let drawn = |seed| {
        let (send, receive) = std::sync::mpsc::channel();
        store::testing::on_sqlite(async move |db: Db| {
            let world = World::fixed(TestClock::at(Instant::parse_rfc3339(NOON).unwrap()), seed);
            let summary = made(&db, &world).await;
            let days = days(&db, &world).await;
            let names = days.iter().flat_map(|(_, day)| day.waiting.iter().chain(&day.coming));
            let names: Vec<String> =
                names.map(|visit| format!("{:?} {:?}", visit.contact.name, visit.minute)).collect();
            send.send((summary.visits, names, summary.sign_ins[0].password.clone())).unwrap();
        });
        receive.recv().unwrap()
    };
    let (one, other) = (drawn(1), drawn(2));
    assert_eq!((one.0, &one.1), (other.0, &other.1));
    assert_ne!(one.2, other.2);
}

/// Whenever it is first opened there is somebody in the house and places to book.
#[test]
fn there_is_life_at_any_hour() {
    let moments = [
        "2026-11-24T09:35:00+09:00",
        "2026-11-24T16:20:00+09:00",
        "2026-11-24T18:40:00+09:00",
        "2026-11-25T05:10:00+09:00",
        "2026-11-22T13:00:00+09:00",
        "2026-11-23T06:30:00+09:00",
        "2026-11-28T00:10:00+09:00",
        "2026-11-29T23:40:00+09:00",
        "2027-01-02T14:00:00+09:00",
        "2027-04-30T10:00:00+09:00",
    ];
    for moment in moments {
        store::testing::on_sqlite(async move |db: Db| {
            let world = world(moment);
            made(&db, &world).await;
            let days = days(&db, &world).await;
            let sum = |of: fn(&visits::Today) -> usize| days.iter().map(|(_, day)| of(day)).sum::<usize>();
            let (waiting, serving) = (sum(|day| day.waiting.len()), sum(|day| day.serving.len()));
            let (coming, finished) = (sum(|day| day.coming.len()), sum(|day| day.finished.len()));
            eprintln!("{moment}: {waiting} wait, {serving} at desks, {coming} to come, {finished} done");
            assert!(waiting > 0 && serving > 0, "{moment}: nobody is in the house");
            let late = world.now().minute().number() > 22 * 60;
            assert!(coming > 0 || late, "{moment}: nobody is to come");
            let (free, most) = free(&db, &world).await;
            assert!(free.values().sum::<u32>() >= 6_000 && most >= 10, "{moment}: {free:?}");
        });
    }
}

async fn wake(db: &Db, world: &World, wake: crate::Wake) -> usize {
    crate::new_day(db, world, wake).await.unwrap_or_else(|error| panic!("{error}"))
}

fn house(days: &[(String, visits::Today)], code: &str) -> [usize; 4] {
    let day = &days.iter().find(|(of, _)| of == code).expect("the counter").1;
    [day.waiting.len(), day.serving.len(), day.finished.len(), day.coming.len()]
}

store::testing::both! {
    async fn each_new_day_comes_alive_once(db: Db) {
        let clock = TestClock::at(Instant::parse_rfc3339(NOON).unwrap());
        let world = World::fixed(clock.clone(), 99);
        made(&db, &world).await;
        let at = |text: &str| clock.set(Instant::parse_rfc3339(text).unwrap());
        assert_eq!(wake(&db, &world, crate::Wake::Start).await, 0, "the first day lives already");
        // The next morning: before half past nine the list of who is to come is the life there is.
        at("2026-11-25T09:10:00+09:00");
        assert_eq!(wake(&db, &world, crate::Wake::Tick).await, 0);
        at("2026-11-25T11:30:00+09:00");
        let one = wake(&db, &world, crate::Wake::Tick);
        let other = wake(&db, &world, crate::Wake::Tick);
        let (one, other) = tokio::join!(one, other);
        assert!((one == 0) != (other == 0), "two nodes at once make one morning: {one} {other}");
        for (code, _) in days(&db, &world).await {
            let [waiting, serving, finished, coming] = house(&days(&db, &world).await, &code);
            assert!(waiting > 0 && serving > 0 && finished > 0 && coming > 0, "{code}: {waiting} {serving} {finished} {coming}");
        }
        // After two weeks standing still, on a Sunday: the residents counter has its 休日開庁, the others are closed.
        at("2026-12-13T13:00:00+09:00");
        visits::jobs::sweep(&db, &world).await.unwrap();
        assert!(wake(&db, &world, crate::Wake::Start).await > 500);
        let today = days(&db, &world).await;
        let [waiting, serving, finished, _] = house(&today, "shimin");
        assert!(waiting > 0 && serving > 0 && finished > 0);
        assert_eq!(house(&today, "kokuho")[..3], [0, 0, 0]);
        let (from, to) = (Day::new(2026, 11, 30).unwrap(), Day::new(2026, 12, 11).unwrap());
        let numbers: Result<_, Error> = db.read(async move |tx: &mut Tx<'_>| visits::numbers(tx, None, from, to).await).await;
        let numbers = numbers.unwrap();
        for week in &numbers.weeks {
            assert!(week.sum.no_show_percent().is_some_and(|percent| percent <= 15), "{week:?}");
            assert!(week.sum.finished > 200, "{week:?}");
        }
        // What is booked for next week is as much as it was on the first day, and no place was oversold.
        let (free, most) = free(&db, &world).await;
        assert!(free.values().sum::<u32>() >= 5_000 && most >= 8, "{free:?}");
        // New Year's holidays at night: the hall closes for the law, the demo is alive all the same.
        at("2027-01-02T22:00:00+09:00");
        assert!(wake(&db, &world, crate::Wake::Start).await > 0);
        assert!(house(&days(&db, &world).await, "shimin")[0] > 0);
    }

    async fn what_somebody_tries_is_left_alone(db: Db) {
        let clock = TestClock::at(Instant::parse_rfc3339(NOON).unwrap());
        let world = World::fixed(clock.clone(), 99);
        made(&db, &world).await;
        let tomorrow = world.today().plus(1);
        let by = world.clone();
        let booked: Result<_, visits::BookError> = db
            .write(store::Act::resident("test"), async move |tx: &mut Tx<'_>| {
                let service = visits::service_by_code(tx, "card-pickup").await?.ok_or(visits::BookError::NoSuchService)?;
                let minute = kernel::day::Minute::new(9, 0).unwrap();
                let contact = visits::Contact { name: Line::parse("ためす 人").ok(), ..visits::Contact::default() };
                let book = visits::Book {
                    id: None,
                    service: service.id,
                    slot: visits::SlotId { day: tomorrow, minute },
                    who: visits::Who::Own,
                    needs: visits::Needs::default(),
                    contact,
                    locale: kernel::locale::Locale::Ja,
                    by: visits::By::Resident,
                    site: visits::Site { url: "https://city.example.jp".to_owned() },
                };
                visits::book(tx, &by, book).await
            })
            .await;
        let id = booked.unwrap().id;
        clock.set(Instant::parse_rfc3339("2026-11-25T10:00:00+09:00").unwrap());
        assert!(wake(&db, &world, crate::Wake::Start).await > 0);
        let mine: Result<_, Error> = db.read(async move |tx: &mut Tx<'_>| visits::visit(tx, id).await).await;
        assert_eq!(mine.unwrap().unwrap().state(), visits::State::Booked);
    }
}

/// A real city is never touched.
#[test]
fn a_real_city_has_no_demo_mornings() {
    store::testing::on_sqlite(async move |db: Db| {
        let world = world(NOON);
        assert_eq!(wake(&db, &world, crate::Wake::Start).await, 0, "no city at all");
        let by = world.clone();
        let city = places::City { is_demo: false, ..crate::city::city() };
        let set: Result<_, Error> = db
            .write(store::Act::bulk("test"), async move |tx: &mut Tx<'_>| places::set_city(tx, &by, &city).await)
            .await;
        set.unwrap();
        assert_eq!(wake(&db, &world, crate::Wake::Start).await, 0);
    });
}
