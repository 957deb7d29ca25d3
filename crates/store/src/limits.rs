//! Shared limits: how often somebody may try something within a window of time, counted in the database for all nodes.

use std::time::Duration;

use kernel::World;
use kernel::time::Instant;
use sha2::{Digest as _, Sha256};

use crate::{Error, Tx};

crate::statements! {
    /// Counts one attempt unless the window is full.
    HIT = "INSERT INTO attempt (name, subject, ends, count) VALUES ($1, $2, $3, 1)
        ON CONFLICT (name, subject, ends) DO UPDATE SET count = attempt.count + 1 WHERE attempt.count < $4
        RETURNING count";
    /// How many attempts the window holds.
    COUNT = "SELECT count FROM attempt WHERE name = $1 AND subject = $2 AND ends = $3";
    /// Forgives a subject, as after a correct password.
    FORGIVE = "DELETE FROM attempt WHERE name = $1 AND subject = $2";
    /// Removes windows that are over.
    SWEEP = "DELETE FROM attempt WHERE (name, subject, ends) IN
        (SELECT name, subject, ends FROM attempt WHERE ends <= $1 LIMIT 500)";
}

/// A limit: at most `max` attempts within each window of length `window`.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Its name: `people.sign_in`.
    pub name: &'static str,
    /// Attempts that are let through in one window.
    pub max: u32,
    /// The length of a window; windows begin at multiples of it.
    pub window: Duration,
}

/// Whether an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may; so many more may follow in this window.
    Allowed {
        /// Attempts left.
        left: u32,
    },
    /// It may not before this instant.
    Refused {
        /// When the next window begins.
        until: Instant,
    },
}

impl Verdict {
    /// Whether it may go on.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed { .. })
    }
}

impl Limit {
    fn ends(&self, world: &World) -> Instant {
        let window = i64::try_from(self.window.as_micros()).unwrap_or(i64::MAX).max(1);
        Instant::from_micros((world.now().micros().div_euclid(window) + 1).saturating_mul(window))
    }
}

/// Subjects (an account's name, an address) are kept as digests: the table is no list of who tried what.
fn digest(limit: &Limit, subject: &str) -> Vec<u8> {
    Sha256::new().chain_update(limit.name).chain_update([0]).chain_update(subject).finalize()[..16].to_vec()
}

/// Counts one attempt of `subject` and says whether it may go on. A refused attempt is not written.
///
/// An `Err` rolls its transaction back, and the count with it: run this in a transaction of its own, committed before the
/// attempt itself is made.
///
/// # Errors
/// Any storage [`Error`].
pub async fn hit(tx: &mut Tx<'_>, world: &World, limit: &Limit, subject: &str) -> Result<Verdict, Error> {
    let ends = limit.ends(world);
    if limit.max == 0 {
        return Ok(Verdict::Refused { until: ends });
    }
    let params = [limit.name.into(), digest(limit, subject).into(), ends.into(), limit.max.into()];
    match tx.opt(&HIT, &params).await? {
        Some(row) => Ok(Verdict::Allowed { left: limit.max - row.get::<u32>(0)?.min(limit.max) }),
        None => Ok(Verdict::Refused { until: ends }),
    }
}

/// Whether an attempt of `subject` would be let through, without counting one.
///
/// # Errors
/// Any storage [`Error`].
pub async fn look(tx: &mut Tx<'_>, world: &World, limit: &Limit, subject: &str) -> Result<Verdict, Error> {
    let ends = limit.ends(world);
    let row = tx.opt(&COUNT, &[limit.name.into(), digest(limit, subject).into(), ends.into()]).await?;
    let count: u32 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(if count < limit.max { Verdict::Allowed { left: limit.max - count } } else { Verdict::Refused { until: ends } })
}

/// Forgets the attempts of `subject`, as after one that succeeded.
///
/// # Errors
/// Any storage [`Error`].
pub async fn forgive(tx: &mut Tx<'_>, limit: &Limit, subject: &str) -> Result<(), Error> {
    tx.exec(&FORGIVE, &[limit.name.into(), digest(limit, subject).into()]).await.map(drop)
}

/// Removes up to 500 windows that are over; see [`crate::tidy()`].
///
/// # Errors
/// Any storage [`Error`].
pub async fn sweep(tx: &mut Tx<'_>, world: &World) -> Result<u64, Error> {
    tx.exec(&SWEEP, &[world.now().into()]).await
}

#[cfg(test)]
mod tests {
    use kernel::time::TestClock;

    use super::*;
    use crate::{Act, Db};

    const ACT: Act = Act::resident("test");
    const LIMIT: Limit = Limit { name: "test.try", max: 5, window: Duration::from_secs(60) };

    async fn try_hit(db: &Db, world: &World, subject: &str) -> Verdict {
        let (world, subject) = (world.clone(), subject.to_owned());
        db.write(ACT, async move |tx: &mut Tx<'_>| hit(tx, &world, &LIMIT, &subject).await).await.unwrap()
    }

    async fn try_look(db: &Db, world: &World, subject: &str) -> Verdict {
        let (world, subject) = (world.clone(), subject.to_owned());
        db.read(async move |tx: &mut Tx<'_>| look(tx, &world, &LIMIT, &subject).await).await.unwrap()
    }

    crate::both! {
        async fn a_window_fills_and_a_new_one_is_empty(db: Db) {
            let clock = TestClock::at(Instant::from_micros(90_000_000));
            let world = World::fixed(clock.clone(), 1);
            for left in (0..5).rev() {
                assert_eq!(try_hit(&db, &world, "hanako").await, Verdict::Allowed { left });
            }
            let until = Instant::from_micros(120_000_000);
            assert_eq!(try_hit(&db, &world, "hanako").await, Verdict::Refused { until });
            assert_eq!(try_look(&db, &world, "hanako").await, Verdict::Refused { until });
            assert_eq!(try_look(&db, &world, "taro").await, Verdict::Allowed { left: 5 }, "others are not touched");
            clock.set(until);
            assert!(try_hit(&db, &world, "hanako").await.is_allowed());
            let swept = { let world = world.clone(); db.write(ACT, async move |tx: &mut Tx<'_>| sweep(tx, &world).await).await };
            assert_eq!(swept.unwrap(), 1, "the first window only");
            assert_eq!(try_look(&db, &world, "hanako").await, Verdict::Allowed { left: 4 });
            db.write(ACT, async |tx: &mut Tx<'_>| forgive(tx, &LIMIT, "hanako").await).await.unwrap();
            assert_eq!(try_look(&db, &world, "hanako").await, Verdict::Allowed { left: 5 });
        }

        async fn a_hundred_at_once_are_still_five(db: Db) {
            let world = World::fixed(TestClock::at(Instant::from_micros(90_000_000)), 1);
            let tasks: Vec<_> = (0..100)
                .map(|_| {
                    let (db, world) = (db.clone(), world.clone());
                    tokio::spawn(async move { try_hit(&db, &world, "hanako").await.is_allowed() })
                })
                .collect();
            let mut allowed = 0;
            for task in tasks {
                allowed += usize::from(task.await.unwrap());
            }
            assert_eq!(allowed, 5);
        }
    }
}
