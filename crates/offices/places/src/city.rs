//! Who the city is: its name, where to reach it, and whether it is a demo.

use ::store::{Error, Json, Tx};
use kernel::World;
use kernel::locale::Localized;
use serde::{Deserialize, Serialize};

::store::statements! {
    /// The city's row.
    CITY = "SELECT code, name, unit, phone, fax, hours, address, is_demo FROM city WHERE one = 1";
    /// Writes the city's row.
    SET_CITY = "INSERT INTO city (one, code, name, unit, phone, fax, hours, address, is_demo, updated_at) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (one) DO UPDATE SET code = excluded.code, name = excluded.name, unit = excluded.unit, phone = excluded.phone, fax = excluded.fax, hours = excluded.hours, address = excluded.address, is_demo = excluded.is_demo, updated_at = excluded.updated_at";
    /// Writes the city's row only when there is none.
    CLAIM_CITY = "INSERT INTO city (one, code, name, unit, phone, fax, hours, address, is_demo, updated_at) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (one) DO NOTHING";
}

/// What the city says about itself on every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct City {
    /// 全国地方公共団体コード, six digits; empty when it has none.
    pub code: String,
    /// Its name.
    pub name: Localized,
    /// The division that answers when no other does (代表).
    pub unit: Localized,
    /// The main telephone number.
    pub phone: String,
    /// The main FAX number.
    pub fax: String,
    /// When the city hall is open, in words.
    pub hours: Localized,
    /// Where it stands.
    pub address: Localized,
    /// An invented city for trying things out.
    pub is_demo: bool,
}

/// The city; nothing on a database that has not been set up.
pub async fn city(tx: &mut Tx<'_>) -> Result<Option<City>, Error> {
    let Some(row) = tx.opt(&CITY, &[]).await? else { return Ok(None) };
    Ok(Some(City {
        code: row.get(0)?,
        name: row.get::<Json<Localized>>(1)?.0,
        unit: row.get::<Json<Localized>>(2)?.0,
        phone: row.get(3)?,
        fax: row.get(4)?,
        hours: row.get::<Json<Localized>>(5)?.0,
        address: row.get::<Json<Localized>>(6)?.0,
        is_demo: row.get(7)?,
    }))
}

/// Sets what the city says about itself.
pub async fn set_city(tx: &mut Tx<'_>, world: &World, city: &City) -> Result<(), Error> {
    tx.exec(&SET_CITY, &values(world, city)).await?;
    tx.announce("places/city");
    Ok(())
}

/// Sets the city only when nobody has; `false` when somebody was faster. Of several nodes that start at once one wins.
pub async fn claim_city(tx: &mut Tx<'_>, world: &World, city: &City) -> Result<bool, Error> {
    let won = tx.exec(&CLAIM_CITY, &values(world, city)).await? > 0;
    if won {
        tx.announce("places/city");
    }
    Ok(won)
}

fn values(world: &World, city: &City) -> Vec<::store::Value> {
    vec![
        city.code.as_str().into(),
        (&Json(&city.name)).into(),
        (&Json(&city.unit)).into(),
        city.phone.as_str().into(),
        city.fax.as_str().into(),
        (&Json(&city.hours)).into(),
        (&Json(&city.address)).into(),
        city.is_demo.into(),
        world.now().into(),
    ]
}
