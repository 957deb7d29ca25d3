//! The demo city's organisation: departments, divisions and sections with posts, and the invented people who hold them.

use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::Line;
use people::{Actor, FirstPassword, Helper, Hold, Login, PersonData, PutPost, PutUnit, Role, UnitId, UnitKind};
use store::Tx;

use crate::DemoError;
use crate::offer;

/// A unit: code, kind, code of the unit above, names, telephone.
type UnitPlan = (&'static str, UnitKind, &'static str, [&'static str; 3], &'static str);

const UNITS: &[UnitPlan] = &[
    ("0100", UnitKind::Department, "", ["総合政策部", "総合政策部", "Policy Department"], ""),
    ("0110", UnitKind::Division, "0100", ["企画政策課", "企画政策課", "Planning Division"], "0000-00-2010"),
    ("0120", UnitKind::Division, "0100", ["財政課", "財政課", "Finance Division"], "0000-00-2020"),
    ("0130", UnitKind::Division, "0100", ["行革推進課", "行革推進課", "Reform Division"], "0000-00-2030"),
    ("0140", UnitKind::Division, "0100", ["ICT戦略課", "ICT戦略課", "ICT Division"], "0000-00-2040"),
    ("0200", UnitKind::Department, "", ["総務部", "総務部", "General Affairs Department"], ""),
    ("0205", UnitKind::Division, "0200", ["総務課", "総務課", "General Affairs Division"], "0000-00-2000"),
    ("0206", UnitKind::Division, "0200", ["人事課", "人事課", "Personnel Division"], "0000-00-2060"),
    ("0210", UnitKind::Division, "0200", ["税務課", "税務課", "Tax Division"], "0000-00-2140"),
    ("0211", UnitKind::Section, "0210", ["市民税係", "市民税係", "Resident Tax Section"], "0000-00-2141"),
    ("0300", UnitKind::Department, "", ["市民部", "市民部", "Residents Department"], ""),
    ("0310", UnitKind::Division, "0300", ["市民課", "市民課", "Residents Division"], "0000-00-2110"),
    ("0311", UnitKind::Section, "0310", ["窓口係", "窓口係", "Counter Section"], "0000-00-2111"),
    ("0312", UnitKind::Section, "0310", ["戸籍住基係", "戸籍住基係", "Registers Section"], "0000-00-2112"),
    (
        "0320",
        UnitKind::Division,
        "0300",
        ["国保年金課", "国保年金課", "Health Insurance and Pension Division"],
        "0000-00-2120",
    ),
    ("0321", UnitKind::Section, "0320", ["国保係", "国保係", "Health Insurance Section"], "0000-00-2121"),
    ("0322", UnitKind::Section, "0320", ["年金係", "年金係", "Pension Section"], "0000-00-2122"),
    ("0330", UnitKind::Division, "0300", ["環境課", "環境課", "Environment Division"], "0000-00-2160"),
    ("0400", UnitKind::Department, "", ["こども福祉部", "こども福祉部", "Children and Welfare Department"], ""),
    ("0410", UnitKind::Division, "0400", ["子育て支援課", "子育て支援課", "Child and Family Division"], "0000-00-2130"),
    ("0411", UnitKind::Section, "0410", ["給付係", "給付係", "Allowances Section"], "0000-00-2131"),
    ("0412", UnitKind::Section, "0410", ["保育係", "保育係", "Nursery Section"], "0000-00-2132"),
    ("0420", UnitKind::Division, "0400", ["福祉課", "福祉課", "Welfare Division"], "0000-00-2150"),
    ("0421", UnitKind::Section, "0420", ["障害福祉係", "障害福祉係", "Disability Section"], "0000-00-2151"),
    ("0430", UnitKind::Division, "0400", ["健康増進課", "健康増進課", "Health Division"], "0000-00-2170"),
    ("0440", UnitKind::Division, "0400", ["高齢介護課", "高齢介護課", "Elderly Care Division"], "0000-00-2180"),
    ("0500", UnitKind::Department, "", ["都市部", "都市部", "City Works Department"], ""),
    ("0510", UnitKind::Division, "0500", ["道路課", "道路課", "Roads Division"], "0000-00-2210"),
    ("0520", UnitKind::Division, "0500", ["公園緑地課", "公園緑地課", "Parks Division"], "0000-00-2220"),
    ("0530", UnitKind::Division, "0500", ["都市計画課", "都市計画課", "City Planning Division"], "0000-00-2230"),
    ("0540", UnitKind::Division, "0500", ["下水道課", "下水道課", "Sewerage Division"], "0000-00-2240"),
    ("0600", UnitKind::Department, "", ["防災監", "防災監", "Disaster Prevention Office"], ""),
    ("0610", UnitKind::Division, "0600", ["防災課", "防災課", "Disaster Prevention Division"], "0000-00-2310"),
    ("0700", UnitKind::Department, "", ["産業部", "産業部", "Industry Department"], ""),
    ("0710", UnitKind::Division, "0700", ["商工観光課", "商工観光課", "Commerce and Tourism Division"], "0000-00-2410"),
    ("0720", UnitKind::Division, "0700", ["農林水産課", "農林水産課", "Farming and Fishing Division"], "0000-00-2420"),
    ("0800", UnitKind::Department, "", ["教育部", "教育部", "Education Department"], ""),
    ("0810", UnitKind::Division, "0800", ["学校教育課", "学校教育課", "School Education Division"], "0000-00-2510"),
    ("0820", UnitKind::Division, "0800", ["生涯学習課", "生涯学習課", "Lifelong Learning Division"], "0000-00-2520"),
];

const CHIEF: [&str; 3] = ["課長", "課長", "Head of division"];
const SECTION_CHIEF: [&str; 3] = ["係長", "係長", "Head of section"];
const SENIOR: [&str; 3] = ["主任", "主任", "Senior clerk"];
const CLERK: [&str; 3] = ["主事", "主事", "Clerk"];
const DIRECTOR: [&str; 3] = ["部長", "部長", "Director"];

/// Somebody: login, name, reading, post's code and unit, its title and roles; whether they can sign in at once.
struct Member {
    login: &'static str,
    name: &'static str,
    kana: &'static str,
    unit: &'static str,
    title: [&'static str; 3],
    roles: &'static [Role],
    /// What the sign-in is good for, in the printed list; nobody else gets a password.
    sign_in: Option<&'static str>,
}

const fn member(
    login: &'static str,
    name: &'static str,
    kana: &'static str,
    unit: &'static str,
    title: [&'static str; 3],
    roles: &'static [Role],
    sign_in: Option<&'static str>,
) -> Member {
    Member { login, name, kana, unit, title, roles, sign_in }
}

const MEMBERS: &[Member] = &[
    member("morimoto", "森本 佳奈", "モリモト カナ", "0311", SENIOR, &[Role::Clerk], Some("市民課 窓口係 主任(窓口)")),
    member(
        "ishigami",
        "石上 徹",
        "イシガミ トオル",
        "0310",
        CHIEF,
        &[Role::CounterChief, Role::Programmes],
        Some("市民課長(窓口責任者・事業担当)"),
    ),
    member(
        "kuwana",
        "桑名 美咲",
        "クワナ ミサキ",
        "0321",
        SENIOR,
        &[Role::Clerk],
        Some("国保年金課 国保係 主任(窓口)"),
    ),
    member(
        "hamano",
        "浜野 悠斗",
        "ハマノ ユウト",
        "0412",
        SENIOR,
        &[Role::Clerk],
        Some("子育て支援課 保育係 主任(窓口)"),
    ),
    member(
        "takeda",
        "竹田 理恵",
        "タケダ リエ",
        "0140",
        SENIOR,
        &[Role::Administrator],
        Some("ICT戦略課 主任(管理者)"),
    ),
    member(
        "ozawa",
        "小沢 健一",
        "オザワ ケンイチ",
        "0206",
        SECTION_CHIEF,
        &[Role::Personnel, Role::Auditor],
        Some("人事課 係長(人事・監査)"),
    ),
    member("nozaki", "野崎 真理", "ノザキ マリ", "0311", SECTION_CHIEF, &[Role::CounterChief], None),
    member("matsunaga", "松永 大輔", "マツナガ ダイスケ", "0311", CLERK, &[Role::Clerk], None),
    member("iwai", "岩井 さくら", "イワイ サクラ", "0311", CLERK, &[Role::Clerk], None),
    member("kusumoto", "楠本 浩二", "クスモト コウジ", "0312", SENIOR, &[Role::Clerk], None),
    member("tsuchiya", "土屋 葵", "ツチヤ アオイ", "0312", CLERK, &[Role::Clerk], None),
    member("hirose", "広瀬 誠", "ヒロセ マコト", "0320", CHIEF, &[Role::CounterChief, Role::Programmes], None),
    member("naruse", "成瀬 由美", "ナルセ ユミ", "0322", CLERK, &[Role::Clerk], None),
    member("sakaki", "榊 千尋", "サカキ チヒロ", "0410", CHIEF, &[Role::CounterChief, Role::Programmes], None),
    member("mizuno", "水野 拓海", "ミズノ タクミ", "0411", CLERK, &[Role::Clerk], None),
    member("kubota", "久保田 恵", "クボタ メグミ", "0420", CHIEF, &[Role::CounterChief, Role::Programmes], None),
    member("aizawa", "相沢 隆", "アイザワ タカシ", "0421", CLERK, &[Role::Clerk], None),
    member("okabe", "岡部 直子", "オカベ ナオコ", "0210", CHIEF, &[Role::CounterChief, Role::Programmes], None),
    member("hara", "原 翔太", "ハラ ショウタ", "0211", CLERK, &[Role::Clerk], None),
    member("segawa", "瀬川 洋", "セガワ ヒロシ", "0110", CHIEF, &[Role::Places, Role::Planning], None),
    member("minagawa", "皆川 由紀", "ミナガワ ユキ", "0120", CHIEF, &[Role::Finance], None),
    member(
        "tokuda",
        "徳田 修",
        "トクダ オサム",
        "0130",
        CHIEF,
        &[Role::Reform],
        Some("行革推進課長(行革: すべての事業の評価)"),
    ),
    member("nagai", "永井 明美", "ナガイ アケミ", "0300", DIRECTOR, &[], None),
    member("shiraki", "白木 俊介", "シラキ シュンスケ", "0510", CHIEF, &[Role::Places, Role::Programmes], None),
    member("fujino", "藤野 香織", "フジノ カオリ", "0610", CHIEF, &[Role::Messages, Role::Programmes], None),
    member("oshima", "大島 由香", "オオシマ ユカ", "0330", CHIEF, &[Role::Programmes], None),
    member("kanno", "菅野 正", "カンノ タダシ", "0430", CHIEF, &[Role::Programmes], None),
    member("hosokawa", "細川 静", "ホソカワ シズカ", "0440", CHIEF, &[Role::Programmes], None),
    member("miyata", "宮田 剛", "ミヤタ ツヨシ", "0530", CHIEF, &[Role::Programmes], None),
    member("nagase", "長瀬 学", "ナガセ マナブ", "0540", CHIEF, &[Role::Programmes], None),
    member("koide", "小出 美和", "コイデ ミワ", "0710", CHIEF, &[Role::Programmes], None),
    member("asano", "浅野 勇", "アサノ イサム", "0720", CHIEF, &[Role::Programmes], None),
    member("tachibana", "橘 恵子", "タチバナ ケイコ", "0810", CHIEF, &[Role::Programmes], None),
    member("uemura", "上村 浩", "ウエムラ ヒロシ", "0820", CHIEF, &[Role::Programmes], None),
];

/// Who can sign in, and as what.
pub(crate) fn sign_ins() -> impl Iterator<Item = (&'static str, &'static str)> {
    MEMBERS.iter().filter_map(|member| Some((member.login, member.sign_in?)))
}

/// Units and posts from `since` on, and everybody in their post. `passwords` belong to [`sign_ins`], in that order.
/// The printed codes of those who can sign in, in the same order.
pub(crate) async fn settle(
    tx: &mut Tx<'_>,
    world: &World,
    since: Day,
    passwords: &[FirstPassword],
) -> Result<Vec<Vec<String>>, DemoError> {
    let mut units: Vec<(&str, UnitId)> = Vec::new();
    for (sort, (code, kind, parent, name, telephone)) in (0..).zip(UNITS) {
        let parent = units.iter().find(|(known, _)| known == parent).map(|(_, id)| *id);
        let known = offer::COUNTERS.iter().find(|counter| counter.unit_code == *code);
        let command = PutUnit {
            code: Line::parse(code)?,
            from: since,
            kind: *kind,
            parent,
            name: offer::text(*name),
            telephone: Line::optional(telephone)?,
            fax: Line::optional(known.map_or("", |counter| counter.fax))?,
            hours: known.map(offer::CounterPlan::hours),
            sort,
        };
        units.push((code, people::put_unit(tx, world, Actor::Program, &command).await?));
    }
    let mut passwords = passwords.iter();
    let mut codes = Vec::new();
    for (number, member) in (0..).zip(MEMBERS) {
        let Some((_, unit)) = units.iter().find(|(code, _)| *code == member.unit) else { continue };
        let post = PutPost {
            code: Line::parse(&format!("{}-{}-{number:02}", member.unit, member.title[0]))?,
            unit: *unit,
            from: since,
            title: Localized::new(member.title[0], member.title[1], member.title[2]),
            roles: member.roles.iter().copied().collect(),
            sort: number,
        };
        let post = people::put_post(tx, world, Actor::Program, &post).await?;
        let Some(login) = Login::parse(member.login) else { continue };
        let data = PersonData {
            number: Line::optional(&format!("D{:04}", 1001 + number))?,
            login,
            name: Line::parse(member.name)?,
            kana: Line::parse(member.kana)?,
        };
        let password = member.sign_in.and_then(|_| passwords.next());
        let person = people::add_person(tx, world, Actor::Program, &data, password).await?;
        people::hold(tx, world, Actor::Program, Hold { person, post, day: since, concurrent: false }).await?;
        if password.is_some() {
            codes.push(people::give_codes(tx, world, &Helper::Program, person).await?);
        }
    }
    Ok(codes)
}
