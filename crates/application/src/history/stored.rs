//! Events between record and row.

use tongguan_domain::filing::FilingId;
use tongguan_domain::ids::{DeclarationId, GatePassNumber, MessageId, PartyId, PlaceCode};
use tongguan_domain::readmission::ExportReturnId;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::register::{
    StoredActorV1, StoredChangeCauseV1, StoredChangeV1, StoredFieldV1, StoredRegisterEvent,
    StoredRegisterSubjectV1, StoredWayV1,
};
use tongguan_storage::{Register, RegisterEvent, StorageError};

use super::{Actor, Cause, ChangeKind, Entry, Event, Field, Origin, Passed, Subject, Way};

/// An event as it is stored.
pub(super) fn write(cause: &Cause, entry: &Entry) -> StoredRegisterEvent {
    StoredRegisterEvent {
        subject: write_subject(&entry.subject),
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
            Cause::Person(actor) => StoredChangeCauseV1::Person(write_actor(actor)),
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

/// An event from its row.
///
/// # Errors
/// [`StorageError::Corrupt`].
pub(super) fn read(row: RegisterEvent) -> Result<Event, StorageError> {
    let stored = StoredRegisterEvent::decode(&row.body).map_err(|error| unreadable(&error))?;
    let subject = read_subject(stored.subject)?;
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
            StoredChangeCauseV1::Person(actor) => Cause::Person(read_actor(actor)),
        },
        entry: Entry { subject, change, fields },
    })
}

fn known(text: Box<str>) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

pub(super) fn unreadable(error: &StoredError) -> StorageError {
    corrupt(error)
}

fn corrupt(error: &impl ToString) -> StorageError {
    StorageError::Corrupt { table: "register_event", column: "body", reason: error.to_string() }
}

/// Who acted, as it is stored.
pub(crate) fn write_actor(actor: &Actor) -> StoredActorV1 {
    let Actor { name, standing, origin: Origin { address, request, way } } = actor;
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().into();
    StoredActorV1 {
        name: name.as_str().into(),
        standing: standing.as_str().into(),
        address: text(address),
        request: text(request),
        way: way.map(|way| match way {
            Way::Page => StoredWayV1::Page,
            Way::Interface => StoredWayV1::Interface,
            Way::Command => StoredWayV1::Command,
        }),
    }
}

/// Who acted, from what is stored.
pub(super) fn read_actor(stored: StoredActorV1) -> Actor {
    let StoredActorV1 { name, standing, address, request, way } = stored;
    let way = way.map(|way| match way {
        StoredWayV1::Page => Way::Page,
        StoredWayV1::Interface => Way::Interface,
        StoredWayV1::Command => Way::Command,
    });
    let origin = Origin { address: known(address), request: known(request), way };
    Actor { name: name.into(), standing: standing.into(), origin }
}

fn write_subject(subject: &Subject) -> StoredRegisterSubjectV1 {
    match subject {
        Subject::Party(id) => StoredRegisterSubjectV1::Party(id.0),
        Subject::Guarantee(id) => StoredRegisterSubjectV1::Guarantee(id.0),
        Subject::Setting { scope, name } => {
            StoredRegisterSubjectV1::Setting(scope.as_str().into(), name.as_str().into())
        }
        Subject::CodeRow { table, id } => {
            StoredRegisterSubjectV1::CodeRow(table.as_str().into(), id.as_str().into())
        }
        Subject::AccountBook(book) => StoredRegisterSubjectV1::AccountBook(book.as_str().into()),
        Subject::AccountItem { book, item } => {
            StoredRegisterSubjectV1::AccountItem(book.as_str().into(), item.as_str().into())
        }
        Subject::Person(name) => StoredRegisterSubjectV1::Person(name.as_str().into()),
        Subject::AccessKey(number) => StoredRegisterSubjectV1::AccessKey(number.as_str().into()),
        Subject::Declaration(id) => StoredRegisterSubjectV1::Declaration(id.0),
        Subject::Unmasking(number) => StoredRegisterSubjectV1::Unmasking(*number),
        Subject::Letter { mailbox, n, place } => {
            StoredRegisterSubjectV1::Letter(mailbox.as_str().into(), *n, *place)
        }
        Subject::Filing { party, id } => StoredRegisterSubjectV1::Filing(party.0, id.0),
        Subject::Goods { party, item } => {
            StoredRegisterSubjectV1::Goods(party.0, item.as_str().into())
        }
        Subject::Webhook { mailbox, number } => {
            StoredRegisterSubjectV1::Webhook(mailbox.as_str().into(), number.as_str().into())
        }
        Subject::BondedList { book, number } => {
            StoredRegisterSubjectV1::BondedList(book.as_str().into(), number.as_str().into())
        }
        Subject::GatePass(number) => StoredRegisterSubjectV1::GatePass(number.as_str().into()),
        Subject::ParameterProposal(n) => StoredRegisterSubjectV1::ParameterProposal(*n),
        Subject::ExportReturn(id) => StoredRegisterSubjectV1::ExportReturn(id.declaration.0, id.n),
        Subject::Document { order_no, kind, number } => StoredRegisterSubjectV1::Document(
            order_no.as_str().into(),
            *kind,
            number.as_str().into(),
        ),
        Subject::Service(part) => StoredRegisterSubjectV1::Service(part.as_str().into()),
        Subject::SealingKey(name) => StoredRegisterSubjectV1::SealingKey(name.as_str().into()),
        Subject::Message(id) => StoredRegisterSubjectV1::Message(id.0),
        Subject::Place(code) => StoredRegisterSubjectV1::Place(code.as_str().into()),
        Subject::Passage { what, place, n } => {
            let place = place.as_str().into();
            match what {
                Passed::Parcel(id) => StoredRegisterSubjectV1::ParcelPassed(id.0, place, *n),
                Passed::Vehicle(pass) => {
                    StoredRegisterSubjectV1::VehiclePassed(pass.as_str().into(), place, *n)
                }
            }
        }
    }
}

fn read_subject(stored: StoredRegisterSubjectV1) -> Result<Subject, StorageError> {
    Ok(match stored {
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
        StoredRegisterSubjectV1::Webhook(mailbox, number) => {
            Subject::Webhook { mailbox: mailbox.into(), number: number.into() }
        }
        StoredRegisterSubjectV1::BondedList(book, number) => {
            Subject::BondedList { book: book.into(), number: number.into() }
        }
        StoredRegisterSubjectV1::GatePass(number) => Subject::GatePass(number.into()),
        StoredRegisterSubjectV1::ParameterProposal(n) => Subject::ParameterProposal(n),
        StoredRegisterSubjectV1::ExportReturn(declaration, n) => {
            Subject::ExportReturn(ExportReturnId { declaration: DeclarationId(declaration), n })
        }
        StoredRegisterSubjectV1::Document(order_no, kind, number) => {
            Subject::Document { order_no: order_no.into(), kind, number: number.into() }
        }
        StoredRegisterSubjectV1::Service(part) => Subject::Service(part.into()),
        StoredRegisterSubjectV1::SealingKey(name) => Subject::SealingKey(name.into()),
        StoredRegisterSubjectV1::Message(id) => Subject::Message(MessageId(id)),
        StoredRegisterSubjectV1::Place(code) => Subject::Place(place_code(&code)?),
        StoredRegisterSubjectV1::ParcelPassed(id, place, n) => {
            let what = Passed::Parcel(DeclarationId(id));
            Subject::Passage { what, place: place_code(&place)?, n }
        }
        StoredRegisterSubjectV1::VehiclePassed(pass, place, n) => {
            let pass = GatePassNumber::parse(&pass).map_err(|error| corrupt(&error))?;
            Subject::Passage { what: Passed::Vehicle(pass), place: place_code(&place)?, n }
        }
    })
}

fn place_code(code: &str) -> Result<PlaceCode, StorageError> {
    PlaceCode::parse(code).map_err(|error| corrupt(&error))
}
