-- What was erased, so that a restored backup, which may be older, forgets it again. Holds no personal data.
CREATE TABLE erasure (
  kind {text} NOT NULL,
  subject {uuid} NOT NULL,
  at {int} NOT NULL,
  PRIMARY KEY (kind, subject)
) {strict};
