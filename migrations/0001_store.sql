-- What the store keeps for itself: keys, outbox, audit, idempotency, limits, leases, files.

-- Keys made at first need: signing, link secrets, VAPID.
CREATE TABLE secret (
  name {text} PRIMARY KEY,
  value {bytes} NOT NULL,
  made_at {int} NOT NULL
) {strict};

-- Who may do a job that only one process may do at a time.
CREATE TABLE lease (
  name {text} PRIMARY KEY,
  holder {text} NOT NULL,
  until {int} NOT NULL,
  fence {int} NOT NULL
) {strict};

-- Attempts in the present window; the subject is a digest. Swept when the window is over.
CREATE TABLE attempt (
  name {text} NOT NULL,
  subject {bytes} NOT NULL,
  ends {int} NOT NULL,
  count {int} NOT NULL,
  PRIMARY KEY (name, subject, ends),
  CHECK (count > 0)
) {strict};
CREATE INDEX attempt_ends ON attempt (ends);

-- What an Idempotency-Key stood for; kept 24 hours.
CREATE TABLE idempotency (
  key {bytes} PRIMARY KEY,
  command {bytes} NOT NULL,
  object {uuid} NOT NULL,
  at {int} NOT NULL
) {strict};
CREATE INDEX idempotency_at ON idempotency (at);

-- Everything that is to reach the outside world. The payload goes when the item is settled, unless it is dead.
CREATE TABLE outbox (
  id {uuid} PRIMARY KEY,
  topic {text} NOT NULL,
  key {text} NOT NULL UNIQUE,
  payload {json},
  order_by {text},
  urgency {int} NOT NULL,
  not_before {int} NOT NULL,
  not_after {int},
  next_at {int} NOT NULL,
  claim {uuid},
  attempts {int} NOT NULL,
  held {bool} NOT NULL,
  state {text} NOT NULL,
  reason {text},
  put_at {int} NOT NULL,
  settled_at {int},
  CHECK (urgency BETWEEN 0 AND 3),
  CHECK (state IN ('open', 'done', 'dead', 'stale', 'withdrawn', 'discarded')),
  CHECK ((state = 'open') = (settled_at IS NULL)),
  CHECK ((payload IS NOT NULL) = (state IN ('open', 'dead')))
) {strict};
CREATE INDEX outbox_due ON outbox (topic, urgency, next_at, id) WHERE state = 'open' AND NOT held;
CREATE INDEX outbox_next ON outbox (topic, next_at) WHERE state = 'open' AND NOT held;
CREATE INDEX outbox_limit ON outbox (not_after) WHERE state = 'open' AND not_after IS NOT NULL;
CREATE INDEX outbox_order ON outbox (topic, order_by, not_before, id) WHERE state = 'open' AND order_by IS NOT NULL;
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;

-- Who did what to what, and why. Rows are only inserted; the sealer fills seq, segment and hash once.
CREATE TABLE audit (
  id {uuid} PRIMARY KEY,
  at {int} NOT NULL,
  actor_kind {text} NOT NULL,
  actor {uuid},
  post {uuid},
  act {text} NOT NULL,
  object {uuid},
  purpose {text},
  detail {json},
  salt {bytes},
  digest {bytes} NOT NULL,
  seq {int} UNIQUE,
  segment {int},
  hash {bytes},
  CHECK (actor_kind IN ('staff', 'resident', 'system')),
  CHECK ((detail IS NULL) = (salt IS NULL)),
  CHECK ((seq IS NULL) = (hash IS NULL) AND (seq IS NULL) = (segment IS NULL))
) {strict};
CREATE INDEX audit_unsealed ON audit (id) WHERE seq IS NULL;
CREATE INDEX audit_object ON audit (object, id) WHERE object IS NOT NULL;
CREATE INDEX audit_actor ON audit (actor, id) WHERE actor IS NOT NULL;

-- Where each month's part of the chain begins, so that older parts can be taken away and the rest still verified.
CREATE TABLE audit_segment (
  segment {int} PRIMARY KEY,
  first_seq {int} NOT NULL UNIQUE,
  base {bytes} NOT NULL
) {strict};

-- Contents kept in the folder of files, and who refers to them.
CREATE TABLE file (
  digest {bytes} PRIMARY KEY,
  size {int} NOT NULL,
  media {text} NOT NULL,
  unused_since {int}
) {strict};
CREATE INDEX file_unused ON file (unused_since) WHERE unused_since IS NOT NULL;
CREATE TABLE file_reference (
  digest {bytes} NOT NULL REFERENCES file (digest),
  holder {uuid} NOT NULL,
  PRIMARY KEY (digest, holder)
) {strict};
CREATE INDEX file_reference_holder ON file_reference (holder);
