-- Sums of live money, counted once after each publication. `version` is the number of published batches: publishing is never
-- undone, so sums of the present number are exact, and without them the rows themselves are added up.
CREATE TABLE evaluation_rollup (
  version {int} NOT NULL,
  year {int} NOT NULL,
  position {int} NOT NULL,
  stage {text} NOT NULL,
  policy {uuid} NOT NULL,
  measure {uuid},
  bu {text} NOT NULL,
  ka {text} NOT NULL,
  national {int} NOT NULL,
  prefectural {int} NOT NULL,
  bonds {int} NOT NULL,
  other {int} NOT NULL,
  general {int} NOT NULL,
  cost {int} NOT NULL,
  staff_cost {int} NOT NULL,
  total {int} NOT NULL,
  programmes {int} NOT NULL,
  PRIMARY KEY (version, year, position)
) {strict};

CREATE TABLE evaluation_rollup_ready (
  version {int} NOT NULL PRIMARY KEY,
  made_at {int} NOT NULL
) {strict};
