//! Bundles, each by itself.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;
use tongguan_application::delivery::Rendered;
use tongguan_application::transparency::response_in;
use tongguan_domain::time::Moment;
use tongguan_transparency::bundle::{Bundle, Proved};
use tongguan_transparency::note::{NoteError, Verifier};

use super::VerifyLog;

/// The longest bundle that is read, in bytes: a response may quote a message of 8 MiB.
const LONGEST: u64 = 64 << 20;

/// What is known of a bundle that proves something.
struct Sound {
    bundle: Bundle,
    proved: Proved,
    response: Rendered,
}

impl VerifyLog {
    pub(super) fn bundles(&self) -> anyhow::Result<ExitCode> {
        if self.key.is_none() {
            eprintln!(
                "no --key is given: each bundle is believed for the key that it names, so compare that with the one \
                 that the log publishes"
            );
        }
        let mut out = std::io::stdout().lock();
        let mut all_sound = true;
        for file in files(&self.bundles)? {
            let found = self.bundle(&file);
            all_sound &= found.is_ok();
            let name = file.display();
            match (found, self.json) {
                (Ok(sound), true) => writeln!(out, "{}", sound.json(&file))?,
                (Ok(sound), false) => write!(out, "{}", sound.text(&file))?,
                (Err(error), true) => {
                    let said = json!({
                        "file": name.to_string(), "proved": false, "error": format!("{error:#}"),
                    });
                    writeln!(out, "{said}")?;
                }
                (Err(error), false) => writeln!(out, "{name}: not proved: {error:#}")?,
            }
        }
        Ok(if all_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn bundle(&self, file: &Path) -> anyhow::Result<Sound> {
        let length = std::fs::metadata(file).context("the file cannot be read")?.len();
        anyhow::ensure!(length <= LONGEST, "the file is too long for a bundle");
        let bundle = Bundle::from_json(&std::fs::read(file).context("the file cannot be read")?)?;
        let key = match &self.key {
            Some(key) => key.clone(),
            None => Verifier::parse(&bundle.key)?,
        };
        let proved = bundle.proved(&key, &self.witnesses)?;
        for witness in &self.witnesses {
            if !proved.witnesses.iter().any(|(name, _)| name == witness.name()) {
                return Err(NoteError::NotSigned(witness.name().to_owned()).into());
            }
        }
        let response = response_in(&bundle)?;
        Ok(Sound { bundle, proved, response })
    }
}

impl Sound {
    fn json(&self, file: &Path) -> serde_json::Value {
        let Self { bundle, proved, response } = self;
        let checkpoint = &proved.head.checkpoint;
        let seen = proved
            .witnesses
            .iter()
            .map(|(name, at)| json!({ "name": name, "seen_at": seconds(*at).to_string() }));
        json!({
            "file": file.display().to_string(),
            "proved": true,
            "guid": bundle.guid,
            "type": response.message,
            "made_at": response.at.to_string(),
            "leaf": bundle.index,
            "log": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.to_string(),
            "key": bundle.key,
            "witnesses": seen.collect::<Vec<_>>(),
        })
    }

    fn text(&self, file: &Path) -> String {
        let Self { bundle, proved, response } = self;
        let checkpoint = &proved.head.checkpoint;
        let mut text = format!(
            "{}: proved: {} {} of {} is leaf {} of the {} of log {}\n",
            file.display(),
            response.message,
            bundle.guid,
            response.at,
            bundle.index,
            checkpoint.size,
            checkpoint.origin,
        );
        for (name, at) in &proved.witnesses {
            text.push_str(&format!("  {name} saw this head at {}\n", seconds(*at)));
        }
        text
    }
}

/// A time of a witness.
fn seconds(at: u64) -> Moment {
    Moment::from_micros(i64::try_from(at).unwrap_or(i64::MAX).saturating_mul(1_000_000))
}

/// The files, and those that lie in directories, in order of their names.
fn files(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let cannot = || format!("cannot list {}", path.display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).with_context(cannot)? {
            let path = entry.with_context(cannot)?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                found.push(path);
            }
        }
        anyhow::ensure!(!found.is_empty(), "there is no bundle (.json) in {}", path.display());
        found.sort();
        files.extend(found);
    }
    Ok(files)
}
