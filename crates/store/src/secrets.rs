//! Keys the city needs (link secrets, signing), made at first need and the same for every process ever after.

use kernel::World;

use crate::{Error, Tx};

crate::statements! {
    /// Makes a key unless somebody did before.
    MAKE = "INSERT INTO secret (name, value, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    /// Reads a key.
    FIND = "SELECT value FROM secret WHERE name = $1";
}

/// The key of this name, made now if there is none yet: every caller on every node gets the same one.
///
/// Names belong to the room that uses them: `visits.link`. A key never changes; a new one is a new name.
///
/// # Errors
/// Any storage [`Error`].
pub async fn key(tx: &mut Tx<'_>, world: &World, name: &'static str) -> Result<[u8; 32], Error> {
    if let Some(key) = find(tx, name).await? {
        return Ok(key);
    }
    let made = world.bytes::<32>();
    tx.exec(&MAKE, &[name.into(), made.into(), world.now().into()]).await?;
    // Read again: if another process was first, its key is the key.
    find(tx, name).await?.ok_or(Error::NoRow(FIND.name))
}

/// The key of this name if it was made; for reads, which cannot make one.
///
/// # Errors
/// Any storage [`Error`].
pub async fn find(tx: &mut Tx<'_>, name: &'static str) -> Result<Option<[u8; 32]>, Error> {
    let Some(row) = tx.opt(&FIND, &[name.into()]).await? else {
        return Ok(None);
    };
    let value: Vec<u8> = row.get(0)?;
    let key = value.try_into().map_err(|_| Error::Column { column: 0, expected: "32 bytes", found: "other bytes" })?;
    Ok(Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Act, Db};

    crate::both! {
        async fn everybody_gets_the_same_key(db: Db) {
            let tasks: Vec<_> = (0..30)
                .map(|_| {
                    let db = db.clone();
                    tokio::spawn(async move {
                        // Every task has a world of its own, as every node has.
                        let world = World::real();
                        db.write(Act::bulk("test"), async move |tx: &mut Tx<'_>| key(tx, &world, "test.link").await).await
                    })
                })
                .collect();
            let mut keys = std::collections::BTreeSet::new();
            for task in tasks {
                keys.insert(task.await.unwrap().unwrap());
            }
            assert_eq!(keys.len(), 1);
            let read = db.read(async |tx: &mut Tx<'_>| find(tx, "test.link").await).await.unwrap();
            assert_eq!(read, keys.pop_first());
        }

        async fn names_have_keys_of_their_own(db: Db) {
            let world = World::real();
            let (one, other) = db
                .write(Act::bulk("test"), async move |tx: &mut Tx<'_>| {
                    Ok::<_, Error>((key(tx, &world, "test.one").await?, key(tx, &world, "test.other").await?))
                })
                .await
                .unwrap();
            assert_ne!(one, other);
            assert_eq!(db.read(async |tx: &mut Tx<'_>| find(tx, "test.none").await).await.unwrap(), None);
        }
    }
}
