//! How strict sign-in is: the parts a city may choose.

use std::time::Duration;

/// When the second factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Of everybody: who has none sets one up before doing anything else.
    Required,
    /// Of whoever has set one up.
    WhenEnrolled,
}

/// The city's choices about sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// When the second factor is asked for.
    pub second_factor: SecondFactor,
    /// A session ends after this long without a request.
    pub idle: Duration,
    /// A session ends after this long, whatever is done in it.
    pub absolute: Duration,
    /// Time to give the second factor after the password.
    pub pending: Duration,
}

impl Default for Policy {
    /// A second factor of everybody; half an hour idle; one working day.
    fn default() -> Self {
        Self {
            second_factor: SecondFactor::Required,
            idle: Duration::from_secs(30 * 60),
            absolute: Duration::from_secs(12 * 3600),
            pending: Duration::from_secs(5 * 60),
        }
    }
}
