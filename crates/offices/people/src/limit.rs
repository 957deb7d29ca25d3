//! How often may be guessed, counted in the database for all nodes together.
//!
//! Right answers are forgiven, so that only wrong ones add up. A town hall shares one address, so an address is only
//! charged for failures, and generously; the narrow limit is that of one login from one address. The limit of a login
//! over all addresses is wide, because whoever knows a login could otherwise lock its owner out with little effort.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use kernel::World;
use kernel::time::Instant;
use store::Tx;
use store::limits::{self, Limit, Verdict};

use crate::PersonId;

const MINUTE: u64 = 60;

/// Attempts for one login from one address.
const LOGIN_AT_ADDRESS: Limit =
    Limit { name: "people.sign_in.login_at_address", max: 10, window: Duration::from_secs(15 * MINUTE) };
/// Attempts for one login from anywhere.
const LOGIN: Limit = Limit { name: "people.sign_in.login", max: 100, window: Duration::from_secs(60 * MINUTE) };
/// Failures from one address.
const ADDRESS: Limit = Limit { name: "people.sign_in.address", max: 200, window: Duration::from_secs(15 * MINUTE) };
/// Second factors of one person.
const SECOND_FACTOR: Limit = Limit { name: "people.second_factor", max: 10, window: Duration::from_secs(15 * MINUTE) };
/// Present passwords typed before something is changed that a session alone may not change.
const OWN_PASSWORD: Limit = Limit { name: "people.change_password", max: 10, window: Duration::from_secs(15 * MINUTE) };

/// When to try again, if not now.
pub(crate) type Wait = Option<Instant>;

fn wait(verdict: Verdict) -> Wait {
    match verdict {
        Verdict::Allowed { .. } => None,
        Verdict::Refused { until } => Some(until),
    }
}

/// Who is charged: a network of one household or office counts as one address.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn pair(login: &str, address: IpAddr) -> String {
    format!("{login} {}", network(address))
}

/// Counts an attempt to sign in.
pub(crate) async fn sign_in(
    tx: &mut Tx<'_>,
    world: &World,
    login: &str,
    address: IpAddr,
) -> Result<Wait, store::Error> {
    if let Some(until) = wait(limits::look(tx, world, &ADDRESS, &network(address)).await?) {
        return Ok(Some(until));
    }
    if let Some(until) = wait(limits::hit(tx, world, &LOGIN_AT_ADDRESS, &pair(login, address)).await?) {
        return Ok(Some(until));
    }
    limits::hit(tx, world, &LOGIN, login).await.map(wait)
}

/// The attempt failed.
pub(crate) async fn failed(tx: &mut Tx<'_>, world: &World, address: IpAddr) -> Result<(), store::Error> {
    limits::hit(tx, world, &ADDRESS, &network(address)).await.map(drop)
}

/// The password was right.
pub(crate) async fn succeeded(tx: &mut Tx<'_>, login: &str, address: IpAddr) -> Result<(), store::Error> {
    limits::forgive(tx, &LOGIN_AT_ADDRESS, &pair(login, address)).await?;
    limits::forgive(tx, &LOGIN, login).await
}

/// Counts an answer to the second factor.
pub(crate) async fn second_factor(tx: &mut Tx<'_>, world: &World, person: PersonId) -> Result<Wait, store::Error> {
    limits::hit(tx, world, &SECOND_FACTOR, &person.to_string()).await.map(wait)
}

/// The second factor was right.
pub(crate) async fn second_factor_right(tx: &mut Tx<'_>, person: PersonId) -> Result<(), store::Error> {
    limits::forgive(tx, &SECOND_FACTOR, &person.to_string()).await
}

/// Counts a present password typed again.
pub(crate) async fn own_password(tx: &mut Tx<'_>, world: &World, person: PersonId) -> Result<Wait, store::Error> {
    limits::hit(tx, world, &OWN_PASSWORD, &person.to_string()).await.map(wait)
}

/// The present password was right.
pub(crate) async fn own_password_right(tx: &mut Tx<'_>, person: PersonId) -> Result<(), store::Error> {
    limits::forgive(tx, &OWN_PASSWORD, &person.to_string()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
