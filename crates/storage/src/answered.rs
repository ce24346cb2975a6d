//! Requests that were answered: by the client and the key that it gave, so that the same request again gets the
//! same answer.

use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A request that was begun, and its answer once it has one.
    pub struct AnsweredRequestRow in "answered_request", key 2 {
        /// Whose.
        client: String,
        /// The key that the client gave.
        key: String,
        /// SHA-256 of the request.
        digest: [u8; 32],
        /// When it was begun.
        begun_at: Moment,
        /// Until when whoever acts on it has said to be alive.
        leased_until: Moment,
        /// The answer, sealed; absent while the request is under way.
        answer: Option<Vec<u8>>,
    }
}

impl Replaceable for AnsweredRequestRow {
    const INDEXED: &'static [&'static str] = &["begun_at"];
}

impl View<'_> {
    /// The request of a client and key.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn answered_request(
        &mut self,
        client: &str,
        key: &str,
    ) -> Result<Option<AnsweredRequestRow>, StorageError> {
        Ok(self.load(&[(client, key)])?.pop())
    }

    /// Requests that were begun until then, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn answered_requests_until(
        &mut self,
        until: Moment,
        limit: i64,
    ) -> Result<Vec<AnsweredRequestRow>, StorageError> {
        let values = [until.cell(), limit.cell()];
        self.select("WHERE begun_at <= $1 ORDER BY begun_at, client, key LIMIT $2", &values)
    }
}

impl Tx<'_> {
    /// The same, which nobody else changes before this transaction ends.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_answered_request(
        &mut self,
        client: &str,
        key: &str,
    ) -> Result<Option<AnsweredRequestRow>, StorageError> {
        Ok(self.lock(&[(client, key)])?.pop())
    }

    /// Forgets requests: `(client, key)`; gives how many were there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget_requests(&mut self, keys: &[(&str, &str)]) -> Result<u64, StorageError> {
        self.delete::<AnsweredRequestRow, _>(keys)
    }
}
