//! What a checked file of posts and holders means for the database: first a plan, then the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use intake::{BadRows, Collector, Column, Reason};
use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::Line;
use store::Tx;

use super::{StaffPosts, StaffRow};
use crate::holdings::{Change, Span, hold_from, release_from};
use crate::persons::{self, Login, PersonData, Unwritten};
use crate::posts::{self, PutPost};
use crate::{Actor, PersonId, Post, PostId, UnitId, record, units};

store::statements! {
    /// Everybody, to find them by number or login.
    EVERYBODY = "SELECT id, number, login, name, kana FROM person";
    /// Every span that is not over on a day.
    HELD = "SELECT h.id, h.person, h.post, h.valid_from, h.valid_to, h.concurrent, p.unit FROM holding h JOIN post p ON p.id = h.post
        WHERE h.valid_to IS NULL OR h.valid_to >= $1";
}

/// What an import does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct StaffPostsReport {
    /// Persons not known before.
    pub persons_added: usize,
    /// Persons whose name, reading or login changes.
    pub persons_changed: usize,
    /// Posts not known before, by code.
    pub posts_added: Vec<String>,
    /// Posts whose title, roles or place change, by code.
    pub posts_changed: Vec<String>,
    /// Posts taken up.
    pub taken_up: usize,
    /// Posts left.
    pub left: usize,
    /// Posts held before and after.
    pub unchanged: usize,
    /// Persons who hold no post any more on that day, by name.
    pub without_post: Vec<String>,
}

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rows that the database does not agree with.
    #[error(transparent)]
    Rows(#[from] BadRows),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What the file would do if it came into force on `effective`.
///
/// # Errors
/// [`ImportError`].
pub async fn preview_staff_posts(
    tx: &mut Tx<'_>,
    file: &StaffPosts,
    effective: Day,
) -> Result<StaffPostsReport, ImportError> {
    Ok(Plan::make(tx, file, effective).await?.report)
}

/// Puts the file into force from `effective` on.
///
/// # Errors
/// [`ImportError`].
pub async fn import_staff_posts(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    file: &StaffPosts,
    effective: Day,
) -> Result<StaffPostsReport, ImportError> {
    let plan = Plan::make(tx, file, effective).await?;
    plan.carry_out(tx, world, file, effective).await?;
    let report = plan.report;
    let quiet = StaffPostsReport {
        unchanged: report.unchanged,
        without_post: report.without_post.clone(),
        ..StaffPostsReport::default()
    };
    if report != quiet {
        let detail = format!(
            "{effective} taken up {} left {} persons added {}",
            report.taken_up, report.left, report.persons_added
        );
        record::change(tx, world, actor, "people.import.staff_posts", uuid::Uuid::nil(), detail).await?;
    }
    Ok(report)
}

struct Known {
    id: PersonId,
    number: Option<String>,
    login: String,
    name: String,
    kana: String,
}

struct Held {
    person: PersonId,
    post: PostId,
    unit: UnitId,
    concurrent: bool,
    span: Span,
}

/// A person of the file.
struct PersonPlan<'f> {
    row: &'f StaffRow,
    id: Option<PersonId>,
    data: PersonData,
    changed: bool,
}

/// A post of the file.
struct PostPlan<'f> {
    row: &'f StaffRow,
    unit: UnitId,
    id: Option<PostId>,
    /// Its state from the day on, if that is new.
    state: Option<PutPost>,
}

struct Plan<'f> {
    persons: BTreeMap<&'f str, PersonPlan<'f>>,
    posts: BTreeMap<&'f str, PostPlan<'f>>,
    held: Vec<Held>,
    leaving: Vec<(PersonId, PostId, Change)>,
    report: StaffPostsReport,
}

impl<'f> Plan<'f> {
    async fn make(tx: &mut Tx<'_>, file: &'f StaffPosts, effective: Day) -> Result<Self, ImportError> {
        let mut bad = Bad { file, collector: Collector::default() };
        let units: HashMap<String, UnitId> =
            units::units(tx, effective).await?.into_iter().map(|unit| (unit.code, unit.id)).collect();
        let everybody = everybody(tx).await?;
        let there: HashMap<String, Post> =
            posts::posts(tx, effective, None).await?.into_iter().map(|post| (post.code.clone(), post)).collect();
        let held = held(tx, effective).await?;
        let mut plan = Self {
            persons: BTreeMap::new(),
            posts: BTreeMap::new(),
            held,
            leaving: Vec::new(),
            report: StaffPostsReport::default(),
        };
        plan.persons(&mut bad, file, &everybody);
        plan.posts(&mut bad, file, &units, &there, effective);
        plan.moves(file, effective, &everybody);
        bad.collector.all_or_nothing(plan).map_err(ImportError::Rows)
    }

    fn persons(&mut self, bad: &mut Bad<'_>, file: &'f StaffPosts, everybody: &[Known]) {
        let by_number: HashMap<&str, &Known> =
            everybody.iter().filter_map(|known| known.number.as_deref().map(|number| (number, known))).collect();
        let by_login: HashMap<&str, &Known> = everybody.iter().map(|known| (known.login.as_str(), known)).collect();
        for row in &file.rows {
            if self.persons.contains_key(row.number.as_str()) {
                continue;
            }
            let with_login = row.login.as_ref().and_then(|login| by_login.get(login.as_str()));
            // Somebody added by hand, without a number, is found by the login.
            let known = by_number.get(row.number.as_str()).or(with_login.filter(|known| known.number.is_none()));
            if with_login.is_some_and(|other| known.is_none_or(|known| known.id != other.id)) {
                bad.refuse(row, file.columns.login, Reason::Other("people-import-login-taken"));
                continue;
            }
            let login = row.login.clone().or_else(|| known.and_then(|known| Login::parse(&known.login)));
            let Some(login) = login.or_else(|| Login::parse(row.number.as_str())) else {
                bad.refuse(row, Some(file.columns.number), Reason::Other("people-import-no-login"));
                continue;
            };
            let changed = known.is_some_and(|known| {
                known.number.as_deref() != Some(row.number.as_str())
                    || known.login != login.as_str()
                    || known.name != row.name.as_str()
                    || known.kana != row.kana.as_str()
            });
            self.report.persons_added += usize::from(known.is_none());
            self.report.persons_changed += usize::from(changed);
            let data =
                PersonData { number: Some(row.number.clone()), login, name: row.name.clone(), kana: row.kana.clone() };
            self.persons
                .insert(row.number.as_str(), PersonPlan { row, id: known.map(|known| known.id), data, changed });
        }
    }

    fn posts(
        &mut self,
        bad: &mut Bad<'_>,
        file: &'f StaffPosts,
        units: &HashMap<String, UnitId>,
        there: &HashMap<String, Post>,
        effective: Day,
    ) {
        for (sort, row) in (0..).zip(&file.rows) {
            let Some(unit) = units.get(row.unit.as_str()).copied() else {
                bad.refuse(row, Some(file.columns.unit), Reason::Unknown);
                continue;
            };
            if self.posts.contains_key(row.post_code.as_str()) {
                continue;
            }
            let known = there.get(row.post_code.as_str());
            if known.is_some_and(|known| known.unit != unit) {
                bad.refuse(
                    row,
                    file.columns.post_code.or(Some(file.columns.title)),
                    Reason::Other("people-import-post-elsewhere"),
                );
                continue;
            }
            let title = Localized {
                ja: row.title.to_string(),
                easy: known.and_then(|known| known.title.easy.clone()),
                en: row
                    .title_en
                    .as_ref()
                    .map(Line::to_string)
                    .or_else(|| known.and_then(|known| known.title.en.clone())),
            };
            let roles = row.roles.clone().or_else(|| known.map(|known| known.roles.clone())).unwrap_or_default();
            let sort = row.sort.or_else(|| known.map(|known| known.sort)).unwrap_or(sort);
            let same = known.is_some_and(|known| known.title == title && known.roles == roles && known.sort == sort);
            match known {
                None => self.report.posts_added.push(row.post_code.to_string()),
                Some(_) if !same => self.report.posts_changed.push(row.post_code.to_string()),
                Some(_) => {}
            }
            let state =
                (!same).then(|| PutPost { code: row.post_code.clone(), unit, from: effective, title, roles, sort });
            self.posts.insert(row.post_code.as_str(), PostPlan { row, unit, id: known.map(|known| known.id), state });
        }
    }

    /// Who leaves a post of the listed units, and what the report says about coming and staying.
    fn moves(&mut self, file: &'f StaffPosts, effective: Day, everybody: &[Known]) {
        let listed: BTreeSet<UnitId> = self.posts.values().map(|post| post.unit).collect();
        let mut wanted: BTreeSet<(PersonId, PostId)> = BTreeSet::new();
        let mut busy: BTreeSet<PersonId> = BTreeSet::new();
        for row in &file.rows {
            let person = self.persons.get(row.number.as_str()).and_then(|plan| plan.id);
            let post = self.posts.get(row.post_code.as_str()).and_then(|plan| plan.id);
            busy.extend(person);
            let holds = person
                .zip(post)
                .inspect(|pair| wanted.extend([*pair]))
                .is_some_and(|(person, post)| hold_from(&spans(&self.held, person, post), effective).is_none());
            *(if holds { &mut self.report.unchanged } else { &mut self.report.taken_up }) += 1;
        }
        let mut idle: BTreeSet<PersonId> = BTreeSet::new();
        let mut done: BTreeSet<(PersonId, PostId)> = BTreeSet::new();
        for held in &self.held {
            let pair = (held.person, held.post);
            if !held.span.covers(effective) {
                continue;
            }
            if !listed.contains(&held.unit) || wanted.contains(&pair) {
                busy.insert(held.person);
            } else if let (true, Some(change)) =
                (done.insert(pair), release_from(&spans(&self.held, held.person, held.post), effective))
            {
                idle.insert(held.person);
                self.leaving.push((held.person, held.post, change));
            }
        }
        self.report.left = self.leaving.len();
        self.report.without_post = everybody
            .iter()
            .filter(|known| idle.contains(&known.id) && !busy.contains(&known.id))
            .map(|known| known.name.clone())
            .collect();
        self.report.without_post.sort_unstable();
    }

    async fn carry_out(
        &self,
        tx: &mut Tx<'_>,
        world: &World,
        file: &StaffPosts,
        effective: Day,
    ) -> Result<(), ImportError> {
        let mut bad = Bad { file, collector: Collector::default() };
        let mut persons: HashMap<&str, PersonId> = HashMap::new();
        for (number, plan) in &self.persons {
            let written = match plan.id {
                Some(id) if plan.changed => persons::update(tx, id, &plan.data).await.map(|()| id),
                Some(id) => Ok(id),
                None => persons::insert(tx, world, &plan.data).await,
            };
            match written {
                Ok(id) => drop(persons.insert(number, id)),
                // Two rows that swap their logins, or a number that is somebody's login.
                Err(Unwritten::Taken | Unwritten::Unknown) => {
                    bad.refuse(plan.row, file.columns.login, Reason::Other("people-import-login-taken"));
                }
                Err(Unwritten::Store(error)) => return Err(error.into()),
            }
        }
        let mut posts: HashMap<&str, PostId> = HashMap::new();
        for (code, plan) in &self.posts {
            let id = match plan.id {
                Some(id) => id,
                // The code may belong to a post of another unit that is closed on this day.
                None => match posts::know(tx, world, code, plan.unit).await? {
                    (id, unit) if unit == plan.unit => id,
                    _ => {
                        bad.refuse(plan.row, file.columns.post_code, Reason::Other("people-import-post-elsewhere"));
                        continue;
                    }
                },
            };
            if let Some(state) = &plan.state {
                posts::state(tx, id, state).await?;
            }
            posts.insert(code, id);
        }
        bad.collector.all_or_nothing(())?;
        for (person, post, change) in &self.leaving {
            posts::apply(tx, world, *person, *post, false, Some(*change)).await?;
        }
        for row in &file.rows {
            let (Some(person), Some(post)) = (persons.get(row.number.as_str()), posts.get(row.post_code.as_str()))
            else {
                continue;
            };
            let change = hold_from(&spans(&self.held, *person, *post), effective);
            posts::apply(tx, world, *person, *post, row.concurrent, change).await?;
            if self
                .held
                .iter()
                .any(|held| (held.person, held.post) == (*person, *post) && held.concurrent != row.concurrent)
            {
                posts::mark(tx, *person, *post, effective, row.concurrent).await?;
            }
        }
        Ok(())
    }
}

/// Names rows for which the database is the reason.
struct Bad<'f> {
    file: &'f StaffPosts,
    collector: Collector,
}

impl Bad<'_> {
    fn refuse(&mut self, row: &StaffRow, column: Option<Column>, reason: Reason) {
        if let Some(here) = self.file.table.rows().nth(row.at) {
            self.collector.add(match column {
                Some(column) => here.refuse(column, reason),
                None => here.refuse_row(reason),
            });
        }
    }
}

fn spans(held: &[Held], person: PersonId, post: PostId) -> Vec<Span> {
    held.iter().filter(|held| held.person == person && held.post == post).map(|held| held.span).collect()
}

async fn everybody(tx: &mut Tx<'_>) -> Result<Vec<Known>, store::Error> {
    let rows = tx.all(&EVERYBODY, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(Known { id: row.get(0)?, number: row.get(1)?, login: row.get(2)?, name: row.get(3)?, kana: row.get(4)? })
        })
        .collect()
}

async fn held(tx: &mut Tx<'_>, day: Day) -> Result<Vec<Held>, store::Error> {
    let rows = tx.all(&HELD, &[day.into()]).await?;
    rows.iter()
        .map(|row| {
            let span = Span { id: row.get(0)?, from: row.get(3)?, to: row.get(4)? };
            Ok(Held { person: row.get(1)?, post: row.get(2)?, unit: row.get(6)?, concurrent: row.get(5)?, span })
        })
        .collect()
}
