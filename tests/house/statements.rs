//! Every statement of every room is understood by both engines, before anybody calls it.

use std::collections::BTreeSet;

use store::{Db, testing};

use crate::none;

/// The program's own list.
#[path = "../../crates/yokogushi/src/rooms.rs"]
mod rooms;
use rooms::ROOMS;

async fn refused(db: Db) -> Vec<String> {
    let mut refused = Vec::new();
    for room in ROOMS {
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

/// A room whose statements are not in the list would be checked by nobody.
#[test]
fn every_room_with_statements_is_in_the_list() {
    // A statement's name begins with its room.
    let listed: BTreeSet<&str> = ROOMS
        .iter()
        .flat_map(|room| room.iter().copied().flatten())
        .filter_map(|statement| Some(statement.name.split_once("::")?.0))
        .collect();
    let with: BTreeSet<String> = harness::files::below("crates", &[".rs"])
        .iter()
        .filter(|path| harness::files::text(path).is_some_and(|text| text.contains("statements! {")))
        .map(|path| harness::files::name(path))
        // Tests tamper and peep with statements of their own.
        .filter(|name| !name.ends_with("tests.rs"))
        .filter_map(|name| {
            let (room, _) = name.split_once("/src/")?;
            room.rsplit('/').next().map(str::to_owned)
        })
        .collect();
    let bad: Vec<String> = with.into_iter().filter(|room| !listed.contains(room.as_str())).collect();
    none("add the room's STATEMENTS to crates/yokogushi/src/rooms.rs:", &bad);
}
