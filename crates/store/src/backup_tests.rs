//! A backup made on either engine comes back whole on either, and a damaged one is known before anything is written.

use std::{fs, path::Path};

use kernel::{
    World,
    time::{Instant, TestClock},
};
use uuid::Uuid;

use crate::{
    Act, Config, Db, Error, Folder, Location, Statement, Tx,
    backup::{BackupError, backup},
    erasure::{Eraser, erase},
    restore::{Ledger, RestoreError, restore, verify},
    testing::{PgDatabase, TempFolder},
};

crate::statements! {
    FORGET = "DELETE FROM secret WHERE CAST($1 AS {uuid}) IS NOT NULL AND name = 'forget me'";
    KEEP = "INSERT INTO secret (name, value, made_at) VALUES ($1, $2, 0)";
    NAMES = "SELECT name, value FROM secret ORDER BY name";
}

const ERASERS: &[Eraser] = &[Eraser { kind: "test", statements: &[FORGET] }];
/// The table is another module's: these are not for the registry.
const _: &[Statement] = STATEMENTS;

fn world() -> World {
    World::fixed(TestClock::at(Instant::from_micros(1_795_000_000_000_000)), 7)
}

async fn fill(db: &Db) {
    db.write(Act::bulk("fill"), async |tx: &mut Tx<'_>| {
        for name in ["forget me", "外字 𠮷 \u{FE00} \"quoted\"\nline"] {
            tx.exec(&KEEP, &[name.into(), vec![0_u8, 255, 10, 34].into()]).await?;
        }
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
}

async fn names(db: &Db) -> Vec<(String, Vec<u8>)> {
    let rows = db.read(async |tx: &mut Tx<'_>| tx.all(&NAMES, &[]).await).await.unwrap();
    rows.iter().map(|r| (r.get(0).unwrap(), r.get(1).unwrap())).collect()
}

fn empty_sqlite(folder: &Path) -> Db {
    let owned = Folder::own(folder).unwrap();
    Db::open(Config::new(Location::Folder(owned.into()), "restored".to_owned())).unwrap()
}

crate::both! {
    async fn a_backup_comes_back_on_both_engines_and_forgets_again(db: Db) {
        let world = world();
        fill(&db).await;
        let temp = TempFolder::new();
        let files = temp.path().join("files/ab");
        fs::create_dir_all(&files).unwrap();
        fs::write(files.join("cdef"), vec![7_u8; 100_000]).unwrap();
        let target = temp.path().join("city.backup");
        let made = backup(&db, &world, Some(temp.path().join("files")), &target).await.unwrap();
        assert_eq!(made.files, 1);
        let again = backup(&db, &world, None, &target).await;
        assert!(matches!(again, Err(BackupError::File(_))), "a backup is never written over");

        let before = names(&db).await;
        db.write(Act::bulk("erase"), {
            let world = world.clone();
            async move |tx: &mut Tx<'_>| erase(tx, &world, &ERASERS[0], Uuid::nil()).await
        }).await.unwrap();
        let ledger = Ledger::of(&db).await.unwrap();

        let verified = verify(&target).unwrap();
        assert_eq!(verified.summary, made);
        let empty = PgDatabase::empty();
        for to in [empty_sqlite(&temp.path().join("new")), empty.open("restored")] {
            let out = temp.path().join(format!("{:?}", to.engine()));
            let erased = restore(&to, &world, &target, &verified, &out, ERASERS, ledger.clone()).await.unwrap();
            assert_eq!(erased, 1);
            let after = names(&to).await;
            assert_eq!(after, before[1..], "what was erased since the backup is gone, all else is as it was");
            assert_eq!(fs::read(out.join("ab/cdef")).unwrap(), vec![7_u8; 100_000]);
            let twice = restore(&to, &world, &target, &verified, &out, ERASERS, Ledger::default()).await;
            assert!(matches!(twice, Err(RestoreError::NotEmpty)));
        }
    }
}

#[test]
fn a_damaged_backup_is_refused_wherever_it_is_cut_or_changed() {
    crate::testing::on_sqlite(async |db: Db| {
        fill(&db).await;
        let temp = TempFolder::new();
        let target = temp.path().join("b");
        backup(&db, &world(), None, &target).await.unwrap();
        let whole = fs::read(&target).unwrap();
        verify(&target).unwrap();
        for cut in [0, 1, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
            fs::write(temp.path().join("cut"), &whole[..cut]).unwrap();
            assert!(verify(&temp.path().join("cut")).is_err(), "cut at {cut}");
        }
        for at in (10..whole.len()).step_by(whole.len() / 37) {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            fs::write(temp.path().join("changed"), &changed).unwrap();
            assert!(verify(&temp.path().join("changed")).is_err(), "changed at {at}");
        }
        assert!(verify(Path::new("/dev/null")).is_err());
    });
}
