//! What every answer carries, and who is turned away, through the whole router.

use axum::extract::State;
use axum::response::IntoResponse;
use http::Request as HttpRequest;
use people::{Permission, Role};
use serde::Deserialize;

use super::*;
use crate::openapi::ApiDoc;
use crate::refusal::FieldFault;
use crate::testing::{Browser, House, ORIGIN};
use crate::{Form, Json, Path, live};

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

async fn page() -> Response {
    let mut response = Response::new(Body::from("<!doctype html><p>窓口</p>".repeat(100)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

async fn taken(Form(form): Form<Name>) -> Response {
    crate::see_other(&format!("/done/{}", form.name.len()))
}

async fn told(Json(body): Json<Name>) -> Result<Response, Refusal> {
    match body.name.as_str() {
        "full" => Err(Refusal::new(StatusCode::CONFLICT, "slot-full", "errors-conflict-title", "errors-conflict-next")),
        "bad" => Err(Refusal::invalid([FieldFault::new("name", "errors-field-required")])),
        "broken" => Err(Refusal::internal("the secret reason")),
        "panic" => panic!("the secret reason"),
        "away" => Err(store::Error::Away("socket".to_owned()).into()),
        _ => crate::json(StatusCode::CREATED, &serde_json::json!({"ok": true})),
    }
}

async fn number(Path(number): Path<u32>) -> String {
    number.to_string()
}

async fn slow() {
    std::future::pending::<()>().await;
}

async fn who(ask: Ask) -> Result<String, Refusal> {
    Ok(ask.staff()?.login.clone())
}

async fn changes(State(app): State<App>) -> Result<Response, Refusal> {
    live(&app, vec!["test".to_owned()])
}

fn routes() -> Vec<Route> {
    let doc = ApiDoc::new("tell", "test", "Tells").refuses(409, "slot-full", "No place is left");
    vec![
        Route::page("/page", Who::Anyone, page),
        Route::form("/page", Who::Anyone, taken),
        Route::page("/secret/{number}", Who::Secret, number),
        Route::api(Method::POST, "/api/v1/tell", Who::Anyone, doc, told),
        Route::page("/slow", Who::Anyone, slow).patience(std::time::Duration::from_millis(50)),
        Route::page("/staff/who", Who::AnyStaff, who),
        Route::page("/staff/audit", Who::Staff(Permission::ReadAudit), who),
        Route::form("/staff/audit", Who::Staff(Permission::ReadAudit), taken),
        Route::page("/board/{counter}", Who::Anyone, page),
        Route::live("/live", Who::Anyone, changes),
    ]
}

fn with_house<T>(test: impl AsyncFnOnce(House) -> T) -> T {
    store::testing::on_sqlite(async |db| test(House::open(db, routes()).await).await)
}

fn get(path: &str) -> http::request::Builder {
    HttpRequest::builder().uri(path)
}

fn body(request: http::request::Builder) -> HttpRequest<Body> {
    request.body(Body::empty()).unwrap()
}

#[test]
fn every_answer_carries_the_headers() {
    with_house(async |house| {
        let paths = ["/page", "/nowhere", "/secret/x", "/staff/who", "/assets/none", "/livez", "/api/none", "/slow"];
        for path in paths {
            let reply = house.get(path).await;
            for name in [
                "content-security-policy",
                "referrer-policy",
                "x-content-type-options",
                "x-frame-options",
                "permissions-policy",
                "cross-origin-opener-policy",
                "cross-origin-resource-policy",
                "cache-control",
                "vary",
                "x-request-id",
            ] {
                assert!(!reply.header(name).is_empty(), "{path} {name}");
            }
            assert_eq!(reply.header("referrer-policy"), "no-referrer");
        }
    });
}

#[test]
fn what_is_not_there_is_said_in_the_reader_s_language_and_form() {
    with_house(async |house| {
        let reply = house.get("/nowhere").await.expect(404);
        assert!(reply.text().contains("このページは見つかりません"), "{}", reply.text());
        let english = Browser { languages: "en", ..Browser::default() };
        let reply = house.get_as(&english, "/nowhere").await.expect(404);
        assert!(reply.text().contains("Page not found"));
        let reply = house.call(Method::GET, "/api/v1/nothing", None).await.expect(404);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.json()["status"], 404);
        assert!(reply.json()["type"].as_str().unwrap().ends_with("/not-found"));
        let _ = house.get("/secret/%00").await.expect(404);
        let _ = house.get("/secret/%FF").await.expect(404);
        let _ = house.get("/secret/12").await.expect(200);
    });
}

#[test]
fn methods_are_said() {
    with_house(async |house| {
        let reply = house.send(body(get("/page").method(Method::DELETE))).await.expect(405);
        assert_eq!(reply.header("allow"), "GET, POST, HEAD");
        let whole = house.get("/page").await.expect(200);
        let head = house.send(body(get("/page").method(Method::HEAD))).await.expect(200);
        assert!(head.body.is_empty());
        assert_eq!(head.header("content-length"), whole.body.len().to_string());
    });
}

#[test]
fn problems_have_one_shape() {
    with_house(async |house| {
        let tell =
            async |name: &str| house.call(Method::POST, "/api/v1/tell", Some(serde_json::json!({"name": name}))).await;
        let _ = tell("fine").await.expect(201);
        let full = tell("full").await.expect(409).json();
        assert_eq!(full["type"], format!("{ORIGIN}/problems/slot-full"));
        let about = full["type"].as_str().unwrap().strip_prefix(ORIGIN).unwrap();
        assert!(house.get(about).await.expect(200).text().contains("No place is left"));
        let _ = house.get("/problems/not-found").await.expect(200);
        let _ = house.get("/problems/unheard-of").await.expect(404);
        assert!(full["title"].is_string() && full["detail"].is_string());
        let bad = tell("bad").await.expect(422).json();
        assert_eq!(bad["errors"][0]["field"], "name");
        assert_eq!(bad["errors"][0]["detail"], "入力してください");
        for name in ["broken", "panic"] {
            let broken = tell(name).await.expect(500);
            assert!(!broken.text().contains("secret reason"), "{}", broken.text());
            let id = broken.header("x-request-id");
            assert!(broken.json()["instance"].as_str().unwrap().ends_with(id));
        }
        assert_eq!(tell("away").await.expect(503).header("retry-after"), "10");
        let missing = house.call(Method::POST, "/api/v1/tell", Some(serde_json::json!({}))).await.expect(422);
        assert_eq!(missing.json()["errors"][0]["field"], "name");
        let plain = get("/api/v1/tell").method(Method::POST).body(Body::from("x")).unwrap();
        let _ = house.send(plain).await.expect(415);
    });
}

#[test]
fn only_our_own_pages_send_forms() {
    with_house(async |house| {
        let nobody = Browser::default();
        let done = house.post_as(&nobody, "/page", &[("name", "あ")]).await.expect(303);
        assert_eq!(done.header("location"), "/done/3");
        let send = async |site: Option<&str>, origin: Option<&str>| {
            let mut request = get("/page")
                .method(Method::POST)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ACCEPT, "text/html");
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            house.send(request.body(Body::from("name=a")).unwrap()).await
        };
        let _ = send(None, Some(ORIGIN)).await.expect(303);
        for (site, origin) in [(Some("cross-site"), Some(ORIGIN)), (None, Some("https://evil.example")), (None, None)] {
            let reply = send(site, origin).await.expect(403);
            assert!(reply.text().contains("別のサイト"));
        }
    });
}

#[test]
fn bodies_have_a_limit() {
    with_house(async |house| {
        let long = "a".repeat(10 * 1024 * 1024);
        let reply = house.post_as(&Browser::default(), "/page", &[("name", &long)]).await.expect(413);
        assert!(reply.text().contains("64"));
        // Without a length, as a stream.
        let request = get("/page")
            .method(Method::POST)
            .header("origin", ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from_stream(futures_util::stream::iter(
                (0..100).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 1024]))),
            )));
        let _ = house.send(request.unwrap()).await.expect(413);
    });
}

#[test]
fn a_handler_that_does_not_come_back_is_given_up() {
    with_house(async |house| {
        let reply = house.get("/slow").await.expect(503);
        assert_eq!(reply.header("retry-after"), "10");
    });
}

#[test]
fn staff_routes_ask_who_before_anything_else() {
    with_house(async |house| {
        let to = house.get("/staff/audit?a=1&b=あ".replace('あ', "%E3%81%82").as_str()).await.expect(303);
        assert_eq!(to.header("location"), "/staff/sign-in?next=/staff/audit%3Fa%3D1%26b%3D%25E3%2581%2582");
        let (clerk, ..) = house.staff("clerk", &[Role::Clerk]).await;
        assert_eq!(house.get_as(&clerk, "/staff/who").await.expect(200).text(), "clerk");
        let forbidden = house.get_as(&clerk, "/staff/audit").await.expect(403);
        assert!(forbidden.text().contains("試験 花子"), "the frame of the back office stays");
        let (auditor, ..) = house.staff("auditor", &[Role::Auditor]).await;
        assert_eq!(house.get_as(&auditor, "/staff/audit").await.expect(200).text(), "auditor");
        let _ = house.post_as(&auditor, "/staff/audit", &[("name", "a")]).await.expect(303);
        let _ = house.post_as(&clerk, "/staff/audit", &[("name", "a")]).await.expect(403);
        let forged = Browser::signed_in("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let _ = house.get_as(&forged, "/staff/who").await.expect(303);
        let odd = Browser::signed_in("x");
        let _ = house.get_as(&odd, "/staff/who").await.expect(303);
    });
}

#[test]
fn the_two_doors_are_apart() {
    store::testing::on_sqlite(async |db| {
        let real = kernel::World::real;
        let public = House::open_with(db.clone(), real(), routes(), Vec::new(), Door::Public).await;
        let staff = House::open_with(db, real(), routes(), Vec::new(), Door::Staff).await;
        for route in public.table.routes().iter().filter(|route| route.method == Method::GET) {
            if route.kind == Kind::Live {
                continue;
            }
            let path = route.path.replace("{number}", "1").replace("{counter}", "1").replace("{*path}", "x");
            let (outside, inside) = (public.get(&path).await, staff.get(&path).await);
            let unlisted = |reply: &crate::testing::Reply| reply.status == 404;
            match route.side {
                Side::Public => assert!(unlisted(&inside), "{path}"),
                Side::Staff => {
                    assert!(unlisted(&outside), "{path}");
                    assert!(!unlisted(&inside), "{path}");
                }
                Side::Both => assert_eq!(outside.status, inside.status, "{path}"),
            }
        }
        // Signed in or not, the public door knows nothing of it.
        let (auditor, ..) = public.staff("auditor", &[Role::Auditor]).await;
        let _ = public.get_as(&auditor, "/staff/audit").await.expect(404);
        let _ = staff.get_as(&auditor, "/staff/audit").await.expect(200);
    });
}

#[test]
fn language_and_text_size_are_kept() {
    with_house(async |house| {
        let nobody = Browser::default();
        let form = [("lang", "en"), ("back", "/page?lang=ja&x=1")];
        let chosen = house.post_as(&nobody, "/settings/language", &form).await.expect(303);
        assert_eq!(chosen.header("location"), "/page?x=1");
        assert_eq!(chosen.cookie("lang").as_deref(), Some("en"));
        let large = house.post_as(&nobody, "/settings/text", &[("size", "large"), ("back", "/")]).await.expect(303);
        assert_eq!(large.cookie("large").as_deref(), Some("1"));
        let wrong = house.post_as(&nobody, "/settings/language", &[("lang", "xx"), ("back", "/")]).await;
        let _ = wrong.expect(400);
        let away = house.post_as(&nobody, "/settings/language", &[("lang", "en"), ("back", "//evil")]).await;
        assert_eq!(away.header("location"), "/");
        let asked = house.get("/page?lang=easy").await.expect(200);
        assert_eq!(asked.cookie("lang").as_deref(), Some("easy"));
        let easy = Browser { cookies: "lang=easy; large=1".to_owned(), languages: "en" };
        let page = house.get_as(&easy, "/nowhere").await.text();
        assert!(page.contains("この ページは ありません") && page.contains("class=\"large\""), "{page}");
    });
}

#[test]
fn text_is_packed_for_who_takes_it() {
    with_house(async |house| {
        let asked = get("/page").header(header::ACCEPT_ENCODING, "gzip, br");
        let reply = house.send(body(asked)).await.expect(200);
        assert_eq!(reply.header("content-encoding"), "gzip");
        assert!(reply.body.len() < house.get("/page").await.body.len() / 5);
    });
}

#[test]
fn the_description_and_the_files_are_served() {
    with_house(async |house| {
        let described = house.get("/api/openapi.json").await.expect(200).json();
        assert_eq!(described["paths"]["/api/v1/tell"]["post"]["operationId"], "tell");
        let manifest = house.get("/manifest.webmanifest").await.expect(200);
        assert_eq!(manifest.header("content-type"), "application/manifest+json");
        let style = house.get(assets::url("app.css")).await.expect(200);
        assert!(style.header("cache-control").contains("immutable"));
        let _ = house.get("/readyz").await.expect(200);
        let _ = house.get("/offline").await.expect(200);
    });
}

store::statements! {
    /// As a database looks that was put back to an older state.
    OLDER = "DELETE FROM migration WHERE name = (SELECT MAX(name) FROM migration)";
}

/// The tests' own: not for the registry.
const _: &[store::Statement] = STATEMENTS;

#[test]
fn a_node_whose_schema_lacks_a_step_is_not_ready() {
    with_house(async |house| {
        let _ = house.get("/readyz").await.expect(200);
        let act = store::Act::bulk("test");
        let older: Result<_, store::Error> =
            house.app.db.write(act, async |tx: &mut store::Tx<'_>| tx.exec(&OLDER, &[]).await).await;
        older.unwrap();
        let answer = house.get("/readyz").await.expect(503);
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(said.contains("lacks step") && said.contains("migrate"), "{said}");
        let _ = house.get("/livez").await.expect(200);
    });
}

#[test]
fn a_stream_tells_what_changed() {
    with_house(async |house| {
        let mut router = router(&house.table, &house.app, Door::Whole).into_service();
        let answer = tower::Service::call(&mut router, body(get("/live"))).await;
        let Ok(response) = answer;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        let mut stream = response.into_response().into_body();
        let mut next = async || {
            let frame = stream.frame().await.unwrap().unwrap();
            String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
        };
        assert!(next().await.contains("event: changed\ndata: "));
        house.app.db.announce("test");
        assert!(next().await.starts_with("event: changed\ndata: "));
    });
}
