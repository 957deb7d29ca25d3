//! What careless and hostile callers send: always a clear answer, never a 5xx, nothing half done.

use harness::client::{Answer, Ask, escape};
use harness::program::{City, Content, Engine};
use harness::story::{self, Booked, booking, fresh_key, roomy};
use serde_json::{Value, json};

use crate::{demo, on_both};

/// A refusal a program can read.
#[track_caller]
fn refused(answer: &Answer, among: &[u16]) {
    assert!(among.contains(&answer.status), "{}: {}", answer.status, answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text());
    let body = answer.json();
    assert!(body["title"].is_string() && body["type"].is_string(), "{body}");
    assert_eq!(body["status"], json!(answer.status));
}

on_both!(nothing_is_booked_by_nonsense);

fn nothing_is_booked_by_nonsense(engine: Engine) {
    let city = City::new(engine, Content::Demo);
    let node = city.serve();
    let mut client = node.client();
    let slot = roomy(&mut client, 5);
    let before = story::free_places(&mut client);
    let post = |body: Value| Ask::post_json("/api/v1/visits/bookings", &body);
    let long = "長".repeat(100_000);
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!({ "service": slot.service }),
        json!({ "service": 1, "slot": slot.id }),
        json!({ "service": "no such", "slot": slot.id }),
        json!({ "service": slot.service, "slot": "no such" }),
        json!({ "service": slot.service, "slot": "'; DROP TABLE visit; --" }),
        json!({ "service": slot.service, "slot": slot.id, "contact": { "email": "not an address" } }),
        json!({ "service": slot.service, "slot": slot.id, "contact": { "email": "a@example.jp\r\nBcc: b@example.jp" } }),
        json!({ "service": slot.service, "slot": slot.id, "contact": { "name": "a\u{0}b" } }),
        json!({ "service": slot.service, "slot": slot.id, "contact": { "phone": "電話" } }),
        json!({ "service": slot.service, "slot": slot.id, "locale": "xx" }),
        json!({ "service": slot.service, "slot": slot.id, "contact": { "name": long } }),
    ] {
        let shown: String = body.to_string().chars().take(120).collect();
        let answer = client.send(&post(body));
        assert!(matches!(answer.status, 400 | 404 | 409 | 413 | 422), "{}: {shown}", answer.status);
        refused(&answer, &[400, 404, 409, 413, 422]);
    }
    for (kind, body) in [
        ("application/json", &b"{\"service\":"[..]),
        ("application/json", b"\xff\xfe\x00"),
        ("text/plain", b"hello"),
        ("application/x-www-form-urlencoded", b"service=1"),
        ("multipart/form-data; boundary=x", b"--x--"),
    ] {
        let ask = Ask::new("POST", "/api/v1/visits/bookings").header("content-type", kind).body(body.to_vec());
        refused(&client.send(&ask), &[400, 415, 422]);
    }
    assert_eq!(story::free_places(&mut client), before, "a refused request took a place");
}

#[test]
fn bodies_of_ten_megabytes_are_refused_before_they_are_read() {
    let city = demo();
    let node = city.serve();
    let body = vec![b' '; 10 * 1024 * 1024];
    for path in ["/api/v1/visits/bookings", "/visits", "/staff/sign-in", "/settings/language"] {
        let ask = Ask::new("POST", path).header("content-type", "application/json").body(body.clone());
        // The line may be closed while we still send: that is an answer too.
        if let Ok(answer) = node.browser().try_send(&ask) {
            assert!(matches!(answer.status, 400 | 404 | 405 | 413 | 415 | 422), "{path}: {}", answer.status);
        }
    }
    let _ = node.client().get("/readyz").expect(200);
}

#[test]
fn names_of_every_script_are_kept_as_they_are() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    for name in ["髙橋 﨑", "𠮷田 花子", "👩 家族", "O'Brien <b>", "Nguyễn Văn", "ｶﾅ ﾊﾝｶｸ", "葛󠄀城"]
    {
        let slot = roomy(&mut client, 1);
        let answer = client.send(&booking(&slot, &fresh_key(), &json!({ "name": name })));
        let booked = Booked::from(&answer.expect(201));
        let page = client.get(&booked.path()).expect(200).text();
        assert!(!page.contains("<b>"), "{page}");
    }
}

#[test]
fn times_that_cannot_be_asked_for() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    let service = story::services(&mut client).remove(0);
    for query in [
        "".to_owned(),
        "service=".to_owned(),
        "service=no-such&from=2026-01-01&days=3".to_owned(),
        format!("service={service}&from=yesterday&days=3"),
        format!("service={service}&from=2026-13-40&days=3"),
        format!("service={service}&from=2026-01-01&days=0"),
        format!("service={service}&from=2026-01-01&days=-1"),
        format!("service={service}&from=2026-01-01&days=99999999999999999999"),
        format!("service={service}&from=9999999-01-01&days=30"),
        "service=%00&from=%FF&days=%".to_owned(),
    ] {
        let answer = client.get(&format!("/api/v1/visits/availability?{query}"));
        assert!(matches!(answer.status, 400 | 404 | 422), "{query}: {}", answer.status);
    }
    // Far away but a real day: nothing can be booked there.
    for from in ["2020-01-01", "2099-01-01"] {
        let body =
            client.get(&format!("/api/v1/visits/availability?service={service}&from={from}&days=30")).expect(200);
        assert_eq!(body.json()["slots"], json!([]), "{from}");
    }
}

#[test]
fn addresses_no_link_would_have() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    for path in [
        "/visits/%00",
        "/visits/%FF%FE",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/city.sqlite",
        "/board/no-such",
        "/api/v1/no-such",
        "/staff/no-such",
        &format!("/visits/{}", "a".repeat(6000)),
        "/visits?service=%00%0d%0aSet-Cookie:x=1",
    ] {
        let answer = client.send(&Ask::get(path));
        assert!(answer.status < 500, "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
        assert!(answer.header("set-cookie").is_none_or(|cookie| !cookie.starts_with("x=1")), "{path}");
    }
}

#[test]
fn broken_http_gets_a_refusal_or_a_closed_line() {
    let city = demo();
    let node = city.serve();
    for bytes in [
        &b"\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /api/v1/visits/bookings HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n12345",
        b"POST /api/v1/visits/bookings HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: \x00\r\n\r\n",
    ] {
        let back = String::from_utf8_lossy(&node.client().raw(bytes).unwrap()).into_owned();
        let status = back.split(' ').nth(1).and_then(|code| code.parse::<u16>().ok());
        assert!(status.is_none_or(|status| status < 500), "{back}");
    }
    let _ = node.client().get("/readyz").expect(200);
}

#[test]
fn another_site_cannot_send_our_forms() {
    let city = demo();
    let node = city.serve();
    for path in ["/settings/language", "/visits", "/staff/sign-in"] {
        for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let ask = Ask::post_form(path, &[("lang", "en")]).header(name, value);
            let answer = node.client().send(&ask);
            assert!(matches!(answer.status, 403..=405), "{path} {name}: {}", answer.status);
        }
    }
    let slot = roomy(&mut node.client(), 1);
    let ask = booking(&slot, &fresh_key(), &Value::Null).header("origin", "https://evil.example");
    assert_eq!(node.client().send(&ask).status, 403);
}

#[test]
fn a_full_slot_says_so() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    let slot =
        story::all_slots(&mut client).into_iter().filter(|slot| slot.free > 0).min_by_key(|slot| slot.free).unwrap();
    for _ in 0..slot.free {
        let _ = story::book(&mut client, &slot).expect(201);
    }
    let answer = story::book(&mut client, &slot);
    refused(&answer, &[409]);
    assert!(story::text(&answer.json(), "type").ends_with("/slot-full"), "{}", answer.text());
}

#[test]
fn a_past_day_cannot_be_booked() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    let slot = roomy(&mut client, 1);
    // Slot ids may be opaque; where they carry a day, an earlier one must be refused, and a mangled one as well.
    for id in [slot.id.replace("2026", "2020").replace("2027", "2021"), format!("{}0", slot.id), String::new()] {
        if id == slot.id {
            continue;
        }
        let ask = Ask::post_json("/api/v1/visits/bookings", &json!({ "service": slot.service, "slot": id }));
        refused(&client.send(&ask), &[404, 409, 422]);
    }
}

#[test]
fn a_double_tap_is_one_booking() {
    let city = demo();
    let node = city.serve();
    let mut client = node.client();
    let slot = roomy(&mut client, 3);
    let key = fresh_key();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (mut client, ask) = (node.client(), booking(&slot, &key, &Value::Null));
            std::thread::spawn(move || client.send(&ask))
        })
        .collect();
    let mut numbers: Vec<String> = Vec::new();
    for thread in threads {
        let answer = thread.join().unwrap();
        if answer.status == 201 {
            numbers.push(Booked::from(&answer).number);
        } else {
            // Still under way at the same moment: the caller is told to ask again.
            assert!(matches!(answer.status, 409 | 425 | 503), "{}: {}", answer.status, answer.text());
        }
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    assert_eq!(escape(&numbers[0]), numbers[0], "a number must be easy to type");
}
