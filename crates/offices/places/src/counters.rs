//! Counters (窓口) and the division that answers for each.

use crate::CounterId;
use ::store::{Error, Json, Row, Tx};
use kernel::World;
use kernel::locale::Localized;

::store::statements! {
    /// Every counter in display order.
    ALL = "SELECT id, code, position, name, unit, unit_code, phone, fax, hours, location, desks, ticket_prefix, is_open FROM counter ORDER BY position, code";
    /// One counter.
    ONE = "SELECT id, code, position, name, unit, unit_code, phone, fax, hours, location, desks, ticket_prefix, is_open FROM counter WHERE id = $1";
    /// One counter by its code.
    BY_CODE = "SELECT id, code, position, name, unit, unit_code, phone, fax, hours, location, desks, ticket_prefix, is_open FROM counter WHERE code = $1";
    /// Makes or changes the counter with a code; its id stays.
    PUT = "INSERT INTO counter (id, code, position, name, unit, unit_code, phone, fax, hours, location, desks, ticket_prefix, is_open, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (code) DO UPDATE SET position = excluded.position, name = excluded.name, unit = excluded.unit, unit_code = excluded.unit_code, phone = excluded.phone, fax = excluded.fax, hours = excluded.hours, location = excluded.location, desks = excluded.desks, ticket_prefix = excluded.ticket_prefix, is_open = excluded.is_open, updated_at = excluded.updated_at RETURNING id";
}

/// What is said about a counter when it is made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterDetails {
    /// A short code used in addresses (`/board/{code}`), unique and lasting.
    pub code: String,
    /// Its place in lists.
    pub position: i64,
    /// Its name.
    pub name: Localized,
    /// The responsible division (課).
    pub unit: Localized,
    /// The division's code in the organisation; empty when it is not known.
    pub unit_code: String,
    /// The division's telephone number.
    pub phone: String,
    /// The division's FAX number.
    pub fax: String,
    /// When it is open, in words.
    pub hours: Localized,
    /// Where it is: building, floor.
    pub location: Localized,
    /// How many desks (窓口番号) it has.
    pub desks: u8,
    /// The letter on its tickets.
    pub ticket_prefix: char,
    /// Whether it serves at all.
    pub is_open: bool,
}

/// A counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Which counter.
    pub id: CounterId,
    /// What is said about it.
    pub details: CounterDetails,
}

/// Why a counter was refused.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// The code cannot stand in an address.
    #[error("a counter's code is 1 to 40 small letters, digits and hyphens")]
    Code,
    /// There is no such number of desks.
    #[error("a counter has 1 to 99 desks")]
    Desks,
    /// The ticket letter is not one a board can show and a voice can read.
    #[error("a ticket begins with a capital letter A to Z")]
    TicketPrefix,
    /// The database refused.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Every counter, in display order.
pub async fn counters(tx: &mut Tx<'_>) -> Result<Vec<Counter>, Error> {
    tx.all(&ALL, &[]).await?.iter().map(read).collect()
}

/// One counter.
pub async fn counter(tx: &mut Tx<'_>, id: CounterId) -> Result<Option<Counter>, Error> {
    tx.opt(&ONE, &[id.into()]).await?.as_ref().map(read).transpose()
}

/// One counter by its code.
pub async fn counter_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Counter>, Error> {
    tx.opt(&BY_CODE, &[code.into()]).await?.as_ref().map(read).transpose()
}

/// Makes the counter with this code, or changes it; its id stays the same for ever.
pub async fn put_counter(tx: &mut Tx<'_>, world: &World, details: &CounterDetails) -> Result<CounterId, CounterError> {
    let code = details.code.as_str();
    if code.is_empty()
        || code.len() > 40
        || !code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        return Err(CounterError::Code);
    }
    if !(1..=99).contains(&details.desks) {
        return Err(CounterError::Desks);
    }
    if !details.ticket_prefix.is_ascii_uppercase() {
        return Err(CounterError::TicketPrefix);
    }
    let row = tx
        .one(
            &PUT,
            &[
                world.id::<CounterId>().into(),
                code.into(),
                details.position.into(),
                (&Json(&details.name)).into(),
                (&Json(&details.unit)).into(),
                details.unit_code.as_str().into(),
                details.phone.as_str().into(),
                details.fax.as_str().into(),
                (&Json(&details.hours)).into(),
                (&Json(&details.location)).into(),
                details.desks.into(),
                details.ticket_prefix.to_string().into(),
                details.is_open.into(),
                world.now().into(),
            ],
        )
        .await?;
    let id = row.get(0)?;
    tx.announce("places/counters");
    Ok(id)
}

fn read(row: &Row) -> Result<Counter, Error> {
    let prefix: String = row.get(11)?;
    let one_letter = Error::Column { column: 11, expected: "one letter", found: "another text" };
    Ok(Counter {
        id: row.get(0)?,
        details: CounterDetails {
            code: row.get(1)?,
            position: row.get(2)?,
            name: row.get::<Json<Localized>>(3)?.0,
            unit: row.get::<Json<Localized>>(4)?.0,
            unit_code: row.get(5)?,
            phone: row.get(6)?,
            fax: row.get(7)?,
            hours: row.get::<Json<Localized>>(8)?.0,
            location: row.get::<Json<Localized>>(9)?.0,
            desks: row.get(10)?,
            ticket_prefix: prefix.chars().next().ok_or(one_letter)?,
            is_open: row.get(12)?,
        },
    })
}
