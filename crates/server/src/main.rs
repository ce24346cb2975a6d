//! `tongguan`: the one binary. Reads the command line and starts what was asked for.

mod clock;
mod commands;
mod product;
mod refresh;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::Tongguan::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
