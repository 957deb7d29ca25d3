//! The story through the API: find a time, book, look, cancel.

use std::time::Duration;

use harness::client::{Ask, escape};
use harness::program::{City, Content, Engine};
use harness::story::{self, Booked, booking, fresh_key, roomy};
use serde_json::{Value, json};

use crate::{demo, on_both};

on_both!(a_resident_books_looks_and_cancels);

fn a_resident_books_looks_and_cancels(engine: Engine) {
    let city = City::new(engine, Content::Demo);
    let node = city.serve();
    let mut client = node.client();
    let slot = roomy(&mut client, 2);
    let contact = json!({ "name": "焼田 花子", "email": "hanako@example.jp", "phone": "054-000-0000" });
    let key = fresh_key();
    let answer = client.send(&booking(&slot, &key, &contact)).expect(201);
    let body = answer.json();
    let booked = Booked::from(&answer);
    assert_eq!(body["slot"], json!(slot.id));
    assert_eq!(body["starts_at"], json!(slot.starts_at));
    assert!(slot.starts_at.ends_with("+09:00"), "{}", slot.starts_at);
    assert!(body["links"]["view"].is_string() && body["links"]["cancel"].is_string(), "{body}");

    // The same request once more is the same booking, not a second one.
    let again = client.send(&booking(&slot, &key, &contact)).expect(201);
    assert_eq!(Booked::from(&again), booked);
    // The same key for another wish is refused.
    let refused = client.send(&booking(&slot, &key, &json!({ "name": "別の人" }))).expect(422);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    wait_for_free(&mut client, &slot, slot.free - 1);

    let seen = client.get(&booked.path()).expect(200).json();
    assert_eq!(seen["number"], json!(booked.number));
    // A GET of anything never cancels.
    client.get(body["links"]["cancel"].as_str().map(path_of).unwrap());
    wait_for_free(&mut client, &slot, slot.free - 1);

    let _ = client.send(&Ask::new("DELETE", &booked.path())).expect(204);
    let _ = client.send(&Ask::new("DELETE", &booked.path())).expect(204);
    wait_for_free(&mut client, &slot, slot.free);
}

/// The path of a link.
fn path_of(link: &str) -> &str {
    link.split_once("://").map_or(link, |(_, rest)| &rest[rest.find('/').unwrap_or(rest.len())..])
}

/// Availability may be a second old on another node; on this one it follows the commit.
#[track_caller]
fn wait_for_free(client: &mut harness::client::Client, slot: &story::Slot, free: u64) {
    let mut seen = None;
    for _ in 0..40 {
        seen =
            story::slots(client, &slot.service).into_iter().find(|other| other.id == slot.id).map(|other| other.free);
        if seen == Some(free) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{} has {seen:?} places, expected {free}", slot.starts_at);
}

#[test]
fn a_wrong_secret_looks_like_no_booking() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    let slot = roomy(&mut client, 1);
    let booked = Booked::from(&story::book(&mut client, &slot).expect(201));
    let other = Booked::from(&story::book(&mut client, &roomy(&mut node.client(), 1)).expect(201));
    let plain = |answer: harness::client::Answer| {
        let mut body = answer.json();
        if let Some(fields) = body.as_object_mut() {
            fields.remove("instance");
            fields.remove("reference");
        }
        (answer.status, body)
    };
    for method in ["GET", "DELETE"] {
        let ask = |number: &str, secret: &str| {
            Ask::new(method, &format!("/api/v1/visits/bookings/{}?secret={}", escape(number), escape(secret)))
        };
        let nobody = plain(client.send(&ask("ZZZ-999", &booked.secret)));
        assert_eq!(nobody.0, 404);
        for wrong in ["", "x", "あ", &other.secret, &booked.secret[1..]] {
            assert_eq!(plain(client.send(&ask(&booked.number, wrong))), nobody, "{method} with {wrong}");
        }
    }
    let _ = client.get(&booked.path()).expect(200);
}

#[test]
fn the_demo_city_has_the_places_it_promises() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    for service in story::services(&mut client) {
        let today = kernel::World::real().today();
        let path = format!("/api/v1/visits/availability?service={}&from={today}&days=30", escape(&service));
        let answer = client.get(&path).expect(200);
        assert!(answer.body.len() <= 60_000, "{} bytes for 30 days", answer.body.len());
    }
    let slots = story::all_slots(&mut client);
    let free: u64 = slots.iter().map(|slot| slot.free).sum();
    assert!(free >= 6_000, "{free} free places in the next 30 days");
    assert!(slots.iter().any(|slot| slot.free >= 10), "no time has ten places");
}

#[test]
fn the_api_describes_itself() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    let document = client.get("/api/openapi.json").expect(200).json();
    assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")), "{}", document["openapi"]);
    for (path, method) in [
        ("/api/v1/visits/services", "get"),
        ("/api/v1/visits/availability", "get"),
        ("/api/v1/visits/bookings", "post"),
        ("/api/v1/visits/bookings/{number}", "get"),
        ("/api/v1/visits/bookings/{number}", "delete"),
        ("/api/v1/visits/congestion", "get"),
    ] {
        let operation = &document["paths"][path][method];
        assert!(operation["responses"].is_object(), "{method} {path} is not described");
    }
}

#[test]
fn congestion_says_as_of_when() {
    let city = demo();
    let node = city.serve();
    let body = node.client().get("/api/v1/visits/congestion").expect(200).json();
    let counters = body.as_array().unwrap();
    assert!(!counters.is_empty());
    for counter in counters {
        assert!(
            counter["waiting"].is_u64() && (counter["called"].is_string() || counter["called"].is_null()),
            "{counter}"
        );
        assert!(counter["wait_minutes"].is_object() && counter["as_of"].is_string(), "{counter}");
    }
}

#[test]
fn every_answer_carries_the_protections() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    for path in ["/", "/visits", "/no-such-page", "/api/v1/visits/services", "/staff/sign-in"] {
        let answer = client.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("server").is_none(), "{path} names its program");
    }
}

#[test]
fn the_languages_answer() {
    let city = demo();
    let node = city.serve();
    for (language, lang) in [("ja", "ja"), ("en", "en")] {
        let page = node.client().send(&Ask::get("/").header("accept-language", language)).expect(200).text();
        assert!(page.contains(&format!("lang=\"{lang}\"")), "{language}");
    }
    let page = node.client().get("/?lang=easy").expect(200).text();
    assert!(page.contains("data-locale=\"easy\""));
    let refused =
        node.client().send(&Ask::post_json("/api/v1/visits/bookings", &Value::Null).header("accept-language", "en"));
    assert!(refused.status == 422 || refused.status == 400, "{}", refused.status);
    assert!(refused.json()["title"].as_str().unwrap().is_ascii(), "{}", refused.text());
}
