//! The ring as the database knows it: the names of its keys, which one seals, and what each still seals.

use tongguan_domain::access::SignIn;
use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;

use super::SealError;
use super::data_key::WrappedKey;
use super::key::KeyId;
use crate::answered::AnsweredRequestRow;
use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::person::PersonRow;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A key of the ring. The key itself stands in the key file alone.
    pub struct SealingKeyRow in "sealing_key", key 1 {
        /// Its name.
        key_id: KeyId,
        /// The name of its cipher.
        cipher: String,
        /// The key of the marks that stood in the same file.
        marks_id: KeyId,
        /// When it was added.
        added_at: Moment,
        /// Whether it seals: one does.
        seals: bool,
        /// Since when it seals, or did; absent for one that never has.
        seals_since: Option<Moment>,
        /// Since when nothing is sealed with it, for good.
        retired_at: Option<Moment>,
    }
}

impl Replaceable for SealingKeyRow {}

/// How many small secrets a key of the ring seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SealedSecrets {
    /// Second factors of people.
    pub second_factors: i64,
    /// Secrets of webhooks, the earlier ones as well.
    pub webhook_secrets: i64,
    /// Answers that are kept for a day.
    pub answers: i64,
    /// Secrets of the verifiable log: its key, and those that salts follow from.
    pub log_secrets: i64,
}

/// A bundle of messages, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedBundle {
    /// Where it lies.
    pub partition: Partition,
    /// Its id.
    pub message_id: MessageId,
    /// Bytes of its body.
    pub length: i64,
}

/// A secret that is sealed with a key which seals no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleSecret<K> {
    /// Whose.
    pub of: K,
    /// As it is sealed.
    pub sealed: Vec<u8>,
}

/// A kept answer that is sealed with a key which seals no more: by client and key.
pub type StaleAnswer = StaleSecret<(String, String)>;

impl View<'_> {
    /// The keys of the ring, in the order in which they were added.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sealing_keys(&mut self) -> Result<Vec<SealingKeyRow>, StorageError> {
        self.select("ORDER BY added_at, key_id", &[])
    }

    /// The periods that have a data key under a key of the ring, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn periods_under(&mut self, id: KeyId) -> Result<Vec<String>, StorageError> {
        let keys: Vec<WrappedKey> =
            self.select("WHERE key_id = $1 ORDER BY period", &[id.cell()])?;
        Ok(keys.into_iter().map(|key| key.period).collect())
    }

    /// The keys of the ring under which a period has data keys, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn keys_of_period(&mut self, period: &str) -> Result<Vec<KeyId>, StorageError> {
        let keys: Vec<WrappedKey> = self.load(&[(period,)])?;
        Ok(keys.into_iter().map(|key| key.key_id).collect())
    }

    /// How many bundles of a period a key of the ring seals.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bundles_under(&mut self, id: KeyId, period: &str) -> Result<i64, StorageError> {
        let text = "SELECT COUNT(*) FROM message_bundle WHERE key_id = $1 AND period = $2";
        Ok(self.single_of(text, &[id.cell(), period.cell()])?.unwrap_or(0))
    }

    /// Bundles of a period that a key of the ring seals, behind one of them, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bundles_under_after(
        &mut self,
        (id, period): (KeyId, &str),
        after: MessageId,
        limit: i64,
    ) -> Result<Vec<SealedBundle>, StorageError> {
        let text = "SELECT partition, message_id, CAST(length(body) AS BIGINT) FROM message_bundle \
                    WHERE key_id = $1 AND period = $2 AND message_id > $3 \
                    ORDER BY message_id LIMIT $4";
        let values = [id.cell(), period.cell(), after.cell(), limit.cell()];
        let mut found = Vec::new();
        self.query(text, &values, &mut |view| {
            let mut columns = view.columns("message_bundle");
            found.push(SealedBundle {
                partition: columns.next("partition")?,
                message_id: columns.next("message_id")?,
                length: columns.next("length")?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// How many small secrets a key of the ring seals.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn secrets_under(&mut self, id: KeyId) -> Result<SealedSecrets, StorageError> {
        let name = id.to_bytes();
        let mut count = |from: &str, column: &str| {
            // The name of the key stands in bytes 3 to 6 of what is sealed.
            let text = format!("SELECT COUNT(*) FROM {from} WHERE substr({column}, 3, 4) = $1");
            let counted = self.single_of(&text, &[name.cell()])?;
            Ok::<i64, StorageError>(counted.unwrap_or(0))
        };
        Ok(SealedSecrets {
            second_factors: count("person", "totp")?,
            webhook_secrets: count("webhook", "secret")? + count("webhook", "earlier_secret")?,
            answers: count("answered_request", "answer")?,
            log_secrets: count("verifiable_log", "seed")? + count("log_secret", "secret")?,
        })
    }

    /// Second factors that another key than `id` seals, behind a name, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn stale_second_factors(
        &mut self,
        id: KeyId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<StaleSecret<SignIn>>, StorageError> {
        let tail = "WHERE totp IS NOT NULL AND substr(totp, 3, 4) <> $1 AND sign_in > $2 \
                    ORDER BY sign_in LIMIT $3";
        let name = id.to_bytes();
        let rows: Vec<PersonRow> = self.select(tail, &[name.cell(), after.cell(), limit.cell()])?;
        let stale = |row: PersonRow| Some(StaleSecret { of: row.sign_in, sealed: row.totp? });
        Ok(rows.into_iter().filter_map(stale).collect())
    }

    /// Kept answers that another key than `id` seals, behind one of them, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn stale_answers(
        &mut self,
        id: KeyId,
        (client, key): (&str, &str),
        limit: i64,
    ) -> Result<Vec<StaleAnswer>, StorageError> {
        let tail = "WHERE answer IS NOT NULL AND substr(answer, 3, 4) <> $1 \
                    AND (client, key) > ($2, $3) ORDER BY client, key LIMIT $4";
        let name = id.to_bytes();
        let values = [name.cell(), client.cell(), key.cell(), limit.cell()];
        let rows: Vec<AnsweredRequestRow> = self.select(tail, &values)?;
        let stale = |row: AnsweredRequestRow| {
            Some(StaleSecret { of: (row.client, row.key), sealed: row.answer? })
        };
        Ok(rows.into_iter().filter_map(stale).collect())
    }
}

impl Tx<'_> {
    /// Proves that none of these keys is retired, and keeps them from being so until the end of the transaction: to
    /// be called wherever something is written that they sealed.
    ///
    /// # Errors
    /// [`SealError::Retired`], in [`StorageError::Seal`]; roll back.
    pub fn still_seal(&mut self, ids: &[KeyId]) -> Result<(), StorageError> {
        let keys: Vec<_> = ids.iter().map(|id| (*id,)).collect();
        let rows = self.lock_shared::<SealingKeyRow, _>(&keys)?;
        match rows.iter().find(|row| row.retired_at.is_some()) {
            Some(row) => Err(SealError::Retired { key: row.key_id }.into()),
            None => Ok(()),
        }
    }

    /// A key of the ring, kept from other writers: waits for those who write what it sealed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_sealing_key(&mut self, id: KeyId) -> Result<Option<SealingKeyRow>, StorageError> {
        Ok(self.lock(&[(id,)])?.pop())
    }

    /// Takes away the data keys under a key of the ring; gives how many there were.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_data_keys(&mut self, id: KeyId) -> Result<u64, StorageError> {
        let periods = self.periods_under(id)?;
        let keys: Vec<_> = periods.iter().map(|period| (period.as_str(), id)).collect();
        self.delete::<WrappedKey, _>(&keys)
    }

    /// Puts bodies in the place of those that key `old` sealed, `new` in its place: `(partition, bundle, body)`;
    /// gives how many there were. A bundle that another has sealed anew meanwhile stays as it is.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn replace_bundles(
        &mut self,
        old: KeyId,
        new: KeyId,
        bodies: &[(Partition, MessageId, Vec<u8>)],
    ) -> Result<u64, StorageError> {
        let rows: Vec<_> =
            bodies.iter().map(|(part, id, body)| (*part, *id, old, new, body)).collect();
        self.each(
            "UPDATE message_bundle SET key_id = k.fresh, body = k.body FROM {rows} \
             WHERE message_bundle.partition = k.partition \
             AND message_bundle.message_id = k.message_id AND message_bundle.key_id = k.stale",
            &["partition", "message_id", "stale", "fresh", "body"],
            &rows,
        )
    }

    /// Puts second factors in the place of those that are sealed so still: `(whose, sealed, sealed anew)`; gives how
    /// many there were.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn replace_second_factors(
        &mut self,
        rows: &[(SignIn, Vec<u8>, Vec<u8>)],
    ) -> Result<u64, StorageError> {
        self.each(
            "UPDATE person SET totp = k.fresh FROM {rows} \
             WHERE person.sign_in = k.sign_in AND person.totp = k.stale",
            &["sign_in", "stale", "fresh"],
            rows,
        )
    }

    /// As [`Self::replace_second_factors`], of kept answers: `(client, key, sealed, sealed anew)`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn replace_answers(
        &mut self,
        rows: &[(String, String, Vec<u8>, Vec<u8>)],
    ) -> Result<u64, StorageError> {
        self.each(
            "UPDATE answered_request SET answer = k.fresh FROM {rows} \
             WHERE answered_request.client = k.client AND answered_request.key = k.key \
             AND answered_request.answer = k.stale",
            &["client", "key", "stale", "fresh"],
            rows,
        )
    }
}
