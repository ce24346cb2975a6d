//! Requests about a parcel (撤销申请单 CEB605, CEB623; 退货申请单 CEB625), prepared for whoever declared it: written
//! from what is stored, to be signed with their own key and sent like any message
//! ([decision 44](../../../../../docs/decisions/0044-requests-are-signed.md)).
//!
//! What can be said beforehand is said: a request that would be refused for where its declaration stands is not
//! prepared. It is decided when it comes.

mod refused;
mod request;

use rust_decimal::Decimal;
use tongguan_codelists::Pack;
use tongguan_codelists::entries::Direction;
use tongguan_domain::access::Reach;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::{DeclarationId, FunctionalReference};
use tongguan_domain::party::Party;
use tongguan_domain::returns::ReturnedLine;
use tongguan_domain::settlement::quantity_of;
use tongguan_domain::tax::import_terms;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{MessageType, Transfer};
use tongguan_messages::read::{Document, Profile, read};
use tongguan_messages::write::{Envelope, Style, write_document};
use tongguan_messages::xml::{Limits, Source};

use super::{UnmaskError, Unmasking};
use crate::clearing::record::{DeclarationRecord, DocumentRecord};
use crate::clearing::rows::read_return;
use crate::history::{Actor, Cause, ChangeKind, Entry, Field, Register, Subject, change};
use crate::numbering::partition_of;
use crate::originals::OriginalError;
use crate::review::{self, AnyDeclaration, ReviewError};
pub use refused::{NotAskable, PrepareError};
use request::Request;

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 200;
/// The longest 企业内部编号 of a request (`copNo`), in characters.
pub const LONGEST_REFERENCE: usize = 20;

/// What somebody wants of a declared parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// That its declaration be cancelled (撤单).
    Cancellation,
    /// That goods of an import come back (退货): of each line so much.
    Return(Vec<ReturnedLine>),
}

/// A request as it is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What is wanted.
    pub wish: Wish,
    /// Why (`reason`); customs reads it.
    pub reason: String,
    /// 企业内部编号 (`copNo`) of the request; one is made up where none is given.
    pub reference: Option<String>,
}

/// A request that is to be signed and sent.
pub struct Prepared {
    /// Which message it is.
    pub message: MessageType,
    /// 企业内部编号 (`copNo`) of the request.
    pub reference: FunctionalReference,
    /// The message, without a signature.
    pub xml: String,
}

impl std::fmt::Debug for Prepared {
    /// Without the message, which names persons.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prepared({}, {})", self.message.code(), self.reference)
    }
}

/// What may be asked about a declaration now, as far as it can be said beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Askable {
    /// Whether its cancellation may be asked for, or why not.
    pub cancellation: Result<(), NotAskable>,
    /// Of an import, how much of each line may come back, or why nothing may.
    pub goods: Result<Vec<ReturnedLine>, NotAskable>,
}

impl Unmasking {
    /// What the declarant or merchant of a declaration may ask about it now.
    ///
    /// # Errors
    /// [`PrepareError::Unknown`], [`PrepareError::NotDeclarer`], or what is stored could not be read.
    pub fn askable(
        &self,
        reach: Reach,
        id: DeclarationId,
        now: Moment,
    ) -> Result<(AnyDeclaration, Askable), PrepareError> {
        let found = self.enquiries.declarations(reach, &[id])?.pop();
        let declaration = found.ok_or(PrepareError::Unknown)?;
        match reach {
            Reach::Party(party) if declaration.declarers().contains(&party) => {}
            _ => return Err(PrepareError::NotDeclarer),
        }
        let pack = self.enquiries.pack()?;
        let cancellation = cancellable(&declaration, &pack, now);
        let goods = match &declaration {
            AnyDeclaration::Export(_) => Err(NotAskable::Export),
            AnyDeclaration::Import(record) => self.left(record, &pack, now)?,
        };
        Ok((declaration, Askable { cancellation, goods }))
    }

    /// Writes a request, for a declarant or merchant to sign and to send. It names the buyer, so that it was
    /// written is recorded before it is given out.
    ///
    /// # Errors
    /// [`PrepareError`]; nothing was given out.
    pub fn prepare(
        &self,
        reach: Reach,
        id: DeclarationId,
        wanted: &Wanted,
        actor: &Actor,
        now: Moment,
    ) -> Result<Prepared, PrepareError> {
        let (declaration, askable) = self.askable(reach, id, now)?;
        let Reach::Party(party) = reach else { return Err(PrepareError::NotDeclarer) };
        let registry = self.enquiries.registry()?;
        let party = registry.party(party).ok_or(PrepareError::NotDeclarer)?;
        let transfer = transfer_of(party).ok_or(PrepareError::NoMailbox)?;
        let request = Request::new(wanted, &declaration, now)?;
        let lines = match &wanted.wish {
            Wish::Cancellation => askable.cancellation.map(|()| None)?,
            Wish::Return(lines) => Some(allowed(lines, &askable.goods?)?),
        };
        let document = match self.declared(&declaration)? {
            Document::Declaration(declared) => request.about_import(&declared, lines),
            Document::ExportDeclaration(declared) => request.about_export(&declared),
            _ => return Err(PrepareError::NotKept),
        };
        let Request { message, guid, reference, .. } = request;
        let style = Style::Indented;
        let envelope =
            Envelope { guid: guid.as_str(), transfer: &transfer, subscriptions: &[], style };
        let xml = write_document(&envelope, &document).map_err(PrepareError::Unwritable)?;
        self.record(id, message, &reference, actor, now)?;
        Ok(Prepared { message, reference, xml })
    }

    /// How much of each line of an import may come back.
    fn left(
        &self,
        record: &DeclarationRecord,
        pack: &Pack,
        now: Moment,
    ) -> Result<Result<Vec<ReturnedLine>, NotAskable>, PrepareError> {
        let (ImportState::Released(release) | ImportState::Closed(release)) = &record.state else {
            return Ok(Err(NotAskable::NotReleased(record.state.status())));
        };
        let released = release.released_at.china_day();
        let last = import_terms(pack, released).map_or(released, |terms| terms.return_by);
        if last < now.china_day() {
            return Ok(Err(NotAskable::TooLate(last)));
        }
        let key = (partition_of(record.id.0), record.id);
        let rows = self.enquiries.store().read(|view| view.returns_of(&[key]))?;
        let returns: Vec<_> = rows
            .into_iter()
            .map(read_return)
            .collect::<Result<_, _>>()
            .map_err(ReviewError::from)?;
        let taken = returns.iter().filter(|it| it.state.takes_goods());
        let taken: Vec<ReturnedLine> = taken.flat_map(|it| it.lines.iter().copied()).collect();
        let left = record.facts.items.iter().map(|item| ReturnedLine {
            number: item.number,
            quantity: item.quantity - quantity_of(item.number, &[&taken]),
        });
        Ok(Ok(left.collect()))
    }

    /// The declaration as it was sent, with the persons that it names.
    fn declared(&self, declaration: &AnyDeclaration) -> Result<Document, PrepareError> {
        let store = self.enquiries.store();
        let documents = review::documents(store, declaration.id())?.unwrap_or_default();
        let own = documents.into_iter().find(|it| it.key == *declaration.document());
        let DocumentRecord { source, .. } = own.ok_or(PrepareError::NotKept)?;
        let bytes = match self.archive().of_message(source.message) {
            Ok(bytes) => bytes,
            Err(OriginalError::NotKept(_)) => return Err(PrepareError::NotKept),
            Err(error) => return Err(UnmaskError::from(error).into()),
        };
        let place = usize::from(source.ordinal);
        nth_document(&bytes, place).ok_or(PrepareError::NotKept)
    }

    fn record(
        &self,
        id: DeclarationId,
        message: MessageType,
        reference: &FunctionalReference,
        actor: &Actor,
        now: Moment,
    ) -> Result<(), PrepareError> {
        let told = |name: &str, text: &str| Field::changed(name, String::new(), text.to_owned());
        let fields = [told("message", message.code()), told("reference", reference.as_str())];
        let entry = Entry {
            subject: Subject::Declaration(id),
            change: ChangeKind::Shown,
            fields: fields.into_iter().flatten().collect(),
        };
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Unmasking, &cause, now, |_| {
            Ok::<_, PrepareError>(((), vec![entry]))
        })
    }
}

/// Whether law and state let a declaration be cancelled now.
fn cancellable(declaration: &AnyDeclaration, pack: &Pack, now: Moment) -> Result<(), NotAskable> {
    if declaration.number().is_none() {
        return Err(NotAskable::NotEntered);
    }
    let direction = match declaration {
        AnyDeclaration::Import(_) => Direction::Import,
        AnyDeclaration::Export(_) => Direction::Export,
    };
    let at = declaration.status();
    match pack.is_cancellable(direction, at.number(), now.china_day()) {
        true => Ok(()),
        false => Err(NotAskable::NotCancellable(at)),
    }
}

/// The wanted lines, where so much of each is left.
fn allowed(
    wanted: &[ReturnedLine],
    left: &[ReturnedLine],
) -> Result<Vec<ReturnedLine>, PrepareError> {
    if wanted.is_empty() {
        return Err(PrepareError::NoGoods);
    }
    for line in wanted {
        let twice = wanted.iter().filter(|other| other.number == line.number).count() > 1;
        let known = left.iter().find(|known| known.number == line.number);
        let left = known.map_or(Decimal::ZERO, |known| known.quantity);
        if twice || line.quantity <= Decimal::ZERO || left < line.quantity {
            return Err(PrepareError::Line { number: line.number, left });
        }
    }
    Ok(wanted.to_vec())
}

/// Whom the answer goes to.
fn transfer_of(party: &Party) -> Option<Transfer> {
    Some(Transfer {
        code: party.codes.first()?.as_str().into(),
        name: party.name.as_str().into(),
        mode: "DXP".into(),
        dxp_id: party.mailbox.as_ref()?.as_str().into(),
        note: None,
    })
}

/// One document of a message, by its place in it, from 1.
fn nth_document(bytes: &[u8], place: usize) -> Option<Document> {
    let source = Source::read(bytes, &Limits::default()).ok()?;
    let tree = source.tree().ok()?;
    let reading = read(&tree, Profile::Tolerant).ok()?;
    reading.documents.into_iter().find(|it| it.ordinal == place)?.outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_comes_back_than_is_left_and_no_line_twice() {
        let line = |number, quantity: i64| ReturnedLine { number, quantity: quantity.into() };
        let left = [line(1, 3), line(2, 0)];
        assert_eq!(allowed(&[line(1, 3)], &left).unwrap(), [line(1, 3)]);
        let refused: [&[ReturnedLine]; 6] = [
            &[],
            &[line(1, 4)],
            &[line(1, 0)],
            &[line(2, 1)],
            &[line(3, 1)],
            &[line(1, 1), line(1, 1)],
        ];
        for lines in refused {
            assert!(allowed(lines, &left).is_err(), "{lines:?}");
        }
    }
}
