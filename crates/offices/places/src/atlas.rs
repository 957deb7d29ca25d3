//! The published areas in memory, so that asking where a point lies costs microseconds; reloaded after every publication.

use crate::SetId;
use crate::areas::{self, AreaSet};
use crate::geo::{Point, ShapeKind};
use crate::resolver::{Answer, AreaIndex, Known};
use ::store::{Db, Error, Tx};
use std::sync::{Arc, Mutex, PoisonError};

/// One set of areas, ready for questions.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The set.
    pub set: AreaSet,
    index: Arc<AreaIndex>,
}

/// What one set says about a point.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The set.
    pub set: AreaSet,
    /// Where the point lies in it.
    pub answer: Answer,
}

/// All published sets of areas at one moment. Cheap to clone and to share.
#[derive(Debug, Clone, Default)]
pub struct Atlas {
    current: Arc<Mutex<Arc<Vec<Sheet>>>>,
}

impl Atlas {
    /// An atlas that knows nothing until it is refreshed.
    pub fn new() -> Atlas {
        Atlas::default()
    }

    /// Reads sets that were published since the last time; sets whose version is unchanged are kept. Call it at start and
    /// whenever `places/areas` is announced.
    pub async fn refresh(&self, db: &Db) -> Result<(), Error> {
        let known = self.sheets();
        let sheets = db.read(async move |tx: &mut Tx<'_>| load(tx, &known).await).await?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(sheets);
        Ok(())
    }

    /// The sets as they were at the last refresh.
    pub fn sheets(&self) -> Arc<Vec<Sheet>> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where a point lies in one set; `None` when there is no such set of areas.
    pub fn resolve(&self, set: SetId, point: Point, margin_m: f64) -> Option<Finding> {
        self.sheets().iter().find(|sheet| sheet.set.id == set).map(|sheet| sheet.resolve(point, margin_m))
    }

    /// Where a point lies in every set.
    pub fn resolve_all(&self, point: Point, margin_m: f64) -> Vec<Finding> {
        self.sheets().iter().map(|sheet| sheet.resolve(point, margin_m)).collect()
    }
}

impl Sheet {
    fn resolve(&self, point: Point, margin_m: f64) -> Finding {
        Finding { set: self.set.clone(), answer: self.index.resolve(point, margin_m) }
    }
}

async fn load(tx: &mut Tx<'_>, known: &[Sheet]) -> Result<Vec<Sheet>, Error> {
    let mut sheets = Vec::new();
    for set in areas::list_sets(tx).await? {
        if set.kind != ShapeKind::Area {
            continue;
        }
        if let Some(sheet) = known.iter().find(|sheet| sheet.set == set) {
            sheets.push(sheet.clone());
            continue;
        }
        let areas = areas::areas_of(tx, set.id).await?;
        let index =
            AreaIndex::new(areas.into_iter().map(|area| Known { id: area.id, name: area.name, shape: area.shape }));
        sheets.push(Sheet { set, index: Arc::new(index) });
    }
    Ok(sheets)
}
