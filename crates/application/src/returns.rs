//! Returns of imported goods, from the desk: what is under way, that goods are back, what was found.

use tongguan_domain::ids::ReturnId;
use tongguan_domain::status::ReturnStatus;
use tongguan_storage::stored::StoredError;
use tongguan_storage::{StorageError, Store};

use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::{Incoming, ReturnCommand, ReturnEvent};
use crate::clearing::record::ReturnRecord;
use crate::clearing::rows::{RowError, read_document, read_return};
use crate::deciding::{Decides, NotCommitted, carry_out};
use crate::review::{BadReason, ReviewError, Told, reason, run_about};

/// How many rows are read at a time.
const PAGE: i64 = 500;
/// The longest name of an officer or recorder, in characters.
const LONGEST_NAME: usize = 60;

/// What happened to a return could not be decided; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    /// No open return goes by that number.
    #[error("no open return is known as `{0}`: give its preNo or id")]
    Unknown(String),
    /// The name is empty, too long, or holds control characters.
    #[error("a name has 1 to 60 characters and no control characters")]
    BadName,
    /// What is said cannot be told to the declarant.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// It could not be carried out.
    #[error(transparent)]
    Undecidable(#[from] Undecidable),
    /// What is stored could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A response does not decode.
    #[error("a response does not decode")]
    Response(#[from] StoredError),
    /// A response could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be committed.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

/// What became of a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Where it stands now.
    pub status: ReturnStatus,
    /// What was told, in order.
    pub told: Vec<Told>,
}

/// The returns under way behind `after`, the oldest first, at most `limit`.
///
/// # Errors
/// [`ReturnError`].
pub fn open(store: &Store, after: ReturnId, limit: i64) -> Result<Vec<ReturnRecord>, ReturnError> {
    let rows = store.read(|view| view.open_returns(after, limit))?;
    Ok(rows.into_iter().map(read_return).collect::<Result<_, _>>()?)
}

/// Records that the goods of a return are back.
///
/// # Errors
/// [`ReturnError`].
pub fn arrive(
    decides: &mut dyn Decides,
    number: &str,
    packages: u32,
    damage: Option<&str>,
    recorder: &str,
) -> Result<Decided, ReturnError> {
    let damage = damage.map(reason).transpose()?.map(Into::into);
    let recorder = name(recorder)?;
    decide(decides, number, ReturnEvent::Back { packages, damage, recorder })
}

/// Records that an officer found the goods of a return in order, or why not.
///
/// # Errors
/// [`ReturnError`].
pub fn examine(
    decides: &mut dyn Decides,
    number: &str,
    fault: Option<&str>,
    officer: &str,
) -> Result<Decided, ReturnError> {
    let finding = match fault {
        None => Ok(()),
        Some(fault) => Err(reason(fault)?),
    };
    let officer = name(officer)?;
    decide(decides, number, ReturnEvent::Examined { finding, officer })
}

fn decide(
    decides: &mut dyn Decides,
    number: &str,
    event: ReturnEvent,
) -> Result<Decided, ReturnError> {
    let store = decides.store().clone();
    let found = find(&store, number)?;
    let (declaration, id) = (found.declaration, found.id);
    let command = Incoming::Return(ReturnCommand { declaration, id, event });
    carry_out::<ReturnError>(decides, command)?;
    let key = (found.document.dossier.partition, declaration);
    let rows = store.read(|view| view.returns_of(&[key]))?;
    let row = rows.into_iter().find(|row| row.return_id == id);
    let after = row.ok_or(Undecidable::NoSuchReturn(id)).map(read_return)??;
    Ok(Decided { status: after.state.status(), told: newest(&store, &after)? })
}

/// The open return of that 预录入编号 or id. There are few, so they are read through.
///
/// # Errors
/// [`ReturnError`].
pub(crate) fn find(store: &Store, number: &str) -> Result<ReturnRecord, ReturnError> {
    let mut after = ReturnId(0);
    loop {
        let page = open(store, after, PAGE)?;
        let Some(last) = page.last() else { return Err(ReturnError::Unknown(number.to_owned())) };
        after = last.id;
        let named = page.into_iter().find(|record| {
            record.provisional_no.as_str() == number || record.id.to_string() == number
        });
        if let Some(named) = named {
            return Ok(named);
        }
    }
}

/// What the newest response to a return told.
fn newest(store: &Store, record: &ReturnRecord) -> Result<Vec<Told>, ReturnError> {
    let key = record.document.row();
    let response = store.read(|view| {
        let Some(row) = view.documents(&[key])?.pop() else { return Ok(None) };
        let place = (row.partition, read_document(row)?.response_seq);
        Ok::<_, ReturnError>(view.responses(&[place])?.pop())
    })?;
    match response {
        Some(response) => Ok(run_about(&response.body, &record.provisional_no)?),
        None => Ok(Vec::new()),
    }
}

fn name(text: &str) -> Result<String, ReturnError> {
    let text = text.trim();
    let length = text.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || text.chars().any(char::is_control) {
        return Err(ReturnError::BadName);
    }
    Ok(text.to_owned())
}
