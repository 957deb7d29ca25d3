//! Who the city is, as every page shows it; read once and again when it changes.

use kernel::locale::{Locale, Localized};
use store::Db;

use crate::page::Office;

/// Told when the city's own data changed.
pub(crate) const TOPIC: &str = "places/city";

/// The city's own data on every page.
#[derive(Debug, Clone)]
pub struct CityInfo {
    /// Its name.
    pub name: Localized,
    /// The desk that answers when no division does.
    pub unit: Localized,
    /// Its telephone.
    pub phone: String,
    /// Its FAX.
    pub fax: String,
    /// Its hours.
    pub hours: Localized,
    /// An invented city.
    pub demo: bool,
}
impl CityInfo {
    /// 「困ったときは」 of pages that belong to no division.
    pub fn office(&self, locale: Locale) -> Office {
        Office::new(self.unit.get(locale), &self.phone, &self.fax, self.hours.get(locale))
    }
}

pub(crate) async fn read(_db: &Db) -> Result<CityInfo, store::Error> {
    Ok(CityInfo {
        name: Localized::new("市", "市", "City"),
        unit: Localized::ja(""),
        phone: String::new(),
        fax: String::new(),
        hours: Localized::ja(""),
        demo: false,
    })
}
