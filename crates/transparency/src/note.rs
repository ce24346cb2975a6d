//! Signed notes (C2SP signed-note): a text, and below it a line for each signature, which names its key.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::sha256;

/// The longest note that is read, in bytes: a head and the signatures of many witnesses.
pub const LONGEST: usize = 64 << 10;
/// The most signatures that are read.
const MOST_SIGNATURES: usize = 100;

/// What is no signed note, or not signed by whom it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not written as notes are.
    #[error("this is no signed note: {0}")]
    Malformed(&'static str),
    /// A key is not written as keys are.
    #[error("`{0}` is no key of a log or witness: expected `name+hash+base64`")]
    NoKey(String),
    /// A name of a key that none may have.
    #[error("`{0}` cannot name a key: no spaces and no `+`")]
    NoName(String),
    /// The key did not sign it.
    #[error("the note bears no signature of `{0}`")]
    NotSigned(String),
    /// A signature of the key does not verify.
    #[error(
        "the signature of `{0}` does not verify: the note was changed, or the key is another's of that name"
    )]
    Forged(String),
}

/// What a key signs, by the number that the specifications give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// The text, by Ed25519.
    Text,
    /// A checkpoint and the time at which a witness saw it, by Ed25519 (C2SP tlog-cosignature, `cosignature/v1`).
    Cosignature,
}

/// A public key as others write it down (`vkey`): `name+hash+base64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    algorithm: Algorithm,
    public: [u8; 32],
}

/// A key that signs.
pub struct Signer {
    verifier: Verifier,
    pair: Ed25519KeyPair,
}

/// One signature of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// What follows from name and key.
    pub id: [u8; 4],
    /// The signature.
    pub bytes: Vec<u8>,
}

/// A text and its signatures, not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed; ends with a line's end.
    pub text: String,
    /// By whom.
    pub signatures: Vec<NoteSignature>,
}

impl Algorithm {
    const fn number(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Cosignature => 4,
        }
    }

    fn numbered(number: u8) -> Option<Self> {
        [Self::Text, Self::Cosignature].into_iter().find(|it| it.number() == number)
    }
}

impl Verifier {
    fn new(name: &str, algorithm: Algorithm, public: [u8; 32]) -> Result<Self, NoteError> {
        if name.is_empty() || name.contains('+') || name.chars().any(char::is_whitespace) {
            return Err(NoteError::NoName(name.to_owned()));
        }
        let hash = sha256(&[name.as_bytes(), b"\n", &[algorithm.number()], &public]);
        let [a, b, c, d, ..] = hash.0;
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], algorithm, public })
    }

    /// Reads a key as others write it down.
    ///
    /// # Errors
    /// [`NoteError::NoKey`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let no_key = || NoteError::NoKey(text.to_owned());
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(no_key());
        };
        let key = STANDARD.decode(key).map_err(|_| no_key())?;
        let (algorithm, public) = key.split_first().ok_or_else(no_key)?;
        let algorithm = Algorithm::numbered(*algorithm).ok_or_else(no_key)?;
        let public = public.try_into().map_err(|_| no_key())?;
        let verifier = Self::new(name, algorithm, public).map_err(|_| no_key())?;
        if id == hex(verifier.id) { Ok(verifier) } else { Err(no_key()) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What of a note's signatures is its own.
    pub(crate) fn own<'n>(&self, note: &'n Note) -> Option<&'n NoteSignature> {
        note.signatures.iter().find(|it| it.name == self.name && it.id == self.id)
    }

    /// Whether it has signed a text.
    pub(crate) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(text, signature).is_ok()
    }

    /// Holds a note to the signature of this key.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`], [`NoteError::Forged`].
    pub fn verify(&self, note: &Note) -> Result<(), NoteError> {
        let signed = self.own(note).filter(|_| self.algorithm == Algorithm::Text);
        let signed = signed.ok_or_else(|| NoteError::NotSigned(self.name.clone()))?;
        match self.verifies(note.text.as_bytes(), &signed.bytes) {
            true => Ok(()),
            false => Err(NoteError::Forged(self.name.clone())),
        }
    }
}

/// As others write it down.
impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.algorithm.number()], self.public.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex(self.id), STANDARD.encode(key))
    }
}

impl Signer {
    /// That follows from 32 random bytes.
    ///
    /// # Errors
    /// [`NoteError::NoName`].
    pub fn new(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let no_key = |_| NoteError::NoKey(name.to_owned());
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(no_key)?;
        let public = pair.public_key().as_ref().try_into();
        let public = public.map_err(|_| NoteError::NoKey(name.to_owned()))?;
        Ok(Self { verifier: Verifier::new(name, algorithm, public)?, pair })
    }

    /// The key that verifies what this one signs.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs a text, which ends with a line's end.
    pub fn sign(&self, text: String) -> Note {
        let signature = self.signature(text.as_bytes(), &[]);
        Note { text, signatures: vec![signature] }
    }

    /// Its signature over `text`, behind what else the signature says.
    pub(crate) fn signature(&self, text: &[u8], said: &[u8]) -> NoteSignature {
        let Verifier { name, id, .. } = &self.verifier;
        let bytes = [said, self.pair.sign(text).as_ref()].concat();
        NoteSignature { name: name.clone(), id: *id, bytes }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > LONGEST {
            return Err(NoteError::Malformed("it is too long"));
        }
        if note.chars().any(|it| it.is_control() && it != '\n') {
            return Err(NoteError::Malformed("it holds control characters"));
        }
        let no_end = NoteError::Malformed("no empty line stands between text and signatures");
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(no_end)?;
        let signatures = signatures_in(signatures)?;
        if signatures.is_empty() {
            return Err(NoteError::Malformed("it bears no signature"));
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

/// Reads lines of signatures.
///
/// # Errors
/// [`NoteError::Malformed`].
pub fn signatures_in(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("its last line has no end"))?;
    let signatures: Option<Vec<_>> = lines.split('\n').map(NoteSignature::parse).collect();
    match signatures {
        Some(signatures) if signatures.len() <= MOST_SIGNATURES => Ok(signatures),
        Some(_) => Err(NoteError::Malformed("it bears too many signatures")),
        None => Err(NoteError::Malformed("a line below the text is no signature")),
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, signed) = line.strip_prefix("— ")?.split_once(' ')?;
        let signed = STANDARD.decode(signed).ok().filter(|_| !name.is_empty())?;
        let (id, bytes) = signed.split_first_chunk::<4>()?;
        (!bytes.is_empty()).then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

/// As its line, with the end of it.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = [self.id.as_slice(), &self.bytes].concat();
        writeln!(f, "— {} {}", self.name, STANDARD.encode(signed))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| signature.fmt(f))
    }
}

fn hex(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}
