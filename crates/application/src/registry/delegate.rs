//! Whose keys may declare what a party has stored: its own, and those of its delegates.

use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Standing;
use tongguan_domain::registry::{Delegate, Delegates};
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::key::{KeyError, SigningKey};
use tongguan_messages::certificate::{Certificate, CertificateDefect, TrustStore, Verdict, judge};
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
    /// Its certificate does not count at that moment: a message signed with it would be refused too.
    #[error("the key's certificate {certificate} does not count: {defect}{}", advice(.defect))]
    NotTrusted {
        /// Its SHA-256 digest.
        certificate: String,
        /// What is wrong with it.
        defect: CertificateDefect,
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

/// Signs a statement for one of these parties. That a certificate is registered says whose it is; whether
/// it counts is judged as that of a message is.
///
/// # Errors
/// [`KeyRefused`].
pub fn sign_for(
    view: &mut View<'_>,
    trust: &TrustStore,
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
    let held = owners.flat_map(|owner| {
        let rows = owner.certificates.iter().filter(is_keys);
        rows.map(move |row| Held { owner, row, verdict: judged(row, trust, at) })
    });
    let certificate = choose(held, at)?;
    Ok(Signed { certificate, signature })
}

/// The delegates of all parties whose certificates are trusted, with the time in which they count.
///
/// # Errors
/// [`StorageError`].
pub fn delegates(
    view: &mut View<'_>,
    trust: &TrustStore,
    at: Moment,
) -> Result<Delegates, StorageError> {
    let registered = registered(view)?;
    let active = registered.iter().filter(|one| one.party.standing == Standing::Active);
    Ok(Delegates::new(active.flat_map(|one| {
        let rows = one.certificates.iter().filter(|row| row.delegate && !row.revoked);
        rows.filter_map(|row| Some((one.party.id, delegate(one, row, trust, at)?)))
    })))
}

/// A delegate counts as long as the whole chain of its certificate and the party's registration. One whose
/// time has yet to come is judged as at its beginning.
fn delegate(
    one: &Registered,
    row: &CertificateRow,
    trust: &TrustStore,
    at: Moment,
) -> Option<Delegate> {
    let verdict = judged(row, trust, at.max(row.valid_from)).ok()?;
    let last_day = one.party.valid_to.and_then(|day| day.tomorrow().ok());
    let end = last_day.map(|day| Moment::start_of(day).plus_millis(-1));
    Some(Delegate {
        certificate: row.digest,
        valid_from: verdict.valid_from.max(Moment::start_of(one.party.valid_from)),
        valid_to: end.map_or(verdict.valid_until, |end| end.min(verdict.valid_until)),
    })
}

/// Whether a registered certificate counts, by the rules for those of messages.
fn judged(
    row: &CertificateRow,
    trust: &TrustStore,
    at: Moment,
) -> Result<Verdict, CertificateDefect> {
    judge(&Certificate::from_der(&row.der)?, trust, at)
}

/// A certificate over a key, and whose it is.
#[derive(Debug, Clone)]
struct Held<'r> {
    owner: &'r Registered,
    row: &'r CertificateRow,
    verdict: Result<Verdict, CertificateDefect>,
}

/// The certificate under which a key counts at that moment, of all over it: a renewed one lies beside that
/// which is over, and a key may be under several parties, in no order that means anything.
///
/// # Errors
/// Where there is none, what is wrong with the one that counts longest, before those of parties that may
/// not act.
fn choose<'r>(held: impl Iterator<Item = Held<'r>>, at: Moment) -> Result<[u8; 32], KeyRefused> {
    let rank = |Held { owner, row, verdict }: &Held<'_>| {
        let acts = owner.party.is_active_on(at.china_day());
        (acts && verdict.is_ok(), acts, row.valid_to, row.digest)
    };
    let Held { owner, row, verdict } = held.max_by_key(rank).ok_or(KeyRefused::Unregistered)?;
    if !owner.party.is_active_on(at.china_day()) {
        return Err(KeyRefused::PartyMayNotAct { name: owner.party.name.clone() });
    }
    match verdict {
        Ok(_) => Ok(row.digest),
        Err(defect) => {
            Err(KeyRefused::NotTrusted { certificate: fingerprint(&row.digest), defect })
        }
    }
}

const fn advice(defect: &CertificateDefect) -> &'static str {
    match defect {
        CertificateDefect::UnknownIssuer => {
            "; put its authority's certificate where gateways look for those they trust, or name that \
             folder with `--trust`"
        }
        CertificateDefect::NotYetValid(_)
        | CertificateDefect::Expired(_)
        | CertificateDefect::Revoked(_) => "; register the one that counts now",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use tongguan_domain::party::{Party, Roles};
    use tongguan_messages::certificate::Revocation;

    use super::*;

    fn owner(id: i64, standing: Standing) -> Registered {
        let party = Party {
            id: PartyId(id),
            name: format!("企业{id}"),
            codes: Vec::new(),
            roles: Roles::default(),
            standing,
            valid_from: date(2026, 1, 1),
            valid_to: None,
            mailbox: None,
        };
        Registered { party, payment_url: None, certificates: Vec::new(), guarantee: None }
    }

    /// A certificate that counts for whole years.
    fn row(digest: u8, [first, last]: [i16; 2]) -> CertificateRow {
        CertificateRow {
            digest: [digest; 32],
            party_id: PartyId(1),
            der: Vec::new(),
            valid_from: Moment::start_of(date(first, 1, 1)),
            valid_to: Moment::start_of(date(last + 1, 1, 1)).plus_millis(-1),
            revoked: false,
            delegate: true,
        }
    }

    /// What its validity alone says of a certificate.
    fn verdict(row: &CertificateRow, at: Moment) -> Result<Verdict, CertificateDefect> {
        match row {
            _ if at < row.valid_from => Err(CertificateDefect::NotYetValid(row.valid_from)),
            _ if row.valid_to < at => Err(CertificateDefect::Expired(row.valid_to)),
            _ => Ok(Verdict {
                valid_from: row.valid_from,
                valid_until: row.valid_to,
                issued_by: [0; 32],
                revocation: Revocation::NotChecked,
            }),
        }
    }

    /// What is chosen, which is the same in either order.
    fn chosen(mut held: [(&Registered, &CertificateRow); 2]) -> Result<[u8; 32], String> {
        let at = Moment::start_of(date(2027, 6, 1));
        let judged = |(owner, row)| Held { owner, row, verdict: verdict(row, at) };
        let chosen =
            |held: [_; 2]| choose(held.map(judged).into_iter(), at).map_err(|why| why.to_string());
        let first = chosen(held);
        held.reverse();
        assert_eq!(chosen(held), first);
        first
    }

    #[test]
    fn a_key_declares_under_the_certificate_that_counts_in_whatever_order_they_lie() {
        let (active, suspended) = (owner(1, Standing::Active), owner(2, Standing::Suspended));
        let (over, good, future) =
            (row(1, [2026, 2026]), row(2, [2027, 2027]), row(3, [2028, 2029]));
        for held in [
            [(&active, &over), (&active, &good)],
            [(&active, &future), (&active, &good)],
            [(&suspended, &future), (&active, &good)],
            [(&suspended, &row(4, [2026, 2030])), (&active, &good)],
        ] {
            assert_eq!(chosen(held), Ok(good.digest), "{held:?}");
        }
    }

    #[test]
    fn where_none_counts_the_refusal_says_why() {
        let (active, suspended) = (owner(1, Standing::Active), owner(2, Standing::Suspended));
        let (over, good) = (row(1, [2026, 2026]), row(2, [2027, 2027]));
        let ended = chosen([(&active, &over), (&suspended, &good)]).unwrap_err();
        assert!(ended.contains(&fingerprint(&over.digest)), "{ended}");
        let may_not = chosen([(&suspended, &over), (&suspended, &good)]).unwrap_err();
        assert!(may_not.contains("企业2 may not act"), "{may_not}");
        let none = choose(std::iter::empty(), Moment::start_of(date(2027, 6, 1)));
        assert!(matches!(none, Err(KeyRefused::Unregistered)));
    }
}
