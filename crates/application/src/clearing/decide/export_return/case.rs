//! One return being decided: its record, its document, and what it is told.

use std::sync::Arc;

use tongguan_domain::readmission::{ExportReturnId, ExportReturnState, ExportReturnStep, Tallied};
use tongguan_domain::status::ReturnStatus;

use super::super::reply::Replying;
use super::super::{Circumstances, Undecidable};
use super::meeting::named;
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{DocumentRecord, Facts};
use crate::clearing::working_set::Draft;

/// A return being decided. [`ExportReturnCase::close`] puts everything back into the draft.
pub struct ExportReturnCase {
    /// The return.
    pub record: ExportReturnRecord,
    /// The document that asked for it.
    pub document: DocumentRecord,
    /// What it is told.
    pub replying: Replying,
}

impl ExportReturnCase {
    /// Takes up a stored return.
    pub fn reopen(
        draft: &Draft<'_>,
        circumstances: &Circumstances<'_>,
        id: ExportReturnId,
    ) -> Option<Self> {
        let record = draft.export_return(id)?;
        let document = draft.document(&record.document())?;
        let mut replying = Replying::to_stored(circumstances, document, &record.answer);
        replying.number(record.provisional_no.clone());
        let (record, document) =
            (ExportReturnRecord::clone(record), DocumentRecord::clone(document));
        Some(Self { record, document, replying })
    }

    /// Takes a step, and leaves the state as it is where the step is not possible.
    pub fn take(&mut self, step: ExportReturnStep) -> Result<(), Undecidable> {
        self.record.state = self.record.state.clone().take(step)?;
        Ok(())
    }

    /// Its goods are awaited no more, if they were.
    pub fn leave_parcel(&self, draft: &mut Draft<'_>) {
        let mut parcel = draft.return_parcel(&self.record.parcel());
        if parcel.awaited.contains(&self.record.id) {
            parcel.awaited.retain(|id| *id != self.record.id);
            draft.set_return_parcel(parcel);
        }
    }

    /// Tells where it stands once its goods came or an officer has decided, with the officer's reason.
    pub fn tell(&mut self, reason: Option<&str>) {
        let with_reason = |text: String| match reason {
            Some(reason) => format!("{text}; {reason}"),
            None => text,
        };
        let text = match &self.record.state {
            ExportReturnState::UnderExamination(Tallied { discrepancies, .. }) => {
                format!("查验; 理货与申请不一致：{}", named(discrepancies))
            }
            ExportReturnState::Completed { tallied, .. } => {
                format!("[Code:2600;Desc:放行]; {}", tallied.relief.zh())
            }
            ExportReturnState::Refused => "退单".to_owned(),
            ExportReturnState::Stored
            | ExportReturnState::Admitted
            | ExportReturnState::Deleted => return,
        };
        self.replying.say(self.record.state.status(), with_reason(text));
    }

    /// Tells that it is entered; `remark` is what still lacks.
    pub fn tell_entered(&mut self, remark: Option<&str>) {
        let passed = "[Code:1800;Desc:逻辑校验通过]";
        let text = remark.map_or_else(|| passed.to_owned(), |lacks| format!("{passed}; {lacks}"));
        self.replying.say(ReturnStatus::Entered, text);
    }

    /// Puts the case back and sends what it was told.
    pub fn close(mut self, draft: &mut Draft<'_>, cause: Cause) {
        let key = self.document.key.clone();
        let subject = Subject::ExportReturn(self.record.id);
        self.document.replied_at = self.replying.send(draft, &key, subject, cause);
        self.document.facts = Some(Arc::new(Facts::ExportReturn(self.record.id)));
        draft.set_document(self.document);
        draft.set_export_return(self.record);
    }
}
