//! Requests to consolidate: parties resolved, checks made.

use std::sync::Arc;

use tongguan_domain::check::consolidation::check_consolidation;
use tongguan_domain::consolidation::{ConsolidationRequest, Scope};
use tongguan_domain::party::Role;

use super::{Defects, Judge, Parties};
use crate::clearing::consolidation::{RequestKey, Span, Terms};
use crate::clearing::incoming::{Filed, FiledFacts, RequestedConsolidation};
use crate::intake::signer::Signer;

/// A period is told in seconds, and its last second belongs to it.
const SECOND_MS: i64 = 1_000;

impl Judge<'_> {
    pub(super) fn consolidation(
        &self,
        request: &ConsolidationRequest,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/SummaryApplyHead/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let ConsolidationRequest { declarant, merchant, formal_declarant, .. } = request;
        let named = (
            parties.acting(&declarant.code, Role::Declarant, &head("agentCode")),
            parties.acting(&merchant.code, Role::Merchant, &head("ebcCode")),
            parties.acting(&formal_declarant.code, Role::Declarant, &head("declAgentCode")),
        );
        let (Some(declarant_id), Some(merchant_id), Some(_)) = named else {
            return Err(parties.defects);
        };
        let senders = [
            (Role::Declarant, declarant_id, &declarant.code),
            (Role::Merchant, merchant_id, &merchant.code),
        ];
        self.check_signer(signer, &senders, &head("agentCode"))?;
        let defects = check_consolidation(request, self.at, self.pointer);
        let key = RequestKey { declarant: declarant_id, reference: request.reference.clone() };
        let (span, numbers): (_, Arc<[_]>) = match &request.scope {
            Scope::Declarations(numbers) => (Span::Named, numbers.as_slice().into()),
            Scope::Period { from, until } => {
                (Span::Period { from: *from, until: until.plus_millis(SECOND_MS) }, [].into())
            }
        };
        let terms = Terms {
            office: request.office,
            declarant: declarant.clone(),
            merchant_id,
            merchant: merchant.clone(),
            formal_declarant: formal_declarant.clone(),
            span,
            grouping: request.grouping,
            naming: request.naming,
        };
        let document = key.part(request.part.number());
        let requested = RequestedConsolidation { key, terms, part: request.part, numbers };
        let facts = || FiledFacts::Consolidation(requested);
        Ok(self.filed(document, &request.filing, defects, facts))
    }
}
