//! The back office of the offices: sign-in, sessions, posts, places, messages, the audit log.
