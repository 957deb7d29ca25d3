//! The back office of services through HTTP: whose counter it is, forms, and what others see of them at once.

use kernel::day::Day;
use kernel::locale::Localized;
use people::{Role, UnitId};
use places::CounterDetails;
use shell::testing::{Browser, House, Reply};
use store::{Act, Db, Error, Tx};
use visits::{Service, ServiceId};

const PREPARE: Act = Act::bulk("testing.prepare");

struct City {
    house: House,
    /// The chief of the counter's section.
    chief: Browser,
    /// The chief of another one.
    other: Browser,
    /// Serves the counter, manages nothing.
    clerk: Browser,
}

async fn counter(house: &House, code: &str, unit_code: &str) {
    let details = CounterDetails {
        code: code.to_owned(),
        position: 1,
        name: Localized::new("市民の窓口", "しみんの まどぐち", "Residents counter"),
        unit: Localized::ja("市民課"),
        unit_code: unit_code.to_owned(),
        phone: "0540000000".to_owned(),
        fax: String::new(),
        hours: Localized::ja("8:30〜17:15"),
        location: Localized::ja("1階"),
        desks: 3,
        ticket_prefix: 'A',
        is_open: true,
    };
    let world = house.app.world.clone();
    let put = async move |tx: &mut Tx<'_>| {
        places::put_counter(tx, &world, &details).await.map(drop).map_err(|error| Error::Schema(error.to_string()))
    };
    house.app.db.write(PREPARE, put).await.unwrap();
}

impl City {
    async fn new(db: Db) -> Self {
        let face = crate::Face::new(&db, &kernel::World::real());
        let house = House::open(db, face.serve(crate::routes())).await;
        let (chief, _, unit): (_, _, UnitId) = house.staff("mori", &[Role::CounterChief]).await;
        let (other, _, _) = house.staff("kawa", &[Role::CounterChief]).await;
        let (clerk, _) = house.staff_of("hata", &[Role::Clerk], unit).await;
        counter(&house, "residents", "mori").await;
        counter(&house, "tax", "kawa").await;
        Self { house, chief, other, clerk }
    }

    async fn services(&self) -> Vec<Service> {
        self.house.app.db.read(async |tx: &mut Tx<'_>| visits::services(tx).await).await.unwrap()
    }

    async fn counter_id(&self, code: &'static str) -> String {
        let read = async move |tx: &mut Tx<'_>| places::counter_by_code(tx, code).await;
        self.house.app.db.read(read).await.unwrap().unwrap().id.to_string()
    }

    async fn add(&self, code: &str) -> ServiceId {
        let counter = self.counter_id("residents").await;
        let form = form(&[("code", code), ("counter", &counter)]);
        let answer = self.house.post_as(&self.chief, "/staff/services/new", &pairs(&form)).await.expect(303);
        let id = answer.header("location").trim_start_matches("/staff/services/").trim_end_matches("/hours").to_owned();
        id.parse().unwrap()
    }

    async fn publish(&self, id: ServiceId, from: Day, to: &str, go: &str) -> Reply {
        let mut fields = vec![("from_day".to_owned(), from.to_string()), ("rows".to_owned(), "2".to_owned())];
        (1..=7).for_each(|day| fields.push((format!("day_0_{day}"), "1".to_owned())));
        for (field, value) in [("from_0", "09:00"), ("to_0", to), ("step_0", "30"), ("web_0", "2"), ("staff_0", "1")] {
            fields.push((field.to_owned(), value.to_owned()));
        }
        fields.push(("go".to_owned(), go.to_owned()));
        self.house.post_as(&self.chief, &format!("/staff/services/{id}/hours"), &pairs(&fields)).await
    }

    /// A day soon on which the hall is open.
    async fn open_day(&self) -> Day {
        let calendar = self.house.app.db.read(async |tx: &mut Tx<'_>| places::holidays::calendar(tx).await).await;
        let (calendar, tomorrow) = (calendar.unwrap(), self.house.app.world.today().plus(1));
        (0..20).map(|ahead| tomorrow.plus(ahead)).find(|day| calendar.name(*day).is_none()).unwrap()
    }

    async fn book(&self, id: ServiceId, day: Day, at: &str) {
        let body = serde_json::json!({
            "service": id.to_string(),
            "slot": visits::SlotId { day, minute: kernel::day::Minute::parse(at).unwrap() }.to_string(),
            "contact": { "name": "焼田 花子", "phone": "054-000-0000" },
        });
        let request = http::Request::builder()
            .method("POST")
            .uri("/api/v1/visits/bookings")
            .header("content-type", "application/json")
            .header("idempotency-key", format!("{day}-{at}"));
        let answer = self.house.send(request.body(body.to_string().into()).unwrap()).await;
        let _ = answer.expect(201);
    }
}

/// A whole form of a service, some of it said otherwise.
fn form(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut form: Vec<(String, String)> = [
        ("name_ja", "転入の届出"),
        ("name_en", "Moving in"),
        ("summary_ja", "ほかの市から引っ越してきた方"),
        ("state", "bookable"),
        ("minutes", "20"),
        ("bring_self_ja", "転出証明書\r\n本人確認書類"),
        ("bring_self_en", "\r\nProof of identity"),
        ("open_days", "30"),
        ("lead_minutes", "0"),
        ("cutoff_days", "0"),
        ("keep_days", "30"),
        ("position", "10"),
    ]
    .map(|(field, value)| (field.to_owned(), value.to_owned()))
    .to_vec();
    for (field, value) in changes {
        form.retain(|(name, _)| name != field);
        form.push(((*field).to_owned(), (*value).to_owned()));
    }
    form
}

fn pairs(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect()
}

#[track_caller]
fn carries(reply: &Reply, text: &str) {
    assert!(reply.text().contains(text), "{text} is not in {}", reply.text());
}

#[test]
fn another_units_counter_is_not_ones_own() {
    store::testing::on_sqlite(async |db: Db| {
        let city = City::new(db).await;
        let id = city.add("moving-in").await;
        let day = city.open_day().await;
        let _ = city.publish(id, day, "12:00", "save").await.expect(303);
        let closing = [("day", day.to_string()), ("reason_ja", "台風のため".to_owned())];
        let closing: Vec<(&str, &str)> = closing.iter().map(|(field, value)| (*field, value.as_str())).collect();
        let closed = city.house.post_as(&city.chief, "/staff/services/counters/residents/close", &closing).await;
        let closed = closed.expect(303).header("location").to_owned();
        let pages = [
            format!("/staff/services/{id}"),
            format!("/staff/services/{id}/hours"),
            format!("/staff/services/{id}/bookings"),
            "/staff/services/counters/residents".to_owned(),
            closed.clone(),
        ];
        for path in &pages {
            let _ = city.house.get_as(&city.chief, path).await.expect(200);
            for stranger in [&city.other, &city.clerk] {
                let _ = city.house.get_as(stranger, path).await.expect(403);
            }
        }
        let counter = city.counter_id("residents").await;
        let filled = form(&[("counter", &counter)]);
        for path in [pages[0].as_str(), &pages[1], "/staff/services/counters/residents/rule"] {
            let _ = city.house.post_as(&city.other, path, &pairs(&filled)).await.expect(403);
        }
        let _ = city.house.post_as(&city.other, "/staff/services/counters/residents/close", &closing).await.expect(403);
        let _ = city.house.post_as(&city.other, &format!("{closed}/reopen"), &[]).await.expect(403);
        // Nor does the address of one's own counter open another's closure.
        let own = closed.replace("residents", "tax");
        let _ = city.house.post_as(&city.other, &format!("{own}/reopen"), &[]).await.expect(404);
        // And nobody puts a service on a counter that is not theirs.
        let theirs = form(&[("code", "sneaked"), ("counter", &counter)]);
        let refused = city.house.post_as(&city.other, "/staff/services/new", &pairs(&theirs)).await.expect(422);
        carries(&refused, "窓口を選んでください");
        assert_eq!(city.services().await.len(), 1);
        let list = city.house.get_as(&city.other, "/staff/services").await.expect(200);
        assert!(!list.text().contains("転入の届出"), "the list is of one's own counters");
        let _ = city.house.get_as(&city.clerk, "/staff/services").await.expect(403);
    });
}

#[test]
fn faults_stand_at_their_fields() {
    store::testing::on_sqlite(async |db: Db| {
        let city = City::new(db).await;
        let counter = city.counter_id("residents").await;
        let wrong = form(&[
            ("code", "Moving In"),
            ("counter", &counter),
            ("name_ja", ""),
            ("minutes", "0"),
            ("state", "no-visit"),
            ("bring_agent_en", "Letter of attorney"),
            ("way_1_name_ja", "ネット"),
            ("way_1_url", "javascript:alert(1)"),
            ("cutoff_days", "3"),
            ("cutoff_minute", "later"),
        ]);
        let answer = city.house.post_as(&city.chief, "/staff/services/new", &pairs(&wrong)).await.expect(422);
        for field in ["code", "name_ja", "minutes", "bring_agent_en", "way_1_url", "cutoff_minute"] {
            carries(&answer, &format!("href=\"#{field}\""));
            carries(&answer, &format!("id=\"{field}-err\""));
        }
        assert!(city.services().await.is_empty());
        let taken = form(&[("code", "moving-in"), ("counter", &counter)]);
        let _ = city.house.post_as(&city.chief, "/staff/services/new", &pairs(&taken)).await.expect(303);
        let again = city.house.post_as(&city.chief, "/staff/services/new", &pairs(&taken)).await.expect(422);
        carries(&again, "このコードは別の手続きが使っています");
        let id = city.services().await[0].id;
        let short = city.publish(id, city.open_day().await, "09:10", "check").await.expect(422);
        carries(&short, "href=\"#to_0\"");
        let early = city.publish(id, city.house.app.world.today(), "12:00", "check").await.expect(422);
        carries(&early, "href=\"#from_day\"");
    });
}

store::testing::both! {
    /// From an empty counter to a place a resident can book: service, hours, list.
    async fn a_service_opens(db: Db) {
        let city = City::new(db).await;
        carries(&city.house.get_as(&city.chief, "/staff/services").await.expect(200), "はじめの準備");
        let id = city.add("moving-in").await;
        let stored = &city.services().await[0];
        assert_eq!((stored.id, stored.code.as_str(), stored.bring.own.len()), (id, "moving-in", 2));
        assert_eq!(stored.bring.own[1], Localized { ja: "本人確認書類".to_owned(), easy: None, en: Some("Proof of identity".to_owned()) });
        carries(&city.house.get_as(&city.chief, "/staff/services").await.expect(200), "受付時間がまだありません");
        let day = city.open_day().await;
        let check = city.publish(id, day, "12:00", "check").await.expect(200);
        carries(&check, "この時間を公開する");
        assert!(city.house.get(&format!("/api/v1/visits/availability?service={id}&from={day}&days=1")).await.json()["slots"].as_array().unwrap().is_empty(), "looking publishes nothing");
        let saved = city.publish(id, day, "12:00", "save").await.expect(303);
        assert_eq!(saved.header("location"), format!("/staff/services/{id}/hours?saved=1"));
        let free = city.house.get(&format!("/api/v1/visits/availability?service={id}&from={day}&days=1")).await.json();
        assert_eq!(free["slots"].as_array().unwrap().len(), 6);
        let far = day.plus(25);
        let later = city.house.get(&format!("/api/v1/visits/availability?service={id}&from={far}&days=5")).await.json();
        assert!(!later["slots"].as_array().unwrap().is_empty(), "the whole window at once");
        carries(&city.house.get_as(&city.chief, "/staff/services").await.expect(200), "月〜日");
        city.book(id, day, "11:30").await;
        // Shorter hours: who lies outside is listed with the number to call, and the look is recorded.
        let check = city.publish(id, day, "11:00", "check").await.expect(200);
        carries(&check, "受付時間から外れている予約が1件あります");
        let saved = city.publish(id, day, "11:00", "save").await.expect(303);
        assert_eq!(saved.header("location"), format!("/staff/services/{id}/bookings"));
        carries(&city.house.get_as(&city.chief, saved.header("location")).await.expect(200), "0540000000");
        let looks = city.house.app.db.read(async |tx: &mut Tx<'_>| store::audit::read(tx, store::audit::Of::Everything, None, 50).await).await.unwrap();
        assert!(looks.iter().any(|entry| entry.act == "people.look.visit"), "looks are recorded");
        // Not offered any more: the booking is still somebody's.
        let counter = city.counter_id("residents").await;
        let off = form(&[("counter", &counter), ("state", "off"), ("version", "1")]);
        let _ = city.house.post_as(&city.chief, &format!("/staff/services/{id}"), &pairs(&off)).await.expect(303);
        carries(&city.house.get_as(&city.chief, &format!("/staff/services/{id}/bookings")).await.expect(200), "予約が1件残っています");
    }

    /// Two people edit the same service: the second sees it, keeps what was typed, and decides.
    async fn somebody_else_was_faster(db: Db) {
        let city = City::new(db).await;
        let id = city.add("moving-in").await;
        let counter = city.counter_id("residents").await;
        let path = format!("/staff/services/{id}");
        let mine = form(&[("counter", &counter), ("name_ja", "転入届"), ("version", "1")]);
        let theirs = form(&[("counter", &counter), ("minutes", "45"), ("version", "1")]);
        let _ = city.house.post_as(&city.chief, &path, &pairs(&theirs)).await.expect(303);
        let late = city.house.post_as(&city.chief, &path, &pairs(&mine)).await.expect(409);
        carries(&late, "ほかの人が先に変更しました");
        carries(&late, "<li>1回の長さ(分)</li>");
        carries(&late, "value=\"転入届\"");
        carries(&late, "name=\"version\" value=\"2\"");
        assert_eq!(city.services().await[0].minutes, 45, "nothing was overwritten");
        let decided = form(&[("counter", &counter), ("name_ja", "転入届"), ("version", "2")]);
        let _ = city.house.post_as(&city.chief, &path, &pairs(&decided)).await.expect(303);
        assert_eq!(city.services().await[0].name.ja, "転入届");
    }

    /// A counter's rule and its closed days.
    async fn the_counter_closes_and_calls(db: Db) {
        let city = City::new(db).await;
        let id = city.add("moving-in").await;
        let day = city.open_day().await;
        let _ = city.publish(id, day, "12:00", "save").await.expect(303);
        city.book(id, day, "09:00").await;
        let path = "/staff/services/counters/residents";
        let rule = |version: &'static str, ceiling: &'static str| [("rule", "alternate"), ("ceiling", ceiling), ("max_wait_minutes", "20"), ("grace_minutes", "10"), ("no_show_minutes", "45"), ("version", version)];
        let _ = city.house.post_as(&city.chief, &format!("{path}/rule"), &rule("0", "3")).await.expect(303);
        carries(&city.house.get_as(&city.chief, path).await.expect(200), "value=\"alternate\" checked");
        carries(&city.house.post_as(&city.chief, &format!("{path}/rule"), &rule("0", "4")).await.expect(409), "ほかの人が先に呼び出し方を変えました");
        carries(&city.house.post_as(&city.chief, &format!("{path}/rule"), &rule("1", "99")).await.expect(422), "href=\"#ceiling\"");

        let form = [("day", day.to_string()), ("reason_ja", String::new())];
        let close = async |form: &[(&str, String)]| {
            let form: Vec<(&str, &str)> = form.iter().map(|(field, value)| (*field, value.as_str())).collect();
            city.house.post_as(&city.chief, &format!("{path}/close"), &form).await
        };
        carries(&close(&form).await.expect(422), "href=\"#reason_ja\"");
        let past = [("day", day.plus(-30).to_string()), ("reason_ja", "台風のため".to_owned())];
        carries(&close(&past).await.expect(422), "過ぎた日は休みにできません");
        let closed = close(&[("day", day.to_string()), ("reason_ja", "台風のため".to_owned())]).await.expect(303);
        let to = closed.header("location").to_owned();
        let shown = city.house.get_as(&city.chief, &to).await.expect(200);
        carries(&shown, "0540000000");
        carries(&shown, "台風のため");
        let slots = async || city.house.get(&format!("/api/v1/visits/availability?service={id}&from={day}&days=1")).await.json()["slots"].as_array().unwrap().len();
        assert_eq!(slots().await, 0, "nothing more is sold");
        let _ = city.house.post_as(&city.chief, &format!("{to}/reopen"), &[]).await.expect(303);
        assert_eq!(slots().await, 6, "open again");
        let _ = city.house.get_as(&city.chief, &to).await.expect(404);
    }
}
