//! Requests to cancel a declaration (撤销申请单), from the desk: which wait for an officer, and what is
//! decided about them.

use tongguan_domain::ids::{DeclarationNumber, Guid, OfficeCode};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::{StorageError, Store};

use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::{CancellationCommand, Incoming};
use crate::clearing::record::{DocumentKind, DocumentRecord, DocumentState, Facts};
use crate::clearing::rows::{RowError, read_document};
use crate::deciding::{Decides, NotCommitted, carry_out};
use crate::review::{
    BadOfficer, BadReason, Direction, ReviewError, Told, officer, reason, run_about,
};

/// Where the digits of the office stand in a 清单编号.
const OFFICE: std::ops::Range<usize> = 0..4;

/// A request that waits for an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// 清单编号: the declaration that is to be cancelled.
    pub declaration_no: DeclarationNumber,
    /// Which way its goods go.
    pub direction: Direction,
    /// The number of the request.
    pub guid: Guid,
    /// When its sender says that it was sent.
    pub sent_at: Moment,
    document: DocumentRecord,
}

/// A request could not be decided; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum CancellationError {
    /// None waits for that declaration.
    #[error("no request to cancel `{0}` waits for an officer: give the declaration's invtNo")]
    Unknown(String),
    /// The officer's name.
    #[error(transparent)]
    BadOfficer(#[from] BadOfficer),
    /// The reason cannot be given.
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
    /// A response could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be committed.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

/// What an officer decides about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'d> {
    /// The declaration that it names: its 清单编号.
    pub declaration_no: &'d str,
    /// Whether the declaration is cancelled.
    pub approves: bool,
    /// Who decides, for the audit.
    pub officer: &'d str,
    /// Why: a code of [`crate::review::REASONS`], or words.
    pub reason: &'d str,
}

/// Where a request stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// 399 or 100.
    pub status: ReturnStatus,
    /// What its sender was told, in order.
    pub told: Vec<Told>,
}

/// The requests that wait for an officer, of one office or of all, the oldest first, at most `limit`.
///
/// # Errors
/// [`CancellationError`].
pub fn pending(
    store: &Store,
    office: Option<OfficeCode>,
    limit: usize,
) -> Result<Vec<Pending>, CancellationError> {
    let office = office.map(|office| office.to_string());
    let of_office = |one: &Pending| {
        let number = one.declaration_no.as_str();
        office.as_deref().is_none_or(|office| number.get(OFFICE) == Some(office))
    };
    // They are few: each waits for somebody.
    let rows = store.read(|view| view.pending_documents())?;
    let pending: Vec<_> = rows
        .into_iter()
        .map(|row| Ok(read_document(row)?))
        .collect::<Result<Vec<_>, CancellationError>>()?;
    Ok(pending.into_iter().filter_map(shown).filter(of_office).take(limit).collect())
}

/// Approves or refuses a request, and says what its sender was told.
///
/// # Errors
/// [`CancellationError`].
pub fn decide(
    decides: &mut dyn Decides,
    decision: &Decision<'_>,
) -> Result<Decided, CancellationError> {
    let store = decides.store().clone();
    let (officer, reason) = (officer(decision.officer)?, reason(decision.reason)?);
    let number = decision.declaration_no.trim();
    let named = pending(&store, None, usize::MAX)?
        .into_iter()
        .find(|one| one.declaration_no.as_str() == number)
        .ok_or_else(|| CancellationError::Unknown(number.to_owned()))?;
    let command = CancellationCommand {
        request: named.document.key.clone(),
        approves: decision.approves,
        officer: officer.to_owned(),
        reason,
    };
    carry_out::<CancellationError>(decides, Incoming::Cancellation(command))?;
    let status = if decision.approves { ReturnStatus::Reviewed } else { ReturnStatus::Refused };
    Ok(Decided { status, told: newest(&store, &named)? })
}

fn shown(document: DocumentRecord) -> Option<Pending> {
    let direction = match document.key.kind {
        DocumentKind::Cancellation => Direction::Import,
        DocumentKind::ExportCancellation => Direction::Export,
        _ => return None,
    };
    let declaration_no = DeclarationNumber::parse(&document.key.number).ok()?;
    let (guid, sent_at) = (document.guid.clone(), document.sent_at);
    let waits = document.state == DocumentState::Pending;
    waits.then_some(Pending { declaration_no, direction, guid, sent_at, document })
}

/// What the newest response to a request told.
fn newest(store: &Store, pending: &Pending) -> Result<Vec<Told>, CancellationError> {
    let key = pending.document.key.row();
    let Some(Facts::Cancellation(asked)) = pending.document.facts.as_deref() else {
        return Ok(Vec::new());
    };
    let response = store.read(|view| {
        let Some(row) = view.documents(&[key])?.pop() else { return Ok(None) };
        let place = (row.partition, read_document(row)?.response_seq);
        Ok::<_, CancellationError>(view.responses(&[place])?.pop())
    })?;
    match response {
        Some(response) => Ok(run_about(&response.body, &asked.provisional_no)?),
        None => Ok(Vec::new()),
    }
}
