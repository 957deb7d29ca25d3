//! Imports of invented files: what comes in, what is refused, and that nothing comes in by half.
