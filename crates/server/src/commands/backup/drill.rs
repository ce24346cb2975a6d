//! The drill (恢复演练): a copy is restored, and everything in it is held against itself.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tempfile::TempDir;
use tongguan_application::ports::Clock as _;
use tongguan_application::reconciliation::{Looked, Reconciled, reconcile};
use tongguan_application::transparency::{Walked, walk};
use tongguan_domain::time::Moment;
use tongguan_storage::{Store, check_copy};

use super::restore::put_back;
use super::{Folder, Place};
use crate::clock::SystemClock;
use crate::commands::place::KeyFile;

/// Restore a copy into a directory that is taken away afterwards, and verify all of it.
///
/// The pages of the file are read, every balance is computed anew from what was posted and declared, every mailbox
/// counted, everything that was received opened with the keys, and the verifiable log walked from its first leaf.
/// The exit status is 0 only if all of it agrees.
///
/// With --database it verifies a PostgreSQL database in its place: one that was restored for the purpose, on which
/// nobody works.
#[derive(Debug, Args)]
pub struct Drill {
    /// The copy; the newest one when absent.
    #[arg(value_name = "FILE", conflicts_with = "database")]
    backup: Option<PathBuf>,
    #[command(flatten)]
    folder: Folder,
    /// A PostgreSQL database that was restored: postgres://user@host/name
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "folder"], requires = "key_file")]
    database: Option<String>,
    /// Where the copy is restored; the directory for temporary files when absent. It needs the copy's room.
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    scratch: Option<PathBuf>,
    #[command(flatten)]
    key_file: KeyFile,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Default)]
struct Outcome {
    /// What is wrong with the pages of the file.
    pages: Vec<String>,
    /// When the last decision was made that is in it.
    last: Option<Moment>,
    reconciled: Reconciled,
    walked: Walked,
    restored_in: Duration,
    verified_in: Duration,
}

/// What is verified, and what is taken away afterwards.
struct Restored {
    name: String,
    /// What is wrong with the pages of the file, or the database where nothing is.
    opened: Result<Store, Vec<String>>,
    /// Where the keys lie.
    place: Place,
    took: Duration,
    // Dropped after the store.
    _scratch: Option<TempDir>,
}

impl Drill {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let restored = self.restored()?;
        let outcome = self.verify(&restored)?;
        self.tell(&restored.name, &outcome)?;
        Ok(if outcome.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "how long it took is what an operator plans with"
    )]
    fn restored(&self) -> anyhow::Result<Restored> {
        let (begun, now) = (Instant::now(), SystemClock.now());
        if self.database.is_some() {
            let place = Place::of(None, self.database.clone());
            let store = place.open_known(now)?;
            let took = begun.elapsed();
            let name = place.to_string();
            return Ok(Restored { name, opened: Ok(store), place, took, _scratch: None });
        }
        let backup = match &self.backup {
            Some(backup) => backup.clone(),
            None => self.folder.newest()?,
        };
        let mut scratch = tempfile::Builder::new();
        scratch.prefix("tongguan-drill-");
        let scratch = match &self.scratch {
            Some(directory) => scratch.tempdir_in(directory),
            None => scratch.tempdir(),
        };
        let scratch = scratch.context("no directory could be made: name one with --scratch")?;
        let file = put_back(&backup, scratch.path())?;
        let cannot = || format!("{} is no database that can be read", backup.display());
        let pages = check_copy(&file).with_context(cannot)?;
        let opened = match pages.is_empty() {
            true => Ok(Place::of(Some(scratch.path().to_owned()), None).open_known(now)?),
            // Whatever else is read of it would fail, or say less.
            false => Err(pages),
        };
        let (name, took) = (backup.display().to_string(), begun.elapsed());
        Ok(Restored { name, opened, place: self.folder.place(), took, _scratch: Some(scratch) })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "how long it took is what an operator plans with"
    )]
    fn verify(&self, restored: &Restored) -> anyhow::Result<Outcome> {
        let begun = Instant::now();
        let store = match &restored.opened {
            Ok(store) => store,
            Err(pages) => {
                let (pages, restored_in) = (pages.clone(), restored.took);
                return Ok(Outcome { pages, restored_in, ..Outcome::default() });
            }
        };
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        bar.enable_steady_tick(Duration::from_millis(200));
        let last = store.read(|view| view.last_event_at())?;
        // The ring of the database at work: a copy without its keys is no backup.
        let keyring = Arc::new(self.key_file.keyring(&restored.place, store)?);
        let reconciled = reconcile(store, Some(&keyring), &mut |looked| {
            bar.set_message(said(looked));
        })?;
        let walked = walk(store, &keyring, &[], &mut |done, of| {
            bar.set_message(format!("{done} of {of} leaves of the verifiable log"));
        })?;
        bar.finish_and_clear();
        let (restored_in, verified_in) = (restored.took, begun.elapsed());
        Ok(Outcome { pages: Vec::new(), last, reconciled, walked, restored_in, verified_in })
    }

    fn tell(&self, name: &str, outcome: &Outcome) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            return Ok(writeln!(out, "{}", outcome.json(name))?);
        }
        for fault in outcome.faults() {
            writeln!(out, "{fault}")?;
        }
        let Outcome { reconciled, walked, .. } = outcome;
        if reconciled.more + walked.more > 0 {
            writeln!(out, "… and {} more", reconciled.more + walked.more)?;
        }
        let verdict = if outcome.is_sound() { "holds everything" } else { "does NOT agree" };
        let last = outcome.last.map_or_else(|| "nothing".to_owned(), |at| at.to_string());
        writeln!(out, "{name} {verdict}, up to: {last}")?;
        let Reconciled { declarations, postings, balances, letters, bundles, messages, .. } =
            reconciled;
        writeln!(
            out,
            "{declarations} import declarations, {postings} postings, {balances} balances, {letters} letters, \
             {messages} messages in {bundles} bundles, {} leaves of the verifiable log",
            walked.size
        )?;
        let seconds = |took: Duration| took.as_millis() / 100;
        let (restored, verified) = (seconds(outcome.restored_in), seconds(outcome.verified_in));
        Ok(writeln!(
            out,
            "restored in {}.{} s, verified in {}.{} s",
            restored / 10,
            restored % 10,
            verified / 10,
            verified % 10
        )?)
    }
}

impl Outcome {
    fn is_sound(&self) -> bool {
        self.pages.is_empty() && self.reconciled.is_sound() && self.walked.is_sound()
    }

    fn faults(&self) -> impl Iterator<Item = String> {
        let pages = self.pages.iter().map(|page| format!("the file: {page}"));
        let disagreements = self.reconciled.disagreements.iter().map(ToString::to_string);
        let findings = self.walked.findings.iter().map(|it| format!("the verifiable log: {it}"));
        pages.chain(disagreements).chain(findings)
    }

    fn json(&self, name: &str) -> Value {
        let Reconciled { postings, declarations, balances, letters, .. } = &self.reconciled;
        let Reconciled { bundles, messages, read, not_kept, more, .. } = &self.reconciled;
        json!({
            "backup": name,
            "sound": self.is_sound(),
            "last_decision": self.last.map(|at| at.to_string()),
            "declarations": declarations,
            "postings": postings,
            "balances": balances,
            "letters": letters,
            "bundles": bundles,
            "messages": messages,
            "messages_read": read,
            "not_kept": not_kept,
            "log_leaves": self.walked.size,
            "log_heads": self.walked.heads.len(),
            "faults": self.faults().collect::<Vec<_>>(),
            "more": more + self.walked.more,
            "restored_in_ms": self.restored_in.as_millis(),
            "verified_in_ms": self.verified_in.as_millis(),
        })
    }
}

fn said(looked: Looked) -> String {
    match looked {
        Looked::Postings(n) => format!("{n} postings"),
        Looked::Declarations(n) => format!("{n} declarations"),
        Looked::Letters(n) => format!("{n} letters"),
        Looked::Bundles(n) => format!("{n} bundles of messages"),
        Looked::Messages(n) => format!("{n} messages"),
    }
}
