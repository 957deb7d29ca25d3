//! The first page of the back office: who am I, what is waiting for me, where to go.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use messages::record::State as Standing;
use people::Permission;
use shell::{App, Ask, Page, Refusal, Route, Who, html};
use store::Tx;

use crate::home_evaluation::{self, Evaluation};

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::page("/staff", Who::AnyStaff, show)]
}

/// A post one holds today.
struct Held {
    unit: String,
    title: String,
    roles: String,
    concurrent: bool,
}

/// Something that waits.
struct Waiting {
    href: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "staff_home.html")]
struct HomePage {
    page: Page,
    name: String,
    today: String,
    closed: String,
    posts: Vec<Held>,
    waiting: Vec<Waiting>,
    /// Deadlines and the four divisions' views, for whoever answers for programmes.
    evaluation: Option<Evaluation>,
    /// Whether to show the way to the first steps: to whoever sets up a city that is not a demo.
    first_steps: bool,
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let (staff, t, today) = (ask.staff()?, ask.t(), app.world.today());
    let (person, with_messages) = (staff.person, staff.can(Permission::ManageMessages));
    let (with_programmes, now) = (home_evaluation::concerns(staff), app.world.now());
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let own = people::person(tx, person).await?;
        let calendar = places::holidays::calendar(tx).await?;
        let counts = if with_messages { messages::record::counts(tx).await? } else { Vec::new() };
        let programmes = if with_programmes { Some(home_evaluation::read(tx, now).await?) } else { None };
        Ok((own, calendar, counts, programmes))
    };
    let (own, calendar, counts, programmes) = app.db.read(read).await?;
    let mut waiting = Vec::new();
    for (standing, count) in counts {
        let key = match standing {
            Standing::Dead => "backoffice-home-dead",
            Standing::Failed => "backoffice-home-failed",
            _ => continue,
        };
        waiting.push(Waiting { href: "/staff/messages", text: t.with(key, [("n", count.into())]).into_owned() });
    }
    if own.is_some_and(|own| !own.has_totp && own.codes_left < 3) {
        let text = t.text("backoffice-home-few-codes").into_owned();
        waiting.push(Waiting { href: "/staff/second-factor", text });
    }
    let held = staff.posts.iter().map(|post| Held {
        unit: post.unit_name.get(ask.locale).to_owned(),
        title: post.title.get(ask.locale).to_owned(),
        roles: post
            .roles
            .list()
            .iter()
            .map(|role| t.text(crate::people::role_key(*role)))
            .collect::<Vec<_>>()
            .join("・"),
        concurrent: post.concurrent,
    });
    let closed = if calendar.is_open(today) {
        String::new()
    } else {
        calendar.name(today).map_or_else(|| t.text("backoffice-home-closed").into_owned(), str::to_owned)
    };
    html(&HomePage {
        page: Page::new(&app, &ask, "backoffice-home-title"),
        name: staff.name.clone(),
        today: t.day(today),
        closed,
        posts: held.collect(),
        waiting,
        evaluation: programmes.and_then(|read| home_evaluation::view(&ask, staff, &read, today)),
        first_steps: staff.can(Permission::Administer) && !app.city().is_demo,
    })
}
