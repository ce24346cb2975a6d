//! Export documents: parties resolved, checks made.

use std::sync::Arc;

use tongguan_codelists::entries::ExportMeasure;
use tongguan_domain::check::export::{
    Law, check_collection, check_export, check_export_order, check_export_waybill,
};
use tongguan_domain::commerce::{Collection, ExportOrder, ExportWaybill};
use tongguan_domain::declaration::ExportDeclaration;
use tongguan_domain::facts::{
    CollectionFacts, ExportFacts, ExportMode, ExportOrderFacts, ExportParties, ExportWaybillFacts,
};
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::{PartyCode, Role};

use super::{Defects, Judge, Parties};
use crate::clearing::incoming::{ExportLodging, Filed, FiledDocument, FiledFacts};
use crate::clearing::record::{ClaimKey, DocumentKey, DocumentKind, DossierKey};
use crate::intake::assess::digest_of;
use crate::intake::signer::Signer;

/// What stands for a foreign platform, which is not registered (`ebpCode`).
const FOREIGN_PLATFORM: &str = "无";

impl Judge<'_> {
    pub(super) fn export_order(
        &self,
        order: &ExportOrder,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/OrderHead/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let platform = parties.domestic_platform(&order.platform.code, &head("ebpCode"));
        let merchant = parties.acting(&order.merchant.code, Role::Merchant, &head("ebcCode"));
        let (Some(platform), Some(merchant)) = (platform, merchant) else {
            return Err(parties.defects);
        };
        let mut senders = vec![(Role::Merchant, merchant, &order.merchant.code)];
        senders.extend(platform.map(|platform| (Role::Platform, platform, &order.platform.code)));
        self.check_signer(signer, &senders, &head("ebcCode"))?;
        let defects = check_export_order(order, self.law(), self.pointer);
        let facts = || FiledFacts::ExportOrder(ExportOrderFacts::of(order, platform, merchant));
        let dossier = DossierKey::of_order(&order.order_no);
        let (kind, number) = (DocumentKind::ExportOrder, "".into());
        let key = DocumentKey { dossier, kind, party: merchant, number };
        Ok(self.filed(key, &order.filing, defects, facts))
    }

    pub(super) fn collection(
        &self,
        collection: &Collection,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let pointer = |name: &str| format!("{}/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let platform = parties.domestic_platform(&collection.platform.code, &pointer("ebpCode"));
        let code = &collection.merchant.code;
        let merchant = parties.acting(code, Role::Merchant, &pointer("ebcCode"));
        let paid = collection.institution.as_ref().and_then(|code| {
            let id = parties.acting(code, Role::PaymentInstitution, &pointer("payCode"))?;
            Some((Role::PaymentInstitution, id, code))
        });
        let (Some(platform), Some(merchant), true) =
            (platform, merchant, parties.defects.is_empty())
        else {
            return Err(parties.defects);
        };
        let mut senders = vec![(Role::Merchant, merchant, code)];
        senders.extend(platform.map(|id| (Role::Platform, id, &collection.platform.code)));
        senders.extend(paid);
        self.check_signer(signer, &senders, &pointer("ebcCode"))?;
        let defects = check_collection(collection, self.law(), self.pointer);
        let institution = paid.map(|(_, id, _)| id);
        let facts = CollectionFacts::of(collection, platform, merchant, institution);
        let key = DocumentKey {
            dossier: DossierKey::of_order(&collection.order_no),
            kind: DocumentKind::Collection,
            party: merchant,
            number: collection.transaction.as_ref().map_or("", |number| number.as_str()).into(),
        };
        Ok(self.filed(key, &collection.filing, defects, || FiledFacts::Collection(facts)))
    }

    pub(super) fn export_waybill(
        &self,
        waybill: &ExportWaybill,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let pointer = |name: &str| format!("{}/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let code = &waybill.carrier.code;
        let carrier = parties.acting(code, Role::Carrier, &pointer("logisticsCode"));
        let merchant = waybill
            .merchant
            .as_ref()
            .and_then(|code| parties.acting(code, Role::Merchant, &pointer("ebcCode")));
        let (Some(carrier), true) = (carrier, parties.defects.is_empty()) else {
            return Err(parties.defects);
        };
        self.check_signer(signer, &[(Role::Carrier, carrier, code)], &pointer("logisticsCode"))?;
        let defects = check_export_waybill(waybill, self.law(), self.pointer);
        let facts =
            || FiledFacts::ExportWaybill(ExportWaybillFacts::of(waybill, carrier, merchant));
        let claim = ClaimKey {
            kind: DocumentKind::ExportWaybill,
            party: carrier,
            number: waybill.number.as_str().into(),
        };
        let dossier = DossierKey::of_claim(&claim);
        let ClaimKey { kind, party, number } = claim;
        let key = DocumentKey { dossier, kind, party, number };
        Ok(self.filed(key, &waybill.filing, defects, facts))
    }

    pub(super) fn export_declaration(
        &self,
        declaration: &ExportDeclaration,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/InventoryHead/{name}", self.pointer);
        let mut resolve = Parties::new(self);
        let ExportDeclaration { platform, merchant, carrier, declarant, .. } = declaration;
        let parties = (
            resolve.domestic_platform(&platform.code, &head("ebpCode")),
            resolve.acting(&merchant.code, Role::Merchant, &head("ebcCode")),
            resolve.acting(&carrier.code, Role::Carrier, &head("logisticsCode")),
            resolve.acting(&declarant.code, Role::Declarant, &head("agentCode")),
        );
        let (Some(platform), Some(merchant), Some(carrier), Some(declarant)) = parties else {
            return Err(resolve.defects);
        };
        let parties = ExportParties { platform, merchant, carrier, declarant };
        let senders = [
            (Role::Declarant, declarant, &declaration.declarant.code),
            (Role::Merchant, merchant, &declaration.merchant.code),
        ];
        self.check_signer(signer, &senders, &head("agentCode"))?;
        let dossier = DossierKey::of_order(&declaration.order_no);
        let (kind, number) = (DocumentKind::Export, "".into());
        Ok(Filed::Document(Box::new(FiledDocument {
            key: DocumentKey { dossier, kind, party: merchant, number },
            name: declaration.reference.to_string(),
            filing: declaration.filing.clone(),
            content: self.content,
            verdict: self.export_lodging(declaration, parties),
        })))
    }

    fn export_lodging(
        &self,
        declaration: &ExportDeclaration,
        parties: ExportParties,
    ) -> Result<FiledFacts, Defects> {
        let law = self.law();
        let defects = check_export(declaration, law, self.pointer);
        let mode = match ExportMode::from_wire(&declaration.mode) {
            Some(mode) if defects.is_empty() => mode,
            _ => return Err(defects),
        };
        let needs_licence =
            |hs: &str| law.pack.needs_to_be_exported(hs, ExportMeasure::Licence, law.day);
        Ok(FiledFacts::Export(ExportLodging {
            collection: law.pack.export_needs_collection(law.day),
            licence: declaration.items.iter().any(|item| needs_licence(&item.hs_code)),
            facts: Arc::new(ExportFacts::of(declaration, mode, parties)),
            pack: digest_of(law.pack),
        }))
    }

    /// The law of the day on which the document was received: a list says no other.
    pub(super) fn law(&self) -> Law<'_> {
        Law { pack: &self.intake.knowledge.pack, day: self.day }
    }
}

impl Parties<'_> {
    /// The platform, or that it is a foreign one; nothing, and a defect, for one that may not act.
    pub(super) fn domestic_platform(
        &mut self,
        code: &PartyCode,
        pointer: &str,
    ) -> Option<Option<PartyId>> {
        if code.as_str() == FOREIGN_PLATFORM {
            return Some(None);
        }
        self.acting(code, Role::Platform, pointer).map(Some)
    }
}
