//! Values that go into statements and come out of rows, the same on both engines.

use postgres_types::{IsNull, ToSql, Type};
use uuid::Uuid;

use crate::Error;

/// A parameter or a column. There is no floating-point value: measures are integers in a stated unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// `{int}`: counts, instants in µs, days, minutes, yen.
    Int(i64),
    /// `{bool}`.
    Bool(bool),
    /// `{text}` and `{json}`.
    Text(String),
    /// `{uuid}`.
    Uuid(Uuid),
    /// `{bytes}`.
    Bytes(Vec<u8>),
}

impl Value {
    /// The kind of value, for errors.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "an integer",
            Self::Bool(_) => "a boolean",
            Self::Text(_) => "text",
            Self::Uuid(_) => "a UUID",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// A document stored as JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

macro_rules! into_value {
    ($($type:ty => |$it:ident| $value:expr;)*) => {
        $(impl From<$type> for Value { fn from($it: $type) -> Self { $value } })*
    };
}

into_value! {
    i64 => |it| Value::Int(it);
    i32 => |it| Value::Int(it.into());
    u32 => |it| Value::Int(it.into());
    u16 => |it| Value::Int(it.into());
    u8 => |it| Value::Int(it.into());
    bool => |it| Value::Bool(it);
    String => |it| Value::Text(it);
    &str => |it| Value::Text(it.to_owned());
    &String => |it| Value::Text(it.clone());
    Uuid => |it| Value::Uuid(it);
    Vec<u8> => |it| Value::Bytes(it);
    &[u8] => |it| Value::Bytes(it.to_vec());
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(it: [u8; N]) -> Self {
        Self::Bytes(it.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

impl<T: serde::Serialize> From<&Json<T>> for Value {
    /// # Panics
    /// Never for documents of plain data: only maps with keys that are not strings fail.
    fn from(it: &Json<T>) -> Self {
        Self::Text(serde_json::to_string(&it.0).unwrap_or_else(|_| "null".to_owned()))
    }
}

/// A type that can be read from a column.
pub trait FromValue: Sized {
    /// What the type is called in an error.
    const EXPECTED: &'static str;
    /// The value, or nothing if the column holds something else.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty, $expected:literal, $($pattern:pat => $value:expr),+;)*) => {
        $(impl FromValue for $type {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: &Value) -> Option<Self> {
                match value { $($pattern => $value,)+ _ => None }
            }
        })*
    };
}

from_value! {
    i64, "an integer", Value::Int(n) => Some(*n);
    i32, "a 32-bit integer", Value::Int(n) => (*n).try_into().ok();
    u32, "an integer 0…2³²−1", Value::Int(n) => (*n).try_into().ok();
    u16, "an integer 0…65535", Value::Int(n) => (*n).try_into().ok();
    u8, "an integer 0…255", Value::Int(n) => (*n).try_into().ok();
    usize, "a count", Value::Int(n) => (*n).try_into().ok();
    bool, "a boolean", Value::Bool(b) => Some(*b), Value::Int(0) => Some(false), Value::Int(1) => Some(true);
    String, "text", Value::Text(t) => Some(t.clone());
    Uuid, "a UUID", Value::Uuid(u) => Some(*u), Value::Bytes(b) => Uuid::from_slice(b).ok();
    Vec<u8>, "bytes", Value::Bytes(b) => Some(b.clone());
}

impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl<T: serde::de::DeserializeOwned> FromValue for Json<T> {
    const EXPECTED: &'static str = "a JSON document of the expected shape";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => serde_json::from_str(text).ok().map(Json),
            _ => None,
        }
    }
}

/// Declares an id as [`kernel::id!`] does and lets it stand in statements and rows.
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $vis:vis $name:ident) => {
        kernel::id! { $(#[$meta])* $vis $name }
        impl From<$name> for $crate::Value {
            fn from(id: $name) -> Self {
                Self::Uuid(id.uuid())
            }
        }
        impl $crate::FromValue for $name {
            const EXPECTED: &'static str = "a UUID";
            fn from_value(value: &$crate::Value) -> Option<Self> {
                <uuid::Uuid as $crate::FromValue>::from_value(value).map(Self::from)
            }
        }
    };
}

/// One row, read by column index.
#[derive(Clone, Debug)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The column as `T`.
    ///
    /// # Errors
    /// [`Error::Column`] when there is no such column or it holds something else.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, Error> {
        let value = self.0.get(column).unwrap_or(&Value::Null);
        T::from_value(value).ok_or(Error::Column { column, expected: T::EXPECTED, found: value.kind() })
    }

    /// All values, in column order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.0
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Owned::Null),
            Self::Int(n) => ToSqlOutput::Owned(Owned::Integer(*n)),
            Self::Bool(b) => ToSqlOutput::Owned(Owned::Integer((*b).into())),
            Self::Text(t) => ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes())),
            Self::Uuid(u) => ToSqlOutput::Borrowed(ValueRef::Blob(u.as_bytes())),
            Self::Bytes(b) => ToSqlOutput::Borrowed(ValueRef::Blob(b)),
        })
    }
}

pub(crate) fn from_sqlite(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Row> {
    use rusqlite::types::ValueRef;
    let mut values = Vec::with_capacity(columns);
    for index in 0..columns {
        values.push(match row.get_ref(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(n) => Value::Int(n),
            ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
            ValueRef::Real(_) => {
                return Err(rusqlite::Error::InvalidColumnType(index, String::new(), rusqlite::types::Type::Real));
            }
        });
    }
    Ok(Row(values))
}

type Fault = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Fault> {
        match (self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT8) => return n.to_sql(ty, out),
            (Self::Int(n), &Type::INT4) => return i32::try_from(*n)?.to_sql(ty, out),
            (Self::Int(n), &Type::INT2) => return i16::try_from(*n)?.to_sql(ty, out),
            (Self::Bool(b), &Type::BOOL) => return b.to_sql(ty, out),
            (Self::Text(t), &Type::TEXT | &Type::VARCHAR | &Type::JSON | &Type::NAME | &Type::UNKNOWN) => {
                out.extend_from_slice(t.as_bytes());
            }
            (Self::Uuid(u), &Type::UUID) => out.extend_from_slice(u.as_bytes()),
            (Self::Bytes(b), &Type::BYTEA) => out.extend_from_slice(b),
            (Self::Bytes(b), &Type::UUID) if b.len() == 16 => out.extend_from_slice(b),
            (value, ty) => {
                return Err(format!("{} given where {ty} is expected", value.kind()).into());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres_types::to_sql_checked!();
}

/// Any column of PostgreSQL that the schema can hold.
struct Column(Value);

impl<'a> postgres_types::FromSql<'a> for Column {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        Ok(Self(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::UUID => Value::Uuid(Uuid::from_sql(ty, raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::JSON | Type::UNKNOWN => {
                Value::Text(std::str::from_utf8(raw)?.to_owned())
            }
            ref other => {
                return Err(format!("a column of type {other} cannot be read; CAST it").into());
            }
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(crate) fn from_postgres(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    (0..row.len())
        .map(|index| row.try_get::<_, Column>(index).map(|column| column.0))
        .collect::<Result<Vec<_>, _>>()
        .map(Row)
}

into_value! {
    kernel::time::Instant => |it| Value::Int(it.micros());
    kernel::day::Day => |it| Value::Int(it.days().into());
    kernel::day::Minute => |it| Value::Int(it.number().into());
    kernel::fiscal::FiscalYear => |it| Value::Int(it.year().into());
    kernel::yen::Yen => |it| Value::Int(it.amount());
    &kernel::locale::Localized => |it| Value::from(&Json(it));
    kernel::locale::Locale => |it| Value::Text(it.code().to_owned());
}

from_value! {
    kernel::time::Instant, "an instant (µs)", Value::Int(n) => Some(Self::from_micros(*n));
    kernel::day::Day, "a day", Value::Int(n) => (*n).try_into().ok().map(Self::from_days);
    kernel::day::Minute, "a minute of the day", Value::Int(n) => (*n).try_into().ok().and_then(Self::from_number);
    kernel::fiscal::FiscalYear, "a fiscal year", Value::Int(n) => (*n).try_into().ok().and_then(Self::new);
    kernel::yen::Yen, "yen", Value::Int(n) => Some(Self::new(*n));
    kernel::locale::Localized, "localized words", Value::Text(text) => serde_json::from_str(text).ok();
    kernel::locale::Locale, "a locale", Value::Text(text) => Self::from_code(text);
}
