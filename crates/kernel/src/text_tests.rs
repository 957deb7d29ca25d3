//! Text types against what people and attackers type.

use proptest::prelude::*;

use super::*;

#[test]
fn folding_finds_the_same_name_however_it_is_written() {
    for (one, other) in [
        ("ﾔｲﾂﾞ", "やいづ"),
        ("ヤイヅ　シミン", "やいづしみん"),
        ("ＡＢＣ１２", "abc12"),
        ("が", "か\u{3099}"),
        ("ヴ", "ゔ"),
        ("マイ ナンバー", "まいなんばー"),
    ] {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
    assert_ne!(fold("は"), fold("ば"));
    assert_eq!(nfkc("㍿１２"), "株式会社12");
}

#[test]
fn a_line_keeps_names_as_they_are() {
    for text in [
        "髙橋 﨑子",
        "神\u{fa19}",
        "葛\u{e0100}城",
        "吉\u{20bb7}田",
        "\u{e000}外字",
        "👨‍👩‍👧‍👦 家族",
        "O'Brien <x> & co.",
        "العربية",
    ] {
        assert_eq!(Line::<50>::parse(text).unwrap().as_str(), text);
    }
    assert_eq!(Line::<50>::parse("　焼津　花子 ").unwrap().as_str(), "焼津　花子");
    assert_eq!(Line::<50>::parse("か\u{3099}").unwrap().as_str(), "が");
}

#[test]
fn a_line_refuses_what_is_no_line() {
    for text in ["a\0b", "a\nb", "a\tb", "a\u{7f}b", "a\u{85}b", "a\u{202e}b", "a\u{2028}b", "a\u{ffff}b", "\0"] {
        assert_eq!(Line::<50>::parse(text), Err(TextError::Control), "{text:?}");
    }
    for text in ["", " ", "　", "\u{200b}", "\u{feff}\u{200d}"] {
        assert_eq!(Line::<50>::parse(text), Err(TextError::Empty), "{text:?}");
        assert_eq!(Line::<50>::optional(text), Ok(None));
    }
    assert_eq!(Line::<3>::parse("あいう").unwrap().as_str(), "あいう");
    assert_eq!(Line::<3>::parse("あいうえ"), Err(TextError::TooLong { max: 3 }));
    // A composed and a decomposed spelling count alike.
    assert!(Line::<1>::parse("か\u{3099}").is_ok());
}

#[test]
fn a_paragraph_keeps_its_lines() {
    let text = Paragraph::<100>::parse("\n 一行目\r\n二行目\r\t三行目\n\n").unwrap();
    assert_eq!(text.as_str(), "一行目\n二行目\n 三行目");
    assert_eq!(Paragraph::<100>::parse("a\0"), Err(TextError::Control));
    assert_eq!(Paragraph::<100>::parse("\r\n"), Err(TextError::Empty));
    assert_eq!(Paragraph::<2>::parse("abc"), Err(TextError::TooLong { max: 2 }));
    assert_eq!(Paragraph::<2>::optional("  "), Ok(None));
}

#[test]
fn addresses() {
    for (text, kept) in [
        ("hanako@example.jp", "hanako@example.jp"),
        (" Hanako.Y+tag@Example.JP ", "Hanako.Y+tag@example.jp"),
        ("ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ", "hanako@example.jp"),
        ("..abc..@docomo.example", "..abc..@docomo.example"),
        ("hanako@日本語.jp", "hanako@日本語.jp"),
        ("a_b'c@x-y.co.jp", "a_b'c@x-y.co.jp"),
    ] {
        assert_eq!(Email::parse(text).unwrap().as_str(), kept);
    }
    for text in [
        "hanako",
        "@example.jp",
        "a@",
        "a@b",
        "a@b@c.jp",
        "a b@c.jp",
        "a@b..jp",
        "a@-b.jp",
        "a@b.jp,c@d.jp",
        "<a@b.jp>",
        "花子@example.jp",
    ] {
        assert_eq!(Email::parse(text), Err(TextError::Shape), "{text}");
    }
    assert_eq!(Email::parse("a@b.jp\r\nBcc: x@y.jp"), Err(TextError::Control));
    assert_eq!(Email::parse(""), Err(TextError::Empty));
    let long = format!("{}@{}.jp", "a".repeat(64), "b.".repeat(100));
    assert_eq!(Email::parse(&long), Err(TextError::TooLong { max: 254 }));
    assert_eq!(Email::parse("a@Example.JP").unwrap().domain(), "example.jp");
}

#[test]
fn telephone_numbers() {
    for (text, digits) in [
        ("090-1234-5678", "09012345678"),
        ("０９０ー１２３４ー５６７８", "09012345678"),
        ("090 1234 5678", "09012345678"),
        ("(054) 626-1111", "0546261111"),
        ("０５４（６２６）１１１１", "0546261111"),
        ("+81 90 1234 5678", "09012345678"),
        ("+81-(0)90-1234-5678", "09012345678"),
        ("090−1234−5678", "09012345678"),
        ("0120-000-000", "0120000000"),
    ] {
        assert_eq!(Phone::parse(text).unwrap().as_str(), digits, "{text}");
    }
    for text in ["119", "9012345678", "090-1234-567x", "0090123456", "090123456789", "+1 555 123 4567", "電話"] {
        assert_eq!(Phone::parse(text), Err(TextError::Shape), "{text}");
    }
    assert_eq!(Phone::parse("090\u{0}1234"), Err(TextError::Control));
    assert_eq!(Phone::parse(&"0".repeat(31)), Err(TextError::TooLong { max: 30 }));
    assert_eq!(Phone::parse("090-1234-5678").unwrap().international(), "+819012345678");
}

#[test]
fn serde_goes_through_the_same_gate() {
    let line: Line<5> = serde_json::from_str("\" 花子 \"").unwrap();
    assert_eq!(serde_json::to_string(&line).unwrap(), "\"花子\"");
    assert!(serde_json::from_str::<Line<5>>("\"a\\u0000\"").is_err());
    assert!(serde_json::from_str::<Email>("\"x\"").is_err());
}

proptest! {
    #[test]
    fn parsing_is_stable_and_never_panics(text in "\\PC*|.*") {
        if let Ok(line) = Line::<40>::parse(&text) {
            prop_assert_eq!(Line::<40>::parse(line.as_str()).unwrap(), line);
        }
        if let Ok(paragraph) = Paragraph::<40>::parse(&text) {
            prop_assert_eq!(Paragraph::<40>::parse(paragraph.as_str()).unwrap(), paragraph);
        }
        if let Ok(email) = Email::parse(&text) {
            prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
        }
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn phones_survive_decoration(digits in "0[1-9][0-9]{8,9}", at in 1_usize..9) {
        let (head, tail) = digits.split_at(at);
        let written = format!("{head}－{tail}");
        let phone = Phone::parse(&written).unwrap();
        prop_assert_eq!(phone.as_str(), digits.as_str());
        prop_assert_eq!(Phone::parse(&phone.international()).unwrap(), phone);
    }
}
