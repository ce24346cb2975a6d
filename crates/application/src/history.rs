//! The history of the registers (变更记录): an audit event for everything that a change changes, in the
//! transaction that changes it.
//!
//! Decisions are numbered by the writer that owns the partitions. Whoever changes a register owns none,
//! so these events have a numbering of their own: the revision that the change makes, and a place in
//! the change. See decision 9.

use tongguan_domain::access::SignIn;
use tongguan_domain::filing::FilingId;
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::register::{
    self as stored, StoredChangeCauseV1, StoredChangeV1, StoredFieldV1, StoredRegisterEvent,
    StoredRegisterSubjectV1,
};
pub use tongguan_storage::{About, AuditFilter, AuditPlace, Register};
use tongguan_storage::{Backoff, OfTransaction, RegisterEvent, StorageError, Tx, View, Writer};

/// An event: what one change did to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Of which register.
    pub register: Register,
    /// The revision that the change made.
    pub revision: i64,
    /// Which event of the change, from 0.
    pub n: i64,
    /// When.
    pub at: Moment,
    /// By what.
    pub cause: Cause,
    /// What was changed, and how.
    pub entry: Entry,
}

/// What led to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A file was imported.
    File {
        /// Its name, without the folder.
        name: String,
        /// The SHA-256 of its bytes.
        digest: [u8; 32],
    },
    /// A command, by its name: `registry guarantee`.
    Command(String),
    /// Somebody who was known.
    Person(Actor),
}

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The name to sign in with, or `key` and the number of an access key.
    pub name: String,
    /// From where.
    pub origin: Origin,
}

impl Actor {
    /// Somebody who signs in, from nobody knows where.
    pub fn named(sign_in: &SignIn) -> Self {
        Self { name: sign_in.to_string(), origin: Origin::default() }
    }

    /// Two people, the one who proposed first. The service does it when the day has come, so it comes from nowhere.
    pub fn of_two(proposer: &str, approver: &str) -> Self {
        Self { name: format!("{proposer} + {approver}"), origin: Origin::default() }
    }
}

/// From where somebody acts (来源), as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address that the request came from; behind a proxy that is not known, the proxy's.
    pub address: Option<String>,
    /// The number of the request, by which it is found in the log.
    pub request: Option<String>,
}

/// What was changed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What.
    pub subject: Subject,
    /// How.
    pub change: ChangeKind,
    /// The fields that are other than before, in the register's own order.
    pub fields: Vec<Field>,
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A party.
    Party(PartyId),
    /// The guarantee of a party.
    Guarantee(PartyId),
    /// A setting.
    Setting {
        /// `office` or `office:2916`.
        scope: String,
        /// Its name.
        name: String,
    },
    /// A row of a code table.
    CodeRow {
        /// The table.
        table: String,
        /// The row's id.
        id: String,
    },
    /// An account book of bonded goods.
    AccountBook(String),
    /// Goods of an account book.
    AccountItem {
        /// The book.
        book: String,
        /// The goods.
        item: String,
    },
    /// Somebody who signs in.
    Person(String),
    /// An access key, by its number.
    AccessKey(String),
    /// A declaration.
    Declaration(DeclarationId),
    /// A request to see the persons of many declarations, by its number.
    Unmasking(i64),
    /// A message of a letter.
    Letter {
        /// The mailbox.
        mailbox: String,
        /// The letter.
        n: i64,
        /// Which message of it, from 1.
        place: i64,
    },
    /// A filing.
    Filing {
        /// Who filed.
        party: PartyId,
        /// Its number.
        id: FilingId,
    },
    /// Goods that are registered.
    Goods {
        /// Whose.
        party: PartyId,
        /// Their number.
        item: String,
    },
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is other than before.
    Changed,
    /// It was taken away, or got an earlier end.
    Ended,
    /// It was shown.
    Shown,
    /// It was wanted, and not done.
    Refused,
}

/// One field before and after, as files say it; empty where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// Changes a register in one transaction with the events that tell of it. `work` gives what it changed;
/// where that is nothing, nothing is left behind, not even a revision.
///
/// # Errors
/// What `work` gives, or [`StorageError`]; nothing was changed.
pub fn change<T, E: From<StorageError>>(
    writer: &mut Writer,
    register: Register,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<Entry>), E>,
) -> Result<T, E> {
    settled(writer.transaction(|tx| attempt(tx, register, cause, now, work)))
}

/// As [`change`], and the whole of it again while the database is busy or breaks deadlocks: for what no person
/// waits for.
///
/// # Errors
/// What `work` gives, or [`StorageError`]; nothing was changed.
pub(crate) fn change_retried<T, E: OfTransaction>(
    writer: &mut Writer,
    register: Register,
    cause: &Cause,
    now: Moment,
    mut work: impl FnMut(&mut Tx<'_>) -> Result<(T, Vec<Entry>), E>,
) -> Result<T, E> {
    settled(writer.retried(Backoff::default(), |tx| attempt(tx, register, cause, now, &mut work)))
}

fn attempt<T, E: From<StorageError>>(
    tx: &mut Tx<'_>,
    register: Register,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<Entry>), E>,
) -> Result<T, RolledBack<T, E>> {
    // First, because it locks: of two changes at a time the second sees what the first did.
    let revision = tx.bump(register)?;
    let (value, entries) = work(tx).map_err(RolledBack::Failed)?;
    if entries.is_empty() {
        return Err(RolledBack::Unchanged(value));
    }
    record(tx, (register, revision), cause, now, &entries)?;
    Ok(value)
}

fn settled<T, E>(outcome: Result<T, RolledBack<T, E>>) -> Result<T, E> {
    match outcome {
        Ok(value) | Err(RolledBack::Unchanged(value)) => Ok(value),
        Err(RolledBack::Failed(error)) => Err(error),
    }
}

/// Changes another register in the transaction of a [`change`], with the events that tell of it, of which there
/// must be some: the revision stays.
///
/// # Errors
/// What `work` gives, or [`StorageError`].
pub(crate) fn along<E: From<StorageError>>(
    tx: &mut Tx<'_>,
    register: Register,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<Vec<Entry>, E>,
) -> Result<(), E> {
    let revision = tx.bump(register)?;
    let entries = work(tx)?;
    Ok(record(tx, (register, revision), cause, now, &entries)?)
}

/// Writes events of a revision that was made in this transaction, before anything else was locked in it.
///
/// # Errors
/// [`StorageError`].
pub fn record(
    tx: &mut Tx<'_>,
    (register, revision): (Register, i64),
    cause: &Cause,
    now: Moment,
    entries: &[Entry],
) -> Result<(), StorageError> {
    let rows = (0..).zip(entries).map(|(n, entry)| {
        let event = write(cause, entry);
        let subject = entry.subject.place();
        Ok(RegisterEvent {
            register: register.name().to_owned(),
            revision,
            n,
            at: now,
            who: cause.who().to_owned(),
            record: subject.split_once('/').map_or(&*subject, |(record, _)| record).to_owned(),
            subject,
            version: i64::from(stored::VERSION),
            body: event.encode().map_err(|error| unreadable(&error))?,
        })
    });
    let rows = rows.collect::<Result<Vec<_>, StorageError>>()?;
    tx.insert(&rows)
}

/// The events of a register, the newest first, at most `limit`; those before revision and place of
/// `before`, if one is given.
///
/// # Errors
/// [`StorageError`].
pub fn events(
    view: &mut View<'_>,
    register: Register,
    about: About<'_>,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    view.register_events(register, about, before, limit)?.into_iter().map(read).collect()
}

/// A page of the audit: events of all registers that a filter names, the newest first, at most `limit`; those
/// behind `before`, if it is given.
///
/// # Errors
/// [`StorageError`].
pub fn audited(
    view: &mut View<'_>,
    filter: &AuditFilter,
    before: Option<&AuditPlace>,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    view.audited(filter, before, limit)?.into_iter().map(read).collect()
}

/// Why a transaction left no trace.
enum RolledBack<T, E> {
    Unchanged(T),
    Failed(E),
}

impl<T, E: From<StorageError>> From<StorageError> for RolledBack<T, E> {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}

impl<T, E: OfTransaction> OfTransaction for RolledBack<T, E> {
    fn of_database(&self) -> Option<&StorageError> {
        match self {
            Self::Unchanged(_) => None,
            Self::Failed(error) => error.of_database(),
        }
    }
}

impl Subject {
    /// Where it is found: its group, `/`, and what it is in the group. A party and its guarantee are
    /// one group.
    pub fn place(&self) -> String {
        match self {
            Self::Party(id) => format!("{id}/party"),
            Self::Guarantee(id) => format!("{id}/guarantee"),
            Self::Setting { scope, name } => format!("{scope}/{name}"),
            Self::CodeRow { table, id } => format!("{table}/{id}"),
            Self::AccountBook(book) => format!("book {book}/book"),
            Self::AccountItem { book, item } => format!("book {book}/{item}"),
            Self::Person(name) => format!("{name}/person"),
            Self::AccessKey(number) => format!("{number}/access-key"),
            Self::Declaration(id) => format!("{id}/declaration"),
            Self::Unmasking(number) => format!("unmasking {number}/unmasking"),
            Self::Letter { mailbox, n, place } => format!("{mailbox}/{n}/{place}"),
            Self::Filing { party, id } => format!("{party}/filing {id}"),
            Self::Goods { party, item } => format!("{party}/goods {item}"),
        }
    }
}

impl Cause {
    /// Who is behind it; nobody is known behind a file or a command.
    pub fn who(&self) -> &str {
        match self {
            Self::Person(actor) => &actor.name,
            Self::File { .. } | Self::Command(_) => "",
        }
    }
}

impl Field {
    /// A field that changed; `None` where it did not.
    pub fn changed(name: &str, before: String, after: String) -> Option<Self> {
        (before != after).then(|| Self { name: name.to_owned(), before, after })
    }
}

fn write(cause: &Cause, entry: &Entry) -> StoredRegisterEvent {
    StoredRegisterEvent {
        subject: match &entry.subject {
            Subject::Party(id) => StoredRegisterSubjectV1::Party(id.0),
            Subject::Guarantee(id) => StoredRegisterSubjectV1::Guarantee(id.0),
            Subject::Setting { scope, name } => {
                StoredRegisterSubjectV1::Setting(scope.as_str().into(), name.as_str().into())
            }
            Subject::CodeRow { table, id } => {
                StoredRegisterSubjectV1::CodeRow(table.as_str().into(), id.as_str().into())
            }
            Subject::AccountBook(book) => {
                StoredRegisterSubjectV1::AccountBook(book.as_str().into())
            }
            Subject::AccountItem { book, item } => {
                StoredRegisterSubjectV1::AccountItem(book.as_str().into(), item.as_str().into())
            }
            Subject::Person(name) => StoredRegisterSubjectV1::Person(name.as_str().into()),
            Subject::AccessKey(number) => {
                StoredRegisterSubjectV1::AccessKey(number.as_str().into())
            }
            Subject::Declaration(id) => StoredRegisterSubjectV1::Declaration(id.0),
            Subject::Unmasking(number) => StoredRegisterSubjectV1::Unmasking(*number),
            Subject::Letter { mailbox, n, place } => {
                StoredRegisterSubjectV1::Letter(mailbox.as_str().into(), *n, *place)
            }
            Subject::Filing { party, id } => StoredRegisterSubjectV1::Filing(party.0, id.0),
            Subject::Goods { party, item } => {
                StoredRegisterSubjectV1::Goods(party.0, item.as_str().into())
            }
        },
        change: match entry.change {
            ChangeKind::Added => StoredChangeV1::Added,
            ChangeKind::Changed => StoredChangeV1::Changed,
            ChangeKind::Ended => StoredChangeV1::Ended,
            ChangeKind::Shown => StoredChangeV1::Shown,
            ChangeKind::Refused => StoredChangeV1::Refused,
        },
        cause: match cause {
            Cause::File { name, digest } => {
                StoredChangeCauseV1::File(name.as_str().into(), *digest)
            }
            Cause::Command(name) => StoredChangeCauseV1::Command(name.as_str().into()),
            Cause::Person(Actor { name, origin: Origin { address, request } }) => {
                let text = |text: &Option<String>| text.as_deref().unwrap_or_default().into();
                StoredChangeCauseV1::Person(name.as_str().into(), text(address), text(request))
            }
        },
        fields: entry
            .fields
            .iter()
            .map(|field| StoredFieldV1 {
                name: field.name.as_str().into(),
                before: field.before.as_str().into(),
                after: field.after.as_str().into(),
            })
            .collect(),
    }
}

fn read(row: RegisterEvent) -> Result<Event, StorageError> {
    let stored = StoredRegisterEvent::decode(&row.body).map_err(|error| unreadable(&error))?;
    let subject = match stored.subject {
        StoredRegisterSubjectV1::Party(id) => Subject::Party(PartyId(id)),
        StoredRegisterSubjectV1::Guarantee(id) => Subject::Guarantee(PartyId(id)),
        StoredRegisterSubjectV1::Setting(scope, name) => {
            Subject::Setting { scope: scope.into(), name: name.into() }
        }
        StoredRegisterSubjectV1::CodeRow(table, id) => {
            Subject::CodeRow { table: table.into(), id: id.into() }
        }
        StoredRegisterSubjectV1::AccountBook(book) => Subject::AccountBook(book.into()),
        StoredRegisterSubjectV1::AccountItem(book, item) => {
            Subject::AccountItem { book: book.into(), item: item.into() }
        }
        StoredRegisterSubjectV1::Person(name) => Subject::Person(name.into()),
        StoredRegisterSubjectV1::AccessKey(number) => Subject::AccessKey(number.into()),
        StoredRegisterSubjectV1::Declaration(id) => Subject::Declaration(DeclarationId(id)),
        StoredRegisterSubjectV1::Unmasking(number) => Subject::Unmasking(number),
        StoredRegisterSubjectV1::Letter(mailbox, n, place) => {
            Subject::Letter { mailbox: mailbox.into(), n, place }
        }
        StoredRegisterSubjectV1::Filing(party, id) => {
            Subject::Filing { party: PartyId(party), id: FilingId(id) }
        }
        StoredRegisterSubjectV1::Goods(party, item) => {
            Subject::Goods { party: PartyId(party), item: item.into() }
        }
    };
    let change = match stored.change {
        StoredChangeV1::Added => ChangeKind::Added,
        StoredChangeV1::Changed => ChangeKind::Changed,
        StoredChangeV1::Ended => ChangeKind::Ended,
        StoredChangeV1::Shown => ChangeKind::Shown,
        StoredChangeV1::Refused => ChangeKind::Refused,
    };
    let field = |field: StoredFieldV1| Field {
        name: field.name.into(),
        before: field.before.into(),
        after: field.after.into(),
    };
    let fields = stored.fields.into_iter().map(field).collect();
    let register = Register::named(&row.register).ok_or_else(|| StorageError::Corrupt {
        table: "register_event",
        column: "register",
        reason: format!("there is no register `{}`", row.register),
    })?;
    Ok(Event {
        register,
        revision: row.revision,
        n: row.n,
        at: row.at,
        cause: match stored.cause {
            StoredChangeCauseV1::File(name, digest) => Cause::File { name: name.into(), digest },
            StoredChangeCauseV1::Command(name) => Cause::Command(name.into()),
            StoredChangeCauseV1::Person(name, address, request) => Cause::Person(Actor {
                name: name.into(),
                origin: Origin { address: known(address), request: known(request) },
            }),
        },
        entry: Entry { subject, change, fields },
    })
}

fn known(text: Box<str>) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

fn unreadable(error: &StoredError) -> StorageError {
    StorageError::Corrupt { table: "register_event", column: "body", reason: error.to_string() }
}
