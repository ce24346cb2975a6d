//! Everything that proves one response, in one file (证明包): what was recorded of it, the way from its leaf to a
//! head, and the head with its signatures. Whoever has it and the key of the log needs nobody else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::checkpoint::SignedHead;
use crate::commitment::{Salt, leaf};
use crate::hash::Hash;
use crate::note::{NoteError, Verifier};
use crate::proof::{ProofError, verify_inclusion};

/// What the file says that it is.
const FORMAT: &str = "tongguan-log-bundle-1";

/// A bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The number of the response (`guid`).
    pub guid: String,
    /// The response, as it was sent.
    pub response: String,
    /// What was recorded of it, which its leaf commits to.
    pub record: Vec<u8>,
    /// What the record names by digest and the response is made from.
    pub attachments: Vec<Vec<u8>>,
    /// The salt of its leaf.
    pub salt: Salt,
    /// Which leaf.
    pub index: u64,
    /// From the leaf to the head.
    pub path: Vec<Hash>,
    /// The head, as it was signed.
    pub head: String,
    /// The key that the log says is its own: to be compared with the one that was published.
    pub key: String,
}

/// What a bundle proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The head that the leaf is under.
    pub head: SignedHead,
    /// The witnesses that signed the head, and when they saw it, in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
}

/// A bundle proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is none.
    #[error("this is no bundle of a log: {0}")]
    Malformed(String),
    /// Its head is not signed.
    #[error(transparent)]
    Head(#[from] NoteError),
    /// Its leaf is not under its head.
    #[error(
        "what was recorded is not in the log at leaf {index}: record, salt or path were changed ({why})"
    )]
    NotInLog {
        /// Where it should be.
        index: u64,
        /// What the path says.
        #[source]
        why: ProofError,
    },
}

/// As the file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: String,
    guid: String,
    response: String,
    record: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<String>,
    salt: String,
    index: u64,
    path: Vec<String>,
    head: String,
    key: String,
}

impl Bundle {
    /// Reads the file.
    ///
    /// # Errors
    /// [`BundleError::Malformed`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, BundleError> {
        let malformed = BundleError::Malformed;
        let written: Written =
            serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        if written.format != FORMAT {
            return Err(malformed(format!("`format` is not `{FORMAT}`")));
        }
        let decoded = |name: &str, text: &str| {
            STANDARD.decode(text).map_err(|_| malformed(format!("`{name}` is no base64")))
        };
        let salt = Hash::parse(&written.salt);
        let salt = salt.ok_or_else(|| malformed("`salt` is no 32 bytes in base64".to_owned()))?;
        let path: Option<_> = written.path.iter().map(|hash| Hash::parse(hash)).collect();
        let attachments = written.attachments.iter();
        Ok(Self {
            record: decoded("record", &written.record)?,
            attachments: attachments
                .map(|it| decoded("attachments", it))
                .collect::<Result<_, _>>()?,
            salt: Salt(salt.0),
            path: path.ok_or_else(|| malformed("`path` is no list of hashes".to_owned()))?,
            guid: written.guid,
            response: written.response,
            index: written.index,
            head: written.head,
            key: written.key,
        })
    }

    /// The file.
    ///
    /// # Errors
    /// [`BundleError::Malformed`] where it cannot be written.
    pub fn to_json(&self) -> Result<String, BundleError> {
        let encoded = |bytes: &Vec<u8>| STANDARD.encode(bytes);
        let written = Written {
            format: FORMAT.to_owned(),
            guid: self.guid.clone(),
            response: self.response.clone(),
            record: encoded(&self.record),
            attachments: self.attachments.iter().map(encoded).collect(),
            salt: Hash(self.salt.0).to_string(),
            index: self.index,
            path: self.path.iter().map(ToString::to_string).collect(),
            head: self.head.clone(),
            key: self.key.clone(),
        };
        serde_json::to_string_pretty(&written).map_err(|it| BundleError::Malformed(it.to_string()))
    }

    /// What it proves to whoever believes the key of a log: that what it records is in that log. Whether the response
    /// is what was recorded is another question.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn proved(&self, log: &Verifier, witnesses: &[Verifier]) -> Result<Proved, BundleError> {
        let head = SignedHead::open(&self.head, log)?;
        let (index, size) = (self.index, head.checkpoint.size);
        let leaf = leaf(&self.salt, &self.record);
        verify_inclusion(&leaf, (index, size), &self.path, &head.checkpoint.root)
            .map_err(|why| BundleError::NotInLog { index, why })?;
        let mut seen = Vec::new();
        for witness in witnesses {
            match head.cosigned_by(witness) {
                Ok(at) => seen.push((witness.name().to_owned(), at)),
                Err(NoteError::NotSigned(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Proved { head, witnesses: seen })
    }
}
