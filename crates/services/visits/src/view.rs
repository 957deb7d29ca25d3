//! Opening a visit with its number and secret. A wrong secret looks the same as no such number.

use store::{Error, Tx};

use crate::{link::LinkKey, model::VisitId, number::Number, visit::Visit};

/// The visit a resident's link opens; none for a wrong number or a wrong secret.
///
/// # Errors
/// Storage only.
pub async fn view(tx: &mut Tx<'_>, number: &Number, secret: &str) -> Result<Option<Visit>, Error> {
    let found = Visit::find_number(tx, number).await?;
    let Some(key) = LinkKey::find(tx).await? else { return Ok(None) };
    Ok(found.filter(|visit| key.fits(visit.id, secret)))
}

/// The visit with this id, for staff.
///
/// # Errors
/// Storage only.
pub async fn visit(tx: &mut Tx<'_>, id: VisitId) -> Result<Option<Visit>, Error> {
    Visit::find(tx, id).await
}

/// The secret of a visit, for the slip a clerk prints or the QR code on a ticket; none before anything was booked.
///
/// # Errors
/// Storage only.
pub async fn secret(tx: &mut Tx<'_>, id: VisitId) -> Result<Option<String>, Error> {
    Ok(LinkKey::find(tx).await?.map(|key| key.secret(id)))
}
