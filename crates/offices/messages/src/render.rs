//! From keys and values to the words one person reads; done at hand-over, so that a corrected text reaches what still waits.

use kernel::locale::{Locale, Localized};
use words::{Value, Words};

use crate::args::Args;
use crate::channel::{Failure, Why};
use crate::kind::Kind;

/// What every letter of the city carries besides its own text.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// The name of the city, as residents know it.
    pub city: Localized,
}

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The text with the city's closing lines.
    pub body: String,
}

/// Puts a message into words.
///
/// # Errors
/// [`Why::Text`] when this program has no such text, as during an upgrade, when another node already queues a new kind.
pub fn render(kind: &Kind, locale: Locale, args: &Args, letterhead: &Letterhead) -> Result<Rendered, Failure> {
    let t = Words::get().locale(locale);
    let japanese = Words::get().locale(Locale::Ja);
    if let Some(missing) = [kind.subject, kind.body].into_iter().find(|key| !japanese.has(key)) {
        return Err(Failure::new(Why::Text, missing));
    }
    let city = letterhead.city.get(locale);
    let mut values: Vec<(&str, Value<'_>)> = args.iter().map(|(name, arg)| (name, arg.speak(t))).collect();
    values.push(("city", city.into()));
    let subject = one_line(&t.with(kind.subject, &values));
    let subject = t.with("messages-mail-subject", [("city", city.into()), ("subject", (&subject).into())]);
    let body = t.with(kind.body, &values);
    let closing = t.with("messages-mail-closing", [("city", city.into())]);
    Ok(Rendered { subject: one_line(&subject), body: format!("{}\n\n{}\n", body.trim(), closing.trim()) })
}

/// One line without control characters, however many lines `text` had.
#[must_use]
pub fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() || is_separator(c) { ' ' } else { c });
    visible.collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Characters that break a line or turn its direction without being control characters.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use kernel::day::{Day, Minute};

    use super::*;
    use crate::kind::Via;

    const CONFIRMED: Kind = Kind {
        name: "visits.confirmed",
        subject: "visits-mail-confirmed-subject",
        body: "visits-mail-confirmed-body",
        args: &[],
        channels: &[Via::Mail],
    };

    fn letterhead() -> Letterhead {
        Letterhead { city: Localized::new("みなと市", "みなと市", "Minato City") }
    }

    fn args() -> Args {
        Args::new()
            .text("number", "3F7-204")
            .localized(
                "service",
                Localized::new(
                    "マイナンバーカードの受け取り",
                    "マイナンバーカードを もらう",
                    "Collecting a My Number card",
                ),
            )
            .day("day", Day::parse("2026-11-24").unwrap())
            .minute("time", Minute::parse("10:30").unwrap())
            .localized("place", Localized::ja("市役所1階 市民課 3番窓口"))
            .items("bring", vec![Localized::ja("交付通知書(はがき)"), Localized::ja("本人確認書類")])
            .text("link", "https://city.example.jp/visits/bookings/3F7-204?secret=x")
            .localized("office", Localized::new("市民課", "市民課", "Residents Division"))
            .text("phone", "050-0000-1111")
            .text("fax", "050-0000-1112")
            .text("hours", "8:30–17:15")
    }

    #[test]
    fn every_language_says_what_when_where_and_whom_to_ask() {
        for (locale, subject, day) in [
            (Locale::Ja, "【みなと市】窓口の予約を受け付けました(予約番号 3F7-204)", "令和8年11月24日(火) 10:30"),
            (
                Locale::Easy,
                "【みなと市】窓口の 予約が できました(予約番号 3F7-204)",
                "2026年11月24日（火曜日） 午前10時30分",
            ),
            (
                Locale::En,
                "[Minato City] Your counter visit is booked (booking number 3F7-204)",
                "24 Nov 2026 (Tue), 10:30 am",
            ),
        ] {
            let letter = render(&CONFIRMED, locale, &args(), &letterhead()).unwrap();
            assert_eq!(letter.subject, subject);
            for part in [day, "3F7-204", "市役所1階", "本人確認書類\n", "?secret=x", "050-0000-1111", "050-0000-1112"]
            {
                assert!(letter.body.contains(part), "{locale} lacks {part}:\n{}", letter.body);
            }
            assert!(!letter.body.contains(['{', '}', '\u{2068}', '\u{2069}']), "{}", letter.body);
        }
    }

    #[test]
    fn an_empty_list_says_so() {
        let letter = render(&CONFIRMED, Locale::Ja, &args().items("bring", vec![]), &letterhead()).unwrap();
        assert!(letter.body.contains("特にありません。"), "{}", letter.body);
    }

    #[test]
    fn a_kind_without_a_text_here_is_a_failure_not_a_letter() {
        let unknown = Kind { body: "visits-mail-of-tomorrow-body", ..CONFIRMED };
        assert_eq!(render(&unknown, Locale::Ja, &args(), &letterhead()).unwrap_err().why, Why::Text);
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line(" a\r\n\tb\u{2028}c\0 \u{202e}d "), "a b c d");
    }
}
