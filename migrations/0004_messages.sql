-- Messages to people: one row for each, telling where it stands; never what it said.

-- The delivery record. The text and the address travel in the outbox item and are gone once it is delivered; what stays is a
-- keyed hash of the recipient, by which an erasure finds the rows.
CREATE TABLE message (
  id {uuid} PRIMARY KEY NOT NULL,
  -- What the caller calls it, such as visits.reminder/ID; queueing the same key again changes nothing.
  key {text} NOT NULL UNIQUE,
  kind {text} NOT NULL,
  recipient {uuid},
  locale {text} NOT NULL,
  simulated {bool} NOT NULL,
  -- Messages of one case, delivered in the order in which they were queued.
  order_by {text} NOT NULL,
  -- The same as an id, where it is one: forgetting a case forgets its messages.
  case_id {uuid},
  state {text} NOT NULL CHECK (state IN ('queued', 'handed_over', 'accepted', 'failed', 'dead', 'stale', 'withdrawn', 'discarded')),
  -- The channel of the last attempt.
  channel {text},
  attempts {int} NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- A code of messages::channel::Why and the other side's words, without addresses.
  why {text},
  detail {text},
  -- What the other side called the letter it took.
  reference {text},
  queued_at {int} NOT NULL,
  not_before {int},
  not_after {int},
  handed_over_at {int},
  settled_at {int}
) {strict};
CREATE INDEX message_by_state ON message (state, queued_at, id);
CREATE INDEX message_by_recipient ON message (recipient);
CREATE INDEX message_by_case ON message (case_id, queued_at);

-- Letters kept to be read inside this program: the inbox of a resident, and what a real channel would have sent
-- (the demo city, a city without a mail server). One row a message, however often it is handed over.
CREATE TABLE message_letter (
  message {uuid} PRIMARY KEY NOT NULL,
  channel {text} NOT NULL CHECK (channel IN ('inbox', 'simulator')),
  -- The mail address or the inbox's subject, as the letter's "to".
  address {text} NOT NULL,
  recipient {uuid},
  kind {text} NOT NULL,
  locale {text} NOT NULL,
  subject {text} NOT NULL,
  body {text} NOT NULL,
  kept_at {int} NOT NULL
) {strict};
CREATE INDEX message_letter_by_time ON message_letter (channel, kept_at, message);
CREATE INDEX message_letter_by_recipient ON message_letter (recipient);
