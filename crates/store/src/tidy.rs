//! Removes what the store keeps for a while only, in steps small enough that nobody waits for them.

use kernel::World;
use kernel::time::Instant;

use crate::{Act, Db, Error, Tx, idempotency, limits, outbox};

const ACT: Act = Act::bulk("store.tidy");

/// Removes idempotency keys and windows of limits whose time is over, and outbox items settled before `settled_before`.
/// How many rows went. For a job every hour.
///
/// # Errors
/// Any storage [`Error`]; what was removed until then stays removed.
pub async fn tidy(db: &Db, world: &World, settled_before: Instant) -> Result<u64, Error> {
    let mut sum = 0;
    loop {
        let clock = world.clone();
        let keys = db.write(ACT, async move |tx: &mut Tx<'_>| idempotency::sweep(tx, &clock).await).await?;
        let clock = world.clone();
        let windows = db.write(ACT, async move |tx: &mut Tx<'_>| limits::sweep(tx, &clock).await).await?;
        let items = db.write(ACT, async move |tx: &mut Tx<'_>| outbox::sweep(tx, settled_before).await).await?;
        if keys + windows + items == 0 {
            return Ok(sum);
        }
        sum += keys + windows + items;
    }
}

#[cfg(test)]
mod tests {
    use kernel::time::TestClock;
    use uuid::Uuid;

    use super::*;
    use crate::limits::Limit;
    use crate::outbox::Item;

    crate::both! {
        async fn more_than_a_step_goes_and_the_rest_stays(db: Db) {
            let clock = TestClock::at(Instant::from_micros(1_800_000_000_000_000));
            let world = World::fixed(clock.clone(), 1);
            let start = world.now();
            let fill = async |from: usize, to: usize| {
                let world = world.clone();
                db.write(ACT, async move |tx: &mut Tx<'_>| {
                    let limit = Limit { name: "test", max: 9, window: idempotency::KEPT };
                    for n in from..to {
                        let key = idempotency::Key::parse(&n.to_string()).ok_or(Error::Busy)?;
                        idempotency::claim(tx, &world, &key, "", &n, Uuid::nil()).await?;
                        limits::hit(tx, &world, &limit, &n.to_string()).await?;
                        outbox::put(tx, &world, &Item::new("test", n.to_string(), serde_json::json!({}))).await?;
                    }
                    outbox::hold_all(tx).await?;
                    Ok::<_, Error>(())
                })
                .await
                .unwrap();
            };
            fill(0, 510).await;
            let clock_of = world.clone();
            db.write(ACT, async move |tx: &mut Tx<'_>| outbox::discard_held(tx, &clock_of).await).await.unwrap();
            clock.advance(idempotency::KEPT * 2);
            fill(510, 520).await;
            assert_eq!(tidy(&db, &world, start.plus_minutes(1)).await.unwrap(), 3 * 510);
            assert_eq!(tidy(&db, &world, start.plus_minutes(1)).await.unwrap(), 0);
            let left = db.read(async |tx: &mut Tx<'_>| outbox::counts(tx).await).await.unwrap();
            assert_eq!(left.held, 10);
        }
    }
}
