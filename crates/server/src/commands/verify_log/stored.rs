//! The whole log of a database.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tongguan_application::ports::Clock as _;
use tongguan_application::transparency::{Finding, Standing, Walked, standing, walk};
use tongguan_transparency::checkpoint::SignedHead;
use tongguan_transparency::note::Verifier;

use super::VerifyLog;
use crate::clock::SystemClock;

impl VerifyLog {
    pub(super) fn stored(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let Some(log) = standing(&store)? else {
            bail!("{} has no verifiable log yet: `tongguan serve` begins one", self.place);
        };
        let keyring = Arc::new(self.key_file.keyring(&self.place, &store)?);
        let heads = self.heads(&log)?;
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} leaves, {elapsed}") {
            bar.set_style(style);
        }
        let walked = walk(&store, &keyring, &heads, &mut |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        self.tell(&log, &walked)?;
        Ok(if walked.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// The heads that were saved, each signed by the log.
    fn heads(&self, log: &Standing) -> anyhow::Result<Vec<SignedHead>> {
        let own = Verifier::parse(&log.verifier)?;
        if let Some(key) = self.key.as_ref().filter(|key| **key != own) {
            bail!("the log of the database signs by `{own}`, not by `{key}`: it is another log");
        }
        let mut heads = Vec::with_capacity(self.heads.len());
        for file in &self.heads {
            let cannot = || format!("{} is no head of this log", file.display());
            let note = std::fs::read_to_string(file).with_context(cannot)?;
            heads.push(SignedHead::open(&note, &own).with_context(cannot)?);
        }
        Ok(heads)
    }

    fn tell(&self, log: &Standing, walked: &Walked) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let Walked { size, checked, forgotten, erasures, findings, more, heads } = walked;
        if self.json {
            let findings = findings.iter().map(|it| {
                json!({ "leaf": it.leaf, "fault": Finding { leaf: None, ..it.clone() }.to_string() })
            });
            let said = json!({
                "log": log.origin,
                "key": log.verifier,
                "sound": walked.is_sound(),
                "leaves": size,
                "checked": checked,
                "forgotten": forgotten,
                "erasures": erasures,
                "heads": heads,
                "findings": findings.collect::<Vec<_>>(),
                "more": more,
            });
            return Ok(writeln!(out, "{said}")?);
        }
        for finding in findings {
            writeln!(out, "{finding}")?;
        }
        if *more > 0 {
            writeln!(out, "… and {more} more")?;
        }
        let verdict =
            if walked.is_sound() { "is as it was logged" } else { "is NOT as it was logged" };
        let origin = &log.origin;
        Ok(writeln!(
            out,
            "log {origin} {verdict}: {size} leaves, {checked} records hashed anew, {forgotten} forgotten by {erasures} \
             erasures that are stated, held to {} heads",
            heads.len()
        )?)
    }
}
