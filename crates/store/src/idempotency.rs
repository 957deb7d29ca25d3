//! Idempotency keys: the same command sent twice is done once, and the second answer is the first one again.

use std::time::Duration;

use kernel::World;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Error, Tx};

/// How long a key is remembered.
pub const KEPT: Duration = Duration::from_hours(24);

crate::statements! {
    /// Claims a key nobody has used within its time.
    CLAIM = "INSERT INTO idempotency (key, command, object, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key) DO UPDATE SET command = excluded.command, object = excluded.object, at = excluded.at
        WHERE idempotency.at <= $5";
    /// What a key stands for.
    FIND = "SELECT command, object FROM idempotency WHERE key = $1";
    /// Removes keys past their time.
    SWEEP = "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE at <= $1 LIMIT 500)";
}

/// The value of an `Idempotency-Key` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Reads a header's value: 1 to 255 visible ASCII characters. Only a digest of it is kept.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        fits.then(|| Self(Sha256::digest(text).into()))
    }
}

/// What came of claiming a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The command is new: carry it out, making the object with the id that was given.
    New,
    /// The command was carried out before and made this object: answer as then.
    Again(Uuid),
    /// The key was used for another command.
    Conflict,
}

/// Claims `key` for `command` on `route` (`POST /api/v1/visits/bookings`), which will make `object`.
///
/// The row is part of the caller's transaction: a refusal (`Err`) takes it back, so refusals are not remembered and the
/// same key may be tried again. The answer is not stored but built again from the object, so no secret rests here.
///
/// `command` is the parsed command, so spelling, order of fields and white space of the request play no part.
///
/// # Errors
/// Any storage [`Error`].
pub async fn claim(
    tx: &mut Tx<'_>,
    world: &World,
    key: &Key,
    route: &str,
    command: &impl Serialize,
    object: Uuid,
) -> Result<Claim, Error> {
    let command = digest(route, command);
    let now = world.now();
    let params = [key.0.into(), command.into(), object.into(), now.into(), now.minus(KEPT).into()];
    if tx.exec(&CLAIM, &params).await? == 1 {
        return Ok(Claim::New);
    }
    let row = tx.one(&FIND, &[key.0.into()]).await?;
    Ok(if row.get::<Vec<u8>>(0)? == command { Claim::Again(row.get(1)?) } else { Claim::Conflict })
}

fn digest(route: &str, command: &impl Serialize) -> [u8; 32] {
    // A command that cannot be written as JSON does not exist: commands are structs of plain fields.
    let command = serde_json::to_vec(command).unwrap_or_default();
    Sha256::new().chain_update(route).chain_update([0]).chain_update(command).finalize().into()
}

/// Removes up to 500 keys past their time; see [`crate::tidy()`].
///
/// # Errors
/// Any storage [`Error`].
pub async fn sweep(tx: &mut Tx<'_>, world: &World) -> Result<u64, Error> {
    tx.exec(&SWEEP, &[world.now().minus(KEPT).into()]).await
}

#[cfg(test)]
mod tests {
    use kernel::time::{Instant, TestClock};

    use super::*;
    use crate::{Act, Db};

    const ACT: Act = Act::resident("test");

    #[derive(Serialize, Clone)]
    struct Book {
        slot: u32,
    }

    /// Books as a service would: claims first, refuses slot 13.
    async fn book(db: &Db, world: &World, key: &str, slot: u32) -> Result<(Claim, Uuid), Error> {
        let (world, key, object) = (world.clone(), Key::parse(key).unwrap(), Uuid::from_bytes(world.bytes()));
        db.write(ACT, async move |tx: &mut Tx<'_>| {
            let claim = claim(tx, &world, &key, "POST /book", &Book { slot }, object).await?;
            if slot == 13 { Err(Error::NoRow("full")) } else { Ok((claim, object)) }
        })
        .await
    }

    fn a_day() -> (TestClock, World) {
        let clock = TestClock::at(Instant::from_micros(1_000_000_000_000));
        (clock.clone(), World::fixed(clock, 3))
    }

    crate::both! {
        async fn the_same_command_is_done_once(db: Db) {
            let (clock, world) = a_day();
            let (claim, object) = book(&db, &world, "k", 1).await.unwrap();
            assert_eq!(claim, Claim::New);
            assert_eq!(book(&db, &world, "k", 1).await.unwrap().0, Claim::Again(object));
            assert_eq!(book(&db, &world, "k", 2).await.unwrap().0, Claim::Conflict);
            assert_eq!(book(&db, &world, "other", 1).await.unwrap().0, Claim::New);
            clock.advance(KEPT);
            assert_eq!(book(&db, &world, "k", 2).await.unwrap().0, Claim::New, "the key is free after a day");
            assert_eq!(book(&db, &world, "k", 1).await.unwrap().0, Claim::Conflict);
            let swept = { let world = world.clone(); db.write(ACT, async move |tx: &mut Tx<'_>| sweep(tx, &world).await).await };
            assert_eq!(swept.unwrap(), 1);
        }

        async fn a_refusal_is_not_remembered(db: Db) {
            let (_, world) = a_day();
            assert!(book(&db, &world, "k", 13).await.is_err());
            assert_eq!(book(&db, &world, "k", 1).await.unwrap().0, Claim::New);
        }

        async fn forty_double_taps_are_one_booking(db: Db) {
            let (_, world) = a_day();
            let tasks: Vec<_> = (0..40)
                .map(|_| {
                    let (db, world) = (db.clone(), world.clone());
                    tokio::spawn(async move { book(&db, &world, "tap", 1).await.unwrap() })
                })
                .collect();
            let (mut new, mut objects) = (0, std::collections::BTreeSet::new());
            for task in tasks {
                match task.await.unwrap() {
                    (Claim::New, object) => { new += 1; objects.insert(object); }
                    (Claim::Again(object), _) => { objects.insert(object); }
                    (Claim::Conflict, _) => panic!("the commands are equal"),
                }
            }
            assert_eq!((new, objects.len()), (1, 1));
        }
    }

    #[test]
    fn keys_are_visible_ascii() {
        assert!(Key::parse("8e03978e-40d5-43e8-bc93-6894a57f9324").is_some());
        for text in ["", "a\nb", "日本", &"x".repeat(256)] {
            assert!(Key::parse(text).is_none(), "{text}");
        }
        assert_ne!(Key::parse("a"), Key::parse("b"));
    }

    #[test]
    fn another_route_is_another_command() {
        assert_ne!(digest("POST /a", &Book { slot: 1 }), digest("POST /b", &Book { slot: 1 }));
    }
}
