//! The counter: whom a clerk may serve, two clerks at once, a session that ended, and each act with its way back.

use std::time::Duration;

use store::Tx;
use store::audit::{self, Of};
use store::testing::on_sqlite;

use super::hall::{Hall, Person, at, slot, tuesday};

const DAY: &str = "/staff/visits/shimin";
const ACT: &str = "/staff/visits/shimin/act";

/// The value of a parameter of the address an answer leads to.
fn said(reply: &shell::testing::Reply, name: &str) -> String {
    let to = reply.header("location");
    let found = to.split(['?', '&']).find_map(|part| part.strip_prefix(&format!("{name}=")));
    found.unwrap_or_default().to_owned()
}

/// Receives a booking; answers with the visit's id.
async fn receive(clerk: &mut Person<'_>, number: &str) -> String {
    let reply = clerk.post("/staff/visits/shimin/check-in", &[("scan", number)]).await.expect(303);
    assert_eq!(said(&reply, "said"), "checked-in", "{}", reply.header("location"));
    said(&reply, "visit")
}

async fn act(clerk: &mut Person<'_>, visit: &str, act: &str) -> String {
    let form = [("visit", visit), ("act", act), ("outcome", "done"), ("reason", "体調がすぐれないため")];
    said(&clerk.post(ACT, &form).await.expect(303), "said")
}

#[test]
fn each_act_and_its_way_back() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 9, 0).await;
        let (number, _) = hall.booked(hall.card, &slot(9, 0)).await;
        let mut clerk = hall.clerk("clerk", 1).await;
        let visit = receive(&mut clerk, &number).await;
        for (what, expected) in [
            ("call", "called"),
            ("absent", "absent"),
            ("recall", "too-late"),
            ("again", "called"),
            ("recall", "called"),
            ("absent", "absent"),
            ("undo", "undone"),
            ("absent", "absent"),
            ("back", "back"),
            ("call", "called"),
            ("start", "started"),
            ("finish", "finished"),
            ("undo", "undone"),
            ("finish", "finished"),
            ("start", "too-late"),
            ("cancel", "too-late"),
        ] {
            assert_eq!(act(&mut clerk, &visit, what).await, expected, "{what}");
            let page = clerk.get(&format!("{DAY}?visit={visit}&all=1")).await.expect(200).text();
            assert!(page.contains("A-001") && page.contains("森 さくら") && !page.contains("visits-said"), "{page}");
        }
        // Scanned again: shown, not received a second time.
        let reply = clerk.post("/staff/visits/shimin/check-in", &[("scan", &number)]).await.expect(303);
        assert_eq!((said(&reply, "said").as_str(), said(&reply, "visit")), ("open", visit.clone()));
        let _ = clerk.post(ACT, &[("visit", &visit), ("act", "fly")]).await.expect(400);
        let _ = clerk.post(ACT, &[("visit", "x"), ("act", "start")]).await.expect(400);
        let (number, _) = hall.booked(hall.card, &slot(9, 0)).await;
        let visit = receive(&mut clerk, &number).await;
        let form = [("visit", visit.as_str()), ("act", "call"), ("reason", " ")];
        assert_eq!(said(&clerk.post(ACT, &form).await.expect(303), "said"), "reason");
        assert_eq!(act(&mut clerk, &visit, "cancel").await, "cancelled");
    });
}

#[test]
fn another_counter_s_people_are_not_touched() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 9, 9).await;
        let (number, secret) = hall.booked(hall.card, &slot(9, 0)).await;
        let mut clerk = hall.clerk("clerk", 1).await;
        let visit = receive(&mut clerk, &number).await;
        let mut other = hall.other_clerk("other").await;
        for path in [
            DAY.to_owned(),
            format!("{DAY}?visit={visit}"),
            format!("{DAY}/walk-in"),
            format!("{DAY}/book"),
            format!("{DAY}/slip?visit={visit}"),
            format!("{DAY}/live"),
        ] {
            let _ = other.get(&path).await.expect(403);
        }
        for act in ["check-in", "call", "start", "finish", "absent", "recall", "back", "undo", "cancel"] {
            let form = [("visit", visit.as_str()), ("act", act), ("reason", "理由")];
            let _ = other.post(ACT, &form).await.expect(403);
            // Nor through one's own counter's address.
            let reply = other.post("/staff/visits/kokuho/act", &form).await;
            assert!(reply.status == 404 || said(&reply, "said") == "not-found", "{act} {}", reply.status);
        }
        for below in ["?visit=", "/slip?visit="] {
            let _ = other.get(&format!("/staff/visits/kokuho{below}{visit}")).await.expect(404);
        }
        let (second, _) = hall.booked(hall.card, &slot(9, 0)).await;
        let reply = other.post("/staff/visits/kokuho/check-in", &[("scan", &second)]).await.expect(303);
        assert_eq!(said(&reply, "said"), "elsewhere");
        let page = other.get(reply.header("location")).await.expect(200).text();
        assert!(page.contains("その予約は別の窓口です(shimin窓口)"), "{page}");
        let page = other.get("/staff/visits/kokuho?q=%E6%A3%AE").await.expect(200).text();
        assert!(!page.contains("森 さくら"), "{page}");
        // Nothing was shown, so nobody looked; that somebody tried stands in the log, with the purpose.
        let looks = async || {
            let id = visit.parse::<visits::VisitId>().unwrap().uuid();
            let read = async move |tx: &mut Tx<'_>| audit::read(tx, Of::Object(id), None, 50).await;
            let log: Result<_, store::Error> = hall.house.app.db.read(read).await;
            let acts = log.unwrap().into_iter().filter(|entry| entry.purpose.is_some()).map(|entry| entry.act);
            acts.collect::<Vec<_>>()
        };
        assert_eq!(looks().await, ["people.look_refused.visit"; 2], "by both counters' addresses");
        let _ = clerk.get(&format!("{DAY}?visit={visit}")).await.expect(200);
        assert_eq!(looks().await[0], "people.look.visit");
        // Nothing happened to either.
        let api = format!("/api/v1/visits/bookings/{number}?secret={secret}");
        assert_eq!(hall.house.call(http::Method::GET, &api, None).await.json()["state"], "waiting");
        let mut nobody = hall.resident();
        let reply = nobody.post(ACT, &[("visit", &visit), ("act", "call"), ("reason", "理由")]).await;
        assert!(reply.header("location").starts_with("/staff/sign-in"), "{}", reply.status);
    });
}

#[test]
fn two_clerks_never_call_the_same_person() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 9, 0).await;
        let (mut one, mut two) = (hall.clerk("one", 1).await, hall.clerk("two", 2).await);
        for _ in 0..3 {
            let (number, _) = hall.booked(hall.card, &slot(9, 0)).await;
            receive(&mut one, &number).await;
        }
        let call = "/staff/visits/shimin/call-next";
        let (first, second) = tokio::join!(one.post(call, &[]), two.post(call, &[]));
        let mut called = [said(&first.expect(303), "no"), said(&second.expect(303), "no")];
        called.sort();
        assert_eq!(called, ["A-001", "A-002"]);
        // At a desk that has somebody, nobody else is called.
        assert_eq!(said(&one.post(call, &[]).await.expect(303), "said"), "desk-busy");
        let page = one.get(DAY).await.expect(200).text();
        assert!(page.contains("の画面を開く"), "{page}");
        // The board says both, without names.
        let board = hall.resident().get("/board/shimin").await.expect(200).text();
        assert!(board.contains("A-001") && board.contains("A-002") && !board.contains("森"), "{board}");
        let mut three = hall.clerk("three", 3).await;
        assert_eq!(said(&three.post(call, &[]).await.expect(303), "no"), "A-003");
        let mut four = hall.clerk("four", 3).await;
        four.jar.remove("desk");
        let reply = four.post(call, &[]).await.expect(303);
        assert_eq!(reply.header("location"), format!("{DAY}#desk"));
        let _ = four.post("/staff/visits/shimin/desk", &[("desk", "9")]).await.expect(400);
    });
}

#[test]
fn an_ended_session_leads_to_the_sign_in_and_back() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 9, 0).await;
        let mut clerk = hall.clerk("clerk", 1).await;
        let _ = clerk.get(DAY).await.expect(200);
        clerk.jar.retain(|name, _| name == "desk");
        let reply = clerk.get(DAY).await.expect(303);
        assert_eq!(reply.header("location"), format!("/staff/sign-in?next={DAY}"));
        let reply = clerk.post("/staff/visits/shimin/call-next", &[]).await.expect(303);
        assert!(reply.header("location").starts_with("/staff/sign-in"), "{}", reply.header("location"));
    });
}

#[test]
fn a_person_without_a_booking_gets_a_ticket() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 9, 0).await;
        let mut clerk = hall.clerk("clerk", 1).await;
        let service = hall.card.to_string();
        let path = "/staff/visits/shimin/walk-in";
        let _ = clerk.post(path, &[]).await.expect(422);
        let _ = clerk.post(path, &[("service", &service), ("needs", "interpreter")]).await.expect(422);
        let foreign = hall.insurance.to_string();
        let _ = clerk.post(path, &[("service", &foreign)]).await.expect(422);
        for needs in [vec![], vec!["wheelchair"], vec!["wheelchair", "writing", "infant"]] {
            let mut form = vec![("service", service.as_str()), ("name", "🎏 \u{e000}橋")];
            form.extend(needs.iter().map(|need| ("needs", *need)));
            let to = clerk.post(path, &form).await.expect(303).header("location").to_owned();
            let slip = clerk.get(&to).await.expect(200).text();
            assert!(slip.contains("A-00") && slip.contains("data:image"), "{slip}");
        }
        let page = clerk.get(DAY).await.expect(200).text();
        assert!(page.contains("待っている方 3人") && page.contains("車いす"), "{page}");
        // Found by name and by ticket, and not received by either.
        for (typed, query) in [("橋", "q=%E6%A9%8B"), ("a1", "q=A-001")] {
            let reply = clerk.post("/staff/visits/shimin/check-in", &[("scan", typed)]).await.expect(303);
            assert_eq!(reply.header("location"), format!("{DAY}?{query}"));
            assert!(clerk.get(reply.header("location")).await.expect(200).text().contains("見つかった方"));
        }
        let reply = clerk.post("/staff/visits/shimin/check-in", &[("scan", "9Y9-999")]).await.expect(303);
        assert_eq!(said(&reply, "said"), "not-found");
    });
}

#[test]
fn a_booking_by_telephone_takes_the_places_kept_for_it() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 1, 1).await;
        let mut clerk = hall.clerk("clerk", 1).await;
        let (service, time) = (hall.card.to_string(), slot(10, 0));
        let next = visits::SlotId { day: tuesday().plus(7), minute: at(10, 0) }.to_string();
        let path = "/staff/visits/shimin/book";
        let page = clerk.get(&format!("{path}?service={service}&day=2026-12-01")).await.expect(200).text();
        assert!(page.contains(&format!("value=\"{next}\"")) && !page.contains(&format!("value=\"{time}\"")), "{page}");
        let _ = clerk.post(path, &[("service", &service)]).await.expect(422);
        let bad = [("service", service.as_str()), ("slot", time.as_str()), ("phone", "12"), ("email", "x")];
        let page = clerk.post(path, &bad).await.expect(422).text();
        assert!(page.contains("href=\"#phone\"") && page.contains("href=\"#email\""), "{page}");
        let form = [
            ("service", service.as_str()),
            ("day", "2026-11-24"),
            ("slot", &time),
            ("name", "電話 太郎"),
            ("needs", "wheelchair"),
        ];
        let to = clerk.post(path, &form).await.expect(303).header("location").to_owned();
        assert!(clerk.get(&to).await.expect(200).text().contains("予約の控え"));
        assert_eq!(hall.free(hall.card, &time).await, 1, "the web's place is still there");
        let page = clerk.post(path, &form).await.expect(409).text();
        assert!(page.contains("電話 太郎"), "{page}");
    });
}

#[test]
fn a_stream_of_staff_ends_with_the_session() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 9, 9).await;
        let (number, _) = hall.booked(hall.card, &slot(9, 0)).await;
        let (mut clerk, mut other) = (hall.clerk("clerk", 1).await, hall.clerk("other", 2).await);
        let stream = tokio::time::timeout(Duration::from_secs(15), clerk.get("/staff/visits/shimin/live"));
        let elsewhere = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let world = hall.house.app.world.clone();
            let end = async move |tx: &mut Tx<'_>| {
                let login = people::Login::parse("clerk").unwrap();
                let person = people::person_by_login(tx, &login).await?.unwrap();
                people::revoke_all(tx, &world, people::Actor::Command, person).await
            };
            assert_eq!(hall.house.app.db.write(store::Act::staff("test.end"), end).await.unwrap(), 1);
            // Something happens at the counter: it is told no more, and the stream ends with it.
            receive(&mut other, &number).await;
        };
        let (told, ()) = tokio::join!(stream, elsewhere);
        let told = told.expect("the stream has ended").text();
        assert_eq!(told.matches("event: changed").count(), 1, "the present only: {told}");
    });
}
