//! Days and times as each language writes them: 和暦 in Japanese, 西暦 in やさしい日本語, `22 Nov 2026 (Sun)` in English.

use kernel::day::{Day, Minute, Month};
use kernel::locale::Locale;
use kernel::time::Instant;
use kernel::wareki;

use crate::Tongue;

impl Tongue {
    /// A day with its year and weekday: `令和8年11月22日(日)` · `2026年11月22日（日曜日）` · `22 Nov 2026 (Sun)`.
    #[must_use]
    pub fn day(&self, day: Day) -> String {
        let (year, month, of_month) = day.ymd();
        let weekday = day.weekday();
        match self.locale() {
            Locale::Ja => wareki::long(day),
            Locale::Easy => format!("{year}年{month}月{of_month}日（{}曜日）", weekday.label_ja()),
            Locale::En => format!("{of_month} {} {year} ({})", month_en(month), weekday.label_en()),
        }
    }

    /// A day of the near future or past, without its year: `11月22日(日)` · `11月22日（日曜日）` · `22 Nov (Sun)`.
    #[must_use]
    pub fn short_day(&self, day: Day) -> String {
        let (_, month, of_month) = day.ymd();
        let weekday = day.weekday();
        match self.locale() {
            Locale::Ja => format!("{month}月{of_month}日({})", weekday.label_ja()),
            Locale::Easy => format!("{month}月{of_month}日（{}曜日）", weekday.label_ja()),
            Locale::En => format!("{of_month} {} ({})", month_en(month), weekday.label_en()),
        }
    }

    /// A month: `令和8年11月` · `2026年11月` · `Nov 2026`.
    #[must_use]
    pub fn month(&self, month: Month) -> String {
        match self.locale() {
            Locale::Ja => match wareki::of(month.last_day()) {
                Some(year) => format!("{year}{}月", month.number()),
                None => format!("{}年{}月", month.year(), month.number()),
            },
            Locale::Easy => format!("{}年{}月", month.year(), month.number()),
            Locale::En => format!("{} {}", month_en(month.number()), month.year()),
        }
    }

    /// A time of day: `9:30` · `午前9時30分` · `9:30 am`.
    #[must_use]
    pub fn time(&self, minute: Minute) -> String {
        let (hour, of_hour) = minute.hm();
        match self.locale() {
            Locale::Ja => format!("{hour}:{of_hour:02}"),
            Locale::Easy => {
                let half = if hour < 12 { "午前" } else { "午後" };
                // 午後0時, not 午後12時: noon is 0 o'clock of the afternoon in public notices.
                let minutes = if of_hour == 0 { String::new() } else { format!("{of_hour}分") };
                format!("{half}{}時{minutes}", hour % 12)
            }
            Locale::En => {
                let half = if hour < 12 { "am" } else { "pm" };
                format!("{}:{of_hour:02} {half}", if hour % 12 == 0 { 12 } else { hour % 12 })
            }
        }
    }

    /// A day and a time of it.
    #[must_use]
    pub fn moment(&self, instant: Instant) -> String {
        let separator = if self.locale() == Locale::En { ", " } else { " " };
        format!("{}{separator}{}", self.day(instant.day()), self.time(instant.minute()))
    }
}

fn month_en(month: u8) -> &'static str {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .get(usize::from(month.saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Words;

    #[test]
    fn days_and_times_in_every_language() {
        let day = Day::parse("2026-11-22").unwrap();
        let nine = Minute::parse("09:05").unwrap();
        for (locale, long, short, month, time, moment) in [
            (Locale::Ja, "令和8年11月22日(日)", "11月22日(日)", "令和8年11月", "9:05", "令和8年11月22日(日) 9:05"),
            (
                Locale::Easy,
                "2026年11月22日（日曜日）",
                "11月22日（日曜日）",
                "2026年11月",
                "午前9時5分",
                "2026年11月22日（日曜日） 午前9時5分",
            ),
            (Locale::En, "22 Nov 2026 (Sun)", "22 Nov (Sun)", "Nov 2026", "9:05 am", "22 Nov 2026 (Sun), 9:05 am"),
        ] {
            let t = Words::get().locale(locale);
            assert_eq!(t.day(day), long);
            assert_eq!(t.short_day(day), short);
            assert_eq!(t.month(day.month()), month);
            assert_eq!(t.time(nine), time);
            assert_eq!(t.moment(day.at(nine)), moment);
        }
    }

    #[test]
    fn noon_and_midnight() {
        let (easy, en) = (Words::get().locale(Locale::Easy), Words::get().locale(Locale::En));
        let noon = Minute::parse("12:00").unwrap();
        assert_eq!(easy.time(noon), "午後0時");
        assert_eq!(en.time(noon), "12:00 pm");
        assert_eq!(easy.time(Minute::MIDNIGHT), "午前0時");
        assert_eq!(en.time(Minute::MIDNIGHT), "12:00 am");
    }
}
