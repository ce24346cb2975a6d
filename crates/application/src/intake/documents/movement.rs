//! Reports of movement: parcels that arrive at a supervised place, parcels that leave the country.

use tongguan_domain::check::export::{check_arrival, check_departure};
use tongguan_domain::commerce::Part;
use tongguan_domain::facts::MovementFacts;
use tongguan_domain::ids::{FunctionalReference, PartyId};
use tongguan_domain::movement::{ArrivalReport, DepartureReport};
use tongguan_domain::party::Role;

use super::{Defects, Judge, Parties};
use crate::clearing::incoming::{Filed, FiledFacts};
use crate::clearing::record::{ClaimKey, DocumentKey, DocumentKind, DossierKey};
use crate::intake::signer::Signer;

impl Judge<'_> {
    pub(super) fn arrival(
        &self,
        report: &ArrivalReport,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/ArrivalHead/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let (operator, carrier) = (&report.operator.code, &report.carrier.code);
        let named = (
            parties.acting(operator, Role::FacilityOperator, &head("operatorCode")),
            parties.acting(carrier, Role::Carrier, &head("logisticsCode")),
        );
        let (Some(operator_id), Some(carrier_id)) = named else { return Err(parties.defects) };
        let senders =
            [(Role::FacilityOperator, operator_id, operator), (Role::Carrier, carrier_id, carrier)];
        self.check_signer(signer, &senders, &head("operatorCode"))?;
        let defects = check_arrival(report, self.pointer);
        let key = report_key(DocumentKind::Arrival, operator_id, &report.reference, report.part);
        let facts = || FiledFacts::Arrival(MovementFacts::of_arrival(report, carrier_id));
        Ok(self.filed(key, &report.filing, defects, facts))
    }

    pub(super) fn departure(
        &self,
        report: &DepartureReport,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let pointer = format!("{}/DepartureHead/logisticsCode", self.pointer);
        let mut parties = Parties::new(self);
        let code = &report.carrier.code;
        let Some(carrier) = parties.acting(code, Role::Carrier, &pointer) else {
            return Err(parties.defects);
        };
        self.check_signer(signer, &[(Role::Carrier, carrier, code)], &pointer)?;
        let defects = check_departure(report, self.pointer);
        let key = report_key(DocumentKind::Departure, carrier, &report.reference, report.part);
        let facts = || FiledFacts::Departure(MovementFacts::of_departure(report, carrier));
        Ok(self.filed(key, &report.filing, defects, facts))
    }
}

/// A report lies in the bucket of its own number, for it names many parcels; each part of a split one is
/// a document of its own.
fn report_key(
    kind: DocumentKind,
    party: PartyId,
    reference: &FunctionalReference,
    part: Part,
) -> DocumentKey {
    let number = format!("{reference}/{}", part.number()).into();
    let claim = ClaimKey { kind, party, number };
    let dossier = DossierKey::of_claim(&claim);
    let ClaimKey { kind, party, number } = claim;
    DocumentKey { dossier, kind, party, number }
}
