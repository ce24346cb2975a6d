//! The statement of an erasure (销毁声明): what was erased, by which row of law, and the digests of what was destroyed
//! and of what is left, signed by the verifiable log.

use std::fmt;

use tongguan_codelists::RecordClass;
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::{ErasureRow, View};
use tongguan_transparency::note::{Note, NoteError, Verifier};

use super::plan::of_log;
use crate::digest::sha256;
use crate::transparency::{Fault, LogError, Walked};

/// The first line: no name of a log, so that nobody can take it for a head of one.
const FORMAT: &str = "tongguan-erasure-1";

/// What is stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The month.
    pub month: Month,
    /// Which records.
    pub class: RecordClass,
    /// How many of them there were.
    pub records: u64,
    /// How many keys or secrets were destroyed.
    pub keys: usize,
    /// The row of law by which they were kept, and for how many years.
    pub law: (String, i64),
    /// The last day on which they were kept.
    pub kept_until: String,
    /// SHA-256 over the keys and secrets that were destroyed, as they were sealed.
    pub before: [u8; 32],
    /// When.
    pub at: Moment,
}

/// The text that is signed.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { month, class, records, keys, law: (row, years), kept_until, before, at } = self;
        writeln!(f, "{FORMAT}\n{month} {}", class.name())?;
        writeln!(f, "erased {records} records by destroying {keys} keys at {at}")?;
        writeln!(f, "kept until {kept_until}, {years} years by {row}")?;
        writeln!(f, "before {}", hex(before))?;
        writeln!(f, "after {}", hex(&digest_of(&[])))
    }
}

/// SHA-256 over sealed keys, one after the other, each behind its length.
pub(super) fn digest_of(keys: &[Vec<u8>]) -> [u8; 32] {
    let mut all = Vec::new();
    for key in keys {
        all.extend_from_slice(&(key.len() as u64).to_be_bytes());
        all.extend_from_slice(key);
    }
    sha256(&all)
}

/// What is sealed of a class of a month: empty once it was erased.
///
/// # Errors
/// [`tongguan_storage::StorageError`].
pub(crate) fn sealed_of(
    view: &mut View<'_>,
    month: &str,
    class: RecordClass,
) -> Result<Vec<Vec<u8>>, tongguan_storage::StorageError> {
    match of_log(class) {
        None => view.sealed_keys_of(month),
        Some(class) => {
            let row = view.log_secret(month, class.name())?;
            Ok(row.and_then(|row| row.secret).into_iter().collect())
        }
    }
}

/// What was erased is stated, and what is stated was erased.
///
/// # Errors
/// [`LogError`].
pub(crate) fn hold_to_statements(
    view: &mut View<'_>,
    log: &Verifier,
    walked: &mut Walked,
) -> Result<(), LogError> {
    let stated = view.erasures()?;
    for row in &stated {
        match fault_of(view, row, log)? {
            None => walked.erasures += 1,
            Some(why) => {
                let of = format!("{} {}", row.period, row.class);
                walked.note(None, Fault::Statement { of, why });
            }
        }
    }
    for secret in view.log_secrets()?.iter().filter(|it| it.secret.is_none()) {
        let class = RecordClass::ALL
            .into_iter()
            .find(|class| of_log(*class).is_some_and(|of| of.name() == secret.class));
        let is_it = |row: &ErasureRow| {
            row.period == secret.period && class.is_some_and(|class| class.name() == row.class)
        };
        if !stated.iter().any(is_it) {
            walked.note(None, Fault::Unstated(format!("{} {}", secret.period, secret.class)));
        }
    }
    Ok(())
}

/// What is wrong with the statement of an erasure, or with what it says; nothing where it holds.
fn fault_of(
    view: &mut View<'_>,
    row: &ErasureRow,
    log: &Verifier,
) -> Result<Option<String>, LogError> {
    let is_named =
        |note: &Note| note.text.starts_with(&format!("{FORMAT}\n{} {}\n", row.period, row.class));
    let signed = Note::parse(&row.statement).and_then(|note| {
        log.verify(&note)?;
        match is_named(&note) {
            true => Ok(()),
            false => Err(NoteError::Malformed("it is the statement of another erasure")),
        }
    });
    if let Err(error) = signed {
        return Ok(Some(error.to_string()));
    }
    let Some(class) = RecordClass::named(&row.class) else {
        return Ok(Some(format!("there are no records of class `{}`", row.class)));
    };
    let left = sealed_of(view, &row.period, class)?;
    Ok((!left.is_empty()).then(|| "what it says was destroyed is there".to_owned()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
