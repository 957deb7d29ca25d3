//! KPIs: what a programme promises to reach, where the number comes from, who answers for it, and what it says when it is
//! missed.

mod explain;
mod measure;
mod model;
mod read;
mod save;
mod watch;

pub use explain::{explain, publish_explanation};
pub use measure::measure;
pub use model::{
    Actual, Better, DueDay, Kpi, KpiSource, KpiYear, MetricFilter, MetricSource, Note, RED_IS_PUBLIC_AFTER_DAYS,
    Standing, StatisticSource,
};
pub use read::{all, of_owner, of_programme, one};
pub use save::{EnterValue, KpiError, SaveKpi, add, change, end, enter_value, set_target};
pub use watch::{watch, watch_all};

pub(crate) const STATEMENTS: &[&[store::Statement]] =
    &[explain::STATEMENTS, read::STATEMENTS, save::STATEMENTS, watch::STATEMENTS];

store::id! {
    /// A KPI.
    pub KpiId
}
