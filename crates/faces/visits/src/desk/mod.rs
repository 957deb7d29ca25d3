//! The counter's pages for staff: today's list, the acts at the desk, walk-ins, bookings by telephone, the call board.

mod acts;
mod board;
mod day;
mod detail;
mod person;
mod phone;
mod walk_in;

use people::{Permission, UnitId};
use places::Counter;
use shell::{App, Ask, Page, Refusal, Route};
use store::Tx;
use visits::{Clerk, Desk};

/// Every route of these pages.
pub(crate) fn routes() -> Vec<Route> {
    [day::routes(), acts::routes(), walk_in::routes(), phone::routes(), board::routes()].into_iter().flatten().collect()
}

/// The cookie that remembers which desk this browser stands at: `{counter}:{desk}`.
const DESK: &str = "desk";

/// A counter this member of staff serves, and the post that allows it.
#[derive(Clone)]
struct Post {
    counter: Counter,
    unit: UnitId,
    clerk: Clerk,
}

/// The counter of an address, if the caller may do this there.
async fn post(app: &App, ask: &Ask, code: &str, permission: Permission) -> Result<Post, Refusal> {
    let (code, day) = (code.to_owned(), app.world.today());
    let (counter, units) = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            Ok::<_, store::Error>((places::counter_by_code(tx, &code).await?, people::units(tx, day).await?))
        })
        .await?;
    let counter = counter.ok_or_else(Refusal::not_found)?;
    let staff = ask.staff()?;
    let unit = units.iter().find(|unit| unit.code == counter.details.unit_code).map(|unit| unit.id);
    let found = unit.and_then(|unit| staff.post_for(permission, unit).map(|post| (unit, post)));
    let (unit, post) = found.ok_or_else(Refusal::forbidden)?;
    Ok(Post { counter, unit, clerk: Clerk { person: staff.person, post } })
}

/// The desk this browser stands at, if it was said for this counter.
fn desk(headers: &http::HeaderMap, counter: &Counter) -> Option<Desk> {
    let (code, desk) = shell::cookies::read(headers, DESK)?.split_once(':')?;
    let number: u8 = desk.parse().ok()?;
    let known = code == counter.details.code && (1..=counter.details.desks).contains(&number);
    if known { Desk::parse(desk).ok() } else { None }
}

/// A page of the back office at a counter.
fn page(app: &App, ask: &Ask, title: String, counter: &Counter, desk: Option<&Desk>) -> Page {
    let mut page = Page::titled(app, ask, title);
    if let Some(staff) = &mut page.staff {
        staff.counter = match desk {
            Some(desk) => ask.t().with("visits-desk-at", [("desk", desk.as_str().into())]).into_owned(),
            None => counter.details.name.get(ask.locale).to_owned(),
        };
    }
    page
}
