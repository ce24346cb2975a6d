//! Simulates one seed after the other and says which do not hold: `cargo xtask simulate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tongguan_simulation::command()
}
