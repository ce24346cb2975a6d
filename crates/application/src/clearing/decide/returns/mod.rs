//! Returns of imported goods (退货): asked for, brought back, examined, settled.

mod request;
mod settle;

use std::sync::Arc;

use tongguan_domain::ids::ProvisionalNumber;
use tongguan_domain::returns::{ReturnArrival, ReturnState, ReturnStep};
use tongguan_domain::status::ReturnStatus;

use super::declaration::provisional_no;
use super::reply::Replying;
use super::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, ReturnCommand, ReturnEvent};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{
    DocumentKey, DocumentKind, DocumentRecord, DocumentState, ReturnRecord,
};
use crate::clearing::working_set::Draft;

pub(super) use request::request;

/// A return being decided. [`ReturnCase::close`] puts everything back into the draft.
struct ReturnCase {
    record: ReturnRecord,
    document: DocumentRecord,
    replying: Replying,
}

/// Decides what happened to a return; what is not due yet stays as it is.
pub fn event(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    command: &ReturnCommand,
) -> Result<(), Undecidable> {
    let returns = draft.returns_of(command.declaration);
    let record = returns.into_iter().find(|record| record.id == command.id).cloned();
    let case = record.and_then(|record| ReturnCase::reopen(draft, circumstances, &record));
    let mut case = case.ok_or(Undecidable::NoSuchReturn(command.id))?;
    match &command.event {
        ReturnEvent::Back { packages, damage, recorder } => {
            let (packages, damage) = (*packages, damage.clone());
            let arrival = ReturnArrival { at: circumstances.at, packages, damage };
            case.arrive(arrival)?;
            case.close(draft, ruled(recorder, ""));
        }
        ReturnEvent::Examined { finding: Ok(()), officer } => {
            case.take(ReturnStep::Accept)?;
            settle::settle(draft, circumstances, &mut case, ruled(officer, ""))?;
            case.close(draft, ruled(officer, ""));
        }
        ReturnEvent::Examined { finding: Err(reason), officer } => {
            case.take(ReturnStep::Refuse)?;
            case.replying.say(ReturnStatus::Refused, format!("退单，{reason}"));
            case.close(draft, ruled(officer, reason));
        }
        ReturnEvent::Due => {
            if case.take(ReturnStep::Lapse(circumstances.at)).is_err() {
                return Ok(());
            }
            case.replying.say(ReturnStatus::Refused, "退货商品未在规定期限内运抵，税款不予退还");
            case.close(draft, Cause::Time);
        }
    }
    Ok(())
}

/// The number that the port gave to the return that stands under the key, or a new one.
pub(super) fn number(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&DocumentRecord>,
) -> Result<ProvisionalNumber, Undecidable> {
    let live = standing.filter(|document| document.state.is_live());
    let known = live.and_then(|document| returned_as(draft, &document.key));
    provisional_no(circumstances, filed, known.map(|record| &record.provisional_no))
}

/// The newest return under a key, whichever declaration it is of: what is refused by itself names none.
fn returned_as<'d>(draft: &'d Draft<'_>, key: &DocumentKey) -> Option<&'d Arc<ReturnRecord>> {
    let declarations = draft.documents(&key.dossier, DocumentKind::Declaration).into_iter();
    declarations
        .filter_map(|document| trade::declared_as(draft, document))
        .flat_map(|declaration| draft.returns_of(declaration.id))
        .filter(|record| record.document == *key)
        .max_by_key(|record| record.id)
}

fn ruled(officer: &str, reason: &str) -> Cause {
    Cause::Ruling { officer: officer.to_owned(), reason: reason.to_owned() }
}

impl ReturnCase {
    /// Takes up a stored return.
    fn reopen(
        draft: &Draft<'_>,
        circumstances: &Circumstances<'_>,
        record: &Arc<ReturnRecord>,
    ) -> Option<Self> {
        let document = draft.document(&record.document)?;
        let mut replying = Replying::to_stored(circumstances, document, &record.answer);
        replying.number(record.provisional_no.clone());
        let number = draft.declaration(record.declaration)?.state.number()?;
        replying.declared(number.clone());
        let (record, document) = (ReturnRecord::clone(record), DocumentRecord::clone(document));
        Some(Self { record, document, replying })
    }

    /// Takes a step, and leaves the state as it is where the step is not possible.
    fn take(&mut self, step: ReturnStep) -> Result<(), Undecidable> {
        self.record.state = self.record.state.clone().take(step)?;
        Ok(())
    }

    fn arrive(&mut self, arrival: ReturnArrival) -> Result<(), Undecidable> {
        let mut text = format!("退货商品已运抵，待查验; 件数{}", arrival.packages);
        if let Some(damage) = &arrival.damage {
            text.push_str(&format!("; 破损情况：{damage}"));
        }
        self.take(ReturnStep::Arrive(arrival))?;
        match self.record.state {
            ReturnState::Lapsed => {
                let text = "退货商品运抵时已超过规定期限，税款不予退还";
                self.replying.say(ReturnStatus::Refused, text);
            }
            _ => self.replying.say(ReturnStatus::InReview, text),
        }
        Ok(())
    }

    /// Puts the case back and sends what it was told. What ended without being completed makes room for
    /// a new attempt.
    fn close(mut self, draft: &mut Draft<'_>, cause: Cause) {
        self.document.state = match self.record.state {
            ReturnState::Approved { .. } | ReturnState::Arrived(_) | ReturnState::Completed(_) => {
                DocumentState::Entered
            }
            ReturnState::Refused(_) | ReturnState::Lapsed => DocumentState::Refused,
            ReturnState::Deleted => DocumentState::Deleted,
        };
        let subject = Subject::Document(self.document.key.clone());
        self.document.replied_at = self.replying.send(draft, &self.document.key, subject, cause);
        draft.set_document(self.document);
        draft.set_return(self.record);
    }
}

/// The returns of a declaration that were completed, but that one.
fn completed(draft: &Draft<'_>, record: &ReturnRecord) -> Vec<Arc<ReturnRecord>> {
    let returns = draft.returns_of(record.declaration).into_iter();
    returns
        .filter(|other| other.id != record.id && matches!(other.state, ReturnState::Completed(_)))
        .cloned()
        .collect()
}
