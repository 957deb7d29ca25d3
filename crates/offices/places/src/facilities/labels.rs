//! A city's attribute lists: under which labels the columns of a facility list are shown.

use crate::import::{BadRow, ImportError, Report, SetName, Table};
use crate::sentence::Sentence;
use ::store::{Act, Db, Error, Json, Tx};
use kernel::World;
use serde::{Deserialize, Serialize};

const KEEP: Act = Act::bulk("places.import.labels");

::store::statements! {
    /// Keeps the labels of a set.
    KEEP_LABELS = "INSERT INTO facility_labels (set_name, labels, updated_at) VALUES ($1, $2, $3) ON CONFLICT (set_name) DO UPDATE SET labels = excluded.labels, updated_at = excluded.updated_at";
    /// The labels of a set.
    pub(super) LABELS = "SELECT labels FROM facility_labels WHERE set_name = $1";
    /// Every published facility set with its columns.
    COLUMNS = "SELECT name, details FROM place_set WHERE kind = 'facilities' AND batch IS NOT NULL ORDER BY name";
}

/// The label of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The column's heading in the list.
    pub column: String,
    /// What people see.
    pub label: String,
}

/// An attribute list, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelList {
    /// The set it is named after.
    pub set: SetName,
    /// The labels, in display order.
    pub labels: Vec<Label>,
}

/// Which set an attribute list was kept for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelsKept {
    /// The set of that name.
    For(String),
    /// No set has that name: kept under its own name until one is imported, or until the list is imported again for a set.
    Waiting {
        /// Sets that have all its columns.
        could_be: Vec<String>,
    },
}

/// Whether these headings are those of an attribute list.
pub(super) fn is_label_list(headings: &[String]) -> bool {
    matches!(headings, [column, label, ..] if column == "original_name" && label == "display_name")
}

/// Reads an attribute list.
pub fn parse_labels(table: &Table, set: &SetName) -> Result<LabelList, Report> {
    let mut labels = Vec::new();
    let mut bad = Vec::new();
    for row in &table.rows {
        let text =
            |column: usize| row.cells.get(column).map_or("", |cell| cell.trim_matches(['\u{feff}', ' ', '\u{3000}']));
        match (text(0), text(1)) {
            ("", _) => bad.push(BadRow::new(row.line, "original_name", Sentence::new("places-label-no-column"))),
            (column, label) if format!("{column}{label}").contains('\0') => {
                bad.push(BadRow::new(row.line, "original_name", Sentence::new("places-nul")));
            }
            (column, label) => labels.push(Label { column: column.to_owned(), label: label.to_owned() }),
        }
    }
    if bad.is_empty() && !labels.is_empty() {
        let named = set.as_str().strip_suffix("_attributes").unwrap_or(set.as_str());
        let set = SetName::new(named).map_err(|error| Report::file(error.into()))?;
        return Ok(LabelList { set, labels });
    }
    Err(Report::of(bad))
}

/// Keeps an attribute list for the set it belongs to.
pub async fn store_labels(db: &Db, world: &World, list: LabelList, dry_run: bool) -> Result<LabelsKept, ImportError> {
    let sets = db.read(async |tx: &mut Tx<'_>| tx.all(&COLUMNS, &[]).await).await?;
    let mut could_be = Vec::new();
    let mut named = None;
    for row in &sets {
        let (name, details): (String, Json<super::query::FacilityDetails>) = (row.get(0)?, row.get(1)?);
        if name == list.set.as_str() {
            named = Some(name.clone());
        }
        if list.labels.iter().all(|label| details.0.headings.contains(&label.column)) {
            could_be.push(name);
        }
    }
    // Columns alone do not say whose list this is: several kinds of places share the same ones.
    let kept = match named {
        Some(name) => LabelsKept::For(name),
        None => LabelsKept::Waiting { could_be },
    };
    if dry_run {
        return Ok(kept);
    }
    let target = match &kept {
        LabelsKept::For(name) => name.clone(),
        LabelsKept::Waiting { .. } => list.set.as_str().to_owned(),
    };
    let (labels, now) = (Json(list.labels), world.now());
    db.write(KEEP, async move |tx: &mut Tx<'_>| {
        tx.exec(&KEEP_LABELS, &[target.as_str().into(), (&labels).into(), now.into()]).await?;
        tx.announce("places/facilities");
        Ok::<_, Error>(())
    })
    .await?;
    Ok(kept)
}
