//! The `po` command; what it does is in the library, so that tests can call it.

use std::process::ExitCode;

fn main() -> ExitCode {
    po_cli::run(
        std::env::args_os(),
        Box::new(std::io::stdin()),
        &mut anstream::stdout(),
        &mut anstream::stderr(),
    )
}
