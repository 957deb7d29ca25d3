//! All metrics of the program, gathered once from the services that declare them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ask::KINDS;
use crate::histogram::Histogram;
use crate::kind::{Method, Metric, Series};

/// Two declarations contradict each other, or one contradicts itself: a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Two metrics, or two different series, have one name.
    #[error("{0} is declared twice")]
    Twice(&'static str),
    /// A series takes one kind twice, nothing at all, or more than four kinds.
    #[error("{0} takes a kind twice, none, or more than four")]
    Takes(&'static str),
    /// A limit lies where the histogram cannot tell numbers apart.
    #[error("{0} has a limit that cannot be told exactly")]
    Limit(&'static str),
}

#[derive(Debug)]
struct Inner {
    metrics: Vec<&'static Metric>,
    series: Vec<&'static Series>,
}

/// The metrics, and the series they read; cheap to clone.
#[derive(Clone, Debug)]
pub struct Catalogue(Arc<Inner>);

impl Catalogue {
    /// Gathers the metrics of all services.
    ///
    /// # Errors
    /// [`CatalogueError`] names what contradicts.
    pub fn new(services: &[&'static [Metric]]) -> Result<Self, CatalogueError> {
        let mut metrics: BTreeMap<&str, &'static Metric> = BTreeMap::new();
        let mut series: BTreeMap<&str, &'static Series> = BTreeMap::new();
        for metric in services.iter().copied().flatten() {
            check(metric)?;
            if metrics.insert(metric.name, metric).is_some() {
                return Err(CatalogueError::Twice(metric.name));
            }
            if series.insert(metric.series.name, metric.series).is_some_and(|other| other != metric.series) {
                return Err(CatalogueError::Twice(metric.series.name));
            }
        }
        let (metrics, series) = (metrics.into_values().collect(), series.into_values().collect());
        Ok(Self(Arc::new(Inner { metrics, series })))
    }

    /// The metric with this name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&'static Metric> {
        self.metrics().iter().copied().find(|metric| metric.name == name)
    }

    /// Every metric, by name.
    #[must_use]
    pub fn metrics(&self) -> &[&'static Metric] {
        &self.0.metrics
    }

    /// Every series that is collected, by name.
    #[must_use]
    pub fn series(&self) -> &[&'static Series] {
        &self.0.series
    }
}

fn check(metric: &'static Metric) -> Result<(), CatalogueError> {
    let takes = metric.series.takes;
    let twice = takes.iter().enumerate().any(|(at, take)| takes[..at].iter().any(|t| t.kind.name == take.kind.name));
    if twice || takes.is_empty() || takes.len() > KINDS {
        return Err(CatalogueError::Takes(metric.series.name));
    }
    let told = match metric.method {
        Method::ShareAtMost(limit) => Histogram::tells(limit),
        Method::ShareAtLeast(limit) => Histogram::tells(limit - 1),
        _ => true,
    };
    if told { Ok(()) } else { Err(CatalogueError::Limit(metric.name)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Better, How, Kind, Measure, Scale, Take};

    const KIND: Kind = Kind { name: "test.took", value: Measure::Seconds };
    const SERIES: Series = Series { name: "test.took", version: 1, takes: &[Take { kind: &KIND, how: How::Value }] };
    const OTHER: Series = Series { version: 2, ..SERIES };
    const DOUBLE: Series = Series {
        name: "test.double",
        version: 1,
        takes: &[Take { kind: &KIND, how: How::One }, Take { kind: &KIND, how: How::Zero }],
    };
    const METRIC: Metric = Metric {
        name: "test.median",
        version: 1,
        series: &SERIES,
        method: Method::Median,
        scale: Scale::Minutes,
        better: Better::Lower,
        public: true,
        title: "",
        meaning: "",
        formula: "",
    };

    #[test]
    fn contradictions_are_named() {
        const LATE: Metric = Metric { name: "test.late", method: Method::ShareAtMost(3_000), ..METRIC };
        let fine =
            Catalogue::new(&[&[METRIC], &[Metric { name: "test.share", method: Method::ShareAtMost(900), ..METRIC }]]);
        assert_eq!(fine.unwrap().series().len(), 1, "two metrics of one series");
        let refused = |metrics: &'static [Metric]| Catalogue::new(&[&[METRIC], metrics]).unwrap_err();
        assert_eq!(refused(&[METRIC]), CatalogueError::Twice("test.median"));
        assert_eq!(refused(&[Metric { name: "b", series: &OTHER, ..METRIC }]), CatalogueError::Twice("test.took"));
        assert_eq!(refused(&[Metric { name: "b", series: &DOUBLE, ..METRIC }]), CatalogueError::Takes("test.double"));
        assert_eq!(refused(&[LATE]), CatalogueError::Limit("test.late"));
    }
}
