//! What the demo city promises to reach: KPIs that live from the counters, and some that people enter.

use evaluation::kpi::{
    self, Better, DueDay, EnterValue, KpiId, KpiSource, MetricFilter, MetricSource, SaveKpi, StatisticSource,
};
use facts::{Catalogue, Metric};
use kernel::World;
use kernel::day::Month;
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use kernel::text::Paragraph;
use people::{Actor, PostId};
use plan::ProgrammeId;
use store::Tx;

use crate::DemoError;

/// A live KPI: programme, name, metric, counter (empty: all), which way is good, targets of the running year and the next,
/// what the division says (empty: nothing yet).
type LivePlan = (&'static str, [&'static str; 3], &'static str, &'static str, Better, [&'static str; 2], &'static str);

const LIVE: &[LivePlan] = &[
    (
        "7204",
        ["滞在時間(受付→終了, 中央値)", "窓口に いる時間", "Time at the counter (arrival to end, median)"],
        "visits.stay",
        "",
        Better::Lower,
        ["20", "18"],
        "マイナンバーカードの更新が重なり、目標に届いていません。12月から更新専用の受付を2つふやし、3月までに20分をめざします。",
    ),
    (
        "7204",
        ["待ち時間(中央値)", "まつ時間", "Waiting time (median)"],
        "visits.wait",
        "",
        Better::Lower,
        ["10", "8"],
        "",
    ),
    (
        "7204",
        ["15分以内に呼ばれた割合", "15分 いないに よばれた わりあい", "Called within 15 minutes"],
        "visits.within_15_minutes",
        "",
        Better::Higher,
        ["80", "85"],
        "",
    ),
    (
        "7204",
        ["ネット予約の割合", "インターネットの 予約の わりあい", "Booked online"],
        "visits.web_share",
        "",
        Better::Higher,
        ["70", "75"],
        "",
    ),
    (
        "7204",
        ["窓口の満足度", "よかったと 思った人", "Satisfaction with the counters"],
        "voices.satisfaction",
        "",
        Better::Higher,
        ["4.0", "4.2"],
        "",
    ),
    (
        "2104",
        ["子育て窓口の滞在時間", "子育ての まどぐちに いる時間", "Time at the family counter"],
        "visits.stay",
        "kosodate",
        Better::Lower,
        ["30", "28"],
        "",
    ),
    (
        "3105",
        ["国保・年金窓口の待ち時間", "国保・年金の まどぐちで まつ時間", "Waiting at the insurance counter"],
        "visits.wait",
        "kokuho",
        Better::Lower,
        ["12", "10"],
        "",
    ),
    (
        "7202",
        ["来庁なしの割合", "来なかった人の わりあい", "Booked but did not come"],
        "visits.no_show_share",
        "shimin",
        Better::Lower,
        ["5", "4"],
        "",
    ),
];

/// When a number people enter is due.
#[derive(Clone, Copy)]
enum Due {
    /// At the end of this month, whenever the demo is looked at.
    ThisMonth,
    /// This month and day of every year.
    On(u8, u8),
}

/// An entered KPI: programme, name, unit, source (empty: the owner counts), which way is good, code of the owner's unit, due,
/// targets of the assessed and the running year, values of the years up to the assessed one (the newest last).
type EnteredPlan = (
    &'static str,
    [&'static str; 3],
    [&'static str; 2],
    &'static str,
    Better,
    &'static str,
    Due,
    [&'static str; 2],
    &'static [&'static str],
    &'static str,
);

const ENTERED: &[EnteredPlan] = &[
    (
        "7205",
        ["市税の収納率", "税金を はらった わりあい", "Municipal tax collected"],
        ["%", "%"],
        "",
        Better::Higher,
        "0210",
        Due::On(6, 30),
        ["98.4", "98.6"],
        &["97.9", "98.0", "98.2", "98.3", "98.5"],
        "",
    ),
    (
        "1104",
        ["住宅の耐震化率", "地震に つよい 家の わりあい", "Earthquake-resistant homes"],
        ["%", "%"],
        "住宅・土地統計調査をもとにした市の推計",
        Better::Higher,
        "0530",
        Due::On(9, 30),
        ["86.0", "88.0"],
        &["79.2", "80.6", "81.9", "83.0", "84.1"],
        "申請の多い秋に補助の枠を使い切りました。来年度は枠を40件から60件にふやし、診断から改修までを一つの窓口で受けます。",
    ),
    (
        "2101",
        ["待機しているこども", "保育所を まっている こども", "Children waiting for a nursery place"],
        ["人", "children"],
        "",
        Better::Lower,
        "0410",
        Due::On(4, 30),
        ["5", "0"],
        &["14", "11", "8", "6", "4"],
        "",
    ),
    (
        "3101",
        ["大腸がん検診の受診率", "大腸がんの 検診を うけた わりあい", "Bowel cancer screening"],
        ["%", "%"],
        "地域保健・健康増進事業報告",
        Better::Higher,
        "0430",
        Due::On(10, 31),
        ["36.0", "37.0"],
        &["31.4", "32.2", "33.0", "34.1"],
        "",
    ),
    (
        "7101",
        ["市の知らせが届いていると答えた人", "市の お知らせが とどいている人", "People the city's news reaches"],
        ["%", "%"],
        "市民意識調査",
        Better::Higher,
        "0110",
        Due::ThisMonth,
        ["72.0", "74.0"],
        &["69.1", "69.8", "70.4", "71.2"],
        "",
    ),
    (
        "4101",
        ["一人1日のごみ", "ひとり 1日の ごみ", "Waste per person a day"],
        ["グラム", "g"],
        "一般廃棄物処理実態調査",
        Better::Lower,
        "0330",
        Due::ThisMonth,
        ["610", "600"],
        &["642", "634", "626", "617"],
        "",
    ),
    (
        "6101",
        ["通報に3日以内に対応した割合", "3日 いないに 見に 行った わりあい", "Reports answered within three days"],
        ["%", "%"],
        "",
        Better::Higher,
        "0510",
        Due::On(5, 31),
        ["85", "90"],
        &["78", "80", "82", "84", "87"],
        "",
    ),
    (
        "5301",
        ["泊まった人", "とまった人", "Overnight guests"],
        ["人", "people"],
        "宿泊旅行統計調査",
        Better::Higher,
        "0710",
        Due::On(8, 31),
        ["80000", "82000"],
        &["68400", "70500", "72700", "74900", "77200"],
        "秋の大型連休に台風が重なり、予約の取り消しが続きました。平日の体験と朝食を組み合わせた商品を、宿と一緒に作っています。",
    ),
];

fn text([ja, easy, en]: [&str; 3]) -> Localized {
    Localized::new(ja, easy, en)
}

fn number(text: &str) -> Decimal {
    Decimal::parse(text).unwrap_or_default()
}

/// Makes the KPIs, once: a city that has some keeps them.
pub(crate) async fn promise(tx: &mut Tx<'_>, world: &World, catalogue: &Catalogue) -> Result<(), DemoError> {
    if !kpi::all(tx, world.now()).await?.is_empty() {
        return Ok(());
    }
    let running = FiscalYear::of(world.today());
    let known = plan::known(tx).await?;
    let counters = places::counters(tx).await?;
    let posts = people::posts(tx, world.today(), None).await?;
    let units = people::units(tx, world.today()).await?;
    // The head of a division answers for its numbers.
    let head = |unit: &str| {
        let unit = units.iter().find(|known| known.code == unit)?;
        posts.iter().find(|post| post.unit == unit.id && post.title.ja == "課長").map(|post| post.id)
    };
    for (code, name, metric, counter, better, targets, said) in LIVE {
        let (Some(programme), Some(metric)) = (known.get(*code), catalogue.metric(metric)) else { continue };
        let counter = counters.iter().find(|known| known.details.code == *counter).map(|known| known.id.uuid());
        let owner = head(if *code == "2104" {
            "0410"
        } else if *code == "3105" {
            "0320"
        } else {
            "0310"
        });
        let id = live(tx, world, programme.id, metric, (text(*name), *better), counter, owner).await?;
        for (at, target) in (0..).zip(targets) {
            kpi::set_target(tx, world, Actor::Program, id, running.plus(at), Some(number(target))).await?;
        }
        say(tx, world, id, running, said).await?;
    }
    for plan in ENTERED {
        let Some(programme) = known.get(plan.0) else { continue };
        entered(tx, world, programme.id, plan, head(plan.5), running).await?;
    }
    kpi::watch(tx, world).await?;
    Ok(())
}

async fn live(
    tx: &mut Tx<'_>,
    world: &World,
    programme: ProgrammeId,
    metric: &Metric,
    (name, better): (Localized, Better),
    place: Option<uuid::Uuid>,
    owner: Option<PostId>,
) -> Result<KpiId, DemoError> {
    let unit = match metric.scale {
        facts::Scale::Cases => ["件", "件", "cases"],
        facts::Scale::Minutes => ["分", "分", "min"],
        facts::Scale::Percent => ["%", "%", "%"],
        facts::Scale::Score => ["点", "点", "points"],
    };
    let filter = MetricFilter { place, ..MetricFilter::default() };
    let source = MetricSource { name: metric.name.to_owned(), version: metric.version, filter };
    let command = SaveKpi { name, unit: text(unit), better, source: KpiSource::Metric(source), owner, due: None };
    Ok(kpi::add(tx, world, Actor::Program, programme, &command).await?)
}

async fn entered(
    tx: &mut Tx<'_>,
    world: &World,
    programme: ProgrammeId,
    plan: &EnteredPlan,
    owner: Option<PostId>,
    running: FiscalYear,
) -> Result<(), DemoError> {
    let (_, name, [unit, unit_en], source, better, _, due, targets, values, said) = plan;
    let due = match due {
        Due::On(month, day) => DueDay::new(*month, *day),
        Due::ThisMonth => {
            let last = Month::last_day(world.today().month());
            // 29 February exists in some years only.
            DueDay::new(last.month().number(), last.day_of_month()).or_else(|| DueDay::new(2, 28))
        }
    };
    let command = SaveKpi {
        name: text(*name),
        unit: text([unit, unit, unit_en]),
        better: *better,
        source: if source.is_empty() {
            KpiSource::Manual
        } else {
            KpiSource::Statistic(StatisticSource { source: (*source).to_owned(), url: String::new() })
        },
        owner,
        due,
    };
    let id = kpi::add(tx, world, Actor::Program, programme, &command).await?;
    for (at, target) in (-1..).zip(targets) {
        kpi::set_target(tx, world, Actor::Program, id, running.plus(at), Some(number(target))).await?;
    }
    // Five values reach the assessed year; where one is missing, somebody still has to enter it.
    for (at, value) in (-5..).zip(*values) {
        let year = running.plus(at);
        let value =
            EnterValue { kpi: id, year, as_of: year.last_day(), value: number(value), note: (*source).to_owned() };
        kpi::enter_value(tx, world, Actor::Program, &value).await?;
    }
    say(tx, world, id, running.plus(-1), said).await
}

/// Publishes what the division says, if it says something.
async fn say(tx: &mut Tx<'_>, world: &World, id: KpiId, year: FiscalYear, said: &str) -> Result<(), DemoError> {
    let Some(text) = Paragraph::optional(said)? else { return Ok(()) };
    let version = kpi::explain(tx, world, Actor::Program, id, year, 0, &text).await?;
    kpi::publish_explanation(tx, world, Actor::Program, id, year, version).await?;
    Ok(())
}
