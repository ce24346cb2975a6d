//! Messages that a mailbox sent, as they were received (报文原文).

use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_storage::{Message, StorageError};

use super::{UnmaskError, Unmasking};
use crate::history::{Actor, Cause, ChangeKind, Entry, Register, Subject, change};
use crate::intake::envelope::business_message;
use crate::mailboxes::readable;
use crate::numbering::partition_of;
use crate::originals::OriginalError;

/// A message as it was received.
pub struct SentOriginal {
    /// What is known of it.
    pub message: Message,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether there are persons in it, as far as it can be read; what cannot be read may hold any.
    pub names_persons: bool,
}

impl Unmasking {
    /// A message that a mailbox sent; nothing where it sent none of that number, or where it is kept no longer.
    /// Whoever gives it out has [taken](Self::take_sent) it before, where it names persons.
    ///
    /// # Errors
    /// [`UnmaskError`].
    pub fn sent(
        &self,
        mailbox: &DxpId,
        id: MessageId,
    ) -> Result<Option<SentOriginal>, UnmaskError> {
        let found = self.enquiries.store().read(|view| {
            let sent = view.sent_of(mailbox, &[id])?;
            match sent.is_empty() {
                true => Ok(None),
                false => Ok::<_, StorageError>(view.messages(&[(partition_of(id.0), id)])?.pop()),
            }
        })?;
        let Some(message) = found else { return Ok(None) };
        let bytes = match self.archive().original(&message) {
            Ok(bytes) => bytes,
            Err(OriginalError::NotKept(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let read = readable(&business_message(bytes.clone()));
        let fields = || read.parts.iter().flat_map(|part| &part.fields);
        let names_persons = read.parts.is_empty() || fields().any(|field| field.is_masked);
        Ok(Some(SentOriginal { message, bytes, names_persons }))
    }

    /// Records that somebody takes a message with persons in it that his own enterprise sent.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn take_sent(&self, id: MessageId, actor: &Actor, now: Moment) -> Result<(), StorageError> {
        let mut writer = self.enquiries.store().small_writer()?;
        let (subject, change_kind) = (Subject::Message(id), ChangeKind::Shown);
        let entry = Entry { subject, change: change_kind, fields: Vec::new() };
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Unmasking, &cause, now, |_| Ok(((), vec![entry])))
    }
}
