//! The pages over a small plan that came in through its files, with visits measured as facts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use evaluation::import::{self, File, Kind, Mapping, Mode};
use evaluation::kpi::{self, Better, KpiSource, MetricFilter, MetricSource, SaveKpi};
use facts::{Catalogue, Dims, NewFact};
use http::Method;
use kernel::World;
use kernel::day::{Day, Minute};
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use kernel::time::TestClock;
use people::{Actor, Role, UnitId};
use shell::Door;
use shell::testing::{Browser, House};
use store::testing::both;
use store::{Act, Db, Tx};

const PREPARE: Act = Act::bulk("testing.prepare");
const PROGRAMMES: &str = "事務事業コード,事務事業名,政策コード,政策名,施策コード,施策名,基本事業コード,基本事業名,担当課,担当係,事業区分,期間区分,開始年度,終了年度,事業概要,対象,意図,結果,根拠法令,評価対象年度,評価,評価の区分,今後の方向性,方向性の区分,決定,担当課コメント,課長コメント
7204,窓口サービス改革,7,市役所,72,待たせない窓口,,,市民課,,政策,,令和3年度,,予約を受ける。,窓口に来る市民,待たずに一度で済む,市役所に満足している,,令和7年度,拡充,拡充,拡充,拡充,○,よくなった。,広げたい。
3204,敬老祝金,3,健康,32,高齢者,,,高齢介護課,,補助金等,,昭和41年度,,祝金を贈る。,77歳の人,祝う,生きがい,,令和7年度,縮小,縮小,縮小,縮小,×,秘密の意見,内緒の意見
";
const COSTS: &str = "事務事業コード,年度,段階,国庫支出金,県支出金,地方債,その他,一般財源,事業費,正規職員従事人数,延べ業務時間,人件費,トータルコスト
7204,令和6年度,決算,1000000,0,0,500000,48203115,49703115,6,9400,37600000,87303115
7204,令和7年度,決算,1000000,0,0,500000,38996340,40496340,6,9400,37600000,78096340
7204,令和8年度,予算,0,0,0,0,36400000,36400000,6,9400,37600000,74000000
3204,令和7年度,決算,0,0,0,0,18600000,18600000,1,420,1680000,20280000
";
const INDICATORS: &str = "事務事業コード,区分,番号,指標名,単位,年度,実績・目標,値
7204,活動指標,1,予約で来た人,人,令和6年度,実績,8200
7204,活動指標,1,予約で来た人,人,令和7年度,実績,9500.5
7204,活動指標,1,予約で来た人,人,令和8年度,目標,11000
";

/// Tuesday at eleven; each world draws other ids.
fn now() -> World {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let day = Day::parse("2026-11-24").unwrap();
    World::fixed(TestClock::at(day.at(Minute::parse("11:00").unwrap())), DRAWN.fetch_add(1, Ordering::Relaxed))
}

fn catalogue() -> Catalogue {
    Catalogue::new(&[visits::METRICS, voices::METRICS]).unwrap()
}

async fn house(db: Db) -> House {
    House::open_with(db, now(), crate::routes(&catalogue()), crate::nav(), Door::Whole).await
}

/// The plan comes in.
async fn bring_in(db: &Db) {
    let mapping = Mapping::shipped("yokogushi").unwrap();
    for (kind, text) in [(Kind::Programmes, PROGRAMMES), (Kind::Costs, COSTS), (Kind::Indicators, INDICATORS)] {
        let parsed =
            import::parse(File { kind, name: "test.csv", bytes: text.as_bytes(), sheet: None }, &mapping).unwrap();
        import::store(db, &now(), &parsed, Mode::Publish, None).await.unwrap();
    }
}

/// Visits of today that stayed so many minutes each.
async fn stayed(db: &Db, unit: Option<UnitId>, minutes: &[i64]) {
    let kind = visits::FACT_KINDS.iter().find(|kind| kind.name == "visit.finished").unwrap();
    let facts: Vec<NewFact> = (0..)
        .zip(minutes)
        .map(|(at, minutes)| NewFact {
            kind,
            occurred_at: now().now().minus(Duration::from_secs(60 * (at + 1))),
            dims: Dims { unit: unit.map(UnitId::uuid), channel: Some("web".to_owned()), ..Dims::default() },
            value: minutes * 60,
            subject: None,
        })
        .collect();
    let write = async move |tx: &mut Tx<'_>| facts::record_all(tx, &now(), &facts).await;
    let written: Result<(), store::Error> = db.write(PREPARE, write).await;
    written.unwrap();
}

/// A KPI of the stay with this target for the running year.
async fn promise(db: &Db, target: &str) -> String {
    let target = Decimal::parse(target).unwrap();
    let write = async move |tx: &mut Tx<'_>| {
        let programme = plan::known(tx).await.unwrap()["7204"].id;
        let command = SaveKpi {
            name: Localized::ja("滞在時間"),
            unit: Localized::ja("分"),
            better: Better::Lower,
            source: KpiSource::Metric(MetricSource {
                name: "visits.stay".to_owned(),
                version: 1,
                filter: MetricFilter::default(),
            }),
            owner: None,
            due: None,
        };
        let id = kpi::add(tx, &now(), Actor::Program, programme, &command).await.unwrap();
        let running = FiscalYear::new(2026).unwrap();
        kpi::set_target(tx, &now(), Actor::Program, id, running, Some(target)).await.unwrap();
        Ok::<_, store::Error>(id.to_string())
    };
    db.write(PREPARE, write).await.unwrap()
}

both! {
    async fn the_sheet_tells_story_money_and_kpi(db: Db) {
        let house = house(db.clone()).await;
        let (clerk, ..) = house.staff("clerk", &[Role::Clerk]).await;
        assert_eq!(house.get_as(&clerk, "/staff/evaluation/programmes/7204").await.status, 404);
        bring_in(&db).await;
        promise(&db, "20").await;
        stayed(&db, None, &[20, 22, 24, 26, 28]).await;
        let page = house.get_as(&clerk, "/staff/evaluation/programmes/7204").await.expect(200).text();
        for told in [
            "<h1>窓口サービス改革</h1>", "令和7年度", "令和9年度予算", "窓口に来る市民", "一般財源は、令和6年度より921万円少なくなりました",
            "38,996,340", "令和8 予算", "9,500.5", "11,000(計画)", "いまは24分。目標まであと4分です", "自動集計", "目標に届いていません",
            "きょうここまで 24分0秒(5件)", "拡充", "よくなった。",
        ] {
            assert!(page.contains(told), "{told} is not in {page}");
        }
        // Who only serves a counter changes no KPI.
        assert!(!page.contains("/kpis/new"));
        // One more visit, and the number is another at once: nothing was folded.
        stayed(&db, None, &[2, 2]).await;
        let page = house.get_as(&clerk, "/staff/evaluation/programmes/7204").await.text();
        assert!(page.contains("きょうここまで 22分0秒(7件)"), "{page}");
    }

    async fn what_is_undecided_or_unexplained_is_for_those_who_decide(db: Db) {
        let house = house(db.clone()).await;
        bring_in(&db).await;
        promise(&db, "20").await;
        stayed(&db, None, &[25; 12]).await;
        let (clerk, ..) = house.staff("clerk", &[Role::Clerk]).await;
        let (reform, ..) = house.staff("reform", &[Role::Reform]).await;
        let told = |text: &str| text.contains("秘密の意見") || text.contains("内緒の意見") || text.contains(">縮小");
        for path in ["/city/programmes/3204", "/city/programmes", "/city/programmes/list.csv", "/api/v1/evaluation/programmes?year=2025"] {
            assert!(!told(&house.get(path).await.expect(200).text()), "{path}");
        }
        let api = house.call(Method::GET, "/api/v1/evaluation/programmes?year=2025", None).await.expect(200).json();
        let rows = api.as_array().unwrap();
        assert_eq!(rows.len(), 2);
        let of = |code: &str| rows.iter().find(|row| row["code"] == code).unwrap();
        assert_eq!(of("7204")["direction"], "拡充");
        assert_eq!(of("7204")["cost_yen"], 40_496_340);
        assert_eq!(of("7204")["stage"], "決算");
        assert!(of("3204").get("direction").is_none());
        assert!(!told(&house.get_as(&clerk, "/staff/evaluation/programmes/3204").await.expect(200).text()));
        assert!(told(&house.get_as(&reform, "/staff/evaluation/programmes/3204").await.expect(200).text()));

        // Red without a sentence: staff see it, residents do not.
        let staff = house.get_as(&reform, "/staff/evaluation/programmes/7204").await.text();
        assert!(staff.contains("目標まであと5分です") && staff.contains("市民向けのページには、説明を公開したとき"));
        let page = house.get("/city/programmes/7204").await.expect(200).text();
        assert!(!page.contains("いまは25分") && page.contains("担当課の説明といっしょに公開します"), "{page}");
    }

    async fn a_division_writes_its_own_kpis_and_sentences(db: Db) {
        let house = house(db.clone()).await;
        // The unit carries the division's name before the file comes in.
        let (own, _, unit) = house.staff("shimin", &[Role::Programmes]).await;
        bring_in(&db).await;
        let (other, ..) = house.staff("other", &[Role::Clerk]).await;
        let new = "/staff/evaluation/programmes/7204/kpis/new";
        assert_eq!(house.get_as(&other, new).await.status, 403);
        let _ = house.get_as(&own, new).await.expect(200);
        assert_eq!(house.get_as(&own, "/staff/evaluation/programmes/3204/kpis/new").await.status, 403, "another division's");
        let missing = house.post_as(&own, new, &[("source", "metric")]).await.expect(422).text();
        assert!(missing.contains("err-sum") && missing.contains("id=\"name_ja-err\""));
        let form = [
            ("name_ja", "滞在時間"), ("source", "metric"), ("metric", "visits.stay"), ("better", "lower"), ("target_1", "20"),
        ];
        assert_eq!(house.post_as(&own, new, &form).await.expect(303).header("location"), "/staff/evaluation/programmes/7204");
        stayed(&db, Some(unit), &[25; 12]).await;
        let page = house.get_as(&own, "/staff/evaluation/programmes/7204").await.text();
        let at = page.find("/kpis/").unwrap();
        let id: String = page[at + 6..].chars().take_while(|c| *c != '/' && *c != '"').collect();
        let year = format!("/staff/evaluation/programmes/7204/kpis/{id}/year");
        let _ = house.get_as(&own, &year).await.expect(200);
        assert_eq!(house.post_as(&other, &format!("{year}/words"), &[("fiscal", "2026"), ("version", "0")]).await.status, 403);
        let words = [("fiscal", "2026"), ("version", "0"), ("words", "受付をふやします。"), ("do", "draft")];
        let _ = house.post_as(&own, &format!("{year}/words"), &words).await.expect(303);
        assert!(house.get_as(&own, "/staff/evaluation/programmes/7204").await.text().contains("下書き(未公開)"));
        assert!(!house.get_as(&other, "/staff/evaluation/programmes/7204").await.text().contains("受付をふやします"));
        assert!(!house.get("/city/programmes/7204").await.text().contains("受付をふやします"));
        let publish = [("fiscal", "2026"), ("version", "1"), ("words", "受付をふやします。"), ("do", "publish")];
        let _ = house.post_as(&own, &format!("{year}/words"), &publish).await.expect(303);
        let public = house.get("/city/programmes/7204").await.text();
        assert!(public.contains("受付をふやします") && public.contains("いまは25分"), "{public}");
        // Somebody whose page is older than that overwrites nothing.
        assert_eq!(house.post_as(&own, &format!("{year}/words"), &words).await.status, 409);
        // A live number is not typed in.
        let value = [("year", "2025"), ("value", "3"), ("as_of", "2026-03-31")];
        assert_eq!(house.post_as(&own, &format!("{year}/value"), &value).await.status, 409);
    }

    async fn facts_stand_behind_a_number_for_those_whose_they_are(db: Db) {
        let house = house(db.clone()).await;
        let (own, _, unit) = house.staff("own", &[Role::Clerk]).await;
        let (other, ..) = house.staff("other", &[Role::Clerk]).await;
        let (reform, ..) = house.staff("reform", &[Role::Reform]).await;
        stayed(&db, Some(unit), &[25; 60]).await;
        let path = "/staff/evaluation/metrics/visits.stay";
        let page = house.get_as(&own, path).await.expect(200).text();
        assert!(page.contains("25分0秒") && page.contains("60件") && page.contains("用事がすんだ"));
        assert_eq!(page.matches("用事がすんだ").count(), 50);
        let more = page.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let more = more.replace("&#38;", "&");
        let more = more.split('#').next().unwrap();
        assert_eq!(house.get_as(&own, more).await.expect(200).text().matches("用事がすんだ").count(), 10);
        assert_eq!(house.get_as(&other, path).await.text().matches("用事がすんだ").count(), 0, "another division's");
        assert_eq!(house.get_as(&reform, path).await.text().matches("用事がすんだ").count(), 50);
        let csv = house.get_as(&own, &format!("{path}/facts.csv")).await.expect(200).text();
        assert_eq!(csv.lines().count(), 61);
        assert_eq!(house.get_as(&own, "/staff/evaluation/metrics/no.such").await.status, 404);
        for path in ["/staff/evaluation/metrics", "/staff/evaluation/metrics/visits.stay/metric.csv?by=channel"] {
            let _ = house.get_as(&own, path).await.expect(200);
        }
    }

    async fn small_groups_are_not_published(db: Db) {
        let house = house(db.clone()).await;
        stayed(&db, None, &[25; 9]).await;
        for path in ["/city/metrics", "/city/metrics/visits.stay", "/city/metrics/visits.stay/metric.csv"] {
            let page = house.get(path).await.expect(200).text();
            assert!(!page.contains("25分") && !page.contains(",25,") && !page.contains("9件"), "{path}: {page}");
        }
        stayed(&db, None, &[25; 3]).await;
        assert!(house.get("/city/metrics/visits.stay").await.text().contains("25分0秒"));
    }

    async fn totals_and_bad_questions(db: Db) {
        let house = house(db.clone()).await;
        let wrong = house.call(Method::GET, "/api/v1/evaluation/totals?year=2025", None).await.expect(404);
        assert_eq!(wrong.header("content-type"), "application/problem+json");
        bring_in(&db).await;
        let get = async |path: &str| house.call(Method::GET, path, None).await;
        let totals = get("/api/v1/evaluation/totals?year=2025&by=policy").await.expect(200).json();
        assert_eq!(totals["cost_yen"], 59_096_340);
        assert_eq!(totals["general_revenue_yen"], 57_596_340);
        assert_eq!((totals["stage"].as_str(), totals["rows"].as_array().map(Vec::len)), (Some("決算"), Some(2)));
        assert_eq!(get("/api/v1/evaluation/totals?year=2026").await.expect(200).json()["stage"], "予算");
        assert!(get("/api/v1/evaluation/totals").await.expect(200).json().get("rows").is_none());
        for bad in ["programmes?year=R6", "programmes?limit=0", "programmes?limit=many", "totals?by=section", "totals?year=99999"] {
            let answer = get(&format!("/api/v1/evaluation/{bad}")).await.expect(422);
            assert_eq!(answer.header("content-type"), "application/problem+json", "{bad}");
            assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(1), "{bad}");
        }
        assert_eq!(get("/api/v1/evaluation/programmes?year=1950").await.status, 404);
        assert_eq!(get("/api/v1/evaluation/programmes?limit=1").await.expect(200).json().as_array().map(Vec::len), Some(1));
    }

    async fn every_page_stands_in_every_language(db: Db) {
        let house = house(db.clone()).await;
        let (staff, ..) = house.staff("reform", &[Role::Reform]).await;
        for filled in [false, true] {
            if filled {
                bring_in(&db).await;
                promise(&db, "20").await;
            }
            for languages in ["ja", "en"] {
                for path in ["/city/programmes", "/city/metrics", "/city/metrics/visits.stay?by=hour", "/staff/evaluation", "/staff/evaluation?by=ka&sort=cost&q=%E7%AA%93", "/staff/evaluation/metrics/visits.stay"] {
                    let browser = Browser { languages, ..staff.clone() };
                    let page = house.get_as(&browser, path).await.expect(200).text();
                    assert_eq!(page.matches("<h1").count(), 1, "{path} {languages}");
                    assert!(!page.contains(">evaluation-") && !page.contains(">metrics-"), "{path} {languages}: {page}");
                }
            }
        }
    }
}
