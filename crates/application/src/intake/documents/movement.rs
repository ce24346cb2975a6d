//! Reports of movement: parcels that arrive at a supervised place, travel under a master bill, leave the
//! country.

use tongguan_domain::check::export::{check_arrival, check_departure, check_master_bill};
use tongguan_domain::facts::{ArrivalFacts, DepartureFacts, MasterBillFacts};
use tongguan_domain::movement::{ArrivalReport, DepartureReport, MasterBillLink};
use tongguan_domain::party::Role;

use super::{Defects, Judge, Parties};
use crate::clearing::incoming::{Filed, FiledFacts};
use crate::clearing::record::{DocumentKey, DocumentKind};
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
        let (number, part) = (report.reference.as_str(), report.part.number());
        let key = DocumentKey::of_report(DocumentKind::Arrival, operator_id, number, part);
        let facts = || FiledFacts::Arrival(ArrivalFacts::of(report, carrier_id));
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
        let (number, part) = (report.reference.as_str(), report.part.number());
        let key = DocumentKey::of_report(DocumentKind::Departure, carrier, number, part);
        let facts = || FiledFacts::Departure(DepartureFacts::of(report, carrier));
        Ok(self.filed(key, &report.filing, defects, facts))
    }

    pub(super) fn master_bill(
        &self,
        link: &MasterBillLink,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/WayBillHead/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let (declarant, carrier) = (&link.declarant.code, &link.carrier.code);
        let named = (
            parties.acting(declarant, Role::Declarant, &head("agentCode")),
            parties.acting(carrier, Role::Carrier, &head("logisticsCode")),
        );
        let (Some(declarant_id), Some(carrier_id)) = named else { return Err(parties.defects) };
        let senders =
            [(Role::Declarant, declarant_id, declarant), (Role::Carrier, carrier_id, carrier)];
        self.check_signer(signer, &senders, &head("agentCode"))?;
        let defects = check_master_bill(link, self.law(), self.pointer);
        let (number, part) = (link.reference.as_str(), link.part.number());
        let key = DocumentKey::of_report(DocumentKind::MasterBill, declarant_id, number, part);
        let facts = || FiledFacts::MasterBill(MasterBillFacts::of(link, carrier_id));
        Ok(self.filed(key, &link.filing, defects, facts))
    }
}
