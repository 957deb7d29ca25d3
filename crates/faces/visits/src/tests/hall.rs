//! A house with two counters of different divisions, one service each, and people with browsers.

use std::collections::BTreeMap;

use http::{HeaderMap, Method, header};
use kernel::{
    World,
    day::{Day, Minute, Weekday},
    holidays::Calendar,
    locale::Localized,
    time::TestClock,
};
use people::{Role, UnitId};
use places::CounterDetails;
use shell::{
    Door,
    testing::{Browser, House, Reply},
};
use store::{Act, Db, Tx};
use visits::{Bring, By, Opening, ServiceDraft, ServiceId, Window};

use crate::Face;

const PREPARE: Act = Act::bulk("testing.prepare");

/// Everything under test.
pub(super) struct Hall {
    pub(super) house: House,
    pub(super) clock: TestClock,
    /// At the counter `shimin`.
    pub(super) card: ServiceId,
    /// At the counter `kokuho`.
    pub(super) insurance: ServiceId,
    shimin: UnitId,
    kokuho: UnitId,
}

/// A Tuesday on which the counters are open.
pub(super) fn tuesday() -> Day {
    Day::new(2026, 11, 24).unwrap()
}

pub(super) fn at(hour: u8, minute: u8) -> Minute {
    Minute::new(hour, minute).unwrap()
}

/// The id of a time of that Tuesday.
pub(super) fn slot(hour: u8, minute: u8) -> String {
    visits::SlotId { day: tuesday(), minute: at(hour, minute) }.to_string()
}

fn counter(code: &str, prefix: char) -> CounterDetails {
    CounterDetails {
        code: code.to_owned(),
        position: 1,
        name: Localized::new(format!("{code}窓口"), format!("{code} まどぐち"), format!("{code} counter")),
        unit: Localized::ja("市民課"),
        unit_code: code.to_owned(),
        phone: "0000-00-2110".to_owned(),
        fax: String::new(),
        hours: Localized::ja("8:30〜17:15"),
        location: Localized::ja("1階"),
        desks: 3,
        ticket_prefix: prefix,
        is_open: true,
    }
}

fn draft(counter: visits::CounterId, code: &str) -> ServiceDraft {
    ServiceDraft {
        code: code.to_owned(),
        counter,
        name: Localized::new("カードの受け取り", "カードを もらう", "Collect your card"),
        summary: Localized::ja("できあがったカードをお渡しします。"),
        bring: Bring { own: vec![Localized::ja("通知書")], ..Bring::default() },
        instead: Vec::new(),
        needs_visit: true,
        minutes: 20,
        window: Window { open_days: 30, lead_minutes: 0, cutoff_days: 0, cutoff_minute: 0 },
        keep_days: 30,
        position: 1,
        active: true,
    }
}

impl Hall {
    /// Tuesday 08:30; slots of `web` and `staff` places every half an hour from 9 to 17 on Tuesdays.
    pub(super) async fn open(db: Db, web: u32, staff: u32) -> Self {
        // Hours can change from tomorrow on: they are set the day before.
        let clock = TestClock::at(tuesday().plus(-1).at(at(9, 0)));
        let world = World::fixed(clock.clone(), 7);
        let face = Face::new(&db, &world);
        let routes = face.serve(crate::routes());
        let house = House::open_with(db.clone(), world.clone(), routes, Vec::new(), Door::Whole).await;
        let (shimin, kokuho) = (house.unit("shimin").await, house.unit("kokuho").await);
        let opening = Opening { weekday: Weekday::Tuesday, from: at(9, 0), to: at(17, 0), step: 30, web, staff };
        let (card, insurance) = db
            .write(PREPARE, async move |tx: &mut Tx<'_>| {
                let mut services = Vec::new();
                for (code, prefix, service) in [("shimin", 'A', "card"), ("kokuho", 'B', "insurance")] {
                    let lost = |e: String| store::Error::Lost(e);
                    let counter = places::put_counter(tx, &world, &counter(code, prefix)).await;
                    let counter = counter.map_err(|e| lost(e.to_string()))?;
                    let service = visits::add_service(tx, &world, &draft(counter, service), By::Resident).await;
                    let service = service.map_err(|e| lost(e.to_string()))?;
                    visits::set_openings(tx, &world, &Calendar::new(), service, tuesday(), &[opening])
                        .await
                        .map_err(|e| lost(e.to_string()))?;
                    services.push(service);
                }
                Ok::<_, store::Error>((services[0], services[1]))
            })
            .await
            .unwrap();
        visits::jobs::keep_slots(&db, &house.app.world).await.unwrap();
        clock.set(tuesday().at(at(8, 30)));
        Self { house, clock, card, insurance, shimin, kokuho }
    }

    /// Somebody with a new browser.
    pub(super) fn resident(&self) -> Person<'_> {
        Person { house: &self.house, jar: BTreeMap::new(), languages: "ja" }
    }

    /// A clerk of the counter `shimin` who stands at a desk.
    pub(super) async fn clerk(&self, login: &str, desk: u8) -> Person<'_> {
        self.staff(login, self.shimin, "shimin", desk).await
    }

    /// A clerk of the other counter.
    pub(super) async fn other_clerk(&self, login: &str) -> Person<'_> {
        self.staff(login, self.kokuho, "kokuho", 1).await
    }

    async fn staff(&self, login: &str, unit: UnitId, code: &str, desk: u8) -> Person<'_> {
        let (browser, _) = self.house.staff_of(login, &[Role::Clerk], unit).await;
        let mut person = self.resident();
        let (name, value) = browser.cookies.split_once('=').unwrap();
        person.jar.insert(name.to_owned(), value.to_owned());
        let path = format!("/staff/visits/{code}/desk");
        let _ = person.post(&path, &[("desk", &desk.to_string())]).await.expect(303);
        person
    }

    /// Books a place as a program does; answers with number and secret.
    pub(super) async fn booked(&self, service: ServiceId, slot: &str) -> (String, String) {
        let wish =
            serde_json::json!({ "service": service.to_string(), "slot": slot, "contact": { "name": "森 さくら" } });
        let booked = self.house.call(Method::POST, "/api/v1/visits/bookings", Some(wish)).await.expect(201).json();
        (text(&booked["number"]), text(&booked["secret"]))
    }

    /// Free web places of a time.
    pub(super) async fn free(&self, service: ServiceId, slot: &str) -> u64 {
        let path = format!("/api/v1/visits/availability?service={service}&from={}&days=1", tuesday());
        let answer = self.house.call(Method::GET, &path, None).await.expect(200).json();
        let slots = answer["slots"].as_array().unwrap().clone();
        let found = slots.iter().find(|one| one["id"] == slot);
        found.map_or(0, |one| one["free"].as_u64().unwrap())
    }
}

pub(super) fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A person with a browser that keeps its cookies.
#[derive(Clone)]
pub(super) struct Person<'a> {
    pub(super) house: &'a House,
    pub(super) jar: BTreeMap<String, String>,
    pub(super) languages: &'static str,
}

impl Person<'_> {
    fn browser(&self) -> Browser {
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Browser { cookies: cookies.join("; "), languages: self.languages }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(super) async fn get(&mut self, path: &str) -> Reply {
        let reply = self.house.get_as(&self.browser(), path).await;
        self.keep(&reply.headers);
        reply
    }

    pub(super) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Reply {
        let reply = self.house.post_as(&self.browser(), path, form).await;
        self.keep(&reply.headers);
        reply
    }

    /// Answers every question up to the page that shows the answers once more.
    pub(super) async fn answer(&mut self, slot: &str) -> Reply {
        for (question, form) in [
            ("who", vec![("who", "self")]),
            ("needs", vec![("needs", "wheelchair"), ("needs", "infant")]),
            ("time", vec![("slot", slot)]),
            ("contact", vec![("name", "森 さくら"), ("email", "")]),
        ] {
            let reply = self.post(&format!("/visits/book/card/{question}"), &form).await.expect(303);
            let next = reply.header("location").to_owned();
            let _ = self.get(&next).await.expect(200);
        }
        self.get("/visits/book/card/check").await.expect(200)
    }
}

/// The value of a hidden field.
pub(super) fn hidden(page: &str, name: &str) -> String {
    let start = page.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
    page[start..].split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A page without what differs between any two requests: its number and the address it says it was asked under.
pub(super) fn plain(reply: &Reply) -> String {
    let text = reply.text().replace(reply.header("x-request-id"), "ID");
    ["name=\"back\" value=\"", "href=\"/callbacks?page="].into_iter().fold(text, |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |page, part| page + part.split_once('"').map_or("", |(_, rest)| rest))
    })
}
