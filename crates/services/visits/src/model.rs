//! What a visit is made of: slots, numbers, needs, contact, the window in which a place can be taken. No I/O.

use std::{fmt, str::FromStr};

use kernel::{
    day::{Day, Minute},
    text::{Email, Line, Phone, nfkc},
    time::Instant,
};
use serde::{Deserialize, Serialize};

pub use places::CounterId;

use crate::codes::codes;

store::id! {
    /// A procedure (手続) people come for.
    pub ServiceId
}
store::id! {
    /// A visit: a booking or a walk-in.
    pub VisitId
}
store::id! {
    /// One weekly opening rule of a service.
    pub OpeningId
}
store::id! {
    /// One closed day of a counter.
    pub ClosureId
}

codes! {
    /// Through which door a visit came; web and staff have places of their own.
    pub enum Channel ("a channel") {
        /// Booked by the resident.
        Web = "web",
        /// Booked by staff, on the telephone or at the desk.
        Staff = "staff",
        /// Came without a booking.
        WalkIn = "walk_in",
    }
}

codes! {
    /// Who comes; decides what to bring.
    pub enum Who ("who comes") {
        /// 本人
        Own = "self",
        /// 代理人
        Agent = "agent",
        /// A child under 15 with a parent (15歳未満の子と).
        Child = "child",
    }
}

codes! {
    /// How a visit ended at the desk.
    pub enum Outcome ("an outcome") {
        /// 完了
        Done = "done",
        /// To be continued another day, or elsewhere (つづきあり).
        Continues = "continues",
        /// Could not be done today, for example papers were missing (今日はできなかった).
        NotPossible = "not_possible",
        /// Nobody pressed "finish"; closed by the sweep at the day's end, not counted in times.
        Unrecorded = "unrecorded",
    }
}

/// A time of one service at which places exist. Unique within the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId {
    /// The civil day.
    pub day: Day,
    /// The civil minute it begins.
    pub minute: Minute,
}

impl SlotId {
    /// When it begins.
    #[must_use]
    pub fn starts_at(self) -> Instant {
        self.day.at(self.minute)
    }
}

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

impl fmt::Display for SlotId {
    /// Short on purpose: a 30-day answer lists hundreds. Opaque to callers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = i64::from(self.day.days()) * 1440 + i64::from(self.minute.number());
        let mut digits = Vec::with_capacity(6);
        while rest > 0 {
            digits.push(BASE36[usize::try_from(rest % 36).unwrap_or_default()]);
            rest /= 36;
        }
        digits.reverse();
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl Serialize for SlotId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not the id of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a slot")]
pub struct NotASlot;

impl FromStr for SlotId {
    type Err = NotASlot;

    fn from_str(text: &str) -> Result<Self, NotASlot> {
        let plain = (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
        if !plain {
            return Err(NotASlot);
        }
        let all = i64::from_str_radix(text, 36).map_err(|_| NotASlot)?;
        let day = i32::try_from(all / 1440).map_err(|_| NotASlot)?;
        let minute = u16::try_from(all % 1440).map_err(|_| NotASlot)?;
        Ok(Self { day: Day::from_days(day), minute: Minute::from_number(minute).ok_or(NotASlot)? })
    }
}

/// Letters of a booking number: none looks or sounds like a digit, and none lets a Japanese input
/// method make a syllable of it when a scanner types.
const LETTERS: &[u8; 14] = b"CDFHJKMPRTVWXY";

/// A booking number (予約番号) such as `3F7-204`, said on the telephone and typed at the counter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(String);

impl Number {
    /// A number from random bytes; `wide` has ten times as many.
    #[must_use]
    pub fn from_random(bytes: [u8; 8], wide: bool) -> Self {
        let mut rest = u64::from_le_bytes(bytes);
        let mut take = |n: u64| {
            let it = rest % n;
            rest /= n;
            it
        };
        let letter = LETTERS[usize::try_from(take(14)).unwrap_or_default()] as char;
        let (first, last) = (take(10), take(10));
        if wide {
            Self(format!("{first}{letter}{last}-{:04}", take(10_000)))
        } else {
            Self(format!("{first}{letter}{last}-{:03}", take(1_000)))
        }
    }

    /// Reads what a person or a scanner typed: any width, case, spaces and dashes; `O` for zero, `I` or `l` for one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut clean = String::with_capacity(8);
        for c in nfkc(text).chars() {
            match c.to_ascii_uppercase() {
                c if c.is_ascii_alphanumeric() => clean.push(c),
                c if c.is_whitespace() || is_dash(c) => {}
                _ => return None,
            }
            if clean.len() > 7 {
                return None;
            }
        }
        if clean.len() < 6 {
            return None;
        }
        let mut number = String::with_capacity(8);
        for (index, c) in clean.chars().enumerate() {
            if index == 3 {
                number.push('-');
            }
            number.push(match (index, c) {
                (1, c) if LETTERS.contains(&(c as u8)) => c,
                (1, _) => return None,
                (_, 'O') => '0',
                (_, 'I' | 'L') => '1',
                (_, c) if c.is_ascii_digit() => c,
                _ => return None,
            });
        }
        Some(Self(number))
    }

    /// The number as shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Number> for store::Value {
    fn from(it: &Number) -> Self {
        it.as_str().into()
    }
}

impl store::FromValue for Number {
    const EXPECTED: &'static str = "a booking number";
    fn from_value(value: &store::Value) -> Option<Self> {
        match value {
            store::Value::Text(text) => Self::parse(text),
            _ => None,
        }
    }
}

/// Everything that is drawn as a horizontal stroke, including the long-vowel mark an input method makes of `-`.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐'..='―' | '−' | 'ー' | '_' | '.')
}

/// A ticket (番号札) such as `A-047`: the counter's letter and a number that grows through the day.
pub(crate) fn ticket(prefix: char, number: i64) -> String {
    format!("{prefix}-{number:03}")
}

/// What somebody typed or scanned at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    /// A booking number, typed, or taken out of a scanned link.
    Number(Number),
    /// A ticket of today.
    Ticket(String),
    /// Anything else: a part of a name.
    Words(String),
}

impl Scan {
    /// Reads it. A link contains the number as its own path segment.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = nfkc(text);
        let text = text.trim();
        if let Some(number) = text.split(['/', '?', '&', '=', '#']).find_map(Number::parse) {
            return Self::Number(number);
        }
        let mut rest = text.chars();
        let letter = rest.next().map(|c| c.to_ascii_uppercase()).filter(char::is_ascii_uppercase);
        let digits: String = rest.filter(|c| !is_dash(*c) && !c.is_whitespace()).collect();
        match (letter, digits.parse::<u16>()) {
            (Some(letter), Ok(number)) => Self::Ticket(ticket(letter, number.into())),
            _ => Self::Words(text.to_owned()),
        }
    }
}

/// Help a person needs at the counter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Needs {
    /// 車椅子
    pub wheelchair: bool,
    /// 手話・筆談
    pub writing: bool,
    /// 通訳: the language.
    pub interpreter: Option<Line<40>>,
    /// 付き添い
    pub companion: bool,
    /// 乳幼児
    pub infant: bool,
}

impl Needs {
    /// Whether there is any.
    #[must_use]
    pub fn any(&self) -> bool {
        self.wheelchair || self.writing || self.interpreter.is_some() || self.companion || self.infant
    }
}

/// How to reach the person; all of it may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Any form of the name.
    pub name: Option<Line<80>>,
    /// Mail address.
    pub email: Option<Email>,
    /// Telephone.
    pub phone: Option<Phone>,
}

impl Contact {
    /// Whether nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.email.is_none() && self.phone.is_none()
    }
}

/// A desk (窓口番号) of a counter: 「3番窓口」 is `3`.
pub type Desk = Line<8>;

/// When the places of a service can be taken by residents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Bookable this many days ahead.
    pub open_days: u16,
    /// At the latest this many minutes before the time.
    pub lead_minutes: u16,
    /// At the latest this many days before (0 = on the day itself) …
    pub cutoff_days: u16,
    /// … at this minute of that earlier day; without meaning when `cutoff_days` is 0.
    pub cutoff_minute: u16,
}

/// Why a time cannot be booked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// It has begun or is over.
    Past,
    /// Booking opens on this day.
    NotYet(Day),
    /// The last moment for it was this.
    TooLate(Instant),
}

impl Window {
    /// The last moment a resident may take `slot`.
    #[must_use]
    pub fn until(&self, slot: SlotId) -> Instant {
        let lead = slot.starts_at().plus_minutes(-i64::from(self.lead_minutes));
        if self.cutoff_days == 0 {
            return lead;
        }
        let minute = Minute::from_number(self.cutoff_minute).unwrap_or(slot.minute);
        lead.min(slot.day.plus(-i32::from(self.cutoff_days)).at(minute))
    }

    /// Whether `channel` may take `slot` at `now`. Staff are bound only by its beginning.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, channel: Channel, slot: SlotId, now: Instant) -> Result<(), NotNow> {
        if slot.starts_at() <= now {
            return Err(NotNow::Past);
        }
        if channel == Channel::Staff {
            return Ok(());
        }
        let opens = slot.day.plus(-i32::from(self.open_days));
        if now.day() < opens {
            return Err(NotNow::NotYet(opens));
        }
        let until = self.until(slot);
        if now > until { Err(NotNow::TooLate(until)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_and_scanners_give_them() {
        let number = Number::parse("3F7-204").unwrap();
        for text in ["3f7204", "３Ｆ７−２０４", "３F７ー２０４", " 3F7 204 ", "3F7‐2O4", "3F7.204"] {
            assert_eq!(Number::parse(text), Some(number.clone()), "{text}");
        }
        assert_eq!(Number::parse("lF7-2Ol").unwrap().as_str(), "1F7-201");
        for text in ["", "3F7-20", "3F7-20456", "3A7-204", "F37-204", "3F7-2B4", "3F7-204\0", "３七F-204", "A-047"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_scan_is_a_number_a_ticket_or_a_name() {
        let number = Scan::Number(Number::parse("3F7-204").unwrap());
        for text in ["3F7-204", "https://city.example.jp/visits/bookings/3F7-204?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ"] {
            assert_eq!(Scan::parse(text), number, "{text}");
        }
        for text in ["A-047", "a47", "Ａ−０４７", "Aー47"] {
            assert_eq!(Scan::parse(text), Scan::Ticket("A-047".to_owned()), "{text}");
        }
        assert_eq!(Scan::parse(" 井上 ハナ "), Scan::Words("井上 ハナ".to_owned()));
        assert_eq!(Scan::parse("A"), Scan::Words("A".to_owned()));
        assert_eq!(Scan::parse(""), Scan::Words(String::new()));
    }

    #[test]
    fn the_window_has_two_ends() {
        let window = Window { open_days: 45, lead_minutes: 30, cutoff_days: 3, cutoff_minute: 17 * 60 };
        let slot = SlotId { day: Day::new(2026, 12, 10).unwrap(), minute: Minute::new(10, 0).unwrap() };
        let at = |day: i32, hour| slot.day.plus(day).at(Minute::new(hour, 0).unwrap());
        assert_eq!(window.check(Channel::Web, slot, at(-46, 23)), Err(NotNow::NotYet(slot.day.plus(-45))));
        assert_eq!(window.check(Channel::Web, slot, at(-45, 0)), Ok(()));
        assert_eq!(window.check(Channel::Web, slot, at(-3, 17)), Ok(()));
        assert_eq!(window.check(Channel::Web, slot, at(-3, 18)), Err(NotNow::TooLate(at(-3, 17))));
        assert_eq!(window.check(Channel::Staff, slot, at(0, 9)), Ok(()));
        assert_eq!(window.check(Channel::Staff, slot, at(0, 10)), Err(NotNow::Past));
        let same_day = Window { cutoff_days: 0, ..window };
        assert_eq!(same_day.check(Channel::Web, slot, at(0, 9)), Ok(()));
        assert_eq!(same_day.until(slot), at(0, 10).plus_minutes(-30));
    }

    proptest! {
        #[test]
        fn slot_ids_read_back(days in 0..60_000_i32, minute in 0..1440_u16) {
            let slot = SlotId { day: Day::from_days(days), minute: Minute::from_number(minute).unwrap() };
            prop_assert_eq!(slot.to_string().parse(), Ok(slot));
            prop_assert!(slot.to_string().len() <= 6);
        }

        #[test]
        fn any_text_is_no_panic(text in ".{0,40}") {
            let _ = (Number::parse(&text), Scan::parse(&text), text.parse::<SlotId>());
        }

        #[test]
        fn made_numbers_read_back(bytes: [u8; 8], wide: bool) {
            let number = Number::from_random(bytes, wide);
            prop_assert_eq!(Number::parse(number.as_str()), Some(number.clone()));
            prop_assert_eq!(number.as_str().len(), if wide { 8 } else { 7 });
        }
    }
}
