//! Project tasks: test, soak, generated files.
fn main() {}
