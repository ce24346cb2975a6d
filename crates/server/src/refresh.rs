//! Taking up what others changed while the process runs: registry, settings, code tables, the ring of keys, and
//! the folder of trusted authorities.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use jiff::civil::Date;
use tokio::sync::watch;
use tongguan_application::intake::Knowledge;
use tongguan_application::keys::KeysNews;
use tongguan_application::learning::{LearnError, Learned};
use tongguan_application::pipeline::Pipeline;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::TrustStore;
use tongguan_storage::{Register, Store};

use crate::product;

/// Looks now and then whether anything was changed, and teaches it to a pipeline.
pub struct Refresh {
    every_ms: i64,
    looked_at: Option<Moment>,
    /// The day on which it was judged who may declare for others.
    judged_on: Option<Date>,
    learned: Learned,
    keys: KeysNews,
    knowledge: Knowledge,
    trust: TrustFolder,
    /// Tells those who judge certificates beside the pipeline.
    trusted: watch::Sender<Arc<TrustStore>>,
}

/// The folder of trusted authorities as it was when it was read.
pub struct TrustFolder {
    path: PathBuf,
    listing: Listing,
}

/// Every file that counts with its size and the time it was written.
type Listing = Vec<(PathBuf, u64, SystemTime)>;

impl Refresh {
    /// For a pipeline that starts with `knowledge`, made of what was `learned` and of `trust`, and seals as
    /// `keys` hear; looks at most every so many seconds.
    pub fn new(
        learned: Learned,
        keys: KeysNews,
        knowledge: Knowledge,
        trust: TrustFolder,
        seconds: u32,
    ) -> Self {
        let every_ms = i64::from(seconds) * 1000;
        let trusted = watch::Sender::new(Arc::clone(&knowledge.trust));
        let (looked_at, judged_on) = (None, None);
        Self { every_ms, looked_at, judged_on, learned, keys, knowledge, trust, trusted }
    }

    /// Who is trusted now, and from now on.
    pub fn trusted(&self) -> watch::Receiver<Arc<TrustStore>> {
        self.trusted.subscribe()
    }

    /// Looks, unless it has just done so, and gives what was changed and taken up.
    ///
    /// # Errors
    /// What cannot be read. Then nothing of it was taken up, and the next call looks again, so that
    /// nobody goes on with what is known to be out of date.
    pub fn look(
        &mut self,
        store: &Store,
        pipeline: &Pipeline,
        now: Moment,
    ) -> anyhow::Result<Vec<&'static str>> {
        // A clock that went back is no reason to wait.
        let is_fresh = |at: Moment| at <= now && now < at.plus_millis(self.every_ms);
        if self.looked_at.is_some_and(is_fresh) {
            return Ok(Vec::new());
        }
        let trust = self.trust.changed()?;
        let trusted = trust.as_ref().map_or(&self.knowledge.trust, |(_, trusted)| trusted).clone();
        let judged = trust.is_none() && self.judged_on == Some(now.china_day());
        let (learned, changed, keys) = store
            .read(|view| {
                let mut learned = self.learned.clone();
                let changed = learned.catch_up(view)?;
                if !judged || changed.contains(&Register::Registry) {
                    learned.judge_delegates(view, &trusted, now)?;
                }
                Ok::<_, LearnError>((learned, changed, self.keys.take_up(view)?))
            })
            .context("what was changed by another process cannot be taken up")?;
        let mut taken_up: Vec<_> = changed.iter().map(|register| register.name()).collect();
        if let Some((folder, _)) = trust {
            self.trust = folder;
            self.trusted.send_replace(Arc::clone(&trusted));
            taken_up.push("trust");
        }
        // All who seal hold the same ring: nothing has to be handed on.
        match keys {
            Some(Ok(())) => taken_up.push(Register::Keys.name()),
            // What the earlier key seals is sealed as well, until that is retired.
            Some(Err(error)) => tracing::error!("another key is to seal, and cannot yet: {error}"),
            None => {}
        }
        if !taken_up.is_empty() || !judged {
            self.knowledge.registry = learned.registry.clone();
            self.knowledge.pack = learned.pack.clone();
            self.knowledge.trust = trusted;
            pipeline.set_settings(learned.settings.clone());
            pipeline.learn(self.knowledge.clone());
        }
        self.learned = learned;
        self.judged_on = Some(now.china_day());
        self.looked_at = Some(now);
        Ok(taken_up)
    }
}

impl TrustFolder {
    /// Reads a folder; one that is absent or empty trusts nobody, which the operator is told.
    ///
    /// # Errors
    /// What cannot be read, and where.
    pub fn open(path: &Path) -> anyhow::Result<(Self, Arc<TrustStore>)> {
        // Listed before it is read: what is written in between is seen at the next look.
        let listing = list(path)?;
        let folder = Self { path: path.to_owned(), listing };
        if let Some(why) = folder.trusts_nobody() {
            tracing::warn!("{why}");
        }
        let trusted = product::trust(path)?;
        Ok((folder, trusted))
    }

    /// Why no signature is valid, where no authority lies in the folder.
    fn trusts_nobody(&self) -> Option<String> {
        let is_authority = |path: &PathBuf| path.extension().is_some_and(|ending| ending != "crl");
        if self.listing.iter().any(|(path, ..)| is_authority(path)) {
            return None;
        }
        let what = match self.path.is_dir() {
            true => "no authority lies in the folder `trust`",
            false => "there is no folder `trust`",
        };
        Some(format!(
            "{what}, {}: no signature is valid; put the authorities' certificates there, which are taken up at \
             once, or name another folder (`trust` of a service's settings, `--trust` of a gateway)",
            self.path.display(),
        ))
    }

    fn changed(&self) -> anyhow::Result<Option<(Self, Arc<TrustStore>)>> {
        if list(&self.path)? == self.listing {
            return Ok(None);
        }
        Self::open(&self.path).map(Some)
    }
}

fn list(folder: &Path) -> anyhow::Result<Listing> {
    let look = |path: PathBuf| {
        let of_file = || format!("cannot look at {}", path.display());
        let metadata = std::fs::metadata(&path).with_context(of_file)?;
        let written_at = metadata.modified().with_context(of_file)?;
        Ok((path, metadata.len(), written_at))
    };
    product::trust_files(folder)?.into_iter().map(look).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_authorities_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let told = |name: &str| {
            let path = folder.path().join(name);
            let trust = TrustFolder { listing: list(&path).unwrap(), path };
            trust.trusts_nobody()
        };
        let absent = told("nosuch").unwrap();
        assert!(absent.contains("there is no folder") && absent.contains("nosuch"), "{absent}");
        std::fs::create_dir(folder.path().join("trust")).unwrap();
        std::fs::write(folder.path().join("trust/old.crl"), "a list is no authority").unwrap();
        assert!(told("trust").unwrap().contains("no authority lies"));
        std::fs::write(folder.path().join("trust/root.pem"), "somebody").unwrap();
        assert_eq!(told("trust"), None);
    }
}
