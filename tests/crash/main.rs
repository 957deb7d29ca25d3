//! `kill -9` under load: what was promised is there, nothing twice, no letter lost.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end with its reason")]

mod faults;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::mail::{Fault, MailServer};
use harness::program::{City, Content, Engine, Node, free_address};
use harness::story::{self, Booked, Slot, booking, fresh_key};
use kernel::time::Stopwatch;
use serde_json::json;

/// Callers at the same time.
const CALLERS: usize = 8;

/// One wish of a caller, sent again with the same key until it is answered.
#[derive(Debug, Clone)]
struct Wish {
    key: String,
    slot: Slot,
    email: String,
    /// What the caller was told, if an answer came.
    told: Option<Booked>,
}

impl Wish {
    fn new(slot: &Slot) -> Self {
        let key = fresh_key();
        Self { email: format!("{key}@example.jp"), key, slot: slot.clone(), told: None }
    }

    fn ask(&self) -> harness::client::Ask {
        booking(&self.slot, &self.key, &json!({ "name": "試験 太郎", "email": self.email }))
    }
}

struct Trial {
    city: City,
    /// The one node's: the same after every kill.
    address: SocketAddr,
    mail: MailServer,
    slots: Vec<Slot>,
    before: BTreeMap<String, u64>,
    /// What the metric of bookings said.
    counted: u64,
    wishes: Vec<Wish>,
}

impl Trial {
    fn new(engine: Engine) -> Self {
        let mut trial = Self {
            city: City::new(engine, Content::Demo),
            address: free_address(),
            mail: MailServer::start().unwrap(),
            slots: Vec::new(),
            before: BTreeMap::new(),
            counted: 0,
            wishes: Vec::new(),
        };
        let node = trial.serve();
        let mut client = node.client();
        trial.slots = story::all_slots(&mut client).into_iter().filter(|slot| slot.free >= 2).collect();
        trial.before = story::free_places(&mut client);
        trial.counted = counted(&mut client);
        assert!(node.stop().success());
        trial
    }

    fn serve(&self) -> Node {
        let smtp = self.mail.url();
        let environment = [("YOKOGUSHI_SMTP_URL", smtp.as_str()), ("YOKOGUSHI_MAIL_FROM", "city@example.jp")];
        self.city.serve_at(self.address, &[], &environment)
    }

    /// Books from all sides, kills the program after `after`, and keeps what callers were told.
    fn kill_under_load(&mut self, after: Duration) {
        let node = self.serve();
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::new(AtomicUsize::new(0));
        let wishes: Arc<Mutex<Vec<Wish>>> = Arc::default();
        let threads: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (stop, told, wishes) = (Arc::clone(&stop), Arc::clone(&told), Arc::clone(&wishes));
                let mut client = node.client();
                let slots: Vec<Slot> = self.slots.iter().skip(caller).step_by(CALLERS).cloned().collect();
                std::thread::spawn(move || {
                    for slot in slots.iter().cycle() {
                        if stop.load(Ordering::Acquire) {
                            return;
                        }
                        let mut wish = Wish::new(slot);
                        let answer = client.try_send(&wish.ask());
                        match &answer {
                            Ok(answer) if answer.status == 201 => {
                                wish.told = Some(Booked::from(answer));
                                told.fetch_add(1, Ordering::AcqRel);
                            }
                            // Full: not a wish any more.
                            Ok(answer) if answer.status == 409 => continue,
                            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
                            Err(_) => {}
                        }
                        wishes.lock().unwrap().push(wish);
                        if answer.is_err() {
                            return;
                        }
                    }
                })
            })
            .collect();
        // Killed only once bookings flow, or nothing would be tried.
        while told.load(Ordering::Acquire) < CALLERS {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(after);
        node.kill();
        stop.store(true, Ordering::Release);
        for thread in threads {
            thread.join().unwrap();
        }
        self.wishes.append(&mut wishes.lock().unwrap());
    }

    /// Starts again, repeats what got no answer, and looks at everything.
    fn look(&mut self) {
        let node = self.serve();
        let mut client = node.client();
        for wish in self.wishes.iter().filter(|wish| wish.told.is_some()) {
            let told = wish.told.as_ref().unwrap();
            let seen = client.get(&told.path());
            assert_eq!(seen.status, 200, "{} was promised and is gone", told.number);
            assert_eq!(story::text(&seen.json(), "number"), told.number);
        }
        for wish in self.wishes.iter_mut().filter(|wish| wish.told.is_none()) {
            let answer = client.send(&wish.ask());
            if answer.status == 201 {
                wish.told = Some(Booked::from(&answer));
            } else {
                assert_eq!(answer.status, 409, "{}", answer.text());
            }
        }
        // The same key once more is the same booking.
        for wish in self.wishes.iter().step_by(7) {
            if let Some(told) = &wish.told {
                assert_eq!(&Booked::from(&client.send(&wish.ask()).expect(201)), told);
            }
        }
        self.places_are_exact(&mut client);
        let told = self.wishes.iter().filter(|wish| wish.told.is_some()).count() as u64;
        assert_eq!(
            counted(&mut client),
            self.counted + told,
            "each booking is one fact, folded or not, and counted once"
        );
        assert!(node.stop().success());
    }

    /// The last look: every letter has come, and the audit trail is whole.
    fn end(self) {
        let node = self.serve();
        self.letters_are_exact();
        assert!(node.stop().success());
        let doctor = self.city.run(&["doctor"]);
        let said = format!("{}{}", String::from_utf8_lossy(&doctor.stdout), String::from_utf8_lossy(&doctor.stderr));
        assert!(doctor.status.success(), "{said}");
    }

    /// Every wish took exactly one place of its slot.
    fn places_are_exact(&self, client: &mut harness::client::Client) {
        let booked: BTreeSet<&String> =
            self.wishes.iter().filter_map(|w| w.told.as_ref()).map(|told| &told.number).collect();
        let told = self.wishes.iter().filter(|wish| wish.told.is_some()).count();
        assert_eq!(booked.len(), told, "a number was given twice");
        let mut expected = self.before.clone();
        for wish in self.wishes.iter().filter(|wish| wish.told.is_some()) {
            *expected.get_mut(&format!("{} {}", wish.slot.service, wish.slot.id)).unwrap() -= 1;
        }
        let mut now = BTreeMap::new();
        for _ in 0..40 {
            now = story::free_places(client);
            if now == expected {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let wrong: Vec<_> = expected.iter().filter(|(slot, free)| now.get(*slot) != Some(free)).collect();
        panic!("places differ from what was promised: {wrong:?}");
    }

    /// Every promised booking got its letter, all copies of it with one Message-ID.
    ///
    /// A letter that was on its way when its node died is taken up again when that node starts, long before its claim runs
    /// out after two minutes.
    fn letters_are_exact(&self) {
        let wanted: BTreeSet<&str> =
            self.wishes.iter().filter(|wish| wish.told.is_some()).map(|wish| wish.email.as_str()).collect();
        let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let watch = Stopwatch::start();
        while watch.elapsed() < Duration::from_secs(60) {
            ids.clear();
            for letter in self.mail.letters() {
                for to in &letter.envelope_to {
                    ids.entry(to.clone()).or_default().insert(letter.message_id().to_owned());
                }
            }
            if wanted.iter().all(|email| ids.contains_key(*email)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let lost: Vec<_> = wanted.iter().filter(|email| !ids.contains_key(**email)).collect();
        assert!(lost.is_empty(), "{} of {} letters did not come: {:?}", lost.len(), wanted.len(), lost.first());
        let doubled: Vec<_> = wanted.iter().filter(|email| ids[**email].len() != 1).collect();
        assert!(doubled.is_empty(), "{} letters came with several Message-IDs: {:?}", doubled.len(), doubled.first());
    }
}

/// The bookings of this fiscal year, as the metric counts them.
fn counted(client: &mut harness::client::Client) -> u64 {
    for _ in 0..100 {
        let answer = client.get("/api/v1/metrics/visits.bookings");
        // Just made, it is counted from all facts first.
        if answer.status != 503 {
            return answer.expect(200).json()["total"]["n"].as_u64().unwrap();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the metric did not become ready");
}

/// Milliseconds into the load at which the program is killed; spread over a commit's life.
fn moment(point: u32) -> Duration {
    Duration::from_micros(u64::from(point.wrapping_mul(7_919) % 400) * 1_000)
}

fn survives(engine: Engine, points: std::ops::Range<u32>) {
    let mut trial = Trial::new(engine);
    for point in points {
        // A mail server that takes a letter and forgets to say so is the hardest case for "once".
        trial.mail.all((point % 2 == 1).then_some(Fault::DropAfterData));
        trial.kill_under_load(moment(point));
        trial.mail.all(None);
        trial.look();
    }
    trial.end();
}

#[test]
fn killed_under_load_on_sqlite() {
    survives(Engine::Sqlite, 0..5);
}

#[test]
fn killed_under_load_on_postgres() {
    survives(Engine::Postgres, 0..5);
}

/// Run by `cargo xtask soak`, which says which points of which engine.
#[test]
#[ignore = "long: cargo xtask soak kills-sqlite kills-postgres"]
fn soak_kill_points() {
    let number = |name: &str| std::env::var(name).unwrap().parse::<u32>().unwrap();
    let engine = match std::env::var("YOKOGUSHI_KILL_ENGINE").unwrap().as_str() {
        "sqlite" => Engine::Sqlite,
        "postgres" => Engine::Postgres,
        other => panic!("{other} is no engine"),
    };
    let first = number("YOKOGUSHI_KILL_FIRST");
    survives(engine, first..first + number("YOKOGUSHI_KILL_POINTS"));
}
