//! Requests to cancel a declaration: parties resolved, checks made.

use tongguan_domain::cancellation::{CancellationRequest, ExportCancellation};
use tongguan_domain::check::{check_cancellation, check_export_cancellation};
use tongguan_domain::commerce::Filing;
use tongguan_domain::declaration::DeclaredParcel;
use tongguan_domain::facts::{ExportCancellationFacts, ParcelFacts, ParcelParties};
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::party::Role;

use super::{Defects, Judge, Parties};
use crate::clearing::incoming::{Filed, FiledDocument, FiledFacts};
use crate::clearing::record::{ClaimKey, DocumentKey, DocumentKind, DossierKey};
use crate::intake::KeyedMarker;
use crate::intake::signer::Signer;

impl Judge<'_> {
    pub(super) fn cancellation(
        &self,
        request: &CancellationRequest,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let parcel = &request.parcel;
        let parties = self.parcel_parties(parcel, self.pointer, signer)?;
        let defects = check_cancellation(request, self.pointer);
        let key = DocumentKey {
            dossier: DossierKey::of_order(&parcel.order_no),
            kind: DocumentKind::Cancellation,
            party: parties.platform,
            number: parcel.declaration_no.as_str().into(),
        };
        let marker = KeyedMarker(&self.intake.keyring);
        let facts = FiledFacts::Cancellation(ParcelFacts::of(parcel, parties, &marker));
        Ok(self.request(key, &parcel.declaration_no, &request.filing, defects, facts))
    }

    pub(super) fn export_cancellation(
        &self,
        request: &ExportCancellation,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let pointer = |name: &str| format!("{}/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let (agent, owner) = (&request.declarant.code, &request.merchant.code);
        let named = (
            parties.acting(agent, Role::Declarant, &pointer("agentCode")),
            parties.acting(owner, Role::Merchant, &pointer("ebcCode")),
        );
        let (Some(declarant), Some(merchant)) = named else { return Err(parties.defects) };
        let senders = [(Role::Declarant, declarant, agent), (Role::Merchant, merchant, owner)];
        self.check_signer(signer, &senders, &pointer("agentCode"))?;
        let defects = check_export_cancellation(request, self.pointer);
        let claim = ClaimKey {
            kind: DocumentKind::ExportCancellation,
            party: declarant,
            number: request.declaration_no.as_str().into(),
        };
        let dossier = DossierKey::of_claim(&claim);
        let ClaimKey { kind, party, number } = claim;
        let key = DocumentKey { dossier, kind, party, number };
        let facts = ExportCancellationFacts::of(request, declarant, merchant);
        let facts = FiledFacts::ExportCancellation(facts);
        Ok(self.request(key, &request.declaration_no, &request.filing, defects, facts))
    }

    /// The parties of a request about an imported parcel, whose head is the element `pointer`; its
    /// declarant or merchant must have signed.
    pub(super) fn parcel_parties(
        &self,
        parcel: &DeclaredParcel,
        pointer: &str,
        signer: &Signer,
    ) -> Result<ParcelParties, Defects> {
        let at = |name: &str| format!("{pointer}/{name}");
        let mut parties = Parties::new(self);
        let DeclaredParcel { platform, merchant, carrier, declarant, .. } = parcel;
        let named = (
            parties.acting(&platform.code, Role::Platform, &at("ebpCode")),
            parties.acting(&merchant.code, Role::Merchant, &at("ebcCode")),
            parties.acting(&carrier.code, Role::Carrier, &at("logisticsCode")),
            parties.acting(&declarant.code, Role::Declarant, &at("agentCode")),
        );
        let (Some(platform), Some(merchant), Some(carrier), Some(declarant)) = named else {
            return Err(parties.defects);
        };
        let senders = [
            (Role::Declarant, declarant, &parcel.declarant.code),
            (Role::Merchant, merchant, &parcel.merchant.code),
        ];
        self.check_signer(signer, &senders, &at("agentCode"))?;
        Ok(ParcelParties { platform, merchant, carrier, declarant })
    }

    /// A request is called by the declaration that it is about, as the official texts do.
    fn request(
        &self,
        key: DocumentKey,
        declaration_no: &DeclarationNumber,
        filing: &Filing,
        defects: Defects,
        facts: FiledFacts,
    ) -> Filed {
        Filed::Document(Box::new(FiledDocument {
            key,
            name: declaration_no.to_string(),
            filing: filing.clone(),
            content: self.content,
            verdict: if defects.is_empty() { Ok(facts) } else { Err(defects) },
        }))
    }
}
