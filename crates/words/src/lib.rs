//! The catalogue of words on screens and in messages, one file per service and locale.
