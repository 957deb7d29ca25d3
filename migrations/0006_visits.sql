-- Counter visits. A booking and a walk-in are both a row of `visit`; who the person is stands in
-- `visit_contact`, so that forgetting somebody is deleting one row.

-- How a counter calls people. A counter without a row is served by the defaults in the code.
-- Its desks and the letter of its tickets stand with the counter itself.
CREATE TABLE visit_counter (
  counter_id {uuid} PRIMARY KEY,
  rule {text} NOT NULL CHECK (rule IN ('booked_only', 'alternate', 'booked_first')),
  -- booked_first: a walk-in is called after this many booked in a row …
  ceiling {int} NOT NULL CHECK (ceiling BETWEEN 1 AND 20),
  -- … or has waited this long.
  max_wait_minutes {int} NOT NULL CHECK (max_wait_minutes BETWEEN 5 AND 480),
  -- Later than this and a booking waits like a walk-in.
  grace_minutes {int} NOT NULL CHECK (grace_minutes BETWEEN 0 AND 120),
  -- Not come by then: 来庁なし.
  no_show_minutes {int} NOT NULL CHECK (no_show_minutes BETWEEN 5 AND 600),
  version {int} NOT NULL CHECK (version >= 1)
) {strict};

-- A procedure (手続) people come for.
CREATE TABLE visit_service (
  id {uuid} PRIMARY KEY,
  code {text} NOT NULL UNIQUE,
  counter_id {uuid} NOT NULL,
  name {json} NOT NULL,
  summary {json} NOT NULL,
  bring {json} NOT NULL,
  instead {json} NOT NULL,
  needs_visit {bool} NOT NULL,
  minutes {int} NOT NULL CHECK (minutes BETWEEN 1 AND 480),
  open_days {int} NOT NULL CHECK (open_days BETWEEN 0 AND 366),
  lead_minutes {int} NOT NULL CHECK (lead_minutes BETWEEN 0 AND 1440),
  cutoff_days {int} NOT NULL CHECK (cutoff_days BETWEEN 0 AND 60),
  cutoff_minute {int} NOT NULL CHECK (cutoff_minute BETWEEN 0 AND 1439),
  -- Names and addresses are deleted this many days after the visit.
  keep_days {int} NOT NULL CHECK (keep_days BETWEEN 0 AND 400),
  position {int} NOT NULL,
  active {bool} NOT NULL,
  version {int} NOT NULL CHECK (version >= 1)
) {strict};
CREATE INDEX visit_service_counter ON visit_service (counter_id, position);

-- Weekly opening of a service, with dates, so that new hours begin on a day and rewrite nothing.
CREATE TABLE visit_opening (
  id {uuid} PRIMARY KEY,
  service_id {uuid} NOT NULL REFERENCES visit_service (id),
  weekday {int} NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  from_minute {int} NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
  to_minute {int} NOT NULL CHECK (to_minute <= 1440),
  step_minutes {int} NOT NULL CHECK (step_minutes BETWEEN 5 AND 480),
  web_capacity {int} NOT NULL CHECK (web_capacity BETWEEN 0 AND 100000),
  staff_capacity {int} NOT NULL CHECK (staff_capacity BETWEEN 0 AND 100000),
  valid_from {int} NOT NULL,
  valid_to {int},
  CHECK (to_minute > from_minute)
) {strict};
CREATE INDEX visit_opening_service ON visit_opening (service_id, weekday);

-- A day on which a counter, or one of its services, is closed although the city hall is open.
CREATE TABLE visit_closure (
  id {uuid} PRIMARY KEY,
  counter_id {uuid} NOT NULL,
  service_id {uuid},
  day {int} NOT NULL,
  reason {json} NOT NULL,
  made_at {int} NOT NULL,
  lifted_at {int}
) {strict};
CREATE INDEX visit_closure_day ON visit_closure (counter_id, day);

-- Places at one time, by channel. The counts are the truth a booking is claimed against.
CREATE TABLE visit_slot (
  service_id {uuid} NOT NULL REFERENCES visit_service (id),
  day {int} NOT NULL,
  minute {int} NOT NULL CHECK (minute BETWEEN 0 AND 1439),
  web_capacity {int} NOT NULL CHECK (web_capacity >= 0),
  web_booked {int} NOT NULL CHECK (web_booked BETWEEN 0 AND web_capacity),
  staff_capacity {int} NOT NULL CHECK (staff_capacity >= 0),
  staff_booked {int} NOT NULL CHECK (staff_booked BETWEEN 0 AND staff_capacity),
  closed {bool} NOT NULL,
  PRIMARY KEY (service_id, day, minute)
) {strict};

CREATE TABLE visit (
  id {uuid} PRIMARY KEY,
  -- NULL once it is so old that the number may be given again.
  number {text} UNIQUE,
  service_id {uuid} NOT NULL REFERENCES visit_service (id),
  counter_id {uuid} NOT NULL,
  channel {text} NOT NULL CHECK (channel IN ('web', 'staff', 'walk_in')),
  state {text} NOT NULL CHECK (state IN
    ('booked', 'waiting', 'called', 'serving', 'absent', 'finished', 'cancelled', 'no_show')),
  day {int} NOT NULL,
  -- The booked time; a walk-in has none.
  minute {int} CHECK (minute BETWEEN 0 AND 1439),
  minutes {int} NOT NULL,
  who {text} NOT NULL CHECK (who IN ('self', 'agent', 'child')),
  wheelchair {bool} NOT NULL,
  writing {bool} NOT NULL,
  interpreter {text},
  companion {bool} NOT NULL,
  infant {bool} NOT NULL,
  locale {text} NOT NULL,
  ticket {text},
  -- Which of the counter's two lines the person waits in.
  line {text} CHECK (line IN ('booked', 'walk_in')),
  desk {text},
  made_at {int} NOT NULL,
  checked_in_at {int},
  called_at {int},
  last_called_at {int},
  calls {int} NOT NULL,
  by_hand {text},
  started_at {int},
  finished_at {int},
  cancelled_at {int},
  outcome {text} CHECK (outcome IN ('done', 'continues', 'not_possible', 'unrecorded')),
  rated {bool} NOT NULL,
  version {int} NOT NULL,
  CHECK ((channel = 'walk_in') = (minute IS NULL)),
  CHECK (state IN ('booked', 'cancelled', 'no_show') OR (checked_in_at IS NOT NULL AND ticket IS NOT NULL AND line IS NOT NULL)),
  CHECK (state NOT IN ('called', 'serving', 'finished', 'absent') OR called_at IS NOT NULL),
  CHECK (state NOT IN ('serving', 'finished') OR started_at IS NOT NULL),
  CHECK (state <> 'finished' OR (finished_at IS NOT NULL AND outcome IS NOT NULL)),
  UNIQUE (counter_id, day, ticket)
) {strict};
CREATE INDEX visit_day ON visit (counter_id, day, state);
CREATE INDEX visit_by_day ON visit (day);
-- What the sweep at the day's end still has to close.
CREATE INDEX visit_open ON visit (day) WHERE state IN ('booked', 'waiting', 'called', 'serving');
-- A desk serves one person at a time, so a second press of 「次の方を呼ぶ」 cannot call a second person.
CREATE UNIQUE INDEX visit_desk_busy ON visit (counter_id, day, desk) WHERE state IN ('called', 'serving');

-- Who comes and how to reach them; deleted after `erase_on`.
CREATE TABLE visit_contact (
  visit_id {uuid} PRIMARY KEY REFERENCES visit (id),
  name {text},
  name_fold {text},
  email {text},
  email_fold {text},
  phone {text},
  erase_on {int} NOT NULL
) {strict};
CREATE INDEX visit_contact_email ON visit_contact (email_fold);
CREATE INDEX visit_contact_erase ON visit_contact (erase_on);

-- One row a counter and day: the last ticket, and how many booked were called in a row.
-- Calling takes this row first, so the clerks of one counter decide one after another.
CREATE TABLE visit_line (
  counter_id {uuid} NOT NULL,
  day {int} NOT NULL,
  last_ticket {int} NOT NULL,
  booked_streak {int} NOT NULL,
  calls {int} NOT NULL,
  PRIMARY KEY (counter_id, day)
) {strict};

-- What was done at the counter, in order; also what undo puts back.
CREATE TABLE visit_act (
  id {uuid} PRIMARY KEY,
  visit_id {uuid} NOT NULL REFERENCES visit (id),
  act {text} NOT NULL,
  at {int} NOT NULL,
  post_id {uuid},
  from_state {text} NOT NULL,
  to_state {text} NOT NULL,
  -- The visit's version after this act: undo works only while it is still the newest.
  version {int} NOT NULL,
  before {json},
  undone_at {int},
  UNIQUE (visit_id, version)
) {strict};
