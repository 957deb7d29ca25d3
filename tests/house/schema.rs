//! The same migrations make the same schema on both engines, seen with each engine's own eyes.

use std::collections::BTreeSet;

use store::{Db, Error, Tx, testing};

use crate::none;

store::statements! {
    SQLITE_COLUMNS = "SELECT t.name || '.' || c.name, c.type, c.\"notnull\" OR c.pk > 0, c.dflt_value IS NOT NULL
        FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    POSTGRES_COLUMNS = "SELECT CAST(table_name || '.' || column_name AS TEXT), CAST(data_type AS TEXT),
        CAST(CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS BIGINT),
        CAST(CASE WHEN column_default IS NULL THEN 0 ELSE 1 END AS BIGINT)
        FROM information_schema.columns WHERE table_schema = 'public'";
    SQLITE_INDEXES = "SELECT t.name, i.\"unique\", i.partial,
        (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
        FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin <> 'pk'";
    SQLITE_KEYS = "SELECT t.name, 1, 0,
        (SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(t.name) WHERE pk > 0 ORDER BY pk))
        FROM sqlite_master t WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
        AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE pk > 0)";
    POSTGRES_INDEXES = "SELECT CAST(t.relname AS TEXT), CAST(CAST(i.indisunique AS INTEGER) AS BIGINT),
        CAST(CASE WHEN i.indpred IS NULL THEN 0 ELSE 1 END AS BIGINT),
        (SELECT string_agg(CAST(a.attname AS TEXT), ',' ORDER BY k.n)
         FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, n)
         LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum)
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
        WHERE s.nspname = 'public'";
    SQLITE_REFERENCES = "SELECT t.name || ' -> ' || f.\"table\" || '(' || f.\"from\" || ')'
        FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";
    POSTGRES_REFERENCES = "SELECT CAST(t.relname || ' -> ' || o.relname || '(' || a.attname || ')' AS TEXT)
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid
        CROSS JOIN unnest(c.conkey) AS k(attnum) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
        WHERE c.contype = 'f'";
}

/// What one engine reports, one fact a line.
type Schema = BTreeSet<String>;

/// What kind of value a column takes, as far as SQLite can tell kinds apart.
fn kind(name: &str) -> &'static str {
    match name {
        "INTEGER" | "bigint" | "boolean" => "number",
        "TEXT" | "text" | "json" => "text",
        "BLOB" | "uuid" | "bytea" => "bytes",
        _ => "a kind the tokens do not have",
    }
}

async fn sqlite(tx: &mut Tx<'_>) -> Result<Schema, Error> {
    let mut schema = Schema::new();
    columns(tx, &SQLITE_COLUMNS, &mut schema).await?;
    indexes(tx, &SQLITE_INDEXES, &mut schema).await?;
    indexes(tx, &SQLITE_KEYS, &mut schema).await?;
    references(tx, &SQLITE_REFERENCES, &mut schema).await?;
    Ok(schema)
}

async fn postgres(tx: &mut Tx<'_>) -> Result<Schema, Error> {
    let mut schema = Schema::new();
    columns(tx, &POSTGRES_COLUMNS, &mut schema).await?;
    indexes(tx, &POSTGRES_INDEXES, &mut schema).await?;
    references(tx, &POSTGRES_REFERENCES, &mut schema).await?;
    Ok(schema)
}

async fn columns(tx: &mut Tx<'_>, statement: &store::Statement, schema: &mut Schema) -> Result<(), Error> {
    for row in tx.all(statement, &[]).await? {
        let (name, engine_kind): (String, String) = (row.get(0)?, row.get(1)?);
        let (required, default): (i64, i64) = (row.get(2)?, row.get(3)?);
        let required = if required == 1 { "NOT NULL" } else { "nullable" };
        let default = if default == 1 { ", default" } else { "" };
        schema.insert(format!("column {name}: {}, {required}{default}", kind(&engine_kind)));
    }
    Ok(())
}

async fn indexes(tx: &mut Tx<'_>, statement: &store::Statement, schema: &mut Schema) -> Result<(), Error> {
    for row in tx.all(statement, &[]).await? {
        let (table, columns): (String, String) = (row.get(0)?, row.get(3)?);
        let (unique, partial): (i64, i64) = (row.get(1)?, row.get(2)?);
        let unique = if unique == 1 { "unique" } else { "index" };
        let partial = if partial == 1 { ", partial" } else { "" };
        schema.insert(format!("{unique} {table}({columns}){partial}"));
    }
    Ok(())
}

async fn references(tx: &mut Tx<'_>, statement: &store::Statement, schema: &mut Schema) -> Result<(), Error> {
    for row in tx.all(statement, &[]).await? {
        let reference: String = row.get(0)?;
        schema.insert(format!("reference {reference}"));
    }
    Ok(())
}

#[test]
fn both_engines_have_the_same_schema() {
    let sqlite: Schema =
        testing::on_sqlite(async |db: Db| db.read(async |tx: &mut Tx<'_>| sqlite(tx).await).await.unwrap());
    let postgres: Schema =
        testing::on_postgres(async |db: Db| db.read(async |tx: &mut Tx<'_>| postgres(tx).await).await.unwrap());
    assert!(sqlite.len() > 50, "only {} facts about the schema", sqlite.len());
    let mut bad: Vec<String> = sqlite.difference(&postgres).map(|fact| format!("only on SQLite: {fact}")).collect();
    bad.extend(postgres.difference(&sqlite).map(|fact| format!("only on PostgreSQL: {fact}")));
    none("the engines' schemas differ:", &bad);
}

#[test]
fn migrations_only_add() {
    let mut bad = Vec::new();
    for migration in store::MIGRATIONS {
        for line in migration.text.lines() {
            let upper = line.trim().to_ascii_uppercase();
            let drops =
                ["DROP ", "ALTER TABLE"].iter().any(|word| upper.starts_with(word)) && !upper.contains(" ADD COLUMN ");
            if drops {
                bad.push(format!("{}: {}", migration.name, line.trim()));
            }
        }
    }
    none("a migration is additive: CREATE, INSERT, ADD COLUMN (CONTRIBUTING.md):", &bad);
}
