//! The API as programs use it: the same command twice, other people's bookings, wrong fields, limits.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};
use shell::testing::Reply;
use store::testing::on_sqlite;

use super::hall::{Hall, slot, text, tuesday};

const BOOKINGS: &str = "/api/v1/visits/bookings";

async fn book(hall: &Hall, key: Option<&str>, wish: Value) -> Reply {
    let mut request =
        Request::builder().method(Method::POST).uri(BOOKINGS).header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    hall.house.send(request.body(Body::from(wish.to_string())).unwrap()).await
}

fn wish(hall: &Hall, slot: &str) -> Value {
    json!({ "service": hall.card.to_string(), "slot": slot, "contact": { "name": "森 さくら" } })
}

#[test]
fn the_same_key_books_once() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 3, 0).await;
        let (ten, wished) = (slot(10, 0), wish(&hall, &slot(10, 0)));
        let (one, two) =
            tokio::join!(book(&hall, Some("k-1"), wished.clone()), book(&hall, Some("k-1"), wished.clone()));
        let one = one.expect(201);
        assert_eq!(one.json(), two.expect(201).json());
        assert_eq!(one.json(), book(&hall, Some("k-1"), wished.clone()).await.expect(201).json());
        assert_eq!(hall.free(hall.card, &ten).await, 2);
        // The same key for another wish is a mistake of the program.
        let mut other = wished.clone();
        other["contact"]["name"] = json!("森 もみじ");
        for other in [other, wish(&hall, &slot(11, 0))] {
            let reply = book(&hall, Some("k-1"), other).await.expect(422);
            assert!(text(&reply.json()["type"]).ends_with("/idempotency-key-reused"), "{}", reply.text());
        }
        let _ = book(&hall, Some("k-2"), wished.clone()).await.expect(201);
        let _ = book(&hall, None, wished.clone()).await.expect(201);
        let full = book(&hall, None, wished.clone()).await.expect(409);
        assert_eq!(full.header("content-type"), "application/problem+json");
        assert!(text(&full.json()["type"]).ends_with("/slot-full"), "{}", full.text());
        // The first answer stays the answer, though the time is full by now.
        assert_eq!(one.json(), book(&hall, Some("k-1"), wished.clone()).await.expect(201).json());
        for key in ["", &"k".repeat(300)] {
            let _ = book(&hall, Some(key), wished.clone()).await.expect(422);
        }
    });
}

#[test]
fn each_wrong_field_is_named() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 3, 0).await;
        let card = hall.card.to_string();
        for (wish, field) in [
            (json!({ "service": "x", "slot": slot(10, 0) }), "service"),
            (
                json!({ "service": hall.house.app.world.id::<visits::ServiceId>().to_string(), "slot": slot(10, 0) }),
                "service",
            ),
            (json!({ "service": card, "slot": "soon" }), "slot"),
            (json!({ "service": card, "slot": slot(10, 7) }), "slot"),
            (json!({ "service": card, "slot": "2026-11-23T10:00" }), "slot"),
            (json!({ "service": card, "slot": "2027-11-23T10:00" }), "slot"),
            (json!({ "service": card, "slot": slot(10, 0), "locale": "fr" }), "locale"),
            (json!({ "service": card, "slot": slot(10, 0), "contact": { "email": "x" } }), "contact.email"),
            (json!({ "service": card, "slot": slot(10, 0), "contact": { "phone": "12" } }), "contact.phone"),
            (json!({ "service": card, "slot": slot(10, 0), "contact": { "name": "a\u{0}b" } }), "contact.name"),
            (json!({ "service": card, "slot": slot(10, 0), "contact": { "name": "長".repeat(81) } }), "contact.name"),
        ] {
            let reply = book(&hall, None, wish.clone()).await.expect(422);
            assert!(reply.text().contains(&format!("\"{field}\"")), "{wish} {}", reply.text());
        }
        for broken in [json!([]), json!({ "service": 1 }), json!("x"), Value::Null] {
            let reply = book(&hall, None, broken).await;
            assert!(matches!(reply.status.as_u16(), 400 | 422), "{}", reply.status);
            assert_eq!(reply.header("content-type"), "application/problem+json");
        }
        assert_eq!(hall.free(hall.card, &slot(10, 0)).await, 3);
    });
}

#[test]
fn only_the_owner_sees_and_cancels() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 3, 0).await;
        let made = book(&hall, None, wish(&hall, &slot(10, 0))).await.expect(201).json();
        let (number, secret) = (text(&made["number"]), text(&made["secret"]));
        let (_, other) = hall.booked(hall.card, &slot(10, 0)).await;
        assert!(text(&made["links"]["view"]).contains(&secret));
        assert_eq!(made["starts_at"], "2026-11-24T10:00:00+09:00");
        let own = format!("{BOOKINGS}/{number}?secret={secret}");
        let seen = hall.house.call(Method::GET, &own, None).await.expect(200).json();
        assert_eq!((&seen["state"], &seen["slot"]), (&json!("booked"), &json!(slot(10, 0))));
        for path in [
            format!("{BOOKINGS}/{number}?secret={other}"),
            format!("{BOOKINGS}/{number}?secret="),
            format!("{BOOKINGS}/{number}"),
            format!("{BOOKINGS}/0A0-000?secret={secret}"),
            format!("{BOOKINGS}/x?secret={secret}"),
        ] {
            for method in [Method::GET, Method::DELETE] {
                let mut told = hall.house.call(method, &path, None).await.expect(404).json();
                told["instance"] = Value::Null;
                let mut nothing = hall.house.call(Method::GET, "/api/v1/nothing", None).await.expect(404).json();
                nothing["instance"] = Value::Null;
                assert_eq!(told, nothing, "{path}");
            }
        }
        assert_eq!(hall.free(hall.card, &slot(10, 0)).await, 1);
        for _ in 0..2 {
            let _ = hall.house.call(Method::DELETE, &own, None).await.expect(204);
        }
        assert_eq!(hall.free(hall.card, &slot(10, 0)).await, 2);
        assert_eq!(hall.house.call(Method::GET, &own, None).await.expect(200).json()["state"], "cancelled");
    });
}

#[test]
fn free_places_are_asked_for_in_days() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 3, 2).await;
        let ask = async |query: String| {
            hall.house.call(Method::GET, &format!("/api/v1/visits/availability?{query}"), None).await
        };
        let (card, today) = (hall.card, tuesday());
        let answer = ask(format!("service={card}&from={today}&days=30")).await.expect(200);
        assert_eq!(answer.header("content-type"), "application/json");
        let slots = answer.json()["slots"].as_array().unwrap().clone();
        assert_eq!(slots.len(), 5 * 16, "the Tuesdays of thirty days");
        assert_eq!(
            slots[0],
            json!({ "id": slot(9, 0), "starts_at": "2026-11-24T09:00:00+09:00", "capacity": 3, "free": 3 })
        );
        assert_eq!(
            ask(format!("service={card}")).await.expect(200).json(),
            answer.json(),
            "thirty days from today are the usual"
        );
        assert_eq!(ask(format!("service={card}&from=2020-01-01&days=5")).await.expect(200).json()["slots"], json!([]));
        for (query, status) in [
            (format!("service={card}&from=2026-11-31"), 422),
            (format!("service={card}&from=today"), 422),
            (format!("service={card}&days=0"), 422),
            (format!("service={card}&days=93"), 422),
            ("service=x".to_owned(), 404),
            (format!("service={}", hall.house.app.world.id::<visits::ServiceId>()), 404),
        ] {
            let reply = ask(query.clone()).await.expect(status);
            assert_eq!(reply.header("content-type"), "application/problem+json", "{query}");
        }
        for query in [String::new(), format!("service={card}&days=many"), format!("service={card}&days=-1")] {
            let reply = ask(query.clone()).await;
            assert!(matches!(reply.status.as_u16(), 400 | 422), "{query} {}", reply.status);
        }
        // Sold places are seen at once.
        hall.booked(card, &slot(9, 0)).await;
        assert_eq!(hall.free(card, &slot(9, 0)).await, 2);
    });
}
