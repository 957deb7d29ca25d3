//! One visit beside the list: what the person needs, when what happened, and the acts that are possible now.

use kernel::{day::Day, time::Instant};
use people::{Case, Looked, Permission, Purpose};
use shell::{App, Ask, Refusal};
use store::{Act, Tx};
use visits::{State as Standing, Visit, VisitId};

use super::Post;

const LOOK: Act = Act::staff("visits.look");
/// What a visit is called in the log of looks.
const CASE: &str = "visit";

/// A button of the detail.
pub(super) struct Button {
    pub(super) act: &'static str,
    pub(super) label: String,
    pub(super) hotkey: &'static str,
}

/// One person's detail.
pub(super) struct Detail {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) needs: Vec<(&'static str, String)>,
    pub(super) rows: Vec<shell::Row>,
    pub(super) first: Option<Button>,
    pub(super) buttons: Vec<Button>,
    /// 呼出 out of turn, with its reason.
    pub(super) by_hand: bool,
    /// How it ended is asked when it ends.
    pub(super) may_finish: bool,
    pub(super) may_cancel: bool,
    pub(super) may_check_in: bool,
}

pub(super) fn needs(ask: &Ask, visit: &Visit) -> Vec<(&'static str, String)> {
    let t = ask.t();
    let needs = &visit.needs;
    let mut list = Vec::new();
    for (asked, icon, key) in [
        (needs.wheelchair, "wheelchair", "visits-desk-need-wheelchair"),
        (needs.writing, "pencil", "visits-desk-need-writing"),
        (needs.companion, "people", "visits-desk-need-companion"),
        (needs.infant, "baby", "visits-desk-need-infant"),
    ] {
        if asked {
            list.push((icon, t.text(key).into_owned()));
        }
    }
    if let Some(language) = &needs.interpreter {
        list.push((
            "globe",
            t.with("visits-desk-need-interpreter", [("language", language.as_str().into())]).into_owned(),
        ));
    }
    list
}

pub(super) fn name(ask: &Ask, visit: &Visit) -> String {
    let name = visit.contact.name.as_ref().map(ToString::to_string);
    name.unwrap_or_else(|| ask.t().text("visits-desk-no-name").into_owned())
}

pub(super) fn detail(ask: &Ask, visit: &Visit, has_desk: bool) -> Detail {
    let t = ask.t();
    let state = visit.state();
    let button = |act: &'static str, hotkey: &'static str| Button {
        act,
        label: t.text(&format!("visits-act-{act}")).into_owned(),
        hotkey,
    };
    let (first, buttons) = match state {
        Standing::Called => {
            (Some(button("start", "s")), vec![button("recall", "r"), button("absent", "a"), button("back", "b")])
        }
        Standing::Serving => (None, vec![button("back", "b")]),
        Standing::Absent => {
            let again = Button { act: "again", label: t.text("visits-act-recall").into_owned(), hotkey: "r" };
            (Some(again), vec![button("back", "b")])
        }
        _ => (None, Vec::new()),
    };
    let row = |key: &str, value: String| shell::Row { label: t.text(key).into_owned(), value, href: String::new() };
    let clock = |at: Option<Instant>| at.map(|at| t.time(at.minute()));
    let mut rows = vec![row("visits-check-service", visit.service_name.get(ask.locale).to_owned())];
    rows.push(row("visits-check-who", t.text(&format!("visits-who-{}", visit.who.code())).into_owned()));
    if let Some(minute) = visit.minute {
        rows.push(row("visits-desk-booked", t.time(minute)));
    }
    for (key, at) in [
        ("visits-desk-checked-in", visit.checked_in_at()),
        ("visits-desk-called", visit.called_at()),
        ("visits-desk-started", visit.started_at()),
        ("visits-desk-finished", visit.finished_at()),
    ] {
        if let Some(at) = clock(at) {
            rows.push(row(key, at));
        }
    }
    if let Some(phone) = &visit.contact.phone {
        rows.push(row("visits-check-phone", shell::telephone::grouped(phone.as_str())));
    }
    if let Some(email) = &visit.contact.email {
        rows.push(row("visits-check-email", email.to_string()));
    }
    if let Some(reason) = &visit.progress.by_hand {
        rows.push(row("visits-desk-by-hand", reason.clone()));
    }
    Detail {
        id: visit.id.to_string(),
        label: visit.label().to_owned(),
        number: visit.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        name: name(ask, visit),
        state: t.text(&format!("visits-state-{}", state.code().replace('_', "-"))).into_owned(),
        needs: needs(ask, visit),
        rows,
        first,
        buttons,
        by_hand: has_desk && matches!(state, Standing::Waiting | Standing::Absent),
        may_finish: state == Standing::Serving,
        may_cancel: matches!(state, Standing::Booked | Standing::Waiting | Standing::Absent),
        may_check_in: matches!(state, Standing::Booked | Standing::NoShow),
    }
}

/// Why the desk opens a visit: the person is here today, or comes another day.
fn purpose(visit: &Visit, today: Day) -> Purpose {
    if visit.day == today { Purpose::Counter } else { Purpose::Preparation }
}

/// The open detail: looking at a person is recorded with its purpose before anything is shown. A visit of another
/// counter is not shown, and it is the attempt that is recorded.
pub(super) async fn look(app: &App, ask: &Ask, post: &Post, id: VisitId) -> Result<Visit, Refusal> {
    let (world, staff, unit, counter) = (app.world.clone(), ask.staff()?.clone(), post.unit, post.counter.id);
    let today = world.today();
    let seen = app
        .db
        .write(LOOK, async move |tx: &mut Tx<'_>| {
            let Some(visit) = visits::visit(tx, id).await? else { return Ok::<_, store::Error>(None) };
            let purpose = purpose(&visit, today);
            if visit.counter != counter {
                people::refuse_look(tx, &world, &staff, CASE, id.uuid(), &purpose).await?;
                return Ok(None);
            }
            let case = Case { kind: CASE, id: id.uuid(), unit, permission: Permission::ServeCounter };
            let looked = people::look(tx, &world, &staff, &case, &purpose).await?;
            Ok(Some((visit, looked)))
        })
        .await?;
    match seen {
        Some((visit, Looked::Shown)) => Ok(visit),
        Some((_, Looked::Refused)) => Err(Refusal::forbidden()),
        None => Err(Refusal::not_found()),
    }
}

/// Somebody who may not even see this counter asked for one of its visits: the attempt is recorded.
pub(super) async fn refused(app: &App, ask: &Ask, id: VisitId) -> Result<(), Refusal> {
    let (world, staff) = (app.world.clone(), ask.staff()?.clone());
    let today = world.today();
    let write = async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        let Some(visit) = visits::visit(tx, id).await? else { return Ok(()) };
        people::refuse_look(tx, &world, &staff, CASE, id.uuid(), &purpose(&visit, today)).await
    };
    Ok(app.db.write(LOOK, write).await?)
}
