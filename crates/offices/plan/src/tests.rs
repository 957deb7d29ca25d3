//! The office on both engines.
