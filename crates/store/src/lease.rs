//! Leases: a named job runs in one process at a time, and goes on elsewhere when that process is gone.

use std::time::Duration;

use kernel::World;

use crate::{Error, Tx};

crate::statements! {
    /// Takes a free or run-out lease, or prolongs one's own. The fence grows whenever the lease was not held without a break.
    TAKE = "INSERT INTO lease (name, holder, until, fence) VALUES ($1, $2, $3, 1)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
            fence = lease.fence + CASE WHEN lease.holder = excluded.holder AND lease.until > $4 THEN 0 ELSE 1 END
        WHERE lease.until <= $4 OR lease.holder = excluded.holder
        RETURNING fence";
    /// Gives one's own lease back.
    RELEASE = "UPDATE lease SET until = 0 WHERE name = $1 AND holder = $2";
}

/// A held lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Grows with every change of hands: a write that carries an old fence comes from a holder that was too slow.
    pub fence: i64,
}

/// Takes or prolongs the lease `name` for `holder` (a process, by a name no other process has); `None` while another
/// holds it.
///
/// Times are compared between the clocks of the nodes, so `time` should be far longer than they can differ: 30 s or
/// more. A holder prolongs at a third of it.
///
/// # Errors
/// Any storage [`Error`].
pub async fn take(
    tx: &mut Tx<'_>,
    world: &World,
    name: &'static str,
    holder: &str,
    time: Duration,
) -> Result<Option<Lease>, Error> {
    let now = world.now();
    let row = tx.opt(&TAKE, &[name.into(), holder.into(), now.plus(time).into(), now.into()]).await?;
    row.map(|row| Ok(Lease { fence: row.get(0)? })).transpose()
}

/// Gives the lease back before its time, so that another process need not wait.
///
/// # Errors
/// Any storage [`Error`].
pub async fn release(tx: &mut Tx<'_>, name: &'static str, holder: &str) -> Result<(), Error> {
    tx.exec(&RELEASE, &[name.into(), holder.into()]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use kernel::time::{Instant, TestClock};

    use super::*;
    use crate::{Act, Db};

    const ACT: Act = Act::bulk("test");
    const TIME: Duration = Duration::from_secs(30);

    async fn try_take(db: &Db, world: &World, holder: &str) -> Option<i64> {
        let (world, holder) = (world.clone(), holder.to_owned());
        let taken = db.write(ACT, async move |tx: &mut Tx<'_>| take(tx, &world, "test.job", &holder, TIME).await).await;
        taken.unwrap().map(|lease| lease.fence)
    }

    crate::both! {
        async fn one_holder_at_a_time(db: Db) {
            let clock = TestClock::at(Instant::from_micros(1_000_000));
            let world = World::fixed(clock.clone(), 1);
            assert_eq!(try_take(&db, &world, "a").await, Some(1));
            assert_eq!(try_take(&db, &world, "b").await, None);
            clock.advance(TIME / 2);
            assert_eq!(try_take(&db, &world, "a").await, Some(1), "prolonging keeps the fence");
            clock.advance(TIME / 2);
            assert_eq!(try_take(&db, &world, "b").await, None, "it was prolonged");
            clock.advance(TIME / 2);
            assert_eq!(try_take(&db, &world, "b").await, Some(2));
            assert_eq!(try_take(&db, &world, "a").await, None);
            let released = db.write(ACT, async |tx: &mut Tx<'_>| release(tx, "test.job", "a").await).await;
            released.unwrap();
            assert_eq!(try_take(&db, &world, "a").await, None, "nobody gives back what another holds");
            db.write(ACT, async |tx: &mut Tx<'_>| release(tx, "test.job", "b").await).await.unwrap();
            assert_eq!(try_take(&db, &world, "a").await, Some(3));
            clock.advance(TIME * 2);
            assert_eq!(try_take(&db, &world, "a").await, Some(4), "a break in holding is a change of hands");
        }

        async fn of_many_who_reach_for_it_one_gets_it(db: Db) {
            let world = World::fixed(TestClock::at(Instant::from_micros(1_000_000)), 1);
            let tasks: Vec<_> = (0..40)
                .map(|n| {
                    let (db, world) = (db.clone(), world.clone());
                    tokio::spawn(async move { try_take(&db, &world, &format!("node {n}")).await })
                })
                .collect();
            let mut won = 0;
            for task in tasks {
                won += usize::from(task.await.unwrap().is_some());
            }
            assert_eq!(won, 1);
        }
    }
}
