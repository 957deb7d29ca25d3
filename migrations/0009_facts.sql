-- What happened, in numbers: the skewer from daily service to KPI. A fact is never changed or deleted, only
-- superseded, and holds nothing personal: no name, no contact, no free text, no exact age, no point on a map.

CREATE TABLE fact (
  id {uuid} PRIMARY KEY,
  kind {text} NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
  -- When it happened; a late fact lands on its own day.
  occurred_at {int} NOT NULL,
  -- When it was written.
  recorded_at {int} NOT NULL,
  -- The civil day of occurred_at in Japan.
  day {int} NOT NULL,
  unit {uuid},
  place {uuid},
  -- The service's or category's code.
  topic {text} CHECK (length(topic) <= 80),
  channel {text} CHECK (length(channel) <= 20),
  locale {text} CHECK (length(locale) <= 10),
  -- A coarse code somebody gave of themselves.
  cohort {text} CHECK (length(cohort) <= 40),
  -- What the number is, the kind says: seconds, a score, 0 or 1.
  value {int} NOT NULL,
  -- The case's id. When the case goes, it leads nowhere.
  subject {uuid},
  -- The fact this one takes the place of.
  supersedes {uuid},
  CHECK (occurred_at + 32400000000 >= day * 86400000000 AND occurred_at + 32400000000 < (day + 1) * 86400000000)
) {strict};
CREATE INDEX fact_kind ON fact (kind, occurred_at);
-- A fact is superseded at most once, so corrections form a chain.
CREATE UNIQUE INDEX fact_supersedes ON fact (supersedes) WHERE supersedes IS NOT NULL;

-- Facts no rollup holds yet: written with the fact, deleted when it is folded. Never "id > the last one": ids do not
-- become visible in the order they were drawn.
CREATE TABLE fact_pending (
  fact_id {uuid} PRIMARY KEY
) {strict};

-- What is collected, by version. Reading and folding go by the active one.
CREATE TABLE fact_series (
  id {int} PRIMARY KEY,
  name {text} NOT NULL,
  version {int} NOT NULL CHECK (version >= 1),
  state {text} NOT NULL CHECK (state IN ('building', 'active', 'retired'))
) {strict};
CREATE UNIQUE INDEX fact_series_active ON fact_series (name) WHERE state = 'active';

-- Folded facts: one row a series, day or month, way of cutting, and key of the cut.
CREATE TABLE fact_rollup (
  series {int} NOT NULL,
  grain {text} NOT NULL CHECK (grain IN ('d', 'm')),
  cut {text} NOT NULL CHECK (cut IN ('all', 'unit', 'place', 'topic', 'channel', 'locale', 'cohort', 'hour', 'full')),
  -- The day, or the first of the month.
  day {int} NOT NULL,
  -- Empty = the facts that say nothing here.
  key {text} NOT NULL,
  n {int} NOT NULL,
  sum {int} NOT NULL,
  hist {bytes} NOT NULL,
  PRIMARY KEY (series, grain, cut, day, key)
) {strict};
