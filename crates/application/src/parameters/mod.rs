//! Parameters (参数): what may be changed while the service runs. One proposes a change, another approves it,
//! and from its day on it holds (decision 33).
//!
//! Settings have no days of their own: an approved change waits for its day and is carried out by whoever does
//! [`carry_out_due`], which everybody who clears does. Rows of code tables are dated by themselves and are laid as
//! soon as they are approved.

mod standing;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use tongguan_codelists::text::{Defaults, Defect};
use tongguan_codelists::{Diff, Row, Table};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_storage::{ParameterProposalRow, Register, StorageError, Tx, View, Writer};

use crate::codes::{self, CodesError};
use crate::history::{self, Actor, Cause, ChangeKind, Entry, Field, Subject};
use crate::review::{BadReason, reason};
use crate::settings::{self, SettingsError};
use crate::unmasking::masked;

pub use standing::{InForce, Origin, in_force};

/// The scope of changes of code tables.
const CODES: &str = "codes";
/// The longest text of rows, in bytes.
pub const LONGEST_ROWS: usize = 48 << 10;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A setting gets another value.
    Setting {
        /// Of which office; of all that have no value of their own where absent.
        office: Option<OfficeCode>,
        /// Which.
        name: String,
        /// The value; absent where an own one is taken away.
        value: Option<String>,
    },
    /// Rows are laid over a code table.
    Rows {
        /// Which.
        table: Table,
        /// The rows, as a file has them.
        text: String,
    },
}

/// A change that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which, from 1.
    pub n: i64,
    /// What.
    pub change: Change,
    /// What held when it was proposed; empty for rows.
    pub before: String,
    /// The day from which it is to hold; rows say their own.
    pub from: Date,
    /// Why: words.
    pub reason: String,
    /// Who proposes it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Moment,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Nobody has answered.
    Waits,
    /// It was approved, and its day is not there yet.
    Approved {
        /// By whom.
        by: String,
        /// When.
        at: Moment,
    },
    /// It was approved and done.
    Done {
        /// By whom it was approved.
        by: String,
        /// When it was done.
        at: Moment,
    },
    /// It was turned down, or could not be done.
    TurnedDown {
        /// By whom.
        by: String,
        /// When.
        at: Moment,
        /// Why.
        why: String,
    },
}

/// Nothing was proposed, answered or done.
#[derive(Debug, thiserror::Error)]
pub enum ParameterError {
    /// There is no such proposal within reach.
    #[error("there is no proposal {0}")]
    Unknown(i64),
    /// It was answered already.
    #[error("proposal {0} does not wait for an answer any more")]
    Answered(i64),
    /// One waits already.
    #[error("proposal {0} about the same waits already; have it answered first")]
    OneWaits(i64),
    /// The same person proposes and approves.
    #[error("`{0}` has proposed it; somebody else has to approve it")]
    SamePerson(String),
    /// It is so already.
    #[error("this is how it is already")]
    NoChange,
    /// The day is over.
    #[error("a change holds from today on at the earliest")]
    Over,
    /// Another office's.
    #[error("these are the parameters of another office")]
    OtherOffice,
    /// Somebody else proposed something at the same moment.
    #[error("somebody else proposed something at the same moment; try again")]
    AtTheSameTime,
    /// Rows that do not read.
    #[error("{} cells of the rows do not read", .0.len())]
    BadRows(Vec<Defect>),
    /// The rows are too long.
    #[error("the rows are longer than {LONGEST_ROWS} bytes; propose them in parts")]
    TooLong,
    /// A setting that is none.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Rows that conflict with others.
    #[error(transparent)]
    Codes(#[from] CodesError),
    /// The reason cannot be given.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// What is stored does not read.
    #[error("proposal {0} does not read")]
    Damaged(i64),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Change {
    /// Whether it is about what somebody with this reach answers for: the own office, or what holds for all.
    pub fn is_within(&self, reach: Reach) -> bool {
        match (self, reach) {
            (_, Reach::Everybody) => true,
            (Self::Setting { office: Some(office), .. }, Reach::Office(own)) => *office == own,
            (Self::Setting { office: None, .. } | Self::Rows { .. }, Reach::Office(_)) => true,
            _ => false,
        }
    }

    /// The rows that are to be laid.
    ///
    /// # Errors
    /// [`ParameterError::BadRows`], [`ParameterError::TooLong`].
    pub fn rows(table: Table, text: &str) -> Result<Vec<Row>, ParameterError> {
        if text.len() > LONGEST_ROWS {
            return Err(ParameterError::TooLong);
        }
        let reading = table.read(text, &Defaults::default());
        match reading.defects.is_empty() {
            true => Ok(reading.rows),
            false => Err(ParameterError::BadRows(reading.defects)),
        }
    }

    const fn register(&self) -> Register {
        match self {
            Self::Setting { .. } => Register::Settings,
            Self::Rows { .. } => Register::Codes,
        }
    }

    /// Where it is kept: scope, name and value.
    fn stored(&self) -> (String, String, Option<String>) {
        match self {
            Self::Setting { office, name, value } => {
                (settings::scope(*office), name.clone(), value.clone())
            }
            Self::Rows { table, text } => {
                (CODES.to_owned(), table.name().to_owned(), Some(text.clone()))
            }
        }
    }

    /// What held before, where the change would change something.
    fn before(&self, view: &mut View<'_>) -> Result<String, ParameterError> {
        match self {
            Self::Setting { office, name, value } => {
                settings::checked(*office, name, value.as_deref())?;
                let standing = in_force(view, *office)?;
                let held = standing.into_iter().find(|it| it.name == *name);
                let held = held.ok_or_else(|| SettingsError::Unknown(name.clone()))?;
                match held.own.as_deref() == value.as_deref().map(str::trim) {
                    true => Err(ParameterError::NoChange),
                    false => Ok(held.value),
                }
            }
            Self::Rows { table, text } => {
                let diff = Diff::between(&*codes::pack(view)?, Self::rows(*table, text)?);
                match (diff.conflicts.is_empty(), diff.is_empty()) {
                    (false, _) => Err(CodesError::Conflicts(Box::new(diff)).into()),
                    (true, true) => Err(ParameterError::NoChange),
                    (true, false) => Ok(String::new()),
                }
            }
        }
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Vec<Entry>, ParameterError> {
        Ok(match self {
            Self::Setting { office, name, value } => {
                settings::put_in(tx, *office, name, value.as_deref())?.into_iter().collect()
            }
            Self::Rows { table, text } => codes::import_in(tx, Self::rows(*table, text)?)?.1,
        })
    }
}

/// Proposes a change; gives its number.
///
/// # Errors
/// [`ParameterError`].
pub fn propose(
    writer: &mut Writer,
    change: &Change,
    from: Date,
    why: &str,
    (by, reach): (&Actor, Reach),
    now: Moment,
) -> Result<i64, ParameterError> {
    let why = reason(why)?;
    if from < now.china_day() {
        return Err(ParameterError::Over);
    }
    if !change.is_within(reach) {
        return Err(ParameterError::OtherOffice);
    }
    let (scope, name, value) = change.stored();
    let cause = Cause::Person(by.clone());
    history::change(writer, Register::Casework, &cause, now, |tx| {
        let before = change.before(tx)?;
        let open = tx.open_parameter_proposals()?;
        if let Some(same) = open.iter().find(|row| row.scope == scope && row.name == name) {
            return Err(ParameterError::OneWaits(same.n));
        }
        let last = tx.parameter_proposals(i64::MAX, 1)?.pop();
        let row = ParameterProposalRow {
            n: last.map_or(1, |last| last.n + 1),
            scope,
            name,
            value,
            before,
            effective_at: Moment::start_of(from),
            reason: why,
            proposed_by: by.name.clone(),
            proposed_at: now,
            answered_by: None,
            answered_at: None,
            refusal: None,
            done_at: None,
        };
        match tx.insert_absent(std::slice::from_ref(&row))? {
            0 => Err(ParameterError::AtTheSameTime),
            _ => Ok((row.n, vec![told(&row, ChangeKind::Added, ("", "proposed"))])),
        }
    })
}

/// What was proposed or answered, and why.
fn told(row: &ParameterProposalRow, change: ChangeKind, (before, after): (&str, &str)) -> Entry {
    let is_answer = !before.is_empty();
    let new = |name: &str, value: &str| Field::changed(name, String::new(), value.to_owned());
    let matter = [new("scope", &row.scope), new("name", &row.name)];
    let fields = matter.into_iter().chain([
        Field::changed("proposal", before.to_owned(), after.to_owned()),
        match is_answer {
            true => new("reason", &masked(row.refusal.as_deref().unwrap_or_default())),
            false => new("reason", &masked(&row.reason)),
        },
    ]);
    let subject = Subject::ParameterProposal(row.n);
    Entry { subject, change, fields: fields.flatten().collect() }
}

/// Approves a proposal; what is due of it is done.
///
/// # Errors
/// [`ParameterError`]. One that has become impossible waits on, and can be turned down.
pub fn approve(
    writer: &mut Writer,
    n: i64,
    (by, reach): (&Actor, Reach),
    now: Moment,
) -> Result<(), ParameterError> {
    let cause = Cause::Person(by.clone());
    history::change(writer, Register::Casework, &cause, now, |tx| {
        let row = waiting(tx, n, reach)?;
        if row.proposed_by == by.name {
            return Err(ParameterError::SamePerson(by.name.clone()));
        }
        read(row.clone())?.change.before(tx)?;
        let row = ParameterProposalRow {
            answered_by: Some(by.name.clone()),
            answered_at: Some(now),
            ..row
        };
        let entry = told(&row, ChangeKind::Changed, ("proposed", "approved"));
        tx.upsert(&[row])?;
        Ok::<_, ParameterError>(((), vec![entry]))
    })?;
    carry_out_due(writer, now).map(drop)
}

/// Turns a proposal down; whoever has proposed it may do so too.
///
/// # Errors
/// [`ParameterError`].
pub fn turn_down(
    writer: &mut Writer,
    n: i64,
    (by, reach): (&Actor, Reach),
    why: &str,
    now: Moment,
) -> Result<(), ParameterError> {
    let refusal = Some(reason(why)?);
    let cause = Cause::Person(by.clone());
    history::change(writer, Register::Casework, &cause, now, |tx| {
        let row = waiting(tx, n, reach)?;
        let row = ParameterProposalRow {
            answered_by: Some(by.name.clone()),
            answered_at: Some(now),
            refusal,
            ..row
        };
        let entry = told(&row, ChangeKind::Ended, ("proposed", "turned down"));
        tx.upsert(&[row])?;
        Ok(((), vec![entry]))
    })
}

/// Does everything that was approved and whose day has come; gives how much that was.
///
/// # Errors
/// [`ParameterError`]; what was done before stays so, the rest is done the next time.
pub fn carry_out_due(writer: &mut Writer, now: Moment) -> Result<usize, ParameterError> {
    let mut done = 0;
    for row in writer.transaction(|tx| tx.open_parameter_proposals())? {
        let is_dated_itself = row.scope == CODES;
        if row.answered_by.is_some() && (is_dated_itself || row.effective_at <= now) {
            done += usize::from(carry_out(writer, row, now)?);
        }
    }
    Ok(done)
}

/// Does one of them, unless another process has; both names stand in the events. One that has become impossible
/// ends with the reason.
fn carry_out(
    writer: &mut Writer,
    row: ParameterProposalRow,
    now: Moment,
) -> Result<bool, ParameterError> {
    let proposal = read(row.clone())?;
    let by = row.answered_by.clone().unwrap_or_default();
    let cause = Cause::Person(Actor::of_two(&row.proposed_by, &by));
    let done = ParameterProposalRow { done_at: Some(now), ..row.clone() };
    let changing = history::change(writer, proposal.change.register(), &cause, now, |tx| {
        let is_open = tx.lock_parameter_proposal(row.n)?.is_some_and(|it| it.done_at.is_none());
        let entries = if is_open { proposal.change.apply(tx)? } else { Vec::new() };
        if !entries.is_empty() {
            tx.upsert(std::slice::from_ref(&done))?;
        }
        Ok(((), entries))
    });
    let ended = match changing {
        Ok(()) => done,
        Err(
            error @ (ParameterError::Settings(SettingsError::Bad(_) | SettingsError::Unknown(_))
            | ParameterError::Codes(CodesError::Conflicts(_))
            | ParameterError::BadRows(_)),
        ) => ParameterProposalRow { refusal: Some(error.to_string()), ..row },
        Err(error) => return Err(error),
    };
    // Where nothing was left to change, or it became impossible, only this is noted.
    writer.transaction(|tx| {
        let is_open = tx.lock_parameter_proposal(ended.n)?.is_some_and(|it| it.done_at.is_none());
        if is_open {
            tx.upsert(std::slice::from_ref(&ended))?;
        }
        Ok::<_, StorageError>(())
    })?;
    Ok(true)
}

/// A proposal within reach.
///
/// # Errors
/// [`ParameterError`].
pub fn find(view: &mut View<'_>, n: i64, reach: Reach) -> Result<Proposal, ParameterError> {
    let row = view.parameter_proposal(n)?.ok_or(ParameterError::Unknown(n))?;
    let found = read(row)?;
    if found.change.is_within(reach) { Ok(found) } else { Err(ParameterError::Unknown(n)) }
}

/// The proposals within reach before number `before`, the newest first, at most `most`.
///
/// # Errors
/// [`ParameterError`].
pub fn list(
    view: &mut View<'_>,
    reach: Reach,
    before: Option<i64>,
    most: usize,
) -> Result<Vec<Proposal>, ParameterError> {
    const PAGE: i64 = 200;
    let (mut found, mut before) = (Vec::new(), before.unwrap_or(i64::MAX));
    loop {
        let page = view.parameter_proposals(before, PAGE)?;
        let Some(last) = page.last() else { return Ok(found) };
        before = last.n;
        for row in page {
            let proposal = read(row)?;
            if proposal.change.is_within(reach) {
                found.push(proposal);
            }
            if found.len() == most {
                return Ok(found);
            }
        }
    }
}

fn waiting(tx: &mut Tx<'_>, n: i64, reach: Reach) -> Result<ParameterProposalRow, ParameterError> {
    find(tx, n, reach)?;
    let row = tx.lock_parameter_proposal(n)?.ok_or(ParameterError::Unknown(n))?;
    if row.answered_by.is_some() { Err(ParameterError::Answered(n)) } else { Ok(row) }
}

fn read(row: ParameterProposalRow) -> Result<Proposal, ParameterError> {
    let damaged = || ParameterError::Damaged(row.n);
    let change = match row.scope.as_str() {
        CODES => {
            let table = Table::ALL.iter().find(|table| table.name() == row.name);
            let text = row.value.unwrap_or_default();
            Change::Rows { table: *table.ok_or_else(damaged)?, text }
        }
        scope => {
            let office = scope.strip_prefix("office:").map(OfficeCode::parse).transpose();
            let office = office.map_err(|_| damaged())?;
            Change::Setting { office, name: row.name, value: row.value }
        }
    };
    let fate = match (row.answered_by.zip(row.answered_at), row.refusal, row.done_at) {
        (None, ..) => Fate::Waits,
        (Some((by, at)), Some(why), _) => Fate::TurnedDown { by, at, why },
        (Some((by, _)), None, Some(at)) => Fate::Done { by, at },
        (Some((by, at)), None, None) => Fate::Approved { by, at },
    };
    Ok(Proposal {
        n: row.n,
        change,
        before: row.before,
        from: row.effective_at.china_day(),
        reason: row.reason,
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at,
        fate,
    })
}
