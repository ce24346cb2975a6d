//! Pictures of examinations: what is known of each; and their bytes, sealed, apart from it.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;

use crate::error::StorageError;
use crate::seal::KeyId;
use crate::tx::View;

row! {
    /// A picture of an examination (查验照片).
    pub struct PictureRow in "picture", key 2 {
        /// Of which declaration.
        declaration_id: DeclarationId,
        /// Which of its pictures, from 1.
        n: i64,
        /// What it is, by the application's numbering.
        format: i64,
        /// How many bytes.
        bytes: i64,
        /// SHA-256 of the bytes.
        digest: [u8; 32],
        /// Who has added it.
        added_by: String,
        /// When.
        added_at: Moment,
    }
}

row! {
    /// The bytes of a picture, sealed ([`crate::seal`]).
    pub struct PictureBody in "picture_body", key 2 {
        /// Of which declaration.
        declaration_id: DeclarationId,
        /// Which of its pictures.
        n: i64,
        /// The period of the key that seals it.
        period: String,
        /// The key of the ring that this key was made under.
        key_id: KeyId,
        /// Sealed.
        body: Vec<u8>,
    }
}

impl View<'_> {
    /// The pictures of a declaration, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn pictures(&mut self, id: DeclarationId) -> Result<Vec<PictureRow>, StorageError> {
        self.load(&[(id,)])
    }

    /// The bytes of a picture.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn picture_body(
        &mut self,
        id: DeclarationId,
        n: i64,
    ) -> Result<Option<PictureBody>, StorageError> {
        Ok(self.load(&[(id, n)])?.pop())
    }
}
