//! The KPIs of a sheet as views: which links each has, and who answers for it.

use axum::response::Response;
use evaluation::{Cycle, Sheet};
use kernel::day::Day;
use shell::Refusal;
use words::Tongue;

use crate::csv::Csv;
use crate::links;
use crate::read::{Posts, metric_of};
use crate::show::kpi::{self, Around, Live};
use crate::show::sheet::For;
use crate::view;

/// Who reads a sheet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) is_for: For,
    pub(crate) may_edit: bool,
}

/// The KPIs of a sheet in their order; `live` belongs to them one by one.
pub(crate) fn views(
    t: Tongue,
    sheet: &Sheet,
    live: &[Option<Live>],
    posts: &Posts,
    cycle: Cycle,
    today: Day,
    reader: Reader,
) -> Vec<view::Kpi> {
    let code = &sheet.programme.code;
    sheet
        .kpis
        .iter()
        .zip(live)
        .map(|(one, live)| {
            let mut evidence = String::new();
            if let (Some(source), Some(_)) = (metric_of(one), live) {
                let mut query = format!("programme={}", links::encoded(code));
                if let Some(place) = source.filter.place {
                    query.push_str(&format!("&place={place}"));
                }
                evidence = links::metric(reader.is_for, &source.name, &query);
            }
            let sheet = links::sheet(reader.is_for, code);
            let around = Around {
                reader: reader.is_for,
                cycle,
                today,
                owner: posts.name(one.owner, t.locale()),
                evidence,
                csv: format!("{sheet}/kpis/{}/kpi.csv", one.id),
                edit: if reader.may_edit { format!("{sheet}/kpis/{}/year", one.id) } else { String::new() },
            };
            kpi::kpi(t, one, live.as_ref(), around)
        })
        .collect()
}

/// A KPI's line as a file: when, actual, target.
pub(crate) fn csv(t: Tongue, kpis: &[view::Kpi], id: &str) -> Result<Response, Refusal> {
    let kpi = kpis.iter().find(|kpi| kpi.id == id).ok_or_else(Refusal::not_found)?;
    let heads = ["evaluation-col-when", "evaluation-col-actual", "evaluation-col-target"];
    let mut csv = Csv::new(&heads.map(|key| t.text(key)));
    for (when, actual, target) in &kpi.rows {
        csv.line(&[when, actual, target]);
    }
    Ok(csv.answer(&format!("kpi-{id}.csv")))
}
