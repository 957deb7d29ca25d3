//! The rooms that keep something. `tests/house` includes this file, so that no other list can lag behind it.

use store::Statement;

/// Every statement of the house, room by room.
pub(crate) const ROOMS: &[&[&[Statement]]] = &[
    store::STATEMENTS,
    places::STATEMENTS,
    people::STATEMENTS,
    messages::STATEMENTS,
    facts::STATEMENTS,
    voices::STATEMENTS,
    visits::STATEMENTS,
    callbacks::STATEMENTS,
    plan::STATEMENTS,
    evaluation::STATEMENTS,
];
