//! The registry (企业备案) as a decision sees it: an immutable snapshot with look-up by code.

mod delegate;

use std::collections::HashMap;

use crate::defect::Defect;
use crate::ids::PartyId;
use crate::official::party::{CODE_INVALID, TYPE_INVALID};
use crate::party::{Party, PartyCode, Role};
use jiff::civil::Date;

pub use self::delegate::{Delegate, Delegates};

/// All parties, by id and by every code.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    parties: HashMap<PartyId, Party>,
    codes: HashMap<PartyCode, PartyId>,
    certificates: HashMap<[u8; 32], PartyId>,
}

impl Registry {
    /// From the parties, and the SHA-256 digests of the certificates registered for them.
    pub fn new(
        parties: impl IntoIterator<Item = Party>,
        certificates: impl IntoIterator<Item = ([u8; 32], PartyId)>,
    ) -> Self {
        let parties: HashMap<_, _> = parties.into_iter().map(|party| (party.id, party)).collect();
        let codes = parties
            .values()
            .flat_map(|party| party.codes.iter().map(|code| (code.clone(), party.id)))
            .collect();
        Self { parties, codes, certificates: certificates.into_iter().collect() }
    }

    /// The party of that id.
    pub fn party(&self, id: PartyId) -> Option<&Party> {
        self.parties.get(&id)
    }

    /// The party that either of its codes names.
    pub fn named(&self, code: &PartyCode) -> Option<&Party> {
        self.codes.get(code).and_then(|id| self.parties.get(id))
    }

    /// The party that a certificate is registered for, by the certificate's SHA-256 digest.
    pub fn certified(&self, digest: &[u8; 32]) -> Option<&Party> {
        self.certificates.get(digest).and_then(|id| self.parties.get(id))
    }

    /// Every party, in no order.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        self.parties.values()
    }

    /// The party that `code` names, if it may act in `role` on `day`.
    ///
    /// # Errors
    /// A defect at `pointer`: −10102 for an unknown or suspended party, −10101 for a wrong role.
    pub fn acting(
        &self,
        code: &PartyCode,
        role: Role,
        day: Date,
        pointer: &str,
    ) -> Result<&Party, Defect> {
        let Some(party) = self.named(code) else {
            return Err(Defect::at(&CODE_INVALID, pointer).found(code));
        };
        if party.may_act(role, day) {
            return Ok(party);
        }
        if !party.roles.contains(role) {
            let expected = format!("应为{}", role.zh());
            return Err(Defect::at(&TYPE_INVALID, pointer).found(code).expected(expected));
        }
        let standing = "企业状态不正常或不在备案有效期内";
        Err(Defect::at(&CODE_INVALID, pointer).found(code).expected(standing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::Standing;
    use jiff::civil::date;

    #[test]
    fn either_code_leads_to_the_party_and_each_fault_has_its_code() {
        let code = |text: &str| PartyCode::parse(text).unwrap();
        let party = |id, codes: &[&str], standing| Party {
            id: PartyId(id),
            name: "测试".into(),
            codes: codes.iter().map(|text| code(text)).collect(),
            roles: [Role::Platform].into_iter().collect(),
            standing,
            valid_from: date(2020, 1, 1),
            valid_to: None,
            mailbox: None,
        };
        let registry = Registry::new(
            [
                party(1, &["1100000002", "91350100M000100Y43"], Standing::Active),
                party(2, &["1100000003"], Standing::Suspended),
            ],
            [],
        );
        let today = date(2026, 11, 22);
        let acting = |text, role| {
            registry.acting(&code(text), role, today, "/x").map(|p| p.id).map_err(|d| d.code())
        };
        assert_eq!(acting("1100000002", Role::Platform), Ok(PartyId(1)));
        assert_eq!(acting("91350100M000100Y43", Role::Platform), Ok(PartyId(1)));
        assert_eq!(acting("1100000002", Role::Carrier), Err("-10101".into()));
        assert_eq!(acting("1100000003", Role::Platform), Err("-10102".into()));
        assert_eq!(acting("9999999999", Role::Platform), Err("-10102".into()));
    }
}
