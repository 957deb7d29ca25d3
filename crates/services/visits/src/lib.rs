//! Counter visits: booking a place, the queue at the counter, calling and serving.

mod add_walk_in;
mod availability;
mod book;
mod call_next;
mod cancel;
mod check_in;
mod clerk;
mod codes;
mod counter;
mod insert;
mod line;
mod link;
mod model;
mod openings;
mod progress;
mod save_service;
mod serve;
mod service;
mod state;
mod stats;
mod texts;
mod today;
mod trail;
mod view;
mod visit;

pub use add_walk_in::{AddWalkIn, Ticket, WalkInError, add_walk_in};
pub use availability::{Availability, DayPlaces, SlotPlaces, places};
pub use book::{Book, BookError, Booked, book};
pub use call_next::{CallNext, CallNextError, call_next};
pub use cancel::{Cancel, CancelError, Cancelled, cancel};
pub use check_in::{CheckIn, CheckInError, CheckedIn, Which, check_in};
pub use clerk::{By, Clerk};
pub use counter::{CounterRule, SetRuleError, counter_rule, set_counter_rule};
pub use line::{Line, Order, Rule, Waiting};
pub use link::{LinkKey, path};
pub use model::{
    Channel, ClosureId, Contact, CounterId, Desk, Needs, NotASlot, NotNow, Number, OpeningId, Outcome, Scan, ServiceId,
    SlotId, VisitId, Who, Window,
};
pub use openings::{NewHours, Opening, SetOpeningsError, extend_slots, openings, set_openings};
pub use save_service::{SaveServiceError, ServiceDraft, add_service, edit_service};
pub use serve::{ServeError, absent, back_to_waiting, call_by_hand, finish, recall, start};
pub use service::{Bring, Instead, Service, service, service_by_code, services};
pub use state::{Act, State};
pub use today::{Summary, Today, search, today};
pub use view::{secret, view, visit};
pub use visit::{ActId, Progress, Visit, topic_counter, topic_service, topic_visit};

/// Every statement of this crate, module by module.
pub const STATEMENTS: &[&[store::Statement]] = &[
    availability::STATEMENTS,
    book::STATEMENTS,
    call_next::STATEMENTS,
    cancel::STATEMENTS,
    counter::STATEMENTS,
    insert::STATEMENTS,
    openings::STATEMENTS,
    save_service::STATEMENTS,
    service::STATEMENTS,
    today::STATEMENTS,
    visit::STATEMENTS,
];

#[cfg(test)]
mod tests;
