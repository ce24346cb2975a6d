//! Requests that were answered (幂等): who sends the same request again, under the same key, gets the same
//! answer, and nothing happens twice.
//!
//! A request is noted before it is acted on, and its answer after. What was begun and never answered, because
//! the process ended meanwhile, may be begun again after a while. Answers are kept sealed for a day: one may hold
//! an access key, which is shown once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError};
use tongguan_storage::{AnsweredRequestRow, Backoff, StorageError, Store, Writer};

/// For how long an answer is kept.
const KEPT_DAYS: i64 = 1;
/// After how long a request that was begun and not answered may be begun again.
const GIVEN_UP_MS: i64 = 600_000;
/// Requests that are too old are forgotten so many at a time.
const FORGOTTEN: i64 = 100;

/// A request: whose, under which key, and the digest of all that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Whose.
    pub client: String,
    /// The key that the client gave.
    pub key: String,
    /// SHA-256 of method, address and body.
    pub digest: [u8; 32],
}

/// What is known of a request that is to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is begun now.
    Now,
    /// It was answered: the answer, as it was given.
    Before(Vec<u8>),
    /// It is under way, since then. A process that died with it holds it for ten minutes, then it may be begun again.
    UnderWay(Moment),
    /// Under that key another request was sent.
    OtherRequest,
}

/// A request could not be noted.
#[derive(Debug, thiserror::Error)]
pub enum AnsweredError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// An answer could not be sealed, or does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The requests of a store that were answered.
pub struct Answered {
    writer: Mutex<Writer>,
    keyring: Arc<Keyring>,
}

impl Answered {
    /// Those of a store.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(store: &Store, keyring: Arc<Keyring>) -> Result<Self, StorageError> {
        Ok(Self { writer: Mutex::new(store.writer()?), keyring })
    }

    /// Notes that a request is begun, unless it was before.
    ///
    /// # Errors
    /// [`AnsweredError`].
    pub fn begin(&self, request: &RequestKey, now: Moment) -> Result<Begun, AnsweredError> {
        let RequestKey { client, key, digest } = request;
        let row = AnsweredRequestRow {
            client: client.clone(),
            key: key.clone(),
            digest: *digest,
            begun_at: now,
            answer: None,
        };
        let before = self.writer().retried(Backoff::default(), |tx| {
            let old = tx.answered_requests_until(now.plus_days(-KEPT_DAYS), FORGOTTEN)?;
            let old: Vec<_> = old.iter().map(|row| (&*row.client, &*row.key)).collect();
            tx.forget_requests(&old)?;
            if tx.insert_absent(std::slice::from_ref(&row))? > 0 {
                return Ok::<_, StorageError>(None);
            }
            let before = tx.answered_request(client, key)?;
            let given_up = before.as_ref().is_some_and(|before| {
                before.answer.is_none() && before.begun_at <= now.plus_millis(-GIVEN_UP_MS)
            });
            if given_up {
                tx.upsert(std::slice::from_ref(&row))?;
                return Ok(None);
            }
            Ok(before)
        })?;
        match before {
            None => Ok(Begun::Now),
            Some(before) if before.digest != *digest => Ok(Begun::OtherRequest),
            Some(AnsweredRequestRow { answer: None, begun_at, .. }) => {
                Ok(Begun::UnderWay(begun_at))
            }
            Some(AnsweredRequestRow { answer: Some(sealed), .. }) => {
                Ok(Begun::Before(self.keyring.open_secret(&place(request), &sealed)?))
            }
        }
    }

    /// Keeps the answer of a request that was begun; without one the request may be begun again.
    ///
    /// # Errors
    /// [`AnsweredError`].
    pub fn settle(
        &self,
        request: &RequestKey,
        answer: Option<&[u8]>,
        now: Moment,
    ) -> Result<(), AnsweredError> {
        let RequestKey { client, key, digest } = request;
        let sealed = answer.map(|answer| self.keyring.seal_secret(&place(request), answer));
        let row = AnsweredRequestRow {
            client: client.clone(),
            key: key.clone(),
            digest: *digest,
            begun_at: now,
            answer: sealed.transpose()?,
        };
        Ok(self.writer().retried(Backoff::default(), |tx| match row.answer {
            Some(_) => tx.upsert(std::slice::from_ref(&row)),
            None => tx.forget_requests(&[(client, key)]).map(drop),
        })?)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a sealed answer is bound to.
fn place(RequestKey { client, key, .. }: &RequestKey) -> String {
    format!("answer {client} {key}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    on_both_engines! {
        a_request_is_acted_on_once,
        what_was_begun_and_never_answered_may_be_begun_again,
    }

    fn request(key: &str, says: u8) -> RequestKey {
        RequestKey { client: "key 1".to_owned(), key: key.to_owned(), digest: [says; 32] }
    }

    fn answered(desk: &Desk) -> Answered {
        Answered::open(&desk.store, Arc::new(Keyring::from_master(&[9; 32]))).unwrap()
    }

    fn minute(n: i64) -> Moment {
        Moment::from_micros(n * 60_000_000)
    }

    fn a_request_is_acted_on_once(desk: &Desk) {
        let answered = answered(desk);
        let (first, other) = (request("a", 1), request("a", 2));
        assert_eq!(answered.begin(&first, minute(0)).unwrap(), Begun::Now);
        assert_eq!(answered.begin(&first, minute(1)).unwrap(), Begun::UnderWay(minute(0)));
        assert_eq!(answered.begin(&other, minute(1)).unwrap(), Begun::OtherRequest);
        answered.settle(&first, Some(b"done"), minute(2)).unwrap();
        assert_eq!(answered.begin(&first, minute(3)).unwrap(), Begun::Before(b"done".to_vec()));
        assert_eq!(answered.begin(&other, minute(3)).unwrap(), Begun::OtherRequest);
        let stranger = RequestKey { client: "key 2".to_owned(), ..first.clone() };
        assert_eq!(answered.begin(&stranger, minute(3)).unwrap(), Begun::Now);
        assert_eq!(answered.begin(&other, minute(3 + 24 * 60)).unwrap(), Begun::Now, "a day later");
    }

    fn what_was_begun_and_never_answered_may_be_begun_again(desk: &Desk) {
        let answered = answered(desk);
        let request = request("a", 1);
        assert_eq!(answered.begin(&request, minute(0)).unwrap(), Begun::Now);
        assert_eq!(answered.begin(&request, minute(9)).unwrap(), Begun::UnderWay(minute(0)));
        assert_eq!(answered.begin(&request, minute(10)).unwrap(), Begun::Now);
        answered.settle(&request, None, minute(11)).unwrap();
        assert_eq!(answered.begin(&request, minute(11)).unwrap(), Begun::Now);
    }
}
