//! `tongguan return`: goods that come back.

mod export;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Goods that come back.
#[derive(Debug, Args)]
pub struct Returns {
    #[command(subcommand)]
    command: ReturnsCommand,
}

#[derive(Debug, Subcommand)]
enum ReturnsCommand {
    Export(export::Export),
}

impl Returns {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ReturnsCommand::Export(export) => export.run(),
        }
    }
}
