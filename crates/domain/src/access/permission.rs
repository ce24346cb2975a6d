//! What a role may do: one table.

use super::standing::Role;

/// Something that not everybody may do (权限). Every route that is not open to all names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Read the responses in the own mailbox.
    ReadMail,
    /// See parcels and declarations within reach, personal data masked.
    ReadParcels,
    /// Declare what is stored, ask for cancellations and returns, request consolidation.
    Declare,
    /// See bonded accounts within reach, and the own guarantee and tax bills.
    ReadAccounts,
    /// File the own enterprise, certificates and goods.
    File,
    /// Give and withdraw keys of programs, and webhooks.
    ManagePrograms,
    /// Invite, change and lock out people of the own organisation.
    ManagePeople,
    /// See the work queues of the office.
    ReadQueues,
    /// Decide about declarations, cancellations and returns under review.
    Decide,
    /// Register what an examination found.
    Examine,
    /// Seal goods that leave in transit.
    Seal,
    /// Look at seal and vehicle at the port.
    CheckSeals,
    /// Check what stands at the gate of an own supervised place, and record what passes.
    ReportFacility,
    /// Decide about filings of enterprises and goods.
    ReviewFilings,
    /// See settings, code tables and guarantees of everybody.
    ReadParameters,
    /// Propose changes of settings and code tables.
    ProposeParameters,
    /// Propose changes of guarantees.
    ProposeGuarantees,
    /// Approve what somebody else proposed, and the release of what was detained.
    Approve,
    /// See a person's full data for a stated reason.
    Unmask,
    /// See sums and counts, no single parcel.
    ReadStatistics,
    /// Read who did what: a supervisor what is of the own office.
    ReadAudit,
    /// See and steer jobs, queues, dead letters and storage.
    Operate,
}

use Role::{
    Auditor, AuthorityStaff, Clerk, EnterpriseAdministrator, Examiner, FacilityStaff, Officer,
    PortOfficer, Program, Reader, RiskManager, Supervisor, SystemAdministrator,
};

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 22] = [
        Self::ReadMail,
        Self::ReadParcels,
        Self::Declare,
        Self::ReadAccounts,
        Self::File,
        Self::ManagePrograms,
        Self::ManagePeople,
        Self::ReadQueues,
        Self::Decide,
        Self::Examine,
        Self::Seal,
        Self::CheckSeals,
        Self::ReportFacility,
        Self::ReviewFilings,
        Self::ReadParameters,
        Self::ProposeParameters,
        Self::ProposeGuarantees,
        Self::Approve,
        Self::Unmask,
        Self::ReadStatistics,
        Self::ReadAudit,
        Self::Operate,
    ];

    /// The roles that have it.
    pub const fn of(self) -> &'static [Role] {
        match self {
            Self::ReadMail => &[EnterpriseAdministrator, Clerk, Reader, Program],
            Self::ReadParcels => &[
                EnterpriseAdministrator,
                Clerk,
                Reader,
                Program,
                Officer,
                Examiner,
                RiskManager,
                Supervisor,
                PortOfficer,
                Auditor,
            ],
            Self::Declare | Self::File => &[EnterpriseAdministrator, Clerk, Program],
            Self::ReadAccounts => {
                &[EnterpriseAdministrator, Clerk, Reader, Program, Officer, Supervisor, Auditor]
            }
            Self::ManagePrograms => &[EnterpriseAdministrator],
            Self::ManagePeople => &[EnterpriseAdministrator, SystemAdministrator],
            Self::ReadQueues => &[Officer, Examiner, RiskManager, Supervisor, PortOfficer],
            Self::Decide | Self::ReviewFilings => &[Officer, Supervisor],
            Self::Examine => &[Examiner, Supervisor],
            Self::Seal => &[Officer, Examiner, Supervisor],
            Self::CheckSeals => &[PortOfficer, Supervisor],
            Self::ReportFacility => &[FacilityStaff],
            Self::ReadParameters => &[Officer, RiskManager, Supervisor, Auditor],
            Self::ProposeParameters => &[RiskManager, Supervisor],
            Self::ProposeGuarantees => &[Officer, RiskManager, Supervisor],
            Self::Approve => &[Supervisor],
            Self::Unmask => &[Officer, Examiner, Supervisor],
            Self::ReadStatistics => {
                &[Officer, Examiner, RiskManager, Supervisor, PortOfficer, AuthorityStaff, Auditor]
            }
            Self::ReadAudit => &[Supervisor, Auditor, SystemAdministrator],
            Self::Operate => &[SystemAdministrator],
        }
    }

    /// Whether a role has it.
    pub fn is_of(self, role: Role) -> bool {
        self.of().contains(&role)
    }

    /// Its name in documents, answers and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadMail => "read-mail",
            Self::ReadParcels => "read-parcels",
            Self::Declare => "declare",
            Self::ReadAccounts => "read-accounts",
            Self::File => "file",
            Self::ManagePrograms => "manage-programs",
            Self::ManagePeople => "manage-people",
            Self::ReadQueues => "read-queues",
            Self::Decide => "decide",
            Self::Examine => "examine",
            Self::Seal => "seal",
            Self::CheckSeals => "check-seals",
            Self::ReportFacility => "report-facility",
            Self::ReviewFilings => "review-filings",
            Self::ReadParameters => "read-parameters",
            Self::ProposeParameters => "propose-parameters",
            Self::ProposeGuarantees => "propose-guarantees",
            Self::Approve => "approve",
            Self::Unmask => "unmask",
            Self::ReadStatistics => "read-statistics",
            Self::ReadAudit => "read-audit",
            Self::Operate => "operate",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_both_run_the_system_and_see_or_decide_parcels() {
        for permission in [
            Permission::ReadParcels,
            Permission::Decide,
            Permission::Unmask,
            Permission::Approve,
            Permission::ReadQueues,
        ] {
            assert!(!permission.is_of(SystemAdministrator), "{}", permission.name());
        }
    }

    #[test]
    fn who_only_looks_changes_nothing() {
        let looking = [
            Permission::ReadMail,
            Permission::ReadParcels,
            Permission::ReadAccounts,
            Permission::ReadParameters,
            Permission::ReadStatistics,
            Permission::ReadAudit,
        ];
        for permission in Permission::ALL {
            for role in [Reader, Auditor, AuthorityStaff] {
                let is_of = permission.is_of(role);
                assert!(!is_of || looking.contains(&permission), "{} {role:?}", permission.name());
            }
        }
    }

    #[test]
    fn each_role_has_some_permission_and_each_permission_a_role() {
        for role in Role::ALL {
            assert!(Permission::ALL.iter().any(|it| it.is_of(role)), "{role:?}");
        }
        for permission in Permission::ALL {
            assert!(!permission.of().is_empty(), "{}", permission.name());
        }
    }
}
