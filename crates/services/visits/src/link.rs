//! The secret link of a visit: derived from its id by a key of this city, so that it stands nowhere.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::World;
use sha2::Sha256;
use store::{Error, Tx};

use crate::{model::VisitId, number::Number};

/// The key's name in the store.
const NAME: &str = "visits.link";

/// Bytes of a secret: 128 bits.
const LENGTH: usize = 16;

/// The key of all links of this city.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl LinkKey {
    /// The city's key, made at first use; in a transaction that writes.
    ///
    /// # Errors
    /// Storage only.
    pub async fn make(tx: &mut Tx<'_>, world: &World) -> Result<Self, Error> {
        store::secrets::key(tx, world, NAME).await.map(Self)
    }

    /// The city's key, unless nothing was ever booked.
    ///
    /// # Errors
    /// Storage only.
    pub async fn find(tx: &mut Tx<'_>) -> Result<Option<Self>, Error> {
        Ok(store::secrets::find(tx, NAME).await?.map(Self))
    }

    fn mac(&self, visit: VisitId) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(visit.uuid().as_bytes());
        Some(mac)
    }

    /// The secret of a visit: 26 letters and digits.
    #[must_use]
    pub fn secret(&self, visit: VisitId) -> String {
        // HMAC takes keys of any length, so there always is one.
        self.mac(visit).map(|mac| BASE32_NOPAD.encode(&mac.finalize().into_bytes()[..LENGTH])).unwrap_or_default()
    }

    /// Whether `given` is the secret of this visit; takes the same time whatever it is.
    #[must_use]
    pub fn fits(&self, visit: VisitId, given: &str) -> bool {
        let Ok(given) = BASE32_NOPAD.decode(given.trim().to_ascii_uppercase().as_bytes()) else { return false };
        given.len() == LENGTH && self.mac(visit).is_some_and(|mac| mac.verify_truncated_left(&given).is_ok())
    }
}

/// The path of a resident's own page. It lets whoever has it see and cancel the visit.
#[must_use]
pub fn path(number: &Number, secret: &str) -> String {
    format!("/visits/bookings/{number}?secret={secret}")
}

#[cfg(test)]
mod tests {
    use kernel::{
        World,
        time::{Instant, TestClock},
    };

    use super::*;

    #[test]
    fn only_its_own_secret_opens_a_visit() {
        let world = World::fixed(TestClock::at(Instant::from_micros(1_700_000_000_000_000)), 1);
        let (key, other) = (LinkKey(world.bytes()), LinkKey(world.bytes()));
        let (visit, neighbour): (VisitId, VisitId) = (world.id(), world.id());
        let secret = key.secret(visit);
        assert_eq!(secret.len(), 26);
        assert!(key.fits(visit, &secret));
        assert!(key.fits(visit, &format!(" {} ", secret.to_lowercase())));
        assert!(!key.fits(neighbour, &secret));
        assert!(!other.fits(visit, &secret));
        for wrong in ["", "A", &secret[..24], &format!("{secret}AA"), "not base32 at all ☃"] {
            assert!(!key.fits(visit, wrong), "{wrong}");
        }
    }
}
