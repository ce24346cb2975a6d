//! `tongguan consolidate`: a month of exports merged into formal declarations, or summed up.

mod export;
mod statistics;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use serde::Serialize;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::consolidation::{
    ConsolidationWork, Done, Plan, Prospect, RequestError, prospects, rehearse, request,
};
use tongguan_application::deciding::{Decides, Directly};
use tongguan_application::history::Actor;
use tongguan_application::learning::Learned;
use tongguan_application::ports::Clock;
use tongguan_application::processes::ProcessKind;
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::month::Month;
use tongguan_domain::party::PartyCode;
use tongguan_domain::registry::Registry;
use tongguan_storage::Store;
use tongguan_web::views::code_of;

use super::place::{KeyFile, Place};
use crate::clock::SystemClock;
use crate::take_over::take_over;

/// Consolidate export declarations: merge what left in a month into formal declarations (汇总申报).
///
/// Requests of declarants (CEB701) that are still open are brought to their end first; then the office
/// opens requests of its own for whatever is left, one for each merchant and office. Running it again
/// finds nothing new. It takes the partitions as a gateway does, so no gateway may be at work on the same
/// database; results are delivered by the next one.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Consolidate {
    #[command(subcommand)]
    command: Option<ConsolidateCommand>,
    #[command(flatten)]
    whole: Whole,
}

#[derive(Debug, Subcommand)]
enum ConsolidateCommand {
    Export(export::Export),
    Statistics(statistics::Statistics),
}

/// A month.
#[derive(Debug, Args)]
struct Whole {
    /// The month in which the goods left: 2026-09
    #[arg(long, value_parser = Month::parse)]
    month: Option<Month>,
    /// Only what was declared at this office.
    #[arg(long, value_parser = OfficeCode::parse)]
    office: Option<OfficeCode>,
    /// Only this merchant's: its code.
    #[arg(long, value_name = "CODE", value_parser = PartyCode::parse)]
    merchant: Option<PartyCode>,
    /// Say what would be made, and make nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// What was done, or would be.
#[derive(Debug, Serialize)]
struct Report {
    month: String,
    /// The last day for it, by the law.
    deadline: Option<String>,
    dry_run: bool,
    /// Requests that were open before, brought to their end.
    earlier_requests: u64,
    merchants: Vec<Row>,
    formal_declarations: u64,
    declarations: u64,
}

/// A merchant at an office.
#[derive(Debug, Serialize)]
struct Row {
    merchant: String,
    office: String,
    declarations: u64,
    /// How many formal declarations it would become; of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    formal_declarations: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<u64>,
}

impl Consolidate {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Some(ConsolidateCommand::Export(export)) => export.run(),
            Some(ConsolidateCommand::Statistics(statistics)) => statistics.run(),
            None => self.whole.run(),
        }
    }
}

impl Whole {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let month = self.month.context("which month? say --month 2026-09")?;
        let store = self.place.open_known(SystemClock.now())?;
        let learned = store.read(Learned::load)?;
        let merchant = merchant(&learned.registry, self.merchant.as_ref())?;
        let plan = Plan { month, office: self.office, merchant };
        let report = match self.dry_run {
            true => self.rehearsed(&store, &learned, plan)?,
            false => self.carried_out(&store, &learned, plan)?,
        };
        self.print(&report, learned.pack.consolidation_deadline(month.first_day()))?;
        Ok(ExitCode::SUCCESS)
    }

    fn rehearsed(&self, store: &Store, learned: &Learned, plan: Plan) -> anyhow::Result<Report> {
        let now = SystemClock.now();
        let mut report = Report::of(plan, &learned.pack, true);
        for prospect in prospects(store, &learned.registry, plan)? {
            let rehearsed = rehearse(store, &learned.pack, plan.month, prospect, now)?;
            report.formal_declarations += rehearsed.forms;
            report.declarations += prospect.declarations;
            report.merchants.push(Row {
                formal_declarations: Some(rehearsed.forms),
                lines: Some(rehearsed.lines),
                ..Row::of(&learned.registry, prospect)
            });
        }
        Ok(report)
    }

    fn carried_out(&self, store: &Store, learned: &Learned, plan: Plan) -> anyhow::Result<Report> {
        let keyring = Arc::new(self.key_file.keyring(&self.place, store)?);
        let process = (ProcessKind::Command, None);
        let mut engine = take_over(store, &keyring, &learned.settings, &SystemClock, process)?;
        let mut decides = Directly::with(&mut engine, &SystemClock);
        let outcome = carry_out(&mut decides, learned, plan, self.json);
        engine.stop()?;
        let (earlier, found, done) = outcome?;
        let mut report = Report::of(plan, &learned.pack, false);
        report.earlier_requests = earlier.requests;
        report.formal_declarations = earlier.forms + done.forms;
        report.declarations = earlier.declarations + done.declarations;
        report.merchants =
            found.into_iter().map(|prospect| Row::of(&learned.registry, prospect)).collect();
        Ok(report)
    }

    fn print(&self, report: &Report, deadline: Option<Date>) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(report)?)?;
            return Ok(());
        }
        if let Some(deadline) = deadline {
            let late = SystemClock.now().china_day() > deadline;
            let late = if late { ", which is over" } else { "" };
            writeln!(out, "what left in {} is due on {deadline}{late}", report.month)?;
        }
        for row in &report.merchants {
            let Row { merchant, office, declarations, .. } = row;
            let would = match (row.formal_declarations, row.lines) {
                (Some(forms), Some(lines)) => {
                    format!(", would become {forms} formal ones with {lines} lines")
                }
                _ => String::new(),
            };
            writeln!(out, "  {merchant} at {office}: {declarations} declarations{would}")?;
        }
        let Report { formal_declarations, declarations, .. } = report;
        match (*declarations, self.dry_run) {
            (0, _) => writeln!(out, "there is nothing new to consolidate")?,
            (_, true) => writeln!(
                out,
                "{declarations} declarations would become {formal_declarations} formal ones"
            )?,
            (_, false) => writeln!(
                out,
                "{declarations} declarations became {formal_declarations} formal ones"
            )?,
        }
        Ok(())
    }
}

impl Report {
    fn of(plan: Plan, pack: &tongguan_codelists::Pack, dry_run: bool) -> Self {
        let deadline = pack.consolidation_deadline(plan.month.first_day());
        Self {
            month: plan.month.to_string(),
            deadline: deadline.map(|day| day.to_string()),
            dry_run,
            earlier_requests: 0,
            merchants: Vec::new(),
            formal_declarations: 0,
            declarations: 0,
        }
    }
}

impl Row {
    fn of(registry: &Registry, prospect: Prospect) -> Self {
        Self {
            merchant: code_of(registry, prospect.merchant),
            office: prospect.office.to_string(),
            declarations: prospect.declarations,
            formal_declarations: None,
            lines: None,
        }
    }
}

/// Ends what is open, opens what is missing, and ends that. Whoever works at the machine has asked for what is
/// opened; what is made of it nobody decides.
pub fn carry_out(
    decides: &mut Directly<'_>,
    learned: &Learned,
    plan: Plan,
    quiet: bool,
) -> anyhow::Result<(Done, Vec<Prospect>, Done)> {
    let mut work = ConsolidationWork::default();
    let earlier = end(decides, learned, &mut work, &bar(0, true))?;
    let found = prospects(decides.store(), &learned.registry, plan)?;
    let bar = bar(found.iter().map(|prospect| prospect.declarations).sum(), quiet);
    for prospect in &found {
        let asked = decides.on_behalf(Actor::at_the_machine(), |decides| {
            request(decides, &learned.registry, plan.month, *prospect)
        });
        match asked {
            Err(RequestError::Undecidable(why)) => eprintln!("not consolidated: {why}"),
            settled => settled?,
        }
    }
    let done = end(decides, learned, &mut work, &bar)?;
    bar.finish_and_clear();
    Ok((earlier, found, done))
}

fn end(
    decides: &mut dyn Decides,
    learned: &Learned,
    work: &mut ConsolidationWork,
    bar: &ProgressBar,
) -> anyhow::Result<Done> {
    let store = decides.store().clone();
    let mut commands = |commands| decide(decides, commands);
    work.run(&store, &learned.pack, &mut commands, &mut |done| bar.set_position(done.declarations))
}

fn decide(decides: &mut dyn Decides, commands: Vec<Incoming>) -> anyhow::Result<()> {
    for (_, why) in decides.carry_out(commands)? {
        eprintln!("not consolidated: {why}");
    }
    Ok(())
}

fn bar(length: u64, quiet: bool) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(length) };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} declarations, {elapsed}")
    {
        bar.set_style(style);
    }
    bar
}

/// The id of a merchant that was named by its code.
fn merchant(registry: &Registry, code: Option<&PartyCode>) -> anyhow::Result<Option<PartyId>> {
    let Some(code) = code else { return Ok(None) };
    let party = registry.named(code);
    let party = party
        .with_context(|| format!("--merchant {code}: no party is registered under this code"))?;
    Ok(Some(party.id))
}
