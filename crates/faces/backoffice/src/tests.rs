//! The pages of the back office, walked as people walk them.

use ::people::{Role, first_administrator, totp};
use kernel::locale::{Locale, Localized};
use places::CounterDetails;
use shell::testing::{Browser, House, PASSWORD, Reply};
use shell::{Door, Kind};
use store::{Act, Db, Tx};

use super::{nav, routes};

const PREPARE: Act = Act::bulk("testing.prepare");
/// One's own password, given again.
const PRESENT: [(&str, &str); 1] = [("present", PASSWORD)];

fn with_house<T>(test: impl AsyncFnOnce(House) -> T) -> T {
    store::testing::on_sqlite(async |db: Db| {
        let house = House::open_with(db, kernel::World::real(), routes(), nav(), Door::Whole).await;
        test(house).await
    })
}

fn carries(reply: &Reply, words: &str) {
    assert!(reply.text().contains(words), "{words} is not in\n{}", reply.text());
}

/// The value of the first `name="…" value="…"` pair or link that follows `mark`.
fn after<'t>(text: &'t str, mark: &str) -> &'t str {
    let rest = text.split_once(mark).unwrap_or_else(|| panic!("{mark} is not in\n{text}")).1;
    rest.split(['"', '<', '?']).next().unwrap()
}

#[test]
fn the_first_administrator_enters_step_by_step() {
    store::testing::on_sqlite(async |db: Db| {
        let house = House::open_strict(db, routes()).await;
        let app = &house.app;
        let first = first_administrator(&app.db, &app.world, &app.keeper).await.unwrap().unwrap();
        let nobody = Browser::default();

        // Wrong and unknown look the same.
        let wrong = house.post_as(&nobody, "/staff/sign-in", &[("login", "admin"), ("password", "wrong wrong")]).await;
        let wrong = wrong.expect(422);
        let unknown =
            house.post_as(&nobody, "/staff/sign-in", &[("login", "ghost"), ("password", "wrong wrong")]).await;
        let plain = |reply: &Reply, login: &str| reply.text().replace(login, "LOGIN");
        assert_eq!(plain(&wrong, "admin"), plain(&unknown.expect(422), "ghost"));
        assert!(wrong.cookie("__Host-session").is_none());

        let form = [("login", "admin"), ("password", first.password.as_str()), ("next", "/staff/audit")];
        let entered = house.post_as(&nobody, "/staff/sign-in", &form).await.expect(303);
        assert_eq!(entered.header("location"), "/staff/audit");
        assert!(entered.header("set-cookie").contains("; Secure"), "{}", entered.header("set-cookie"));
        let admin = Browser::signed_in(&entered.cookie("__Host-session").unwrap());

        // Nothing opens before the password is changed.
        let sent = house.get_as(&admin, "/staff/audit").await.expect(303);
        assert_eq!(sent.header("location"), "/staff/first-password");
        let early = house.post_as(&admin, "/staff/second-factor/codes", &[]).await.expect(303);
        assert_eq!(early.header("location"), "/staff/first-password");
        carries(
            &house.get_as(&admin, "/staff/first-password").await.expect(200),
            "最初のパスワードは一度しか使えません",
        );
        let change = async |new: &str, again: &str| {
            let form = [("present", first.password.as_str()), ("new", new), ("again", again)];
            house.post_as(&admin, "/staff/first-password", &form).await
        };
        carries(&change("short", "short").await.expect(422), "12文字以上");
        carries(&change(PASSWORD, "another").await.expect(422), "2回の入力が違います");
        let _ = change(PASSWORD, PASSWORD).await.expect(303);

        // Then a second factor.
        let sent = house.get_as(&admin, "/staff/audit").await.expect(303);
        assert_eq!(sent.header("location"), "/staff/second-factor");
        carries(&house.get_as(&admin, "/staff/second-factor").await.expect(200), "紙のコードを作る");
        let _ = house.post_as(&admin, "/staff/second-factor", &PRESENT).await.expect(303);
        let shown = house.get_as(&admin, "/staff/second-factor/authenticator").await.expect(200);
        carries(&shown, "data:image/svg+xml;base64,");
        let typed = after(&shown.text(), "<code>").replace(' ', "");
        let secret = data_encoding::BASE32_NOPAD.decode(typed.as_bytes()).unwrap();
        let wrong = house.post_as(&admin, "/staff/second-factor/authenticator", &[("code", "000000x")]).await;
        carries(&wrong.expect(422), "コードが違うか");
        let step = totp::step_at(app.world.now().seconds());
        let code = format!("{:06}", totp::code(&secret, step));
        let done = house.post_as(&admin, "/staff/second-factor/authenticator", &[("code", &code)]).await.expect(303);
        assert_eq!(done.header("location"), "/staff/second-factor");
        let codes = house.post_as(&admin, "/staff/second-factor/codes", &PRESENT).await.expect(200);
        let text = codes.text();
        let paper = after(&text, "<ol class=\"codes\"><li><code>").to_owned();
        let _ = house.get_as(&admin, "/staff/audit").await.expect(200);

        // Next time: password, then a printed code, which works once.
        let form = [("login", "admin"), ("password", PASSWORD)];
        let begun = house.post_as(&nobody, "/staff/sign-in", &form).await.expect(303);
        assert_eq!(begun.header("location"), "/staff/sign-in/code?next=/staff");
        assert!(begun.cookie("__Host-session").is_none());
        let half =
            Browser { cookies: format!("__Host-pending={}", begun.cookie("__Host-pending").unwrap()), languages: "" };
        let _ = house.get_as(&half, "/staff").await.expect(303);
        carries(&house.get_as(&half, "/staff/sign-in/code").await.expect(200), "認証アプリの6桁");
        let wrong = house.post_as(&half, "/staff/sign-in/code", &[("code", "AAAA-BBBB-CCCC")]).await;
        carries(&wrong.expect(422), "コードが違うか");
        let full = house.post_as(&half, "/staff/sign-in/code", &[("code", &paper)]).await.expect(303);
        let second = Browser::signed_in(&full.cookie("__Host-session").unwrap());
        carries(&house.get_as(&second, "/staff/sessions").await.expect(200), "紙のコードは残り9個");

        // Ending the other one, then signing out.
        let _ = house.post_as(&second, "/staff/sessions/end-others", &[]).await.expect(303);
        let _ = house.get_as(&admin, "/staff").await.expect(303);
        let out = house.post_as(&second, "/staff/sign-out", &[]).await.expect(303);
        assert_eq!(out.cookie("__Host-session").as_deref(), Some(""));
        let _ = house.get_as(&second, "/staff").await.expect(303);
    });
}

#[test]
fn a_session_alone_changes_no_second_factor() {
    with_house(async |house| {
        let (clerk, person, _) = house.staff("clerk", &[Role::Clerk]).await;
        let (admin, ..) = house.staff("boss", &[Role::Administrator]).await;
        let forms = ["/staff/second-factor", "/staff/second-factor/codes", "/staff/second-factor/remove"];
        for path in forms {
            for wrong in [&[][..], &[("present", "wrong wrong")][..]] {
                let page = house.post_as(&clerk, path, wrong).await.expect(422);
                carries(&page, "いまのパスワードが違います");
                carries(&page, "href=\"#present\"");
                assert!(!page.text().contains("wrong wrong"), "a password is never shown again");
            }
        }
        let _ = house.get_as(&clerk, "/staff/second-factor/authenticator").await.expect(303);
        for act in ["password", "codes", "forget"] {
            let path = format!("/staff/people/{person}/{act}");
            carries(&house.post_as(&admin, &path, &[]).await.expect(422), "いまのパスワードが違います");
        }
        let _ = house.get_as(&clerk, "/staff/sessions").await.expect(200);

        // Six wrong ones so far; four more, and the right one has to wait too.
        for _ in 0..4 {
            let _ = house.post_as(&clerk, forms[1], &[]).await.expect(422);
        }
        carries(&house.post_as(&clerk, forms[1], &PRESENT).await.expect(422), "分ほど待ってから");
        let _ = house.post_as(&admin, &format!("/staff/people/{person}/codes"), &PRESENT).await.expect(200);
        carries(&house.get_as(&clerk, "/staff/sessions").await.expect(200), "30分間操作がないと");
    });
}

#[test]
fn plain_http_from_another_machine_is_told_why() {
    with_house(async |house| {
        let from = |host: &str| {
            let request = Browser::default().request(http::Method::GET, "/staff/sign-in").header("host", host);
            request.body(axum::body::Body::empty()).unwrap()
        };
        let far = house.send(from("192.168.1.20:8080")).await.expect(200);
        carries(&far, "この開き方ではサインインできません");
        assert!(!far.text().contains("type=\"password\""));
        let near = house.send(from("localhost:8080")).await.expect(200);
        carries(&near, "type=\"password\"");
    });
}

#[test]
fn going_on_after_signing_in_stays_inside() {
    with_house(async |house| {
        let _ = house.staff("clerk", &[Role::Clerk]).await;
        for next in ["https://evil.example", "//evil.example", "/visits", "/staff\u{5c}evil"] {
            let form = [("login", "clerk"), ("password", PASSWORD), ("next", next)];
            let entered = house.post_as(&Browser::default(), "/staff/sign-in", &form).await.expect(303);
            assert_eq!(entered.header("location"), "/staff", "{next}");
        }
    });
}

/// One of everything, so that no page is empty.
async fn furnish(house: &House) {
    let world = house.app.world.clone();
    let write = async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        let details = CounterDetails {
            code: "shimin".to_owned(),
            position: 1,
            name: Localized::ja("市民課窓口"),
            unit: Localized::ja("市民課"),
            unit_code: String::new(),
            phone: "054-000-0000".to_owned(),
            fax: String::new(),
            hours: Localized::ja("平日 8:30〜17:15"),
            location: Localized::ja("本庁1階"),
            desks: 5,
            ticket_prefix: 'A',
            is_open: true,
        };
        places::put_counter(tx, &world, &details).await.map_err(|error| store::Error::Schema(error.to_string()))?;
        let day = world.today().plus(10);
        places::holidays::close_day(tx, day, &Localized::ja("停電")).await
    };
    house.app.db.write(PREPARE, write).await.unwrap();
}

#[test]
fn every_page_speaks_every_language() {
    with_house(async |house| {
        furnish(&house).await;
        let (admin, person, unit) = house.staff("chief", &[Role::Administrator]).await;
        let today = house.app.world.today();
        let post = house
            .app
            .db
            .read(async move |tx: &mut Tx<'_>| ::people::posts(tx, today, Some(unit)).await)
            .await
            .unwrap()
            .remove(0);
        let counters = house.app.db.read(async |tx: &mut Tx<'_>| places::counters(tx).await).await.unwrap();
        let mut seen = 0;
        for locale in Locale::ALL {
            let browser = Browser { cookies: format!("{}; lang={locale}", admin.cookies), languages: "" };
            for route in house.table.routes() {
                if !route.path.starts_with("/staff") || !matches!(route.kind, Kind::Page | Kind::File) {
                    continue;
                }
                let id = match route.path {
                    path if path.starts_with("/staff/people") => person.to_string(),
                    path if path.starts_with("/staff/units") => unit.to_string(),
                    path if path.starts_with("/staff/posts") => post.id.to_string(),
                    path if path.starts_with("/staff/places/counters") => counters[0].id.to_string(),
                    _ => uuid::Uuid::nil().to_string(),
                };
                let path = route.path.replace("{id}", &id).replace("{set}", &id);
                let reply = house.get_as(&browser, &path).await;
                let text = reply.text();
                assert!(reply.status.as_u16() < 500, "{path} {text}");
                for prefix in ["backoffice-", "errors-", "shell-", "messages-"] {
                    let bare = text.split(['>', '"']).any(|piece| piece.starts_with(prefix) && !piece.contains(' '));
                    assert!(!bare, "{path} in {locale} shows a key of {prefix}\n{text}");
                }
                seen += usize::from(reply.status == 200);
            }
        }
        assert!(seen > 3 * 15, "only {seen} pages were shown");
    });
}

#[test]
fn somebody_joins_moves_and_is_locked_out() {
    with_house(async |house| {
        let (chief, ..) = house.staff("chief", &[Role::Personnel]).await;
        let unit = house.unit("shimin").await;

        let empty = house.post_as(&chief, "/staff/people/new", &[("name", ""), ("kana", ""), ("login", "A B")]).await;
        let text = empty.expect(422).text();
        for field in ["name", "kana", "login"] {
            assert!(text.contains(&format!("href=\"#{field}\"")), "{field}");
        }
        let form = [("name", "髙橋 一郎"), ("kana", "タカハシ イチロウ"), ("login", "takahashi"), ("number", "1001")];
        let made = house.post_as(&chief, "/staff/people/new", &form).await.expect(303);
        let page = made.header("location").to_owned();
        carries(&house.post_as(&chief, "/staff/people/new", &form).await.expect(422), "ほかの人が使っています");
        carries(&house.get_as(&chief, "/staff/people?q=たかはし").await.expect(200), "髙橋 一郎");

        // A post, and the roles it carries.
        let today = house.app.world.today().to_string();
        let post = [("from", today.as_str()), ("title_ja", "主事"), ("roles", "clerk"), ("roles", "messages")];
        let made = house.post_as(&chief, &format!("/staff/units/{unit}/posts/new"), &post).await.expect(303);
        let post = made.header("location").rsplit('/').next().unwrap().to_owned();
        let hold = [("post", post.as_str()), ("from", today.as_str())];
        let _ = house.post_as(&chief, &format!("{page}/hold"), &hold).await.expect(303);
        carries(&house.get_as(&chief, &page).await.expect(200), "主事");
        carries(&house.get_as(&chief, "/staff/units").await.expect(200), "窓口・配信");

        // The slip, and what it opens.
        let path = format!("{page}/password");
        carries(&house.post_as(&chief, &path, &[]).await.expect(422), "いまのパスワードが違います");
        let slip = house.post_as(&chief, &path, &PRESENT).await.expect(200).text();
        let password = slip.rsplit("<dd><code>").next().unwrap().split('<').next().unwrap();
        let form = [("login", "takahashi"), ("password", password)];
        let entered = house.post_as(&Browser::default(), "/staff/sign-in", &form).await.expect(303);
        let new = Browser::signed_in(&entered.cookie("__Host-session").unwrap());
        let sent = house.get_as(&new, "/staff/messages").await.expect(303);
        assert_eq!(sent.header("location"), "/staff/first-password");
        let form = [("present", password), ("new", PASSWORD), ("again", PASSWORD)];
        let _ = house.post_as(&new, "/staff/first-password", &form).await.expect(303);
        let _ = house.get_as(&new, "/staff/messages").await.expect(200);
        let _ = house.get_as(&new, "/staff/people").await.expect(403);

        let _ = house.post_as(&chief, &format!("{page}/lock"), &[("to", "locked")]).await.expect(303);
        let _ = house.get_as(&new, "/staff/messages").await.expect(303);
        carries(&house.get_as(&chief, &page).await.expect(200), "停止中");
    });
}

#[test]
fn personnel_cannot_make_themselves_administrator() {
    with_house(async |house| {
        let (personnel, own, unit) = house.staff("jinji", &[Role::Personnel]).await;
        let (admin, boss, _) = house.staff("boss", &[Role::Administrator]).await;
        let today = house.app.world.today().to_string();
        let roles = [("from", today.as_str()), ("title_ja", "長"), ("roles", "administrator")];
        let path = format!("/staff/units/{unit}/posts/new");
        let _ = house.post_as(&personnel, &path, &roles).await.expect(403);
        let made = house.post_as(&admin, &path, &roles).await.expect(303);
        let post = made.header("location").rsplit('/').next().unwrap().to_owned();
        let hold = [("post", post.as_str()), ("from", today.as_str())];
        let _ = house.post_as(&personnel, &format!("/staff/people/{own}/hold"), &hold).await.expect(403);
        for act in ["password", "codes", "forget", "end-sessions"] {
            let _ = house.post_as(&personnel, &format!("/staff/people/{boss}/{act}"), &PRESENT).await.expect(403);
        }
        let _ = house.post_as(&personnel, &format!("/staff/people/{boss}/lock"), &[("to", "locked")]).await.expect(403);
        carries(&house.get_as(&personnel, &format!("/staff/people/{boss}")).await.expect(200), "管理者だけが扱えます");
        let _ = house.get_as(&admin, "/staff/settings").await.expect(200);
    });
}

#[test]
fn personnel_cannot_take_the_keys_by_a_detour() {
    with_house(async |house| {
        let (personnel, own, _) = house.staff("jinji", &[Role::Personnel]).await;
        let (admin, boss, unit) = house.staff("boss", &[Role::Administrator]).await;
        let today = house.app.world.today();
        let (now, later) = (today.to_string(), today.plus(30).to_string());

        // Another login, or no unit any more, would lock the administrator out.
        let person = [("name", "長 一郎"), ("kana", "オサ イチロウ"), ("login", "boss")];
        let path = format!("/staff/people/{boss}");
        let _ = house.post_as(&personnel, &path, &person).await.expect(303);
        let renamed = [person[0], person[1], ("login", "somebody")];
        let _ = house.post_as(&personnel, &path, &renamed).await.expect(403);
        let last = [("last", now.as_str())];
        let _ = house.post_as(&personnel, &format!("/staff/units/{unit}/close"), &last).await.expect(403);

        // A post that gets the keys next month is not taken today.
        let plain = [("from", now.as_str()), ("title_ja", "主任"), ("roles", "clerk")];
        let made = house.post_as(&admin, &format!("/staff/units/{unit}/posts/new"), &plain).await.expect(303);
        let post = made.header("location").to_owned();
        let keys = [("from", later.as_str()), ("title_ja", "主任"), ("roles", "administrator")];
        let _ = house.post_as(&admin, &post, &keys).await.expect(303);
        let hold = [("post", post.rsplit('/').next().unwrap()), ("from", now.as_str())];
        let _ = house.post_as(&personnel, &format!("/staff/people/{own}/hold"), &hold).await.expect(403);

        let _ = house.post_as(&admin, &path, &renamed).await.expect(303);
        // The last administrator stays one, whatever they press.
        let close = format!("/staff/units/{unit}/close");
        carries(&house.post_as(&admin, &close, &last).await.expect(422), "管理者が一人もいなくなります");
        let _ = house.staff("second", &[Role::Administrator]).await;
        let _ = house.post_as(&admin, &close, &last).await.expect(303);
    });
}

#[test]
fn the_city_changes_its_name_and_closes_a_day() {
    with_house(async |house| {
        let (admin, ..) = house.staff("chief", &[Role::Administrator]).await;
        let wrong = [("name_ja", ""), ("unit_ja", "総務課"), ("hours_ja", ""), ("address_ja", ""), ("phone", "")];
        let text = house.post_as(&admin, "/staff/settings", &wrong).await.expect(422).text();
        assert!(text.contains("href=\"#name_ja\"") && text.contains("href=\"#phone\""));
        let right =
            [("name_ja", "海辺市"), ("unit_ja", "総務課"), ("hours_ja", ""), ("address_ja", ""), ("phone", "054-1")];
        let mut changed = house.app.db.listen();
        let _ = house.post_as(&admin, "/staff/settings", &right).await.expect(303);
        let _ = changed.recv().await;
        for _ in 0..50 {
            if house.app.city().name.ja == "海辺市" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        carries(&house.get_as(&admin, "/staff/settings").await.expect(200), "海辺市");

        let day = house.app.world.today().plus(30);
        let form = [("day", day.to_string()), ("reason", "停電".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let _ = house.post_as(&admin, "/staff/settings/closed", &form).await.expect(303);
        carries(&house.get_as(&admin, "/staff/settings").await.expect(200), "停電");
        let _ = house.post_as(&admin, "/staff/settings/reopen", &form[..1]).await.expect(303);
        assert!(!house.get_as(&admin, "/staff/settings").await.text().contains("停電"));
        carries(&house.get_as(&admin, "/staff/audit?act=places.").await.expect(200), "places.day.reopen");
    });
}

#[test]
fn the_log_is_filtered_and_taken_away() {
    with_house(async |house| {
        let (auditor, ..) = house.staff("kansa", &[Role::Auditor]).await;
        let (clerk, ..) = house.staff("clerk", &[Role::Clerk]).await;
        let _ = house.get_as(&clerk, "/staff/audit").await.expect(403);
        let _ = house.get_as(&clerk, "/staff/audit.csv").await.expect(403);
        let all = house.get_as(&auditor, "/staff/audit").await.expect(200);
        carries(&all, "people.sign_in");
        let none = house.get_as(&auditor, "/staff/audit?act=people.look").await.expect(200);
        carries(&none, "見つかりませんでした");
        carries(
            &house.get_as(&auditor, "/staff/audit?login=nobody&from=x").await.expect(200),
            "年月日を選んでください",
        );
        let of = house.get_as(&auditor, "/staff/audit?login=clerk&act=people.sign_in").await.expect(200).text();
        assert!(of.contains("(clerk)") && !of.contains("(kansa)"), "{of}");
        let csv = house.get_as(&auditor, "/staff/audit.csv?login=clerk").await.expect(200);
        assert!(csv.text().starts_with("\u{feff}\"日時\",\"操作した人\"") && csv.text().contains("people.sign_in"));
        assert_eq!(csv.header("cache-control"), "no-store");
        carries(&house.get_as(&auditor, "/staff/audit?act=audit.export").await.expect(200), "audit.export");
        let _ = house.get_as(&auditor, "/staff/audit/chain").await.expect(200);
    });
}

#[test]
fn a_point_is_looked_up_with_its_doubt() {
    with_house(async |house| {
        let square = |name: &str, west: f64| {
            let (east, south, north) = (west + 0.01, 34.86, 34.87);
            let ring = serde_json::json!([[[west, south], [east, south], [east, north], [west, north], [west, south]]]);
            serde_json::json!({"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": ring}})
        };
        let file = serde_json::json!({"type": "FeatureCollection", "features": [square("東学区", 138.32), square("西学区", 138.31)]});
        let options =
            places::areas::AreaOptions { set: places::import::SetName::new("学区").unwrap(), name_field: None };
        let parsed = places::areas::parse(file.to_string().as_bytes(), &options).unwrap();
        places::areas::store(&house.app.db, &house.app.world, parsed, false).await.unwrap();
        let (places, ..) = house.staff("chizu", &[Role::Places]).await;
        let ask = async |lat: &str, lon: &str| {
            let reply = house.get_as(&places, &format!("/staff/places/point?lat={lat}&lon={lon}")).await;
            reply.expect(200).text()
        };
        let inside = ask("34.865", "138.325").await;
        assert!(inside.contains("確か") && inside.contains("東学区") && !inside.contains("西学区"), "{inside}");
        let border = ask("34.865", "138.3201").await;
        assert!(border.contains("境界の近く") && border.contains("東学区") && border.contains("西学区"), "{border}");
        assert!(ask("35.5", "138.325").await.contains("どの区域でもない"));
        assert!(ask("138.3", "34.8").await.contains("緯度と経度が逆"));
        let map = house.get_as(&places, "/staff/places").await.text();
        let set = after(&map, "/staff/places/areas/");
        let map = house.get_as(&places, &format!("/staff/places/areas/{set}")).await.expect(200).text();
        assert!(map.contains("<title>東学区</title>") && map.contains("<table"), "{map}");
    });
}

#[test]
fn a_counter_is_changed() {
    with_house(async |house| {
        furnish(&house).await;
        let (places, ..) = house.staff("chizu", &[Role::Places]).await;
        let counters = house.app.db.read(async |tx: &mut Tx<'_>| places::counters(tx).await).await.unwrap();
        let path = format!("/staff/places/counters/{}", counters[0].id);
        let form = [
            ("name_ja", "市民課"),
            ("location_ja", ""),
            ("hours_ja", ""),
            ("phone", "054-111-2222"),
            ("unit", "chizu"),
            ("desks", "100"),
            ("ticket_prefix", "あ"),
        ];
        let text = house.post_as(&places, &path, &form).await.expect(422).text();
        assert!(text.contains("href=\"#desks\"") && text.contains("href=\"#ticket_prefix\""));
        let form = [&form[..5], &[("desks", "7"), ("ticket_prefix", "B")]].concat();
        let _ = house.post_as(&places, &path, &form).await.expect(303);
        let page = house.get_as(&places, "/staff/places").await.expect(200);
        carries(&page, "054-111-2222");
        carries(&page, "休止中");
    });
}

#[test]
fn a_new_city_adds_its_counters() {
    with_house(async |house| {
        let (admin, ..) = house.staff("kanri", &[Role::Administrator]).await;
        let (clerk, ..) = house.staff("mado", &[Role::Clerk]).await;
        let path = "/staff/places/counters/new";
        carries(&house.get_as(&admin, "/staff").await.expect(200), "href=\"/staff/first-steps\"");
        assert!(!house.get_as(&clerk, "/staff").await.text().contains("/staff/first-steps"));
        let _ = house.get_as(&clerk, path).await.expect(403);
        carries(&house.get_as(&admin, path).await.expect(200), "value=\"mado\"");
        let form = |code: &'static str, unit: &'static str, name: &'static str| {
            [
                ("code", code),
                ("unit", unit),
                ("name_ja", name),
                ("location_ja", "本庁舎1階"),
                ("hours_ja", ""),
                ("phone", ""),
                ("desks", "3"),
                ("ticket_prefix", "A"),
                ("is_open", "1"),
            ]
        };
        let _ = house.post_as(&clerk, path, &form("shimin", "mado", "市民課窓口")).await.expect(403);
        let wrong = house.post_as(&admin, path, &form("市民", "nobody", "市民課窓口")).await.expect(422).text();
        assert!(wrong.contains("href=\"#unit\""), "{wrong}");
        carries(&house.post_as(&admin, path, &form("市民", "mado", "市民課窓口")).await.expect(422), "href=\"#code\"");
        let _ = house.post_as(&admin, path, &form("shimin", "mado", "市民課窓口")).await.expect(303);
        // The same code again must not change the counter that is there.
        let taken = house.post_as(&admin, path, &form("shimin", "mado", "別の窓口")).await.expect(422);
        carries(&taken, "このコードは別の窓口が使っています");
        let read = async |tx: &mut store::Tx<'_>| ::places::counters(tx).await;
        let counters = house.app.db.read(read).await.unwrap();
        assert_eq!(counters.len(), 1);
        let details = &counters[0].details;
        assert_eq!((details.name.ja.as_str(), details.unit_code.as_str()), ("市民課窓口", "mado"));
        assert_eq!(details.unit.ja, "市民課", "the division's name comes with it");
    });
}
