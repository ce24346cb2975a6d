//! Requests to return imported goods: parties resolved, checks made.

use tongguan_domain::check::check_return;
use tongguan_domain::facts::{ParcelFacts, ReturnFacts};
use tongguan_domain::returns::ReturnRequest;

use super::{Defects, Judge};
use crate::clearing::incoming::{Filed, FiledDocument, FiledFacts};
use crate::clearing::record::{DocumentKey, DocumentKind, DossierKey};
use crate::intake::KeyedMarker;
use crate::intake::signer::Signer;

impl Judge<'_> {
    /// A declarant knows its requests by its own number, or by the guid where it gives none.
    pub(super) fn import_return(
        &self,
        request: &ReturnRequest,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let parcel = &request.parcel;
        let head = format!("{}/InvtRefundHead", self.pointer);
        let parties = self.parcel_parties(parcel, &head, signer)?;
        let defects = check_return(request, self.pointer);
        let name = match &request.reference {
            Some(reference) => reference.to_string(),
            None => request.filing.guid.to_string(),
        };
        let key = DocumentKey {
            dossier: DossierKey::of_order(&parcel.order_no),
            kind: DocumentKind::Return,
            party: parties.declarant,
            number: name.as_str().into(),
        };
        let marker = KeyedMarker(&self.intake.keyring);
        let facts = ReturnFacts::of(request, ParcelFacts::of(parcel, parties, &marker));
        Ok(Filed::Document(Box::new(FiledDocument {
            key,
            name,
            filing: request.filing.clone(),
            content: self.content,
            verdict: if defects.is_empty() { Ok(FiledFacts::Return(facts)) } else { Err(defects) },
        })))
    }
}
