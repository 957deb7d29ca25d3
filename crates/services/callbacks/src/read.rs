//! Reading requests: the list, which speaks of nobody, and one with the number to call.

use kernel::locale::Locale;
use kernel::text::{Line, Phone};
use places::CounterId;
use store::{Error, Row, Tx};

use crate::{Callback, CallbackId, Contact};

macro_rules! columns {
    () => {
        "c.id, c.number, c.counter_id, c.made_at, c.due, c.wanted, c.locale, c.state, c.tries, c.last_try_at"
    };
}

/// More than a division calls in a week; whoever has more sees the most urgent.
const MOST: i64 = 500;

store::statements! {
    /// Open requests of a counter, the most urgent first.
    WAITING = concat!("SELECT ", columns!(), " FROM callback c WHERE c.counter_id = $1 AND c.state = 'open'
        ORDER BY c.due, c.made_at, c.id LIMIT $2");
    ONE = concat!("SELECT ", columns!(), ", p.phone, p.name, p.about, p.page FROM callback c
        LEFT JOIN callback_contact p ON p.callback_id = c.id WHERE c.id = $1");
}

/// Open requests of a counter, the most urgent first, without whom to call.
///
/// # Errors
/// Storage only.
pub async fn waiting(tx: &mut Tx<'_>, counter: CounterId) -> Result<Vec<Callback>, Error> {
    tx.all(&WAITING, &[counter.into(), MOST.into()]).await?.iter().map(|row| read(row, None)).collect()
}

/// One request with whom to call. For staff only together with `people::look`.
///
/// # Errors
/// Storage only.
pub async fn one(tx: &mut Tx<'_>, id: CallbackId) -> Result<Option<Callback>, Error> {
    let Some(row) = tx.opt(&ONE, &[id.into()]).await? else { return Ok(None) };
    let contact = match row.get::<Option<String>>(10)? {
        None => None,
        Some(phone) => Some(Contact {
            phone: Phone::parse(&phone).map_err(|_| unreadable(10, "a telephone number"))?,
            name: line(&row, 11)?,
            about: line(&row, 12)?,
            page: line(&row, 13)?,
        }),
    };
    read(&row, contact).map(Some)
}

fn line<const MAX: usize>(row: &Row, column: usize) -> Result<Option<Line<MAX>>, Error> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| Line::parse(&text).map_err(|_| unreadable(column, "one line"))).transpose()
}

fn locale(row: &Row) -> Result<Locale, Error> {
    Locale::from_code(&row.get::<String>(6)?).ok_or_else(|| unreadable(6, "a language"))
}

fn unreadable(column: usize, expected: &'static str) -> Error {
    Error::Column { column, expected, found: "another text" }
}

fn read(row: &Row, contact: Option<Contact>) -> Result<Callback, Error> {
    Ok(Callback {
        id: row.get(0)?,
        number: row.get(1)?,
        counter: row.get(2)?,
        made_at: row.get(3)?,
        due: row.get(4)?,
        wanted: row.get(5)?,
        locale: locale(row)?,
        state: row.get(7)?,
        tries: row.get(8)?,
        last_try_at: row.get(9)?,
        contact,
    })
}
