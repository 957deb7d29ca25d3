//! What a visit is made of: slots, numbers, needs, contact, the window in which a place can be taken. No I/O.

use std::{fmt, str::FromStr};

use kernel::{
    day::{Day, Minute},
    text::{Email, Line, Phone},
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
    }
}
