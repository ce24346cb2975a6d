//! Which certificates are trusted, at which instant.
//!
//! XML signatures carry no time of signing, so a certificate is judged at the instant of receipt; the
//! verdict is stored with the message and never computed again.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use tongguan_domain::time::Moment;

use super::defect::CertificateDefect;
use super::revocation::RevocationList;
use super::x509::Certificate;

/// Authorities stand at most so many deep above a signer.
const LONGEST_CHAIN: usize = 4;

/// The configured authorities and their revocation lists.
#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    /// The newest list of each authority, by the authority's digest.
    lists: HashMap<[u8; 32], RevocationList>,
    version: [u8; 32],
}

/// What was found about revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The issuer's revocation list does not name the certificate.
    NotListed {
        /// When the list's successor is due; a list past that day may be missing entries.
        next_update: Option<Moment>,
    },
    /// No revocation list of the issuer is configured.
    NotChecked,
}

/// That a certificate is trusted, for as long as it is. Cache it by the certificate's digest and the
/// store's [version](TrustStore::version).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The first instant at which the whole chain is valid.
    pub valid_from: Moment,
    /// The last instant at which the whole chain is valid.
    pub valid_until: Moment,
    /// The digest of the authority that issued the certificate.
    pub issued_by: [u8; 32],
    /// What was found about revocation.
    pub revocation: Revocation,
}

impl Verdict {
    /// Whether the chain is within its validity at `at`.
    pub fn holds_at(&self, at: Moment) -> bool {
        self.valid_from <= at && at <= self.valid_until
    }
}

impl TrustStore {
    /// A store of `roots`, trusted as they are, of `intermediates`, trusted when a root is above them,
    /// and of `lists`, each of which one of the authorities must have signed.
    ///
    /// # Errors
    /// [`CertificateDefect::UnknownListIssuer`].
    pub fn new(
        roots: Vec<Certificate>,
        intermediates: Vec<Certificate>,
        lists: Vec<RevocationList>,
    ) -> Result<Self, CertificateDefect> {
        let mut version = Sha256::new();
        for authority in roots.iter().chain(&intermediates) {
            version.update(authority.digest());
        }
        let mut newest: HashMap<[u8; 32], RevocationList> = HashMap::new();
        for list in lists {
            version.update(list.digest());
            let authority = roots
                .iter()
                .chain(&intermediates)
                .find(|authority| list.is_issued_by(authority))
                .ok_or(CertificateDefect::UnknownListIssuer)?;
            let known = newest.get(authority.digest());
            if known.is_none_or(|known| known.this_update() <= list.this_update()) {
                newest.insert(*authority.digest(), list);
            }
        }
        Ok(Self { roots, intermediates, lists: newest, version: version.finalize().into() })
    }

    /// A digest of everything in the store: it changes when an authority or a list does.
    pub fn version(&self) -> &[u8; 32] {
        &self.version
    }

    /// The authorities above `certificate`, nearest first, the root last.
    fn chain(
        &self,
        certificate: &Certificate,
        at: Moment,
        below: usize,
    ) -> Option<Vec<&Certificate>> {
        let issues = |authority: &&Certificate| {
            authority.subject() == certificate.issuer()
                && authority.is_authority()
                && authority.path_length() >= below
                && within_validity(authority, at).is_ok()
                && certificate.is_issued_by(authority).unwrap_or(false)
        };
        if let Some(root) = self.roots.iter().find(issues) {
            return Some(vec![root]);
        }
        if below + 1 >= LONGEST_CHAIN {
            return None;
        }
        self.intermediates.iter().filter(issues).find_map(|authority| {
            let mut above = self.chain(authority, at, below + 1)?;
            above.insert(0, authority);
            Some(above)
        })
    }

    fn revocation(
        &self,
        certificate: &Certificate,
        authority: &Certificate,
        at: Moment,
    ) -> Result<Revocation, CertificateDefect> {
        let Some(list) = self.lists.get(authority.digest()) else {
            return Ok(Revocation::NotChecked);
        };
        match list.revoked_at(certificate) {
            Some(since) if since <= at => Err(CertificateDefect::Revoked(since)),
            _ => Ok(Revocation::NotListed { next_update: list.next_update() }),
        }
    }
}

/// Judges whether the holder of `certificate` may sign messages at `at`: its validity, its key usage,
/// the chain to a root, and the revocation lists. A certificate that is itself configured as a root
/// is trusted as it is.
///
/// # Errors
/// The first of `NotYetValid`, `Expired`, `NotForSigning`, `UnknownIssuer`, `Revoked`.
pub fn judge(
    certificate: &Certificate,
    store: &TrustStore,
    at: Moment,
) -> Result<Verdict, CertificateDefect> {
    within_validity(certificate, at)?;
    if !certificate.may_sign_messages() {
        return Err(CertificateDefect::NotForSigning);
    }
    if store.roots.contains(certificate) {
        return Ok(Verdict {
            valid_from: certificate.valid_from(),
            valid_until: certificate.valid_until(),
            issued_by: *certificate.digest(),
            revocation: Revocation::NotChecked,
        });
    }
    let chain = store.chain(certificate, at, 0).ok_or(CertificateDefect::UnknownIssuer)?;
    let mut revocation = Revocation::NotChecked;
    let mut verdict = Verdict {
        valid_from: certificate.valid_from(),
        valid_until: certificate.valid_until(),
        issued_by: chain.first().map_or([0; 32], |issuer| *issuer.digest()),
        revocation,
    };
    let mut subject = certificate;
    for (position, authority) in chain.into_iter().enumerate() {
        let found = store.revocation(subject, authority, at)?;
        if position == 0 {
            revocation = found;
        }
        verdict.valid_from = verdict.valid_from.max(authority.valid_from());
        verdict.valid_until = verdict.valid_until.min(authority.valid_until());
        subject = authority;
    }
    Ok(Verdict { revocation, ..verdict })
}

fn within_validity(certificate: &Certificate, at: Moment) -> Result<(), CertificateDefect> {
    if at < certificate.valid_from() {
        return Err(CertificateDefect::NotYetValid(certificate.valid_from()));
    }
    if certificate.valid_until() < at {
        return Err(CertificateDefect::Expired(certificate.valid_until()));
    }
    Ok(())
}
