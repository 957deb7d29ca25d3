//! Organisation and staff posts from files: 1 April, again, and with mistakes.

use intake::{BadRows, Table};

use super::*;

const ORGANISATION: &str = "部署コード,上位部署コード,区分,名称,名称(英語),電話,FAX,受付時間
10,,部,市民部,Citizens' Affairs,,,
1010,10,課,市民課,Citizens,054-000-1010,054-000-1011,平日 8時30分〜17時15分
101010,1010,係,窓口係,,054-000-1012,,
1020,10,課,税務課,Tax,054-000-1020,,
";

const STAFF: &str = "職員番号,氏名,フリガナ,ログインID,部署コード,職名,役割,兼務
1001,佐藤 花子,サトウ ハナコ,sato,101010,主事,窓口,
1002,鈴木 一郎,スズキ イチロウ,suzuki,1010,課長,窓口責任者,
1002,鈴木 一郎,スズキ イチロウ,suzuki,101010,係長,窓口責任者、人事,○
1003,高橋 桜,タカハシ サクラ,,1020,主事,,
";

fn table(text: &str) -> Table {
    Table::read("file.csv", text.as_bytes(), 1 << 20).unwrap()
}

fn world() -> World {
    World::fixed(TestClock::at(morning()), 21)
}

async fn organise(db: &Db, world: &World, text: &str, effective: &str) -> OrganisationReport {
    let (file, w, effective) = (Organisation::parse(&table(text)).unwrap(), world.clone(), day(effective));
    let f = file.clone();
    let preview: Result<_, store::Error> =
        db.read(async move |tx: &mut Tx<'_>| preview_organisation(tx, &f, effective).await).await;
    let done = db
        .write(ACT, async move |tx: &mut Tx<'_>| import_organisation(tx, &w, Actor::Command, &file, effective).await)
        .await
        .unwrap();
    assert_eq!(preview.unwrap(), done, "a preview says what happens");
    done
}

async fn staff(db: &Db, world: &World, text: &str, effective: &str) -> Result<StaffPostsReport, ImportError> {
    let (file, w, effective) = (StaffPosts::parse(table(text)).unwrap(), world.clone(), day(effective));
    let f = file.clone();
    let preview: Result<_, ImportError> =
        db.read(async move |tx: &mut Tx<'_>| preview_staff_posts(tx, &f, effective).await).await;
    let done = db
        .write(ACT, async move |tx: &mut Tx<'_>| import_staff_posts(tx, &w, Actor::Command, &file, effective).await)
        .await;
    if let Ok(done) = &done {
        assert_eq!(&preview.unwrap(), done, "a preview says what happens");
    }
    done
}

/// Who holds what on a day: `code: names`.
async fn holders(db: &Db, on: &str) -> Vec<String> {
    let on = day(on);
    let posts: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| posts(tx, on, None).await).await;
    let line = |post: Post| {
        let names: Vec<String> =
            post.holders.iter().map(|h| if h.concurrent { format!("({})", h.name) } else { h.name.clone() }).collect();
        format!("{}: {}", post.code, names.join(" "))
    };
    let mut lines: Vec<String> = posts.unwrap().into_iter().map(line).collect();
    lines.sort();
    lines
}

fn said(bad: &BadRows) -> Vec<String> {
    bad.rows.iter().map(ToString::to_string).collect()
}

both! {
    async fn an_organisation_comes_in_and_again_changes_nothing(db: Db) {
        let world = world();
        let first = organise(&db, &world, ORGANISATION, "2026-04-01").await;
        assert_eq!(first.added, ["10", "1010", "101010", "1020"]);
        let again = organise(&db, &world, ORGANISATION, "2026-04-01").await;
        assert_eq!(again, OrganisationReport { unchanged: 4, ..OrganisationReport::default() });
    }

    async fn a_reorganisation_keeps_ids_and_the_past(db: Db) {
        let world = world();
        organise(&db, &world, ORGANISATION, "2026-04-01").await;
        let next = ORGANISATION.replace("市民課", "くらし窓口課").replace("1020,10,課,税務課,Tax,054-000-1020,,\n", "1030,10,課,収納課,,,,\n");
        let report = organise(&db, &world, &next, "2027-04-01").await;
        assert_eq!((report.added, report.changed, report.closed), (vec!["1030".to_owned()], vec!["1010".to_owned()], vec!["1020".to_owned()]));
        let on = async |text: &str| {
            let on = day(text);
            let list: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| units(tx, on).await).await;
            list.unwrap().into_iter().map(|unit| (unit.code, unit.id, unit.name.ja)).collect::<Vec<_>>()
        };
        let (before, after) = (on("2027-03-31").await, on("2027-04-01").await);
        assert_eq!(before[1].2, "市民課");
        assert_eq!(after[1].2, "くらし窓口課");
        assert_eq!(before[1].1, after[1].1);
        assert!(before.iter().any(|unit| unit.0 == "1020") && !after.iter().any(|unit| unit.0 == "1020"));
        // A correction for the same day opens it again under its old id.
        let report = organise(&db, &world, &format!("{next}1020,10,課,税務課,Tax,054-000-1020,,\n"), "2027-04-01").await;
        assert_eq!(report.added, ["1020"]);
        assert_eq!(on("2027-04-01").await.iter().find(|unit| unit.0 == "1020").unwrap().1, before.iter().find(|unit| unit.0 == "1020").unwrap().1);
    }

    async fn the_programs_own_unit_is_left_alone(db: Db) {
        let world = world();
        let keeper = Keeper::new(Cost::LEAST, 1).unwrap();
        first_administrator(&db, &world, &keeper).await.unwrap().unwrap();
        let report = organise(&db, &world, ORGANISATION, "2027-04-01").await;
        assert!(report.closed.is_empty(), "{report:?}");
    }

    async fn staff_come_in_and_again_changes_nothing(db: Db) {
        let world = world();
        organise(&db, &world, ORGANISATION, "2026-04-01").await;
        let first = staff(&db, &world, STAFF, "2026-04-01").await.unwrap();
        assert_eq!((first.persons_added, first.taken_up, first.left, first.posts_added.len()), (3, 4, 0, 4));
        let expected = ["1010/課長: 鈴木 一郎", "101010/主事: 佐藤 花子", "101010/係長: (鈴木 一郎)", "1020/主事: 高橋 桜"];
        let mut listed = holders(&db, "2026-04-01").await;
        listed.sort();
        let mut expected: Vec<String> = expected.map(str::to_owned).to_vec();
        expected.sort();
        assert_eq!(listed, expected);
        let again = staff(&db, &world, STAFF, "2026-04-01").await.unwrap();
        assert_eq!(again, StaffPostsReport { unchanged: 4, ..StaffPostsReport::default() });
        let found: Result<_, store::Error> =
            db.read(async move |tx: &mut Tx<'_>| person_by_login(tx, &Login::parse("1003").unwrap()).await).await;
        assert!(found.unwrap().is_some(), "without a login the number is one");
    }

    async fn the_first_of_april_moves_people_and_leaves_other_units_alone(db: Db) {
        let world = world();
        organise(&db, &world, ORGANISATION, "2026-04-01").await;
        staff(&db, &world, STAFF, "2026-04-01").await.unwrap();
        // Sato goes to 税務課, a new clerk comes, the section loses its second chief; 課長 is in a unit the file does not name.
        let spring = "職員番号,氏名,フリガナ,部署コード,職名
1001,佐藤 花子,サトウ ハナコ,1020,主事
1004,田中 空,タナカ ソラ,101010,主事
";
        let report = staff(&db, &world, spring, "2027-04-01").await.unwrap();
        assert_eq!((report.persons_added, report.taken_up, report.left, report.unchanged), (1, 2, 3, 0));
        assert_eq!(report.without_post, ["高橋 桜"]);
        assert!(report.posts_changed.is_empty(), "without a column for them roles stay: {report:?}");
        let mut before: Vec<String> =
            ["1010/課長: 鈴木 一郎", "101010/主事: 佐藤 花子", "101010/係長: (鈴木 一郎)", "1020/主事: 高橋 桜"].map(str::to_owned).to_vec();
        let mut after: Vec<String> =
            ["1010/課長: 鈴木 一郎", "101010/主事: 田中 空", "101010/係長: ", "1020/主事: 佐藤 花子"].map(str::to_owned).to_vec();
        before.sort();
        after.sort();
        assert_eq!(holders(&db, "2027-03-31").await, before);
        assert_eq!(holders(&db, "2027-04-01").await, after);

        // The file was wrong: she stays. The corrected file for the same day undoes the move without a trace in time.
        let corrected = spring.replace("1020,主事", "101010,主事");
        staff(&db, &world, &corrected, "2027-04-01").await.unwrap();
        let again = staff(&db, &world, &corrected, "2027-04-01").await.unwrap();
        assert_eq!((again.taken_up, again.left), (0, 0));
        assert!(holders(&db, "2027-04-01").await.contains(&"101010/主事: 佐藤 花子 田中 空".to_owned()));
        let terms: Result<_, store::Error> = db
            .read(async move |tx: &mut Tx<'_>| {
                let sato = person_by_login(tx, &Login::parse("sato").unwrap()).await?.unwrap();
                terms(tx, sato).await
            })
            .await;
        let terms: Vec<_> = terms.unwrap().into_iter().filter(|term| term.code == "101010/主事").map(|term| (term.from, term.to)).collect();
        assert_eq!(terms, [(day("2026-04-01"), None)], "one unbroken term");
    }

    async fn what_the_database_knows_better_is_named_and_nothing_is_taken(db: Db) {
        let world = world();
        organise(&db, &world, ORGANISATION, "2026-04-01").await;
        staff(&db, &world, STAFF, "2026-04-01").await.unwrap();
        let wrong = "職員番号,氏名,フリガナ,ログインID,部署コード,職名,職コード
2001,新人 一,シンジン ハジメ,sato,1010,主事,
2002,新人 二,シンジン ツギ,,9999,主事,
2003,新人 三,シンジン ミツ,,1020,主事,1010/課長
2004,新人 四,シンジン ヨツ,,1020,主査,
番号五,新人 五,シンジン イツ,,1020,主査,
";
        let Err(ImportError::Rows(bad)) = staff(&db, &world, wrong, "2026-04-01").await else { panic!() };
        assert_eq!(
            said(&bad),
            [
                "file.csv:2 ログインID: people-import-login-taken (sato)",
                "file.csv:6 職員番号: people-import-no-login (番号五)",
                "file.csv:3 部署コード: not known (9999)",
                "file.csv:4 職コード: people-import-post-elsewhere (1010/課長)",
            ]
        );
        let all: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| persons(tx, "", 0, 100).await).await;
        assert_eq!(all.unwrap().len(), 3, "nobody came in");
    }

    async fn somebody_added_by_hand_is_found_by_login(db: Db) {
        let world = world();
        organise(&db, &world, ORGANISATION, "2026-04-01").await;
        let by_hand = PersonData { number: None, ..data("sato", "佐藤 花", "サトウ ハナ") };
        let w = world.clone();
        let id = db.write(ACT, async move |tx: &mut Tx<'_>| add_person(tx, &w, Actor::Command, &by_hand, None).await).await.unwrap();
        let report = staff(&db, &world, STAFF, "2026-04-01").await.unwrap();
        assert_eq!((report.persons_added, report.persons_changed), (2, 1));
        let now: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| person(tx, id).await).await;
        let now = now.unwrap().unwrap();
        assert_eq!((now.number.as_deref(), now.name.as_str()), (Some("1001"), "佐藤 花子"));
    }
}

#[test]
fn bad_organisations_are_named_row_by_row() {
    let wrong = "部署コード,上位部署コード,区分,名称
10,,部,市民部
10,,部,総務部
11,99,課,
12,10,隊,消防隊
20,21,課,あ課
21,20,課,い課
@x,,課,う課
";
    let bad = Organisation::parse(&table(wrong)).unwrap_err();
    assert_eq!(
        said(&bad),
        [
            "file.csv:4 名称: a value is missing",
            "file.csv:5 区分: not known (隊)",
            "file.csv:3 部署コード: already stands in line 2 (10)",
            "file.csv:8 部署コード: not of the expected form (@x)",
            "file.csv:6 上位部署コード: people-import-ring (21)",
            "file.csv:7 上位部署コード: people-import-ring (20)",
        ]
    );
    let headless = Organisation::parse(&table("コード,名前\n1,a\n")).unwrap_err();
    assert_eq!(headless.count, 3);
}

#[test]
fn bad_staff_files_are_named_row_by_row() {
    let wrong = "職員番号,氏名,フリガナ,ログインID,部署コード,職名,役割
1,佐藤,サトウ,sato,10,主事,窓口
1,佐藤 花子,サトウ,sato,11,主事,王様
2,鈴木,スズキ,sato,10,主事,人事
1,佐藤,サトウ,sato,10,主事,窓口
";
    let bad = StaffPosts::parse(table(wrong)).unwrap_err();
    assert_eq!(
        said(&bad),
        [
            "file.csv:3 役割: not known (王様)",
            "file.csv:3 氏名: people-import-differs (佐藤 花子)",
            "file.csv:4 役割: people-import-differs (人事)",
            "file.csv:4 ログインID: already stands in line 2 (sato)",
            "file.csv:5 職員番号: already stands in line 2 (1)",
        ]
    );
}

both! {
    /// The files in the documentation are what the program reads.
    async fn the_documented_samples_come_in(db: Db) {
        let world = world();
        let organisation = include_str!("../../../../../docs/imports/organisation.csv");
        let posts = include_str!("../../../../../docs/imports/staff-posts.csv");
        assert_eq!(organise(&db, &world, organisation, "2026-04-01").await.added.len(), 6);
        let report = staff(&db, &world, posts, "2026-04-01").await.unwrap();
        assert_eq!((report.persons_added, report.taken_up, report.posts_added.len()), (6, 7, 6));
    }
}
