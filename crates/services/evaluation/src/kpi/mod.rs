//! KPIs: what a programme promises to reach, where the number comes from, who answers for it, and what it says when it is
//! missed.

mod model;

pub use model::{
    Actual, Better, DueDay, Kpi, KpiSource, KpiYear, MetricFilter, MetricSource, Note, RED_IS_PUBLIC_AFTER_DAYS,
    Standing, StatisticSource,
};

store::id! {
    /// A KPI.
    pub KpiId
}
