//! `tongguan archive`: months that are over, as files that other engines read.

mod to;
mod view;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tongguan_application::archiving::tables::PARCELS;
use tongguan_application::archiving::{self, Archived, Candidate, Refused, Verified};
use tongguan_application::history::Cause;
use tongguan_application::ports::Clock as _;
use tongguan_application::transparency::{found, standing};
use tongguan_archive::column::Value as Cell;
use tongguan_domain::month::Month;
use tongguan_transparency::note::Verifier;

use self::to::To;
use self::view::{as_json, said};
use super::place::{KeyFile, Place};
use crate::clock::SystemClock;

/// Write months that are over as Parquet files, which other engines read, and look into them.
///
/// Each month is a directory, here or in a bucket, with a file for each table and a manifest with their digests and
/// figures, signed by the verifiable log. No buyer has a column: docs/reference/retention.md lists all of them.
#[derive(Debug, Args)]
pub struct Archive {
    #[command(subcommand)]
    command: ArchiveCommand,
}

#[derive(Debug, Subcommand)]
enum ArchiveCommand {
    /// Archive the months that are over and whose parcels are. What was written is read back; stopped, it begins the
    /// month anew.
    Months(Months),
    /// Hold archived months to their manifests, without any database.
    Verify(Verify),
    /// Find a parcel in archived months by any of its numbers, without any database.
    Find(Find),
}

#[derive(Debug, Args)]
struct Months {
    /// Only this month: 2026-03
    #[arg(long, value_parser = Month::parse)]
    month: Option<Month>,
    /// Only months that were over so many months ago: goods may come back until then.
    #[arg(long, value_name = "MONTHS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=1200))]
    after: u32,
    /// Say what would be archived, and write nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    to: To,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Verify {
    /// Only this month: 2026-03
    #[arg(long, value_parser = Month::parse)]
    month: Option<Month>,
    /// The key of the log, as `tongguan keys log` shows it, which must have signed the manifests.
    #[arg(long, value_name = "KEY", value_parser = verifier)]
    key: Option<Verifier>,
    #[command(flatten)]
    to: To,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Find {
    /// Any number of the parcel: invtNo, preNo, orderNo, logisticsNo, copNo or id.
    number: String,
    /// Only in this month: 2026-03
    #[arg(long, value_parser = Month::parse)]
    month: Option<Month>,
    #[command(flatten)]
    to: To,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

fn verifier(text: &str) -> Result<Verifier, String> {
    Verifier::parse(text).map_err(|error| error.to_string())
}

impl Archive {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ArchiveCommand::Months(months) => months.run(),
            ArchiveCommand::Verify(verify) => verify.run(),
            ArchiveCommand::Find(find) => find.run(),
        }
    }
}

impl Months {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let shelf = self.to.shelf()?;
        let store = self.place.open_known(now)?;
        let candidates = archiving::candidates(&store, &shelf, self.month, (self.after, now))?;
        if candidates.iter().any(|candidate| candidate.refused.is_none()) {
            // A wrong key or no such bucket is told of now, and not once a month was read.
            shelf.months()?;
        }
        let mut said = Vec::new();
        let log = match standing(&store)?.filter(|_| !self.dry_run) {
            None => None,
            Some(_) => {
                let keyring = self.key_file.keyring(&self.place, &store)?;
                Some(found(&store, &keyring, None, now)?)
            }
        };
        let cause = Cause::Command("archive months".to_owned());
        let mut is_refused = false;
        for candidate in candidates {
            if candidate.refused.is_some() || self.dry_run {
                let is_archived = matches!(candidate.refused, Some(Refused::Archived(_)));
                is_refused |= self.month.is_some() && candidate.refused.is_some() && !is_archived;
                said.push(self.told(&candidate)?);
                continue;
            }
            let bar = self.bar(&candidate);
            let at = (&shelf, &*self.to.location);
            let tell = &mut |done| bar.set_position(done);
            let archived =
                archiving::archive(&store, at, log.as_ref(), candidate.month, (&cause, now), tell);
            bar.finish_and_clear();
            said.push(self.archived(&archived?)?);
        }
        if self.json {
            writeln!(std::io::stdout().lock(), "{}", json!({ "months": said }))?;
        } else if said.is_empty() {
            writeln!(std::io::stdout().lock(), "nothing was received yet: there is no month")?;
        }
        Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn bar(&self, candidate: &Candidate) -> ProgressBar {
        let of = u64::try_from(candidate.declarations).unwrap_or_default();
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(of) };
        let template = "{msg} {bar:40} {pos}/{len} declarations, {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.with_message(candidate.month.to_string())
    }

    /// A month that is not archived now.
    fn told(
        &self,
        Candidate { month, declarations, refused }: &Candidate,
    ) -> anyhow::Result<Value> {
        let why = match refused {
            None => format!("would be archived with {declarations} declarations"),
            Some(Refused::Archived(at)) => format!("is archived since {at}"),
            Some(Refused::TooYoung) => format!("is not over for {} months", self.after),
            Some(Refused::Open(1)) => "has a declaration that is open".to_owned(),
            Some(Refused::Open(open)) => format!("has {open} declarations that are open"),
            Some(Refused::Empty) => "has no declarations".to_owned(),
        };
        if !self.json {
            writeln!(std::io::stdout().lock(), "{month} {why}")?;
        }
        Ok(json!({
            "month": month.to_string(),
            "archived": matches!(refused, Some(Refused::Archived(_))),
            "declarations": declarations,
            "why": why,
        }))
    }

    fn archived(&self, Archived { manifest, digest }: &Archived) -> anyhow::Result<Value> {
        let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
        let declarations = manifest.figures.get(PARCELS.name).copied().unwrap_or_default();
        if !self.json {
            let month = &manifest.month;
            let text = format!(
                "{month} is archived and was read back: {declarations} declarations, {bytes} bytes in {} files",
                manifest.files.len()
            );
            writeln!(std::io::stdout().lock(), "{text}")?;
        }
        Ok(json!({
            "month": manifest.month,
            "archived": true,
            "declarations": declarations,
            "bytes": bytes,
            "manifest": digest,
            "figures": manifest.figures,
        }))
    }
}

impl Verify {
    fn run(&self) -> anyhow::Result<ExitCode> {
        if self.key.is_none() {
            eprintln!(
                "no --key is given: files are held to their manifests, and nobody says who wrote those"
            );
        }
        let (shelf, months) = self.to.months(self.month)?;
        let mut out = std::io::stdout().lock();
        let mut all_sound = true;
        for month in months {
            let verified = archiving::verify(&shelf, &month, self.key.as_ref(), &mut |_| {});
            all_sound &= verified.is_ok();
            match (verified, self.json) {
                (Ok(Verified { manifest, digest, is_signed }), true) => {
                    let figures = manifest.figures;
                    let said = json!({
                        "month": month, "sound": true, "signed": is_signed, "manifest": digest,
                        "figures": figures,
                    });
                    writeln!(out, "{said}")?;
                }
                (Err(error), true) => {
                    let error = format!("{:#}", anyhow::Error::from(error));
                    writeln!(out, "{}", json!({ "month": month, "sound": false, "error": error }))?;
                }
                (Ok(Verified { digest, .. }), false) => {
                    writeln!(out, "{month} is as it was archived: manifest {digest}")?;
                }
                (Err(error), false) => {
                    let error = anyhow::Error::from(error);
                    writeln!(out, "{month} is NOT as it was archived: {error:#}")?;
                }
            }
        }
        Ok(if all_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Find {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let (shelf, months) = self.to.months(self.month)?;
        let found = archiving::find(&shelf, &months, &self.number)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let found: Vec<_> = found.iter().map(as_json).collect();
            writeln!(out, "{}", json!({ "parcels": found }))?;
        } else {
            for parcel in &found {
                writeln!(out, "archived in {}", parcel.month)?;
                for (column, cell) in PARCELS.columns.iter().zip(&parcel.parcel) {
                    if *cell != Cell::Absent {
                        writeln!(out, "  {}: {}", column.name, said(cell))?;
                    }
                }
                writeln!(out, "  {} lines of goods", parcel.lines.len())?;
            }
        }
        if found.is_empty() {
            eprintln!("no archived parcel has the number {}", self.number);
            return Ok(ExitCode::FAILURE);
        }
        Ok(ExitCode::SUCCESS)
    }
}
