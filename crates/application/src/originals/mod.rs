//! Originals: messages kept as they were received (报文原文), compressed and sealed.
//!
//! Small messages that are committed together lie in one bundle: one row instead of one for each, and
//! a third of the bytes, because messages of a sender repeat each other and his certificate. A large
//! message has a bundle of its own, which the worker that refines it compresses.

mod archive;
pub(crate) mod element;

use std::collections::BTreeMap;
use std::sync::Arc;

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{DataKey, KeyId, SealError};
use tongguan_storage::{Message, MessageBundle};

use crate::clearing::batch::Delivery;
use crate::numbering::partition_of;

pub use archive::{Archive, OriginalError};

/// Bytes from which a message has a bundle of its own.
const LARGE: usize = 64 << 10;

/// The bytes of a message on their way into a bundle.
#[derive(Debug, Clone)]
pub struct Original(Form);

#[derive(Debug, Clone)]
enum Form {
    /// Goes into a bundle with others of its batch.
    Plain { key: Arc<DataKey>, bytes: Vec<u8> },
    /// A bundle of its own, sealed.
    Alone(MessageBundle),
}

impl Original {
    /// The bytes of message `id`, to be sealed with `key`.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn new(id: MessageId, bytes: Vec<u8>, key: Arc<DataKey>) -> Result<Self, SealError> {
        Ok(Self(if bytes.len() < LARGE {
            Form::Plain { key, bytes }
        } else {
            Form::Alone(sealed(id, &bytes, &key)?)
        }))
    }

    /// The bytes that go into a bundle with others.
    fn plain(&self) -> &[u8] {
        match &self.0 {
            Form::Plain { bytes, .. } => bytes,
            Form::Alone(_) => &[],
        }
    }
}

/// The rows of a batch's messages, and of the bundles that they share.
///
/// # Errors
/// [`SealError`].
pub(crate) fn bundled(batch: &[Delivery]) -> Result<(Vec<Message>, Vec<MessageBundle>), SealError> {
    let mut messages = Vec::with_capacity(batch.len());
    let mut shared = BTreeMap::<(&str, KeyId), Shared<'_>>::new();
    // Mostly one key, whose bundle holds them all.
    let length = batch.iter().map(|delivery| delivery.original.plain().len()).sum();
    for Delivery { message, original, .. } in batch {
        let mut message = message.clone();
        if let Form::Plain { key, bytes } = &original.0 {
            let first =
                || Shared { id: message.message_id, key, bytes: Vec::with_capacity(length) };
            let bundle = shared.entry((key.period(), key.id())).or_insert_with(first);
            message.bundle = bundle.id;
            message.start = length_of(&bundle.bytes);
            bundle.bytes.extend_from_slice(bytes);
        }
        messages.push(message);
    }
    let bundles = shared.into_values().map(|Shared { id, key, bytes }| sealed(id, &bytes, key));
    Ok((messages, bundles.collect::<Result<_, _>>()?))
}

/// The bundles of a batch's large messages.
pub(crate) fn alone(batch: &[Delivery]) -> impl Iterator<Item = &MessageBundle> {
    batch.iter().filter_map(|delivery| match &delivery.original.0 {
        Form::Alone(bundle) => Some(bundle),
        Form::Plain { .. } => None,
    })
}

/// The period whose key seals what comes in at a moment: the month, in China.
pub(crate) fn period_of(at: Moment) -> String {
    let day = at.china_day();
    format!("{:04}-{:02}", day.year(), day.month())
}

/// How many bytes, as a row says it.
pub(crate) fn length_of(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// A bundle that still grows.
struct Shared<'b> {
    id: MessageId,
    key: &'b DataKey,
    bytes: Vec<u8>,
}

fn sealed(id: MessageId, bytes: &[u8], key: &DataKey) -> Result<MessageBundle, SealError> {
    Ok(MessageBundle {
        partition: partition_of(id.0),
        message_id: id,
        period: key.period().to_owned(),
        key_id: key.id(),
        body: key.seal(id.0, bytes)?,
    })
}

#[cfg(test)]
mod tests;
