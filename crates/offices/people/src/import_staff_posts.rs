//! `import staff-posts --effective DATE`: who holds which post from a day on, one row for each person and post.
//!
//! | column | also | |
//! |---|---|---|
//! | 職員番号 | number | required; the person is known by it |
//! | 氏名 | name | required |
//! | フリガナ | カナ, kana | required |
//! | ログインID | login | else, for a new person, the number |
//! | 部署コード | unit | required; a unit that exists on the day |
//! | 職名 | post, title | required |
//! | 職名(英語) | title_en | |
//! | 職コード | post_code | else the unit's code, a stroke and the title |
//! | 役割 | roles | 窓口, 窓口責任者, 人事, 地図施設, 配信, 監査, 管理者; several with 、 or / between |
//! | 兼務 | concurrent | ○ when the post is held beside another |
//! | 並び順 | order | a number; else the order of the file |
//!
//! The file is complete **for the units it names**: whoever holds a post there and is not in the file leaves it on that
//! day; posts in other units are not touched, so one 部 can be imported alone. Posts stay when nobody holds them
//! (欠員), and so do cases: a transfer moves people only. A post's roles and title are the file's; when the file has no
//! column for them they stay. The past is not touched, and reading the same file again changes nothing. New persons
//! have no password: one is given to them in person.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use intake::{BadRows, Collector, Column, Reason, Row, Table, cell};
use kernel::text::Line;

use crate::persons::Login;
use crate::roles::Roles;

mod apply;
pub(crate) use apply::STATEMENTS;
pub use apply::{ImportError, StaffPostsReport, import_staff_posts, preview_staff_posts};

/// A checked file.
#[derive(Clone, Debug)]
pub struct StaffPosts {
    table: Table,
    columns: Columns,
    rows: Vec<StaffRow>,
}

#[derive(Clone, Debug)]
struct StaffRow {
    /// Its place in the table, to name it when the database objects.
    at: usize,
    number: Line<40>,
    name: Line<80>,
    kana: Line<120>,
    login: Option<Login>,
    unit: Line<40>,
    title: Line<60>,
    title_en: Option<Line<80>>,
    post_code: Line<120>,
    roles: Option<Roles>,
    concurrent: bool,
    sort: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Columns {
    number: Column,
    name: Column,
    kana: Column,
    unit: Column,
    title: Column,
    login: Option<Column>,
    title_en: Option<Column>,
    post_code: Option<Column>,
    roles: Option<Column>,
    concurrent: Option<Column>,
    order: Option<Column>,
}

impl StaffPosts {
    /// Reads and checks a table as far as it can be without a database.
    ///
    /// # Errors
    /// Every bad row by line and column.
    pub fn parse(table: Table) -> Result<Self, BadRows> {
        let mut bad = Collector::default();
        bad.extend(table.surplus());
        let Some(columns) = Columns::find(&mut bad, &table) else { return Err(bad.into_bad_rows()) };
        let mut rows = Vec::new();
        for (at, row) in table.rows().enumerate() {
            rows.extend(columns.read(&mut bad, row, at));
        }
        let found: Vec<Row<'_>> = table.rows().collect();
        check(&mut bad, &columns, &rows, &found);
        let rows = bad.all_or_nothing(rows)?;
        Ok(Self { table, columns, rows })
    }

    /// The codes of the units the file speaks for.
    #[must_use]
    pub fn units(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row.unit.as_str()).collect()
    }
}

impl Columns {
    fn find(bad: &mut Collector, table: &Table) -> Option<Self> {
        let number = bad.take(table.require(&["職員番号", "職員コード", "number"]));
        let name = bad.take(table.require(&["氏名", "職員氏名", "name"]));
        let kana = bad.take(table.require(&["フリガナ", "カナ", "カナ氏名", "kana"]));
        let unit = bad.take(table.require(&["部署コード", "所属コード", "unit"]));
        let title = bad.take(table.require(&["職名", "役職", "post", "title"]));
        Some(Self {
            number: number?,
            name: name?,
            kana: kana?,
            unit: unit?,
            title: title?,
            login: table.column(&["ログインID", "login"]),
            title_en: table.column(&["職名(英語)", "title_en"]),
            post_code: table.column(&["職コード", "post_code"]),
            roles: table.column(&["役割", "権限", "roles"]),
            concurrent: table.column(&["兼務", "concurrent"]),
            order: table.column(&["並び順", "order"]),
        })
    }

    fn read(&self, bad: &mut Collector, row: Row<'_>, at: usize) -> Option<StaffRow> {
        let number = bad.take(row.required(self.number, cell::line::<40>));
        let name = bad.take(row.required(self.name, cell::line::<80>));
        let kana = bad.take(row.required(self.kana, cell::line::<120>));
        let unit = bad.take(row.required(self.unit, cell::line::<40>));
        let title = bad.take(row.required(self.title, cell::line::<60>));
        let login = bad.take(row.optional(self.login, |text| Login::parse(text).ok_or(Reason::Shape)));
        let title_en = bad.take(row.optional(self.title_en, cell::line::<80>));
        let post_code = bad.take(row.optional(self.post_code, cell::line::<120>));
        let roles = bad.take(row.optional(self.roles, |text| Roles::parse(text).map_err(|_| Reason::Unknown)));
        let concurrent = bad.take(row.optional(self.concurrent, cell::flag));
        let sort = bad.take(row.optional(self.order, cell::integer));
        let (unit, title) = (unit?, title?);
        let post_code = match post_code? {
            Some(code) => code,
            None => bad.take(composed(&unit, &title).map_err(|reason| row.refuse(self.title, reason)))?,
        };
        Some(StaffRow {
            at,
            number: number?,
            name: name?,
            kana: kana?,
            login: login?,
            unit,
            title,
            title_en: title_en?,
            post_code,
            // A column that is there and empty means no roles; without the column they stay as they are.
            roles: self.roles.map(|_| roles.flatten().unwrap_or_default()),
            concurrent: concurrent?.unwrap_or(false),
            sort: sort?,
        })
    }
}

fn composed(unit: &Line<40>, title: &Line<60>) -> Result<Line<120>, Reason> {
    Ok(Line::parse(&format!("{unit}/{title}"))?)
}

/// What only the rows together show: a person with two names, a post with two units, the same row twice.
fn check(bad: &mut Collector, columns: &Columns, rows: &[StaffRow], found: &[Row<'_>]) {
    let mut persons: HashMap<&str, &StaffRow> = HashMap::new();
    let mut logins: HashMap<&Login, &StaffRow> = HashMap::new();
    let mut posts: BTreeMap<&str, &StaffRow> = BTreeMap::new();
    let mut held: HashMap<(&str, &str), &StaffRow> = HashMap::new();
    for row in rows {
        let Some(here) = found.get(row.at) else { continue };
        let line = |earlier: &StaffRow| found.get(earlier.at).map_or(0, Row::line);
        let mut differs = |column: Column| bad.add(here.refuse(column, Reason::Other("people-import-differs")));
        if let Some(earlier) = persons.get(row.number.as_str()) {
            if earlier.name != row.name {
                differs(columns.name);
            }
            if earlier.kana != row.kana {
                differs(columns.kana);
            }
            if let (true, Some(column)) = (earlier.login != row.login, columns.login) {
                differs(column);
            }
        }
        if let Some(earlier) = posts.get(row.post_code.as_str()) {
            if earlier.unit != row.unit {
                differs(columns.unit);
            }
            if earlier.title != row.title {
                differs(columns.title);
            }
            if let (true, Some(column)) = (earlier.title_en != row.title_en, columns.title_en) {
                differs(column);
            }
            if let (true, Some(column)) = (earlier.roles != row.roles, columns.roles) {
                differs(column);
            }
        }
        if let (Some(login), Some(column)) = (&row.login, columns.login) {
            let earlier = *logins.entry(login).or_insert(row);
            if earlier.number != row.number {
                bad.add(here.refuse(column, Reason::Duplicate { line: line(earlier) }));
            }
        }
        if let Some(earlier) = held.insert((row.number.as_str(), row.post_code.as_str()), row) {
            bad.add(here.refuse(columns.number, Reason::Duplicate { line: line(earlier) }));
        }
        persons.entry(row.number.as_str()).or_insert(row);
        posts.entry(row.post_code.as_str()).or_insert(row);
    }
}
