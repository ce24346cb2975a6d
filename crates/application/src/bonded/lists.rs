//! Bonded lists (核注清单): goods come into a zone by one, with its gate pass, after quarantine.
//!
//! A list is lodged by its enterprise's message or by command; what officers do about it afterwards is the
//! same. Of a list that came by message, its enterprise is told by whoever clears: a command leaves news.

use tongguan_domain::bonded::StockKey;
use tongguan_domain::bonded::list::{BondedList, BondedListState, BondedListStep, ListStepRefused};
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::pass::PassSpent;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::{AccountBookNumber, BondedListNumber, GatePassNumber};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::{OfTransaction, Register, StorageError, Tx, View, Writer};

use super::PATIENCE;
use super::events::{ZoneDone, note, told};
use super::gate::{end_short, pass_gate};
use super::moving::{ManualMove, MoveError, move_locked};
use crate::clearing::rows::{self, RowError};
use crate::clearing::zone::{Lodged, Referenced, ZoneNews};
use crate::history::{Cause, ChangeKind, noted};

pub use crate::clearing::zone::{By, ListKey, ListRecord, NamedBy, PassRecord};

/// Nothing was done with a bonded list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The stock does not take its goods.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A row that was to be written.
    #[error("a bonded list could not be encoded")]
    Stored(#[from] StoredError),
    /// There is no such list.
    #[error("account book `{0}` has no bonded list `{1}`; lodge it first")]
    Unknown(AccountBookNumber, BondedListNumber),
    /// There is one of that number already.
    #[error("account book `{0}` has a bonded list `{1}` already")]
    Exists(AccountBookNumber, BondedListNumber),
    /// A list without goods, or with none of some.
    #[error("a bonded list needs at least one line, each with more than 0")]
    Empty,
    /// The step is not possible where it stands.
    #[error(transparent)]
    Refused(#[from] ListStepRefused),
    /// Nothing passes the gate without a pass.
    #[error("a list passes the gate with a gate pass; name its number")]
    NoGatePass,
    /// The gate pass was declared for other lists.
    #[error("gate pass `{0}` does not name bonded list `{1}`")]
    NotNamed(GatePassNumber, BondedListNumber),
    /// The list travels with a gate pass that was declared for it.
    #[error("bonded list `{0}` passes the gate with gate pass `{1}`, which names it")]
    NamedBy(BondedListNumber, GatePassNumber),
    /// There is no such gate pass.
    #[error("no gate pass `{0}` came by message")]
    UnknownPass(GatePassNumber),
    /// There is nothing to end a list with.
    #[error(
        "no vehicle of bonded list `{0}` has passed the gate; give its gate passes up and withdraw it instead"
    )]
    NothingPassed(BondedListNumber),
    /// A gate pass came while the list was being ended.
    #[error("gate pass `{1}` has only just named bonded list `{0}`; nothing was done, try again")]
    NamedMeanwhile(BondedListNumber, GatePassNumber),
    /// The gate pass was used or given up.
    #[error(transparent)]
    PassSpent(#[from] PassSpent),
}

impl OfTransaction for ListError {
    fn of_database(&self) -> Option<&StorageError> {
        match self {
            Self::Storage(error) => Some(error),
            Self::Move(error) => error.of_database(),
            _ => None,
        }
    }
}

/// Lodges a list and gives it; its goods have to be registered.
///
/// # Errors
/// [`ListError`]; nothing is changed then.
pub fn lodge_list(
    writer: &mut Writer,
    list: &BondedList,
    by: &By,
    cause: &Cause,
    now: Moment,
) -> Result<ListRecord, ListError> {
    if list.lines.is_empty() || list.lines.iter().any(|(_, of)| *of == StockQuantity::ZERO) {
        return Err(ListError::Empty);
    }
    writer.retried(PATIENCE, |tx| {
        noted(tx, Register::Bonded, cause, now, |tx| {
            let record = lodge_once(tx, list, by, now)?;
            let entry = told(&record, (ChangeKind::Added, "lodge"), None, by);
            Ok((record, vec![entry]))
        })
    })
}

fn lodge_once(
    tx: &mut Tx<'_>,
    list: &BondedList,
    by: &By,
    now: Moment,
) -> Result<ListRecord, ListError> {
    let key = ListKey { book: list.book.clone(), number: list.number.clone() };
    if tx.lock_bonded_list(&rows::list_key(&key))?.is_some() {
        return Err(ListError::Exists(list.book.clone(), list.number.clone()));
    }
    let registered = tx.stocks_of_books(&[rows::book_key(&list.book)])?;
    for (item, _) in &list.lines {
        if !registered.iter().any(|row| row.item == item.as_str()) {
            let key = StockKey { book: list.book.clone(), item: item.clone() };
            return Err(MoveError::NoStock(key).into());
        }
    }
    let state = BondedListState::Lodged;
    let record = ListRecord {
        list: list.clone(),
        state,
        gate_pass: None,
        named_by: Vec::new(),
        steps: vec![(state, now, by.clone())],
        lodged: None,
    };
    tx.insert(&[rows::write_list(&record, now)?])?;
    note(tx, Referenced::List(key), ZoneDone::Lodged, by, now)?;
    Ok(record)
}

/// Takes a step with a list; gives it as it stands then. When it is admitted, what passed the gate of its goods
/// comes into stock.
///
/// A gate pass that came by message takes all lists that it names through the gate. A list that is ended short
/// gives up the gate passes whose vehicles did not come.
///
/// # Errors
/// [`ListError`]; nothing is changed then.
pub fn take_list_step(
    writer: &mut Writer,
    (book, number): (&AccountBookNumber, &BondedListNumber),
    step: BondedListStep,
    gate_pass: Option<&GatePassNumber>,
    by: &By,
    cause: &Cause,
    now: Moment,
) -> Result<ListRecord, ListError> {
    let key = ListKey { book: book.clone(), number: number.clone() };
    writer.retried(PATIENCE, |tx| {
        noted(tx, Register::Bonded, cause, now, |tx| {
            let record = stepped(tx, &key, step, gate_pass, by, now)?;
            let entry = told(&record, (ChangeKind::Changed, step.name()), gate_pass, by);
            Ok((record, vec![entry]))
        })
    })
}

fn stepped(
    tx: &mut Tx<'_>,
    key: &ListKey,
    step: BondedListStep,
    gate_pass: Option<&GatePassNumber>,
    by: &By,
    now: Moment,
) -> Result<ListRecord, ListError> {
    match step {
        BondedListStep::PassGate => {}
        BondedListStep::EndShort => return end_short(tx, key, by, now),
        _ => return step_once(tx, key, step, None, by, now),
    }
    let gate_pass = gate_pass.ok_or(ListError::NoGatePass)?;
    let declared = tx.lock_gate_passes(&[rows::pass_key(gate_pass)])?.pop();
    match declared.map(rows::read_pass).transpose()? {
        Some(pass) => pass_gate(tx, pass, key, by, now),
        None => step_once(tx, key, step, Some(gate_pass), by, now),
    }
}

/// The bonded lists of a book, by number.
///
/// # Errors
/// [`ListError`].
pub fn bonded_lists(
    view: &mut View<'_>,
    book: &AccountBookNumber,
) -> Result<Vec<ListRecord>, ListError> {
    let lists = view.bonded_lists(&[rows::book_key(book)])?.into_iter().map(rows::read_list);
    Ok(lists.collect::<Result<_, _>>()?)
}

/// The gate passes that came by message and name one of these lists.
///
/// # Errors
/// [`ListError`].
pub fn passes_of_lists(
    view: &mut View<'_>,
    lists: &[ListRecord],
) -> Result<Vec<PassRecord>, ListError> {
    let named_by = lists.iter().flat_map(|list| &list.named_by);
    let keys: Vec<_> = named_by.map(|named_by| rows::pass_key(&named_by.pass)).collect();
    let passes = view.gate_passes(&keys)?.into_iter().map(rows::read_pass);
    Ok(passes.collect::<Result<_, _>>()?)
}

/// A gate pass that came by message.
///
/// # Errors
/// [`ListError`].
pub fn gate_pass(view: &mut View<'_>, number: &GatePassNumber) -> Result<PassRecord, ListError> {
    let row = view.gate_passes(&[rows::pass_key(number)])?.pop();
    Ok(rows::read_pass(row.ok_or_else(|| ListError::UnknownPass(number.clone()))?)?)
}

/// A step that no declared gate pass takes.
fn step_once(
    tx: &mut Tx<'_>,
    key: &ListKey,
    step: BondedListStep,
    gate_pass: Option<&GatePassNumber>,
    by: &By,
    now: Moment,
) -> Result<ListRecord, ListError> {
    let mut record = locked(tx, key)?;
    record.take(step, by.clone(), now)?;
    if let Some(named_by) = record.named_by.first()
        && matches!(step, BondedListStep::PassGate | BondedListStep::Withdraw)
    {
        return Err(ListError::NamedBy(key.number.clone(), named_by.pass.clone()));
    }
    record.gate_pass = record.gate_pass.or_else(|| gate_pass.cloned());
    keep(tx, &record, now)?;
    let stepped = ZoneDone::Stepped(step, record.state);
    note(tx, Referenced::List(record.key()), stepped, by, now)?;
    if step == BondedListStep::Admit {
        take_in(tx, &record, by, now)?;
    }
    Ok(record)
}

fn take_in(tx: &mut Tx<'_>, record: &ListRecord, by: &By, now: Moment) -> Result<(), ListError> {
    let BondedList { book, number, lines } = &record.list;
    for ((item, _), quantity) in lines.iter().zip(record.let_through()) {
        if quantity == StockQuantity::ZERO {
            continue;
        }
        let moved = ManualMove {
            key: StockKey { book: book.clone(), item: item.clone() },
            kind: MovementKind::Inbound,
            quantity,
            document: number.as_str().into(),
            officer: by.officer.clone(),
            reason: by.reason.clone(),
        };
        move_locked(tx, &moved, now)?;
    }
    Ok(())
}

pub(super) fn locked(tx: &mut Tx<'_>, key: &ListKey) -> Result<ListRecord, ListError> {
    let unknown = || ListError::Unknown(key.book.clone(), key.number.clone());
    let row = tx.lock_bonded_list(&rows::list_key(key))?.ok_or_else(unknown)?;
    Ok(rows::read_list(row)?)
}

pub(super) fn keep(tx: &mut Tx<'_>, record: &ListRecord, now: Moment) -> Result<(), ListError> {
    tx.upsert(&[rows::write_list(record, now)?])?;
    match &record.lodged {
        Some(lodged) => leave_news(tx, lodged, Referenced::List(record.key())),
        None => Ok(()),
    }
}

pub(super) fn leave_news(
    tx: &mut Tx<'_>,
    lodged: &Lodged,
    of: Referenced,
) -> Result<(), ListError> {
    let news = ZoneNews { holder: lodged.holder, of };
    tx.insert_absent(&[rows::write_news(&news)])?;
    Ok(())
}
