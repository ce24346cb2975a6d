//! The salts of leaves: they follow from a secret for each month and class of records, which is sealed with the ring,
//! and destroyed when the month's time is over.

use std::collections::HashMap;
use std::sync::Arc;

use tongguan_storage::seal::{Keyring, SealError, random, sealed_by};
use tongguan_storage::{Backoff, LogSecretRow, View, Writer};
use tongguan_transparency::commitment::{Salt, Salts};

use super::LogError;
use super::source::{Class, Place};

/// What the sealed key of the log is bound to.
pub(crate) fn place_of_key() -> String {
    "verifiable log".to_owned()
}

/// What the sealed secret of a month is bound to.
pub(crate) fn place_of_secret(period: &str, class: &str) -> String {
    format!("verifiable log {period} {class}")
}

/// The salts of all months, as far as they were asked for.
pub(super) struct AllSalts {
    keyring: Arc<Keyring>,
    /// Nothing where the secret was destroyed.
    known: HashMap<Class, HashMap<String, Option<Salts>>>,
}

impl AllSalts {
    pub(super) fn new(keyring: Arc<Keyring>) -> Self {
        Self { keyring, known: HashMap::new() }
    }

    /// The salt of a record; nothing where its secret was destroyed, or there never was one.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn of(
        &mut self,
        view: &mut View<'_>,
        place: &Place,
        period: &str,
    ) -> Result<Option<Salt>, LogError> {
        let class = place.source.class();
        let known = self.known.entry(class).or_default();
        if !known.contains_key(period) {
            let row = view.log_secret(period, class.name())?;
            let salts = row.map(|row| opened(&self.keyring, &row)).transpose()?.flatten();
            known.insert(period.to_owned(), salts);
        }
        Ok(self.prepared(place, period))
    }

    /// Makes the secrets that records of these months need, where there are none.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn prepare(
        &mut self,
        writer: &mut Writer,
        of: impl IntoIterator<Item = (Class, String)>,
    ) -> Result<(), LogError> {
        for (class, period) in of {
            if self.known.get(&class).is_some_and(|known| known.contains_key(&period)) {
                continue;
            }
            let place = place_of_secret(&period, class.name());
            let sealed = self.keyring.seal_secret(&place, &random::<32>()?)?;
            let row = LogSecretRow {
                period: period.clone(),
                class: class.name().to_owned(),
                secret: Some(sealed.clone()),
            };
            let key = sealed_by(&sealed)?;
            let standing = writer.retried(Backoff::default(), |tx| {
                tx.still_seal(&[key])?;
                tx.log_secret_or(row.clone())
            })?;
            // What comes so late that its month is forgotten is salted with what nobody keeps.
            let salts = match opened(&self.keyring, &standing)? {
                Some(salts) => salts,
                None => Salts::new(&random()?),
            };
            self.known.entry(class).or_default().insert(period, Some(salts));
        }
        Ok(())
    }

    /// As [`Self::of`], of a month that was prepared.
    pub(super) fn prepared(&self, place: &Place, period: &str) -> Option<Salt> {
        let salts = self.known.get(&place.source.class())?.get(period)?.as_ref()?;
        Some(salts.at(place.to_string().as_bytes()))
    }
}

fn opened(keyring: &Keyring, row: &LogSecretRow) -> Result<Option<Salts>, SealError> {
    let Some(sealed) = &row.secret else { return Ok(None) };
    let secret = keyring.open_secret(&place_of_secret(&row.period, &row.class), sealed)?;
    let secret = secret.as_slice().try_into().map_err(|_| SealError::Tampered)?;
    Ok(Some(Salts::new(&secret)))
}
