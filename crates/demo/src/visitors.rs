//! Who comes to the demo city hall: invented names, needs, languages, and what they say afterwards.

use kernel::locale::Locale;
use kernel::text::{Email, Line, Phone, TextError};
use visits::{Contact, Needs, Who};

use crate::chance::Chance;

const FAMILIES: &[&str] = &[
    "青山",
    "秋元",
    "浅野",
    "池田",
    "泉",
    "市川",
    "今村",
    "岩瀬",
    "梅田",
    "江口",
    "大西",
    "小笠原",
    "奥村",
    "落合",
    "柏木",
    "片岡",
    "金子",
    "川端",
    "菊地",
    "木下",
    "工藤",
    "小泉",
    "河野",
    "小松",
    "西條",
    "坂口",
    "桜井",
    "沢田",
    "塩谷",
    "篠原",
    "島崎",
    "杉浦",
    "瀬戸",
    "高木",
    "立花",
    "田辺",
    "千葉",
    "津田",
    "寺島",
    "富永",
    "中沢",
    "成田",
    "西村",
    "根本",
    "野口",
    "橋爪",
    "早川",
    "東",
    "平野",
    "福井",
    "藤森",
    "星野",
    "堀",
    "牧野",
    "三浦",
    "宮下",
    "村瀬",
    "望月",
    "矢野",
    "山崎",
    "湯川",
    "吉岡",
    "若林",
    "渡部",
];
const GIVEN: &[&str] = &[
    "愛",
    "明",
    "綾",
    "一郎",
    "恵",
    "和子",
    "克己",
    "清",
    "健",
    "恵子",
    "幸子",
    "早苗",
    "聡",
    "静江",
    "真一",
    "進",
    "隆",
    "拓也",
    "千代",
    "翼",
    "照美",
    "直樹",
    "夏美",
    "信夫",
    "のぞみ",
    "春香",
    "久",
    "弘子",
    "文",
    "誠",
    "正男",
    "真由",
    "美和",
    "瑞穂",
    "実",
    "芽衣",
    "康夫",
    "優",
    "陽子",
    "莉子",
];
const FROM_ABROAD: &[(&str, Locale)] = &[
    ("サントス マリア", Locale::Easy),
    ("グエン ティ ラン", Locale::Easy),
    ("リー ウェイ", Locale::En),
    ("シャルマ アヌパム", Locale::En),
    ("シルバ パウロ", Locale::Easy),
    ("ジョンソン エミリー", Locale::En),
    ("デラクルス ホセ", Locale::Easy),
];
const LANGUAGES: &[&str] = &["ポルトガル語", "ベトナム語", "英語", "中国語", "タガログ語"];

/// One person on the way to a counter.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) contact: Contact,
    pub(crate) needs: Needs,
    pub(crate) who: Who,
    pub(crate) locale: Locale,
}

/// Draws somebody; `with_children` for counters where many bring theirs.
pub(crate) fn visitor(chance: &mut Chance, with_children: bool) -> Result<Visitor, TextError> {
    let abroad = if chance.percent(6) { chance.pick(FROM_ABROAD) } else { None };
    let (name, locale) = match abroad {
        Some((name, locale)) => ((*name).to_owned(), *locale),
        None => {
            let (family, given) = (chance.pick(FAMILIES), chance.pick(GIVEN));
            (format!("{} {}", family.unwrap_or(&""), given.unwrap_or(&"")), Locale::Ja)
        }
    };
    let interpreter = if abroad.is_some() && chance.percent(50) { chance.pick(LANGUAGES) } else { None };
    let needs = Needs {
        wheelchair: chance.percent(2),
        writing: chance.percent(1),
        interpreter: interpreter.map(|language| Line::parse(language)).transpose()?,
        companion: chance.percent(5),
        infant: chance.percent(if with_children { 35 } else { 4 }),
    };
    let who = match chance.below(100) {
        0..8 => Who::Agent,
        8..11 => Who::Child,
        _ => Who::Own,
    };
    // Nobody has an address under .invalid, by which letters know whom not to leave the house for; numbers that begin with
    // 0000 are nobody's either.
    let number = chance.below(10_000);
    let email = if chance.percent(60) { Some(Email::parse(&format!("demo{number:04}@demo.invalid"))?) } else { None };
    let phone = if email.is_none() || chance.percent(40) {
        Some(Phone::parse(&format!("090-0000-{number:04}"))?)
    } else {
        None
    };
    let contact = Contact { name: Some(Line::parse(&name)?), email, phone };
    Ok(Visitor { contact, needs, who, locale })
}

/// Whether somebody was drawn here, and is nobody who tries the demo.
pub(crate) fn is_drawn(contact: &Contact) -> bool {
    contact.email.as_ref().is_some_and(|email| email.as_str().ends_with("@demo.invalid"))
        || contact.phone.as_ref().is_some_and(|phone| phone.as_str().starts_with("0900000"))
}

const GLAD: &[&str] = &[
    "予約していたので、待たずに終わりました。",
    "持ち物が前もってわかって助かりました。",
    "職員の方がていねいに教えてくれました。",
    "子どもといっしょでも安心でした。",
    "番号で呼ばれるのでわかりやすかったです。",
    "スマートフォンで順番が見えるのがよいです。",
];
const SO_SO: &[&str] = &[
    "手続きは早かったですが、駐車場が混んでいました。",
    "書く紙がもう少し少ないとよいです。",
    "どの窓口に行くのか少しまよいました。",
];
const SORRY: &[&str] = &[
    "お昼に行ったら長く待ちました。",
    "足りない書類があり、もう一度来ることになりました。",
    "案内の字が小さくて読みにくかったです。",
];

/// What somebody says who waited so long: a score from 1 to 5 and sometimes a line.
pub(crate) fn opinion(chance: &mut Chance, waited_minutes: i64) -> (u8, Option<&'static str>) {
    let weights: [u32; 5] = match waited_minutes {
        ..=8 => [1, 2, 9, 33, 55],
        9..=18 => [2, 6, 20, 42, 30],
        _ => [9, 20, 34, 26, 11],
    };
    let score = u8::try_from(chance.weighted(&weights) + 1).unwrap_or(3);
    let lines = match score {
        4.. => GLAD,
        3 => SO_SO,
        _ => SORRY,
    };
    (score, if chance.percent(28) { chance.pick(lines).copied() } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_can_be_written_down() {
        let mut chance = Chance::new(5);
        let people: Vec<Visitor> = (0..2_000).map(|_| visitor(&mut chance, true).unwrap()).collect();
        assert!(people.iter().all(|it| it.contact.name.is_some() && is_drawn(&it.contact)));
        assert!(people.iter().any(|it| it.needs.wheelchair) && people.iter().any(|it| it.needs.interpreter.is_some()));
        assert!(people.iter().any(|it| it.locale == Locale::En) && people.iter().any(|it| it.who == Who::Child));
    }

    #[test]
    fn long_waits_make_people_less_content() {
        let mean = |waited| {
            let mut chance = Chance::new(9);
            (0..2_000).map(|_| f64::from(opinion(&mut chance, waited).0)).sum::<f64>() / 2_000.0
        };
        assert!(mean(2) > mean(12) && mean(12) > mean(30), "{} {} {}", mean(2), mean(12), mean(30));
    }
}
