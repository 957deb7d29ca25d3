//! Staff: persons, posts in dated units, roles, sign-in, sessions, and every look at a resident's case.
