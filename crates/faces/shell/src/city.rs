//! Who the city is, as every page shows it; read once and again when it changes.

use kernel::locale::{Locale, Localized};
use places::City;
use store::{Db, Tx};

use crate::page::Office;

/// Told when the city's own data changed.
pub(crate) const TOPIC: &str = "places/city";

/// 「困ったときは」 of pages that belong to no division.
pub(crate) fn office(city: &City, locale: Locale) -> Office {
    Office::new(city.unit.get(locale), &city.phone, &city.fax, city.hours.get(locale))
}

/// The city; on a database that has not been set up one without name or number.
pub(crate) async fn read(db: &Db) -> Result<City, store::Error> {
    let city = db.read(async |tx: &mut Tx<'_>| places::city(tx).await).await?;
    Ok(city.unwrap_or_else(|| City {
        code: String::new(),
        name: Localized::new("市役所", "市役所", "City Hall"),
        unit: Localized::default(),
        phone: String::new(),
        fax: String::new(),
        hours: Localized::default(),
        address: Localized::default(),
        is_demo: false,
    }))
}
