//! Each refusal of the service as a status, a name for programs and words for people; mapped here only.

use http::StatusCode;
use shell::{FieldFault, Refusal};
use visits::{BookError, CancelError};

/// Why a place could not be booked.
pub(crate) fn book(error: BookError) -> Refusal {
    let conflict = |slug, title, next| Refusal::new(StatusCode::CONFLICT, slug, title, next);
    match error {
        BookError::NoSuchService => Refusal::invalid([FieldFault::new("service", "visits-refused-no-service")]),
        BookError::NoSuchSlot => Refusal::invalid([FieldFault::new("slot", "visits-refused-no-slot")]),
        BookError::Past => Refusal::invalid([FieldFault::new("slot", "visits-refused-past")]),
        BookError::NotYet(day) => {
            Refusal::invalid([FieldFault::new("slot", "visits-refused-not-yet").with("day", day)])
        }
        BookError::TooLate(_) => Refusal::invalid([FieldFault::new("slot", "visits-refused-too-late")]),
        BookError::Closed => Refusal::invalid([FieldFault::new("slot", "visits-refused-closed")]),
        BookError::Full => conflict("slot-full", "visits-refused-full-title", "visits-refused-full-next"),
        BookError::Store(e) => e.into(),
    }
}

/// Why a booking could not be cancelled.
pub(crate) fn cancel(error: CancelError) -> Refusal {
    match error {
        CancelError::NotFound => Refusal::not_found(),
        CancelError::TooLate(_) => Refusal::new(
            StatusCode::CONFLICT,
            "too-late",
            "visits-refused-cancel-late-title",
            "visits-refused-cancel-late-next",
        ),
        CancelError::Busy => Refusal::busy(1),
        CancelError::Store(e) => e.into(),
    }
}
