//! Accounts that people have at providers of identity, and which of the providers' answers were taken.

use tongguan_domain::access::SignIn;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// An account at a provider, by which a person signs in. What the provider calls it is nowhere kept.
    pub struct ProviderAccountRow in "provider_account", key 1 {
        /// SHA-256 of the issuer and of what it calls the account.
        digest: [u8; 32],
        /// Whose.
        sign_in: SignIn,
        /// The provider, by its name in the settings when the account was linked.
        provider: String,
        /// When it was linked.
        linked_at: Moment,
        /// When it was last signed in by.
        used_at: Option<Moment>,
    }
}

impl Replaceable for ProviderAccountRow {
    const INDEXED: &'static [&'static str] = &["sign_in"];
}

row! {
    /// An answer of a provider that was taken: none is good twice.
    pub struct ProviderAnswerRow in "provider_answer", key 1 {
        /// SHA-256 of the state that it came with.
        digest: [u8; 32],
        /// From when on it is too old to be taken anyway.
        expires_at: Moment,
    }
}

impl View<'_> {
    /// The account with this digest.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn provider_account(
        &mut self,
        digest: &[u8; 32],
    ) -> Result<Option<ProviderAccountRow>, StorageError> {
        Ok(self.load(&[(*digest,)])?.pop())
    }

    /// The accounts of a person, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn provider_accounts_of(
        &mut self,
        name: &SignIn,
    ) -> Result<Vec<ProviderAccountRow>, StorageError> {
        self.select("WHERE sign_in = $1 ORDER BY linked_at, digest", &[name.cell()])
    }
}

impl Tx<'_> {
    /// Takes accounts away.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_provider_accounts(&mut self, digests: &[[u8; 32]]) -> Result<u64, StorageError> {
        let keys: Vec<_> = digests.iter().map(|digest| (*digest,)).collect();
        self.delete::<ProviderAccountRow, _>(&keys)
    }

    /// Notes that an answer was taken, and forgets at most `limit` of those that are too old by now; gives whether it
    /// was not taken before.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn take_provider_answer(
        &mut self,
        answer: &ProviderAnswerRow,
        now: Moment,
        limit: i64,
    ) -> Result<bool, StorageError> {
        let is_first = self.insert_absent(std::slice::from_ref(answer))? > 0;
        let values = [now.cell(), limit.cell()];
        let old: Vec<ProviderAnswerRow> =
            self.select("WHERE expires_at <= $1 ORDER BY expires_at, digest LIMIT $2", &values)?;
        let keys: Vec<_> = old.iter().map(|row| (row.digest,)).collect();
        self.delete::<ProviderAnswerRow, _>(&keys)?;
        Ok(is_first)
    }
}
