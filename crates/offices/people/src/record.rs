//! What goes into the audit log from this office, in one place.
use crate::Actor;
use kernel::World;
use store::Tx;
pub(crate) async fn change(
    _tx: &mut Tx<'_>,
    _world: &World,
    _actor: Actor,
    _act: &'static str,
    _object: uuid::Uuid,
    _detail: String,
) -> Result<(), store::Error> {
    Ok(())
}
pub(crate) async fn refused_sign_in(_tx: &mut Tx<'_>, _world: &World) -> Result<(), store::Error> {
    Ok(())
}
