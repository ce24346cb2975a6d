//! Checking (报文校验): what is wrong with a message, which nobody keeps.
//!
//! | | |
//! |---|---|
//! | [`check`] | structure, and what can be said of each document by itself |
//! | [`signature`] | whether the signature verifies, and by which certificate |
//! | [`Places`] | on which line of the text a defect is |

mod places;
mod rules;

use roxmltree::Document as Tree;
use tongguan_codelists::Pack;
use tongguan_domain::defect::Defect;
use tongguan_messages::certificate::Certificate;
use tongguan_messages::read::{self, Profile, Reading};
use tongguan_messages::signature::{Policy, SignatureBlock, Verified};
use tongguan_messages::xml::{Limits, Source};
use tongguan_messages::zone::{self, ZoneMessage, ZoneReading};

use crate::intake::envelope::{self, Envelope};

pub use places::{Places, Spot};

/// What was found in some bytes.
pub struct Opened<T> {
    /// The envelope, if there is one.
    pub envelope: Option<Envelope>,
    /// What `look` made of the business message, or why there is none to look at.
    pub content: Result<T, Vec<Defect>>,
}

/// Hands the business message in `bytes` to `look`.
pub fn open<T>(bytes: &[u8], look: impl FnOnce(&Tree<'_>) -> T) -> Opened<T> {
    let bare = |content| Opened { envelope: None, content };
    let refused = |refusal| Err(vec![Defect::from(refusal)]);
    let source = match Source::read(bytes, &Limits::default()) {
        Ok(source) => source,
        Err(refusal) => return bare(refused(refusal)),
    };
    let envelope = match source.tree() {
        Err(refusal) => return bare(refused(refusal)),
        Ok(tree) => match envelope::open(&tree) {
            None => return bare(Ok(look(&tree))),
            Some(envelope) => envelope,
        },
    };
    let content = match &envelope.content {
        Err(defects) => Err(defects.clone()),
        Ok(content) => Source::read(content, &Limits::default())
            .and_then(|source| Ok(look(&source.tree()?)))
            .map_err(|refusal| vec![envelope::placed(refusal.into())]),
    };
    Opened { envelope: Some(envelope), content }
}

/// What was found in a message.
#[derive(Debug, Default)]
pub struct Checked {
    /// Which message it is, if that is known: `CEB311`.
    pub message: Option<&'static str>,
    /// How many documents it holds.
    pub documents: usize,
    /// What is wrong with its structure; none means valid.
    pub defects: Vec<Defect>,
    /// Tolerances that were needed.
    pub warnings: Vec<Defect>,
    /// Values that mean nothing, and rules that a document breaks by itself.
    pub findings: Vec<Defect>,
    /// How many further defects and warnings there are.
    pub omitted: usize,
    /// The envelope that it came in.
    pub envelope: Option<Envelope>,
}

/// Checks a message, bare or in an envelope, by the law of `pack`.
pub fn check(bytes: &[u8], profile: Profile, pack: &Pack) -> Checked {
    let opened = open(bytes, |tree| match zone::is_request(tree) {
        true => Ok(Found::Zone(zone::read(tree))),
        false => read::read(tree, profile).map(|read| Found::Ceb(Box::new(read))),
    });
    let mut checked = Checked { envelope: opened.envelope, ..Checked::default() };
    match opened.content {
        Err(defects) => checked.defects = defects,
        Ok(Err(defect)) => checked.defects.push(defect),
        Ok(Ok(Found::Ceb(reading))) => checked.take(*reading, pack),
        Ok(Ok(Found::Zone(reading))) => checked.take_zone(reading),
    }
    checked
}

/// What a file holds.
enum Found {
    Ceb(Box<Reading>),
    /// A request of a bonded zone, for which there is one profile alone.
    Zone(ZoneReading),
}

impl Checked {
    /// Whether the structure is what the profile accepts.
    pub fn is_valid(&self) -> bool {
        self.defects.is_empty()
    }

    fn take(&mut self, reading: Reading, pack: &Pack) {
        let envelope = self.envelope.as_ref();
        let announced = envelope.map_or(Ok(()), |envelope| envelope.check_type(reading.message));
        self.message = Some(reading.message.code());
        self.documents = reading.document_count;
        self.findings = rules::findings(&reading, pack);
        self.defects = announced.err().into_iter().chain(reading.defects).collect();
        self.warnings = reading.warnings;
        self.omitted = reading.omitted;
    }

    fn take_zone(&mut self, reading: ZoneReading) {
        self.message = reading.message.map(ZoneMessage::code);
        self.documents = usize::from(reading.message.is_some());
        self.defects = reading.outcome.err().unwrap_or_default();
        self.warnings = reading.warnings;
    }
}

/// What was found of a signature.
#[derive(Default)]
pub struct SignatureFound {
    /// How it verified, if it did.
    pub verified: Option<Verified>,
    /// The certificate in the message, whether or not its holder signed.
    pub certificate: Option<Certificate>,
    /// Why there is none, or it does not verify.
    pub defects: Vec<Defect>,
}

/// Verifies the signature of a message. Whether its certificate is to be trusted is another question.
pub fn signature(tree: &Tree<'_>, policy: &Policy) -> SignatureFound {
    let read = SignatureBlock::find(tree)
        .and_then(|block| Ok((Certificate::from_der(block.certificate_der())?, block)));
    let mut found = SignatureFound::default();
    let (certificate, block) = match read {
        Ok(read) => read,
        Err(defect) => {
            found.defects.push(Defect::from(&defect));
            return found;
        }
    };
    match block.verify(&certificate, policy, None) {
        Ok(verified) => found.verified = Some(verified),
        Err(defect) => found.defects.push(Defect::from(&defect)),
    }
    found.certificate = Some(certificate);
    found
}
