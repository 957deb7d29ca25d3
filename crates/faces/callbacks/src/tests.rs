//! Asking for a call without script, and the clerk who calls: whose requests one sees, and that each look is recorded.

use kernel::World;
use kernel::locale::Localized;
use kernel::time::{Instant, TestClock};
use people::Role;
use places::CounterDetails;
use shell::Door;
use shell::testing::{Browser, House, Reply};
use store::audit::{self, Of};
use store::testing::on_sqlite;
use store::{Act, Db, Error, Tx};

const PREPARE: Act = Act::bulk("testing.prepare");

fn counter(code: &str, position: i64) -> CounterDetails {
    CounterDetails {
        code: code.to_owned(),
        position,
        name: Localized::ja(format!("{code}窓口")),
        unit: Localized::ja(format!("{code}課")),
        unit_code: code.to_owned(),
        phone: "0000-00-2110".to_owned(),
        fax: String::new(),
        hours: Localized::ja("8:30〜17:15"),
        location: Localized::ja("1階"),
        desks: 3,
        ticket_prefix: 'A',
        is_open: true,
    }
}

/// A holiday Monday with two counters.
async fn open(db: Db) -> House {
    let clock = TestClock::at(Instant::parse_rfc3339("2026-11-23T10:00:00+09:00").unwrap());
    let world = World::fixed(clock, 7);
    let house = House::open_with(db.clone(), world.clone(), crate::routes(), vec![crate::nav()], Door::Whole).await;
    for (code, position) in [("shimin", 1), ("kokuho", 2)] {
        house.unit(code).await;
        let (world, details) = (world.clone(), counter(code, position));
        db.write(PREPARE, async move |tx: &mut Tx<'_>| places::put_counter(tx, &world, &details).await).await.unwrap();
    }
    house
}

fn hidden(page: &str, name: &str) -> String {
    let at = page.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
    page[at..].split('"').nth(3).unwrap().to_owned()
}

/// Keeps the answers as a browser does.
fn keep(me: &mut Browser, reply: &Reply) {
    if let Some(value) = reply.cookie("callback") {
        me.cookies = format!("callback={value}");
    }
}

const ANSWERS: [(&str, &str); 4] =
    [("phone", "090-0000-1234"), ("wanted", "afternoon"), ("about", "保険証のこと"), ("name", "森 さくら")];

/// Asks from a page of a counter; the address of the done page.
async fn asked(house: &House, from: &str) -> String {
    let mut me = Browser::default();
    let _ = house.get_as(&me, from).await.expect(200);
    let reply = house.post_as(&me, from, &ANSWERS).await.expect(303);
    assert_eq!(reply.header("location"), "/callbacks/check");
    keep(&mut me, &reply);
    let page = house.get_as(&me, "/callbacks/check").await.expect(200).text();
    assert!(page.contains("090-0000-1234") && page.contains("保険証のこと") && page.contains("午後"), "{page}");
    let once = hidden(&page, "once");
    let first = house.post_as(&me, "/callbacks/check", &[("once", &once)]).await.expect(303);
    let again = house.post_as(&me, "/callbacks/check", &[("once", &once)]).await.expect(303);
    assert_eq!(first.header("location"), again.header("location"), "a double tap is one request");
    keep(&mut me, &first);
    let again = house.post_as(&me, "/callbacks/check", &[("once", &once)]).await.expect(303);
    assert_eq!(first.header("location"), again.header("location"), "and so is a third without the answers");
    first.header("location").to_owned()
}

#[test]
fn a_resident_is_told_who_calls_by_when() {
    on_sqlite(async |db| {
        let house = open(db).await;
        let done = asked(&house, "/callbacks?page=/visits/services/card&counter=kokuho").await;
        let page = house.get(&done).await.expect(200).text();
        // The holiday is not counted.
        assert!(page.contains("kokuho課が") && page.contains("11月24日") && page.contains("午後"), "{page}");
        assert!(
            !page.contains("0000-1234") && !page.contains("00001234") && !page.contains("森 さくら"),
            "nothing of the person: {page}"
        );
        let _ = house.get("/callbacks/done/00000000-0000-7000-8000-000000000000").await.expect(404);
        let _ = house.get("/callbacks/done/x").await.expect(404);
    });
}

#[test]
fn what_cannot_be_read_is_said_beside_its_field() {
    on_sqlite(async |db| {
        let house = open(db).await;
        let me = Browser::default();
        let page = house.post_as(&me, "/callbacks?page=/", &[]).await.expect(422).text();
        for words in ["どの窓口のことか選んでください", "電話番号を書いてください"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let long = "あ".repeat(201);
        for (field, value) in [("phone", "でんわ"), ("about", long.as_str()), ("name", "x\ny")] {
            let mut form: Vec<(&str, &str)> = ANSWERS.iter().filter(|(name, _)| *name != field).copied().collect();
            form.extend([(field, value), ("counter", "shimin")]);
            let page = house.post_as(&me, "/callbacks", &form).await.expect(422).text();
            assert!(page.contains(&format!("id=\"{field}-err\"")), "{field}: {page}");
        }
        // Without answers there is nothing to check; a counter that is not there is asked for; a secret is never kept.
        assert_eq!(house.get("/callbacks/check").await.expect(303).header("location"), "/callbacks");
        let page = house.get("/callbacks?page=/x%3Fsecret=1&counter=nowhere").await.expect(200).text();
        assert!(page.contains("どの窓口のことですか") && !page.contains("href=\"/x"), "{page}");
        // Who does not know which counter reaches the first one.
        let mut form = ANSWERS.to_vec();
        form.push(("counter", "unsure"));
        let reply = house.post_as(&me, "/callbacks", &form).await.expect(303);
        let mut me = me;
        keep(&mut me, &reply);
        assert!(house.get_as(&me, "/callbacks/check").await.expect(200).text().contains("shimin課"));
        let _ = house.post_as(&me, "/callbacks/check", &[("once", "x")]).await.expect(400);
    });
}

#[test]
fn one_telephone_is_not_rung_all_day() {
    on_sqlite(async |db| {
        let house = open(db).await;
        let mut me = Browser::default();
        let reply = house.post_as(&me, "/callbacks?page=/&counter=shimin", &ANSWERS).await.expect(303);
        keep(&mut me, &reply);
        for status in [303, 303, 303, 429] {
            let once = hidden(&house.get_as(&me, "/callbacks/check").await.expect(200).text(), "once");
            let _ = house.post_as(&me, "/callbacks/check", &[("once", &once)]).await.expect(status);
        }
    });
}

#[test]
fn staff_see_their_own_and_every_look_is_recorded() {
    on_sqlite(async |db| {
        let house = open(db.clone()).await;
        let done = asked(&house, "/callbacks?page=/help&counter=kokuho").await;
        let id = done.rsplit('/').next().unwrap();
        let one = format!("/staff/callbacks/{id}");
        let (kokuho, shimin) = (house.unit("kokuho").await, house.unit("shimin").await);
        let (clerk, _) = house.staff_of("kokuho-clerk", &[Role::Clerk], kokuho).await;
        let (other, _) = house.staff_of("shimin-clerk", &[Role::Clerk], shimin).await;

        let list = house.get_as(&clerk, "/staff/callbacks").await.expect(200).text();
        assert!(
            list.contains(&one)
                && !list.contains("0000-1234")
                && !list.contains("00001234")
                && !list.contains("森 さくら"),
            "{list}"
        );
        assert!(!house.get_as(&other, "/staff/callbacks").await.expect(200).text().contains(&one));
        let _ = house.get_as(&other, &one).await.expect(403);
        let _ = house.post_as(&other, &format!("{one}/answer"), &[("answer", "closed")]).await.expect(403);

        let looks = async || {
            let id = id.parse().unwrap();
            let read: Result<_, Error> =
                db.read(async move |tx: &mut Tx<'_>| audit::read(tx, Of::Object(id), None, 20).await).await;
            read.unwrap().iter().filter(|entry| entry.act == "people.look.callback").count()
        };
        assert_eq!(looks().await, 0);
        let page = house.get_as(&clerk, &one).await.expect(200).text();
        assert!(
            page.contains("tel:09000001234") && page.contains("森 さくら") && page.contains("保険証のこと"),
            "{page}"
        );
        assert_eq!(looks().await, 1);

        let answer = async |form: &[(&str, &str)]| {
            let reply = house.post_as(&clerk, &format!("{one}/answer"), form).await.expect(303);
            reply.header("location").to_owned()
        };
        assert_eq!(answer(&[("answer", "not-reached"), ("tries", "0")]).await, "/staff/callbacks?said=not-reached");
        assert_eq!(answer(&[("answer", "not-reached"), ("tries", "0")]).await, "/staff/callbacks?said=changed");
        assert!(house.get_as(&clerk, "/staff/callbacks").await.expect(200).text().contains("1回"));
        assert_eq!(answer(&[("answer", "called"), ("tries", "1")]).await, "/staff/callbacks?said=called");
        assert!(!house.get_as(&clerk, "/staff/callbacks").await.expect(200).text().contains(&one));
        assert_eq!(answer(&[("answer", "closed")]).await, "/staff/callbacks?said=changed");
        let _ = house.post_as(&clerk, &format!("{one}/answer"), &[("answer", "sold")]).await.expect(400);
    });
}
