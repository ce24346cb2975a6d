//! A party as it is registered, with all that hangs on it.

use std::collections::HashMap;

use jiff::civil::Date;
use tongguan_domain::evidence::PlatformAddress;
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::{Party, Roles, Standing};
use tongguan_domain::time::Moment;
use tongguan_storage::{CertificateRow, Guarantee, PartyRow, StorageError, View};

/// A registered party (企业) with its certificates and guarantee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The party.
    pub party: Party,
    /// Where a platform is asked for payment evidence (`platDataOpen`).
    pub payment_url: Option<PlatformAddress>,
    /// Every certificate that was ever registered for it, those that were stopped included.
    pub certificates: Vec<CertificateRow>,
    /// Its tax guarantee, where it has one.
    pub guarantee: Option<Guarantee>,
}

/// Every registered party, by id.
///
/// # Errors
/// [`StorageError`].
pub fn registered(view: &mut View<'_>) -> Result<Vec<Registered>, StorageError> {
    let mut codes: HashMap<_, Vec<_>> = HashMap::new();
    for row in view.party_codes()? {
        codes.entry(row.party_id).or_default().push(row.code);
    }
    let mut certificates: HashMap<_, Vec<_>> = HashMap::new();
    for row in view.certificates()? {
        certificates.entry(row.party_id).or_default().push(row);
    }
    let mut guarantees: HashMap<PartyId, Guarantee> =
        view.all_guarantees()?.into_iter().map(|row| (row.party_id, row)).collect();
    let parties = view.parties()?.into_iter().map(|row| {
        let id = row.party_id;
        Registered {
            party: Party {
                id,
                name: row.name,
                codes: codes.remove(&id).unwrap_or_default(),
                roles: Roles::from_bits(row.roles),
                standing: if row.suspended { Standing::Suspended } else { Standing::Active },
                valid_from: row.valid_from.china_day(),
                valid_to: row.valid_to.map(Moment::china_day),
                mailbox: row.mailbox,
            },
            payment_url: row.payment_url.as_deref().and_then(PlatformAddress::parse),
            certificates: certificates.remove(&id).unwrap_or_default(),
            guarantee: guarantees.remove(&id),
        }
    });
    Ok(parties.collect())
}

/// Whether a party may act, as registry files say it.
pub const fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Suspended => "suspended",
    }
}

/// The last day on which a guarantee may be used.
pub fn last_day(guarantee: &Guarantee) -> Option<Date> {
    guarantee.valid_to.map(|end| end.plus_millis(-1).china_day())
}

/// A certificate's digest in hexadecimal, the form in which people compare it.
pub fn fingerprint(digest: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Registered {
    /// Its codes as people read them: `1100000002, 91350100M000100Y43`.
    pub fn code_list(&self) -> String {
        let codes: Vec<&str> = self.party.codes.iter().map(|code| code.as_str()).collect();
        codes.join(", ")
    }

    /// Its roles as people read them: `platform, merchant`.
    pub fn role_list(&self) -> String {
        let roles: Vec<&str> = self.party.roles.iter().map(|role| role.name()).collect();
        roles.join(", ")
    }

    /// The digests of the certificates that it may sign messages with.
    pub fn certificate_digests(&self) -> impl Iterator<Item = &[u8; 32]> {
        let good = |row: &&CertificateRow| !row.revoked && !row.delegate;
        self.certificates.iter().filter(good).map(|row| &row.digest)
    }

    /// The digests of the certificates of its delegates.
    pub fn delegate_digests(&self) -> impl Iterator<Item = &[u8; 32]> {
        let good = |row: &&CertificateRow| !row.revoked && row.delegate;
        self.certificates.iter().filter(good).map(|row| &row.digest)
    }

    pub(super) fn party_row(&self) -> PartyRow {
        PartyRow {
            party_id: self.party.id,
            name: self.party.name.clone(),
            roles: self.party.roles.bits(),
            suspended: self.party.standing == Standing::Suspended,
            valid_from: Moment::start_of(self.party.valid_from),
            valid_to: self.party.valid_to.map(Moment::start_of),
            mailbox: self.party.mailbox.clone(),
            payment_url: self.payment_url.as_ref().map(ToString::to_string),
        }
    }
}
