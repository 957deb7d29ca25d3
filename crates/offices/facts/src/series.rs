//! Which series the database holds, by version: what readers and the folder go by.

use store::{Db, Error, Tx};

use crate::catalogue::Catalogue;
use crate::kind::Series;

store::statements! {
    /// The series in force.
    ACTIVE = "SELECT id, name, version FROM fact_series WHERE state = 'active'";
    /// Whether anything was ever folded or begun.
    ANY = "SELECT id FROM fact_series LIMIT 1";
}

/// The number of a series' rows in the rollup.
pub(crate) type SeriesId = i64;

/// The series in force: number, name, version.
#[derive(Clone, Debug, Default)]
pub(crate) struct Active(Vec<(SeriesId, String, u16)>);

/// What the program can do with the database's series.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It knows each of them, and each of its own is in force.
    Ready,
    /// These of its own are not in force yet, or in an older version.
    Missing(Vec<&'static Series>),
    /// A newer program is at work: this one must not fold.
    Newer,
}

impl Active {
    pub(crate) async fn read(tx: &mut Tx<'_>) -> Result<Self, Error> {
        let rows = tx.all(&ACTIVE, &[]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect::<Result<_, _>>().map(Self)
    }

    /// The number of this very version.
    pub(crate) fn id(&self, series: &Series) -> Option<SeriesId> {
        self.0.iter().find(|(_, name, version)| name == series.name && *version == series.version).map(|(id, ..)| *id)
    }

    pub(crate) fn standing(&self, catalogue: &Catalogue) -> Standing {
        let known = |name: &str| catalogue.series().iter().find(|series| series.name == name).map(|it| it.version);
        if self.0.iter().any(|(_, name, version)| known(name).is_none_or(|own| own < *version)) {
            return Standing::Newer;
        }
        let missing: Vec<_> = catalogue.series().iter().copied().filter(|it| self.id(it).is_none()).collect();
        if missing.is_empty() { Standing::Ready } else { Standing::Missing(missing) }
    }
}

/// Whether nothing was ever folded: then every fact is pending, and pending is everything.
pub(crate) async fn untouched(tx: &mut Tx<'_>) -> Result<bool, Error> {
    Ok(tx.opt(&ANY, &[]).await?.is_none())
}

/// Whether every series of the catalogue is in force, or a newer program sees to them.
pub(crate) async fn ready(db: &Db, catalogue: &Catalogue) -> Result<bool, Error> {
    let active = db.point(async |tx: &mut Tx<'_>| Active::read(tx).await).await?;
    Ok(!matches!(active.standing(catalogue), Standing::Missing(_)))
}
