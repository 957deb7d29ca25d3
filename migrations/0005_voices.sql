-- What residents say afterwards: one score and perhaps one line for each case.
-- subject is the case's id and dies with it; line is emptied by retention. Neither names anybody.
CREATE TABLE voice (
  id {uuid} PRIMARY KEY,
  subject {uuid} UNIQUE,
  topic {text} NOT NULL,
  score {int} NOT NULL CHECK (score BETWEEN 1 AND 5),
  line {text},
  locale {text} NOT NULL,
  day {int} NOT NULL,
  at {int} NOT NULL
) {strict};
CREATE INDEX voice_day ON voice (day, topic, score);
CREATE INDEX voice_line ON voice (topic, at) WHERE line IS NOT NULL;
