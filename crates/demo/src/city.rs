//! The demo city hall itself: who it is, its ground, its counters with their procedures and hours.

use kernel::World;
use kernel::day::{Day, Minute, Weekday};
use kernel::holidays::Calendar;
use kernel::locale::Localized;
use places::areas::{self, AreaOptions};
use places::facilities::{self, FacilityOptions, Parsed};
use places::import::{ImportError, SetName};
use places::{City, CounterDetails, CounterId, towns};
use store::{Db, Tx};
use visits::{By, Opening, ServiceDraft, ServiceId, Window};

use crate::hours::Hours;
use crate::offer::{self, COUNTERS, CounterPlan, HOURS};
use crate::{DAYS_AHEAD, DemoError, ground};

/// What the city says about itself.
pub(crate) fn city() -> City {
    City {
        code: String::new(),
        name: Localized::new("みなと川市", "みなと川市", "Minatogawa City"),
        unit: Localized::new("市役所 総合案内", "市役所の あんない", "City Hall information desk"),
        phone: "0000-00-2110".to_owned(),
        fax: "0000-00-2119".to_owned(),
        hours: offer::text(HOURS),
        address: Localized::new(
            "みなと川市湊町一丁目1-1",
            "みなと川市 湊町一丁目 1-1",
            "1-1 Minatomachi 1-chome, Minatogawa",
        ),
        is_demo: true,
    }
}

/// Areas, towns and facilities, through the same door as a real city's files. A node that is a moment later than another finds
/// the same already there.
pub(crate) async fn import_ground(db: &Db, world: &World) -> Result<(), DemoError> {
    for (name, text) in [("自治会", ground::associations()), ("小学校区", ground::school_districts())] {
        let parsed = areas::parse(text.as_bytes(), &AreaOptions { set: SetName::new(name)?, name_field: None })?;
        done(areas::store(db, world, parsed, false).await)?;
    }
    let parsed = towns::parse(ground::towns().as_bytes(), &SetName::new("みなと川市")?)?;
    done(towns::store(db, world, parsed, false).await)?;
    let lists = [("公共施設", ground::buildings()), ("避難所", ground::shelters()), ("AED設置場所", ground::aeds())];
    for (name, text) in lists {
        let options = FacilityOptions { set: SetName::new(name)?, name_field: None };
        if let Parsed::Facilities(list) = facilities::parse(text.as_bytes(), &options)? {
            done(facilities::store(db, world, list, false).await)?;
        }
    }
    Ok(())
}

fn done<T>(imported: Result<T, ImportError>) -> Result<(), DemoError> {
    match imported {
        Ok(_) | Err(ImportError::Overtaken { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A procedure of the demo city as it stands in the database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    pub(crate) id: ServiceId,
    pub(crate) minutes: u16,
}

/// A counter with its procedures, in the order of its plan.
#[derive(Clone)]
pub(crate) struct MadeCounter {
    pub(crate) id: CounterId,
    pub(crate) plan: &'static CounterPlan,
    pub(crate) services: Vec<Made>,
}

/// Makes counters, procedures, weekly hours and the slots from today on.
pub(crate) async fn open_counters(tx: &mut Tx<'_>, past: &World, real: &World) -> Result<Vec<MadeCounter>, DemoError> {
    let calendar = places::holidays::calendar(tx).await?;
    let today = real.today();
    let hours_today = Hours::around(&calendar, today, real.now().minute());
    let mut made = Vec::new();
    let mut position = 0;
    for (at, plan) in (1..).zip(COUNTERS) {
        let details = CounterDetails {
            code: plan.code.to_owned(),
            position: at,
            name: offer::text(plan.name),
            unit: offer::text(plan.unit),
            unit_code: plan.unit_code.to_owned(),
            phone: plan.phone.to_owned(),
            fax: plan.fax.to_owned(),
            hours: plan.hours(),
            location: offer::text(plan.location),
            desks: plan.desks,
            ticket_prefix: plan.prefix,
            is_open: true,
        };
        let counter = places::put_counter(tx, past, &details).await?;
        let mut services = Vec::new();
        for offered in plan.services {
            position += 1;
            let draft = ServiceDraft {
                code: offered.code.to_owned(),
                counter,
                name: offer::text(offered.name),
                summary: offer::text(offered.summary),
                bring: offered.bring(),
                instead: offered.instead(),
                needs_visit: offered.places.is_some(),
                minutes: offered.minutes,
                window: Window { open_days: 35, lead_minutes: 30, cutoff_days: 0, cutoff_minute: 0 },
                keep_days: 30,
                position,
                active: true,
            };
            let id = visits::add_service(tx, past, &draft, By::Resident).await?;
            services.push(Made { id, minutes: offered.minutes });
            let Some(places) = offered.places else { continue };
            let week = week(plan, offered.code, places);
            visits::set_openings(tx, past, &calendar, id, past.today().plus(1), &week).await?;
            let special = hours_today != Hours::USUAL || !plan.usually_serves(&calendar, today);
            if special && plan.serves_somehow(&calendar, today) {
                open_today(tx, past, &calendar, id, today, hours_today, places, &week).await?;
            }
            visits::extend_slots(tx, &calendar, id, today, today.plus(DAYS_AHEAD)).await?;
        }
        made.push(MadeCounter { id: counter, plan, services });
    }
    Ok(made)
}

/// The counters of the plan as they stand in the database; those whose procedures somebody has renamed are left alone.
pub(crate) async fn find_counters(tx: &mut Tx<'_>) -> Result<Vec<MadeCounter>, DemoError> {
    let mut found = Vec::new();
    for plan in COUNTERS {
        let Some(counter) = places::counter_by_code(tx, plan.code).await? else { continue };
        let mut services = Vec::new();
        for offered in plan.services {
            if let Some(service) = visits::service_by_code(tx, offered.code).await? {
                services.push(Made { id: service.id, minutes: offered.minutes });
            }
        }
        if services.len() == plan.services.len() && counter.details.is_open {
            found.push(MadeCounter { id: counter.id, plan, services });
        }
    }
    Ok(found)
}

/// The usual week: weekdays from nine; at the residents counter Thursdays into the evening and weekends too; nursery advice
/// on Saturday mornings.
fn week(plan: &CounterPlan, service: &str, (web, staff): (u32, u32)) -> Vec<Opening> {
    let at = |hour, minute| Minute::new(hour, minute).unwrap_or(Minute::MIDNIGHT);
    let opening = |weekday, from, to, web| Opening { weekday, from, to, step: 30, web, staff };
    let mut week: Vec<Opening> = Weekday::ALL
        .into_iter()
        .filter(|weekday| plan.is_main() || !weekday.is_weekend())
        .map(|weekday| {
            let late = weekday == Weekday::Thursday && plan.is_main();
            opening(weekday, at(9, 0), if late { at(19, 0) } else { at(16, 30) }, web)
        })
        .collect();
    if service == "nursery" {
        week.push(opening(Weekday::Saturday, at(9, 0), at(12, 0), web + 2));
    }
    week
}

/// Hours of today alone, when the demo is first looked at outside usual hours or on a holiday.
#[expect(clippy::too_many_arguments, reason = "one call, every argument another thing")]
async fn open_today(
    tx: &mut Tx<'_>,
    past: &World,
    calendar: &Calendar,
    service: ServiceId,
    today: Day,
    hours: Hours,
    (web, staff): (u32, u32),
    week: &[Opening],
) -> Result<(), DemoError> {
    let (Some(from), Some(to)) = (Minute::from_number(hours.from), Minute::from_number(hours.to)) else {
        return Ok(());
    };
    let only = Opening { weekday: today.weekday(), from, to, step: 30, web, staff };
    // A calendar that knows no holiday this year: on this one day the demo hall is open whatever the day is.
    let mut open = Calendar::new();
    if let Some(new_year) = Day::new(today.year(), 1, 1) {
        open.import([(new_year, "元日".to_owned())]);
    }
    visits::set_openings(tx, past, &open, service, today, &[only]).await?;
    visits::extend_slots(tx, &open, service, today, today).await?;
    visits::set_openings(tx, past, calendar, service, today.plus(1), week).await?;
    Ok(())
}
