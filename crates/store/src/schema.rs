//! The tables as the migrations declare them: names, columns and their kinds, the same for both engines.

use std::sync::OnceLock;

use crate::{MIGRATIONS, Migration, Statement};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    Bool,
    Uuid,
    Json,
    Bytes,
}

/// A table with the statements that copy it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, Kind)>,
    select: String,
    insert: String,
}

impl Table {
    /// All rows.
    pub(crate) fn select(&'static self) -> Statement {
        Statement { name: "store::schema::select", sql: &self.select }
    }

    /// One row, a parameter for each column.
    pub(crate) fn insert(&'static self) -> Statement {
        Statement { name: "store::schema::insert", sql: &self.insert }
    }
}

/// The tables of this program's schema, each after those it refers to.
pub(crate) fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    TABLES.get_or_init(|| read(MIGRATIONS))
}

/// The tables as they stand after some steps.
pub(crate) fn read(migrations: &[Migration]) -> Vec<Table> {
    let mut tables: Vec<(String, Vec<(String, Kind)>)> = Vec::new();
    for migration in migrations {
        let text: String =
            migration.text.lines().map(|l| l.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        for statement in text.split(';') {
            let words: Vec<&str> = statement.split_whitespace().take(8).collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, ..] => {
                    let name = name.trim_end_matches('(').to_owned();
                    tables.push((name, columns(statement)));
                }
                ["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind, ..] => {
                    if let (Some(kind), Some(table)) = (self::kind(kind), tables.iter_mut().find(|(t, _)| t == name)) {
                        table.1.push(((*column).to_owned(), kind));
                    }
                }
                ["DROP", "TABLE", name, ..] => tables.retain(|(t, _)| t != name),
                _ => {}
            }
        }
    }
    tables.into_iter().map(|(name, columns)| finish(name, columns)).collect()
}

/// Columns of a CREATE TABLE: every part between commas that begins `name {kind}`.
fn columns(statement: &str) -> Vec<(String, Kind)> {
    let body = statement.split_once('(').map_or("", |(_, body)| body);
    body.split([',', '\n'])
        .filter_map(|part| {
            let mut words = part.split_whitespace();
            Some((words.next()?.to_owned(), kind(words.next()?)?))
        })
        .collect()
}

fn kind(token: &str) -> Option<Kind> {
    Some(match token.trim_end_matches([')', ',']) {
        "{int}" => Kind::Int,
        "{text}" => Kind::Text,
        "{bool}" => Kind::Bool,
        "{uuid}" => Kind::Uuid,
        "{json}" => Kind::Json,
        "{bytes}" => Kind::Bytes,
        _ => return None,
    })
}

fn finish(name: String, columns: Vec<(String, Kind)>) -> Table {
    let list = columns.iter().map(|(c, _)| c.as_str()).collect::<Vec<_>>().join(", ");
    let places = (1..=columns.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    Table {
        select: format!("SELECT {list} FROM {name}"),
        insert: format!("INSERT INTO {name} ({list}) VALUES ({places})"),
        name,
        columns,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::tables;
    use crate::{Db, Engine, Error, Tx};

    crate::statements! {
        SQLITE = "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY p.cid";
        POSTGRES = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
                    WHERE table_schema = 'public' ORDER BY ordinal_position";
    }

    /// Each reads one engine's own catalogue: not for the registry.
    const _: &[crate::Statement] = STATEMENTS;

    async fn found(db: &Db) -> BTreeMap<String, Vec<String>> {
        let asked = if db.engine() == Engine::Sqlite { &SQLITE } else { &POSTGRES };
        let rows = db.read(async move |tx: &mut Tx<'_>| tx.all(asked, &[]).await).await.unwrap();
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            tables.entry(row.get(0).unwrap()).or_default().push(row.get(1).unwrap());
        }
        tables.remove("migration");
        tables
    }

    crate::both! {
        /// What is read from the texts and what stands in the engine agree, table by table, column by column.
        async fn the_declared_schema_is_the_engines(db: Db) {
            let declared: BTreeMap<String, Vec<String>> = tables()
                .iter()
                .map(|t| (t.name.clone(), t.columns.iter().map(|(c, _)| c.clone()).collect()))
                .collect();
            assert_eq!(found(&db).await, declared);
            for table in tables() {
                let read: Result<(), Error> = db.read(async move |tx: &mut Tx<'_>| tx.check(&table.select()).await).await;
                read.unwrap_or_else(|e| panic!("{}: {e}", table.name));
            }
        }
    }
}
