//! Intake: everything that is done with a message before the writer sees it, on worker threads.
//!
//! Bytes are refined step by step, and each step returns a type that proves it ran: bytes → checked XML
//! → what the envelope holds, if there is one → a verified signer → documents → documents judged by
//! themselves. What fails on the way becomes a response; nothing fails without one.

pub mod assess;
mod documents;
pub mod envelope;
mod signer;
mod upstream;
mod zone;

use std::collections::BTreeSet;
use std::sync::Arc;

use roxmltree::Document as Tree;
use tongguan_codelists::Pack;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::mark::{Mark, Marker, Personal};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{MessageType, Wanted};
use tongguan_messages::certificate::TrustStore;
use tongguan_messages::read::{self, Profile, Reading};
use tongguan_messages::signature::Policy;
use tongguan_messages::xml::{Limits, Refusal, Source as XmlSource};
use tongguan_messages::zone::ZoneMessage;
use tongguan_storage::seal::{DataKey, Keyring, SealError};
use tongguan_storage::{self as storage, Partition};

use crate::clearing::batch::{Delivery, Notice, WindowNumber};
use crate::clearing::incoming::Incoming;
use crate::clearing::record::Source;
use crate::clearing::write::response_kind;
use crate::deciding;
use crate::originals::{self, Original};
use crate::ports::IdentityRegister;

pub use assess::Codes;
pub use signer::SignerCache;

use envelope::Envelope;

/// What intake needs to know; replaced whole when the registry, the law or the trust changes.
#[derive(Clone)]
pub struct Knowledge {
    /// Who may act.
    pub registry: Arc<Registry>,
    /// The law.
    pub pack: Arc<Pack>,
    /// Whose certificates are trusted.
    pub trust: Arc<TrustStore>,
    /// Which algorithms count.
    pub policy: Arc<Policy>,
    /// Which messages must be signed.
    pub signed: SignatureDemand,
    /// The mailboxes of windows that relay messages to this one: what they send is answered to them.
    pub windows: Arc<BTreeSet<DxpId>>,
}

/// Which messages must carry a signature: all requests, unless switched off one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignatureDemand {
    /// Messages that are accepted unsigned.
    pub not_demanded: Vec<MessageType>,
    /// Messages of bonded zones that are.
    pub not_demanded_in_zones: Vec<ZoneMessage>,
}

impl SignatureDemand {
    /// Whether `message` must be signed.
    pub fn is_demanded(&self, message: MessageType) -> bool {
        !self.not_demanded.contains(&message)
    }
}

/// A message as it came in.
#[derive(Debug)]
pub struct Received {
    /// Its id, given on acceptance.
    pub id: MessageId,
    /// When.
    pub at: Moment,
    /// By which way: a file's name. An envelope's own number replaces it.
    pub origin: String,
    /// The mailbox that it came from, where the way tells. An envelope's own sender replaces it.
    pub sender: Option<DxpId>,
    /// Who handed it over.
    pub way: Way,
    /// The business message, bare or in an envelope.
    pub bytes: Vec<u8>,
}

/// Who handed a message over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// A party, or a window that relays.
    #[default]
    Party,
    /// The window that this one relays to: it answers.
    Upstream,
}

/// Refines messages. One for each worker thread, because it keeps what it has verified.
pub struct Intake {
    /// What it knows.
    pub knowledge: Knowledge,
    /// Checks identities.
    pub identities: Arc<dyn IdentityRegister>,
    /// Seals and marks.
    pub keyring: Arc<Keyring>,
    /// Certificates and forms seen.
    pub signers: SignerCache,
}

/// What was found in a message, for a report.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Which message it is, if that could be told.
    pub message: Option<MessageType>,
    /// How many documents it holds.
    pub documents: usize,
    /// Why it was refused as a whole.
    pub refused: Vec<Defect>,
    /// Of commands: those that were not carried out, and why.
    pub undecided: deciding::Refused,
}

impl Intake {
    /// Refines one message into what the writer takes.
    ///
    /// # Errors
    /// [`SealError`] when its bytes cannot be sealed; then it must not be acknowledged.
    pub fn refine(
        &mut self,
        received: Received,
        key: Arc<DataKey>,
    ) -> Result<(Delivery, Summary), SealError> {
        let digest = crate::digest::sha256(&received.bytes);
        let partition = crate::numbering::partition_of(received.id.0);
        let mut message = storage::Message {
            partition,
            message_id: received.id,
            received_at: received.at,
            kind: None,
            guid: None,
            sender: received.sender.as_ref().map(ToString::to_string),
            origin: received.origin.clone(),
            digest,
            documents: 0,
            state: 0,
            verdict: None,
            bundle: received.id,
            start: 0,
            length: originals::length_of(&received.bytes),
        };
        let outcome = self.open(&received, &mut message);
        let window = self.window_number(&received, &message);
        let (incoming, notices, summary) = match outcome {
            Ok(opened) => opened,
            Err(refused) if received.way == Way::Upstream => {
                let came = upstream::unreadable(&received, &refused);
                let refused = Summary { refused: refused.defects, ..Summary::default() };
                (vec![Incoming::FromUpstream(Box::new(came))], Vec::new(), refused)
            }
            Err(refused) => {
                let notice = malformed(&received, partition, &refused);
                let summary = Summary {
                    message: refused.message,
                    refused: refused.defects,
                    ..Summary::default()
                };
                (Vec::new(), vec![notice], summary)
            }
        };
        message.documents = i64::try_from(incoming.len()).unwrap_or(i64::MAX);
        let original = Original::new(received.id, received.bytes, key)?;
        Ok((Delivery { message, original, incoming, notices, window }, summary))
    }

    /// The number of a message that another window relays.
    fn window_number(
        &self,
        received: &Received,
        message: &storage::Message,
    ) -> Option<WindowNumber> {
        let sender = received.sender.as_ref().filter(|it| self.knowledge.windows.contains(it))?;
        // The envelope's number has replaced what the message was called.
        (message.origin != received.origin).then(|| WindowNumber {
            sender: sender.clone(),
            number: message.origin.as_str().into(),
        })
    }

    /// Opens the envelope, if there is one, then the message.
    fn open(
        &mut self,
        received: &Received,
        message: &mut storage::Message,
    ) -> Result<Opened, Refused> {
        let source = XmlSource::read(&received.bytes, &Limits::default())?;
        let tree = source.tree()?;
        let Some(envelope) = envelope::open(&tree) else {
            return self.open_message(&tree, None, received, message);
        };
        drop(tree);
        if let Some(number) = &envelope.number {
            message.origin = number.to_string();
        }
        if let Some(sender) = &envelope.sender {
            message.sender = Some(sender.to_string());
        }
        let sender = envelope.sender.clone();
        let opened = match &envelope.content {
            Err(defects) => Err(Refused { message: None, sender: None, defects: defects.clone() }),
            Ok(content) => self.open_content(content, &envelope, received, message),
        };
        opened.map_err(|refused| Refused { sender: refused.sender.or(sender), ..refused })
    }

    fn open_content(
        &mut self,
        content: &[u8],
        envelope: &Envelope,
        received: &Received,
        message: &mut storage::Message,
    ) -> Result<Opened, Refused> {
        let placed = |refusal| Refused::from(envelope::placed(Defect::from(refusal)));
        let source = XmlSource::read(content, &Limits::default()).map_err(placed)?;
        let tree = source.tree().map_err(placed)?;
        self.open_message(&tree, Some(envelope), received, message)
    }

    fn open_message(
        &mut self,
        tree: &Tree<'_>,
        envelope: Option<&Envelope>,
        received: &Received,
        message: &mut storage::Message,
    ) -> Result<Opened, Refused> {
        if received.way == Way::Party && tongguan_messages::zone::is_request(tree) {
            return self.open_zone(tree, envelope, received, message);
        }
        let mut reading = read::read(tree, Profile::Tolerant)?;
        if received.way == Way::Upstream {
            let came = upstream::answers(&reading, received, message);
            let documents = came.answers.len();
            let summary =
                Summary { message: Some(reading.message), documents, ..Summary::default() };
            return Ok((vec![Incoming::FromUpstream(Box::new(came))], Vec::new(), summary));
        }
        if let Some(Err(defect)) = envelope.map(|envelope| envelope.check_type(reading.message)) {
            reading.defects.insert(0, defect);
        }
        message.kind = Some(reading.message.code().to_owned());
        message.guid = Some(reading.guid.clone());
        let window = received.sender.as_ref().filter(|it| self.knowledge.windows.contains(it));
        let sender = window
            .cloned()
            .or_else(|| mailbox_of(&reading))
            .or_else(|| envelope.and_then(|envelope| envelope.sender.clone()))
            .or_else(|| received.sender.clone());
        if !reading.is_valid() || !reading.message.is_request() {
            return Err(Refused {
                message: Some(reading.message),
                sender,
                defects: reading.defects,
            });
        }
        message.sender = sender.as_ref().map(ToString::to_string);
        let Some(sender) = sender else {
            return Err(Refused { message: Some(reading.message), sender, defects: Vec::new() });
        };
        let signer = signer::verify(self, tree, &reading, received.at);
        if let Ok(signer) = &signer {
            message.verdict = Some(signer.verdict());
        }
        let contents = tongguan_messages::content::digests(tree, reading.message.layout());
        let incoming = documents::submit(self, &reading, &contents, &signer, received, &sender);
        let notices = copies(received, message.partition, &reading);
        let summary = Summary {
            message: Some(reading.message),
            documents: incoming.len(),
            refused: Vec::new(),
            ..Summary::default()
        };
        Ok((incoming, notices, summary))
    }
}

/// Makes marks with the installation's key.
pub(crate) struct KeyedMarker<'k>(pub &'k Keyring);

impl Marker for KeyedMarker<'_> {
    fn mark(&self, kind: Personal, text: &str) -> Mark {
        let tag = match kind {
            Personal::Name => "name",
            Personal::IdentityNumber => "identity-number",
            Personal::Person => "person",
            Personal::Telephone => "telephone",
            Personal::Address => "address",
            Personal::Follower => "follower",
        };
        Mark::from_bytes(self.0.fingerprint(tag, text.trim()))
    }
}

/// What a message led to: documents, copies for subscribers, the report.
type Opened = (Vec<Incoming>, Vec<Notice>, Summary);

/// A message that is answered as a whole, with a format refusal (900).
struct Refused {
    message: Option<MessageType>,
    sender: Option<DxpId>,
    defects: Vec<Defect>,
}

impl From<Defect> for Refused {
    fn from(defect: Defect) -> Self {
        Self { message: None, sender: None, defects: vec![defect] }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Defect::from(refusal).into()
    }
}

fn mailbox_of(reading: &Reading) -> Option<DxpId> {
    reading.transfer.as_ref().and_then(|transfer| DxpId::parse(&transfer.dxp_id).ok())
}

/// Who subscribed to responses.
fn listeners(reading: &Reading) -> Vec<DxpId> {
    subscribers(reading, |wanted| matches!(wanted, Wanted::Everything | Wanted::Responses))
}

fn subscribers(reading: &Reading, wants: impl Fn(Wanted) -> bool) -> Vec<DxpId> {
    reading
        .subscriptions
        .iter()
        .filter(|subscription| subscription.wants().is_some_and(&wants))
        .filter_map(|subscription| DxpId::parse(&subscription.address).ok())
        .collect()
}

/// A copy of the message for each subscriber of its documents.
fn copies(received: &Received, partition: Partition, reading: &Reading) -> Vec<Notice> {
    subscribers(reading, |wanted| matches!(wanted, Wanted::Everything | Wanted::Documents))
        .into_iter()
        .map(|mailbox| Notice {
            partition,
            kind: response_kind::COPY,
            mailbox: Some(mailbox),
            source: Source { message: received.id, ordinal: 0 },
            body: Vec::new(),
        })
        .collect()
}

fn malformed(received: &Received, partition: Partition, refused: &Refused) -> Notice {
    let texts: Vec<String> = refused
        .defects
        .iter()
        .map(|defect| format!("{}（{}）", defect.message_zh(), defect.pointer))
        .collect();
    let number = refused.defects.first().and_then(|defect| defect.rule.official);
    Notice {
        partition,
        kind: response_kind::MALFORMED,
        mailbox: refused.sender.clone().or_else(|| received.sender.clone()),
        source: Source { message: received.id, ordinal: 0 },
        body: crate::delivery::format_refusal_body(refused.message, number, &texts),
    }
}
