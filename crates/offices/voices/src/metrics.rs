//! What voices tell in numbers.

use facts::{Better, How, Kind, Measure, Method, Metric, Scale, Series, Take};

/// A voice was given: its score.
pub const GIVEN: Kind = Kind { name: "voice.given", value: Measure::Score };

/// Every kind of fact this office records.
pub const FACT_KINDS: &[Kind] = &[GIVEN];

const SCORES: Series = Series { name: "voices.scores", version: 1, takes: &[Take { kind: &GIVEN, how: How::Value }] };

/// Who gives this or more is satisfied.
const SATISFIED: i64 = 4;

/// Every metric of this office.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "voices.satisfaction",
        version: 1,
        series: &SCORES,
        method: Method::Mean,
        scale: Scale::Score,
        better: Better::Higher,
        public: true,
        title: "metrics-voices-satisfaction-title",
        meaning: "metrics-voices-satisfaction-meaning",
        formula: "metrics-voices-satisfaction-formula",
    },
    Metric {
        name: "voices.satisfied_share",
        version: 1,
        series: &SCORES,
        method: Method::ShareAtLeast(SATISFIED),
        scale: Scale::Percent,
        better: Better::Higher,
        public: true,
        title: "metrics-voices-satisfied-share-title",
        meaning: "metrics-voices-satisfied-share-meaning",
        formula: "metrics-voices-satisfied-share-formula",
    },
];
