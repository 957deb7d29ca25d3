//! Words the tests share for the story: find a procedure and a time, book it, look at it, cancel it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::World;
use serde_json::{Value, json};

use crate::client::{Answer, Ask, Client, escape};

/// A time that can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The procedure.
    pub service: String,
    /// The slot.
    pub id: String,
    /// When, with the offset.
    pub starts_at: String,
    /// Places left for residents.
    pub free: u64,
}

/// A booking somebody was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// 予約番号.
    pub number: String,
    /// The secret of its link.
    pub secret: String,
}

impl Booked {
    /// Reads an answer of 201.
    #[must_use]
    #[track_caller]
    pub fn from(answer: &Answer) -> Self {
        let body = answer.json();
        Self { number: text(&body, "number"), secret: text(&body, "secret") }
    }

    /// Its address in the API.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/api/v1/visits/bookings/{}?secret={}", escape(&self.number), escape(&self.secret))
    }
}

/// A field that must be text.
#[must_use]
#[track_caller]
pub fn text(value: &Value, field: &str) -> String {
    match value[field].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("`{field}` is not text in {value}"),
    }
}

/// The ids of all procedures that can be booked.
#[must_use]
#[track_caller]
pub fn services(client: &mut Client) -> Vec<String> {
    let body = client.get("/api/v1/visits/services").expect(200).json();
    let Some(list) = body.as_array() else { panic!("no list of procedures: {body}") };
    assert!(!list.is_empty(), "no procedure can be booked");
    list.iter().map(|service| text(service, "id")).collect()
}

/// A procedure's times from tomorrow on (today's may pass while a test runs).
#[must_use]
#[track_caller]
pub fn slots(client: &mut Client, service: &str) -> Vec<Slot> {
    let from = World::real().today().plus(1);
    let path = format!("/api/v1/visits/availability?service={}&from={from}&days=30", escape(service));
    let body = client.get(&path).expect(200).json();
    let Some(list) = body["slots"].as_array() else { panic!("no list of times: {body}") };
    list.iter()
        .map(|slot| Slot {
            service: service.to_owned(),
            id: text(slot, "id"),
            starts_at: text(slot, "starts_at"),
            free: slot["free"].as_u64().unwrap_or_else(|| panic!("no count in {slot}")),
        })
        .collect()
}

/// Every time of every procedure.
#[must_use]
#[track_caller]
pub fn all_slots(client: &mut Client) -> Vec<Slot> {
    services(client).iter().flat_map(|service| slots(client, service)).collect()
}

/// Places left, by slot.
#[must_use]
#[track_caller]
pub fn free_places(client: &mut Client) -> BTreeMap<String, u64> {
    all_slots(client).into_iter().map(|slot| (format!("{} {}", slot.service, slot.id), slot.free)).collect()
}

/// A time with at least so many places.
#[must_use]
#[track_caller]
pub fn roomy(client: &mut Client, places: u64) -> Slot {
    let slots = all_slots(client);
    match slots.iter().find(|slot| slot.free >= places) {
        Some(slot) => slot.clone(),
        None => panic!("none of {} times has {places} places", slots.len()),
    }
}

/// A key no other request of this run has.
#[must_use]
pub fn fresh_key() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The request that books a slot.
#[must_use]
pub fn booking(slot: &Slot, key: &str, contact: &Value) -> Ask {
    let mut body = json!({ "service": slot.service, "slot": slot.id });
    if !contact.is_null() {
        body["contact"] = contact.clone();
    }
    Ask::post_json("/api/v1/visits/bookings", &body).header("idempotency-key", key)
}

/// Books a slot without contact data; the answer may be a refusal.
#[track_caller]
pub fn book(client: &mut Client, slot: &Slot) -> Answer {
    client.send(&booking(slot, &fresh_key(), &Value::Null))
}
