//! Requests that were answered (幂等): who sends the same request again, under the same key, gets the same
//! answer, and nothing happens twice.
//!
//! A request is noted before it is acted on, and its answer after. Whoever acts on it says every few seconds to be
//! alive; what nobody says that of, because its process died, may be begun again. Answers are kept sealed for a
//! day: one may hold an access key, which is shown once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError, sealed_by};
use tongguan_storage::{AnsweredRequestRow, Backoff, StorageError, Store, Tx, Writer};

use crate::digest::sha256;
use crate::registry::fingerprint;

/// For how long an answer is kept.
const KEPT_DAYS: i64 = 1;
/// For how long a process that says to be alive is believed, in milliseconds. Others may begin what it died with
/// after that; it is longer than a process is usually held up.
const LEASE_MS: i64 = 15_000;
/// How often whoever acts on a request says to be alive: before a lease ends it can be missed twice.
pub const RENEWED_EVERY: Duration = Duration::from_secs(5);
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
    /// It is begun now, and is the caller's until it is settled.
    Now(Held),
    /// It was answered: the answer, as it was given.
    Before(Vec<u8>),
    /// It is under way, since then.
    UnderWay(Moment),
    /// Under that key another request was sent.
    OtherRequest,
}

/// A request that is being acted on, by whoever has begun it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    request: RequestKey,
    begun_at: Moment,
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
        let RequestKey { client, key, .. } = request;
        let digest = self.noted(request);
        let row = AnsweredRequestRow {
            client: client.clone(),
            key: key.clone(),
            digest,
            begun_at: now,
            leased_until: now.plus_millis(LEASE_MS),
            answer: None,
        };
        let before = self.writer().retried(Backoff::default(), |tx| {
            let old = tx.answered_requests_until(now.plus_days(-KEPT_DAYS), FORGOTTEN)?;
            let old: Vec<_> = old.iter().map(|row| (&*row.client, &*row.key)).collect();
            tx.forget_requests(&old)?;
            if tx.insert_absent(std::slice::from_ref(&row))? > 0 {
                return Ok::<_, StorageError>(None);
            }
            let before = tx.lock_answered_request(client, key)?;
            let died = before
                .as_ref()
                .is_none_or(|before| before.answer.is_none() && before.leased_until <= now);
            if died {
                tx.upsert(std::slice::from_ref(&row))?;
                return Ok(None);
            }
            Ok(before)
        })?;
        match before {
            None => Ok(Begun::Now(Held { request: request.clone(), begun_at: now })),
            Some(before) if before.digest != digest => Ok(Begun::OtherRequest),
            Some(AnsweredRequestRow { answer: None, begun_at, .. }) => {
                Ok(Begun::UnderWay(begun_at))
            }
            Some(AnsweredRequestRow { answer: Some(sealed), .. }) => {
                Ok(Begun::Before(self.keyring.open_secret(&place_of_answer(client, key), &sealed)?))
            }
        }
    }

    /// Says that whoever acts on a request is alive.
    ///
    /// # Errors
    /// [`AnsweredError`].
    pub fn renew(&self, held: &Held, now: Moment) -> Result<(), AnsweredError> {
        let leased_until = now.plus_millis(LEASE_MS);
        self.held(held, |tx, row| tx.upsert(&[AnsweredRequestRow { leased_until, ..row }]))
    }

    /// Keeps the answer of a request that was begun; without one the request may be begun again. What somebody
    /// else has begun again since stays his.
    ///
    /// # Errors
    /// [`AnsweredError`].
    pub fn settle(&self, held: &Held, answer: Option<&[u8]>) -> Result<(), AnsweredError> {
        let RequestKey { client, key, .. } = &held.request;
        let place = place_of_answer(client, key);
        let sealed = answer.map(|answer| self.keyring.seal_secret(&place, answer)).transpose()?;
        self.held(held, |tx, row| match &sealed {
            Some(answer) => {
                tx.still_seal(&[sealed_by(answer)?])?;
                tx.upsert(&[AnsweredRequestRow { answer: sealed.clone(), ..row }])
            }
            None => tx.forget_requests(&[(&row.client, &row.key)]).map(drop),
        })
    }

    /// Changes the row of a request that is still held.
    fn held(
        &self,
        held: &Held,
        mut change: impl FnMut(&mut Tx<'_>, AnsweredRequestRow) -> Result<(), StorageError>,
    ) -> Result<(), AnsweredError> {
        let RequestKey { client, key, .. } = &held.request;
        Ok(self.writer().retried(Backoff::default(), |tx| {
            let row = tx.lock_answered_request(client, key)?;
            let is_held =
                |row: &AnsweredRequestRow| row.answer.is_none() && row.begun_at == held.begun_at;
            match row.filter(is_held) {
                Some(row) => change(tx, row),
                None => Ok(()),
            }
        })?)
    }

    /// The digest that is noted, keyed: a request may hold a password, which nobody shall guess from the row.
    fn noted(&self, request: &RequestKey) -> [u8; 32] {
        sha256(&self.keyring.fingerprint("request", &fingerprint(&request.digest)))
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a sealed answer is bound to.
pub(crate) fn place_of_answer(client: &str, key: &str) -> String {
    format!("answer {client} {key}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    on_both_engines! {
        a_request_is_acted_on_once,
        what_a_process_died_with_may_be_begun_again_and_what_one_works_on_may_not,
        nobody_learns_from_the_row_what_was_said,
    }

    fn request(key: &str, says: u8) -> RequestKey {
        RequestKey { client: "key 1".to_owned(), key: key.to_owned(), digest: [says; 32] }
    }

    fn answered(desk: &Desk) -> Answered {
        Answered::open(&desk.store, Arc::new(Keyring::from_master(&[9; 32]))).unwrap()
    }

    fn second(n: i64) -> Moment {
        Moment::from_micros(n * 1_000_000)
    }

    fn begun(answered: &Answered, request: &RequestKey, at: Moment) -> Held {
        match answered.begin(request, at).unwrap() {
            Begun::Now(held) => held,
            other => panic!("{other:?}"),
        }
    }

    fn a_request_is_acted_on_once(desk: &Desk) {
        let answered = answered(desk);
        let (first, other) = (request("a", 1), request("a", 2));
        let held = begun(&answered, &first, second(0));
        assert_eq!(answered.begin(&first, second(1)).unwrap(), Begun::UnderWay(second(0)));
        assert_eq!(answered.begin(&other, second(1)).unwrap(), Begun::OtherRequest);
        answered.settle(&held, Some(b"done")).unwrap();
        assert_eq!(answered.begin(&first, second(100)).unwrap(), Begun::Before(b"done".to_vec()));
        assert_eq!(answered.begin(&other, second(100)).unwrap(), Begun::OtherRequest);
        let stranger = RequestKey { client: "key 2".to_owned(), ..first };
        begun(&answered, &stranger, second(100));
        begun(&answered, &other, second(24 * 3_600));
    }

    fn what_a_process_died_with_may_be_begun_again_and_what_one_works_on_may_not(desk: &Desk) {
        let answered = answered(desk);
        let request = request("a", 1);
        let slow = begun(&answered, &request, second(0));
        answered.renew(&slow, second(10)).unwrap();
        assert_eq!(answered.begin(&request, second(24)).unwrap(), Begun::UnderWay(second(0)));
        let next = begun(&answered, &request, second(25));
        // It was held up, and lives: what is another's now it leaves alone.
        answered.renew(&slow, second(26)).unwrap();
        answered.settle(&slow, Some(b"late")).unwrap();
        assert_eq!(answered.begin(&request, second(27)).unwrap(), Begun::UnderWay(second(25)));
        answered.settle(&next, None).unwrap();
        begun(&answered, &request, second(28));
    }

    fn nobody_learns_from_the_row_what_was_said(desk: &Desk) {
        let answered = answered(desk);
        let request = request("a", 1);
        begun(&answered, &request, second(0));
        let row = desk.store.read(|view| view.answered_request("key 1", "a")).unwrap().unwrap();
        assert_ne!(row.digest, request.digest, "whoever guesses a password could try it");
    }
}
