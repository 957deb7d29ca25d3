//! Units: the tree on a day, adding and changing, closing.

use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::Line;
use store::{Json, Row, Tx};

use crate::keys::{Keys, KeysError};
use crate::model::makes_ring;
use crate::{Actor, Unit, UnitId, UnitKind, record};

store::statements! {
    /// All units that exist on a day, with the day of their next state.
    ON_DAY = "SELECT u.id, u.code, s.kind, s.parent, s.name, s.telephone, s.fax, s.hours, s.sort, s.valid_from,
            (SELECT MIN(n.valid_from) FROM unit_state n WHERE n.unit = u.id AND n.valid_from > s.valid_from)
        FROM unit u
        JOIN unit_state s ON s.unit = u.id AND s.closed = FALSE
            AND s.valid_from = (SELECT MAX(x.valid_from) FROM unit_state x WHERE x.unit = u.id AND x.valid_from <= $1)
        ORDER BY s.sort, u.code";
    /// One of them.
    ONE_ON_DAY = "SELECT u.id, u.code, s.kind, s.parent, s.name, s.telephone, s.fax, s.hours, s.sort, s.valid_from,
            (SELECT MIN(n.valid_from) FROM unit_state n WHERE n.unit = u.id AND n.valid_from > s.valid_from)
        FROM unit u
        JOIN unit_state s ON s.unit = u.id AND s.closed = FALSE
            AND s.valid_from = (SELECT MAX(x.valid_from) FROM unit_state x WHERE x.unit = u.id AND x.valid_from <= $1)
        WHERE u.id = $2";
    /// The unit with a code, made if need be.
    KNOW = "INSERT INTO unit (id, code) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET code = excluded.code RETURNING id";
    /// A state from a day on.
    STATE = "INSERT INTO unit_state (unit, valid_from, closed, parent, kind, name, telephone, fax, hours, sort)
        VALUES ($1, $2, FALSE, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (unit, valid_from) DO UPDATE SET closed = FALSE, parent = excluded.parent, kind = excluded.kind, name = excluded.name,
            telephone = excluded.telephone, fax = excluded.fax, hours = excluded.hours, sort = excluded.sort";
    /// The state in force carried on as closed.
    CLOSE = "INSERT INTO unit_state (unit, valid_from, closed, parent, kind, name, telephone, fax, hours, sort)
        SELECT s.unit, CAST($2 AS BIGINT), TRUE, s.parent, s.kind, s.name, s.telephone, s.fax, s.hours, s.sort FROM unit_state s
        WHERE s.unit = $1 AND s.closed = FALSE
            AND s.valid_from = (SELECT MAX(x.valid_from) FROM unit_state x WHERE x.unit = $1 AND x.valid_from <= $2)
        ON CONFLICT (unit, valid_from) DO UPDATE SET closed = TRUE";
}

/// The units that exist on `day`, by their place and code; [`crate::tree`] puts them in reading order.
///
/// # Errors
/// Any storage error.
pub async fn units(tx: &mut Tx<'_>, day: Day) -> Result<Vec<Unit>, store::Error> {
    tx.all(&ON_DAY, &[day.into()]).await?.iter().map(read).collect()
}

/// One unit on `day`: its name, telephone, FAX and hours for a page.
///
/// # Errors
/// Any storage error.
pub async fn unit(tx: &mut Tx<'_>, id: UnitId, day: Day) -> Result<Option<Unit>, store::Error> {
    tx.opt(&ONE_ON_DAY, &[day.into(), id.into()]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Unit, store::Error> {
    let kind: String = row.get(2)?;
    Ok(Unit {
        id: row.get(0)?,
        code: row.get(1)?,
        kind: UnitKind::parse(&kind).ok_or(store::Error::Column {
            column: 2,
            expected: "a kind of unit",
            found: "another word",
        })?,
        parent: row.get(3)?,
        name: row.get::<Json<Localized>>(4)?.0,
        telephone: row.get(5)?,
        fax: row.get(6)?,
        hours: row.get::<Option<Json<Localized>>>(7)?.map(|json| json.0),
        sort: row.get(8)?,
        valid_from: row.get(9)?,
        valid_to: row.get(10)?,
    })
}

/// A unit as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutUnit {
    /// The city's code; an existing one changes that unit.
    pub code: Line<40>,
    /// From this day on.
    pub from: Day,
    /// 部, 課 or 係.
    pub kind: UnitKind,
    /// The unit above.
    pub parent: Option<UnitId>,
    /// Its name.
    pub name: Localized,
    /// Telephone, as it shall be shown.
    pub telephone: Option<Line<60>>,
    /// FAX, as it shall be shown.
    pub fax: Option<Line<60>>,
    /// Opening hours in words.
    pub hours: Option<Localized>,
    /// Place among its neighbours.
    pub sort: i64,
}

/// Why a unit is not changed.
#[derive(Debug, thiserror::Error)]
pub enum PutUnitError {
    /// The unit above does not exist on that day.
    #[error("the unit above does not exist on that day")]
    NoParent,
    /// The unit would stand below itself.
    #[error("a unit cannot stand below itself")]
    Ring,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Adds a unit or changes it from a day on. What was before that day stays, and so does what is planned after it.
///
/// # Errors
/// [`PutUnitError`].
pub async fn put_unit(tx: &mut Tx<'_>, world: &World, actor: Actor, command: &PutUnit) -> Result<UnitId, PutUnitError> {
    let there = units(tx, command.from).await?;
    let id = know(tx, world, command.code.as_str()).await?;
    if let Some(parent) = command.parent {
        if !there.iter().any(|unit| unit.id == parent) {
            return Err(PutUnitError::NoParent);
        }
        if makes_ring(&there, id, parent) {
            return Err(PutUnitError::Ring);
        }
    }
    state(tx, id, command).await?;
    record::change(tx, world, actor, "people.unit.put", id.uuid(), format!("{} {}", command.code, command.from))
        .await?;
    Ok(id)
}

/// The id of the unit with this code, made if there is none.
pub(crate) async fn know(tx: &mut Tx<'_>, world: &World, code: &str) -> Result<UnitId, store::Error> {
    tx.value(&KNOW, &[world.id::<UnitId>().into(), code.into()]).await
}

/// Writes the state, unchecked.
pub(crate) async fn state(tx: &mut Tx<'_>, id: UnitId, command: &PutUnit) -> Result<(), store::Error> {
    let params = [
        id.into(),
        command.from.into(),
        command.parent.into(),
        command.kind.code().into(),
        (&Json(&command.name)).into(),
        command.telephone.as_ref().map(Line::as_str).into(),
        command.fax.as_ref().map(Line::as_str).into(),
        command.hours.as_ref().map(|hours| store::Value::from(&Json(hours))).into(),
        command.sort.into(),
    ];
    tx.exec(&STATE, &params).await.map(drop)
}

/// Closes a unit from `day` on; false if it did not exist then. Posts in it give no authority any more.
///
/// # Errors
/// [`KeysError`].
pub async fn close_unit(tx: &mut Tx<'_>, world: &World, actor: Actor, id: UnitId, day: Day) -> Result<bool, KeysError> {
    let keys = Keys::take(tx, world, actor, day).await?;
    keys.unit(tx, id).await?;
    let closed = close(tx, id, day).await?;
    if closed {
        keys.left(tx).await?;
        record::change(tx, world, actor, "people.unit.close", id.uuid(), day.to_string()).await?;
    }
    Ok(closed)
}

pub(crate) async fn close(tx: &mut Tx<'_>, id: UnitId, day: Day) -> Result<bool, store::Error> {
    Ok(tx.exec(&CLOSE, &[id.into(), day.into()]).await? > 0)
}
