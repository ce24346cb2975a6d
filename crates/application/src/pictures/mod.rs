//! Pictures of an examination (查验照片): taken at the terminal, kept with the declaration, shown to the office.
//!
//! They are sealed with the key of their month, as originals are, and are forgotten with it. What a camera writes
//! beside a picture is taken away before it is kept. That one was added is an event.

mod format;

use std::sync::Arc;

use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError};
use tongguan_storage::{PictureBody, PictureRow, Register, StorageError, Store};

use crate::digest::sha256;
use crate::enquiry::Enquiries;
use crate::history::{Actor, Cause, ChangeKind, Entry, Field, Subject, change};
use crate::originals::period_of;
use crate::registry::fingerprint;
use crate::review::ReviewError;

pub use format::Format;

/// The largest picture, in bytes.
pub const LARGEST: usize = 8 << 20;
/// The most pictures of a declaration.
pub const MOST: usize = 12;

/// Keeps pictures, and shows them.
pub struct Pictures {
    enquiries: Arc<Enquiries>,
    keyring: Arc<Keyring>,
}

/// A picture that is kept, without itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Which of its declaration, from 1.
    pub n: i64,
    /// What it is.
    pub format: Option<Format>,
    /// How many bytes it has.
    pub bytes: i64,
    /// Who has added it.
    pub added_by: String,
    /// When.
    pub added_at: Moment,
}

/// A picture was not kept, or is not shown.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// There is nothing of that number within reach.
    #[error("there is nothing of that number within reach")]
    Unknown,
    /// The goods are not under examination.
    #[error("pictures are added while the goods are to be examined (500)")]
    NotExamined,
    /// It is no JPEG, PNG or WebP, or a broken one.
    #[error("it is no picture as JPEG, PNG or WebP, or it is cut off")]
    NoPicture,
    /// It is too large.
    #[error("a picture has at most {} MiB", LARGEST >> 20)]
    TooLarge,
    /// There are as many as there may be.
    #[error("a declaration has at most {MOST} pictures")]
    TooMany,
    /// The time for which it had to be kept is over.
    #[error("the picture is kept no longer")]
    NotKept,
    /// What lies in its place has another digest.
    #[error("what lies in the place of the picture is not what was kept")]
    Altered,
    /// It could not be sealed, or does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What is stored of the declaration could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Pictures {
    /// Over what enquiries look at, sealed with `keyring`.
    pub const fn new(enquiries: Arc<Enquiries>, keyring: Arc<Keyring>) -> Self {
        Self { enquiries, keyring }
    }

    /// Keeps a picture of goods within reach that are to be examined; gives its number.
    ///
    /// # Errors
    /// [`PictureError`]; nothing was kept.
    pub fn add(
        &self,
        reach: Reach,
        id: DeclarationId,
        bytes: &[u8],
        actor: &Actor,
        now: Moment,
    ) -> Result<i64, PictureError> {
        let found = self.enquiries.declarations(reach, &[id])?;
        let declaration = found.first().ok_or(PictureError::Unknown)?;
        if declaration.status() != ReturnStatus::Examined {
            return Err(PictureError::NotExamined);
        }
        if bytes.len() > LARGEST {
            return Err(PictureError::TooLarge);
        }
        let format = Format::of(bytes).ok_or(PictureError::NoPicture)?;
        let bare = format.bare(bytes).ok_or(PictureError::NoPicture)?;
        let (period, digest) = (period_of(now), sha256(&bare));
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Pictures, &cause, now, |tx| {
            let there = tx.pictures(id)?;
            if there.len() >= MOST {
                return Err(PictureError::TooMany);
            }
            let n = there.last().map_or(1, |last| last.n + 1);
            let key = tx.data_key(&self.keyring, &period)?;
            let body = key.seal(place_of_picture(id), &bare)?;
            let length = i64::try_from(bare.len()).unwrap_or(i64::MAX);
            let added_by = actor.name.clone();
            tx.insert(&[PictureRow {
                declaration_id: id,
                n,
                format: format.code(),
                bytes: length,
                digest,
                added_by,
                added_at: now,
            }])?;
            let key_id = key.id();
            tx.insert(&[PictureBody { declaration_id: id, n, period, key_id, body }])?;
            Ok((n, vec![added(id, n, format, length, &digest)]))
        })
    }

    /// A picture of a declaration within reach.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn show(
        &self,
        reach: Reach,
        id: DeclarationId,
        n: i64,
    ) -> Result<(Format, Vec<u8>), PictureError> {
        if !self.enquiries.is_reached(reach, id)? {
            return Err(PictureError::Unknown);
        }
        let found = self.enquiries.store().read(|view| {
            let Some(row) = view.pictures(id)?.into_iter().find(|row| row.n == n) else {
                return Ok(None);
            };
            let Some(body) = view.picture_body(id, n)? else { return Ok(None) };
            let key = view.known_data_key(&self.keyring, &body.period, body.key_id)?;
            Ok::<_, StorageError>(Some((row, body, key)))
        })?;
        let (row, body, key) = found.ok_or(PictureError::Unknown)?;
        let bytes = key.ok_or(PictureError::NotKept)?.open(place_of_picture(id), &body.body)?;
        if sha256(&bytes) != row.digest {
            return Err(PictureError::Altered);
        }
        let format = Format::from_code(row.format).ok_or(PictureError::Altered)?;
        Ok((format, bytes))
    }
}

/// For which place pictures of a declaration are sealed.
pub(crate) const fn place_of_picture(declaration: DeclarationId) -> i64 {
    declaration.0
}

/// What is known of the pictures of a declaration, in order.
pub(crate) fn of(store: &Store, id: DeclarationId) -> Result<Vec<Picture>, StorageError> {
    let rows = store.read(|view| view.pictures(id))?;
    Ok(rows.into_iter().map(Picture::from).collect())
}

fn added(id: DeclarationId, n: i64, format: Format, bytes: i64, digest: &[u8; 32]) -> Entry {
    let told = |name: &str, text: String| Field::changed(name, String::new(), text);
    let fields = [
        told("picture", n.to_string()),
        told("format", format.media_type().to_owned()),
        told("bytes", bytes.to_string()),
        told("digest", fingerprint(digest)),
    ];
    Entry {
        subject: Subject::Declaration(id),
        change: ChangeKind::Added,
        fields: fields.into_iter().flatten().collect(),
    }
}

impl From<PictureRow> for Picture {
    fn from(row: PictureRow) -> Self {
        Self {
            n: row.n,
            format: Format::from_code(row.format),
            bytes: row.bytes,
            added_by: row.added_by,
            added_at: row.added_at,
        }
    }
}
