-- 電話してほしい: somebody asks the division behind a counter to call them. What speaks of a person stands in
-- `callback_contact`, so that forgetting somebody is deleting one row.

CREATE TABLE callback (
  id {uuid} PRIMARY KEY,
  -- What people say on the telephone; free for others once the contact is deleted.
  number {text} UNIQUE,
  counter_id {uuid} NOT NULL,
  made_at {int} NOT NULL,
  -- The day by whose end we call.
  due {int} NOT NULL,
  wanted {text} NOT NULL CHECK (wanted IN ('morning', 'afternoon', 'any')),
  locale {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'called', 'closed')),
  -- How often nobody answered.
  tries {int} NOT NULL CHECK (tries BETWEEN 0 AND 99),
  last_try_at {int},
  ended_at {int},
  CHECK ((state = 'open') = (ended_at IS NULL))
) {strict};
CREATE INDEX callback_counter ON callback (counter_id, state, due);

-- Whom to call and about what; deleted after `erase_on`.
CREATE TABLE callback_contact (
  callback_id {uuid} PRIMARY KEY REFERENCES callback (id),
  phone {text} NOT NULL,
  name {text},
  about {text},
  -- The path of the page on which it was asked, without what stands behind a question mark.
  page {text},
  erase_on {int} NOT NULL
) {strict};
CREATE INDEX callback_contact_erase ON callback_contact (erase_on);
