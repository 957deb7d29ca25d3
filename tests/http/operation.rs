//! Starting, stopping, and what the operator is told when something is in the way: one sentence, exit code 2.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::time::Duration;

use harness::program::{self, City, Content, Engine, output, program};
use kernel::time::Stopwatch;
use store::testing::TempFolder;

use crate::{demo, on_both};

/// One plain sentence on standard error, nothing that looks like a crash, exit code 2.
#[track_caller]
fn one_sentence(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.ends_with('。') || said.ends_with('.'), "{said}");
    for word in ["panicked", "RUST_BACKTRACE", "Error {", "Err(", "os error"] {
        // The system's own reason may stand in brackets, but not alone.
        assert!(!said.contains(word) || (word == "os error" && said.contains('(')), "{said}");
    }
    said
}

on_both!(a_second_start_keeps_the_data_and_is_quick);

fn a_second_start_keeps_the_data_and_is_quick(engine: Engine) {
    let city = City::new(engine, Content::Demo);
    let booked = {
        let node = city.serve();
        let mut client = node.client();
        let slot = harness::story::roomy(&mut client, 1);
        let booked = harness::story::Booked::from(&harness::story::book(&mut client, &slot).expect(201));
        assert!(node.stop().success());
        booked
    };
    let watch = Stopwatch::start();
    let node = city.serve();
    let took = watch.elapsed();
    let _ = node.client().get(&booked.path()).expect(200);
    // The promise is one second for the optimised program; this one is not optimised and has neighbours.
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_taken_port() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let folder = TempFolder::new();
    let data = folder.path().join("data");
    let output = output(program().args(["serve", "--listen", &address, "--data"]).arg(&data));
    let said = one_sentence(&output);
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
    assert!(!data.join("city.sqlite").exists(), "a half-made city was left behind");
}

#[test]
fn a_folder_in_use() {
    let city = demo();
    let _node = city.serve();
    let address = program::free_address().to_string();
    let said = one_sentence(&city.run(&["serve", "--listen", &address]));
    assert!(said.contains(&city.data().display().to_string()), "{said}");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let folder = TempFolder::new();
    // A file where the folder should be: holds for root too, whom permissions do not stop.
    let data = folder.path().join("data");
    fs::write(&data, "").unwrap();
    let address = program::free_address().to_string();
    let _ = one_sentence(&output(program().args(["serve", "--listen", &address, "--data"]).arg(&data)));
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("probe"), "").is_err() {
        let _ =
            one_sentence(&output(program().args(["serve", "--listen", &address, "--data"]).arg(closed.join("data"))));
    }
    // A system that is read-only for everybody.
    if std::path::Path::new("/proc/version").exists() {
        let _ = one_sentence(&output(program().args(["serve", "--listen", &address, "--data", "/proc/yokogushi"])));
    }
}

#[test]
fn a_database_that_is_away() {
    let folder = TempFolder::new();
    let (listen, nowhere) = (program::free_address().to_string(), program::free_address());
    let url = format!("postgres://city:secret-word@{nowhere}/city");
    let output = output(
        program().args(["serve", "--listen", &listen, "--database", &url, "--data"]).arg(folder.path().join("data")),
    );
    let said = one_sentence(&output);
    assert!(!said.contains("secret-word"), "{said}");
}

#[test]
fn wrong_flags() {
    for words in [
        &["serve", "--no-such-flag"][..],
        &["serve", "--listen", "everywhere"],
        &["no-such-command"],
        &["import"],
        &["import", "no-such-kind", "x.csv"],
        &["restore"],
        &["serve", "--database", "mysql://localhost/city"],
    ] {
        let folder = TempFolder::new();
        let output = output(program().args(words).current_dir(folder.path()));
        let said = one_sentence(&output);
        assert!(!said.is_empty(), "{words:?}");
    }
}

#[test]
fn an_import_of_a_file_that_is_not_there() {
    let city = City::new(Engine::Sqlite, Content::Empty);
    let _ = one_sentence(&city.run(&["import", "towns", "/no/such/file.json"]));
}

#[test]
fn an_empty_city_shows_the_first_steps() {
    let city = City::new(Engine::Sqlite, Content::Empty);
    let node = city.serve();
    let page = node.browser().get("/").expect(200).words();
    assert!(!page.contains("デモ"), "{page}");
    assert!(node.said().contains("パスワード"), "{}", node.said());
    // Printed once, never again.
    assert!(node.stop().success());
    let again = city.serve();
    assert!(!again.said().contains("パスワード"), "{}", again.said());
}

#[test]
fn health_and_version_say_little() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    let _ = client.get("/livez").expect(200);
    let _ = client.get("/readyz").expect(200);
    // Measurements have a listener of their own.
    assert_eq!(client.get("/metrics").status, 404);
}

#[test]
fn staff_pages_do_not_exist_on_the_public_address_when_separate() {
    let city = demo();
    let staff = program::free_address();
    let node = city.serve_with(&["--staff-listen", &staff.to_string()], &[]);
    for path in ["/staff", "/staff/sign-in", "/board/any", "/kiosk/any"] {
        assert_eq!(node.browser().get(path).status, 404, "{path} on the public address");
    }
    let _ = harness::client::Client::browser(staff).get("/staff/sign-in").expect(200);
    assert_eq!(harness::client::Client::browser(staff).get("/visits").status, 404);
}

/// What a command said, good and bad.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn doctor_looks_at_the_mail_server_too() {
    let city = City::new(Engine::Sqlite, Content::Empty);
    let node = city.serve();
    assert!(node.stop().success());
    let plain = city.run(&["doctor"]);
    assert!(plain.status.success() && said(&plain).contains("メール: 設定されていません"), "{}", said(&plain));
    let mail = harness::mail::MailServer::start().unwrap();
    let look = |url: &str| {
        let mut command = city.command(&["doctor"]);
        output(command.env("YOKOGUSHI_SMTP_URL", url).env("YOKOGUSHI_MAIL_FROM", "city@example.jp"))
    };
    let well = look(&mail.url());
    assert!(well.status.success() && said(&well).contains("送る用意ができています"), "{}", said(&well));
    assert!(mail.letters().is_empty(), "a look sends nothing");
    let nowhere = program::free_address();
    let away = one_sentence(&look(&format!("smtp://{nowhere}")));
    assert!(away.contains(&nowhere.to_string()) && away.contains("YOKOGUSHI_SMTP_URL"), "{away}");
    // Beside a running server, that server's own set-up is looked at.
    let url = format!("smtp://{nowhere}");
    let node = city.serve_with(&[], &[("YOKOGUSHI_SMTP_URL", &url), ("YOKOGUSHI_MAIL_FROM", "city@example.jp")]);
    let away = one_sentence(&city.run(&["doctor"]));
    assert!(away.contains(&nowhere.to_string()), "{away}");
    assert!(node.stop().success());
}

#[test]
fn commands_beside_a_server_do_not_wait_for_each_other() {
    let city = City::new(Engine::Sqlite, Content::Empty);
    let node = city.serve();
    // Whoever is connected and says nothing holds a place, as a long backup does.
    let socket = city.data().join("control.sock");
    while !socket.exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let silent: Vec<_> = (0..7).map(|_| std::os::unix::net::UnixStream::connect(&socket).unwrap()).collect();
    std::thread::sleep(Duration::from_millis(200));
    let watch = Stopwatch::start();
    let looked = city.run(&["doctor"]);
    assert!(looked.status.success(), "{}", said(&looked));
    assert!(watch.elapsed() < Duration::from_secs(8), "{:?}", watch.elapsed());
    let eighth = std::os::unix::net::UnixStream::connect(&socket).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let refused = one_sentence(&city.run(&["doctor"]));
    assert!(refused.contains("手いっぱい"), "{refused}");
    drop((silent, eighth));
    std::thread::sleep(Duration::from_millis(200));
    assert!(city.run(&["doctor"]).status.success());
    assert!(node.stop().success());
}
