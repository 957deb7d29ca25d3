//! The office on both engines.

use std::collections::BTreeSet;

use kernel::World;
use kernel::day::Day;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use kernel::text::Line;
use kernel::time::{Instant, TestClock};
use people::{Actor, PostId, PutPost, PutUnit, Roles, UnitKind};
use store::{Act, Db, Tx};

use crate::{
    LineageError, LineageKind, NewLineage, OwnerError, ProgrammeId, ensure_programmes, lineage, owned_by, owner,
    record_lineage, remove_lineage, set_owner,
};

const ACT: Act = Act::staff("test");

fn world() -> World {
    static WORLD: std::sync::LazyLock<World> = std::sync::LazyLock::new(|| {
        World::fixed(TestClock::at(Instant::parse_rfc3339("2026-11-22T12:00:00+09:00").unwrap()), 5)
    });
    WORLD.clone()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Programmes A to F.
async fn six(db: &Db) -> [ProgrammeId; 6] {
    let codes = ["A", "B", "C", "D", "E", "F"];
    let made = db
        .write(ACT, async move |tx: &mut Tx<'_>| {
            let codes: BTreeSet<String> = codes.iter().map(|&code| code.to_owned()).collect();
            ensure_programmes(tx, &world(), &codes).await
        })
        .await
        .unwrap();
    codes.map(|code| made[code])
}

async fn record(
    db: &Db,
    kind: LineageKind,
    year: i32,
    from: &[ProgrammeId],
    to: &[ProgrammeId],
) -> Result<crate::LineageId, LineageError> {
    let year = FiscalYear::new(year).unwrap();
    let new = NewLineage {
        kind,
        year,
        from: from.iter().copied().collect(),
        to: to.iter().copied().collect(),
        note: "見直し".to_owned(),
    };
    db.write(ACT, async move |tx: &mut Tx<'_>| record_lineage(tx, &world(), Actor::Program, &new).await).await
}

store::testing::both! {
    async fn what_becomes_of_what_is_followed(db: Db) {
        let [a, b, c, d, e, f] = six(&db).await;
        record(&db, LineageKind::Merge, 2024, &[a, b], &[a]).await.unwrap();
        record(&db, LineageKind::Split, 2025, &[a], &[c, d]).await.unwrap();
        let renamed = record(&db, LineageKind::Rename, 2026, &[c], &[e]).await.unwrap();
        record(&db, LineageKind::Reorganise, 2027, &[d, e], &[d, f]).await.unwrap();
        let acts = db.read(async |tx: &mut Tx<'_>| lineage(tx).await).await.unwrap();
        let told: Vec<_> = acts
            .iter()
            .map(|act| (act.kind.code(), act.year.year(), act.from.keys().cloned().collect::<String>(), act.to.keys().cloned().collect::<String>()))
            .collect();
        let line = |kind, year, from: &str, to: &str| (kind, year, from.to_owned(), to.to_owned());
        assert_eq!(
            told,
            [line("merge", 2024, "AB", "A"), line("split", 2025, "A", "CD"), line("rename", 2026, "C", "E"), line("reorganise", 2027, "DE", "DF")]
        );
        let gone = db.write(ACT, async move |tx: &mut Tx<'_>| remove_lineage(tx, &world(), Actor::Program, renamed).await).await;
        assert!(gone.unwrap());
        let again = db.write(ACT, async move |tx: &mut Tx<'_>| remove_lineage(tx, &world(), Actor::Program, renamed).await).await;
        assert!(!again.unwrap());
    }

    async fn lineage_that_cannot_be_is_refused(db: Db) {
        let [a, b, c, d, ..] = six(&db).await;
        for (kind, from, to) in [
            (LineageKind::Merge, vec![a], vec![b]),
            (LineageKind::Merge, vec![a, b], vec![c, d]),
            (LineageKind::Split, vec![a], vec![b]),
            (LineageKind::Rename, vec![a, b], vec![c]),
            (LineageKind::Reorganise, vec![a, b], vec![c]),
        ] {
            assert!(matches!(record(&db, kind, 2025, &from, &to).await, Err(LineageError::Numbers)), "{kind:?}");
        }
        assert!(matches!(record(&db, LineageKind::Rename, 2025, &[a], &[a]).await, Err(LineageError::Nothing)));
        let nobody: ProgrammeId = world().id();
        assert!(matches!(record(&db, LineageKind::Rename, 2025, &[a], &[nobody]).await, Err(LineageError::NoProgramme)));

        record(&db, LineageKind::Rename, 2025, &[a], &[b]).await.unwrap();
        // What has ended cannot end again, begin anew, or take part later.
        let ended = |result: Result<_, LineageError>| matches!(result, Err(LineageError::Ended { code, .. }) if code == "A");
        assert!(ended(record(&db, LineageKind::Rename, 2026, &[a], &[c]).await));
        assert!(ended(record(&db, LineageKind::Rename, 2027, &[c], &[a]).await));
        // Neither may an earlier act end what a later one uses.
        assert!(matches!(record(&db, LineageKind::Rename, 2024, &[b], &[d]).await, Err(LineageError::Ended { code, .. }) if code == "B"));
        // Before it ended it could come from something, but not from what it became.
        assert!(matches!(record(&db, LineageKind::Split, 2024, &[b], &[a, b]).await, Err(LineageError::Ring)));
        record(&db, LineageKind::Rename, 2023, &[d], &[a]).await.unwrap();
    }

    async fn a_post_answers_for_a_programme_from_a_day_on(db: Db) {
        let [a, b, ..] = six(&db).await;
        let post: PostId = db
            .write(ACT, async |tx: &mut Tx<'_>| {
                let words = |text: &str| Localized::ja(text.to_owned());
                let unit = PutUnit {
                    code: Line::parse("10").unwrap(),
                    from: day("2026-04-01"),
                    kind: UnitKind::Division,
                    parent: None,
                    name: words("図書館"),
                    telephone: None,
                    fax: None,
                    hours: None,
                    sort: 1,
                };
                let unit = people::put_unit(tx, &world(), Actor::Program, &unit).await.unwrap();
                let post = PutPost {
                    code: Line::parse("10-1").unwrap(),
                    unit,
                    from: day("2026-04-01"),
                    title: words("館長"),
                    roles: Roles::parse("").unwrap(),
                    sort: 1,
                };
                Ok::<_, store::Error>(people::put_post(tx, &world(), Actor::Program, &post).await.unwrap())
            })
            .await
            .unwrap();
        let set = async |programme, from: &str, post| {
            let from = day(from);
            db.write(ACT, async move |tx: &mut Tx<'_>| set_owner(tx, &world(), Actor::Program, programme, from, post).await).await
        };
        set(a, "2026-04-01", Some(post)).await.unwrap();
        set(a, "2027-04-01", None).await.unwrap();
        let on = async |text: &str| {
            let on = day(text);
            db.read(async move |tx: &mut Tx<'_>| Ok::<_, store::Error>((owner(tx, a, on).await?, owned_by(tx, post, on).await?))).await.unwrap()
        };
        assert_eq!(on("2026-03-31").await, (None, vec![]));
        assert_eq!(on("2026-11-22").await, (Some(post), vec![a]));
        assert_eq!(on("2027-04-01").await, (None, vec![]));
        assert!(matches!(set(b, "2026-03-31", Some(post)).await, Err(OwnerError::NoPost)), "the post is not there yet");
        assert!(matches!(set(world().id(), "2026-04-01", Some(post)).await, Err(OwnerError::NoProgramme)));
    }
}
