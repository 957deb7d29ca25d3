//! Text as people write it: normalisation, search keys, and the types every form field becomes.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

/// Compatibility form (NFKC): full-width letters and digits become plain, half-width kana become full-width.
/// For comparing and for reading numbers; never for storing what a person wrote.
#[must_use]
pub fn nfkc(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.nfkc().collect() }
}

/// The key under which a text is searched: NFKC, katakana as hiragana, lower case, no white space.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|character| !character.is_whitespace())
        .map(hiragana)
        .nfc()
        .collect()
}

/// The hiragana for a katakana; every other character stays.
fn hiragana(character: char) -> char {
    match character {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(u32::from(character) - 0x60).unwrap_or(character),
        _ => character,
    }
}

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// Nothing visible was written.
    Empty,
    /// More characters than fit.
    TooLong {
        /// How many fit.
        max: usize,
    },
    /// It holds NUL or other control characters.
    Control,
    /// It does not look like what was asked for.
    Shape,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing was written"),
            Self::TooLong { max } => write!(f, "longer than {max} characters"),
            Self::Control => f.write_str("holds control characters"),
            Self::Shape => f.write_str("does not have the expected form"),
        }
    }
}

impl std::error::Error for TextError {}

/// One line of text of at most `MAX` characters (Unicode scalar values).
///
/// Trimmed and composed (NFC); emoji, 外字 (private use), variation sequences (IVS) and compatibility ideographs
/// such as U+FA19 stay exactly as written, because they are parts of names. Control characters are refused.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MAX: usize>(String);

/// Text of several lines and at most `MAX` characters; line ends are `\n`, tabs become spaces, otherwise like [`Line`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Paragraph<const MAX: usize>(String);

/// An address for electronic mail: one `@`, a local part and a domain with a dot, at most 254 bytes.
///
/// Only what surely cannot be delivered is refused. The domain may hold non-ASCII letters and is kept as written,
/// in lower case; the local part keeps its case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

/// A telephone number in Japan, kept as 10 or 11 digits with the leading 0.
///
/// Hyphens, brackets, spaces, full-width digits and `+81` are understood.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl<const MAX: usize> Line<MAX> {
    /// Reads one line.
    ///
    /// # Errors
    /// [`TextError::Empty`], [`TextError::TooLong`] or [`TextError::Control`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.chars().any(is_forbidden) {
            return Err(TextError::Control);
        }
        checked(compose(text), MAX).map(Self)
    }

    /// Reads one line that may be left empty.
    ///
    /// # Errors
    /// [`TextError::TooLong`] or [`TextError::Control`].
    pub fn optional(text: &str) -> Result<Option<Self>, TextError> {
        blank_as_none(Self::parse(text))
    }
}

impl<const MAX: usize> Paragraph<MAX> {
    /// Reads text of several lines.
    ///
    /// # Errors
    /// [`TextError::Empty`], [`TextError::TooLong`] or [`TextError::Control`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
        if text.chars().any(|character| character != '\n' && is_forbidden(character)) {
            return Err(TextError::Control);
        }
        checked(compose(text.trim()), MAX).map(Self)
    }

    /// Reads text of several lines that may be left empty.
    ///
    /// # Errors
    /// [`TextError::TooLong`] or [`TextError::Control`].
    pub fn optional(text: &str) -> Result<Option<Self>, TextError> {
        blank_as_none(Self::parse(text))
    }
}

impl Email {
    /// The longest address mail can carry, in bytes.
    pub const MAX: usize = 254;

    /// Reads an address.
    ///
    /// # Errors
    /// Any [`TextError`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().any(is_forbidden) {
            return Err(TextError::Control);
        }
        // People type full-width signs with the IME on.
        let text = text.replace('＠', "@").replace('．', ".");
        let text: String = if text.is_ascii() { text } else { text.chars().map(ascii_of_full_width).collect() };
        let (local, domain) = text.split_once('@').ok_or(TextError::Shape)?;
        let domain = domain.to_lowercase();
        let address = format!("{local}@{domain}");
        if address.len() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX });
        }
        let local_fits = !local.is_empty() && local.len() <= 64 && local.bytes().all(is_local);
        let labels: Vec<&str> = domain.split('.').collect();
        let domain_fits = labels.len() >= 2 && labels.iter().all(|label| is_label(label));
        if local_fits && domain_fits { Ok(Self(address)) } else { Err(TextError::Shape) }
    }

    /// Reads an address that may be left empty.
    ///
    /// # Errors
    /// Any [`TextError`] but [`TextError::Empty`].
    pub fn optional(text: &str) -> Result<Option<Self>, TextError> {
        blank_as_none(Self::parse(text))
    }

    /// The domain, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Full-width ASCII as its plain form; every other character stays.
fn ascii_of_full_width(character: char) -> char {
    match character {
        '！'..='～' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// What a local part may hold. Dots at the ends and doubled are allowed: Japanese carriers once gave such addresses.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|character| character.is_alphanumeric() || character == '-')
}

impl Phone {
    /// Reads a telephone number.
    ///
    /// # Errors
    /// Any [`TextError`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().any(is_forbidden) {
            return Err(TextError::Control);
        }
        if text.chars().count() > 30 {
            return Err(TextError::TooLong { max: 30 });
        }
        let plain: String = nfkc(text).chars().filter(|character| !is_phone_separator(*character)).collect();
        // "+81 (0)90 …" carries the trunk zero in brackets.
        let digits = match plain.strip_prefix("+81") {
            Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
            None => plain,
        };
        let fits = matches!(digits.len(), 10 | 11)
            && digits.starts_with('0')
            && !digits.starts_with("00")
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(digits)) } else { Err(TextError::Shape) }
    }

    /// Reads a telephone number that may be left empty.
    ///
    /// # Errors
    /// Any [`TextError`] but [`TextError::Empty`].
    pub fn optional(text: &str) -> Result<Option<Self>, TextError> {
        blank_as_none(Self::parse(text))
    }

    /// The form for dialling from anywhere: `+81901234…`.
    #[must_use]
    pub fn international(&self) -> String {
        format!("+81{}", self.0.strip_prefix('0').unwrap_or(&self.0))
    }
}

fn is_phone_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '(' | ')' | '.' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | 'ー' | '~')
}

fn blank_as_none<T>(parsed: Result<T, TextError>) -> Result<Option<T>, TextError> {
    match parsed {
        Ok(value) => Ok(Some(value)),
        Err(TextError::Empty) => Ok(None),
        Err(error) => Err(error),
    }
}

fn checked(text: String, max: usize) -> Result<String, TextError> {
    if text.chars().all(is_invisible) {
        return Err(TextError::Empty);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    Ok(text)
}

/// Control characters, line and paragraph separators, bidirectional overrides and non-characters: none is part of
/// a text, all can harm where it is shown or stored.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(character) & 0xfffe == 0xfffe
}

/// Characters one cannot see alone.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// NFC, except that compatibility ideographs stay: NFC would turn 神 (U+FA19) into another shape of the character.
fn compose(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut composed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, character)) = rest.char_indices().find(|(_, character)| is_compatibility_ideograph(*character))
    {
        composed.extend(rest[..at].nfc());
        composed.push(character);
        rest = &rest[at + character.len_utf8()..];
    }
    composed.extend(rest.nfc());
    composed
}

fn is_compatibility_ideograph(character: char) -> bool {
    matches!(character, '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}

/// What every text type offers alike: its text, printing, parsing and serde.
macro_rules! text_type {
    ($([$($generic:tt)*] $type:ty, $name:literal;)+) => {$(
        impl<$($generic)*> $type {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, taken out.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<$($generic)*> AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<$($generic)*> fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl<$($generic)*> fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple($name).field(&self.0).finish()
            }
        }

        impl<$($generic)*> std::str::FromStr for $type {
            type Err = TextError;
            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::parse(text)
            }
        }

        impl<$($generic)*> Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de, $($generic)*> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

text_type! {
    [const MAX: usize] Line<MAX>, "Line";
    [const MAX: usize] Paragraph<MAX>, "Paragraph";
    [] Email, "Email";
    [] Phone, "Phone";
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
