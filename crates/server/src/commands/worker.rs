//! `tongguan worker`: what a service does beside its routes, on one more host.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::serve::config::Config;
use super::serve::work;

/// Work beside services on one PostgreSQL, without HTTP: what time brings, consolidation, mailboxes, lists, the
/// verifiable log, webhooks, payment evidence, relaying.
///
/// The processes of one database share this work among them, and take it over from one that ends or dies.
/// SIGTERM or Ctrl-C ends it.
#[derive(Debug, Args)]
pub struct Worker {
    /// The settings of the services that it works beside, as docs/reference/serve.md has them; `database` is needed,
    /// and what is about HTTP is passed over.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Worker {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let config = Config::read(&self.config)?;
        config.log.start();
        work(&config, || Ok(writeln!(std::io::stdout(), "at work")?))?;
        Ok(ExitCode::SUCCESS)
    }
}
