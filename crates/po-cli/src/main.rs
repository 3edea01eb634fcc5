//! The `po` command.
fn main() {}
