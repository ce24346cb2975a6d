//! `tongguan rebuild`: makes anew what follows from everything that was decided.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use serde_json::json;
use tongguan_application::parcels::Projector;
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
    /// The lists in which parties find their parcels. They are empty at first and fill again; a service may run.
    Parcels {
        #[command(flatten)]
        place: Place,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Rebuild {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let RebuildCommand::Parcels { place, json: as_json } = &self.command;
        let store = place.open_known(SystemClock.now())?;
        let mut projector = Projector::open(&store)?;
        projector.forget()?;
        let progress = ProgressBar::new_spinner();
        let mut events = 0;
        loop {
            let taken_up = projector.take_up_some()?;
            events += taken_up.events;
            if !taken_up.is_behind {
                break;
            }
            progress.set_message(format!("{events} events read"));
            progress.tick();
        }
        progress.finish_and_clear();
        let mut out = std::io::stdout().lock();
        if *as_json {
            writeln!(out, "{}", json!({ "events": events }))?;
        } else {
            writeln!(out, "the lists of parcels were made anew from {events} events")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
