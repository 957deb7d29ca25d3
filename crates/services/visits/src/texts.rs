//! The messages of this service.
use crate::{book::Booked, visit::Visit};
use kernel::{World, locale::Locale, text::Email};
use store::{Error, Tx};
pub(crate) async fn booked(
    _tx: &mut Tx<'_>,
    _world: &World,
    _booked: &Booked,
    _email: &Email,
    _locale: Locale,
) -> Result<(), Error> {
    Ok(())
}
pub(crate) async fn cancelled(_tx: &mut Tx<'_>, _world: &World, _visit: &Visit) -> Result<(), Error> {
    Ok(())
}
