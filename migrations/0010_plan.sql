-- plan: 政策 → 施策 → (基本事業) → 事務事業, with names as files write them, what became of what, and who owns it.
--
-- What comes from files carries the batch (one import) it came with and, once a later import has a newer word on the same
-- thing, the batch that replaced it. A row is live when its batch is published and what replaces it is not: publishing a
-- whole import is one UPDATE of one row, and what it replaced stays as history.

CREATE TABLE plan_batch (
  seq {int} NOT NULL PRIMARY KEY,
  kind {text} NOT NULL CHECK (kind IN ('programmes', 'costs', 'indicators')),
  file {text} NOT NULL,
  digest {text} NOT NULL,
  mapping {text} NOT NULL,
  rows {int} NOT NULL CHECK (rows >= 0),
  made_at {int} NOT NULL,
  -- NULL when a command typed at the machine did it.
  made_by {uuid},
  -- All rows are written; a draft waits for somebody to publish it.
  finished_at {int},
  published_at {int},
  -- Being swept: it can no longer be published.
  condemned {bool} NOT NULL,
  CHECK (published_at IS NULL OR finished_at IS NOT NULL),
  CHECK (published_at IS NULL OR condemned = FALSE)
) {strict};

-- A 政策, 施策 or 基本事業. `path` is its code under the codes above it: a 基本事業's own code is unique in its 施策 only.
CREATE TABLE plan_node (
  id {uuid} NOT NULL PRIMARY KEY,
  level {text} NOT NULL CHECK (level IN ('policy', 'measure', 'group')),
  path {text} NOT NULL,
  code {text} NOT NULL,
  parent {uuid} REFERENCES plan_node (id),
  UNIQUE (level, path),
  CHECK ((level = 'policy') = (parent IS NULL))
) {strict};

-- The names files give to a node, with how many of a file's rows say so; the commonest is shown.
CREATE TABLE plan_name (
  node {uuid} NOT NULL REFERENCES plan_node (id),
  batch {int} NOT NULL,
  name {text} NOT NULL,
  uses {int} NOT NULL CHECK (uses > 0),
  replaced_by {int},
  PRIMARY KEY (node, batch, name)
) {strict};
CREATE INDEX plan_name_batch ON plan_name (batch);
CREATE INDEX plan_name_replaced ON plan_name (replaced_by);

-- A 事務事業: its code never changes its meaning.
CREATE TABLE plan_programme (
  id {uuid} NOT NULL PRIMARY KEY,
  code {text} NOT NULL UNIQUE
) {strict};

-- What a file says of a programme. Years: as written, and the 年度 when it is clear which one is meant.
CREATE TABLE plan_content (
  programme {uuid} NOT NULL REFERENCES plan_programme (id),
  batch {int} NOT NULL,
  replaced_by {int},
  policy {uuid} NOT NULL REFERENCES plan_node (id),
  measure {uuid} REFERENCES plan_node (id),
  basic {uuid} REFERENCES plan_node (id),
  path {text} NOT NULL,
  name {text} NOT NULL,
  search {text} NOT NULL,
  category {text} NOT NULL,
  term {text} NOT NULL,
  starts_text {text} NOT NULL,
  starts {int},
  ends_text {text} NOT NULL,
  ends {int},
  summary {text} NOT NULL,
  target {text} NOT NULL,
  intent {text} NOT NULL,
  outcome {text} NOT NULL,
  legal {text} NOT NULL,
  unit_label {text} NOT NULL,
  section_label {text} NOT NULL,
  bu {text} NOT NULL,
  ka {text} NOT NULL,
  unit {uuid},
  PRIMARY KEY (programme, batch),
  CHECK (basic IS NULL OR measure IS NOT NULL)
) {strict};
CREATE INDEX plan_content_batch ON plan_content (batch);
CREATE INDEX plan_content_replaced ON plan_content (replaced_by);
CREATE INDEX plan_content_path ON plan_content (path);

-- 職 that answers for a programme, from a day on; without a post from that day on nobody does.
CREATE TABLE plan_owner (
  programme {uuid} NOT NULL REFERENCES plan_programme (id),
  valid_from {int} NOT NULL,
  post {uuid},
  PRIMARY KEY (programme, valid_from)
) {strict};
CREATE INDEX plan_owner_post ON plan_owner (post);

-- 統合・分割・改称・再編: what became of what at the beginning of a 年度.
CREATE TABLE plan_lineage (
  id {uuid} NOT NULL PRIMARY KEY,
  kind {text} NOT NULL CHECK (kind IN ('merge', 'split', 'rename', 'reorganise')),
  year {int} NOT NULL,
  note {text} NOT NULL,
  made_at {int} NOT NULL
) {strict};

CREATE TABLE plan_lineage_edge (
  lineage {uuid} NOT NULL REFERENCES plan_lineage (id),
  from_programme {uuid} NOT NULL REFERENCES plan_programme (id),
  to_programme {uuid} NOT NULL REFERENCES plan_programme (id),
  PRIMARY KEY (lineage, from_programme, to_programme)
) {strict};
CREATE INDEX plan_lineage_edge_from ON plan_lineage_edge (from_programme);
CREATE INDEX plan_lineage_edge_to ON plan_lineage_edge (to_programme);
