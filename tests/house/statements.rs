//! Every statement of every room is understood by both engines, before anybody calls it.

use store::{Db, Statement, testing};

use crate::none;

/// The rooms that have statements.
const REGISTRY: &[&[&[Statement]]] = &[
    store::STATEMENTS,
    places::STATEMENTS,
    people::STATEMENTS,
    messages::STATEMENTS,
    facts::STATEMENTS,
    voices::STATEMENTS,
    visits::STATEMENTS,
    callbacks::STATEMENTS,
];

async fn refused(db: Db) -> Vec<String> {
    let mut refused = Vec::new();
    for room in REGISTRY {
        refused.extend(db.check(room).await.unwrap());
    }
    refused
}

#[test]
fn sqlite_prepares_every_statement() {
    none("SQLite refuses:", &testing::on_sqlite(refused));
}

#[test]
fn postgres_prepares_every_statement() {
    none("PostgreSQL refuses:", &testing::on_postgres(refused));
}

/// A room whose statements are not in [`REGISTRY`] would be checked by nobody.
#[test]
fn every_room_with_statements_is_here() {
    let with: std::collections::BTreeSet<String> = harness::files::below("crates", &[".rs"])
        .iter()
        .filter(|path| harness::files::text(path).is_some_and(|text| text.contains("statements! {")))
        .filter_map(|path| {
            let name = harness::files::name(path);
            let (room, _) = name.split_once("/src/")?;
            room.rsplit('/').next().map(str::to_owned)
        })
        .collect();
    let bad: Vec<String> = with
        .iter()
        .filter(|room| !["store", "places", "people", "messages", "facts", "voices", "visits", "callbacks"].contains(&room.as_str()))
        .cloned()
        .collect();
    none("add the room's STATEMENTS to the registry of this test:", &bad);
}
