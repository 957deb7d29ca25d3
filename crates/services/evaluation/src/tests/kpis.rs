//! KPIs: who may say what when, and what everybody sees.

use kernel::World;
use kernel::day::Day;
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use kernel::text::{Line, Paragraph};
use kernel::time::TestClock;
use people::{Actor, PostId, PutPost, PutUnit, Roles, UnitKind};
use plan::ProgrammeId;
use store::{Db, Tx};

use crate::kpi::{
    self, Better, DueDay, EnterValue, Kpi, KpiError, KpiId, KpiSource, KpiYear, RED_IS_PUBLIC_AFTER_DAYS, SaveKpi,
    Standing,
};
use crate::public;
use crate::tests::fixture::{ACT, city, now, programme, world, year};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

async fn post(db: &Db) -> PostId {
    db.write(ACT, async |tx: &mut Tx<'_>| {
        let words = |text: &str| Localized::ja(text.to_owned());
        let unit = PutUnit {
            code: Line::parse("10").unwrap(),
            from: day("2020-04-01"),
            kind: UnitKind::Division,
            parent: None,
            name: words("図書館"),
            telephone: None,
            fax: None,
            hours: None,
            sort: 1,
        };
        let unit = people::put_unit(tx, &world(), Actor::Program, &unit).await.unwrap();
        let post = PutPost {
            code: Line::parse("10-1").unwrap(),
            unit,
            from: day("2020-04-01"),
            title: words("館長"),
            roles: Roles::parse("").unwrap(),
            sort: 1,
        };
        Ok::<_, store::Error>(people::put_post(tx, &world(), Actor::Program, &post).await.unwrap())
    })
    .await
    .unwrap()
}

fn wish(owner: Option<PostId>) -> SaveKpi {
    SaveKpi {
        name: Localized::ja("子どもの貸出冊数".to_owned()),
        unit: Localized::ja("冊".to_owned()),
        better: Better::Higher,
        source: KpiSource::Manual,
        owner,
        due: DueDay::new(6, 30),
    }
}

async fn add(db: &Db, to: ProgrammeId, command: SaveKpi) -> Result<KpiId, KpiError> {
    db.write(ACT, async move |tx: &mut Tx<'_>| kpi::add(tx, &world(), Actor::Program, to, &command).await).await
}

async fn enter(db: &Db, id: KpiId, of: FiscalYear, as_of: &str, value: &str) -> Result<(), KpiError> {
    let value = Decimal::parse(value).unwrap();
    let command = EnterValue { kpi: id, year: of, as_of: day(as_of), value, note: "年報".to_owned() };
    db.write(ACT, async move |tx: &mut Tx<'_>| kpi::enter_value(tx, &world(), Actor::Program, &command).await).await
}

async fn target(db: &Db, id: KpiId, of: FiscalYear, value: Option<&str>) -> Result<(), KpiError> {
    let value = value.map(|value| Decimal::parse(value).unwrap());
    db.write(ACT, async move |tx: &mut Tx<'_>| kpi::set_target(tx, &world(), Actor::Program, id, of, value).await).await
}

async fn one(db: &Db, id: KpiId) -> Kpi {
    db.read(async move |tx: &mut Tx<'_>| kpi::one(tx, id, now()).await).await.unwrap().unwrap()
}

fn of(kpi: &Kpi, at: i32) -> &KpiYear {
    kpi.years.iter().find(|told| told.year == year(at)).unwrap()
}

/// What everybody sees of the assessed year on a day.
async fn open(db: &Db, on: &str) -> KpiYear {
    let at = kernel::time::Instant::parse_rfc3339(&format!("{on}T12:00:00+09:00")).unwrap();
    let sheet = db.read(async move |tx: &mut Tx<'_>| public::sheet(tx, "0001", at).await).await.unwrap().unwrap();
    of(&sheet.kpis[0], 2025).clone()
}

store::testing::both! {
    async fn a_number_is_entered_due_and_judged(db: Db) {
        city(&db).await;
        let (programme, post) = (programme(&db, "0001").await, post(&db).await);
        assert!(matches!(add(&db, programme, wish(None)).await, Err(KpiError::NoOwner)));
        assert!(matches!(add(&db, programme, SaveKpi { due: None, ..wish(Some(post)) }).await, Err(KpiError::NoDue)));
        assert!(matches!(add(&db, programme, wish(Some(world().id()))).await, Err(KpiError::NoPost)));
        assert!(matches!(add(&db, world().id(), wish(Some(post))).await, Err(KpiError::NoProgramme)));
        let id = add(&db, programme, wish(Some(post))).await.unwrap();
        let second = add(&db, programme, SaveKpi { name: Localized::ja("別".to_owned()), ..wish(Some(post)) }).await.unwrap();
        assert_eq!((one(&db, id).await.position, one(&db, second).await.position), (1, 2));

        // 22 November 2026: the number of 令和7年度 was due on 30 June.
        let told = one(&db, id).await;
        assert_eq!((of(&told, 2025).standing, of(&told, 2025).overdue), (Standing::NoValue, true));
        assert_eq!((of(&told, 2026).due, of(&told, 2026).overdue), (Some(day("2027-06-30")), false));
        enter(&db, id, year(2025), "2026-03-31", "1200").await.unwrap();
        enter(&db, id, year(2025), "2026-02-28", "1100").await.unwrap();
        let told = one(&db, id).await;
        assert_eq!(of(&told, 2025).actual.unwrap().value.to_string(), "1200", "the last day counts, not the last entry");
        assert_eq!((of(&told, 2025).standing, of(&told, 2025).overdue), (Standing::NoTarget, false));
        target(&db, id, year(2025), Some("1300")).await.unwrap();
        assert_eq!(of(&one(&db, id).await, 2025).standing, Standing::Missed);
        enter(&db, id, year(2025), "2026-03-31", "1300").await.unwrap();
        assert_eq!(of(&one(&db, id).await, 2025).standing, Standing::Met, "a second number for a day corrects the first");
        target(&db, id, year(2025), None).await.unwrap();
        assert_eq!(of(&one(&db, id).await, 2025).target, None);

        assert!(matches!(enter(&db, id, year(2026), "2026-11-23", "1").await, Err(KpiError::Day)), "tomorrow");
        assert!(matches!(enter(&db, id, year(2026), "2026-03-31", "1").await, Err(KpiError::Day)), "before the year");
        let owned = db.read(async move |tx: &mut Tx<'_>| kpi::of_owner(tx, post, now()).await).await.unwrap();
        assert_eq!(owned.len(), 2);
    }

    async fn definitions_change_one_after_the_other(db: Db) {
        city(&db).await;
        let (programme, post) = (programme(&db, "0001").await, post(&db).await);
        let id = add(&db, programme, wish(Some(post))).await.unwrap();
        let change = async |version, command: SaveKpi| {
            let asked = command;
            db.write(ACT, async move |tx: &mut Tx<'_>| kpi::change(tx, &world(), Actor::Program, id, version, &asked).await).await
        };
        let live = KpiSource::Metric(kpi::MetricSource { name: "visits.stay".to_owned(), version: 1, filter: kpi::MetricFilter { channel: Some("web".to_owned()), ..Default::default() } });
        change(1, SaveKpi { source: live.clone(), better: Better::Lower, due: None, ..wish(None) }).await.unwrap();
        assert!(matches!(change(1, wish(Some(post))).await, Err(KpiError::Changed)));
        let told = one(&db, id).await;
        assert_eq!((told.source.clone(), told.better, told.version), (live, Better::Lower, 2));
        assert!(matches!(enter(&db, id, year(2025), "2026-03-31", "5").await, Err(KpiError::Live)));
        let end = async |version| db.write(ACT, async move |tx: &mut Tx<'_>| kpi::end(tx, &world(), Actor::Program, id, version).await).await;
        assert!(matches!(end(1).await, Err(KpiError::Changed)));
        end(2).await.unwrap();
        assert!(matches!(end(3).await, Err(KpiError::NoKpi)));
        assert!(matches!(target(&db, id, year(2026), Some("1")).await, Err(KpiError::NoKpi)));
        assert!(one(&db, id).await.ended);
        let everybody = db.read(async |tx: &mut Tx<'_>| public::sheet(tx, "0001", now()).await).await.unwrap().unwrap();
        assert!(everybody.kpis.is_empty());
    }

    async fn a_red_number_waits_for_its_sentence_but_not_for_ever(db: Db) {
        city(&db).await;
        let (programme, post) = (programme(&db, "0001").await, post(&db).await);
        let id = add(&db, programme, wish(Some(post))).await.unwrap();
        target(&db, id, year(2025), Some("1300")).await.unwrap();
        enter(&db, id, year(2025), "2026-03-31", "1200").await.unwrap();
        let seen = open(&db, "2026-11-22").await;
        assert_eq!((seen.actual, seen.standing, seen.withheld), (None, Standing::NoValue, true));
        assert!(open(&db, "2027-11-22").await.actual.is_none(), "nobody noticed yet since when it is red");

        let watch = async |world: World| db.write(ACT, async move |tx: &mut Tx<'_>| kpi::watch(tx, &world).await).await.unwrap();
        assert_eq!((watch(world()).await, watch(world()).await), (1, 0));
        let last = day("2026-11-22").plus(RED_IS_PUBLIC_AFTER_DAYS);
        assert!(open(&db, &last.plus(-1).to_string()).await.withheld);
        let seen = open(&db, &last.to_string()).await;
        assert_eq!((seen.standing, seen.withheld, seen.red_since), (Standing::Missed, false, None));

        let write = async |version, text: &str| {
            let text: Paragraph<2000> = Paragraph::parse(text).unwrap();
            db.write(ACT, async move |tx: &mut Tx<'_>| kpi::explain(tx, &world(), Actor::Program, id, year(2025), version, &text).await).await
        };
        let publish = async |version| {
            db.write(ACT, async move |tx: &mut Tx<'_>| kpi::publish_explanation(tx, &world(), Actor::Program, id, year(2025), version).await).await
        };
        assert!(matches!(publish(0).await, Err(KpiError::NothingWritten)));
        assert_eq!(write(0, "改装で休館したため").await.unwrap(), 1);
        assert!(matches!(write(0, "別の人が").await, Err(KpiError::Changed)), "nobody overwrites what another wrote");
        assert_eq!(write(1, "改装で2か月休館したため").await.unwrap(), 2);
        let seen = open(&db, "2026-11-22").await;
        assert_eq!((seen.note.draft, seen.note.published, seen.withheld), (None, None, true), "a draft is nobody's");
        assert!(matches!(publish(1).await, Err(KpiError::Changed)));
        publish(2).await.unwrap();
        assert!(matches!(publish(3).await, Err(KpiError::NothingWritten)));
        let seen = open(&db, "2026-11-22").await;
        assert_eq!(seen.note.published.as_deref(), Some("改装で2か月休館したため"));
        assert_eq!((seen.standing, seen.withheld), (Standing::Missed, false));

        // It recovers, and the memory of it goes.
        enter(&db, id, year(2025), "2026-03-31", "1400").await.unwrap();
        assert_eq!((watch(world()).await, one(&db, id).await.years[0].red_since), (1, None));
        let later = World::fixed(TestClock::at(now().plus_days(400)), 3);
        assert_eq!(watch(later).await, 0);
    }
}

/// How long somebody waited, in seconds, and the median of it in minutes.
static WAITED: facts::Kind = facts::Kind { name: "test.waited", value: facts::Measure::Seconds };
static WAITS: facts::Series =
    facts::Series { name: "test.waits", version: 1, takes: &[facts::Take { kind: &WAITED, how: facts::How::Value }] };
static METRICS: &[facts::Metric] = &[facts::Metric {
    name: "test.wait",
    version: 1,
    series: &WAITS,
    method: facts::Method::Median,
    scale: facts::Scale::Minutes,
    better: facts::Better::Lower,
    public: true,
    title: "",
    meaning: "",
    formula: "",
}];

async fn waited(db: &Db, at: &str, channel: &'static str, seconds: i64) {
    let fact = facts::NewFact {
        kind: &WAITED,
        occurred_at: kernel::time::Instant::parse_rfc3339(at).unwrap(),
        dims: facts::Dims { channel: Some(channel.into()), ..Default::default() },
        value: seconds,
        subject: None,
    };
    db.write(ACT, async move |tx: &mut Tx<'_>| facts::record(tx, &world(), &fact).await.map(drop)).await.unwrap();
}

store::testing::both! {
    async fn a_live_kpi_counts_by_itself(db: Db) {
        city(&db).await;
        let programme = programme(&db, "0001").await;
        let catalogue = facts::Catalogue::new(&[METRICS]).unwrap();
        assert!(facts::build(&db, &world(), &catalogue, "test").await.unwrap());
        let filter = kpi::MetricFilter { channel: Some("web".to_owned()), ..Default::default() };
        let source = KpiSource::Metric(kpi::MetricSource { name: "test.wait".to_owned(), version: 1, filter });
        let id = add(&db, programme, SaveKpi { source, better: Better::Lower, due: None, ..wish(None) }).await.unwrap();
        target(&db, id, year(2026), Some("10")).await.unwrap();
        let measured = async || {
            let (catalogue, world) = (catalogue.clone(), world());
            let kpis = db.read(async move |tx: &mut Tx<'_>| {
                let mut kpis = kpi::all(tx, world.now()).await?;
                kpi::measure(tx, &world, &catalogue, &mut kpis).await?;
                Ok::<_, store::Error>(kpis)
            });
            of(&kpis.await.unwrap()[0], 2026).clone()
        };
        assert_eq!(measured().await.standing, Standing::NoValue);
        waited(&db, "2026-05-01T10:00:00+09:00", "web", 300).await;
        waited(&db, "2026-03-31T10:00:00+09:00", "web", 90_000).await;
        waited(&db, "2026-05-01T10:00:00+09:00", "walk_in", 90_000).await;
        let told = measured().await;
        assert_eq!((told.standing, told.actual.unwrap().value.to_string(), told.actual.unwrap().n), (Standing::Met, "5".to_owned(), Some(1)));
        assert_eq!(told.actual.unwrap().as_of, day("2026-11-22"));
        assert_eq!(kpi::watch_all(&db, &world(), &catalogue).await.unwrap(), 0);
        // Two long waits move the median above the target; that it did is noticed once, and not undone by who looks at entered numbers only.
        waited(&db, "2026-11-20T10:00:00+09:00", "web", 1_200).await;
        waited(&db, "2026-11-21T10:00:00+09:00", "web", 1_500).await;
        assert_eq!(measured().await.standing, Standing::Missed);
        assert_eq!(kpi::watch_all(&db, &world(), &catalogue).await.unwrap(), 1);
        assert_eq!(kpi::watch_all(&db, &world(), &catalogue).await.unwrap(), 0);
        assert_eq!(db.write(ACT, async |tx: &mut Tx<'_>| kpi::watch(tx, &world()).await).await.unwrap(), 0);
        assert_eq!(measured().await.red_since, Some(day("2026-11-22")));
    }
}

#[test]
fn due_days_lie_after_the_year() {
    let due = |month, day| DueDay::new(month, day).unwrap().after(year(2025)).to_string();
    assert_eq!(due(4, 1), "2026-04-01");
    assert_eq!(due(6, 30), "2026-06-30");
    assert_eq!(due(3, 31), "2027-03-31", "31 March is the year's own last day");
    assert_eq!(due(1, 15), "2027-01-15");
    assert_eq!((DueDay::new(2, 29), DueDay::new(13, 1), DueDay::from_number(0)), (None, None, None));
    assert_eq!(DueDay::from_number(630), DueDay::new(6, 30));
}
