//! Reading originals again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tongguan_domain::ids::MessageId;
use tongguan_storage::seal::{DataKey, KeyId, Keyring, SealError};
use tongguan_storage::{Message, MessageBundle, StorageError, Store, View};

use crate::digest::sha256;
use crate::intake::envelope::business_message;
use crate::numbering::partition_of;

/// Opened bundles are kept up to so many bytes: whoever reads one message of a bundle mostly reads
/// its neighbours next.
const KEPT: usize = 32 << 20;

/// An original could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OriginalError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What is sealed does not open.
    #[error("the original of message {} cannot be opened", .message.0)]
    Sealed {
        /// Which.
        message: MessageId,
        /// Why.
        #[source]
        source: SealError,
    },
    /// The time for which it had to be kept is over, or it never was.
    #[error("the original of message {} is not kept", .0.0)]
    NotKept(MessageId),
    /// What lies in its place has another digest.
    #[error("what lies in the place of message {} is not what was received", .0.0)]
    Altered(MessageId),
}

/// Opens originals. One for each thread that reads them: it keeps what it has opened lately.
#[derive(Debug)]
pub struct Archive {
    store: Store,
    keyring: Arc<Keyring>,
    keys: BTreeMap<(String, KeyId), DataKey>,
    opened: VecDeque<(MessageId, Vec<u8>)>,
}

impl Archive {
    /// Of a store whose originals were sealed with `keyring`.
    pub const fn new(store: Store, keyring: Arc<Keyring>) -> Self {
        Self { store, keyring, keys: BTreeMap::new(), opened: VecDeque::new() }
    }

    /// The bytes of a message as they were received.
    ///
    /// # Errors
    /// [`OriginalError`].
    pub fn original(&mut self, message: &Message) -> Result<Vec<u8>, OriginalError> {
        let id = message.message_id;
        if !self.opened.iter().any(|(bundle, _)| *bundle == message.bundle) {
            self.open(message)?;
        }
        let bundle = self.opened.iter().find(|(bundle, _)| *bundle == message.bundle);
        let place = usize::try_from(message.start).ok().zip(usize::try_from(message.length).ok());
        let found = bundle
            .zip(place)
            .and_then(|((_, bytes), (start, length))| bytes.get(start..)?.get(..length));
        match found {
            Some(bytes) if sha256(bytes) == message.digest => Ok(bytes.to_vec()),
            _ => Err(OriginalError::Altered(id)),
        }
    }

    /// Whether a bundle opens, which it does as it was sealed and not otherwise.
    ///
    /// # Errors
    /// [`OriginalError`].
    pub(crate) fn opens(&mut self, bundle: &MessageBundle) -> Result<(), OriginalError> {
        let id = bundle.message_id;
        self.store.clone().read(|view| self.learn_key(view, bundle, id))?;
        self.unseal(bundle, id).map(drop)
    }

    /// The business message of that number as it was received, without its envelope.
    ///
    /// # Errors
    /// [`OriginalError`].
    pub(crate) fn of_message(&mut self, id: MessageId) -> Result<Vec<u8>, OriginalError> {
        let message = self.store.read(|view| view.messages(&[(partition_of(id.0), id)]))?.pop();
        let message = message.ok_or(OriginalError::NotKept(id))?;
        Ok(business_message(self.original(&message)?))
    }

    fn open(&mut self, message: &Message) -> Result<(), OriginalError> {
        let id = message.message_id;
        let place = (partition_of(message.bundle.0), message.bundle);
        // In one view: what is sealed anew meanwhile is seen as it was, with its key.
        let bundle = self.store.clone().read(|view| {
            let bundle = view.message_bundles(&[place])?.pop();
            let bundle = bundle.ok_or(OriginalError::NotKept(id))?;
            self.learn_key(view, &bundle, id)?;
            Ok::<_, OriginalError>(bundle)
        })?;
        let bytes = self.unseal(&bundle, id)?;
        let mut kept = bytes.len();
        self.opened.push_front((message.bundle, bytes));
        self.opened.retain(|(bundle, bytes)| {
            kept += if *bundle == message.bundle { 0 } else { bytes.len() };
            kept <= KEPT || *bundle == message.bundle
        });
        Ok(())
    }

    fn learn_key(
        &mut self,
        view: &mut View<'_>,
        bundle: &MessageBundle,
        id: MessageId,
    ) -> Result<(), OriginalError> {
        let under = (bundle.period.clone(), bundle.key_id);
        if !self.keys.contains_key(&under) {
            let key = view.known_data_key(&self.keyring, &bundle.period, bundle.key_id)?;
            self.keys.insert(under, key.ok_or(OriginalError::NotKept(id))?);
        }
        Ok(())
    }

    fn unseal(&self, bundle: &MessageBundle, id: MessageId) -> Result<Vec<u8>, OriginalError> {
        let key = self.keys.get(&(bundle.period.clone(), bundle.key_id));
        let key = key.ok_or(OriginalError::NotKept(id))?;
        key.open(bundle.message_id.0, &bundle.body)
            .map_err(|source| OriginalError::Sealed { message: id, source })
    }
}
