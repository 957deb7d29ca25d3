-- places: the city itself, its counters, when it is open, and the areas, towns and facilities it imports.

-- One row: who the city is.
CREATE TABLE city (
  one {int} NOT NULL PRIMARY KEY CHECK (one = 1),
  code {text} NOT NULL,
  name {json} NOT NULL,
  unit {json} NOT NULL,
  phone {text} NOT NULL,
  fax {text} NOT NULL,
  hours {json} NOT NULL,
  address {json} NOT NULL,
  is_demo {bool} NOT NULL,
  updated_at {int} NOT NULL
) {strict};

-- A counter with the division (課) that answers for it.
CREATE TABLE counter (
  id {uuid} NOT NULL PRIMARY KEY,
  code {text} NOT NULL UNIQUE,
  position {int} NOT NULL,
  name {json} NOT NULL,
  unit {json} NOT NULL,
  unit_code {text} NOT NULL,
  phone {text} NOT NULL,
  fax {text} NOT NULL,
  hours {json} NOT NULL,
  location {json} NOT NULL,
  desks {int} NOT NULL CHECK (desks BETWEEN 1 AND 99),
  ticket_prefix {text} NOT NULL CHECK (LENGTH(ticket_prefix) = 1),
  is_open {bool} NOT NULL,
  updated_at {int} NOT NULL
) {strict};

-- 閉庁日: days on which this city closes besides weekends, holidays and the turn of the year.
CREATE TABLE closed_day (
  day {int} NOT NULL PRIMARY KEY,
  reason {json} NOT NULL
) {strict};

-- What was imported under one name. Readers follow `batch`: one UPDATE of this row publishes a whole file.
CREATE TABLE place_set (
  id {uuid} NOT NULL PRIMARY KEY,
  kind {text} NOT NULL CHECK (kind IN ('areas', 'towns', 'facilities', 'holidays')),
  name {text} NOT NULL,
  batch {uuid},
  version {int} NOT NULL,
  shape {text} NOT NULL,
  rows {int} NOT NULL,
  details {json} NOT NULL,
  updated_at {int} NOT NULL,
  UNIQUE (kind, name)
) {strict};

-- An import under way or done. A batch no set points to is rubbish and is swept.
CREATE TABLE place_batch (
  id {uuid} NOT NULL PRIMARY KEY,
  kind {text} NOT NULL,
  started_at {int} NOT NULL,
  published_at {int},
  -- Taken for dead and being swept: it can no longer be published.
  condemned {bool} NOT NULL
) {strict};

CREATE TABLE area (
  batch {uuid} NOT NULL,
  id {uuid} NOT NULL,
  position {int} NOT NULL,
  key {text} NOT NULL,
  name {text} NOT NULL,
  shape {bytes} NOT NULL,
  properties {json} NOT NULL,
  crosses_itself {bool} NOT NULL,
  PRIMARY KEY (batch, id),
  UNIQUE (batch, key)
) {strict};

CREATE TABLE town (
  batch {uuid} NOT NULL,
  id {uuid} NOT NULL,
  position {int} NOT NULL,
  key {text} NOT NULL,
  name {text} NOT NULL,
  search {text} NOT NULL,
  lat {int},
  lon {int},
  PRIMARY KEY (batch, id),
  UNIQUE (batch, key)
) {strict};

CREATE TABLE facility (
  batch {uuid} NOT NULL,
  id {uuid} NOT NULL,
  position {int} NOT NULL,
  key {text} NOT NULL,
  number {text} NOT NULL,
  name {text} NOT NULL,
  kana {text} NOT NULL,
  kind {text} NOT NULL,
  address {text} NOT NULL,
  phone {text} NOT NULL,
  search {text} NOT NULL,
  lat {int},
  lon {int},
  attributes {json} NOT NULL,
  PRIMARY KEY (batch, id),
  UNIQUE (batch, key)
) {strict};

-- Holidays as the Cabinet Office publishes them, above the rules of the law.
CREATE TABLE holiday (
  batch {uuid} NOT NULL,
  day {int} NOT NULL,
  name {text} NOT NULL,
  PRIMARY KEY (batch, day)
) {strict};

-- The Japanese labels a facility set's columns are shown under (from the city's attribute lists).
CREATE TABLE facility_labels (
  set_name {text} NOT NULL PRIMARY KEY,
  labels {json} NOT NULL,
  updated_at {int} NOT NULL
) {strict};
