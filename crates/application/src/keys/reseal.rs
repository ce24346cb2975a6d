//! Sealing anew (重新加密): what older keys sealed is opened and sealed with the key that seals now, some at a time,
//! while others work. What is done is done: whoever is stopped goes on where he was, because what is left is found by
//! the key that it names.

use std::collections::VecDeque;
use std::fmt;
use std::thread;
use std::time::Duration;

use tongguan_domain::access::SignIn;
use tongguan_domain::ids::{DeclarationId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{
    DataKey, DeclaredBody, DeclaredKind, Keyring, SealError, SealedBundle,
};
use tongguan_storage::{Backoff, Remedy, StaleLogSecret, StorageError, Store, Tx, Writer};

use super::{KeyId, KeysError, sealed_by};
use crate::answered::place_of_answer;
use crate::evidence::place_of_upload;
use crate::people::place_of_second_factor;
use crate::pictures::place_of_picture;
use crate::ports::Clock;
use crate::transparency::{place_of_key, place_of_secret};
use crate::webhooks::reseal_secrets;

/// Bundles are looked for so many at a time.
const PAGE: i64 = 256;
/// The bytes that one transaction replaces, or one bundle that has more.
const MOST_BYTES: i64 = 2 << 20;
/// Small secrets that one transaction replaces.
const MOST_SECRETS: i64 = 100;
/// The longest rest between two transactions: others write meanwhile.
const LONGEST_REST: Duration = Duration::from_millis(250);

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bundles that were there when it began.
    pub of: i64,
    /// Bundles that are done with.
    pub done: i64,
}

/// What was sealed anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resealed {
    /// Bundles of messages.
    pub bundles: u64,
    /// Pictures of examinations.
    pub pictures: u64,
    /// What platforms uploaded of payments.
    pub evidence: u64,
    /// Second factors of people.
    pub second_factors: u64,
    /// Secrets of webhooks.
    pub webhook_secrets: u64,
    /// Kept answers.
    pub answers: u64,
    /// Secrets of the verifiable log.
    pub log_secrets: u64,
    /// What does not open with the key that it names; it stays as it is.
    pub damaged: Vec<Damaged>,
}

/// Something sealed that was altered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damaged {
    /// A bundle of messages, by its id.
    Bundle(MessageId),
    /// A picture of an examination, or what a platform uploaded: of which declaration, and which of them.
    Declared(DeclaredKind, DeclarationId, i64),
    /// The second factor of a person.
    SecondFactor(SignIn),
    /// A secret of a webhook, by its number.
    WebhookSecret(i64),
    /// A kept answer, by client and key.
    Answer(String, String),
    /// A secret of the verifiable log, by month and class; its own key where there are none.
    LogSecret(Option<(String, String)>),
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(id) => write!(f, "the bundle of message {}", id.0),
            Self::Declared(DeclaredKind::Picture, id, n) => {
                write!(f, "picture {n} of declaration {id}")
            }
            Self::Declared(DeclaredKind::Evidence, id, n) => {
                write!(f, "what was uploaded upon demand {n} about declaration {id}")
            }
            Self::SecondFactor(name) => write!(f, "the second factor of {name}"),
            Self::WebhookSecret(number) => {
                write!(f, "a secret of webhook {:016x}", number.cast_unsigned())
            }
            Self::Answer(client, key) => write!(f, "the kept answer of {client} under `{key}`"),
            Self::LogSecret(Some((period, class))) => {
                write!(f, "the secret of the verifiable log for {class} records of {period}")
            }
            Self::LogSecret(None) => write!(f, "the key of the verifiable log"),
        }
    }
}

/// Seals anew what any key of the ring sealed that seals no more; `tell` hears how far it has come.
///
/// # Errors
/// [`KeysError`]: the key file lacks a key, or the database is away. What was done until then is done.
pub fn reseal(
    store: &Store,
    keyring: &Keyring,
    clock: &dyn Clock,
    tell: &mut dyn FnMut(Progress),
) -> Result<Resealed, KeysError> {
    let rows = store.read(|view| view.sealing_keys())?;
    let new = keyring.sealing();
    let old: Vec<_> = rows.iter().map(|row| row.key_id).filter(|id| *id != new).collect();
    let mut of = 0;
    for id in &old {
        of += sealed_by(store, *id)?.all_bundles();
    }
    let writer = store.small_writer()?;
    let progress = Progress { of, done: 0 };
    let mut work =
        Work { store, keyring, clock, writer, new, resealed: Resealed::default(), progress };
    work.secrets()?;
    tell(work.progress);
    for id in old {
        for period in store.read(|view| view.periods_under(id))? {
            work.bundles(id, &period, tell)?;
            for kind in DeclaredKind::ALL {
                work.declared(kind, id, &period)?;
            }
        }
    }
    Ok(work.resealed)
}

struct Work<'w> {
    store: &'w Store,
    keyring: &'w Keyring,
    clock: &'w dyn Clock,
    writer: Writer,
    new: KeyId,
    resealed: Resealed,
    progress: Progress,
}

impl Work<'_> {
    /// All bundles of a period that one key seals.
    fn bundles(
        &mut self,
        old: KeyId,
        period: &str,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), KeysError> {
        let mut after = MessageId(i64::MIN);
        loop {
            let page =
                self.store.read(|view| view.bundles_under_after((old, period), after, PAGE))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.message_id;
            // Only now: a period in which nothing is left needs no key.
            let Some((old_key, new_key)) = self.keys(old, period)? else { return Ok(()) };
            let mut left = VecDeque::from(page);
            while !left.is_empty() {
                let some = some_of(&mut left);
                self.replace(&old_key, &new_key, &some)?;
                self.progress.done += i64::try_from(some.len()).unwrap_or(i64::MAX);
                tell(self.progress);
            }
        }
    }

    /// Some bundles, in one short transaction: opening and sealing is done before it.
    fn replace(
        &mut self,
        old: &DataKey,
        new: &DataKey,
        some: &[SealedBundle],
    ) -> Result<(), KeysError> {
        let ids: Vec<_> = some.iter().map(|one| (one.partition, one.message_id)).collect();
        let mut fresh = Vec::with_capacity(ids.len());
        for bundle in self.store.read(|view| view.message_bundles(&ids))? {
            // Another one has done it.
            if bundle.key_id != old.id() {
                continue;
            }
            match new.reseal(old, bundle.message_id.0, &bundle.body) {
                Ok(body) => fresh.push((bundle.partition, bundle.message_id, body)),
                Err(SealError::Tampered | SealError::UnknownForm(_)) => {
                    self.resealed.damaged.push(Damaged::Bundle(bundle.message_id));
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.resealed.bundles +=
            self.write(old, new, |tx| tx.replace_bundles(old.id(), new.id(), &fresh))?;
        Ok(())
    }

    /// All pictures or uploads of a period that one key seals, one by one.
    fn declared(&mut self, kind: DeclaredKind, old: KeyId, period: &str) -> Result<(), KeysError> {
        let under = (old, period);
        let mut after = (DeclarationId(i64::MIN), i64::MIN);
        while let Some(one) =
            self.store.read(|view| view.next_declared_under(kind, under, after))?
        {
            after = (one.declaration_id, one.n);
            let Some((old_key, new_key)) = self.keys(old, period)? else { return Ok(()) };
            let place = match kind {
                DeclaredKind::Picture => place_of_picture(one.declaration_id),
                DeclaredKind::Evidence => place_of_upload(one.declaration_id),
            };
            let body = match new_key.reseal(&old_key, place, &one.body) {
                Ok(body) => body,
                Err(SealError::Tampered | SealError::UnknownForm(_)) => {
                    let damaged = Damaged::Declared(kind, one.declaration_id, one.n);
                    self.resealed.damaged.push(damaged);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let fresh = DeclaredBody { body, ..one };
            let keys = (old, new_key.id(), period);
            let replaced =
                self.write(&old_key, &new_key, |tx| tx.replace_declared(kind, keys, &fresh))?;
            match kind {
                DeclaredKind::Picture => self.resealed.pictures += replaced,
                DeclaredKind::Evidence => self.resealed.evidence += replaced,
            }
        }
        Ok(())
    }

    /// The data keys of a period: that which sealed, and that which seals now. Nothing where the period was forgotten
    /// meanwhile.
    fn keys(&mut self, old: KeyId, period: &str) -> Result<Option<(DataKey, DataKey)>, KeysError> {
        Ok(self.writer.retried(Backoff::default(), |tx| {
            let new_key = tx.data_key_instead(self.keyring, period, old)?;
            Ok::<_, StorageError>(tx.known_data_key(self.keyring, period, old)?.zip(new_key))
        })?)
    }

    /// Writes what was sealed anew, in one short transaction, and rests; gives how much it was.
    fn write(
        &mut self,
        old: &DataKey,
        new: &DataKey,
        mut replace: impl FnMut(&mut Tx<'_>) -> Result<u64, StorageError>,
    ) -> Result<u64, KeysError> {
        let began = self.clock.now();
        let replaced = self.writer.retried(Backoff::default(), |tx| {
            tx.still_seal(&[new.id()])?;
            // A month that is forgotten stays so.
            match tx.data_key_instead(self.keyring, old.period(), old.id())? {
                Some(_) => replace(tx),
                None => Ok(0),
            }
        });
        let replaced = settled(replaced)?;
        self.rest_as_long(began);
        Ok(replaced)
    }

    fn secrets(&mut self) -> Result<(), KeysError> {
        self.second_factors()?;
        self.answers()?;
        self.log_secrets()?;
        let webhooks = self.store.read(|view| view.webhooks(None))?;
        for webhook in webhooks {
            match reseal_secrets(&mut self.writer, self.keyring, webhook.number) {
                Ok(count) => self.resealed.webhook_secrets += count,
                Err(StorageError::Seal(SealError::Tampered | SealError::UnknownForm(_))) => {
                    self.resealed.damaged.push(Damaged::WebhookSecret(webhook.number));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn second_factors(&mut self) -> Result<(), KeysError> {
        let mut after = String::new();
        loop {
            let (new, from) = (self.new, after.as_str());
            let page =
                self.store.read(|view| view.stale_second_factors(new, from, MOST_SECRETS))?;
            let Some(last) = page.last() else { return Ok(()) };
            let next = last.of.to_string();
            let mut fresh = Vec::new();
            for stale in page {
                let place = place_of_second_factor(&stale.of);
                let of = Damaged::SecondFactor(stale.of.clone());
                if let Some(sealed) = self.anew(&place, &stale.sealed, of)? {
                    fresh.push((stale.of, stale.sealed, sealed));
                }
            }
            let replaced = self.writer.retried(Backoff::default(), |tx| {
                tx.still_seal(&[new])?;
                tx.replace_second_factors(&fresh)
            });
            self.resealed.second_factors += settled(replaced)?;
            after = next;
        }
    }

    fn answers(&mut self) -> Result<(), KeysError> {
        let mut after = (String::new(), String::new());
        loop {
            let (new, from) = (self.new, (after.0.as_str(), after.1.as_str()));
            let page = self.store.read(|view| view.stale_answers(new, from, MOST_SECRETS))?;
            let Some(last) = page.last() else { return Ok(()) };
            let next = last.of.clone();
            let mut fresh = Vec::new();
            for stale in page {
                let (client, key) = stale.of;
                let place = place_of_answer(&client, &key);
                let of = Damaged::Answer(client.clone(), key.clone());
                if let Some(sealed) = self.anew(&place, &stale.sealed, of)? {
                    fresh.push((client, key, stale.sealed, sealed));
                }
            }
            let replaced = self.writer.retried(Backoff::default(), |tx| {
                tx.still_seal(&[new])?;
                tx.replace_answers(&fresh)
            });
            self.resealed.answers += settled(replaced)?;
            after = next;
        }
    }

    /// Three a month: all at once.
    fn log_secrets(&mut self) -> Result<(), KeysError> {
        let new = self.new;
        for StaleLogSecret { of, sealed } in self.store.read(|view| view.stale_log_secrets(new))? {
            let place = match &of {
                Some((period, class)) => place_of_secret(period, class),
                None => place_of_key(),
            };
            let damaged = Damaged::LogSecret(of.clone());
            let Some(fresh) = self.anew(&place, &sealed, damaged)? else { continue };
            let replaced = self.writer.retried(Backoff::default(), |tx| {
                tx.still_seal(&[new])?;
                tx.replace_log_secret(of.as_ref(), &sealed, &fresh)
            });
            self.resealed.log_secrets += settled(replaced)?;
        }
        Ok(())
    }

    /// A small secret sealed anew; nothing where it is damaged, which is noted, or was done meanwhile.
    fn anew(
        &mut self,
        place: &str,
        sealed: &[u8],
        of: Damaged,
    ) -> Result<Option<Vec<u8>>, SealError> {
        match self.keyring.reseal_secret(place, sealed) {
            Err(SealError::Tampered | SealError::UnknownForm(_)) => {
                self.resealed.damaged.push(of);
                Ok(None)
            }
            done => done,
        }
    }

    /// Leaves the database to others for as long as it was held.
    fn rest_as_long(&self, began: Moment) {
        let took = self.clock.now().micros().saturating_sub(began.micros());
        let took = Duration::from_micros(u64::try_from(took).unwrap_or_default());
        thread::park_timeout(took.min(LONGEST_REST));
    }
}

/// The first bundles that one transaction replaces.
fn some_of(left: &mut VecDeque<SealedBundle>) -> Vec<SealedBundle> {
    let mut bytes = 0;
    let mut some = Vec::new();
    while let Some(next) = left.front() {
        bytes += next.length;
        if !some.is_empty() && bytes > MOST_BYTES {
            break;
        }
        some.extend(left.pop_front());
    }
    some
}

/// How many were replaced. A commit whose end is not known has replaced all or none of its rows, and is not counted:
/// what it did not do is found the next time.
fn settled(replaced: Result<u64, StorageError>) -> Result<u64, StorageError> {
    match replaced {
        Err(error) if error.remedy() == Remedy::Resolve => Ok(0),
        settled => settled,
    }
}
