//! Typed identifiers: a newtype over a UUIDv7 for every kind of thing, so that a visit's id never passes for a person's.

use uuid::Uuid;

/// An identifier made by [`id!`](crate::id!).
pub trait Id: Copy + From<Uuid> {
    /// The plain UUID inside.
    fn uuid(self) -> Uuid;
}

/// Declares an identifier type.
///
/// ```
/// kernel::id!(
///     /// One booking.
///     pub BookingId
/// );
/// let world = kernel::World::real();
/// let id: BookingId = world.id();
/// assert_eq!(id.to_string().parse::<BookingId>().unwrap(), id);
/// ```
///
/// The type is `Copy`, `Eq`, `Ord` (by time of creation), `Hash`, prints and parses as the usual hyphenated
/// form and serialises as that string.
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $vis:vis $name:ident) => {
        $(#[$meta])*
        #[doc = ""]
        #[doc = concat!("(`", stringify!($name), "` is a UUIDv7.)")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name($crate::__private::uuid::Uuid);

        impl $name {
            /// The plain UUID inside.
            #[must_use]
            $vis const fn uuid(self) -> $crate::__private::uuid::Uuid {
                self.0
            }
        }

        impl $crate::id::Id for $name {
            fn uuid(self) -> $crate::__private::uuid::Uuid {
                self.0
            }
        }

        impl From<$crate::__private::uuid::Uuid> for $name {
            fn from(uuid: $crate::__private::uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for $crate::__private::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::NotAnId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::parse(text).map(Self)
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as $crate::__private::serde::Deserialize>::deserialize(
                    deserializer,
                )?;
                $crate::id::parse(&text)
                    .map(Self)
                    .map_err($crate::__private::serde::de::Error::custom)
            }
        }
    };
}

/// The text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl std::fmt::Display for NotAnId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an identifier")
    }
}

impl std::error::Error for NotAnId {}

/// Reads the hyphenated form, the only one we print; braces and URNs are not ours.
///
/// # Errors
/// [`NotAnId`] for every other text.
pub fn parse(text: &str) -> Result<Uuid, NotAnId> {
    if text.len() != 36 {
        return Err(NotAnId);
    }
    Uuid::try_parse(text).map_err(|_| NotAnId)
}

#[cfg(test)]
mod tests {
    use crate::World;
    use crate::time::{Instant, TestClock};

    crate::id!(
        /// An apple.
        pub(crate) AppleId
    );

    #[test]
    fn prints_parses_and_serialises_as_one_string() {
        let world = World::fixed(TestClock::at(Instant::from_micros(1_700_000_000_000_000)), 1);
        let id: AppleId = world.id();
        let text = id.to_string();
        assert_eq!(text.parse::<AppleId>().unwrap(), id);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<AppleId>(&format!("\"{text}\"")).unwrap(), id);
        assert_eq!(AppleId::from(id.uuid()), id);
        assert_eq!(id.uuid().get_version_num(), 7);
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "1", "{018bcfe5-6800-7000-8000-000000000000}", "018bcfe5680070008000000000000000"] {
            assert!(text.parse::<AppleId>().is_err(), "{text}");
        }
    }
}
