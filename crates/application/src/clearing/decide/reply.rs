//! Composing the responses of one decision.

use std::sync::Arc;

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationNumber, ProvisionalNumber};
use tongguan_domain::status::{Reply, ReturnStatus};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::Partition;
use tongguan_storage::planted::{Bug, planted};

use super::Circumstances;
use crate::clearing::incoming::Submitted;
use crate::clearing::outcome::{Bill, Cause, DeclarationNumbers, Entry, Response, Step, Subject};
use crate::clearing::record::{AnswerTo, DocumentKey, DocumentRecord, ExportRecord, Source};
use crate::clearing::relay::RelayedDocument;
use crate::clearing::working_set::Draft;

/// A run of responses in the making. Times grow by at least a millisecond from one to the next, and
/// from what the document was told before: senders keep the response with the largest time.
pub struct Replying {
    partition: Partition,
    source: Source,
    answer: Arc<AnswerTo>,
    provisional: Option<ProvisionalNumber>,
    declaration: Option<DeclarationNumber>,
    next_at: Moment,
    run: Vec<Step>,
    bills: Vec<Bill>,
}

impl Replying {
    /// To a document that has no usable key.
    pub fn unkeyed(
        circumstances: &Circumstances<'_>,
        submitted: &Submitted,
        partition: Partition,
    ) -> Self {
        Self::about(circumstances, partition, submitted.source, submitted.answer.clone())
    }

    fn about(
        circumstances: &Circumstances<'_>,
        partition: Partition,
        source: Source,
        answer: Arc<AnswerTo>,
    ) -> Self {
        Self {
            partition,
            source,
            answer,
            provisional: None,
            declaration: None,
            next_at: circumstances.at.floor_millis(),
            run: Vec::new(),
            bills: Vec::new(),
        }
    }

    /// To a document that was just submitted; `standing` is what its key held before.
    pub fn to_submitted(
        circumstances: &Circumstances<'_>,
        submitted: &Submitted,
        key: &DocumentKey,
        standing: Option<&DocumentRecord>,
    ) -> Self {
        let mut replying = Self::unkeyed(circumstances, submitted, key.dossier.partition);
        replying.not_before(standing.map(|document| document.replied_at));
        replying
    }

    /// To a document that is stored.
    pub fn to_stored(
        circumstances: &Circumstances<'_>,
        document: &DocumentRecord,
        answer: &Arc<AnswerTo>,
    ) -> Self {
        let partition = document.key.dossier.partition;
        let mut replying = Self::about(circumstances, partition, document.source, answer.clone());
        replying.not_before(Some(document.replied_at));
        replying
    }

    /// To an export declaration that is stored, with the numbers that it was given.
    pub fn to_export(circumstances: &Circumstances<'_>, export: &ExportRecord) -> Self {
        let (partition, answer) = (export.document.dossier.partition, export.answer.clone());
        let mut replying = Self::about(circumstances, partition, export.source, answer);
        replying.not_before(Some(export.replied_at));
        replying.provisional = Some(export.provisional_no.clone());
        replying.declaration = export.state.number().cloned();
        replying
    }

    /// To a document that was relayed, at that time where nothing was said later.
    pub fn to_relayed(source: Source, document: &RelayedDocument, at: Moment) -> Self {
        let partition = crate::numbering::partition_of(source.message.0);
        let answer = document.answer.clone();
        let provisional = document.provisional.clone();
        let mut replying = Self {
            partition,
            source,
            answer,
            provisional,
            declaration: None,
            next_at: at.floor_millis(),
            run: Vec::new(),
            bills: Vec::new(),
        };
        replying.not_before(Some(document.replied_at));
        replying
    }

    /// Turns to the sender of a newer copy of the document.
    pub fn answer_to(&mut self, submitted: &Submitted) {
        self.source = submitted.source;
        self.answer = submitted.answer.clone();
    }

    /// Quotes something else in the answer, such as a number that was given to the document.
    pub fn answer_as(&mut self, answer: Arc<AnswerTo>) {
        self.answer = answer;
    }

    fn not_before(&mut self, replied_at: Option<Moment>) {
        if let Some(replied_at) = replied_at.filter(|_| !planted(Bug::StepsBackInTime)) {
            self.next_at = self.next_at.max(replied_at.plus_millis(1));
        }
    }

    /// Quotes a provisional number.
    pub fn number(&mut self, provisional: ProvisionalNumber) {
        self.provisional = Some(provisional);
    }

    /// Quotes a declaration number from here on.
    pub fn declared(&mut self, number: DeclarationNumber) {
        self.declaration = Some(number);
    }

    /// Adds a status.
    pub fn say(&mut self, status: ReturnStatus, text: impl Into<String>) {
        let Reply { status, text } = Reply::new(status, text);
        self.run.push(Step { status, at: self.next_at, text });
        self.next_at = self.next_at.plus_millis(1);
    }

    /// Adds a refusal that names all defects.
    pub fn refuse(&mut self, defects: &[Defect]) {
        let Reply { status, text } = Reply::refusing(defects);
        self.say(status, text);
    }

    /// Adds a tax bill, made a moment after the last status.
    pub fn bill(&mut self, make: impl FnOnce(Moment) -> Bill) {
        self.bills.push(make(self.next_at));
        self.next_at = self.next_at.plus_millis(1);
    }

    /// Sends the run about a document that has no usable key.
    pub fn send_unkeyed(self, draft: &mut Draft<'_>, message: MessageType) {
        let cause = Cause::Document(self.source);
        self.send_about(draft, None, Subject::Unkeyed(message), cause);
    }

    /// Sends the run about a document that is relayed; gives the time of its last response.
    pub fn send_relayed(self, draft: &mut Draft<'_>, message: MessageType, cause: Cause) -> Moment {
        self.send_about(draft, None, Subject::Unkeyed(message), cause)
    }

    /// Sends the run about a document that leaves what stands under its key as it is, but that the
    /// next response there has to be later than this one.
    pub fn send_aside(self, draft: &mut Draft<'_>, key: &DocumentKey) {
        let cause = Cause::Document(self.source);
        let replied_at = self.send_about(draft, None, Subject::Document(key.clone()), cause);
        draft.set_replied_at(key, replied_at);
    }

    /// Sends the run to the document of `key`; gives the time of its last response.
    pub fn send(
        self,
        draft: &mut Draft<'_>,
        key: &DocumentKey,
        subject: Subject,
        cause: Cause,
    ) -> Moment {
        self.send_about(draft, Some(key.clone()), subject, cause)
    }

    fn send_about(
        self,
        draft: &mut Draft<'_>,
        document: Option<DocumentKey>,
        subject: Subject,
        cause: Cause,
    ) -> Moment {
        let last = self.next_at.plus_millis(-1);
        if self.run.is_empty() {
            return last;
        }
        let statuses = self.run.iter().map(|step| step.status).collect();
        draft.note(Entry { partition: self.partition, subject, cause, statuses });
        draft.respond(Response {
            partition: self.partition,
            document,
            source: self.source,
            answer: self.answer,
            numbers: self.provisional.map(|provisional| DeclarationNumbers {
                provisional,
                declaration: self.declaration,
            }),
            run: self.run,
            bills: self.bills,
        });
        last
    }
}
