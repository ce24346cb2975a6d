//! `tongguan rebuild`: makes anew what follows from everything that was decided.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use serde_json::json;
use tongguan_application::following::TakenUp;
use tongguan_application::guarantees::Movements;
use tongguan_application::parcels::{ParcelsError, Projector};
use tongguan_application::ports::Clock as _;

use super::place::Place;
use crate::clock::SystemClock;

/// Make lists anew that are kept beside clearing. Nothing that was decided changes.
#[derive(Debug, Args)]
pub struct Rebuild {
    #[command(subcommand)]
    command: RebuildCommand,
}

#[derive(Debug, Subcommand)]
enum RebuildCommand {
    /// The lists in which parties and offices find their parcels, and what is known of somebody from before. They are
    /// empty at first and fill again; a service may run.
    Parcels(At),
    /// The lists of what was held of guarantees and given back, in the same way.
    Guarantees(At),
}

/// Where, and how it is told.
#[derive(Debug, Args)]
struct At {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Rebuild {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut out = std::io::stdout().lock();
        match &self.command {
            RebuildCommand::Parcels(At { place, json: as_json }) => {
                let mut projector = Projector::open(&place.open_known(SystemClock.now())?)?;
                projector.forget()?;
                let events = read_all("events", || projector.take_up_some())?;
                if *as_json {
                    writeln!(out, "{}", json!({ "events": events }))?;
                } else {
                    writeln!(out, "the lists of parcels were made anew from {events} events")?;
                }
            }
            RebuildCommand::Guarantees(At { place, json: as_json }) => {
                let mut movements = Movements::open(&place.open_known(SystemClock.now())?)?;
                movements.forget()?;
                let postings = read_all("postings", || movements.take_up_some())?;
                if *as_json {
                    writeln!(out, "{}", json!({ "postings": postings }))?;
                } else {
                    writeln!(
                        out,
                        "the lists of what guarantees hold were made anew from {postings} postings"
                    )?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes up everything, some after some; gives how many that were.
fn read_all(
    what: &str,
    mut some: impl FnMut() -> Result<TakenUp, ParcelsError>,
) -> Result<usize, ParcelsError> {
    let progress = ProgressBar::new_spinner();
    let mut read = 0;
    loop {
        let taken_up = some()?;
        read += taken_up.events;
        if !taken_up.is_behind {
            break;
        }
        progress.set_message(format!("{read} {what} read"));
        progress.tick();
    }
    progress.finish_and_clear();
    Ok(read)
}
