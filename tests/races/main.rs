//! Many at once: what must be exact stays exact, whichever way people come in.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end with its reason")]

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

use harness::client::{Ask, Client};
use harness::program::{City, Content, Engine, Node};
use harness::story::{self, Booked, Slot};

/// Callers that press at the same moment.
const CALLERS: usize = 200;
/// Places there are for them.
const PLACES: u64 = 10;

/// A time with exactly [`PLACES`] places left.
fn ten_places(client: &mut Client) -> Slot {
    let slot = story::roomy(client, PLACES);
    for _ in PLACES..slot.free {
        let _ = story::book(client, &slot).expect(201);
    }
    slot
}

/// Lets everybody book at once, spread over the nodes; the numbers that were promised.
fn rush(nodes: &[&Node], slot: &Slot) -> Vec<String> {
    let barrier = Arc::new(Barrier::new(CALLERS));
    let threads: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let mut client = nodes[caller % nodes.len()].client();
            let (barrier, slot) = (Arc::clone(&barrier), slot.clone());
            std::thread::spawn(move || {
                // Connect first, so that all requests start together.
                let _ = client.get("/livez").expect(200);
                barrier.wait();
                story::book(&mut client, &slot)
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for thread in threads {
        let answer = thread.join().unwrap();
        match answer.status {
            201 => numbers.push(Booked::from(&answer).number),
            409 => assert!(story::text(&answer.json(), "type").ends_with("/slot-full"), "{}", answer.text()),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    numbers
}

fn exactly_ten(engine: Engine, nodes: usize) {
    let city = City::new(engine, Content::Demo);
    let nodes: Vec<Node> = (0..nodes).map(|_| city.serve()).collect();
    let slot = ten_places(&mut nodes[0].client());
    let numbers = rush(&nodes.iter().collect::<Vec<_>>(), &slot);
    let different: BTreeSet<&String> = numbers.iter().collect();
    assert_eq!((numbers.len() as u64, different.len() as u64), (PLACES, PLACES));
    // And nobody gets an eleventh afterwards, on any node.
    for node in &nodes {
        assert_eq!(story::book(&mut node.client(), &slot).status, 409);
    }
}

#[test]
fn two_hundred_for_ten_places_on_sqlite() {
    exactly_ten(Engine::Sqlite, 1);
}

#[test]
fn two_hundred_for_ten_places_on_postgres() {
    exactly_ten(Engine::Postgres, 1);
}

#[test]
fn two_hundred_for_ten_places_on_two_nodes() {
    exactly_ten(Engine::Postgres, 2);
}

/// A resident's browser that has answered every question and stands before 「予約する」; its form's own mark.
fn before_the_last_button(node: &Node, code: &str, slot: &Slot) -> (Client, String, String) {
    let mut browser = node.browser();
    let at = |question: &str| format!("/visits/book/{code}/{question}");
    for (question, fields) in [
        ("who", &[("who", "self")][..]),
        ("needs", &[("language", "")]),
        ("time", &[("slot", slot.id.as_str())]),
        ("contact", &[("name", ""), ("email", ""), ("phone", "")]),
    ] {
        let answer = browser.send(&Ask::post_form(&at(question), fields));
        assert_eq!(answer.status, 303, "{question}: {}", answer.words());
    }
    let page = browser.get(&at("check")).expect(200).text();
    let once = page.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    (browser, at("check"), once)
}

/// How a caller came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Api,
    Form,
    Staff,
}

/// The telephone booking's page lists a slot with the places staff may give; how many.
fn places_of_staff(page: &str, slot: &Slot) -> usize {
    let rest = page.split(&format!("value=\"{}\"", slot.id)).nth(1).unwrap_or_default();
    let left = rest.split("class=\"left\">").nth(1).unwrap_or_default();
    left.chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .unwrap()
}

/// Programs come to the first node, residents' browsers to the last, staff to every one.
fn through_every_door(engine: Engine, nodes: usize) {
    let city = City::new(engine, Content::Demo);
    let nodes: Vec<Node> = (0..nodes).map(|_| city.serve()).collect();
    let (node, last) = (&nodes[0], &nodes[nodes.len() - 1]);
    let mut clerk = city.signed_in(node, "morimoto");
    let phone = "/staff/visits/shimin/book";
    let page = clerk.get(phone).expect(200).text();
    let services = node.client().get("/api/v1/visits/services").expect(200).json();
    // A procedure of the clerk's own counter, a time with ten places for residents and some for the telephone.
    let (code, slot, staff_places) = services
        .as_array()
        .unwrap()
        .iter()
        .filter(|service| page.contains(&story::text(service, "id")))
        .find_map(|service| {
            let id = story::text(service, "id");
            let slot = story::slots(&mut node.client(), &id).into_iter().find(|slot| slot.free >= PLACES)?;
            let shown = clerk.get(&format!("{phone}?service={id}&day={}", &slot.starts_at[..10])).expect(200).text();
            shown
                .contains(&slot.id)
                .then(|| (story::text(service, "code"), slot.clone(), places_of_staff(&shown, &slot)))
        })
        .unwrap();
    for _ in PLACES..slot.free {
        let _ = story::book(&mut node.client(), &slot).expect(201);
    }
    let barrier = Arc::new(Barrier::new(CALLERS));
    let threads: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (door, ask, mut client) = match caller % 5 {
                0 | 1 => {
                    (Door::Api, story::booking(&slot, &story::fresh_key(), &serde_json::Value::Null), node.client())
                }
                2 | 3 => {
                    let (client, path, once) = before_the_last_button(last, &code, &slot);
                    (Door::Form, Ask::post_form(&path, &[("once", &once)]), client)
                }
                _ => {
                    let day = &slot.starts_at[..10];
                    let fields = [
                        ("service", slot.service.as_str()),
                        ("day", day),
                        ("slot", &slot.id),
                        ("who", "self"),
                        ("locale", "ja"),
                    ];
                    let browser = nodes[caller / 5 % nodes.len()].browser();
                    (Door::Staff, Ask::post_form(phone, &fields), browser.with_cookies(clerk.cookies()))
                }
            };
            let barrier = Arc::clone(&barrier);
            std::thread::spawn(move || {
                let _ = client.get("/livez").expect(200);
                barrier.wait();
                (door, client.send(&ask))
            })
        })
        .collect();
    let (mut residents, mut staff) = (0, 0);
    for thread in threads {
        let (door, answer) = thread.join().unwrap();
        match (door, answer.status) {
            (Door::Api, 201) | (Door::Form, 303) => residents += 1,
            (Door::Staff, 303) => staff += 1,
            (_, 409) => {}
            (door, other) => panic!("{door:?} {other}: {}", answer.words()),
        }
    }
    assert_eq!(residents, PLACES, "residents share the places of the web, whichever door they take");
    assert_eq!(staff, staff_places.min(CALLERS / 5), "staff have their own places");
    // And nobody gets one more afterwards, on any node.
    for node in &nodes {
        assert_eq!(story::book(&mut node.client(), &slot).status, 409);
    }
}

#[test]
fn two_hundred_through_api_form_and_staff_on_sqlite() {
    through_every_door(Engine::Sqlite, 1);
}

#[test]
fn two_hundred_through_api_form_and_staff_on_postgres() {
    through_every_door(Engine::Postgres, 1);
}

#[test]
fn two_hundred_through_api_form_and_staff_on_two_nodes() {
    through_every_door(Engine::Postgres, 2);
}
