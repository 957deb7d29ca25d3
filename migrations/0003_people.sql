-- Staff: units and posts with dates, persons, who holds which post, sign-in, sessions.
-- Who looked at whose case is in the audit log.
--
-- What changes with a date (a unit's name and place in the tree, a post's title and roles) is kept as
-- steps: the row in force on a day is the one with the latest valid_from that is not after it. Two
-- versions therefore never overlap, and closing is a step like any other.

CREATE TABLE unit (
  id {uuid} PRIMARY KEY,
  code {text} NOT NULL UNIQUE
) {strict};

CREATE TABLE unit_state (
  unit {uuid} NOT NULL REFERENCES unit (id),
  valid_from {int} NOT NULL,
  closed {bool} NOT NULL,
  parent {uuid} REFERENCES unit (id),
  kind {text} NOT NULL CHECK (kind IN ('department', 'division', 'section')),
  name {json} NOT NULL,
  telephone {text},
  fax {text},
  hours {json},
  sort {int} NOT NULL,
  PRIMARY KEY (unit, valid_from),
  CHECK (parent IS NULL OR parent <> unit)
) {strict};
CREATE INDEX unit_state_parent ON unit_state (parent);

CREATE TABLE post (
  id {uuid} PRIMARY KEY,
  code {text} NOT NULL UNIQUE,
  unit {uuid} NOT NULL REFERENCES unit (id)
) {strict};
CREATE INDEX post_unit ON post (unit);

CREATE TABLE post_state (
  post {uuid} NOT NULL REFERENCES post (id),
  valid_from {int} NOT NULL,
  closed {bool} NOT NULL,
  title {json} NOT NULL,
  roles {text} NOT NULL,
  sort {int} NOT NULL,
  PRIMARY KEY (post, valid_from)
) {strict};

CREATE TABLE person (
  id {uuid} PRIMARY KEY,
  number {text} UNIQUE,
  login {text} NOT NULL UNIQUE,
  name {text} NOT NULL,
  kana {text} NOT NULL,
  search {text} NOT NULL,
  disabled {bool} NOT NULL,
  created_at {int} NOT NULL
) {strict};
CREATE INDEX person_kana ON person (kana, id);

-- valid_to is the first day on which the post is no longer held.
CREATE TABLE holding (
  id {uuid} PRIMARY KEY,
  person {uuid} NOT NULL REFERENCES person (id),
  post {uuid} NOT NULL REFERENCES post (id),
  valid_from {int} NOT NULL,
  valid_to {int},
  concurrent {bool} NOT NULL,
  UNIQUE (person, post, valid_from),
  CHECK (valid_to IS NULL OR valid_from < valid_to)
) {strict};
CREATE INDEX holding_post ON holding (post, valid_from);
CREATE UNIQUE INDEX holding_open ON holding (person, post) WHERE valid_to IS NULL;

-- version grows with every change, so that a slow check of an old hash cannot admit or overwrite.
CREATE TABLE password (
  person {uuid} PRIMARY KEY REFERENCES person (id),
  hash {text} NOT NULL,
  version {int} NOT NULL,
  must_change {bool} NOT NULL,
  changed_at {int} NOT NULL,
  expires_at {int}
) {strict};

-- last_step is the newest time step a code was accepted for: none at or before it is accepted again.
CREATE TABLE totp (
  person {uuid} PRIMARY KEY REFERENCES person (id),
  secret {bytes} NOT NULL,
  last_step {int} NOT NULL,
  confirmed_at {int} NOT NULL
) {strict};

-- A secret shown for enrolment that no code has proven yet.
CREATE TABLE totp_offer (
  person {uuid} PRIMARY KEY REFERENCES person (id),
  secret {bytes} NOT NULL,
  expires_at {int} NOT NULL
) {strict};

CREATE TABLE one_time_code (
  person {uuid} NOT NULL REFERENCES person (id),
  hash {bytes} NOT NULL,
  made_at {int} NOT NULL,
  used_at {int},
  PRIMARY KEY (person, hash)
) {strict};

-- The password was right, the second factor is awaited. Not a session: nothing can be done with it.
CREATE TABLE pending_sign_in (
  token {bytes} PRIMARY KEY,
  person {uuid} NOT NULL REFERENCES person (id),
  password_version {int} NOT NULL,
  device {text} NOT NULL,
  expires_at {int} NOT NULL
) {strict};
CREATE INDEX pending_sign_in_expiry ON pending_sign_in (expires_at);

-- token is the SHA-256 of what the browser holds. idle is in microseconds.
CREATE TABLE session (
  id {uuid} PRIMARY KEY,
  token {bytes} NOT NULL UNIQUE,
  person {uuid} NOT NULL REFERENCES person (id),
  device {text} NOT NULL,
  must_enrol {bool} NOT NULL,
  created_at {int} NOT NULL,
  seen_at {int} NOT NULL,
  idle {int} NOT NULL CHECK (idle > 0),
  expires_at {int} NOT NULL
) {strict};
CREATE INDEX session_person ON session (person);
CREATE INDEX session_expiry ON session (expires_at);

-- One row for ever: the first administrator is made once, by whichever node comes first.
CREATE TABLE first_administrator (
  one {int} PRIMARY KEY CHECK (one = 1),
  person {uuid} NOT NULL,
  made_at {int} NOT NULL
) {strict};
