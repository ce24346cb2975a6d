//! Whose keys may declare what a party has stored: its own, and those of its delegates.

use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Standing;
use tongguan_domain::registry::{Delegate, Delegates};
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::Certificate;
use tongguan_messages::certificate::key::{KeyError, SigningKey};
use tongguan_storage::{CertificateRow, StorageError, View};

use super::registered::{Registered, fingerprint, registered};

/// A key may not declare for a party.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefused {
    /// It is nobody's that may.
    #[error(
        "the key is neither the merchant's nor the declarant's nor a delegate's of theirs: register its \
         certificate first, under `certificates` or `delegates` of the party"
    )]
    Unregistered,
    /// Its certificate does not count on that day.
    #[error("the key's certificate {certificate} counts from {from} to {to}")]
    NotValid {
        /// Its SHA-256 digest.
        certificate: String,
        /// The first moment.
        from: Moment,
        /// The last one.
        to: Moment,
    },
    /// The party may not act itself.
    #[error("{name} may not act: it is suspended, or its registration is over")]
    PartyMayNotAct {
        /// Its name.
        name: String,
    },
    /// The key does not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The registry could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What was signed, and under which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// SHA-256 of the certificate.
    pub certificate: [u8; 32],
    /// The signature value.
    pub signature: Vec<u8>,
}

/// Signs a statement for one of these parties. The chain of the certificate is not looked at: that it is
/// registered says whose it is.
///
/// # Errors
/// [`KeyRefused`].
pub fn sign_for(
    view: &mut View<'_>,
    parties: &[PartyId],
    key: &SigningKey,
    statement: &[u8],
    at: Moment,
) -> Result<Signed, KeyRefused> {
    let scheme = key.scheme();
    let signature = key.sign(scheme, statement)?;
    let is_keys = |row: &&CertificateRow| {
        let certificate = Certificate::from_der(&row.der);
        let verifies = |one: Certificate| one.key().verify(scheme, statement, &signature);
        !row.revoked && certificate.is_ok_and(verifies)
    };
    let registered = registered(view)?;
    let owners = registered.iter().filter(|one| parties.contains(&one.party.id));
    let mut held =
        owners.flat_map(|one| one.certificates.iter().filter(is_keys).map(move |row| (one, row)));
    let (owner, row) = held.next().ok_or(KeyRefused::Unregistered)?;
    if at < row.valid_from || row.valid_to < at {
        let (from, to) = (row.valid_from, row.valid_to);
        return Err(KeyRefused::NotValid { certificate: fingerprint(&row.digest), from, to });
    }
    if !may_act(owner, at) {
        return Err(KeyRefused::PartyMayNotAct { name: owner.party.name.clone() });
    }
    Ok(Signed { certificate: row.digest, signature })
}

/// The delegates of all parties, with the time in which they count.
///
/// # Errors
/// [`StorageError`].
pub fn delegates(view: &mut View<'_>) -> Result<Delegates, StorageError> {
    let registered = registered(view)?;
    let active = registered.iter().filter(|one| one.party.standing == Standing::Active);
    Ok(Delegates::new(active.flat_map(|one| {
        let rows = one.certificates.iter().filter(|row| row.delegate && !row.revoked);
        rows.map(|row| (one.party.id, delegate(one, row)))
    })))
}

/// A delegate counts as long as its certificate and the party's registration.
fn delegate(one: &Registered, row: &CertificateRow) -> Delegate {
    let last_day = one.party.valid_to.and_then(|day| day.tomorrow().ok());
    let end = last_day.map(|day| Moment::start_of(day).plus_millis(-1));
    Delegate {
        certificate: row.digest,
        valid_from: row.valid_from.max(Moment::start_of(one.party.valid_from)),
        valid_to: end.map_or(row.valid_to, |end| end.min(row.valid_to)),
    }
}

fn may_act(one: &Registered, at: Moment) -> bool {
    let day = at.china_day();
    one.party.standing == Standing::Active
        && one.party.valid_from <= day
        && one.party.valid_to.is_none_or(|last| day <= last)
}
