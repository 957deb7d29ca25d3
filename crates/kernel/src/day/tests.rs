//! The calendar against itself and against known days.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn known_days() {
    assert_eq!(day("1970-01-01").days(), 0);
    assert_eq!(day("0001-01-01"), Day::MIN);
    assert_eq!(day("9999-12-31"), Day::MAX);
    assert_eq!(day("2000-02-29").days(), 11_016);
    assert_eq!(day("1970-01-01").weekday(), Weekday::Thursday);
    assert_eq!(day("2026-11-22").weekday(), Weekday::Sunday);
    assert_eq!(day("2024-02-29").weekday(), Weekday::Thursday);
}

#[test]
fn the_calendar_refuses_days_it_does_not_have() {
    for (year, month, day) in [
        (2026, 2, 29),
        (1900, 2, 29),
        (2026, 4, 31),
        (2026, 0, 1),
        (2026, 13, 1),
        (2026, 1, 0),
        (0, 1, 1),
        (10_000, 1, 1),
    ] {
        assert_eq!(Day::new(year, month, day), None);
    }
    for text in ["2026-2-1", "2026/02/01", "２０２６-02-01", "2026-02-01 ", "+026-02-01", ""] {
        assert_eq!(Day::parse(text), None, "{text}");
    }
}

#[test]
fn minutes() {
    assert_eq!(Minute::parse("09:00").unwrap().number(), 540);
    assert_eq!(Minute::new(9, 0).unwrap().plus(45).unwrap().to_string(), "09:45");
    assert_eq!(Minute::LAST.plus(1), None);
    assert_eq!(Minute::MIDNIGHT.plus(-1), None);
    assert_eq!(Minute::MIDNIGHT.plus(i32::MAX), None);
    for text in ["9:00", "24:00", "12:60", "１２:00", "12:0"] {
        assert_eq!(Minute::parse(text), None, "{text}");
    }
}

#[test]
fn months() {
    let november = day("2026-11-22").month();
    assert_eq!(november.to_string(), "2026-11");
    assert_eq!(november.plus(2).to_string(), "2027-01");
    assert_eq!(november.plus(-11).to_string(), "2025-12");
    assert_eq!(november.last_day(), day("2026-11-30"));
    assert_eq!(Month::parse("2024-02").unwrap().length(), 29);
    assert_eq!(Month::new(9999, 12).unwrap().plus(1).to_string(), "9999-12");
    assert_eq!(Month::parse("2024-13"), None);
}

#[test]
fn the_ends_of_the_calendar_hold() {
    assert_eq!(Day::MAX.plus(1), Day::MAX);
    assert_eq!(Day::MIN.plus(i32::MIN), Day::MIN);
}

#[test]
fn weekday_numbers_are_iso() {
    assert_eq!(Weekday::from_number(7), Some(Weekday::Sunday));
    assert_eq!(Weekday::from_number(0), None);
    assert_eq!(Weekday::from_number(8), None);
    assert_eq!(Weekday::Monday.number(), 1);
    assert!(Weekday::Saturday.is_weekend() && !Weekday::Friday.is_weekend());
}

#[test]
fn every_day_of_the_calendar_follows_the_one_before() {
    let mut expected = (1, 1, 1);
    let mut day = Day::MIN;
    loop {
        assert_eq!(day.ymd(), expected);
        assert_eq!(Day::new(expected.0, expected.1, expected.2), Some(day));
        if day == Day::MAX {
            break;
        }
        let (year, month, of_month) = expected;
        expected = if of_month < month_length(year, month) {
            (year, month, of_month + 1)
        } else if month < 12 {
            (year, month + 1, 1)
        } else {
            (year + 1, 1, 1)
        };
        day = day.plus(1);
    }
}

proptest! {
    #[test]
    fn days_round_trip(days in Day::MIN.days()..=Day::MAX.days()) {
        let day = Day::from_days(days);
        let (year, month, of_month) = day.ymd();
        prop_assert_eq!(Day::new(year, month, of_month), Some(day));
        prop_assert_eq!(day.to_string().parse::<Day>().unwrap(), day);
        prop_assert_eq!(day.plus(7).since(day), if days + 7 <= Day::MAX.days() { 7 } else { Day::MAX.days() - days });
        prop_assert!(day.month().first_day() <= day && day <= day.month().last_day());
        prop_assert_eq!(serde_json::from_str::<Day>(&serde_json::to_string(&day).unwrap()).unwrap(), day);
    }

    #[test]
    fn minutes_round_trip(number in 0_u16..1440) {
        let minute = Minute::from_number(number).unwrap();
        let (hour, of_hour) = minute.hm();
        prop_assert_eq!(Minute::new(hour, of_hour), Some(minute));
        prop_assert_eq!(minute.to_string().parse::<Minute>().unwrap(), minute);
    }
}
