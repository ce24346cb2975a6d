//! Access keys: which program may read whose mailbox.

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A key that was given to a program. The key itself is nowhere kept.
    pub struct AccessKeyRow in "access_key", key 1 {
        /// SHA-256 of the key, or of the certificate that stands for one.
        digest: [u8; 32],
        /// Whether a certificate stands for it.
        is_certificate: bool,
        /// The mailbox that it opens.
        mailbox: DxpId,
        /// What it is for, in the words of whoever asked for it.
        purpose: String,
        /// The permissions that it is restricted to, by name with spaces between; empty where it is not.
        scopes: String,
        /// When it was given.
        issued_at: Moment,
        /// From when on it opens nothing.
        expires_at: Moment,
        /// When it was withdrawn, if it was.
        withdrawn_at: Option<Moment>,
    }
}

impl Replaceable for AccessKeyRow {}

impl View<'_> {
    /// The keys with these digests.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn access_keys(&mut self, digests: &[[u8; 32]]) -> Result<Vec<AccessKeyRow>, StorageError> {
        let keys: Vec<_> = digests.iter().map(|digest| (*digest,)).collect();
        self.load(&keys)
    }

    /// Every key that was ever given for a mailbox, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn access_keys_of(&mut self, mailbox: &DxpId) -> Result<Vec<AccessKeyRow>, StorageError> {
        self.select("WHERE mailbox = $1 ORDER BY issued_at, digest", &[mailbox.cell()])
    }

    /// Every key that was ever given, by mailbox, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn all_access_keys(&mut self) -> Result<Vec<AccessKeyRow>, StorageError> {
        self.select("ORDER BY mailbox, issued_at, digest", &[])
    }
}
