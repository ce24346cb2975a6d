//! Who is registered.

use serde::Serialize;
use tongguan_application::guarantees::terms;
use tongguan_application::registry::{
    CertificateRow, Guarantee, Registered, fingerprint, last_day, standing_name,
};
use tongguan_domain::money::Money;
use tongguan_domain::place::SupervisedPlace;
use utoipa::ToSchema;

/// A registered party (注册企业).
#[derive(Debug, Serialize, ToSchema)]
pub struct PartyView {
    /// The number that Tongguan has of it.
    party: i64,
    /// Its name.
    name: String,
    /// Its codes: customs registration, credit code.
    codes: Vec<String>,
    /// What it may act as.
    roles: Vec<&'static str>,
    /// Whether it may act: `active` and so on.
    standing: &'static str,
    /// From which day on it is registered.
    valid_from: String,
    /// Until which day.
    valid_to: Option<String>,
    /// The mailbox in which it is answered.
    mailbox: Option<String>,
    /// Where a platform is asked for payment evidence (`platDataOpen`).
    payment_url: Option<String>,
    /// The certificates that it signs with, those that were stopped included.
    certificates: Vec<CertificateView>,
    /// Its tax guarantee, where it has one.
    guarantee: Option<GuaranteeView>,
}

/// A supervised place (监管作业场所).
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// Its code (`loctNo`).
    code: String,
    /// What it is called, in Chinese.
    name: String,
    /// What it is called in English.
    name_en: Option<String>,
    /// The office that supervises it.
    office: String,
    /// The number of the party that runs it.
    operator: i64,
    /// The name of that party.
    operator_name: Option<String>,
    /// From which day on it is registered.
    valid_from: String,
    /// Until which day.
    valid_to: Option<String>,
}

/// A certificate.
#[derive(Debug, Serialize, ToSchema)]
struct CertificateView {
    /// Its digest.
    sha256: String,
    /// From when on it is valid.
    valid_from: String,
    /// Until when.
    valid_to: String,
    /// Whether it was stopped.
    stopped: bool,
    /// Whether it is a delegate's.
    delegate: bool,
}

/// A tax guarantee (税款担保), in CNY.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuaranteeView {
    /// The sum that is granted.
    granted: String,
    /// What is left of it.
    free: String,
    /// What is held for declarations.
    held: String,
    /// What waits to be held.
    queued: String,
    /// From which day on it holds.
    valid_from: String,
    /// Until which day.
    valid_to: Option<String>,
    /// The guarantor's own number of it.
    reference: Option<String>,
    /// `active`, or `suspended` where customs has stopped its use.
    standing: &'static str,
}

impl PartyView {
    /// Of a party.
    pub fn of(one: &Registered) -> Self {
        let party = &one.party;
        Self {
            party: party.id.0,
            name: party.name.clone(),
            codes: party.codes.iter().map(ToString::to_string).collect(),
            roles: party.roles.iter().map(|role| role.name()).collect(),
            standing: standing_name(party.standing),
            valid_from: party.valid_from.to_string(),
            valid_to: party.valid_to.map(|day| day.to_string()),
            mailbox: party.mailbox.as_ref().map(ToString::to_string),
            payment_url: one.payment_url.as_ref().map(ToString::to_string),
            certificates: one.certificates.iter().map(CertificateView::of).collect(),
            guarantee: one.guarantee.as_ref().map(GuaranteeView::of),
        }
    }

    /// For those who may not see guarantees.
    #[must_use]
    pub fn without_guarantee(self) -> Self {
        Self { guarantee: None, ..self }
    }
}

impl PlaceView {
    /// Of a place.
    pub fn of(place: &SupervisedPlace, parties: &[Registered]) -> Self {
        let operator = parties.iter().find(|one| one.party.id == place.operator);
        Self {
            code: place.code.to_string(),
            name: place.name.to_string(),
            name_en: place.name_en.as_ref().map(ToString::to_string),
            office: place.office.to_string(),
            operator: place.operator.0,
            operator_name: operator.map(|one| one.party.name.clone()),
            valid_from: place.valid_from.to_string(),
            valid_to: place.valid_to.map(|day| day.to_string()),
        }
    }
}

impl CertificateView {
    fn of(row: &CertificateRow) -> Self {
        Self {
            sha256: fingerprint(&row.digest),
            valid_from: row.valid_from.to_string(),
            valid_to: row.valid_to.to_string(),
            stopped: row.revoked,
            delegate: row.delegate,
        }
    }
}

impl GuaranteeView {
    /// Of a guarantee.
    pub fn of(row: &Guarantee) -> Self {
        Self {
            granted: row.granted.to_string(),
            free: free(row).to_string(),
            held: row.held.to_string(),
            queued: row.queued.to_string(),
            valid_from: row.valid_from.china_day().to_string(),
            valid_to: last_day(row).map(|day| day.to_string()),
            reference: row.reference.as_deref().map(str::to_owned),
            standing: standing_name(terms(row).standing),
        }
    }
}

/// What is left of a guarantee within its term.
pub fn free(row: &Guarantee) -> Money {
    Money::from_fen(row.granted.fen().saturating_sub(row.held.fen()))
}
