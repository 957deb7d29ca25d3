//! Which counters have hours on a day: on a weekend or a holiday the hall may be closed and one counter open (休日開庁).

use kernel::day::{Day, Minute};
use store::{Error, Tx};

use crate::model::CounterId;

/// A counter with times on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HallHours {
    /// The counter.
    pub counter: CounterId,
    /// Its first time.
    pub from: Minute,
    /// Its last one.
    pub last: Minute,
}

store::statements! {
    /// A slot without any place opens no counter.
    HOURS = "SELECT s.counter_id, MIN(v.minute), MAX(v.minute) FROM visit_slot v JOIN visit_service s ON s.id = v.service_id
             WHERE v.day = $1 AND v.closed = FALSE AND s.active = TRUE AND v.web_capacity + v.staff_capacity > 0 GROUP BY s.counter_id";
}

/// The counters that have times on a day, in no order.
///
/// # Errors
/// Storage only.
pub async fn hall_hours(tx: &mut Tx<'_>, day: Day) -> Result<Vec<HallHours>, Error> {
    let rows = tx.all(&HOURS, &[day.into()]).await?;
    rows.iter().map(|row| Ok(HallHours { counter: row.get(0)?, from: row.get(1)?, last: row.get(2)? })).collect()
}
