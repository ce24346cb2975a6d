//! What was changed of a register, by what, and when.

use serde::Serialize;
use tongguan_application::history::{Actor, Cause, Event, Passed, Subject, Way};
use tongguan_application::registry::fingerprint;
use utoipa::ToSchema;

/// A change of a register (审计事件).
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Of which register.
    register: &'static str,
    /// Where it stands in the register's history: `7:0`.
    place: String,
    /// The revision that the change made.
    revision: i64,
    /// When.
    at: String,
    /// What was changed.
    subject: SubjectView,
    /// `added`, `changed`, `ended`, `shown` or `refused`.
    change: &'static str,
    /// By what.
    cause: CauseView,
    /// The fields that are other than before.
    fields: Vec<FieldView>,
}

/// What was changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum SubjectView {
    /// A party.
    Party {
        /// Its number.
        party: i64,
    },
    /// The guarantee of a party.
    Guarantee {
        /// Its number.
        party: i64,
    },
    /// A setting.
    Setting {
        /// Whose: `all`, or an office.
        office: String,
        /// Which.
        name: String,
    },
    /// A row of a code table.
    Row {
        /// The table.
        table: String,
        /// The row.
        id: String,
    },
    /// An account book.
    AccountBook {
        /// Its number.
        book: String,
    },
    /// Goods of an account book.
    AccountItem {
        /// The book.
        book: String,
        /// The goods.
        item: String,
    },
    /// Somebody who signs in.
    Person {
        /// The name.
        sign_in: String,
    },
    /// An access key.
    AccessKey {
        /// Its number.
        key: String,
    },
    /// A declaration.
    Declaration {
        /// Its id.
        declaration: String,
    },
    /// A request to see persons.
    Unmasking {
        /// Its number.
        number: i64,
    },
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
        party: i64,
        /// Its number.
        filing: String,
    },
    /// Goods that are registered.
    Goods {
        /// Whose.
        party: i64,
        /// 企业商品货号.
        item_no: String,
    },
    /// A webhook.
    Webhook {
        /// The mailbox.
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
    /// A gate pass.
    GatePass {
        /// Its number.
        number: String,
    },
    /// A proposal to change a parameter.
    ParameterProposal {
        /// Its number.
        n: i64,
    },
    /// A return of exported goods.
    ExportReturn {
        /// Its declaration, and which return of it: `123/1`.
        number: String,
    },
    /// A document that somebody decided about.
    Document {
        /// Its order.
        order_no: String,
        /// Its own number.
        number: String,
    },
    /// A part of the running service.
    Service {
        /// Which: `log`, `backup`.
        part: String,
    },
    /// A message that is relayed.
    Message {
        /// Its number.
        message: String,
    },
    /// A key of the ring that seals.
    SealingKey {
        /// Its name.
        sealing_key: String,
    },
    /// A supervised place.
    Place {
        /// Its code.
        code: String,
    },
    /// A passage through the gate of a supervised place.
    Passage {
        /// Its number.
        n: i64,
        /// The code of the place.
        place: String,
        /// The declaration of the parcel that passed.
        declaration: Option<String>,
        /// The gate pass of the vehicle that passed.
        gate_pass: Option<String>,
    },
}

/// By what it was changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum CauseView {
    /// A file that was imported.
    File {
        /// Its name.
        file: String,
        /// Its digest.
        sha256: String,
    },
    /// A command.
    Command {
        /// The command.
        command: String,
    },
    /// A person or a key.
    Person {
        /// The name; of two who acted together the one who approved stands last, behind ` + `.
        person: String,
        /// As what, and of which organisation, where that is known: `supervisor 2916`; of two the one who approved.
        standing: Option<String>,
        /// The address, where it is known.
        address: Option<String>,
        /// The number of the request, where it is known.
        request: Option<String>,
        /// By which way: `page`, `api` or `command`.
        way: Option<&'static str>,
    },
}

/// A field before and after.
#[derive(Debug, Serialize, ToSchema)]
struct FieldView {
    /// Its name.
    field: String,
    /// Before; empty where there was nothing.
    before: String,
    /// After; empty where there is nothing.
    after: String,
}

/// The place of an event in its register's history, revision and place in it, from its text; nothing for what is
/// none.
pub fn read_place(text: &str) -> Option<(i64, i64)> {
    let (revision, n) = text.split_once(':')?;
    Some((revision.parse().ok()?, n.parse().ok()?))
}

impl EventView {
    /// Of an event.
    pub fn of(event: &Event) -> Self {
        let fields = event.entry.fields.iter().map(|field| FieldView {
            field: field.name.clone(),
            before: field.before.clone(),
            after: field.after.clone(),
        });
        Self {
            register: event.register.name(),
            place: format!("{}:{}", event.revision, event.n),
            revision: event.revision,
            at: event.at.to_string(),
            subject: SubjectView::of(&event.entry.subject),
            change: event.entry.change.name(),
            cause: CauseView::of(&event.cause),
            fields: fields.collect(),
        }
    }
}

impl SubjectView {
    fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Party(id) => Self::Party { party: id.0 },
            Subject::Guarantee(id) => Self::Guarantee { party: id.0 },
            Subject::Setting { scope, name } => Self::Setting {
                office: scope.strip_prefix("office:").unwrap_or("all").to_owned(),
                name: name.clone(),
            },
            Subject::CodeRow { table, id } => Self::Row { table: table.clone(), id: id.clone() },
            Subject::AccountBook(book) => Self::AccountBook { book: book.clone() },
            Subject::AccountItem { book, item } => {
                Self::AccountItem { book: book.clone(), item: item.clone() }
            }
            Subject::Person(name) => Self::Person { sign_in: name.clone() },
            Subject::AccessKey(number) => Self::AccessKey { key: number.clone() },
            Subject::Declaration(id) => Self::Declaration { declaration: id.to_string() },
            Subject::Unmasking(number) => Self::Unmasking { number: *number },
            Subject::Letter { mailbox, n, place } => {
                Self::Letter { mailbox: mailbox.clone(), n: *n, place: *place }
            }
            Subject::Filing { party, id } => {
                Self::Filing { party: party.0, filing: id.to_string() }
            }
            Subject::Goods { party, item } => Self::Goods { party: party.0, item_no: item.clone() },
            Subject::Webhook { mailbox, number } => {
                Self::Webhook { mailbox: mailbox.clone(), number: number.clone() }
            }
            Subject::BondedList { book, number } => {
                Self::BondedList { book: book.clone(), number: number.clone() }
            }
            Subject::GatePass(number) => Self::GatePass { number: number.clone() },
            Subject::ParameterProposal(n) => Self::ParameterProposal { n: *n },
            Subject::ExportReturn(id) => Self::ExportReturn { number: id.to_string() },
            Subject::Document { order_no, number, .. } => {
                Self::Document { order_no: order_no.clone(), number: number.clone() }
            }
            Subject::Service(part) => Self::Service { part: part.clone() },
            Subject::Message(id) => Self::Message { message: id.0.to_string() },
            Subject::SealingKey(name) => Self::SealingKey { sealing_key: name.clone() },
            Subject::Place(code) => Self::Place { code: code.to_string() },
            Subject::Passage { what, place, n } => {
                let (declaration, gate_pass) = match what {
                    Passed::Parcel(id) => (Some(id.to_string()), None),
                    Passed::Vehicle(pass) => (None, Some(pass.to_string())),
                };
                Self::Passage { n: *n, place: place.to_string(), declaration, gate_pass }
            }
        }
    }
}

impl CauseView {
    fn of(cause: &Cause) -> Self {
        match cause {
            Cause::File { name, digest } => {
                Self::File { file: name.clone(), sha256: fingerprint(digest) }
            }
            Cause::Command(name) => Self::Command { command: name.clone() },
            Cause::Person(Actor { name, standing, origin }) => Self::Person {
                person: name.clone(),
                standing: Some(standing.clone()).filter(|standing| !standing.is_empty()),
                address: origin.address.clone(),
                request: origin.request.clone(),
                way: origin.way.map(Way::name),
            },
        }
    }
}
