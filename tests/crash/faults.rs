//! A disk that fills up, a database that goes away: a plain refusal meanwhile, and everything well again afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use harness::client::{Answer, Client};
use harness::files;
use harness::program::{City, Content, Engine, Node, output};
use harness::proxy::{Line, Proxy};
use harness::story::{self, Booked, Slot, booking, fresh_key};
use kernel::time::Stopwatch;
use serde_json::Value;
use store::testing::{PgDatabase, TempFolder};

/// Builds the disk that fills up; a C compiler is there wherever the program itself was built.
fn full_disk(folder: &Path) -> PathBuf {
    let library = folder.join("disk.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let source = files::root().join("tests/crash/disk.c");
    let built =
        output(Command::new(compiler).args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl"));
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    library
}

/// A refusal that tells the caller to come again, and nothing of the inside.
#[track_caller]
fn come_again(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let said = answer.text();
    for inside in ["SQLITE", "sqlite", "postgres", "os error", "panick"] {
        assert!(!said.contains(inside), "{said}");
    }
}

/// Books with a key of its own and says which.
fn wish(client: &mut Client, slot: &Slot) -> (String, Answer) {
    let key = fresh_key();
    let answer = client.send(&booking(slot, &key, &Value::Null));
    (key, answer)
}

/// After the fault: what was promised is there, what was refused is not, and its key books now.
fn well_again(node: &Node, slot: &Slot, promised: &[Booked], refused: &[String]) {
    let mut client = node.client();
    for booked in promised {
        let _ = client.get(&booked.path()).expect(200);
    }
    let free = free(&mut client, slot);
    for key in refused {
        let _ = client.send(&booking(slot, key, &Value::Null)).expect(201);
    }
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(self::free(&mut client, slot), free - refused.len() as u64, "a refused wish had taken a place");
}

fn free(client: &mut Client, slot: &Slot) -> u64 {
    story::slots(client, &slot.service).iter().find(|other| other.id == slot.id).map_or(0, |slot| slot.free)
}

#[test]
fn a_disk_that_fills_up() {
    let folder = TempFolder::new();
    let (library, sign) = (full_disk(folder.path()), folder.path().join("full"));
    let city = City::new(Engine::Sqlite, Content::Demo);
    let environment = [("LD_PRELOAD", library.to_str().unwrap()), ("FULL_DISK", sign.to_str().unwrap())];
    let node = city.serve_with(&[], &environment);
    let mut client = node.client();
    let slot = story::roomy(&mut client, 10);
    let (mut promised, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        promised.push(Booked::from(&wish(&mut client, &slot).1.expect(201)));
    }
    fs::write(&sign, "").unwrap();
    for _ in 0..3 {
        let (key, answer) = wish(&mut client, &slot);
        come_again(&answer);
        refused.push(key);
    }
    // Reading goes on.
    let _ = client.get("/").expect(200);
    let _ = client.get(&promised[0].path()).expect(200);
    fs::remove_file(&sign).unwrap();
    well_again(&node, &slot, &promised, &refused);
    node.kill();
    let node = city.serve();
    for booked in &promised {
        let _ = node.client().get(&booked.path()).expect(200);
    }
}

/// Nobody waits longer than this for the refusal, though a silent database is told apart from a slow one by waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// Callers at the moment it happens: more than one, as connections and lanes are shared.
const CALLERS: usize = 6;

fn database_goes(line: Line) {
    let city = City::new(Engine::Postgres, Content::Demo);
    let network = Proxy::before(city.database().map(PgDatabase::url).unwrap()).unwrap();
    let node = city.serve_with(&["--database", network.url()], &[]);
    let mut client = node.client();
    let slot = story::roomy(&mut client, 10);
    let promised = vec![Booked::from(&wish(&mut client, &slot).1.expect(201))];
    network.set(line);
    let asking = || {
        let watch = Stopwatch::start();
        let (key, answer) = wish(&mut node.client(), &slot);
        come_again(&answer);
        assert!(watch.elapsed() < PATIENCE, "{:?}", watch.elapsed());
        key
    };
    let refused: Vec<String> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(asking)).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    assert_eq!(client.get("/readyz").status, 503);
    let _ = client.get("/livez").expect(200);
    let watch = Stopwatch::start();
    let page = node.browser().get("/visits");
    assert!(page.status == 200 || page.status == 503, "{}", page.status);
    assert!(watch.elapsed() < PATIENCE, "{:?}", watch.elapsed());
    network.set(Line::Whole);
    for _ in 0..100 {
        if client.get("/readyz").status == 200 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    well_again(&node, &slot, &promised, &refused);
}

#[test]
fn a_database_that_goes_away() {
    database_goes(Line::Cut);
}

#[test]
fn a_database_that_falls_silent() {
    database_goes(Line::Frozen);
}
