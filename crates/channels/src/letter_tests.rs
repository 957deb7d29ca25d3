//! What arrives is what was written, whatever was written.

use kernel::World;
use kernel::locale::Locale;
use kernel::text::Email;
use kernel::time::{Instant, TestClock};
use lettre::message::Mailbox;
use messages::MessageId;
use messages::channel::{Destination, Envelope};
use messages::render::one_line;
use proptest::prelude::*;

use super::{address, build, clean};
use crate::testing::Letter;
use crate::wrap::{COLUMNS, width, wrap};

pub(crate) fn envelope(to: &str, subject: &str, body: &str) -> Envelope {
    let world = World::fixed(TestClock::at(Instant::from_micros(1_795_000_000_000_000)), 7);
    Envelope {
        message: world.id::<MessageId>(),
        stable_id: "k7q2m4x9a1b3c5d7e9f2g4h6".to_owned(),
        kind: "visits.confirmed",
        to: Destination::Mail(Email::parse(to).unwrap()),
        locale: Locale::Ja,
        subject: subject.to_owned(),
        body: body.to_owned(),
        at: world.now(),
        simulated: false,
    }
}

fn sender() -> Mailbox {
    Mailbox::new(Some("みなと市役所 市民課 窓口の予約".to_owned()), address("noreply@city.example.jp").unwrap())
}

/// The letter as a recipient's program reads it; every line doubled as on the wire is not needed here.
fn read(envelope: &Envelope) -> Letter {
    let Destination::Mail(to) = &envelope.to else { panic!("no mail") };
    let letter = build(&sender(), to.as_str(), envelope).unwrap();
    let mut content = letter.content;
    content.extend_from_slice(b"\r\n");
    Letter::parse("noreply@city.example.jp", &[letter.to.to_string()], &content)
}

const FIELDS: [&str; 11] = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Transfer-Encoding",
    "Content-Type",
    "Date",
    "From",
    "List-Id",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
];

fn fields(letter: &Letter) -> Vec<&str> {
    let mut names: Vec<&str> = letter.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_japanese_letter_reads_as_written() {
    let subject = "【みなと市】窓口の予約を受け付けました(予約番号 3F7-204)令和8年11月24日(火)10時30分 市民課 3番窓口";
    let body = "みなと市役所です。\n窓口の予約を受け付けました。\n\n予約番号: 3F7-204\n場所: 市役所1階 髙橋さん・𠮷田さん・🚃\n.\n..点\nhttps://city.example.jp/visits/abc\n";
    let letter = read(&envelope("hanako@example.jp", subject, body));
    assert_eq!(letter.faults, Vec::<String>::new());
    assert_eq!(letter.subject(), subject);
    assert_eq!(letter.body.trim_end(), body.trim_end());
    assert_eq!(fields(&letter), FIELDS);
    assert_eq!(letter.header("From"), "みなと市役所 市民課 窓口の予約 <noreply@city.example.jp>");
    assert_eq!(letter.header("To"), "hanako@example.jp");
    assert_eq!(letter.message_id(), "<k7q2m4x9a1b3c5d7e9f2g4h6@city.example.jp>");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert_eq!(letter.header("List-Id"), "<visits.city.example.jp>");
    assert_eq!(letter.header("Content-Language"), "ja");
    assert_eq!(letter.header("Date"), "Wed, 18 Nov 2026 11:06:40 +0000");
}

#[test]
fn an_english_letter_stays_plain() {
    let letter = read(&envelope("a@example.jp", "Your visit", "Dear resident,\n\nyour visit is booked.\n"));
    assert_eq!(letter.faults, Vec::<String>::new());
    assert_eq!(letter.header("Content-Transfer-Encoding"), "7bit");
    assert_eq!(letter.body.trim_end(), "Dear resident,\n\nyour visit is booked.");
}

#[test]
fn nobody_adds_a_header_through_a_text() {
    let bad = "hello\r\nBcc: everyone@example.jp\r\n\r\nbuy this\u{2028}X: y\0";
    let mut envelope = envelope("a@example.jp", bad, bad);
    envelope.stable_id = "x>\r\nBcc: a@b.example".to_owned();
    let letter = read(&envelope);
    assert_eq!(letter.faults, Vec::<String>::new());
    assert_eq!(fields(&letter), FIELDS);
    assert_eq!(letter.subject(), "hello Bcc: everyone@example.jp buy this X: y");
    assert_eq!(letter.message_id(), "<xBccabexample@city.example.jp>");
}

#[test]
fn a_letter_to_an_old_telephone_can_be_made() {
    let letter = read(&envelope("taro..x.@docomo.example", "予約", "本文"));
    assert_eq!(letter.faults, Vec::<String>::new());
    assert_eq!(letter.header("To"), "\"taro..x.\"@docomo.example");
    assert_eq!(letter.envelope_to, ["\"taro..x.\"@docomo.example"]);
}

#[test]
fn addresses_of_old_telephones_and_japanese_domains_are_reached() {
    assert_eq!(address("taro@example.jp").unwrap().to_string(), "taro@example.jp");
    assert_eq!(address("taro..x@docomo.example").unwrap().to_string(), "\"taro..x\"@docomo.example");
    assert_eq!(address("taro.@docomo.example").unwrap().to_string(), "\"taro.\"@docomo.example");
    assert_eq!(address("a@みなと市.example").unwrap().to_string(), "a@xn--o9jd6dw20x.example");
    for bad in [
        "",
        "@",
        "a@",
        "@b.example",
        "a b@c.example",
        "a\"b@c.example",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a\r\n@b.example",
        "a>b@c.example",
    ] {
        assert!(address(bad).is_err(), "{bad}");
    }
}

/// A sentence that has to be broken by the program breaks where nobody would have broken it.
#[test]
fn the_texts_fit_the_lines_as_they_were_written() {
    let values = [
        ("number", "3F7-204"),
        ("service", "マイナンバーカードの受け取り"),
        ("day", "令和8年11月24日(火)"),
        ("time", "10:30"),
        ("place", "市役所1階 市民課"),
        ("bring", "・通知書"),
        ("link", "https://city.example.jp/"),
        ("office", "市民課"),
        ("phone", "050-0000-1111"),
        ("fax", "050-0000-1112"),
        ("hours", "8:30–17:15"),
        ("city", "みなと市"),
    ];
    let values = values.map(|(name, value)| (name, value.into()));
    for locale in Locale::ALL {
        let t = words::Words::get().locale(locale);
        for key in [
            "visits-mail-confirmed-body",
            "visits-mail-cancelled-body",
            "visits-mail-reminder-body",
            "visits-mail-link-body",
            "visits-mail-survey-body",
            "messages-mail-closing",
        ] {
            let text = t.with(key, &values);
            for line in text.lines() {
                assert!(width(line) <= COLUMNS, "{locale} {key}: {} columns: {line}", width(line));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_arrives_and_nothing_else(subject in any::<String>(), body in any::<String>(), tail in "[あ-んa-z 。、!]{0,400}") {
        let subject = format!("{subject}{tail}");
        let body = format!("{body}\n{tail}");
        let letter = read(&envelope("a@example.jp", &subject, &body));
        prop_assert_eq!(&letter.faults, &Vec::<String>::new());
        prop_assert_eq!(fields(&letter), FIELDS.to_vec());
        prop_assert_eq!(letter.subject(), one_line(&subject));
        let expected = wrap(&clean(&body));
        prop_assert_eq!(letter.body.trim_end(), expected.trim_end());
    }

    #[test]
    fn no_address_speaks_smtp(local in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.<>\"\\\\ ,:;()@\r\n\u{0}あ-ん-]{1,20}", domain in "[a-z0-9.あ-ん\r\n >-]{1,20}") {
        if let Ok(email) = Email::parse(&format!("{local}@{domain}")) && let Ok(address) = address(email.as_str()) {
            let wire = address.to_string();
            prop_assert!(wire.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()\\,;:".contains(&byte)), "{wire:?}");
            prop_assert!(wire.matches('@').count() == 1, "{wire:?}");
        }
    }

    #[test]
    fn lines_fit_unless_a_word_does_not(words in prop::collection::vec("[あ-ん漢字。、「」]{0,60}|[a-z]{1,20}", 0..30)) {
        let text = words.join(" ");
        let wrapped = wrap(&text);
        for line in wrapped.lines() {
            prop_assert!(width(line) <= COLUMNS, "{} {}", width(line), line);
        }
        let squeeze = |text: &str| text.replace([' ', '\n', '\u{3000}'], "");
        prop_assert_eq!(squeeze(&wrapped), squeeze(&text));
    }
}
