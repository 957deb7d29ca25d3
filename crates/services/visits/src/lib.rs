//! Counter visits: booking a place, the queue at the counter, calling and serving.

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
mod forget;
mod history;
mod insert;
pub mod jobs;
mod line;
mod link;
mod model;
mod numbers;
mod openings;
mod progress;
mod queue;
mod rate;
mod save_service;
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

pub use add_walk_in::{AddWalkIn, Ticket, WalkInError, add_walk_in};
pub use availability::{Availability, DayPlaces, SlotPlaces, places};
pub use board::{Board, BoardCall, board};
pub use book::{Book, BookError, Booked, book, booked_before};
pub use call_next::{CallNext, CallNextError, call_next};
pub use cancel::{Cancel, CancelError, Cancelled, cancel};
pub use check_in::{CheckIn, CheckInError, CheckedIn, Which, check_in};
pub use clerk::{By, Clerk};
pub use close_day::{CloseDayError, Closed, Closure, close_day, closures, reopen_day};
pub use congestion::{Congestion, CounterCongestion, HourForecast, forecast};
pub use counter::{CounterRule, SetRuleError, counter_rule, set_counter_rule};
pub use forget::{CONTACT, NUMBER_DAYS, forget_contact, forget_contacts, retire_numbers};
pub use history::{Fate, PastVisit, insert_history};
pub use line::{Line, Order, Rule, Waiting};
pub use link::{LinkKey, path};
pub use model::{
    Channel, ClosureId, Contact, CounterId, Desk, Needs, NotASlot, NotNow, Number, OpeningId, Outcome, Scan, ServiceId,
    SlotId, VisitId, Who, Window,
};
pub use numbers::{DayNumbers, Numbers, PUBLIC_LEAST, WeekNumbers, numbers};
pub use openings::{NewHours, Opening, SetOpeningsError, extend_slots, openings, set_openings};
pub use queue::WaitRange;
pub use rate::{RateError, rate};
pub use save_service::{SaveServiceError, ServiceDraft, add_service, edit_service};
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
    availability::STATEMENTS,
    board::STATEMENTS,
    book::STATEMENTS,
    call_next::STATEMENTS,
    cancel::STATEMENTS,
    close_day::STATEMENTS,
    congestion::STATEMENTS,
    counter::STATEMENTS,
    forget::STATEMENTS,
    history::STATEMENTS,
    insert::STATEMENTS,
    numbers::STATEMENTS,
    openings::STATEMENTS,
    queue::STATEMENTS,
    rate::STATEMENTS,
    save_service::STATEMENTS,
    send_link::STATEMENTS,
    service::STATEMENTS,
    sweep::STATEMENTS,
    today::STATEMENTS,
    undo::STATEMENTS,
    visit::STATEMENTS,
];

#[cfg(test)]
mod tests;
