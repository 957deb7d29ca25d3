//! Closed sets that are stored and sent as short words.

/// Declares an enum whose variants each have a code: the word in the database, in forms and in the API.
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident ($expected:literal) { $($(#[$note:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$note])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the database, in forms and in the API.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The variant of a code, if it is one.
            #[must_use]
            pub fn of(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl From<$name> for store::Value {
            fn from(it: $name) -> Self {
                it.code().into()
            }
        }

        impl store::FromValue for $name {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: &store::Value) -> Option<Self> {
                match value {
                    store::Value::Text(text) => Self::of(text),
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use codes;
