//! Who signs in: for a test enterprise, and at its office.

use tongguan_domain::access::{Role, SignIn, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};

use super::SandboxError;
use super::enterprise::Kind;

/// Somebody who signs in.
#[derive(Debug)]
pub struct Employee {
    /// As what.
    pub post: Post,
    /// The name to sign in with.
    pub sign_in: SignIn,
}

/// What somebody does for a test enterprise, or at its office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// Works for the merchant.
    Clerk,
    /// Has people, programs and webhooks of the declarant, in whose mailbox most is answered.
    Administrator,
    /// Stands at the gate of the supervised place.
    Gate,
    /// Decides at the office.
    Officer,
    /// Proposes there what is set, and what a supervisor approves.
    RiskManager,
    /// Is the second officer there.
    Supervisor,
}

impl Post {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Clerk,
        Self::Administrator,
        Self::Gate,
        Self::Officer,
        Self::RiskManager,
        Self::Supervisor,
    ];

    /// What it is called for people, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Clerk => ("电商企业操作员", "Clerk of the merchant"),
            Self::Administrator => (
                "申报企业管理员（人员、程序、推送）",
                "Administrator of the declarant: people, programs, webhooks",
            ),
            Self::Gate => ("监管作业场所卡口人员", "Staff at the gate of the supervised place"),
            Self::Officer => ("关区审单关员", "Officer of your office"),
            Self::RiskManager => (
                "关区风险管理员（提议参数）",
                "Risk manager of your office, who proposes parameters",
            ),
            Self::Supervisor => {
                ("关区复核主管（第二名关员）", "Supervisor of your office, the second officer")
            }
        }
    }

    /// Its name in addresses and files, and what the names to sign in with begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Administrator => "administrator",
            Self::Gate => "gate",
            Self::Officer => "officer",
            Self::RiskManager => "risk-manager",
            Self::Supervisor => "supervisor",
        }
    }

    pub(super) const fn role(self) -> Role {
        match self {
            Self::Clerk => Role::Clerk,
            Self::Administrator => Role::EnterpriseAdministrator,
            Self::Gate => Role::FacilityStaff,
            Self::Officer => Role::Officer,
            Self::RiskManager => Role::RiskManager,
            Self::Supervisor => Role::Supervisor,
        }
    }

    /// For whom and as what, where `party` gives the number of a party of the enterprise.
    pub(super) fn standing(
        self,
        office: OfficeCode,
        party: impl Fn(Kind) -> Result<PartyId, SandboxError>,
    ) -> Result<Standing, SandboxError> {
        let role = self.role();
        Ok(match self {
            Self::Clerk => Standing::Enterprise { party: party(Kind::Merchant)?, role },
            Self::Administrator => Standing::Enterprise { party: party(Kind::Carrier)?, role },
            Self::Gate => Standing::Facility(party(Kind::Carrier)?),
            Self::Officer | Self::RiskManager | Self::Supervisor => {
                Standing::Customs { office, role }
            }
        })
    }

    /// The name to sign in with at the enterprise of that number.
    pub(super) fn sign_in(self, number: u64) -> Result<SignIn, SandboxError> {
        Ok(SignIn::parse(&format!("{}-{number}", self.name()))?)
    }
}
