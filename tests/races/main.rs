//! Many at once: what must be exact stays exact, whichever way people come in.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end with its reason")]

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

use harness::client::Client;
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
