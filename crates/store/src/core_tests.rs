//! What every use case relies on, proven on both engines.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{Act, Config, Db, Error, FromValue as _, Location, Tx, Value, testing::PgDatabase};

crate::statements! {
    MAKE = "CREATE TABLE seat (id {int} PRIMARY KEY, sold {int} NOT NULL, CHECK (sold <= 2)) {strict}";
    MAKE_SALES = "CREATE TABLE sale (id {int} PRIMARY KEY, note {text}) {strict}";
    FILL = "INSERT INTO seat (id, sold) VALUES (1, 0)";
    CLAIM = "UPDATE seat SET sold = sold + 1 WHERE id = $1 AND sold < 2";
    FORCE = "UPDATE seat SET sold = sold + 1 WHERE id = 1";
    SOLD = "SELECT sold FROM seat WHERE id = 1";
    SALE = "INSERT INTO sale (note, id) VALUES ($2, $1)";
    SALES = "SELECT id, note FROM sale ORDER BY id";
    COUNT = "SELECT COUNT(*) FROM sale";
    WRONG = "SELECT nothing FROM nowhere";
    LATER = "INSERT INTO migration (name, hash, applied_at) VALUES ('9999_later', '', 0)";
    NOT_LATER = "DELETE FROM migration WHERE name = '9999_later'";
    FORGET_STEP = "DELETE FROM migration WHERE name = (SELECT MAX(name) FROM migration)";
    SLEEP = "SELECT pg_sleep(CAST($1 AS BIGINT))";
}

/// These tables are the tests' own: not for the registry.
const _: &[crate::Statement] = STATEMENTS;

const ACT: Act = Act::resident("test");

async fn prepare(db: &Db) {
    db.write(ACT, async |tx: &mut Tx<'_>| {
        tx.exec(&MAKE, &[]).await?;
        tx.exec(&MAKE_SALES, &[]).await?;
        tx.exec(&FILL, &[]).await
    })
    .await
    .unwrap();
}

async fn sales(db: &Db) -> i64 {
    db.read(async |tx: &mut Tx<'_>| tx.value::<i64>(&COUNT, &[]).await).await.unwrap()
}

async fn sell(db: &Db, id: i64, note: &str) -> Result<u64, Error> {
    let note = note.to_owned();
    db.write(ACT, async move |tx: &mut Tx<'_>| tx.exec(&SALE, &[id.into(), note.as_str().into()]).await).await
}

async fn run(db: &Db, statement: crate::Statement) {
    db.write(ACT, async move |tx: &mut Tx<'_>| tx.exec(&statement, &[]).await).await.unwrap();
}

/// Longer than anybody waits for a silent server.
const SLOWLY: i64 = 6;

#[test]
fn a_slow_statement_of_a_server_that_lives_is_waited_for() {
    crate::testing::on_postgres(async |db: Db| {
        let sleep = async |tx: &mut Tx<'_>| tx.exec(&SLEEP, &[SLOWLY.into()]).await;
        let (read, exported, written) =
            tokio::join!(db.read(sleep), db.export(sleep), db.write(Act::bulk("test"), sleep));
        for slow in [read, exported, written] {
            slow.unwrap();
        }
    });
}

crate::both! {
    async fn ready_is_who_finds_its_own_steps(db: Db) {
        db.ready().await.unwrap();
        // A newer node beside this one: its steps are additive.
        run(&db, LATER).await;
        db.ready().await.unwrap();
        run(&db, NOT_LATER).await;
        run(&db, FORGET_STEP).await;
        assert!(matches!(db.ready().await, Err(Error::Schema(reason)) if reason.contains("lacks step")));
    }

    async fn err_rolls_back_and_ok_commits(db: Db) {
        prepare(&db).await;
        let hooks = Arc::new(AtomicUsize::new(0));
        for keep in [false, true] {
            let hooks = Arc::clone(&hooks);
            let _refused: Result<(), Error> = db.write(ACT, async move |tx: &mut Tx<'_>| {
                let hooks = Arc::clone(&hooks);
                tx.after_commit(move || { hooks.fetch_add(1, Ordering::SeqCst); });
                tx.exec(&SALE, &[7.into(), "x".into()]).await?;
                if keep { Ok(()) } else { Err(Error::Busy) }
            }).await;
            assert_eq!(sales(&db).await, i64::from(keep));
        }
        assert_eq!(hooks.load(Ordering::SeqCst), 1, "a hook runs after a commit only");
    }

    async fn parameters_are_bound_by_their_number(db: Db) {
        prepare(&db).await;
        sell(&db, 5, "five 五 🎌").await.unwrap();
        let rows = db.read(async |tx: &mut Tx<'_>| tx.all(&SALES, &[]).await).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get::<i64>(0).unwrap(), 5);
        assert_eq!(rows[0].get::<String>(1).unwrap(), "five 五 🎌");
        assert!(matches!(rows[0].get::<bool>(1), Err(Error::Column { column: 1, .. })));
        let short: Result<u64, Error> = db.write(ACT, async |tx: &mut Tx<'_>| tx.exec(&SALE, &[1.into()]).await).await;
        assert!(short.is_err(), "a missing parameter is an error, not a NULL");
    }

    async fn two_seats_for_forty_tasks(db: Db) {
        prepare(&db).await;
        let tasks: Vec<_> = (0..40_i64).map(|id| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(ACT, async move |tx: &mut Tx<'_>| {
                    tx.exec(&SALE, &[id.into(), Value::Null]).await?;
                    match tx.exec(&CLAIM, &[1.into()]).await? {
                        1 => Ok(()),
                        _ => Err(Error::NoRow("sold out")),
                    }
                }).await
            })
        }).collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => won += 1,
                Err(Error::NoRow(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(won, 2);
        assert_eq!(sales(&db).await, 2, "the refused ones left nothing behind");
        let forced: Result<u64, Error> = db.write(ACT, async |tx: &mut Tx<'_>| tx.exec(&FORCE, &[]).await).await;
        assert!(matches!(forced, Err(Error::Constraint { .. })), "the CHECK stands behind the condition: {forced:?}");
    }

    async fn a_panic_or_a_fault_harms_only_its_own_act(db: Db) {
        prepare(&db).await;
        let good: Vec<_> = (0..20).map(|id| { let db = db.clone(); tokio::spawn(async move { sell(&db, id, "ok").await }) }).collect();
        let bad = db.clone();
        let panicked = tokio::spawn(async move {
            bad.write(ACT, async |tx: &mut Tx<'_>| -> Result<(), Error> {
                tx.exec(&SALE, &[99.into(), Value::Null]).await?;
                panic!("on purpose")
            }).await
        }).await;
        assert!(!matches!(panicked, Ok(Ok(()))));
        let wrong: Result<u64, Error> = db.write(ACT, async |tx: &mut Tx<'_>| tx.exec(&WRONG, &[]).await).await;
        assert!(matches!(wrong, Err(Error::Statement { .. })));
        let twice = sell(&db, 3, "again").await;
        drop(twice);
        for task in good {
            task.await.unwrap().unwrap_or(0);
        }
        sell(&db, 100, "the writer lives").await.unwrap();
        assert!(sales(&db).await >= 20);
        let rows = db.read(async |tx: &mut Tx<'_>| tx.all(&SALES, &[]).await).await.unwrap();
        assert!(!rows.iter().any(|r| r.get::<i64>(0).unwrap() == 99), "what panicked was rolled back");
    }

    async fn a_batch_counts_its_rows_and_a_pipeline_keeps_order(db: Db) {
        prepare(&db).await;
        let (sum, counts) = db.write(ACT, async |tx: &mut Tx<'_>| {
            let rows: Vec<Vec<Value>> = (0..500_i64).map(|id| vec![id.into(), "bulk".into()]).collect();
            let sum = tx.batch(&SALE, &rows).await?;
            let counts = tx.pipeline(&[(&CLAIM, vec![1.into()]), (&CLAIM, vec![9.into()])]).await?;
            Ok::<_, Error>((sum, counts))
        }).await.unwrap();
        assert_eq!((sum, counts), (500, vec![1, 0]));
    }

    async fn a_read_is_a_snapshot_and_cannot_write(db: Db) {
        prepare(&db).await;
        let wrote: Result<u64, Error> = db.read(async |tx: &mut Tx<'_>| tx.exec(&FILL, &[]).await).await;
        assert!(wrote.is_err());
        let point = db.point(async |tx: &mut Tx<'_>| tx.value::<i64>(&SOLD, &[]).await).await;
        assert_eq!(point.unwrap(), 0);
        db.ping().await.unwrap();
    }

    async fn a_topic_is_told_after_the_commit_only(db: Db) {
        prepare(&db).await;
        let mut topics = db.listen();
        let refused: Result<(), Error> = db.write(ACT, async |tx: &mut Tx<'_>| { tx.announce("no"); Err(Error::Busy) }).await;
        assert!(refused.is_err());
        db.write(ACT, async |tx: &mut Tx<'_>| { tx.announce("yes"); tx.announce("yes"); Ok::<_, Error>(()) }).await.unwrap();
        // The link between nodes begins by saying that anything may have changed.
        let mut told = topics.recv().await.unwrap();
        while &*told == crate::EVERYTHING { told = topics.recv().await.unwrap(); }
        assert_eq!(&*told, "yes");
    }
}

#[test]
fn waiting_inside_a_transaction_is_refused() {
    crate::testing::on_sqlite(async |db: Db| {
        prepare(&db).await;
        let waited: Result<(), Error> = db
            .write(ACT, async |tx: &mut Tx<'_>| {
                tx.exec(&SALE, &[1.into(), Value::Null]).await?;
                std::future::pending::<()>().await;
                Ok(())
            })
            .await;
        assert!(matches!(waited, Err(Error::ForeignAwait("test"))));
        assert_eq!(sales(&db).await, 0);
    });
}

#[test]
fn a_full_lane_is_refused_and_staff_still_pass() {
    crate::testing::on_sqlite(async |db: Db| {
        prepare(&db).await;
        let hold = db.clone();
        let blocker = tokio::spawn(async move {
            hold.write(Act::bulk("slow"), async |tx: &mut Tx<'_>| {
                std::thread::sleep(Duration::from_millis(400));
                tx.exec(&FORCE, &[]).await
            })
            .await
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        let crowd: Vec<_> = (0..5000_i64)
            .map(|id| {
                let db = db.clone();
                tokio::spawn(async move { sell(&db, id, "crowd").await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let staff = db.write(Act::staff("staff"), async |tx: &mut Tx<'_>| tx.value::<i64>(&COUNT, &[]).await).await;
        let seen = staff.unwrap();
        assert!(seen < 4096, "staff passed the crowd: {seen} were served before");
        let mut refused = 0;
        for task in crowd {
            refused += usize::from(matches!(task.await.unwrap(), Err(Error::Busy)));
        }
        blocker.await.unwrap().unwrap();
        assert!(refused > 0, "more than the lane holds is told to come again");
        assert_eq!(sales(&db).await, 5000 - refused as i64, "every other one is there");
    });
}

#[test]
fn two_nodes_hear_each_other() {
    let database = PgDatabase::migrated();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let open =
            |node: &str| Db::open(Config::new(Location::Postgres(database.url().to_owned()), node.to_owned())).unwrap();
        let (a, b) = (open("a"), open("b"));
        let mut heard = b.listen();
        let mut topics = Vec::new();
        // Repeated, as the link may still be opening: hints may be lost, never invented.
        while !topics.iter().any(|t: &crate::Topic| &**t == "visits/1") {
            a.write(ACT, async |tx: &mut Tx<'_>| {
                tx.announce("visits/1");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
            if let Ok(Ok(topic)) = tokio::time::timeout(Duration::from_millis(100), heard.recv()).await {
                topics.push(topic);
            }
        }
    });
}

#[test]
fn values_of_the_wrong_kind_are_not_read() {
    assert_eq!(u8::from_value(&Value::Int(256)), None);
    assert_eq!(bool::from_value(&Value::Int(2)), None);
    assert_eq!(Option::<i64>::from_value(&Value::Null), Some(None));
}
