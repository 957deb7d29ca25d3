//! What the demo city hall offers: its counters and the procedures served there.

use kernel::day::Day;
use kernel::holidays::Calendar;
use kernel::locale::Localized;
use visits::{Bring, Instead};

/// A counter of the demo city hall.
pub(crate) struct CounterPlan {
    pub(crate) code: &'static str,
    pub(crate) unit_code: &'static str,
    pub(crate) name: [&'static str; 3],
    pub(crate) unit: [&'static str; 3],
    pub(crate) location: [&'static str; 3],
    pub(crate) phone: &'static str,
    pub(crate) fax: &'static str,
    pub(crate) desks: u8,
    /// Desks that are staffed on a usual day.
    pub(crate) staffed: u8,
    pub(crate) prefix: char,
    /// People without a booking on a usual day.
    pub(crate) walk_ins: u32,
    pub(crate) services: &'static [ServicePlan],
}

/// A procedure.
pub(crate) struct ServicePlan {
    pub(crate) code: &'static str,
    pub(crate) name: [&'static str; 3],
    pub(crate) summary: [&'static str; 3],
    pub(crate) minutes: u16,
    /// Places for residents and for the telephone in each half hour; none: it needs no visit.
    pub(crate) places: Option<(u32, u32)>,
    /// Bookings on a usual day, in thousandths.
    pub(crate) booked: u32,
    /// How large a share of the walk-ins comes for it.
    pub(crate) share: u32,
    pub(crate) own: &'static [[&'static str; 3]],
    pub(crate) agent: &'static [[&'static str; 3]],
    pub(crate) instead: &'static [[[&'static str; 3]; 2]],
}

pub(crate) fn text([ja, easy, en]: [&str; 3]) -> Localized {
    Localized::new(ja, easy, en)
}

impl ServicePlan {
    pub(crate) fn bring(&self) -> Bring {
        let list = |lines: &[[&str; 3]]| lines.iter().map(|line| text(*line)).collect::<Vec<_>>();
        let mut agent = list(self.own);
        agent.extend(list(if self.agent.is_empty() { FOR_SOMEBODY } else { self.agent }));
        let mut child = list(self.own);
        child.push(text(PARENT));
        Bring { own: list(self.own), agent, child }
    }

    pub(crate) fn instead(&self) -> Vec<Instead> {
        self.instead.iter().map(|[name, note]| Instead { name: text(*name), note: text(*note), url: None }).collect()
    }
}

/// Hours of a counter without a late evening.
pub(crate) const HOURS: [&str; 3] = ["平日 8:30〜17:15", "月よう日から 金よう日 8:30〜17:15", "Mon–Fri 8:30–17:15"];
/// Hours of the residents counter.
const LATE_HOURS: [&str; 3] = [
    "平日 8:30〜17:15(木曜日は19:00まで)\n土日 9:00〜16:30",
    "月よう日から 金よう日 8:30〜17:15(木よう日は 19:00まで)\n土よう日・日よう日 9:00〜16:30",
    "Mon–Fri 8:30–17:15 (Thu until 19:00)\nSat and Sun 9:00–16:30",
];

impl CounterPlan {
    /// When it is open, in words.
    pub(crate) fn hours(&self) -> Localized {
        text(if self.is_main() { LATE_HOURS } else { HOURS })
    }

    /// The residents counter: it serves on Thursday evenings and at weekends, so that whoever tries the demo on a Sunday
    /// finds somebody there.
    pub(crate) fn is_main(&self) -> bool {
        self.code == "shimin"
    }

    /// Whether it is open on a day by its weekly hours.
    pub(crate) fn usually_serves(&self, calendar: &Calendar, day: Day) -> bool {
        calendar.is_open(day) || self.is_main() && calendar.name(day).is_none()
    }

    /// The same, and the main counter on holidays too (休日開庁): in the demo no day is without life.
    pub(crate) fn serves_somehow(&self, calendar: &Calendar, day: Day) -> bool {
        calendar.is_open(day) || self.is_main()
    }
}

const IDENTITY: [&str; 3] = [
    "本人確認書類(運転免許証、在留カードなど)",
    "あなたが だれか わかるもの(運転免許証、在留カードなど)",
    "Proof of identity (driving licence, residence card, etc.)",
];
const CARD: [&str; 3] = ["マイナンバーカード", "マイナンバーカード", "Individual number card"];
const FOR_SOMEBODY: &[[&str; 3]] = &[
    ["委任状", "委任状(あなたに たのむ と かいた紙)", "Letter of authority"],
    ["代理の方の本人確認書類", "かわりに くる人が だれか わかるもの", "Proof of identity of the person who comes"],
];
const PARENT: [&str; 3] =
    ["いっしょに来る保護者の本人確認書類", "いっしょに くる 親が だれか わかるもの", "Proof of identity of the parent"];
const BANK: [&str; 3] =
    ["振込先がわかるもの(通帳など)", "お金を うけとる 口座が わかるもの(通帳など)", "Bank account details"];
const CONVENIENCE: [[&str; 3]; 2] = [
    ["コンビニ交付", "コンビニで もらう", "At a convenience store"],
    [
        "マイナンバーカードがあれば、毎日6:30〜23:00に近くのコンビニで受け取れます。",
        "マイナンバーカードが あれば、毎日 6:30〜23:00に コンビニで もらえます。",
        "With an individual number card, every day 6:30–23:00 at a convenience store.",
    ],
];
const BY_POST: [[&str; 3]; 2] = [
    ["郵送", "ゆうびん", "By post"],
    [
        "申請書、手数料、返信用封筒を送ってください。1週間ほどで届きます。",
        "申請書、お金、返事の ふうとうを おくってください。1週間くらいで とどきます。",
        "Send the form, the fee and a return envelope. It takes about a week.",
    ],
];
const ONLINE: [[&str; 3]; 2] = [
    ["オンライン", "インターネット", "Online"],
    [
        "マイナンバーカードと電子証明書があれば、家から手続きできます。",
        "マイナンバーカードが あれば、家から できます。",
        "With an individual number card you can do this from home.",
    ],
];

pub(crate) const COUNTERS: &[CounterPlan] = &[
    CounterPlan {
        code: "shimin",
        unit_code: "0310",
        name: ["市民課窓口", "市民課の 窓口", "Residents counter"],
        unit: ["市民課", "市民課", "Residents Division"],
        location: ["本庁舎1階 1〜5番窓口", "本庁舎 1階 1〜5番", "Main building, 1st floor, desks 1–5"],
        phone: "0000-00-2110",
        fax: "0000-00-2119",
        desks: 5,
        staffed: 4,
        prefix: 'A',
        walk_ins: 36,
        services: &[
            ServicePlan {
                code: "card-pickup",
                name: [
                    "マイナンバーカードの受け取り",
                    "マイナンバーカードを もらう",
                    "Collect your individual number card",
                ],
                summary: [
                    "できあがったマイナンバーカードをお渡しします。",
                    "できた マイナンバーカードを わたします。",
                    "We hand over your finished individual number card.",
                ],
                minutes: 20,
                places: Some((10, 2)),
                booked: 14_000,
                share: 4,
                own: &[["交付通知書(はがき)", "はがき(交付通知書)", "Notice of issue (postcard)"], IDENTITY],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "card-renewal",
                name: ["電子証明書の更新", "電子証明書を あたらしくする", "Renew the electronic certificate"],
                summary: [
                    "カードの電子証明書の有効期限が近い方の更新です。",
                    "カードの 電子証明書の 期限が ちかい人の 手続きです。",
                    "For cards whose electronic certificate is about to expire.",
                ],
                minutes: 15,
                places: Some((4, 1)),
                booked: 8_000,
                share: 5,
                own: &[CARD, ["暗証番号のひかえ", "暗証番号の メモ", "Your PIN"]],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "move-in",
                name: ["転入届", "ほかの市から ひっこしてきた", "Moving into the city"],
                summary: [
                    "ほかの市区町村から引っ越してきた日から14日以内の届出です。",
                    "ほかの まちから ひっこして、14日 いないに 出します。",
                    "To be notified within 14 days of moving from another municipality.",
                ],
                minutes: 30,
                places: Some((2, 1)),
                booked: 5_000,
                share: 6,
                own: &[
                    [
                        "転出証明書(カードで転出した方は不要)",
                        "転出証明書(カードで 手続きした人は いりません)",
                        "Certificate of moving out (not if done by card)",
                    ],
                    CARD,
                    IDENTITY,
                ],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "move-within",
                name: ["転居届", "市の中で ひっこした", "Moving within the city"],
                summary: [
                    "市内で引っ越した日から14日以内の届出です。",
                    "市の中で ひっこして、14日 いないに 出します。",
                    "To be notified within 14 days of moving within the city.",
                ],
                minutes: 20,
                places: Some((2, 1)),
                booked: 3_000,
                share: 4,
                own: &[CARD, IDENTITY],
                agent: &[],
                instead: &[ONLINE],
            },
            ServicePlan {
                code: "family-register",
                name: [
                    "戸籍の届出(出生・婚姻など)",
                    "生まれた・結婚したときの 届",
                    "Births, marriages and other registrations",
                ],
                summary: [
                    "出生、婚姻、離婚、死亡などの届出です。夜間と休日は当直でもお預かりします。",
                    "生まれた、結婚した、なくなったときの 届です。夜や 休みの日も あずかります。",
                    "Births, marriages, divorces and deaths. Also taken in at night and on holidays.",
                ],
                minutes: 30,
                places: Some((2, 1)),
                booked: 2_500,
                share: 4,
                own: &[["届書", "届の 紙", "The completed form"], IDENTITY],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "seal",
                name: ["印鑑登録", "はんこの 登録", "Seal registration"],
                summary: [
                    "実印を登録し、登録証をお渡しします。",
                    "はんこを 登録します。",
                    "Registers your seal and gives you the card.",
                ],
                minutes: 15,
                places: Some((2, 1)),
                booked: 2_000,
                share: 5,
                own: &[["登録する印鑑", "はんこ", "The seal"], IDENTITY],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "residence-copy",
                name: ["住民票の写し", "住民票", "Copy of the residence record"],
                summary: [
                    "予約はいりません。来庁しなくても受け取れます。",
                    "予約は いりません。窓口に こなくても もらえます。",
                    "No booking needed. You can get it without coming.",
                ],
                minutes: 10,
                places: None,
                booked: 0,
                share: 20,
                own: &[IDENTITY],
                agent: &[],
                instead: &[CONVENIENCE, BY_POST],
            },
        ],
    },
    CounterPlan {
        code: "kokuho",
        unit_code: "0320",
        name: ["国保年金課窓口", "国保年金課の 窓口", "Health insurance and pension counter"],
        unit: ["国保年金課", "国保年金課", "Health Insurance and Pension Division"],
        location: ["本庁舎1階 6〜8番窓口", "本庁舎 1階 6〜8番", "Main building, 1st floor, desks 6–8"],
        phone: "0000-00-2120",
        fax: "0000-00-2129",
        desks: 3,
        staffed: 2,
        prefix: 'B',
        walk_ins: 22,
        services: &[
            ServicePlan {
                code: "health-insurance",
                name: [
                    "国民健康保険に入る・やめる",
                    "国民健康保険に 入る・やめる",
                    "Join or leave National Health Insurance",
                ],
                summary: [
                    "会社の健康保険をやめたとき、入ったときの届出です。14日以内にお願いします。",
                    "会社の 保険を やめたとき、入ったときの 手続きです。14日 いないに してください。",
                    "When you leave or join an employer's insurance. Within 14 days, please.",
                ],
                minutes: 25,
                places: Some((3, 1)),
                booked: 6_000,
                share: 10,
                own: &[
                    [
                        "資格喪失証明書、または新しい資格確認書",
                        "会社の 保険を やめた(入った)紙",
                        "Proof that the other insurance ended or began",
                    ],
                    CARD,
                    IDENTITY,
                ],
                agent: &[],
                instead: &[BY_POST],
            },
            ServicePlan {
                code: "pension",
                name: ["国民年金の免除・加入", "国民年金の 手続き", "National Pension"],
                summary: [
                    "加入、保険料の免除や猶予、学生納付特例の申請です。",
                    "年金に 入る、お金を はらえないときの 手続きです。",
                    "Joining, and exemption or deferment of contributions.",
                ],
                minutes: 25,
                places: Some((2, 1)),
                booked: 3_500,
                share: 6,
                own: &[["基礎年金番号がわかるもの", "年金の 番号が わかるもの", "Your basic pension number"], IDENTITY],
                agent: &[],
                instead: &[ONLINE],
            },
        ],
    },
    CounterPlan {
        code: "kosodate",
        unit_code: "0410",
        name: ["子育て支援課窓口", "子育て支援課の 窓口", "Child and family counter"],
        unit: ["子育て支援課", "子育て支援課", "Child and Family Division"],
        location: [
            "本庁舎2階 9〜11番窓口(キッズスペースの隣)",
            "本庁舎 2階 9〜11番",
            "Main building, 2nd floor, desks 9–11, next to the play corner",
        ],
        phone: "0000-00-2130",
        fax: "0000-00-2139",
        desks: 3,
        staffed: 2,
        prefix: 'C',
        walk_ins: 18,
        services: &[
            ServicePlan {
                code: "nursery",
                name: ["保育所の入所相談", "保育園に 入る 相談", "Nursery places: advice"],
                summary: [
                    "入所の申し込み、空き状況、必要な書類をご相談いただけます。お子さんといっしょにどうぞ。",
                    "保育園に 入るための 相談です。子どもと いっしょに きてください。",
                    "Applying, free places and papers. Bring your children along.",
                ],
                minutes: 40,
                places: Some((2, 1)),
                booked: 5_000,
                share: 3,
                own: &[
                    [
                        "就労証明書など保育が必要なことがわかるもの",
                        "はたらいている ことが わかる紙",
                        "Proof of work or another need for care",
                    ],
                    ["母子健康手帳", "母子手帳", "Mother and child handbook"],
                ],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "child-allowance",
                name: ["児童手当", "児童手当(子どもの お金)", "Child allowance"],
                summary: [
                    "生まれた日、転入した日の翌日から15日以内に申請してください。",
                    "生まれたとき、ひっこして きたとき、15日 いないに 申請します。",
                    "Apply within 15 days of birth or of moving in.",
                ],
                minutes: 15,
                places: Some((3, 1)),
                booked: 4_000,
                share: 5,
                own: &[BANK, IDENTITY],
                agent: &[],
                instead: &[ONLINE],
            },
        ],
    },
    CounterPlan {
        code: "zeimu",
        unit_code: "0210",
        name: ["税務課窓口", "税務課の 窓口", "Tax counter"],
        unit: ["税務課", "税務課", "Tax Division"],
        location: ["本庁舎2階 12・13番窓口", "本庁舎 2階 12・13番", "Main building, 2nd floor, desks 12–13"],
        phone: "0000-00-2140",
        fax: "0000-00-2149",
        desks: 2,
        staffed: 2,
        prefix: 'D',
        walk_ins: 20,
        services: &[
            ServicePlan {
                code: "tax-consultation",
                name: ["市・県民税の相談", "税金の 相談", "Resident tax: advice"],
                summary: [
                    "申告、納付、分割のご相談です。",
                    "税金の 申告、はらいかたの 相談です。",
                    "Returns, payment and payment by instalments.",
                ],
                minutes: 25,
                places: Some((2, 1)),
                booked: 3_000,
                share: 6,
                own: &[["納税通知書", "税金の お知らせの 紙", "Tax notice"], IDENTITY],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "tax-certificate",
                name: ["課税証明書", "税金の 証明書", "Tax certificate"],
                summary: [
                    "予約はいりません。来庁しなくても受け取れます。",
                    "予約は いりません。窓口に こなくても もらえます。",
                    "No booking needed. You can get it without coming.",
                ],
                minutes: 10,
                places: None,
                booked: 0,
                share: 10,
                own: &[IDENTITY],
                agent: &[],
                instead: &[CONVENIENCE, BY_POST],
            },
        ],
    },
    CounterPlan {
        code: "fukushi",
        unit_code: "0420",
        name: ["福祉課窓口", "福祉課の 窓口", "Welfare counter"],
        unit: ["福祉課", "福祉課", "Welfare Division"],
        location: [
            "本庁舎1階 14・15番窓口(車いすでどうぞ)",
            "本庁舎 1階 14・15番(車いすで どうぞ)",
            "Main building, 1st floor, desks 14–15, step-free",
        ],
        phone: "0000-00-2150",
        fax: "0000-00-2159",
        desks: 2,
        staffed: 2,
        prefix: 'E',
        walk_ins: 14,
        services: &[
            ServicePlan {
                code: "disability",
                name: ["障害者手帳・サービスの申請", "障害者手帳の 申請", "Disability certificate and services"],
                summary: [
                    "手帳の申請と更新、利用できるサービスのご相談です。",
                    "手帳を もらう、使える サービスの 相談です。",
                    "Applying for or renewing a certificate, and services you can use.",
                ],
                minutes: 30,
                places: Some((2, 1)),
                booked: 3_000,
                share: 4,
                own: &[
                    [
                        "診断書または今お持ちの手帳",
                        "医者の 紙、または 手帳",
                        "Medical certificate or your present booklet",
                    ],
                    ["顔写真(縦4cm×横3cm)", "写真(たて4cm よこ3cm)", "Photograph, 4 cm × 3 cm"],
                ],
                agent: &[],
                instead: &[],
            },
            ServicePlan {
                code: "care",
                name: ["介護保険の申請・相談", "介護の 相談", "Long-term care insurance"],
                summary: [
                    "要介護認定の申請と、介護のご相談です。ご家族だけでもどうぞ。",
                    "介護の 申請と 相談です。家族だけでも いいです。",
                    "Applying for certification, and advice. Family members may come alone.",
                ],
                minutes: 30,
                places: Some((2, 1)),
                booked: 3_000,
                share: 5,
                own: &[["介護保険の被保険者証", "介護保険の カード", "Long-term care insurance card"], IDENTITY],
                agent: &[],
                instead: &[],
            },
        ],
    },
];
