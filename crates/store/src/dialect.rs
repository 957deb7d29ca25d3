//! Everything in which the two engines' SQL differs, as data.

use std::borrow::Cow;

/// A token that may stand in a statement or migration, and what each engine reads instead.
pub struct Token {
    /// The token as written, with braces.
    pub token: &'static str,
    /// SQLite's text.
    pub sqlite: &'static str,
    /// PostgreSQL's text.
    pub postgres: &'static str,
}

const fn token(token: &'static str, sqlite: &'static str, postgres: &'static str) -> Token {
    Token { token, sqlite, postgres }
}

/// The tokens: column types for migrations, row locks for statements.
///
/// JSON is PostgreSQL's `JSON`, not `JSONB`: the text must come back as it was written, or
/// digests over it would differ between engines.
pub const TOKENS: &[Token] = &[
    token("{int}", "INTEGER", "BIGINT"),
    token("{text}", "TEXT", "TEXT"),
    token("{bool}", "INTEGER", "BOOLEAN"),
    token("{uuid}", "BLOB", "UUID"),
    token("{json}", "TEXT", "JSON"),
    token("{bytes}", "BLOB", "BYTEA"),
    token("{strict}", "STRICT", ""),
    token("{skip_locked}", "", "FOR UPDATE SKIP LOCKED"),
    token("{lock}", "", "FOR UPDATE"),
];

/// The text an engine reads.
pub(crate) fn render(sql: &str, pick: impl Fn(&Token) -> &'static str) -> Cow<'_, str> {
    if !sql.contains('{') {
        return Cow::Borrowed(sql);
    }
    let mut text = sql.to_owned();
    for token in TOKENS {
        if text.contains(token.token) {
            text = text.replace(token.token, pick(token));
        }
    }
    Cow::Owned(text)
}

/// SQLite's reading of `sql`.
#[must_use]
pub fn sqlite(sql: &str) -> Cow<'_, str> {
    render(sql, |t| t.sqlite)
}

/// PostgreSQL's reading of `sql`.
#[must_use]
pub fn postgres(sql: &str) -> Cow<'_, str> {
    render(sql, |t| t.postgres)
}
