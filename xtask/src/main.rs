//! Project tasks: `cargo xtask test` proves the house, `cargo xtask soak` runs the long matrices.

mod counts;
mod failures;
mod machine;
mod process;
mod soak;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test [--quick] [FILTER]   every test: unit, both databases, HTTP, races, crashes, browser
                                      --quick leaves out what starts the program or a browser
                                      FILTER  only tests whose name contains it
cargo xtask soak [NAME]               the long matrices, resumable: kills-sqlite, kills-postgres, pages, hours
cargo xtask needs                     installs, or names, what the tests need on this machine";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", options @ ..] => test::run(options),
        ["soak", names @ ..] => soak::run(names),
        ["needs"] => machine::prepare(machine::Scope::Everything),
        ["help" | "--help" | "-h"] | [] => {
            println!("{HELP}");
            Ok(())
        }
        [other, ..] => Err(format!("`{other}` is not a task.\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            if !message.is_empty() {
                eprintln!("xtask: {message}");
            }
            ExitCode::FAILURE
        }
    }
}
