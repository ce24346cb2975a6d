//! For whom somebody acts, and as what.

use std::fmt;

use crate::ids::{OfficeCode, PartyId};

/// What somebody is within an organisation (角色).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Runs an enterprise's side (企业管理员): its people and keys too.
    EnterpriseAdministrator,
    /// Does an enterprise's daily work (企业操作员).
    Clerk,
    /// Looks on for an enterprise (企业只读).
    Reader,
    /// A program with an access key of an enterprise's mailbox (企业程序).
    Program,
    /// Reviews declarations (审单关员).
    Officer,
    /// Examines goods (查验关员).
    Examiner,
    /// Writes rules and watches them (风险管理).
    RiskManager,
    /// Leads an office (主管关员): approves what needs a second pair of eyes.
    Supervisor,
    /// Checks seals and vehicles at the port (口岸关员).
    PortOfficer,
    /// Works at a supervised place (监管作业场所).
    FacilityStaff,
    /// Another authority (其他监管部门).
    AuthorityStaff,
    /// Reads the audit and nothing else (审计员).
    Auditor,
    /// Keeps the system running (系统管理员), and sees no declaration.
    SystemAdministrator,
}

/// Another authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authority {
    /// 税务.
    Tax,
    /// 外汇.
    ForeignExchange,
    /// 市场监管.
    Market,
    /// 检疫.
    Quarantine,
    /// 商务.
    Commerce,
    /// 统计.
    Statistics,
}

/// For whom somebody acts, and as what: only what goes together can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// For a registered enterprise.
    Enterprise {
        /// Which.
        party: PartyId,
        /// As what: [`Role::EnterpriseAdministrator`], [`Role::Clerk`], [`Role::Reader`] or
        /// [`Role::Program`].
        role: Role,
    },
    /// For a customs office.
    Customs {
        /// Which.
        office: OfficeCode,
        /// As what: [`Role::Officer`] to [`Role::PortOfficer`].
        role: Role,
    },
    /// For the operator of a supervised place.
    Facility(PartyId),
    /// For another authority.
    Authority(Authority),
    /// For the auditor.
    Auditor,
    /// For those who run the system.
    System,
}

/// Whose records somebody reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those in which an enterprise is platform, merchant or declarant.
    Party(PartyId),
    /// Those of an office.
    Office(OfficeCode),
    /// Everybody's.
    Everybody,
    /// Nobody's.
    Nobody,
}

/// Role and organisation do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "role `{role}` and organisation `{organisation}` do not go together; an enterprise's role needs the \
     number of its party, an officer's the four digits of an office, authority-staff one of tax, \
     foreign-exchange, market, quarantine, commerce, statistics; auditor and system-administrator none"
)]
pub struct BadStanding {
    /// The role as it was given.
    pub role: String,
    /// The organisation as it was given.
    pub organisation: String,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 13] = [
        Self::EnterpriseAdministrator,
        Self::Clerk,
        Self::Reader,
        Self::Program,
        Self::Officer,
        Self::Examiner,
        Self::RiskManager,
        Self::Supervisor,
        Self::PortOfficer,
        Self::FacilityStaff,
        Self::AuthorityStaff,
        Self::Auditor,
        Self::SystemAdministrator,
    ];

    /// Its name in files, tables and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EnterpriseAdministrator => "enterprise-administrator",
            Self::Clerk => "clerk",
            Self::Reader => "reader",
            Self::Program => "program",
            Self::Officer => "officer",
            Self::Examiner => "examiner",
            Self::RiskManager => "risk-manager",
            Self::Supervisor => "supervisor",
            Self::PortOfficer => "port-officer",
            Self::FacilityStaff => "facility-staff",
            Self::AuthorityStaff => "authority-staff",
            Self::Auditor => "auditor",
            Self::SystemAdministrator => "system-administrator",
        }
    }

    /// Its name for people, in Chinese and in English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::EnterpriseAdministrator => ("企业管理员", "Enterprise administrator"),
            Self::Clerk => ("企业操作员", "Enterprise clerk"),
            Self::Reader => ("企业只读用户", "Enterprise reader"),
            Self::Program => ("企业程序", "Enterprise program"),
            Self::Officer => ("审单关员", "Reviewing officer"),
            Self::Examiner => ("查验关员", "Examiner"),
            Self::RiskManager => ("风险管理关员", "Risk manager"),
            Self::Supervisor => ("主管关员", "Supervisor"),
            Self::PortOfficer => ("口岸关员", "Port officer"),
            Self::FacilityStaff => ("监管作业场所人员", "Facility staff"),
            Self::AuthorityStaff => ("其他监管部门", "Other authority"),
            Self::Auditor => ("审计员", "Auditor"),
            Self::SystemAdministrator => ("系统管理员", "System administrator"),
        }
    }

    const fn is_of_enterprise(self) -> bool {
        matches!(self, Self::EnterpriseAdministrator | Self::Clerk | Self::Reader | Self::Program)
    }

    const fn is_of_customs(self) -> bool {
        matches!(
            self,
            Self::Officer
                | Self::Examiner
                | Self::RiskManager
                | Self::Supervisor
                | Self::PortOfficer
        )
    }
}

impl Authority {
    /// Every authority.
    pub const ALL: [Self; 6] = [
        Self::Tax,
        Self::ForeignExchange,
        Self::Market,
        Self::Quarantine,
        Self::Commerce,
        Self::Statistics,
    ];

    /// Its name in files, tables and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tax => "tax",
            Self::ForeignExchange => "foreign-exchange",
            Self::Market => "market",
            Self::Quarantine => "quarantine",
            Self::Commerce => "commerce",
            Self::Statistics => "statistics",
        }
    }
}

impl Standing {
    /// Reads role and organisation as [`Self::role`] and [`Self::organisation`] give them.
    ///
    /// # Errors
    /// [`BadStanding`].
    pub fn parse(role: &str, organisation: &str) -> Result<Self, BadStanding> {
        let bad = || BadStanding { role: role.to_owned(), organisation: organisation.to_owned() };
        let known = Role::ALL.into_iter().find(|known| known.name() == role).ok_or_else(bad)?;
        let party = || organisation.parse().map(PartyId).map_err(|_| bad());
        Ok(match known {
            role if role.is_of_enterprise() => Self::Enterprise { party: party()?, role },
            role if role.is_of_customs() => {
                let office = OfficeCode::parse(organisation).map_err(|_| bad())?;
                Self::Customs { office, role }
            }
            Role::FacilityStaff => Self::Facility(party()?),
            Role::AuthorityStaff => {
                let mut all = Authority::ALL.into_iter();
                Self::Authority(all.find(|it| it.name() == organisation).ok_or_else(bad)?)
            }
            Role::Auditor if organisation.is_empty() => Self::Auditor,
            Role::SystemAdministrator if organisation.is_empty() => Self::System,
            _ => return Err(bad()),
        })
    }

    /// As what.
    pub const fn role(self) -> Role {
        match self {
            Self::Enterprise { role, .. } | Self::Customs { role, .. } => role,
            Self::Facility(_) => Role::FacilityStaff,
            Self::Authority(_) => Role::AuthorityStaff,
            Self::Auditor => Role::Auditor,
            Self::System => Role::SystemAdministrator,
        }
    }

    /// For whom, as text: a party's number, an office's code, an authority's name, or nothing.
    pub fn organisation(self) -> String {
        match self {
            Self::Enterprise { party, .. } | Self::Facility(party) => party.to_string(),
            Self::Customs { office, .. } => office.to_string(),
            Self::Authority(authority) => authority.name().to_owned(),
            Self::Auditor | Self::System => String::new(),
        }
    }

    /// Whose records.
    pub const fn reach(self) -> Reach {
        match self {
            Self::Enterprise { party, .. } | Self::Facility(party) => Reach::Party(party),
            Self::Customs { office, .. } => Reach::Office(office),
            Self::Auditor => Reach::Everybody,
            Self::Authority(_) | Self::System => Reach::Nobody,
        }
    }

    /// Whose sums and counts, with the permission to see them: another authority, which reaches nobody's records,
    /// has those of every office, for they tell of no parcel.
    pub const fn counts(self) -> Reach {
        match self {
            Self::Authority(_) => Reach::Everybody,
            other => other.reach(),
        }
    }

    /// Whose events of the audit, with the permission to read them: whoever runs the system, and reaches nobody's
    /// records, has all, for they tell of everything that is done.
    pub const fn audits(self) -> Reach {
        match self {
            Self::System => Reach::Everybody,
            other => other.reach(),
        }
    }

    /// Whether people of this standing may manage those of `other`: an enterprise's administrator those of
    /// the enterprise, a system administrator everybody.
    pub fn manages(self, other: Self) -> bool {
        match (self, other) {
            (Self::System, _) => true,
            (
                Self::Enterprise { party, role: Role::EnterpriseAdministrator },
                Self::Enterprise { party: theirs, role },
            ) => party == theirs && role != Role::Program,
            _ => false,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let organisation = self.organisation();
        match organisation.as_str() {
            "" => f.write_str(self.role().name()),
            organisation => write!(f, "{} {organisation}", self.role().name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Standing> {
        let office = OfficeCode::parse("0100").unwrap();
        let party = PartyId(7);
        Role::ALL
            .into_iter()
            .flat_map(|role| match role {
                role if role.is_of_enterprise() => vec![Standing::Enterprise { party, role }],
                role if role.is_of_customs() => vec![Standing::Customs { office, role }],
                Role::FacilityStaff => vec![Standing::Facility(party)],
                Role::AuthorityStaff => Authority::ALL.map(Standing::Authority).to_vec(),
                Role::Auditor => vec![Standing::Auditor],
                _ => vec![Standing::System],
            })
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        for standing in all() {
            let read = Standing::parse(standing.role().name(), &standing.organisation());
            assert_eq!(read, Ok(standing));
        }
    }

    #[test]
    fn role_and_organisation_must_go_together() {
        for (role, organisation) in [
            ("clerk", ""),
            ("clerk", "x"),
            ("officer", "12"),
            ("officer", ""),
            ("authority-staff", "7"),
            ("auditor", "7"),
            ("system-administrator", "0100"),
            ("emperor", ""),
        ] {
            assert!(Standing::parse(role, organisation).is_err(), "{role} {organisation}");
        }
    }

    #[test]
    fn only_administrators_manage_people_and_only_their_own() {
        let other = |role| Standing::Enterprise { party: PartyId(8), role };
        for standing in all() {
            assert!(Standing::System.manages(standing), "{standing}");
            let admin =
                Standing::Enterprise { party: PartyId(7), role: Role::EnterpriseAdministrator };
            let own =
                matches!(standing, Standing::Enterprise { role, .. } if role != Role::Program);
            assert_eq!(admin.manages(standing), own, "{standing}");
            assert!(!admin.manages(other(Role::Clerk)));
            if ![admin, Standing::System].contains(&standing) {
                assert!(!all().into_iter().any(|them| standing.manages(them)), "{standing}");
            }
        }
    }
}
