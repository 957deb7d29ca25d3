//! How often may be guessed, counted in the database for all nodes together.
use crate::PersonId;
use kernel::World;
use kernel::time::Instant;
use std::net::IpAddr;
use store::Tx;
pub(crate) enum Taken {
    Allowed,
    Refused { retry_at: Instant },
}
pub(crate) async fn sign_in(
    _tx: &mut Tx<'_>,
    _world: &World,
    _login: &str,
    _address: IpAddr,
) -> Result<Taken, store::Error> {
    Ok(Taken::Allowed)
}
pub(crate) async fn second_factor(_tx: &mut Tx<'_>, _world: &World, _person: PersonId) -> Result<Taken, store::Error> {
    Ok(Taken::Allowed)
}
pub(crate) async fn own_password(_tx: &mut Tx<'_>, _world: &World, _person: PersonId) -> Result<Taken, store::Error> {
    Ok(Taken::Allowed)
}
