//! `tongguan relay`: messages that another window decides.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use tongguan_application::ports::Clock as _;
use tongguan_application::relay::{self, Overview, Queued};
use tongguan_domain::ids::MessageId;
use tongguan_web::views::relay::RelayView;

use super::deciding::Deciding;
use super::place::Place;
use crate::clock::SystemClock;

/// Show what is relayed to the window upstream (转发), and see to what was given up.
///
/// `office set OFFICE relay TYPES` says what goes upstream; `serve` sends it, as its settings under
/// `[relay]` have it.
#[derive(Debug, Args)]
pub struct Relay {
    #[command(subcommand)]
    command: RelayCommand,
}

#[derive(Debug, Subcommand)]
enum RelayCommand {
    Show(Show),
    /// Send a message that was given up again.
    Retry(One),
    /// Leave a message unsent that was given up; its sender knows that.
    Dismiss(One),
}

/// Show what is to be sent, what was given up, and what came that answers nothing.
#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Takes the partitions as `review decide` does; where a service runs, its page does the same.
#[derive(Debug, Args)]
struct One {
    /// The number that it was received under, as `relay show` has it.
    message: i64,
    /// Who wants that, for the audit.
    #[arg(long, value_name = "NAME")]
    operator: String,
    #[command(flatten)]
    at: Deciding,
}

impl Relay {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            RelayCommand::Show(show) => show.run(),
            RelayCommand::Retry(one) => one.run("waiting", relay::retry),
            RelayCommand::Dismiss(one) => one.run("dismissed", relay::dismiss),
        }
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let overview = relay::overview(&self.place.open_known(SystemClock.now())?)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&RelayView::of(&overview))?)?;
            return Ok(ExitCode::SUCCESS);
        }
        let Overview { waiting, sent, given_up, next, dead, strays } = &overview;
        let [waiting, sent, given_up] = [waiting, sent, given_up].map(|it| it.count);
        writeln!(out, "{waiting} to be sent, {sent} sent, {given_up} given up")?;
        for queued in next.iter().chain(dead) {
            writeln!(out, "{}", line(queued))?;
        }
        for stray in strays {
            let (at, kind, message) = (stray.at, &stray.kind, stray.message.0);
            writeln!(out, "{message}  {kind}  came {at} and answers nothing: {}", stray.why)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl One {
    fn run<E: std::error::Error + Send + Sync + 'static>(
        &self,
        state: &str,
        act: impl FnOnce(
            &mut dyn tongguan_application::deciding::Decides,
            MessageId,
            &str,
        ) -> Result<(), E>,
    ) -> anyhow::Result<ExitCode> {
        let store = self.at.open()?;
        let message = MessageId(self.message);
        self.at.decide(&store, |desk, _| act(desk, message, &self.operator))??;
        let mut out = std::io::stdout().lock();
        if self.at.json {
            let told = json!({ "message": self.message.to_string(), "state": state });
            writeln!(out, "{told}")?;
        } else {
            writeln!(out, "message {}: {state}", self.message)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn line(queued: &Queued) -> String {
    let Queued { kind, documents, taken_at, attempts, .. } = queued;
    let how = match &queued.failure {
        Some(why) => format!(", tried {attempts} times: {why}"),
        None => String::new(),
    };
    let message = queued.message.0;
    format!("{message}  {kind}  {documents} documents  taken in {taken_at}{how}")
}
