//! One visit as an iCalendar file (RFC 5545), so that a telephone's own calendar reminds of it.

use kernel::time::Instant;

/// What a calendar is told.
pub(crate) struct Event {
    /// The same for the same visit, so that adding it twice makes one entry.
    pub(crate) uid: String,
    pub(crate) stamp: Instant,
    pub(crate) starts: Instant,
    pub(crate) minutes: u16,
    pub(crate) title: String,
    pub(crate) place: String,
    pub(crate) note: String,
}

/// `20261124T010000Z`
fn utc(at: Instant) -> String {
    let text = at.whole_seconds().to_rfc3339_utc();
    text.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line has at most 75 bytes and goes on after a line break and a space; no character is cut in two.
fn line(out: &mut String, text: &str) {
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > 74 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

impl Event {
    /// The file.
    pub(crate) fn write(&self) -> String {
        let mut out = String::new();
        for text in [
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Yokogushi//visits//JA".to_owned(),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escaped(&self.uid)),
            format!("DTSTAMP:{}", utc(self.stamp)),
            format!("DTSTART:{}", utc(self.starts)),
            format!("DURATION:PT{}M", self.minutes),
            format!("SUMMARY:{}", escaped(&self.title)),
            format!("LOCATION:{}", escaped(&self.place)),
            format!("DESCRIPTION:{}", escaped(&self.note)),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
        ] {
            line(&mut out, &text);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_japanese_lines_are_folded_and_read_back() {
        let event = Event {
            uid: "1@city.example.jp".to_owned(),
            stamp: Instant::parse_rfc3339("2026-11-24T09:00:00.5+09:00").unwrap(),
            starts: Instant::parse_rfc3339("2026-11-24T10:00:00+09:00").unwrap(),
            minutes: 20,
            title: "窓口の予約: 戸籍の届出(出生・婚姻など), その他; ずいぶん長い手続きの名前".to_owned(),
            place: "本庁舎1階".to_owned(),
            note: "予約番号 3F7-204\n\u{0}".to_owned(),
        };
        let text = event.write();
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        let whole = text.replace("\r\n ", "");
        assert!(whole.contains("DTSTART:20261124T010000Z\r\nDURATION:PT20M\r\n"), "{whole}");
        assert!(whole.contains("DTSTAMP:20261124T000000Z"), "{whole}");
        assert!(whole.contains("(出生・婚姻など)\\, その他\\; ずいぶん長い手続きの名前\r\n"), "{whole}");
        assert!(whole.contains("予約番号 3F7-204\\n\r\n"), "{whole}");
    }
}
