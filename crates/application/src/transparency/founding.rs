//! Beginning the log: its name, and the key that signs its heads.

use std::sync::Arc;

use aws_lc_rs::hmac;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError, random, sealed_by};
use tongguan_storage::{Event, LogRow, Register, StorageError, Store, View};
use tongguan_transparency::note::{Algorithm, Note, NoteError, Signer};

use super::source::Source;
use super::{LogError, from_row, place_of_key};
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};

/// The log of a store, as whoever has its key holds it.
#[derive(Debug)]
pub struct Log {
    pub(super) signer: Signer,
    /// By which it is a witness for others.
    pub(super) witness: Arc<Signer>,
}

impl Log {
    /// Signs what is no head: its first line is no name of a log, so that nobody can take it for one.
    pub(crate) fn sign(&self, text: String) -> Note {
        self.signer.sign(text)
    }
}

/// What is known of the log without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it is called.
    pub origin: String,
    /// The public half of its key, as others write it down.
    pub verifier: String,
    /// How many leaves it has.
    pub size: u64,
    /// When it was begun.
    pub founded_at: Moment,
}

/// A signed head of the log, as whoever runs the service sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Of how many leaves.
    pub size: u64,
    /// When it was signed.
    pub signed_at: Moment,
}

/// The newest signed head, where there is one.
pub(crate) fn newest_head(view: &mut View<'_>) -> Result<Option<Head>, StorageError> {
    let newest = view.log_heads()?.into_iter().next();
    Ok(newest.map(|head| Head { size: from_row(head.size), signed_at: head.signed_at }))
}

/// When the oldest decision was made of which no leaf tells yet, where there is a log.
pub(crate) fn unsigned_since(view: &mut View<'_>) -> Result<Option<Moment>, StorageError> {
    if view.verifiable_log()?.is_none() {
        return Ok(None);
    }
    let unread = view.unread::<Event>(&Source::Events.consumer(), 1)?.pop();
    Ok(unread.map(|event| event.at))
}

/// The log of a store, where there is one.
///
/// # Errors
/// [`StorageError`].
pub fn standing(store: &Store) -> Result<Option<Standing>, StorageError> {
    let row = store.read(|view| view.verifiable_log())?;
    Ok(row.map(|LogRow { origin, verifier, size, founded_at, .. }| Standing {
        origin,
        verifier,
        size: from_row(size),
        founded_at,
    }))
}

/// Opens the log of a store, and begins it where there is none: by the name `origin`, or one that follows from its key.
/// That it was begun is an audit event.
///
/// # Errors
/// [`LogError`]; [`LogError::OtherOrigin`] where it is called otherwise.
pub fn found(
    store: &Store,
    keyring: &Keyring,
    origin: Option<&str>,
    now: Moment,
) -> Result<Log, LogError> {
    let row = match store.read(|view| view.verifiable_log())? {
        Some(row) => row,
        None => begin(store, keyring, origin, now)?,
    };
    if let Some(wanted) = origin.filter(|wanted| *wanted != row.origin) {
        return Err(LogError::OtherOrigin { standing: row.origin, wanted: wanted.to_owned() });
    }
    let seed = keyring.open_secret(&place_of_key(), &row.seed)?;
    let seed = seed.as_slice().try_into().map_err(|_| SealError::Tampered)?;
    let signer = Signer::new(&row.origin, Algorithm::Text, &seed)?;
    match signer.verifier().to_string() == row.verifier {
        true => Ok(Log { signer, witness: Arc::new(witness_for_others(&row.origin, &seed)?) }),
        false => Err(LogError::OtherKey(row.verifier)),
    }
}

/// A key signs one kind of thing: this one is another than that of the heads, though it follows from the same seed.
fn witness_for_others(origin: &str, seed: &[u8; 32]) -> Result<Signer, NoteError> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, seed), b"tongguan log witness 1");
    let mut seed = [0; 32];
    seed.copy_from_slice(tag.as_ref());
    Signer::new(&format!("{origin}/witness"), Algorithm::Cosignature, &seed)
}

fn begin(
    store: &Store,
    keyring: &Keyring,
    origin: Option<&str>,
    now: Moment,
) -> Result<LogRow, LogError> {
    let (seed, name) = (random::<32>()?, random::<6>()?);
    let made: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    let origin = origin.map_or_else(|| format!("tongguan/{made}"), str::to_owned);
    let verifier = Signer::new(&origin, Algorithm::Text, &seed)?.verifier().to_string();
    let seed = keyring.seal_secret(&place_of_key(), &seed)?;
    let key = sealed_by(&seed)?;
    let row = LogRow { n: 1, origin, verifier, seed, size: 0, founded_at: now };
    let cause = Cause::Command("first start".to_owned());
    let mut writer = store.small_writer()?;
    let begun = change(&mut writer, Register::Service, &cause, now, |tx| {
        tx.still_seal(&[key])?;
        let standing = tx.found_log(row.clone())?;
        if standing != row {
            // Another process was faster.
            return Ok::<_, StorageError>((standing, Vec::new()));
        }
        let key = Field::changed("key", String::new(), standing.verifier.clone());
        let subject = Subject::Service("verifiable log".to_owned());
        let entry = Entry { subject, change: ChangeKind::Added, fields: key.into_iter().collect() };
        Ok((standing, vec![entry]))
    });
    Ok(begun?)
}
