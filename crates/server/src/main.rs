//! `tongguan`: the one binary. Reads the command line and starts what was asked for.

mod clock;
mod commands;
mod product;
mod refresh;
mod take_over;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Parsing and committing make and drop small values by the hundred for each parcel.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match commands::Tongguan::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
