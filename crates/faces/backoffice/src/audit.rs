//! 操作記録: who did what to what, and why; a CSV of it; whether the chain of hashes is whole.

use std::collections::BTreeMap;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::day::Day;
use people::{Permission, Person, PersonId, Purpose};
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Page, Query, Refusal, Route, Who, attachment, html};
use store::audit::{self, Actor, EntryId, Of, Written};
use store::{Act, Tx};
use uuid::Uuid;

use crate::messages::purpose_key;

const WHO: Who = Who::Staff(Permission::ReadAudit);
const PAGE: u32 = 50;
/// Rows read at a time for the CSV and while looking for a day or a word.
const STRIDE: u32 = 500;
/// The most a CSV holds; more is asked for month by month.
const MOST: usize = 50_000;
const EXPORT: Act = Act::staff("audit.export");

pub(crate) fn routes() -> Vec<Route> {
    let long = Duration::from_secs(120);
    vec![
        Route::page("/staff/audit", WHO, list),
        Route::page("/staff/audit/chain", WHO, chain).patience(long),
        Route::file("/staff/audit.csv", WHO, csv).patience(long),
    ]
}

#[derive(Deserialize, Default, Clone)]
struct Filter {
    /// Somebody's login.
    #[serde(default)]
    login: String,
    /// The number of a case, person or message.
    #[serde(default)]
    object: String,
    /// The beginning of an act: `people.look`.
    #[serde(default)]
    act: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    before: String,
}

/// A filter that was understood.
#[derive(Clone)]
struct Wanted {
    of: Of,
    act: String,
    from: Option<Day>,
    to: Option<Day>,
}

impl Wanted {
    fn takes(&self, entry: &Written) -> bool {
        let day = entry.at.day();
        entry.act.starts_with(&self.act)
            && self.to.is_none_or(|to| day <= to)
            && self.from.is_none_or(|from| day >= from)
    }

    /// Everything older is before the first day that is wanted.
    fn is_past(&self, entry: &Written) -> bool {
        self.from.is_some_and(|from| entry.at.day() < from)
    }
}

async fn understood(app: &App, filter: &Filter) -> Result<(Option<Wanted>, Vec<FieldFault>), Refusal> {
    let mut faults = Vec::new();
    let mut day = |field: &'static str, text: &str| {
        let day = Day::parse(text.trim());
        if day.is_none() && !text.trim().is_empty() {
            faults.push(FieldFault::new(field, "backoffice-field-day"));
        }
        day
    };
    let (from, to) = (day("from", &filter.from), day("to", &filter.to));
    let mut of = Of::Everything;
    if !filter.object.trim().is_empty() {
        match filter.object.trim().parse::<Uuid>() {
            Ok(object) => of = Of::Object(object),
            Err(_) => faults.push(FieldFault::new("object", "backoffice-audit-object-wrong")),
        }
    } else if !filter.login.trim().is_empty() {
        let login = people::Login::parse(&filter.login);
        let found = match login {
            Some(login) => app.db.read(async move |tx: &mut Tx<'_>| people::person_by_login(tx, &login).await).await?,
            None => None,
        };
        match found {
            Some(person) => of = Of::Person(person.uuid()),
            None => faults.push(FieldFault::new("login", "backoffice-audit-login-wrong")),
        }
    }
    let wanted = Wanted { of, act: filter.act.trim().to_owned(), from, to };
    Ok((faults.is_empty().then_some(wanted), faults))
}

/// Up to `most` wanted entries older than `before`, and where to read on.
async fn gather(
    app: &App,
    wanted: &Wanted,
    before: Option<EntryId>,
    most: usize,
) -> Result<(Vec<Written>, Option<EntryId>), Refusal> {
    let mut found = Vec::new();
    let mut at = before;
    loop {
        let (of, from) = (wanted.of, at);
        let rows = app.db.read(async move |tx: &mut Tx<'_>| audit::read(tx, of, from, STRIDE).await).await?;
        let whole = rows.len() == STRIDE as usize;
        for row in rows {
            if wanted.is_past(&row) {
                return Ok((found, None));
            }
            if found.len() == most {
                return Ok((found, at));
            }
            at = Some(row.id);
            if wanted.takes(&row) {
                found.push(row);
            }
        }
        if !whole {
            return Ok((found, None));
        }
    }
}

/// The persons and posts that a list speaks of.
struct Names {
    persons: BTreeMap<Uuid, Person>,
    posts: BTreeMap<Uuid, String>,
}

impl Names {
    async fn of(app: &App, ask: &Ask, entries: &[Written]) -> Result<Self, Refusal> {
        let mut ids: Vec<Uuid> = entries
            .iter()
            .flat_map(|entry| {
                let person = match entry.actor {
                    Actor::Staff { person, .. } => Some(person),
                    Actor::Resident | Actor::System => None,
                };
                [person, entry.object.filter(|_| entry.act.starts_with("people."))]
            })
            .flatten()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let today = app.world.today();
        let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
            let mut persons = BTreeMap::new();
            for id in &ids {
                if let Some(person) = people::person(tx, PersonId::from(*id)).await? {
                    persons.insert(*id, person);
                }
            }
            Ok((persons, people::posts(tx, today, None).await?, people::units(tx, today).await?))
        };
        let (persons, posts, units) = app.db.read(read).await?;
        let words = posts.iter().map(|post| {
            let unit = units.iter().find(|unit| unit.id == post.unit).map_or("", |unit| unit.name.get(ask.locale));
            (post.id.uuid(), format!("{unit} {}", post.title.get(ask.locale)).trim().to_owned())
        });
        Ok(Self { persons, posts: words.collect() })
    }

    fn actor(&self, ask: &Ask, actor: Actor) -> String {
        match actor {
            Actor::Staff { person, .. } => self.person(person).unwrap_or_else(|| person.to_string()),
            Actor::Resident => ask.t().text("backoffice-audit-resident").into_owned(),
            Actor::System => ask.t().text("backoffice-audit-system").into_owned(),
        }
    }

    /// The post that gave the authority, as it is called today.
    fn post(&self, actor: Actor) -> String {
        match actor {
            Actor::Staff { post: Some(post), .. } => self.posts.get(&post).cloned().unwrap_or_else(|| post.to_string()),
            Actor::Staff { post: None, .. } | Actor::Resident | Actor::System => String::new(),
        }
    }

    fn object(&self, id: Uuid) -> Option<String> {
        self.person(id).or_else(|| self.posts.get(&id).cloned())
    }

    fn person(&self, id: Uuid) -> Option<String> {
        self.persons.get(&id).map(|person| format!("{} ({})", person.name, person.login))
    }
}

fn purpose(ask: &Ask, code: Option<&str>) -> String {
    let Some(code) = code else { return String::new() };
    let known = Purpose::OFFERED.iter().find(|purpose| purpose.code() == code).map(purpose_key);
    match known {
        Some(key) => ask.t().text(key).into_owned(),
        None if code == "other" => ask.t().text("backoffice-purpose-other").into_owned(),
        None => code.to_owned(),
    }
}

fn detail(entry: &Written) -> String {
    match &entry.detail {
        None => String::new(),
        Some(serde_json::Value::String(text)) => text.clone(),
        // The offices write what was changed as one text under `what`.
        Some(value) => match value.get("what").and_then(serde_json::Value::as_str) {
            Some(what) => what.to_owned(),
            None if value.get("by").is_some() => String::new(),
            None => value.to_string(),
        },
    }
}

struct AuditLine {
    at: String,
    actor: String,
    post: String,
    act: String,
    object: String,
    object_name: String,
    purpose: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    page: Page,
    filter: Filter,
    lines: Vec<AuditLine>,
    next: String,
    csv: String,
}

fn query(filter: &Filter, before: Option<EntryId>) -> String {
    let pairs = [
        ("login", filter.login.as_str()),
        ("object", &filter.object),
        ("act", &filter.act),
        ("from", &filter.from),
        ("to", &filter.to),
    ];
    let mut text: Vec<String> = pairs
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| format!("{name}={}", crate::sign_in::encoded(value.trim())))
        .collect();
    text.extend(before.map(|before| format!("before={before}")));
    text.join("&")
}

async fn list(State(app): State<App>, ask: Ask, Query(filter): Query<Filter>) -> Result<Response, Refusal> {
    let (wanted, faults) = understood(&app, &filter).await?;
    let (entries, next) = match &wanted {
        Some(wanted) => gather(&app, wanted, filter.before.parse().ok(), PAGE as usize).await?,
        None => (Vec::new(), None),
    };
    let names = Names::of(&app, &ask, &entries).await?;
    let t = ask.t();
    let lines = entries.iter().map(|entry| AuditLine {
        at: t.moment(entry.at),
        actor: names.actor(&ask, entry.actor),
        post: names.post(entry.actor),
        act: entry.act.clone(),
        object: entry.object.map(|object| object.to_string()).unwrap_or_default(),
        object_name: entry.object.and_then(|object| names.object(object)).unwrap_or_default(),
        purpose: purpose(&ask, entry.purpose.as_deref()),
        detail: detail(entry),
    });
    html(&AuditPage {
        page: Page::new(&app, &ask, "backoffice-audit-title").faults(&faults),
        lines: lines.collect(),
        next: next.map(|next| format!("/staff/audit?{}", query(&filter, Some(next)))).unwrap_or_default(),
        csv: format!("/staff/audit.csv?{}", query(&filter, None)),
        filter,
    })
}

/// A cell that no spreadsheet takes for a formula; Japanese ones read full-width signs too.
fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']);
    format!("\"{}{}\"", if risky { "'" } else { "" }, text.replace('"', "\"\""))
}

async fn csv(State(app): State<App>, ask: Ask, Query(filter): Query<Filter>) -> Result<Response, Refusal> {
    let (wanted, faults) = understood(&app, &filter).await?;
    let wanted = wanted.ok_or_else(|| Refusal::invalid(faults))?;
    let (entries, _) = gather(&app, &wanted, None, MOST).await?;
    let names = Names::of(&app, &ask, &entries).await?;
    let t = ask.t();
    let headings = ["at", "actor", "post", "act", "object", "purpose", "detail"].map(|name| match name {
        "at" => t.text("backoffice-audit-at"),
        "actor" => t.text("backoffice-audit-actor"),
        "post" => t.text("backoffice-post"),
        "act" => t.text("backoffice-audit-act"),
        "object" => t.text("backoffice-audit-object"),
        "purpose" => t.text("backoffice-audit-purpose"),
        _ => t.text("backoffice-audit-detail"),
    });
    // The mark at the beginning tells spreadsheets that this is UTF-8.
    let mut text = String::from("\u{feff}");
    text.push_str(&headings.map(|heading| cell(&heading)).join(","));
    text.push_str("\r\n");
    for entry in &entries {
        let object = entry.object.map(|object| object.to_string()).unwrap_or_default();
        let row = [
            entry.at.to_rfc3339_jst(),
            names.actor(&ask, entry.actor),
            names.post(entry.actor),
            entry.act.clone(),
            object,
            purpose(&ask, entry.purpose.as_deref()),
            detail(entry),
        ];
        text.push_str(&row.map(|value| cell(&value)).join(","));
        text.push_str("\r\n");
    }
    let (world, actor, rows) =
        (app.world.clone(), people::Actor::of(ask.staff()?, Permission::ReadAudit), entries.len());
    let write = async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        let entry = audit::Entry::new(actor.into(), "audit.export").detail(rows);
        audit::append(tx, &world, &entry).await.map(drop)
    };
    app.db.write(EXPORT, write).await?;
    let name = format!("{}_{}.csv", t.text("backoffice-audit-file"), app.world.today());
    Ok(attachment("text/csv; charset=utf-8", &name, text))
}

#[derive(Template)]
#[template(path = "audit_chain.html")]
struct ChainPage {
    page: Page,
    sealed: u64,
    segments: usize,
    unsealed: u64,
    since: String,
    broken: String,
}

async fn chain(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let report = audit::verify(&app.db).await?;
    html(&ChainPage {
        page: Page::new(&app, &ask, "backoffice-chain-title"),
        sealed: report.sealed,
        segments: report.segments,
        unsealed: report.unsealed,
        since: report.unsealed_since.map(|since| ask.t().moment(since)).unwrap_or_default(),
        broken: report.broken.map(|broken| broken.to_string()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_never_formulas() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("＠SUM(1)"), "\"'＠SUM(1)\"");
        assert_eq!(cell("a \"b\""), "\"a \"\"b\"\"\"");
        assert_eq!(cell("people.look"), "\"people.look\"");
    }

    #[test]
    fn links_carry_the_filter() {
        let filter = Filter { act: "people.look".to_owned(), login: " a b ".to_owned(), ..Filter::default() };
        assert_eq!(query(&filter, None), "login=a%20b&act=people.look");
    }
}
