//! The program: reads configuration, wires the rooms, serves, imports, backs up.
fn main() {}
