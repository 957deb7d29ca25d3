//! The table of routes, walked over: nobody gets what is not theirs, and a route nobody decided about fails.

use std::collections::BTreeMap;

use harness::client::{Answer, Ask};
use harness::files;
use harness::program::{output, program};
use people::Role;

use crate::demo;

/// One line of `yokogushi routes`.
#[derive(Debug)]
struct Route {
    method: String,
    path: String,
    who: String,
    side: String,
    kind: String,
}

fn routes() -> Vec<Route> {
    let output = output(program().arg("routes"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let [method, path, who, side, kind] = words[..] else { panic!("not a route: {line}") };
            let own = str::to_owned;
            Route { method: own(method), path: own(path), who: own(who), side: own(side), kind: own(kind) }
        })
        .collect()
}

/// A path with something in the place of every parameter.
fn example(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
}

/// The committed table: every route with who may use it, so that a change of either is seen in a review.
#[test]
fn the_authorization_table_is_the_committed_one() {
    let path = files::root().join("tests/http/authorization.txt");
    let mut now: Vec<String> =
        routes().iter().map(|r| format!("{} {} {} {}", r.method, r.path, r.who, r.side)).collect();
    now.sort();
    let text = format!("{}\n", now.join("\n"));
    if std::env::var_os("YOKOGUSHI_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = files::text(&path).unwrap_or_default();
    let (now, then): (Vec<&str>, Vec<&str>) = (text.lines().collect(), committed.lines().collect());
    let new: Vec<&&str> = now.iter().filter(|line| !then.contains(line)).collect();
    let gone: Vec<&&str> = then.iter().filter(|line| !now.contains(line)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "routes and tests/http/authorization.txt differ (YOKOGUSHI_UPDATE=1 writes it anew; look at the change):\n  \
         new: {new:#?}\n  gone: {gone:#?}"
    );
}

/// Is this answer a refusal to somebody who is not signed in?
fn turned_away(answer: &Answer) -> bool {
    let to_sign_in = answer.status == 303 && answer.header("location").is_some_and(|to| to.contains("/staff/sign-in"));
    to_sign_in || matches!(answer.status, 401 | 403 | 404)
}

#[test]
fn nobody_gets_nothing_of_staff() {
    let city = demo();
    let node = city.serve();
    let mut bad = Vec::new();
    let routes = routes();
    let staff: Vec<&Route> = routes.iter().filter(|r| r.who != "Anyone" && r.who != "Secret").collect();
    assert!(staff.len() > 10, "only {} routes of staff", staff.len());
    for route in staff {
        let mut nobody = node.browser();
        let ask = match route.method.as_str() {
            "GET" => Ask::get(&example(&route.path)),
            _ => Ask::new(&route.method, &example(&route.path))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(b"a=b".to_vec()),
        };
        let answer = nobody.send(&ask);
        if !turned_away(&answer) {
            bad.push(format!("{} {}: {}", route.method, route.path, answer.status));
        }
        // A made-up session is no session.
        let cookies = [("__Host-session".to_owned(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned())];
        let answer = node.browser().with_cookies(&cookies).send(&ask);
        if !turned_away(&answer) {
            bad.push(format!("{} {} with a made-up session: {}", route.method, route.path, answer.status));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn without_the_secret_there_is_nothing() {
    let city = demo();
    let node = city.serve();
    let mut bad = Vec::new();
    for route in routes().iter().filter(|route| route.who == "Secret") {
        let ask = match route.method.as_str() {
            "GET" | "DELETE" => Ask::new(&route.method, &example(&route.path)),
            // A complete form, so that only the secret can be what is wrong.
            _ => Ask::post_form(
                &format!("{}?secret=x", example(&route.path)),
                &[("secret", "x"), ("cancel", "yes"), ("score", "3"), ("line", "")],
            ),
        };
        let answer = node.browser().send(&ask);
        if answer.status != 404 {
            bad.push(format!("{} {}: {}", route.method, route.path, answer.status));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// Unsafe requests from another site are refused on every route, whoever may use it.
#[test]
fn no_route_takes_a_request_from_another_site() {
    let city = demo();
    let node = city.serve();
    let mut bad = Vec::new();
    for route in routes().iter().filter(|route| route.method != "GET") {
        let ask = Ask::new(&route.method, &example(&route.path))
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://evil.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(b"a=b".to_vec());
        let answer = node.client().send(&ask);
        if answer.status != 403 {
            bad.push(format!("{} {}: {}", route.method, route.path, answer.status));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// No handler may fall over anything a stranger puts into an address, a query or a form.
#[test]
fn no_route_breaks() {
    let city = demo();
    let node = city.serve();
    let mut bad = BTreeMap::new();
    for route in routes() {
        for word in ["x", "0", "%00", "%E3%81%82", "-1", "99999999999999999999", "%F0%9F%98%80", "a%2Fb"] {
            let path: String = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { word } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let path = format!("{path}?{word}={word}&service={word}&slot={word}&day={word}&from={word}&secret={word}");
            if route.kind == "Live" {
                continue;
            }
            let ask = match route.method.as_str() {
                "GET" => Ask::get(&path),
                method => Ask::new(method, &path)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(format!("a={word}&service={word}&slot={word}&email={word}").into_bytes()),
            };
            match node.browser().try_send(&ask) {
                Ok(answer) if answer.status < 500 => {}
                Ok(answer) => drop(bad.insert(format!("{} {path}", route.method), answer.status.to_string())),
                Err(error) => drop(bad.insert(format!("{} {path}", route.method), error.to_string())),
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// Every role gets what its permissions say, and nothing else; what a post may not do is refused before anything is looked up.
#[test]
fn each_role_gets_only_what_is_its_own() {
    let city = demo();
    let node = city.serve();
    let mut bad = Vec::new();
    let routes: Vec<Route> =
        routes().into_iter().filter(|r| !["Anyone", "Secret", "Entering"].contains(&&*r.who)).collect();
    for (login, roles) in [
        ("morimoto", &[Role::Clerk][..]),
        ("ishigami", &[Role::CounterChief, Role::Programmes]),
        ("tokuda", &[Role::Reform]),
        ("takeda", &[Role::Administrator]),
        ("ozawa", &[Role::Personnel, Role::Auditor]),
    ] {
        let has = |who: &str| {
            who == "AnyStaff"
                || roles.iter().any(|role| role.permissions().iter().any(|permission| format!("{permission:?}") == who))
        };
        let mut somebody = city.signed_in(&node, login);
        for route in routes.iter().filter(|route| route.kind != "Live" && route.path != "/staff/sessions/end-others") {
            let ask = match route.method.as_str() {
                "GET" => Ask::get(&example(&route.path)),
                // Nothing that could be a complete form: a permitted one is answered as incomplete or as not found.
                _ => Ask::post_form(&example(&route.path), &[("nothing", "")]),
            };
            let answer = somebody.send(&ask);
            let fine = match (has(&route.who), route.method.as_str(), route.path.contains('{')) {
                (false, ..) => answer.status == 403,
                (true, "GET", false) => answer.status == 200 || answer.status == 303,
                (true, ..) => answer.status != 403 && answer.status < 500,
            };
            if !fine {
                bad.push(format!("{login} {} {} ({}): {}", route.method, route.path, route.who, answer.status));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}
