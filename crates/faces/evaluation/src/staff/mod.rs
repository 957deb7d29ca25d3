//! The back office's pages of evaluation. Every member of staff reads every published sheet; what is being written and who may
//! change a KPI goes by 所管 ([`may_edit`]).

mod kpi;
mod kpi_year;
mod list;
mod metric;
mod sheet;

use evaluation::Sheet;
use people::{Permission, Staff};
use shell::Route;

pub(crate) fn routes() -> Vec<Route> {
    [list::routes(), sheet::routes(), metric::routes(), kpi::routes(), kpi_year::routes()].concat()
}

/// Whether somebody may change the KPIs of a programme, and read what is only being written about it: its division, and those
/// who evaluate for the whole city.
pub(crate) fn may_edit(staff: &Staff, sheet: &Sheet) -> bool {
    staff.can(Permission::EvaluateAll)
        || sheet.programme.unit.is_some_and(|unit| staff.may(Permission::EditProgrammes, unit))
}
