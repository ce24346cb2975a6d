//! The salts of leaves: they follow from a secret for each month and class of records, which is sealed with the ring,
//! and destroyed when the month's time is over.

use std::collections::HashMap;
use std::sync::Arc;

use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError, random, sealed_by};
use tongguan_storage::{Backoff, LogSecretRow, View, Writer};
use tongguan_transparency::commitment::{Salt, Salts};

use super::LogError;
use super::source::{Class, Place};
use crate::originals::period_of;

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
    known: HashMap<(String, Class), Option<Salts>>,
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
        let of = (period.to_owned(), place.source.class());
        if !self.known.contains_key(&of) {
            let row = view.log_secret(period, of.1.name())?;
            let salts = row.map(|row| opened(&self.keyring, &row)).transpose()?.flatten();
            self.known.insert(of.clone(), salts);
        }
        Ok(self
            .known
            .get(&of)
            .and_then(Option::as_ref)
            .map(|salts| salts.at(named(place).as_bytes())))
    }

    /// Makes the secrets that records of these months need, where there are none.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn prepare(
        &mut self,
        writer: &mut Writer,
        of: impl IntoIterator<Item = (Class, Moment)>,
    ) -> Result<(), LogError> {
        for (class, at) in of {
            let of = (period_of(at), class);
            if self.known.contains_key(&of) {
                continue;
            }
            let place = place_of_secret(&of.0, class.name());
            let sealed = self.keyring.seal_secret(&place, &random::<32>()?)?;
            let row = LogSecretRow {
                period: of.0.clone(),
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
            self.known.insert(of, Some(salts));
        }
        Ok(())
    }

    /// As [`Self::of`], of a month that was prepared.
    pub(super) fn prepared(&self, place: &Place, at: Moment) -> Option<Salt> {
        let of = (period_of(at), place.source.class());
        let salts = self.known.get(&of)?.as_ref()?;
        Some(salts.at(named(place).as_bytes()))
    }
}

fn named(place: &Place) -> String {
    place.to_string()
}

fn opened(keyring: &Keyring, row: &LogSecretRow) -> Result<Option<Salts>, SealError> {
    let Some(sealed) = &row.secret else { return Ok(None) };
    let secret = keyring.open_secret(&place_of_secret(&row.period, &row.class), sealed)?;
    let secret = secret.as_slice().try_into().map_err(|_| SealError::Tampered)?;
    Ok(Some(Salts::new(&secret)))
}
