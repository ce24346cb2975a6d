//! Requests to return exported goods, and tallies of them: parties resolved, checks made.

use std::sync::Arc;

use tongguan_domain::check::export::{check_export_return, check_return_tally};
use tongguan_domain::facts::{ExportReturnFacts, TallyFacts};
use tongguan_domain::party::Role;
use tongguan_domain::returns::{ExportReturnRequest, ReturnTally};

use super::{Defects, Judge, Parties};
use crate::clearing::export_return::key_of;
use crate::clearing::incoming::{Filed, FiledDocument, FiledFacts, ReturnAsked, ReturnFound};
use crate::clearing::record::DocumentKind;
use crate::intake::signer::Signer;

impl Judge<'_> {
    /// A request's own number is its merchant's: another firm may declare the return than declared the
    /// export.
    pub(super) fn export_return(
        &self,
        request: &ExportReturnRequest,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/InvtRefundHead/{name}", self.pointer);
        let ExportReturnRequest { platform, merchant, carrier, declarant, .. } = request;
        let mut resolve = Parties::new(self);
        let parties = (
            resolve.domestic_platform(&platform.code, &head("ebpCode")),
            resolve.acting(&merchant.code, Role::Merchant, &head("ebcCode")),
            resolve.acting(&carrier.code, Role::Carrier, &head("logisticsCode")),
            resolve.acting(&declarant.code, Role::Declarant, &head("agentCode")),
        );
        let (Some(_), Some(merchant_id), Some(carrier_id), Some(declarant_id)) = parties else {
            return Err(resolve.defects);
        };
        let senders = [
            (Role::Merchant, merchant_id, &merchant.code),
            (Role::Declarant, declarant_id, &declarant.code),
        ];
        self.check_signer(signer, &senders, &head("ebcCode"))?;
        let defects = check_export_return(request, self.law(), self.pointer);
        let verdict = match &request.mode {
            Some(mode) if defects.is_empty() => {
                let parties = [merchant_id, carrier_id, declarant_id];
                let facts = Arc::new(ExportReturnFacts::of(request, mode, parties));
                let law = self.intake.knowledge.pack.clone();
                Ok(FiledFacts::ExportReturn(ReturnAsked { facts, law }))
            }
            _ => Err(defects),
        };
        Ok(Filed::Document(Box::new(FiledDocument {
            key: key_of(DocumentKind::ExportReturn, merchant_id, &request.reference),
            name: request.reference.to_string(),
            filing: request.filing.clone(),
            content: self.content,
            verdict,
        })))
    }

    pub(super) fn return_tally(
        &self,
        tally: &ReturnTally,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let at = |name: &str| format!("{}/{name}", self.pointer);
        let (operator, carrier) = (&tally.operator.code, &tally.carrier.code);
        let mut parties = Parties::new(self);
        let named = (
            parties.acting(operator, Role::FacilityOperator, &at("operatorCode")),
            parties.acting(carrier, Role::Carrier, &at("logisticsCode")),
        );
        let (Some(operator_id), Some(carrier_id)) = named else { return Err(parties.defects) };
        let senders = [(Role::FacilityOperator, operator_id, operator)];
        self.check_signer(signer, &senders, &at("operatorCode"))?;
        let defects = check_return_tally(tally, self.law(), self.pointer);
        let facts = || {
            let facts = TallyFacts::of(tally, operator_id, carrier_id);
            let law = self.intake.knowledge.pack.clone();
            FiledFacts::ReturnTally(ReturnFound { facts, law })
        };
        let key = key_of(DocumentKind::ReturnTally, operator_id, &tally.reference);
        Ok(self.filed(key, &tally.filing, defects, facts))
    }
}
