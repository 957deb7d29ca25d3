//! Finds the name of each feature in files whose fields are called anything.

use crate::geo::Feature;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Field names that say "this is the name", compared without case and width.
const NAME_FIELDS: &[&str] = &["名称", "name", "名前", "町名", "町丁字名", "学校名", "s_name", "区域名", "地区名"];

/// How the features of a file are named and told apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Naming {
    /// The field the names come from; `None` when no field can name them.
    pub field: Option<String>,
    /// Whether names repeat, so that the feature number is the key.
    pub repeats: bool,
    /// Name of each feature, in file order.
    pub names: Vec<String>,
    /// Key of each feature, in file order: unique in the set.
    pub keys: Vec<String>,
    /// Sentences that every feature repeats (reservations such as "the borders may be off"), shown with every answer.
    pub notes: Vec<String>,
}

/// The name field asked for does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchField {
    /// The field asked for.
    pub field: String,
    /// Fields there are.
    pub present: Vec<String>,
}

/// Names features from the field asked for, a field called like a name, or the field whose texts tell most of them apart.
pub(super) fn name_features(set: &str, features: &[Feature], asked: Option<&str>) -> Result<Naming, NoSuchField> {
    let fields = field_names(features);
    let field = match asked {
        Some(asked) if fields.iter().any(|field| field == asked) => Some(asked.to_owned()),
        Some(asked) => return Err(NoSuchField { field: asked.to_owned(), present: fields }),
        None => guess(features, &fields),
    };
    let named: Vec<Option<String>> =
        features.iter().map(|feature| field.as_ref().and_then(|field| text(feature.properties.get(field)?))).collect();
    let names: Vec<String> = features
        .iter()
        .zip(&named)
        .map(|(feature, name)| name.clone().unwrap_or_else(|| format!("{set} {}", feature.number)))
        .collect();
    let distinct: HashSet<&String> = names.iter().collect();
    let repeats = distinct.len() < names.len();
    let numbered = repeats || field.is_none();
    let keys =
        if numbered { features.iter().map(|feature| format!("#{}", feature.number)).collect() } else { names.clone() };
    Ok(Naming { notes: notes(features, &fields), field, repeats, names, keys })
}

fn field_names(features: &[Feature]) -> Vec<String> {
    let mut seen = HashSet::new();
    let keys = features.iter().flat_map(|feature| feature.properties.keys());
    keys.filter(|key| seen.insert(key.as_str())).cloned().collect()
}

/// The text of a property; numbers count when a field was asked for by name.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn guess(features: &[Feature], fields: &[String]) -> Option<String> {
    let called = |wanted: &&str| fields.iter().find(|field| kernel::text::fold(field) == kernel::text::fold(wanted));
    if let Some(field) = NAME_FIELDS.iter().find_map(called) {
        return Some(field.clone());
    }
    let mut best: Option<(usize, &String)> = None;
    for field in fields {
        let Some(different) = different_names(features, field) else { continue };
        if best.is_none_or(|(most, _)| different > most) {
            best = Some((different, field));
        }
    }
    best.map(|(_, field)| field.clone())
}

/// How many different names a field gives, when every feature has a short text there that is no date and no number.
fn different_names<'a>(features: &'a [Feature], field: &str) -> Option<usize> {
    let mut seen: HashSet<&'a str> = HashSet::new();
    for feature in features {
        let text = feature.properties.get(field)?.as_str()?.trim();
        let plain_number = text.chars().all(|c| c.is_numeric() || matches!(c, '-' | '/' | ':' | '.' | ' ' | 'T' | 'Z'));
        if text.is_empty() || plain_number || text.chars().count() > 40 || text.ends_with('。') {
            return None;
        }
        seen.insert(text);
    }
    (!seen.is_empty()).then_some(seen.len())
}

/// Whole sentences that stand on every feature alike.
fn notes(features: &[Feature], fields: &[String]) -> Vec<String> {
    if features.len() < 2 {
        return Vec::new();
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for feature in features {
        for value in feature.properties.values().filter_map(Value::as_str) {
            if value.ends_with('。') {
                *counts.entry(value).or_default() += 1;
            }
        }
    }
    let order: BTreeMap<usize, &str> = fields
        .iter()
        .enumerate()
        .filter_map(|(at, field)| Some((at, features.first()?.properties.get(field)?.as_str()?)))
        .filter(|(_, value)| counts.get(value) == Some(&features.len()))
        .collect();
    order.into_values().map(str::to_owned).collect()
}
