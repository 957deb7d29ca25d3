//! Before the whole hall was measured there was a pilot: one procedure of the residents counter, over a year and a half. Its cases
//! are long forgotten, its facts are not.

use facts::{Dims, Kind, NewFact};
use kernel::World;
use kernel::day::{Day, Minute};
use kernel::fiscal::FiscalYear;
use kernel::locale::Locale;
use store::{Act, Db, Tx};
use uuid::Uuid;

use crate::chance::Chance;
use crate::{DAYS_BEHIND, DemoError, SEED};

const WRITE: Act = Act::bulk("demo.pilot");
/// Visits of the pilot on an open day.
const A_DAY: u32 = 7;
/// Facts written at a time.
const AT_ONCE: usize = 500;
/// The usual stay and wait in the pilot's first month and in its last, in seconds.
const STAY: (i64, i64) = (35 * 60, 26 * 60);
const WAIT: (i64, i64) = (17 * 60, 11 * 60);

fn kind(name: &str) -> Option<&'static Kind> {
    visits::FACT_KINDS.iter().find(|kind| kind.name == name)
}

/// Writes the pilot's facts.
pub(crate) async fn remember(db: &Db, world: &World) -> Result<(), DemoError> {
    let today = world.today();
    let calendar = db.read(async |tx: &mut Tx<'_>| places::holidays::calendar(tx).await);
    let calendar: Result<_, store::Error> = calendar.await;
    let calendar = calendar?;
    let about: Result<_, store::Error> = db
        .read(async move |tx: &mut Tx<'_>| {
            let counter = places::counters(tx).await?.into_iter().find(|counter| counter.details.code == "shimin");
            let units = people::units(tx, today).await?;
            Ok(counter.map(|counter| {
                let unit = units.iter().find(|unit| unit.code == counter.details.unit_code).map(|unit| unit.id.uuid());
                (counter.id.uuid(), unit)
            }))
        })
        .await;
    let Some((place, unit)) = about? else { return Ok(()) };
    let (from, to) = (FiscalYear::of(today).plus(-1).first_day(), today.plus(-DAYS_BEHIND));
    let mut facts = Vec::new();
    for at in 0..to.since(from).max(0) {
        let day = from.plus(at);
        if calendar.is_open(day) {
            facts.extend(one_day(day, (from, to), place, unit));
        }
    }
    for chunk in facts.chunks(AT_ONCE) {
        let (chunk, world) = (chunk.to_vec(), world.clone());
        let written: Result<(), store::Error> =
            db.write(WRITE, async move |tx: &mut Tx<'_>| facts::record_all(tx, &world, &chunk).await).await;
        written?;
    }
    Ok(())
}

fn one_day(day: Day, (from, to): (Day, Day), place: Uuid, unit: Option<Uuid>) -> Vec<NewFact> {
    let mut chance = Chance::new(SEED).branch(&format!("pilot {day}"));
    let (Some(called), Some(finished)) = (kind("visit.called"), kind("visit.finished")) else { return Vec::new() };
    let gone = i64::from(day.since(from)) * 1000 / i64::from(to.since(from).max(1));
    // The busy weeks of spring are slower.
    let spring = if matches!(day.month().number(), 3 | 4) { 115 } else { 100 };
    let usual = |(first, last): (i64, i64)| (first + (last - first) * gone / 1000) * spring / 100;
    let dims = Dims {
        unit,
        place: Some(place),
        topic: Some("card-pickup".to_owned()),
        channel: Some("web".to_owned()),
        locale: Some(Locale::Ja),
        cohort: None,
    };
    let mut facts = Vec::new();
    for _ in 0..A_DAY {
        let minute = u16::try_from(chance.between(9 * 60, 16 * 60)).ok().and_then(Minute::from_number);
        let arrived = day.at(minute.unwrap_or(Minute::MIDNIGHT));
        let wait = usual(WAIT) * chance.between(45, 170) / 100;
        let stay = (usual(STAY) * chance.between(62, 148) / 100).max(wait + 180);
        for (kind, value) in [(called, wait), (finished, stay)] {
            let occurred_at = arrived.plus(std::time::Duration::from_secs(value.unsigned_abs()));
            facts.push(NewFact { kind, occurred_at, dims: dims.clone(), value, subject: None });
        }
    }
    facts
}
