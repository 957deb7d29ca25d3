//! Whole years of holidays, the changes of the law, and the opening calendar.

use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn year(year: i32) -> Vec<String> {
    let first = Day::new(year, 1, 1).unwrap();
    (0..366)
        .map(|ahead| first.plus(ahead))
        .filter(|day| day.year() == year)
        .filter_map(|day| holiday(day).map(|name| format!("{} {name}", &day.to_string()[5..])))
        .collect()
}

#[test]
fn the_year_of_the_accession() {
    assert_eq!(
        year(2019),
        [
            "01-01 元日",
            "01-14 成人の日",
            "02-11 建国記念の日",
            "03-21 春分の日",
            "04-29 昭和の日",
            "04-30 国民の休日",
            "05-01 天皇の即位の日",
            "05-02 国民の休日",
            "05-03 憲法記念日",
            "05-04 みどりの日",
            "05-05 こどもの日",
            "05-06 振替休日",
            "07-15 海の日",
            "08-11 山の日",
            "08-12 振替休日",
            "09-16 敬老の日",
            "09-23 秋分の日",
            "10-14 体育の日",
            "10-22 即位礼正殿の儀の行われる日",
            "11-03 文化の日",
            "11-04 振替休日",
            "11-23 勤労感謝の日",
        ]
    );
}

#[test]
fn the_years_of_the_games() {
    assert_eq!(
        year(2020),
        [
            "01-01 元日",
            "01-13 成人の日",
            "02-11 建国記念の日",
            "02-23 天皇誕生日",
            "02-24 振替休日",
            "03-20 春分の日",
            "04-29 昭和の日",
            "05-03 憲法記念日",
            "05-04 みどりの日",
            "05-05 こどもの日",
            "05-06 振替休日",
            "07-23 海の日",
            "07-24 スポーツの日",
            "08-10 山の日",
            "09-21 敬老の日",
            "09-22 秋分の日",
            "11-03 文化の日",
            "11-23 勤労感謝の日",
        ]
    );
    assert_eq!(
        year(2021),
        [
            "01-01 元日",
            "01-11 成人の日",
            "02-11 建国記念の日",
            "02-23 天皇誕生日",
            "03-20 春分の日",
            "04-29 昭和の日",
            "05-03 憲法記念日",
            "05-04 みどりの日",
            "05-05 こどもの日",
            "07-22 海の日",
            "07-23 スポーツの日",
            "08-08 山の日",
            "08-09 振替休日",
            "09-20 敬老の日",
            "09-23 秋分の日",
            "11-03 文化の日",
            "11-23 勤労感謝の日",
        ]
    );
}

#[test]
fn a_plain_year_with_a_day_between_two_holidays() {
    let days = year(2026);
    assert!(days.contains(&"05-06 振替休日".to_owned()), "{days:?}");
    assert!(days.contains(&"09-22 国民の休日".to_owned()), "{days:?}");
    assert!(days.contains(&"10-12 スポーツの日".to_owned()), "{days:?}");
    assert_eq!(days.len(), 18);
}

#[test]
fn the_law_as_it_was() {
    for (text, name) in [
        ("1948-07-20", None),
        ("1948-01-01", None),
        ("1948-09-23", Some("秋分の日")),
        ("1949-01-01", Some("元日")),
        ("1959-04-10", Some("結婚の儀")),
        ("1966-02-11", None),
        ("1966-09-15", Some("敬老の日")),
        ("1966-10-10", Some("体育の日")),
        ("1967-02-11", Some("建国記念の日")),
        // A Sunday in February 1973 brought no day off: the rule came in April.
        ("1973-02-12", None),
        ("1973-04-30", Some("振替休日")),
        ("1985-05-04", None),
        // A Sunday between two holidays stayed a Sunday; a Monday was the substitute for the Sunday before.
        ("1986-05-04", None),
        ("1987-05-04", Some("振替休日")),
        ("1988-05-04", Some("国民の休日")),
        ("1989-02-24", Some("大喪の礼")),
        ("1989-04-29", Some("みどりの日")),
        ("1990-11-12", Some("即位礼正殿の儀")),
        ("1993-06-09", Some("結婚の儀")),
        ("1996-07-20", Some("海の日")),
        ("1999-01-15", Some("成人の日")),
        ("2000-01-10", Some("成人の日")),
        ("2000-01-15", None),
        ("2003-07-21", Some("海の日")),
        ("2006-05-04", Some("国民の休日")),
        ("2007-05-04", Some("みどりの日")),
        // 2008: 4 May was a Sunday, so the day off moved past the holiday of the 5th.
        ("2008-05-06", Some("振替休日")),
        ("2009-09-22", Some("国民の休日")),
        ("2015-08-11", None),
        ("2016-08-11", Some("山の日")),
        ("2018-12-24", Some("振替休日")),
        ("2019-02-23", None),
        ("2019-12-23", None),
    ] {
        assert_eq!(holiday(day(text)), name, "{text}");
    }
}

#[test]
fn no_holiday_of_the_calendar_falls_outside_the_law() {
    assert!(year(1947).is_empty());
    // Beyond the formula's range the fixed days remain.
    assert!(!year(2100).iter().any(|day| day.contains("春分") || day.contains("秋分")));
    assert!(year(2100).iter().any(|day| day.contains("元日")));
}

#[test]
fn equinoxes_stay_where_they_can_be() {
    for year in FIRST_YEAR..=LAST_YEAR {
        assert!(matches!(spring_equinox(year), Some(19..=22)), "{year}");
        assert!(matches!(autumn_equinox(year), Some(22..=24)), "{year}");
    }
}

#[test]
fn equinoxes_as_they_were_fixed() {
    for text in [
        "1948-09-23",
        "1956-03-21",
        "1960-03-20",
        "1979-09-24",
        "1980-03-20",
        "1992-03-20",
        "2011-03-21",
        "2012-09-22",
        "2016-09-22",
        "2022-09-23",
        "2023-03-21",
        "2024-03-20",
        "2024-09-22",
        "2025-03-20",
        "2025-09-23",
        "2026-03-20",
        "2026-09-23",
    ] {
        let name = if &text[5..7] == "03" { "春分の日" } else { "秋分の日" };
        assert_eq!(holiday(day(text)), Some(name), "{text}");
    }
}

#[test]
fn the_hall_is_closed_when_the_law_the_list_or_the_city_says_so() {
    let mut calendar = Calendar::new();
    assert!(calendar.is_open(day("2026-11-24")));
    assert!(!calendar.is_open(day("2026-11-22")), "Sunday");
    assert_eq!(calendar.name(day("2026-11-22")), None);
    assert!(!calendar.is_open(day("2026-11-23")));
    assert_eq!(calendar.name(day("2026-12-29")), Some("年末年始"));
    assert_eq!(calendar.name(day("2026-12-28")), None);
    assert_eq!(calendar.name(day("2027-01-01")), Some("元日"));
    assert_eq!(calendar.next_open(day("2026-12-29")), Some(day("2027-01-04")));
    calendar.close(day("2026-11-24"), "庁舎設備点検");
    assert!(!calendar.is_open(day("2026-11-24")));
    assert_eq!(calendar.name(day("2026-11-24")), Some("庁舎設備点検"));
}

#[test]
fn an_imported_year_speaks_alone() {
    let mut calendar = Calendar::new();
    calendar.import([(day("2027-01-01"), "元日".to_owned()), (day("2027-06-07"), "新しい祝日".to_owned())]);
    assert_eq!(calendar.name(day("2027-06-07")), Some("新しい祝日"));
    assert_eq!(calendar.holiday(day("2027-11-23")), None, "the list does not know it");
    assert_eq!(calendar.holiday(day("2026-11-23")), Some("勤労感謝の日"), "other years follow the law");
}
