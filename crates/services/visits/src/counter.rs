//! How a counter calls people: its rule, and the row its clerks take before they decide.

use kernel::day::Day;
use store::{Error, Tx};

use crate::{
    line::{Order, Rule},
    model::CounterId,
    number::ticket,
};

/// A counter's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterRule {
    /// The rule between the two lines.
    pub order: Order,
    /// A booking that comes later than this waits like a walk-in.
    pub grace_minutes: u16,
    /// Not come by then: 来庁なし.
    pub no_show_minutes: u16,
    /// Grows with every edit; 0 = the defaults, never edited.
    pub version: i64,
}

impl Default for CounterRule {
    fn default() -> Self {
        Self {
            order: Order { rule: Rule::BookedFirst, ceiling: 2, max_wait_minutes: 30 },
            grace_minutes: 5,
            no_show_minutes: 30,
            version: 0,
        }
    }
}

store::statements! {
    RULE = "SELECT rule, ceiling, max_wait_minutes, grace_minutes, no_show_minutes, version FROM visit_counter WHERE counter_id = $1";
    NEW_RULE = "INSERT INTO visit_counter (counter_id, rule, ceiling, max_wait_minutes, grace_minutes, no_show_minutes, version)
                VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (counter_id) DO NOTHING";
    EDIT_RULE = "UPDATE visit_counter SET rule = $2, ceiling = $3, max_wait_minutes = $4, grace_minutes = $5, no_show_minutes = $6,
                   version = version + 1
                 WHERE counter_id = $1 AND version = $7";
    /// Takes the counter's row of the day; the next clerk waits until this transaction is over.
    LOCK = "INSERT INTO visit_line (counter_id, day, last_ticket, booked_streak, calls) VALUES ($1, $2, 0, 0, 0)
            ON CONFLICT (counter_id, day) DO UPDATE SET calls = visit_line.calls
            RETURNING booked_streak";
    CURRENT = "SELECT booked_streak FROM visit_line WHERE counter_id = $1 AND day = $2";
    STREAK = "UPDATE visit_line SET booked_streak = $3, calls = calls + 1 WHERE counter_id = $1 AND day = $2";
    TICKET = "INSERT INTO visit_line (counter_id, day, last_ticket, booked_streak, calls) VALUES ($1, $2, 1, 0, 0)
              ON CONFLICT (counter_id, day) DO UPDATE SET last_ticket = visit_line.last_ticket + 1
              RETURNING last_ticket";
    /// Who sits at a desk, or is on the way to it.
    AT_DESK = "SELECT ticket FROM visit WHERE counter_id = $1 AND day = $2 AND desk = $3 AND state IN ('called', 'serving')";
}

/// A counter's settings; the defaults when nobody has set them.
///
/// # Errors
/// Storage only.
pub async fn counter_rule(tx: &mut Tx<'_>, counter: CounterId) -> Result<CounterRule, Error> {
    let Some(row) = tx.opt(&RULE, &[counter.into()]).await? else { return Ok(CounterRule::default()) };
    Ok(CounterRule {
        order: Order { rule: row.get(0)?, ceiling: row.get(1)?, max_wait_minutes: row.get(2)? },
        grace_minutes: row.get(3)?,
        no_show_minutes: row.get(4)?,
        version: row.get(5)?,
    })
}

/// Why a counter's settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum SetRuleError {
    /// A number is outside what makes sense; the field's name.
    #[error("{0} is out of range")]
    Range(&'static str),
    /// Somebody else changed them meanwhile.
    #[error("changed meanwhile")]
    Stale,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Changes a counter's settings; `rule.version` is the version the clerk saw.
///
/// # Errors
/// [`SetRuleError`].
pub async fn set_counter_rule(
    tx: &mut Tx<'_>,
    counter: CounterId,
    rule: CounterRule,
) -> Result<CounterRule, SetRuleError> {
    let CounterRule { order, grace_minutes, no_show_minutes, version } = rule;
    if !(1..=20).contains(&order.ceiling) {
        return Err(SetRuleError::Range("ceiling"));
    }
    if !(5..=480).contains(&order.max_wait_minutes) {
        return Err(SetRuleError::Range("max_wait_minutes"));
    }
    if grace_minutes > 120 {
        return Err(SetRuleError::Range("grace_minutes"));
    }
    if !(5..=600).contains(&no_show_minutes) {
        return Err(SetRuleError::Range("no_show_minutes"));
    }
    let mut params = vec![
        counter.into(),
        order.rule.into(),
        order.ceiling.into(),
        order.max_wait_minutes.into(),
        grace_minutes.into(),
        no_show_minutes.into(),
    ];
    let written = if version == 0 {
        tx.exec(&NEW_RULE, &params).await?
    } else {
        params.push(version.into());
        tx.exec(&EDIT_RULE, &params).await?
    };
    if written != 1 {
        return Err(SetRuleError::Stale);
    }
    tx.announce(crate::visit::topic_counter(counter).as_str());
    Ok(CounterRule { version: version + 1, ..rule })
}

/// Takes the counter's row of the day. How many booked were called in a row.
pub(crate) async fn lock(tx: &mut Tx<'_>, counter: CounterId, day: Day) -> Result<u32, Error> {
    tx.value(&LOCK, &[counter.into(), day.into()]).await
}

/// How many booked were called in a row, without taking the row.
pub(crate) async fn streak(tx: &mut Tx<'_>, counter: CounterId, day: Day) -> Result<u32, Error> {
    match tx.opt(&CURRENT, &[counter.into(), day.into()]).await? {
        Some(row) => row.get(0),
        None => Ok(0),
    }
}

/// Writes the new number of booked called in a row.
pub(crate) async fn set_streak(tx: &mut Tx<'_>, counter: CounterId, day: Day, streak: u32) -> Result<(), Error> {
    tx.exec(&STREAK, &[counter.into(), day.into(), streak.into()]).await.map(drop)
}

/// The next ticket of the counter and day.
pub(crate) async fn next_ticket(tx: &mut Tx<'_>, counter: CounterId, day: Day) -> Result<String, Error> {
    let known = places::counter(tx, counter).await?.ok_or(Error::NoRow("the counter of a visit"))?;
    let number: i64 = tx.value(&TICKET, &[counter.into(), day.into()]).await?;
    Ok(ticket(known.details.ticket_prefix, number))
}

/// The ticket of whoever occupies a desk.
pub(crate) async fn at_desk(
    tx: &mut Tx<'_>,
    counter: CounterId,
    day: Day,
    desk: &str,
) -> Result<Option<String>, Error> {
    match tx.opt(&AT_DESK, &[counter.into(), day.into(), desk.into()]).await? {
        Some(row) => row.get(0),
        None => Ok(None),
    }
}
