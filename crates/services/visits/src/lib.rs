//! 窓口来庁予約: booking a place at a counter, the line in the house, calling, serving, and what comes after.
//!
//! # Words
//! | word | what it is |
//! |---|---|
//! | [`Service`] | 手続: what people come for, at a counter, with what to bring and a [`Window`] in which places can be taken |
//! | slot | a time of a service with places for residents (web) and places for staff (telephone); [`SlotId`] |
//! | [`Visit`] | a booking or a walk-in, from the first wish to the end |
//! | [`Number`] · ticket | 予約番号 `3F7-204` from booking on · 番号札 `A-047` from check-in on, one row of tickets a counter and day |
//! | [`Line`] | one of a counter's two lines: booked and in time; everybody else |
//! | [`Rule`] | 予約専用, 交互, 予約優先: which line has its turn |
//! | [`State`] · [`Act`] | where a visit stands · what leads from one state to the next |
//!
//! # Using it
//! A use case is an `async fn(tx, world, …)`; its caller opens the transaction with `db.write(…)` or `db.read(…)` and lets an
//! `Err` roll it back.
//! * residents: [`services()`], [`Availability`] (or [`places()`] for staff's places), [`book()`], [`view()`], [`status()`],
//!   [`cancel()`], [`send_link()`], [`rate()`];
//! * the counter: [`today()`], [`search()`], [`check_in()`], [`add_walk_in()`], [`call_next()`], [`call_by_hand()`],
//!   [`recall()`], [`start()`], [`finish()`], [`absent()`], [`back_to_waiting()`], [`undo()`], [`board()`];
//! * everybody: [`Congestion`], [`numbers()`];
//! * settings: [`add_service()`], [`edit_service()`], [`set_openings()`], [`schedule()`], [`outside()`], [`close_day()`], [`reopen_day()`],
//!   [`set_counter_rule()`];
//! * background: [`jobs::keep_slots`] every hour, [`jobs::sweep`] every minute; bulk: [`insert_history()`].
//!
//! Live topics after a commit: [`topic_counter()`] (list, board, congestion), [`topic_visit()`] (the resident's page),
//! [`topic_service()`] (free places).
//!
//! # Invariants
//! * **No place is sold twice.** A booking is a conditional UPDATE of the slot's count with a CHECK behind it, in the
//!   transaction that writes the visit; a cancelled visit gives its place back once. Counts are always the number of
//!   visits that hold a place, by channel.
//! * **Nobody is called twice, nobody starves.** The clerks of a counter decide one after another behind one row; a
//!   desk has one person (a unique index); between two turns of the second line lie at most `ceiling` of the first.
//! * **No state is skipped**, and the last act can be put back while it is the last ([`Visit::version`]).
//! * **The secret of a link is stored nowhere**: it is derived from the visit's id. A wrong one looks like no booking.
//! * **What speaks of a person is one row** (`visit_contact`), deleted after the service's time; the visit stays as a fact.

mod acts;
mod add_walk_in;
mod availability;
mod board;
mod book;
mod call_next;
mod cancel;
mod check_in;
mod clerk;
mod close_day;
mod codes;
mod congestion;
mod counter;
mod emit;
mod forget;
mod hall;
mod history;
mod insert;
pub mod jobs;
mod letter_limit;
mod line;
mod link;
pub mod metrics;
mod model;
mod number;
mod numbers;
mod openings;
mod progress;
mod queue;
mod rate;
mod save_service;
mod schedule;
mod send_link;
mod serve;
mod service;
mod state;
mod stats;
mod status;
mod sweep;
pub mod texts;
mod today;
mod trail;
mod undo;
mod view;
mod visit;

pub use acts::{Done, acts};
pub use add_walk_in::{AddWalkIn, Ticket, WalkInError, add_walk_in};
pub use availability::{Availability, DayPlaces, SlotLoad, SlotPlaces, load, places};
pub use board::{Board, BoardCall, board};
pub use book::{Book, BookError, Booked, book, booked_before};
pub use call_next::{CallNext, CallNextError, call_next};
pub use cancel::{Cancel, CancelError, Cancelled, cancel};
pub use check_in::{CheckIn, CheckInError, CheckedIn, Which, check_in};
pub use clerk::{By, Clerk};
pub use close_day::{CloseDayError, Closed, Closure, close_day, closures, reopen_day};
pub use congestion::{Congestion, CounterCongestion, HourForecast, forecast};
pub use counter::{CounterRule, SetRuleError, counter_rule, set_counter_rule};
pub use emit::dims_of;
pub use forget::{CONTACT, NUMBER_DAYS, forget_contact, forget_contacts, retire_numbers};
pub use hall::{HallHours, hall_hours};
pub use history::{Fate, PastVisit, insert_history, tell};
pub use letter_limit::{Confirmation, confirmation};
pub use line::{Line, Order, Rule, Waiting};
pub use link::{LinkKey, path};
pub use metrics::{FACT_KINDS, METRICS};
pub use model::{
    Channel, ClosureId, Contact, CounterId, Desk, Needs, NotASlot, NotNow, OpeningId, Outcome, ServiceId, SlotId,
    VisitId, Who, Window,
};
pub use number::{Number, Scan};
pub use numbers::{DayNumbers, Numbers, PUBLIC_LEAST, WeekNumbers, numbers};
pub use openings::{NewHours, Opening, SetOpeningsError, check_openings, extend_slots, openings, set_openings};
pub use queue::WaitRange;
pub use rate::{RateError, rate};
pub use save_service::{SaveServiceError, ServiceDraft, add_service, edit_service};
pub use schedule::{Phase, outside, schedule};
pub use send_link::{SendLink, send_link};
pub use serve::{ServeError, absent, back_to_waiting, call_by_hand, finish, recall, start};
pub use service::{Bring, Instead, Service, service, service_by_code, services};
pub use state::{Act, State};
pub use status::{Status, status};
pub use sweep::{sweep_left_open, sweep_no_shows};
pub use texts::{KINDS, Site};
pub use today::{Summary, Today, search, today};
pub use undo::{UNDO_MINUTES, UndoError, undo};
pub use view::{secret, view, visit};
pub use visit::{ActId, Progress, Visit, topic_counter, topic_service, topic_visit};

/// Every statement of this crate, module by module.
pub const STATEMENTS: &[&[store::Statement]] = &[
    acts::STATEMENTS,
    availability::STATEMENTS,
    board::STATEMENTS,
    book::STATEMENTS,
    call_next::STATEMENTS,
    cancel::STATEMENTS,
    close_day::STATEMENTS,
    congestion::STATEMENTS,
    counter::STATEMENTS,
    emit::STATEMENTS,
    forget::STATEMENTS,
    hall::STATEMENTS,
    history::STATEMENTS,
    insert::STATEMENTS,
    numbers::STATEMENTS,
    openings::STATEMENTS,
    queue::STATEMENTS,
    rate::STATEMENTS,
    save_service::STATEMENTS,
    schedule::STATEMENTS,
    send_link::STATEMENTS,
    serve::STATEMENTS,
    service::STATEMENTS,
    sweep::STATEMENTS,
    today::STATEMENTS,
    undo::STATEMENTS,
    visit::STATEMENTS,
];

#[cfg(test)]
mod tests;
