//! What visits tell in numbers: kinds of facts, and the metrics read from them.

use facts::{Better, How, Kind, Measure, Method, Metric, Scale, Series, Take};

/// A place was booked: 1 = by the resident on the web, 0 = by staff.
pub const BOOKED: Kind = Kind { name: "visit.booked", value: Measure::Flag };
/// A booking was withdrawn before its person came.
pub const CANCELLED: Kind = Kind { name: "visit.cancelled", value: Measure::Nothing };
/// Somebody came with a booking.
pub const CAME: Kind = Kind { name: "visit.came", value: Measure::Nothing };
/// Somebody came without a booking.
pub const WALKED_IN: Kind = Kind { name: "visit.walked_in", value: Measure::Nothing };
/// Nobody came, at the booked time.
pub const NO_SHOW: Kind = Kind { name: "visit.no_show", value: Measure::Nothing };
/// The first call: seconds since 受付.
pub const CALLED: Kind = Kind { name: "visit.called", value: Measure::Seconds };
/// The end, when somebody pressed the button: seconds since 受付 (滞在時間).
pub const FINISHED: Kind = Kind { name: "visit.finished", value: Measure::Seconds };
/// The same end: seconds since 応対 began.
pub const SERVED: Kind = Kind { name: "visit.served", value: Measure::Seconds };

const fn take(kind: &'static Kind, how: How) -> Take {
    Take { kind, how }
}

const BOOKINGS: Series = Series { name: "visits.bookings", version: 1, takes: &[take(&BOOKED, How::Value)] };
const CANCELLATIONS: Series = Series { name: "visits.cancellations", version: 1, takes: &[take(&CANCELLED, How::One)] };
const ARRIVALS: Series =
    Series { name: "visits.arrivals", version: 1, takes: &[take(&CAME, How::One), take(&WALKED_IN, How::One)] };
/// Of those who were expected.
const EXPECTED: Series =
    Series { name: "visits.expected", version: 1, takes: &[take(&CAME, How::Zero), take(&NO_SHOW, How::One)] };
const WAITS: Series = Series { name: "visits.waits", version: 1, takes: &[take(&CALLED, How::Value)] };
const STAYS: Series = Series { name: "visits.stays", version: 1, takes: &[take(&FINISHED, How::Value)] };
const SERVICES: Series = Series { name: "visits.services", version: 1, takes: &[take(&SERVED, How::Value)] };

/// A quarter of an hour, in seconds.
const QUARTER: i64 = 15 * 60;

macro_rules! metric {
    ($name:literal, $series:expr, $method:expr, $scale:ident, $better:ident, $title:literal, $meaning:literal, $formula:literal) => {
        Metric {
            name: $name,
            version: 1,
            series: &$series,
            method: $method,
            scale: Scale::$scale,
            better: Better::$better,
            public: true,
            title: $title,
            meaning: $meaning,
            formula: $formula,
        }
    };
}

/// Every metric of this service.
pub const METRICS: &[Metric] = &[
    metric!(
        "visits.bookings",
        BOOKINGS,
        Method::Count,
        Cases,
        Neither,
        "metrics-visits-bookings-title",
        "metrics-visits-bookings-meaning",
        "metrics-visits-bookings-formula"
    ),
    metric!(
        "visits.web_share",
        BOOKINGS,
        Method::Share,
        Percent,
        Higher,
        "metrics-visits-web-share-title",
        "metrics-visits-web-share-meaning",
        "metrics-visits-web-share-formula"
    ),
    metric!(
        "visits.cancellations",
        CANCELLATIONS,
        Method::Count,
        Cases,
        Neither,
        "metrics-visits-cancellations-title",
        "metrics-visits-cancellations-meaning",
        "metrics-visits-cancellations-formula"
    ),
    metric!(
        "visits.arrivals",
        ARRIVALS,
        Method::Count,
        Cases,
        Neither,
        "metrics-visits-arrivals-title",
        "metrics-visits-arrivals-meaning",
        "metrics-visits-arrivals-formula"
    ),
    metric!(
        "visits.no_show_share",
        EXPECTED,
        Method::Share,
        Percent,
        Lower,
        "metrics-visits-no-show-share-title",
        "metrics-visits-no-show-share-meaning",
        "metrics-visits-no-show-share-formula"
    ),
    metric!(
        "visits.wait",
        WAITS,
        Method::Median,
        Minutes,
        Lower,
        "metrics-visits-wait-title",
        "metrics-visits-wait-meaning",
        "metrics-visits-wait-formula"
    ),
    metric!(
        "visits.wait_p90",
        WAITS,
        Method::P90,
        Minutes,
        Lower,
        "metrics-visits-wait-p90-title",
        "metrics-visits-wait-p90-meaning",
        "metrics-visits-wait-p90-formula"
    ),
    metric!(
        "visits.within_15_minutes",
        WAITS,
        Method::ShareAtMost(QUARTER),
        Percent,
        Higher,
        "metrics-visits-within-15-minutes-title",
        "metrics-visits-within-15-minutes-meaning",
        "metrics-visits-within-15-minutes-formula"
    ),
    metric!(
        "visits.stay",
        STAYS,
        Method::Median,
        Minutes,
        Lower,
        "metrics-visits-stay-title",
        "metrics-visits-stay-meaning",
        "metrics-visits-stay-formula"
    ),
    metric!(
        "visits.stay_p90",
        STAYS,
        Method::P90,
        Minutes,
        Lower,
        "metrics-visits-stay-p90-title",
        "metrics-visits-stay-p90-meaning",
        "metrics-visits-stay-p90-formula"
    ),
    metric!(
        "visits.service_time",
        SERVICES,
        Method::Median,
        Minutes,
        Neither,
        "metrics-visits-service-time-title",
        "metrics-visits-service-time-meaning",
        "metrics-visits-service-time-formula"
    ),
];

/// Every kind of fact this service records.
pub const FACT_KINDS: &[Kind] = &[BOOKED, CANCELLED, CAME, WALKED_IN, NO_SHOW, CALLED, FINISHED, SERVED];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_holds_together() {
        let catalogue = facts::Catalogue::new(&[METRICS]).unwrap();
        for series in catalogue.series() {
            assert!(series.takes.iter().all(|take| FACT_KINDS.contains(take.kind)), "{}", series.name);
        }
        for kind in FACT_KINDS {
            assert!(
                catalogue.series().iter().any(|it| it.number(kind.name, 0).is_some()),
                "nobody reads {}",
                kind.name
            );
        }
    }
}
