//! A small invented city of files, and the ways to put them in.

use kernel::World;
use kernel::fiscal::FiscalYear;
use kernel::time::{Instant, TestClock};
use plan::ProgrammeId;
use plan::batch::Kind;
use store::{Act, Db, Tx};

use crate::import::{self, File, ImportError, Imported, Mapping, Mode, ParseError, Parsed};

/// 22 November 2026, noon in Japan.
pub(crate) const NOON: &str = "2026-11-22T12:00:00+09:00";
pub(crate) const ACT: Act = Act::staff("test");

/// Three programmes of two 政策; the first one's 政策 has two names, its division a space.
pub(crate) const PROGRAMMES: &str = "\
事務事業コード,事務事業名,政策コード,政策名,施策コード,施策名,基本事業コード,基本事業名,担当課,担当係,事業区分,期間区分,開始年度,終了年度,事業概要,対象,意図,結果,根拠法令,評価,今後の方向性,担当課コメント,課長コメント
0001,図書館の読み聞かせ,01,学びのまち,01,読書の推進,01,図書館,教育部　図書館,-,Ｅ　一般,単年度繰返,平成13,,\"読み聞かせをする。
月に2回。\",子ども,本を好きになる,読書の習慣,-,１　現状維持,２　改革改善（縮小・統合含む）,続ける,回数を見直す
0002,移動図書館,01,学びの街,01,読書の推進,01,図書館,教育部図書館,-,Ｅ　一般,単年度繰返,18,令和９,本を運ぶ。,山あいの人,借りられる,読書の習慣,図書館法,３　終了・廃止・休止,３　終了・廃止・休止,利用が減った,終える
0003,防災訓練,02,安全なまち,05,備え,01,訓練,消防署,予防係,Ｅ　一般,単年度繰返,-,6,訓練をする。,市民,備える,安心,-,0,１　現状維持,-,-
";

/// Two years each; one amount with the noise of a spreadsheet, one row that rounding moves by a yen.
pub(crate) const COSTS: &str = "\
事務事業コード,年度,国庫支出金,県支出金,地方債,その他,一般財源,事業費計,正規職員従事人数,延べ業務時間,人件費計,トータルコスト
0001,令和6年度,0,0,0,0,17757.399999999994,17757.4,2,100,400,18157.4
0001,令和7年度,0,0,0,0,18000,18000,2,100,400,18400
0002,令和6年度,10.3335,10.3335,0,10.333,0,31,1,50,200,231
0002,令和7年度,0,0,0,0,30,30,1,50,200,230
0003,令和6年度,0,500,0,0,1500,2000,3,0,0,2000
0003,令和7年度,0,500,0,0,1600,2100,3,0,0,2100
";

/// The years stand in the headings.
pub(crate) const INDICATORS: &str = "\
事務事業コード,区分,番号,指標名,単位,令和5年度,令和6年度,令和7年度
0001,活動指標,1,読み聞かせの回数,回,20,24,24
0001,成果指標,1,子どもの貸出冊数,冊,,1234.5,1300
0003,対象指標,1,市民の数,0,35000,34900,-
";

/// One world a process: two of the same seed would make the same ids twice.
pub(crate) fn world() -> World {
    static WORLD: std::sync::LazyLock<World> = std::sync::LazyLock::new(|| World::fixed(TestClock::at(now()), 7));
    WORLD.clone()
}

pub(crate) fn now() -> Instant {
    Instant::parse_rfc3339(NOON).unwrap()
}

pub(crate) fn year(year: i32) -> FiscalYear {
    FiscalYear::new(year).unwrap()
}

pub(crate) fn parse_with(mapping: &str, kind: Kind, name: &str, bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mapping = Mapping::shipped(mapping).unwrap();
    import::parse(File { kind, name, bytes, sheet: None }, &mapping)
}

/// Reads as 大船渡 writes.
pub(crate) fn parse(kind: Kind, text: &str) -> Result<Parsed, ParseError> {
    parse_with("ofunato", kind, "t.csv", text.as_bytes())
}

/// Reads, expecting faults; each as one line.
pub(crate) fn faults(kind: Kind, text: &str) -> Vec<String> {
    match parse(kind, text) {
        Err(ParseError::Rows(bad)) => bad.rows.iter().map(ToString::to_string).collect(),
        Err(ParseError::File(error)) => vec![error.to_string()],
        Ok(_) => Vec::new(),
    }
}

pub(crate) async fn put(db: &Db, kind: Kind, text: &str, mode: Mode) -> Result<Imported, ImportError> {
    let parsed = parse(kind, text).unwrap_or_else(|error| panic!("{error:?}"));
    import::store(db, &world(), &parsed, mode, None).await
}

/// Everything, published.
pub(crate) async fn city(db: &Db) {
    for (kind, text) in [(Kind::Programmes, PROGRAMMES), (Kind::Costs, COSTS), (Kind::Indicators, INDICATORS)] {
        put(db, kind, text, Mode::Publish).await.unwrap();
    }
}

pub(crate) async fn programme(db: &Db, code: &'static str) -> ProgrammeId {
    let sheet = db.read(async move |tx: &mut Tx<'_>| crate::sheet(tx, code, now()).await).await.unwrap();
    sheet.unwrap().programme.id
}
