//! An event: who did what to which record, from where, with before and after.

use tongguan_domain::access::{SignIn, Standing};
use tongguan_domain::filing::FilingId;
use tongguan_domain::ids::{DeclarationId, GatePassNumber, MessageId, PartyId, PlaceCode};
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::time::Moment;
use tongguan_storage::Register;

/// What stands between the names of two who acted together; no name to sign in with holds it.
pub(crate) const AND: &str = " + ";

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The name to sign in with, or `key` and the number of an access key.
    pub name: String,
    /// As what, and of which organisation: `supervisor 2916`; empty where that is not known.
    pub standing: String,
    /// From where.
    pub origin: Origin,
}

impl Actor {
    /// Somebody who signs in, from nobody knows where.
    pub fn named(sign_in: &SignIn) -> Self {
        Self { name: sign_in.to_string(), ..Self::default() }
    }

    /// The same, as what he was let in.
    #[must_use]
    pub fn standing_as(self, standing: Standing) -> Self {
        Self { standing: standing.to_string(), ..self }
    }

    /// The same, from there.
    #[must_use]
    pub fn from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// Whoever works at the machine itself: nobody asks for the name.
    pub fn at_the_machine() -> Self {
        Self::default().from(Origin { way: Some(Way::Command), ..Origin::default() })
    }

    /// Two people, the one who proposed first. The service does it when the day has come, so it comes from nowhere.
    pub fn of_two(proposer: &str, approver: &str) -> Self {
        Self { name: format!("{proposer}{AND}{approver}"), ..Self::default() }
    }
}

/// The names of one who acted, or of two.
pub fn names(who: &str) -> (&str, Option<&str>) {
    who.split_once(AND).map_or((who, None), |(first, second)| (first, Some(second)))
}

/// From where somebody acts (来源), as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address that the request came from; behind a proxy that is not known, the proxy's.
    pub address: Option<String>,
    /// The number of the request, by which it is found in the log.
    pub request: Option<String>,
    /// By which way.
    pub way: Option<Way>,
}

/// By which way somebody acts (途径).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A page (页面).
    Page,
    /// The JSON interface (接口).
    Interface,
    /// A command line (命令行).
    Command,
}

impl Way {
    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Interface => "api",
            Self::Command => "command",
        }
    }
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
    /// A webhook.
    Webhook {
        /// Its mailbox.
        mailbox: String,
        /// Its number.
        number: String,
    },
    /// A bonded list.
    BondedList {
        /// The account book.
        book: String,
        /// Its number.
        number: String,
    },
    /// A gate pass, by its number.
    GatePass(String),
    /// A proposal to change a parameter, by its number.
    ParameterProposal(i64),
    /// A return of exported goods.
    ExportReturn(ExportReturnId),
    /// A document that somebody decided about.
    Document {
        /// Its order.
        order_no: String,
        /// Its kind, by the numbering of clearing.
        kind: i64,
        /// Its own number.
        number: String,
    },
    /// A part of the running service: its log, its backups.
    Service(String),
    /// A message: one that is relayed, or one that was shown to whoever sent it.
    Message(MessageId),
    /// A key of the ring that seals, by its name.
    SealingKey(String),
    /// A supervised place.
    Place(PlaceCode),
    /// A passage through a gate.
    Passage {
        /// What has passed.
        what: Passed,
        /// Through which place's.
        place: PlaceCode,
        /// Its number.
        n: i64,
    },
}

/// What has passed a gate: a parcel, or a vehicle by its gate pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// A parcel.
    Parcel(DeclarationId),
    /// A vehicle.
    Vehicle(GatePassNumber),
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

impl ChangeKind {
    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Ended => "ended",
            Self::Shown => "shown",
            Self::Refused => "refused",
        }
    }
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
            Self::Webhook { mailbox, number } => format!("{mailbox}/webhook {number}"),
            Self::BondedList { book, number } => format!("book {book}/list {number}"),
            Self::GatePass(number) => format!("{number}/gate pass"),
            Self::ParameterProposal(n) => format!("proposal {n}/proposal"),
            Self::ExportReturn(id) => format!("{}/return {}", id.declaration, id.n),
            Self::Document { order_no, kind, number } => format!("{order_no}/{kind} {number}"),
            Self::Service(part) => format!("{part}/service"),
            Self::SealingKey(name) => format!("{name}/sealing-key"),
            Self::Place(code) => format!("place {code}/place"),
            Self::Passage { what: Passed::Parcel(id), n, .. } => format!("{id}/passage {n}"),
            Self::Passage { what: Passed::Vehicle(pass), n, .. } => format!("{pass}/passage {n}"),
            Self::Message(id) => format!("message {}/message", id.0),
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
