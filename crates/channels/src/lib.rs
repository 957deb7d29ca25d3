//! Adapters to the outside world: mail today.
