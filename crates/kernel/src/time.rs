//! Instants in µs UTC, the clocks that give them, and the stopwatch for measuring durations.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::day::{Day, MINUTES_PER_DAY, Minute};

/// Japan Standard Time is UTC+9, all year, since 1952; civil days before that are read by the same offset.
pub(crate) const JST_OFFSET_MICROS: i64 = 9 * 60 * MICROS_PER_MINUTE;
pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(crate) const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
pub(crate) const MICROS_PER_DAY: i64 = MINUTES_PER_DAY as i64 * MICROS_PER_MINUTE;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(i64);

impl Instant {
    /// The instant this many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch (rounded down).
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// This much later (stops at the end of time instead of wrapping).
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros_of(duration)))
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros_of(duration)))
    }

    /// This many minutes later; negative is earlier.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes.saturating_mul(MICROS_PER_MINUTE)))
    }

    /// This many days of 24 hours later; negative is earlier. (Japan has no summer time.)
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(MICROS_PER_DAY)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole minutes from `earlier` to this instant, rounded down; negative when it lies ahead.
    #[must_use]
    pub const fn minutes_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(MICROS_PER_MINUTE)
    }

    /// The civil day in Japan.
    #[must_use]
    pub fn day(self) -> Day {
        let days = self.0.saturating_add(JST_OFFSET_MICROS).div_euclid(MICROS_PER_DAY);
        Day::from_days(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The minute of the civil day in Japan.
    #[must_use]
    pub fn minute(self) -> Minute {
        let minutes = self.0.saturating_add(JST_OFFSET_MICROS).rem_euclid(MICROS_PER_DAY) / MICROS_PER_MINUTE;
        u16::try_from(minutes).ok().and_then(Minute::from_number).unwrap_or(Minute::MIDNIGHT)
    }

    /// `2026-11-24T10:00:00+09:00`; a fraction of a second is shown (six digits) only when there is one.
    #[must_use]
    pub fn to_rfc3339_jst(self) -> String {
        format!("{}+09:00", Local(self.0.saturating_add(JST_OFFSET_MICROS)))
    }

    /// `2026-11-24T01:00:00Z`; a fraction of a second is shown (six digits) only when there is one.
    #[must_use]
    pub fn to_rfc3339_utc(self) -> String {
        format!("{}Z", Local(self.0))
    }

    /// The same instant without its fraction of a second.
    #[must_use]
    pub const fn whole_seconds(self) -> Self {
        Self(self.seconds() * MICROS_PER_SECOND)
    }

    /// Reads RFC 3339 with any offset; digits beyond microseconds are cut.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if !text.is_ascii() || bytes.len() < 20 || !matches!(bytes[10], b'T' | b't' | b' ') {
            return None;
        }
        let day = Day::parse(&text[..10])?;
        let minute = Minute::parse(&text[11..16])?;
        if bytes[16] != b':' {
            return None;
        }
        let second = digits(&text[17..19])?;
        // A leap second has no number of its own here: it is the last second of its minute.
        let second = if second == 60 { 59 } else { second };
        if second > 59 {
            return None;
        }
        let mut rest = &text[19..];
        let mut fraction = 0;
        if let Some(tail) = rest.strip_prefix('.') {
            let length = tail.bytes().take_while(u8::is_ascii_digit).count();
            if length == 0 {
                return None;
            }
            fraction = digits(&format!("{:0<6.6}", &tail[..length]))?;
            rest = &tail[length..];
        }
        let offset_minutes = match rest {
            "Z" | "z" => 0,
            _ => {
                let sign = match rest.as_bytes().first()? {
                    b'+' => 1,
                    b'-' => -1,
                    _ => return None,
                };
                sign * i64::from(Minute::parse(&rest[1..])?.number())
            }
        };
        let local = i64::from(day.days()) * MICROS_PER_DAY
            + i64::from(minute.number()) * MICROS_PER_MINUTE
            + second * MICROS_PER_SECOND
            + fraction;
        Some(Self(local - offset_minutes * MICROS_PER_MINUTE))
    }
}

fn micros_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Microseconds shown as a date and time without an offset.
struct Local(i64);

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = i32::try_from(self.0.div_euclid(MICROS_PER_DAY)).unwrap_or(i32::MAX);
        let within = self.0.rem_euclid(MICROS_PER_DAY);
        let seconds = within / MICROS_PER_SECOND;
        write!(f, "{}T{:02}:{:02}:{:02}", Day::from_days(day), seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        let fraction = within % MICROS_PER_SECOND;
        if fraction != 0 {
            write!(f, ".{fraction:06}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339_jst())
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 date and time"))
    }
}

/// Something that knows what time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "the one place where real time enters")]
        let now = std::time::SystemTime::now();
        // A machine whose clock stands before 1970 is read as 1970.
        Instant(now.duration_since(std::time::UNIX_EPOCH).map_or(0, micros_of))
    }
}

/// A clock that moves only when told; clones share the same hands.
#[derive(Debug, Clone, Default)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock standing at this instant.
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Self(Arc::new(AtomicI64::new(instant.0)))
    }

    /// Sets the hands.
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.0, Ordering::SeqCst);
    }

    /// Moves the hands forward.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(micros_of(duration), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// Measures how long something took, on the monotonic clock; not a source of time for rules.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts measuring.
    #[must_use]
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "durations are measured, never used as a date")]
        Self(std::time::Instant::now())
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_day_begins_at_fifteen_hours_utc_the_day_before() {
        let midnight = at("2026-11-24T00:00:00+09:00");
        assert_eq!(midnight.to_rfc3339_utc(), "2026-11-23T15:00:00Z");
        assert_eq!(midnight.day().to_string(), "2026-11-24");
        assert_eq!(midnight.minute(), Minute::MIDNIGHT);
        let before = Instant::from_micros(midnight.micros() - 1);
        assert_eq!(before.day().to_string(), "2026-11-23");
        assert_eq!(before.minute().to_string(), "23:59");
    }

    #[test]
    fn rfc3339_is_written_for_people_and_machines() {
        let ten = at("2026-11-24T10:00:00+09:00");
        assert_eq!(ten.to_rfc3339_jst(), "2026-11-24T10:00:00+09:00");
        assert_eq!(ten.plus(Duration::from_micros(42)).to_rfc3339_jst(), "2026-11-24T10:00:00.000042+09:00");
        assert_eq!(ten.plus(Duration::from_micros(42)).whole_seconds(), ten);
    }

    #[test]
    fn rfc3339_is_read_with_any_offset() {
        assert_eq!(at("2026-11-24T01:00:00Z"), at("2026-11-24T10:00:00+09:00"));
        assert_eq!(at("2026-11-23T20:00:00-05:00"), at("2026-11-24T10:00:00+09:00"));
        assert_eq!(at("2026-11-24T01:00:00.5Z").micros() % 1_000_000, 500_000);
        assert_eq!(at("2026-11-24T01:00:00.123456789Z").micros() % 1_000_000, 123_456);
        for wrong in [
            "",
            "2026-11-24",
            "2026-11-24T10:00:00",
            "2026-11-24T10:00:00.Z",
            "2026-13-24T10:00:00Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T10:00:61Z",
            "2026-11-24T10:00:00+9:00",
            "２026-11-24T10:00:00Z",
        ] {
            assert_eq!(Instant::parse_rfc3339(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn durations_between_instants() {
        let start = at("2026-11-24T10:00:00+09:00");
        let later = start.plus_minutes(7);
        assert_eq!(later.since(start), Duration::from_secs(420));
        assert_eq!(start.since(later), Duration::ZERO);
        assert_eq!(later.minutes_since(start), 7);
        assert_eq!(start.minutes_since(later), -7);
        assert_eq!(later.minus(Duration::from_secs(420)), start);
        assert_eq!(start.plus_days(1).day(), start.day().plus(1));
    }

    #[test]
    fn the_ends_of_time_do_not_wrap() {
        let end = Instant::from_micros(i64::MAX);
        assert_eq!(end.plus(Duration::MAX), end);
        assert!(end.day() > Day::new(9999, 1, 1).unwrap());
        assert!(!Instant::from_micros(i64::MIN).to_rfc3339_jst().is_empty());
    }

    #[test]
    fn a_test_clock_moves_only_when_told() {
        let clock = TestClock::at(at("2026-11-24T10:00:00+09:00"));
        let shared = clock.clone();
        clock.advance(Duration::from_secs(60));
        assert_eq!(shared.now().minute().to_string(), "10:01");
    }

    proptest! {
        #[test]
        fn instants_round_trip(micros in -60_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let instant = Instant::from_micros(micros);
            prop_assert_eq!(at(&instant.to_rfc3339_jst()), instant);
            prop_assert_eq!(at(&instant.to_rfc3339_utc()), instant);
            let json = serde_json::to_string(&instant).unwrap();
            prop_assert_eq!(serde_json::from_str::<Instant>(&json).unwrap(), instant);
            let floor = instant.day().at(instant.minute());
            prop_assert!(floor <= instant && instant.since(floor) < Duration::from_secs(60));
        }
    }
}
