-- evaluation: a programme's money, indicators, assessments and KPIs. Live rows: see 0010.

-- Yen. The sources of funds add up to the cost, and cost and staff cost to the total, within one yen (checked when read).
-- Staff and hours in thousandths.
CREATE TABLE evaluation_money (
  programme {uuid} NOT NULL REFERENCES plan_programme (id),
  year {int} NOT NULL,
  stage {text} NOT NULL CHECK (stage IN ('plan', 'budget', 'revised', 'settled')),
  batch {int} NOT NULL,
  replaced_by {int},
  national {int} NOT NULL,
  prefectural {int} NOT NULL,
  bonds {int} NOT NULL,
  other {int} NOT NULL,
  general {int} NOT NULL,
  cost {int} NOT NULL,
  staff_people {int} NOT NULL,
  staff_hours {int} NOT NULL,
  staff_cost {int} NOT NULL,
  total {int} NOT NULL,
  PRIMARY KEY (programme, year, stage, batch)
) {strict};
CREATE INDEX evaluation_money_year ON evaluation_money (year, stage);
CREATE INDEX evaluation_money_batch ON evaluation_money (batch);
CREATE INDEX evaluation_money_replaced ON evaluation_money (replaced_by);

-- 活動指標・対象指標・成果指標 with their years: [[2024, "actual", millionths], …].
CREATE TABLE evaluation_indicator (
  programme {uuid} NOT NULL REFERENCES plan_programme (id),
  kind {text} NOT NULL CHECK (kind IN ('activity', 'population', 'outcome')),
  number {int} NOT NULL,
  batch {int} NOT NULL,
  replaced_by {int},
  name {text} NOT NULL,
  unit {text} NOT NULL,
  series {json} NOT NULL,
  PRIMARY KEY (programme, kind, number, batch)
) {strict};
CREATE INDEX evaluation_indicator_batch ON evaluation_indicator (batch);
CREATE INDEX evaluation_indicator_replaced ON evaluation_indicator (replaced_by);

-- 評価 and 今後の方向性 as the city wrote them, each with the set of directions its label may mean.
CREATE TABLE evaluation_assessment (
  programme {uuid} NOT NULL REFERENCES plan_programme (id),
  year {int} NOT NULL,
  batch {int} NOT NULL,
  replaced_by {int},
  rating_label {text} NOT NULL,
  rating {text} NOT NULL,
  direction_label {text} NOT NULL,
  direction {text} NOT NULL,
  decided {bool} NOT NULL,
  section_comment {text} NOT NULL,
  head_comment {text} NOT NULL,
  PRIMARY KEY (programme, year, batch)
) {strict};
CREATE INDEX evaluation_assessment_batch ON evaluation_assessment (batch);
CREATE INDEX evaluation_assessment_replaced ON evaluation_assessment (replaced_by);

-- What a programme promises to reach, and where its number comes from.
CREATE TABLE evaluation_kpi (
  id {uuid} NOT NULL PRIMARY KEY,
  programme {uuid} NOT NULL REFERENCES plan_programme (id),
  position {int} NOT NULL,
  name {json} NOT NULL,
  unit {json} NOT NULL,
  better {text} NOT NULL CHECK (better IN ('lower', 'higher')),
  source {json} NOT NULL,
  -- 職 that enters the number (manual, statistic) or answers for it (live).
  owner {uuid},
  -- Month and day by which the number of a 年度 is due after its end, as month × 100 + day.
  due {int} CHECK (due BETWEEN 101 AND 1231),
  version {int} NOT NULL,
  created_at {int} NOT NULL,
  changed_at {int} NOT NULL,
  ended_at {int}
) {strict};
CREATE INDEX evaluation_kpi_programme ON evaluation_kpi (programme, position);
CREATE INDEX evaluation_kpi_owner ON evaluation_kpi (owner);

-- Millionths of the KPI's unit.
CREATE TABLE evaluation_kpi_target (
  kpi {uuid} NOT NULL REFERENCES evaluation_kpi (id),
  year {int} NOT NULL,
  value {int} NOT NULL,
  set_at {int} NOT NULL,
  PRIMARY KEY (kpi, year)
) {strict};

-- Numbers people enter: the last one of a 年度 by its day counts.
CREATE TABLE evaluation_kpi_value (
  kpi {uuid} NOT NULL REFERENCES evaluation_kpi (id),
  year {int} NOT NULL,
  as_of {int} NOT NULL,
  value {int} NOT NULL,
  note {text} NOT NULL,
  entered_at {int} NOT NULL,
  entered_by {uuid},
  PRIMARY KEY (kpi, year, as_of)
) {strict};

-- 担当課の説明: what is being written, and what everybody may read.
CREATE TABLE evaluation_kpi_note (
  kpi {uuid} NOT NULL REFERENCES evaluation_kpi (id),
  year {int} NOT NULL,
  draft {text},
  drafted_at {int},
  published {text},
  published_at {int},
  version {int} NOT NULL,
  PRIMARY KEY (kpi, year),
  CHECK ((published IS NULL) = (published_at IS NULL))
) {strict};

-- Since when a KPI of a 年度 misses its target: after some days it is public even without a sentence.
CREATE TABLE evaluation_kpi_red (
  kpi {uuid} NOT NULL REFERENCES evaluation_kpi (id),
  year {int} NOT NULL,
  since {int} NOT NULL,
  PRIMARY KEY (kpi, year)
) {strict};
