//! One export declaration being decided: its record, its document, and what it is told.

use std::sync::Arc;

use tongguan_domain::declaration::{ExportState, ExportStep};
use tongguan_domain::defect::Defect;
use tongguan_domain::lane::Lane;
use tongguan_domain::movement::Departed;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;

use super::super::reply::Replying;
use super::super::{Circumstances, Undecidable, goods, trade};
use super::{examination, quarantine};
use crate::clearing::incoming::{FiledDocument, Submitted};
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{Claim, DocumentRecord, DocumentState, ExportRecord, Facts};
use crate::clearing::working_set::Draft;

/// An export declaration being decided. [`ExportCase::close`] puts everything back into the draft.
pub struct ExportCase {
    /// The declaration.
    pub record: ExportRecord,
    /// The document that it is, where that changes too.
    pub document: Option<DocumentRecord>,
    /// What it is told.
    pub replying: Replying,
}

impl ExportCase {
    /// Takes up a stored declaration.
    pub fn reopen(circumstances: &Circumstances<'_>, record: &ExportRecord) -> Self {
        let replying = Replying::to_export(circumstances, record);
        let record = ExportRecord { since: circumstances.at, ..record.clone() };
        Self { record, document: None, replying }
    }

    /// The document as it was just submitted, whom responses go to from here on.
    pub fn submit(&mut self, submitted: &Submitted, filed: &FiledDocument) {
        self.document = Some(trade::record(submitted, filed, self.record.replied_at));
        self.record.source = submitted.source;
        self.replying.answer_to(submitted);
    }

    /// The document stands otherwise from here on.
    ///
    /// # Errors
    /// [`Undecidable::NoSuchDeclaration`] when it is not loaded, as where a report alone named the
    /// declaration.
    pub fn set_document_state(
        &mut self,
        draft: &Draft<'_>,
        state: DocumentState,
    ) -> Result<(), Undecidable> {
        let standing = || draft.document(&self.record.document).cloned().map(Arc::unwrap_or_clone);
        let document = self.document.take().or_else(standing);
        let document = document.ok_or(Undecidable::NoSuchDeclaration(self.record.id))?;
        self.document = Some(DocumentRecord { state, ..document });
        Ok(())
    }

    /// Takes a step, and leaves the state as it is where the step is not possible.
    pub fn take(&mut self, step: ExportStep) -> Result<(), Undecidable> {
        self.record.state = self.record.state.clone().take(step)?;
        Ok(())
    }

    /// Enters a matched declaration (120) and sends it down its lane.
    pub fn enter(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
    ) -> Result<(), Undecidable> {
        let facts = self.record.facts.clone();
        let unregistered = match goods::of_export(draft, circumstances, &facts) {
            Ok(remark) => remark,
            Err(defects) => {
                self.replying.say(ReturnStatus::Sent, "发送海关成功");
                return self.refuse(draft, circumstances, &defects);
            }
        };
        let partition = self.record.document.dossier.partition;
        let number =
            circumstances.serials.export_number(partition, facts.office, circumstances.at)?;
        self.replying.say(ReturnStatus::Sent, "发送海关成功");
        self.replying.declared(number.clone());
        self.replying.say(ReturnStatus::Entered, "[Code:1800;Desc:逻辑校验通过]");
        let hs_codes = facts.items.iter().map(|item| &*item.hs_code);
        let draw = circumstances.draws.draw(facts.office, self.record.id);
        let selectivity = &circumstances.office(facts.office).selectivity;
        let lane = match selectivity.select(facts.parties.merchant, hs_codes, draw) {
            Lane::Green if !unregistered.is_empty() => Lane::Yellow,
            lane => lane,
        };
        let licence = self.record.licence;
        self.take(ExportStep::Enter { number, lane, licence })?;
        let remark = examination::forget_departure(draft, circumstances, self);
        self.tell_where_it_stands(&format!("{unregistered}{remark}"));
        let claim = quarantine::select(draft, circumstances, &self.record);
        if claim.quarantine.is_some() {
            self.replying.say(self.record.state.status(), "入场前须经检疫");
            return Ok(());
        }
        match claim.arrived_at {
            Some(arrived_at) => self.arrive(circumstances, arrived_at),
            None => Ok(()),
        }
    }

    /// The goods are at the supervised place; they are released if nothing else is open.
    pub fn arrive(
        &mut self,
        circumstances: &Circumstances<'_>,
        arrived_at: Moment,
    ) -> Result<(), Undecidable> {
        self.take(ExportStep::Arrive(arrived_at))?;
        self.go_on(circumstances)
    }

    /// The goods have left the country.
    pub fn depart(&mut self, departed: Departed) -> Result<(), Undecidable> {
        self.take(ExportStep::Depart(departed.left_at))?;
        self.record.movement.departed = Some(departed);
        self.tell_where_it_stands("");
        Ok(())
    }

    /// An officer finds papers or goods in order.
    pub fn accept(&mut self, circumstances: &Circumstances<'_>) -> Result<(), Undecidable> {
        examination::require_arrival(circumstances, &self.record)?;
        self.take(ExportStep::Accept)?;
        self.tell_where_it_stands("");
        self.go_on(circumstances)
    }

    /// Refuses the declaration; its order may be declared anew.
    pub fn refuse(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        defects: &[Defect],
    ) -> Result<(), Undecidable> {
        self.replying.refuse(defects);
        self.end(draft, circumstances, ExportStep::Refuse)
    }

    /// Ends the declaration by a step after which it is not live; its waybill is free again.
    pub fn end(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        step: ExportStep,
    ) -> Result<(), Undecidable> {
        let deletes = step == ExportStep::Delete;
        self.take(step)?;
        let mut claim = draft.claim(&self.record.waybill_claim(), circumstances.at);
        if claim.declaration == Some(self.record.id) {
            give_up(&mut claim);
            claim.quarantine = None;
            draft.set_claim(claim);
        }
        self.set_document_state(
            draft,
            match deletes {
                true => DocumentState::Deleted,
                false => DocumentState::Refused,
            },
        )
    }

    /// Puts the case back and sends what it was told.
    pub fn close(mut self, draft: &mut Draft<'_>, cause: Cause) {
        let subject = Subject::Export(self.record.id);
        self.record.replied_at = self.replying.send(draft, &self.record.document, subject, cause);
        if let Some(document) = self.document {
            let facts = Some(Arc::new(Facts::Export(self.record.id)));
            draft.set_document(DocumentRecord { facts, ..document });
        }
        draft.set_export(self.record);
    }

    /// Releases what was reviewed and has arrived; closes what is released and was reported as gone
    /// before.
    fn go_on(&mut self, circumstances: &Circumstances<'_>) -> Result<(), Undecidable> {
        if let ExportState::Reviewed(entry) = &self.record.state
            && entry.arrived_at.is_some()
        {
            self.take(ExportStep::Release(circumstances.at))?;
            self.tell_where_it_stands("");
        }
        match &self.record.movement.departed {
            Some(departed) if matches!(self.record.state, ExportState::Released(_)) => {
                self.depart(departed.clone())
            }
            _ => Ok(()),
        }
    }

    /// The status of the state, in the words that customs has for it, and a remark.
    fn tell_where_it_stands(&mut self, remark: &str) {
        let text = match &self.record.state {
            ExportState::InReview { licence: true, .. } => {
                "[Code:1200;Desc:待人工审核]; 许可证件号待人工核验"
            }
            ExportState::InReview { licence: false, .. } => "[Code:1200;Desc:待人工审核]",
            ExportState::UnderExamination { .. } | ExportState::Recalled(_) => "查验",
            ExportState::Reviewed(_) => "审结",
            ExportState::Released(_) if self.record.movement.departed.is_some() => {
                "[Code:2600;Desc:放行]; 放行前已申报离境"
            }
            ExportState::Released(_) => "[Code:2600;Desc:放行]",
            ExportState::Closed { .. } => "结关",
            ExportState::Stored
            | ExportState::Waiting { .. }
            | ExportState::Withdrawn(_)
            | ExportState::Cancelled(_)
            | ExportState::Refused
            | ExportState::Deleted => return,
        };
        self.replying.say(self.record.state.status(), format!("{text}{remark}"));
    }
}

/// A declaration gives its waybill's claim up. What reports have said of the parcel stays there.
pub fn give_up(claim: &mut Claim) {
    claim.declaration = None;
    claim.bill_no = claim.movement.linked.as_ref().map(|bill| bill.bill_no.as_ref().into());
}
