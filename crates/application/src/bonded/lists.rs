//! Bonded lists (核注清单): goods come into a zone by one, with its gate pass, after quarantine.

use tongguan_domain::bonded::StockKey;
use tongguan_domain::bonded::list::{BondedList, BondedListState, BondedListStep, ListStepRefused};
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, BondedListNumber, GatePassNumber, IdError,
};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::bonded::{StoredBondedList, StoredListStepV1};
use tongguan_storage::{self as storage, StorageError, View, Writer};

use super::moving::{ManualMove, MoveError, move_locked};
use crate::clearing::rows;

/// A bonded list as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRecord {
    /// What it says.
    pub list: BondedList,
    /// Where it stands.
    pub state: BondedListState,
    /// 核放单编号, once it has passed the gate.
    pub gate_pass: Option<GatePassNumber>,
    /// What was done with it, in order.
    pub steps: Vec<(BondedListState, Moment, By)>,
}

/// Who does something with a list, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub officer: Box<str>,
    /// Why.
    pub reason: Box<str>,
}

/// Nothing was done with a bonded list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The stock does not take its goods.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// A row that was read or was to be written.
    #[error("a bonded list does not decode")]
    Stored(#[from] StoredError),
    /// A number in a row is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A row holds what it never should.
    #[error("a bonded list has {0} in a column")]
    Column(i64),
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
}

/// Lodges a list; its goods have to be registered.
///
/// # Errors
/// [`ListError`]; nothing is changed then.
pub fn lodge_list(
    writer: &mut Writer,
    list: &BondedList,
    by: &By,
    now: Moment,
) -> Result<(), ListError> {
    if list.lines.is_empty() || list.lines.iter().any(|(_, of)| *of == StockQuantity::ZERO) {
        return Err(ListError::Empty);
    }
    writer.transaction(|tx| {
        if tx.lock_bonded_list(&key(&list.book, &list.number))?.is_some() {
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
        let steps = vec![(state, now, by.clone())];
        let record = ListRecord { list: list.clone(), state, gate_pass: None, steps };
        tx.insert(&[write(&record, now)?])?;
        Ok(())
    })
}

/// Takes a step with a list; gives where it stands then. When it is admitted, its goods come into stock.
///
/// # Errors
/// [`ListError`]; nothing is changed then.
pub fn take_list_step(
    writer: &mut Writer,
    (book, number): (&AccountBookNumber, &BondedListNumber),
    step: BondedListStep,
    gate_pass: Option<&GatePassNumber>,
    by: &By,
    now: Moment,
) -> Result<BondedListState, ListError> {
    writer.transaction(|tx| {
        let row = tx.lock_bonded_list(&key(book, number))?;
        let row = row.ok_or_else(|| ListError::Unknown(book.clone(), number.clone()))?;
        let mut record = read(row)?;
        record.state = record.state.take(step)?;
        record.steps.push((record.state, now, by.clone()));
        if step == BondedListStep::PassGate {
            record.gate_pass = Some(gate_pass.ok_or(ListError::NoGatePass)?.clone());
        }
        tx.upsert(&[write(&record, now)?])?;
        if step == BondedListStep::Admit {
            for (item, quantity) in record.list.lines {
                let moved = ManualMove {
                    key: StockKey { book: book.clone(), item },
                    kind: MovementKind::Inbound,
                    quantity,
                    document: number.as_str().into(),
                    officer: by.officer.clone(),
                    reason: by.reason.clone(),
                };
                move_locked(tx, &moved, now)?;
            }
        }
        Ok(record.state)
    })
}

/// The bonded lists of a book, by number.
///
/// # Errors
/// [`ListError`].
pub fn bonded_lists(
    view: &mut View<'_>,
    book: &AccountBookNumber,
) -> Result<Vec<ListRecord>, ListError> {
    view.bonded_lists(&[rows::book_key(book)])?.into_iter().map(read).collect()
}

fn key(book: &AccountBookNumber, number: &BondedListNumber) -> storage::BondedListKey {
    let (bucket, book) = rows::book_key(book);
    (bucket, book, number.to_string())
}

fn write(record: &ListRecord, now: Moment) -> Result<storage::BondedList, StoredError> {
    let lines = record.list.lines.iter();
    let steps = record.steps.iter().map(|(state, at, by)| StoredListStepV1 {
        state: code(*state),
        at: at.micros(),
        officer: by.officer.clone(),
        reason: by.reason.clone(),
    });
    let stored = StoredBondedList {
        lines: lines.map(|(item, quantity)| (item.to_string(), quantity.parts())).collect(),
        steps: steps.collect(),
    };
    let (bucket, book, number) = key(&record.list.book, &record.list.number);
    Ok(storage::BondedList {
        bucket,
        book,
        number,
        state: code(record.state),
        gate_pass: record.gate_pass.as_ref().map(ToString::to_string),
        updated_at: now,
        body: stored.encode()?,
    })
}

fn read(row: storage::BondedList) -> Result<ListRecord, ListError> {
    let stored = StoredBondedList::decode(&row.body)?;
    let line = |(item, parts): (String, i64)| {
        let quantity = StockQuantity::from_parts(parts).ok_or(ListError::Column(parts))?;
        Ok::<_, ListError>((AccountItemNumber::parse(&item)?, quantity))
    };
    let step = |step: StoredListStepV1| {
        let by = By { officer: step.officer, reason: step.reason };
        Ok::<_, ListError>((state(step.state)?, Moment::from_micros(step.at), by))
    };
    Ok(ListRecord {
        list: BondedList {
            book: AccountBookNumber::parse(&row.book)?,
            number: BondedListNumber::parse(&row.number)?,
            lines: stored.lines.into_iter().map(line).collect::<Result<_, _>>()?,
        },
        state: state(row.state)?,
        gate_pass: row.gate_pass.as_deref().map(GatePassNumber::parse).transpose()?,
        steps: stored.steps.into_iter().map(step).collect::<Result<_, _>>()?,
    })
}

/// The stored number of a state.
const fn code(state: BondedListState) -> i64 {
    match state {
        BondedListState::Lodged => 1,
        BondedListState::Approved => 2,
        BondedListState::Gated => 3,
        BondedListState::Stocked => 4,
        BondedListState::Refused => 5,
        BondedListState::NotAdmitted => 6,
        BondedListState::Withdrawn => 7,
    }
}

fn state(number: i64) -> Result<BondedListState, ListError> {
    let known = BondedListState::ALL.into_iter().find(|state| code(*state) == number);
    known.ok_or(ListError::Column(number))
}
