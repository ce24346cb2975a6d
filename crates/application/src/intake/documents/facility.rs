//! Reports of facilities: parcels that entered a supervised place.

use tongguan_domain::check::check_warehouse_entry;
use tongguan_domain::facility::WarehouseEntry;
use tongguan_domain::facts::WarehouseEntryFacts;
use tongguan_domain::party::Role;

use super::{Defects, Judge, Parties};
use crate::clearing::incoming::{Filed, FiledFacts};
use crate::clearing::record::{ClaimKey, DocumentKey, DocumentKind, DossierKey};
use crate::intake::signer::Signer;

impl Judge<'_> {
    /// An entry lies in the bucket of its own number, for it names many parcels. Without a number of the
    /// operator's it is known by its guid.
    pub(super) fn warehouse_entry(
        &self,
        entry: &WarehouseEntry,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/DeliveryHead/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let (operator, carrier) = (&entry.operator.code, &entry.carrier.code);
        let named = (
            parties.acting(operator, Role::FacilityOperator, &head("operatorCode")),
            parties.acting(carrier, Role::Carrier, &head("logisticsCode")),
        );
        let (Some(operator_id), Some(carrier_id)) = named else { return Err(parties.defects) };
        let senders = [(Role::FacilityOperator, operator_id, operator)];
        self.check_signer(signer, &senders, &head("operatorCode"))?;
        let defects = check_warehouse_entry(entry, self.pointer);
        let number =
            entry.reference.as_ref().map_or(entry.filing.guid.as_str(), |own| own.as_str());
        let (kind, party) = (DocumentKind::WarehouseEntry, operator_id);
        let claim = ClaimKey { kind, party, number: number.into() };
        let dossier = DossierKey::of_claim(&claim);
        let ClaimKey { kind, party, number } = claim;
        let facts = || FiledFacts::WarehouseEntry(WarehouseEntryFacts::of(entry, carrier_id));
        Ok(self.filed(DocumentKey { dossier, kind, party, number }, &entry.filing, defects, facts))
    }
}
