//! Wiring: the product put together from an open store, for the commands that clear parcels.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::intake::{Knowledge, SignatureDemand};
use tongguan_application::pipeline::{Parts, Pipeline};
use tongguan_application::ports::{Clock, IdentityRegister};
use tongguan_application::processes::ProcessKind;
use tongguan_codelists::Pack;
use tongguan_domain::registry::Registry;
use tongguan_messages::certificate::{Certificate, RevocationList, TrustStore};
use tongguan_messages::signature::Policy;
use tongguan_storage::Store;
use tongguan_storage::seal::Keyring;

use crate::take_over::take_over;

/// What the product is made of, from outside.
pub struct Product {
    /// The store.
    pub store: Store,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The register of identities.
    pub identities: Arc<dyn IdentityRegister>,
    /// What intake knows.
    pub knowledge: Knowledge,
    /// The settings of offices.
    pub settings: Arc<Settings>,
}

impl Product {
    /// Starts the pipeline of a process of a kind, which may be served at an address, with so many threads that
    /// refine.
    ///
    /// # Errors
    /// As [`take_over`].
    pub fn start(
        &self,
        process: (ProcessKind, Option<String>),
        workers: usize,
    ) -> anyhow::Result<Pipeline> {
        let engine = take_over(&self.store, &self.keyring, &self.settings, &*self.clock, process)?;
        Ok(Pipeline::start(Parts {
            engine,
            knowledge: self.knowledge.clone(),
            identities: self.identities.clone(),
            keyring: self.keyring.clone(),
            clock: self.clock.clone(),
            workers,
        }))
    }
}

/// What intake knows, from registry, law and trust.
pub fn knowledge(
    registry: Arc<Registry>,
    pack: Arc<Pack>,
    trust: Arc<TrustStore>,
    signed: SignatureDemand,
) -> Knowledge {
    let (policy, windows) = (Arc::new(Policy::china()), Arc::default());
    Knowledge { registry, pack, trust, policy, signed, windows }
}

/// Reads the trusted authorities and their revocation lists from a folder: every `.pem`, `.crt` and
/// `.cer` is an authority, every `.crl` a list. An absent folder trusts nobody.
///
/// # Errors
/// What cannot be read, and where.
pub fn trust(folder: &Path) -> anyhow::Result<Arc<TrustStore>> {
    let (mut roots, mut lists) = (Vec::new(), Vec::new());
    for path in trust_files(folder)? {
        let context = || format!("cannot use {}", path.display());
        let bytes = std::fs::read(&path).with_context(context)?;
        if path.extension().is_some_and(|ending| ending == "crl") {
            lists.push(revocation_list(&bytes).with_context(context)?);
        } else {
            roots.push(certificate(&bytes).with_context(context)?);
        }
    }
    let store = TrustStore::new(roots, Vec::new(), lists)
        .with_context(|| format!("cannot trust what lies in {}", folder.display()))?;
    Ok(Arc::new(store))
}

/// The files of a folder that [`trust`] reads, in order of their names.
///
/// # Errors
/// When the folder cannot be listed.
pub fn trust_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    let is_read = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        matches!(ending, Some("pem" | "crt" | "cer" | "crl"))
    };
    paths.retain(is_read);
    paths.sort();
    Ok(paths)
}

/// Reads a revocation list in either encoding.
///
/// # Errors
/// When it is none.
pub fn revocation_list(bytes: &[u8]) -> anyhow::Result<RevocationList> {
    Ok(match std::str::from_utf8(bytes) {
        Ok(pem) if pem.contains("-----BEGIN") => RevocationList::from_pem(pem)?,
        _ => RevocationList::from_der(bytes)?,
    })
}

/// Reads a certificate in either encoding.
///
/// # Errors
/// When it is none.
pub fn certificate(bytes: &[u8]) -> anyhow::Result<Certificate> {
    Ok(match std::str::from_utf8(bytes) {
        Ok(pem) if pem.contains("-----BEGIN") => Certificate::from_pem(pem)?,
        _ => Certificate::from_der(bytes)?,
    })
}
