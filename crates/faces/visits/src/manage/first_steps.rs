//! The first steps of a new city, from an empty database to the first booking, with ticks for what is done.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use people::{Permission, Post};
use shell::{App, Ask, Page, Refusal, Route, Who, html};
use store::Tx;

use super::scope;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/staff/first-steps", Who::AnyStaff, show)]
}

/// One step.
pub(super) struct Step {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) done: bool,
    /// Where it is done; empty when the reader may not.
    pub(super) href: &'static str,
    /// Whether it is the one to do now.
    pub(super) now: bool,
}

#[derive(Template)]
#[template(path = "manage_first_steps.html")]
struct StepsPage {
    page: Page,
    steps: Vec<Step>,
    ready: bool,
    manages: bool,
}

/// What a city needs before residents can book, in order.
pub(super) async fn steps(app: &App, ask: &Ask) -> Result<Vec<Step>, Refusal> {
    let (staff, t, day) = (ask.staff()?, ask.t(), app.world.today());
    let read = async move |tx: &mut Tx<'_>| {
        let city = places::city(tx).await?;
        let units = people::units(tx, day).await?;
        let posts = people::posts(tx, day, None).await?;
        let counters = places::counters(tx).await?;
        let services: Vec<_> = visits::services(tx).await?.into_iter().filter(visits::Service::bookable).collect();
        let mut open = false;
        for service in &services {
            let phases = visits::schedule(tx, service.id, day).await?;
            open = open || phases.iter().any(|phase| !phase.openings.is_empty());
        }
        Ok::<_, store::Error>((city, units, posts, counters, !services.is_empty(), open))
    };
    let (city, units, posts, counters, services, open) = app.db.read(read).await?;
    let chief =
        |post: &Post| post.roles.permissions().has(Permission::ManageServices) && post.holders.iter().any(|_| true);
    let own = people::OWN_UNIT;
    let manages = !scope::mine(app, ask).await?.is_empty();
    let people = staff.can(Permission::ManagePeople);
    let list = [
        ("city", city.is_some(), "/staff/settings", staff.can(Permission::Administer)),
        ("units", units.iter().any(|unit| unit.code != own), "/staff/units", people),
        ("people", posts.iter().any(chief), "/staff/people", people),
        ("counters", !counters.is_empty(), "/staff/places", staff.can(Permission::ManagePlaces)),
        ("services", services, "/staff/services/new", manages),
        ("hours", open, "/staff/services", manages),
    ];
    let first = list.iter().position(|(_, done, ..)| !done);
    let step = |(at, (name, done, href, may)): (usize, (&str, bool, &'static str, bool))| Step {
        title: t.text(&format!("services-step-{name}")).into_owned(),
        text: t.text(&format!("services-step-{name}-text")).into_owned(),
        done,
        href: if may { href } else { "" },
        now: first == Some(at),
    };
    Ok(list.into_iter().enumerate().map(step).collect())
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let steps = steps(&app, &ask).await?;
    let ready = steps.iter().all(|step| step.done);
    let manages = ask.staff()?.can(Permission::ManageServices);
    html(&StepsPage { page: Page::new(&app, &ask, "services-steps-title"), steps, ready, manages })
}
