//! `tongguan`: the one binary. Reads the command line and starts what was asked for.

// It panics when nobody reads; see `is_reader_gone`.
#![deny(clippy::print_stdout)]

mod backups;
mod clock;
mod commands;
mod log;
mod memory;
mod product;
mod refresh;
mod take_over;
mod traces;
mod upkeep;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Parsing and committing make and drop small values by the hundred for each parcel.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match commands::Tongguan::parse().run() {
        Ok(code) => code,
        Err(error) if is_reader_gone(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whoever read standard output, such as `head`, has seen enough. A connection to a database that
/// broke comes as an error of the database and is none of these.
fn is_reader_gone(error: &anyhow::Error) -> bool {
    let written = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let serialized = error.downcast_ref::<serde_json::Error>().and_then(|it| it.io_error_kind());
    written.or(serialized) == Some(io::ErrorKind::BrokenPipe)
}
