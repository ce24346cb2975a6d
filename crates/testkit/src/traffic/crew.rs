//! The crew: everybody who sends messages in a demonstration, several of each role.

use std::sync::Arc;

use tongguan_domain::money::Money;
use tongguan_domain::party::{NamedParty, Role};
use tongguan_messages::authority::{Authority, SeededChance};
use tongguan_messages::certificate::TrustStore;

use super::dice::Dice;
use crate::cast::{Actor, CastError, Enterprise, Signing, actor, root};

/// An actor of a [`Crew`], by its place in [`Crew::actors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(usize);

/// Everybody who sends messages, with certificates of one made-up authority.
#[derive(Debug)]
pub struct Crew {
    actors: Vec<Actor>,
    authority: Authority,
    stranger: Actor,
}

/// Who acts for one parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Team {
    /// 电商平台.
    pub platform: Member,
    /// 电商企业.
    pub merchant: Member,
    /// 支付企业.
    pub institution: Member,
    /// 物流企业.
    pub carrier: Member,
    /// 申报企业.
    pub declarant: Member,
}

const fn enterprise(
    roles: &'static [Role],
    codes: &'static [&'static str],
    name: &'static str,
    mailbox: &'static str,
) -> Enterprise {
    Enterprise { roles, codes, name, mailbox }
}

const PLATFORM: &[Role] = &[Role::Platform, Role::Guarantor];
const PAYER: &[Role] = &[Role::PaymentInstitution];
const EXPRESS: &[Role] = &[Role::Carrier, Role::Declarant];

/// Some have a credit code beside the customs code, and their messages use now the one, now the other.
const ENTERPRISES: [Enterprise; 15] = [
    enterprise(PLATFORM, &["330196P001"], "示例跨境电商平台有限公司", "DXPENT0000000001"),
    enterprise(
        PLATFORM,
        &["310196P002", "91330000MA0TG0P02Y"],
        "海淘示例网络科技有限公司",
        "DXPENT0000000002",
    ),
    enterprise(PLATFORM, &["440196P003"], "南国示例电子商务有限公司", "DXPENT0000000003"),
    enterprise(&[Role::Merchant], &["330196M002"], "示例进口贸易有限公司", "DXPENT0000000004"),
    enterprise(
        &[Role::Merchant],
        &["330196M005", "91330000MA0TG0M05W"],
        "示例母婴用品有限公司",
        "DXPENT0000000005",
    ),
    enterprise(&[Role::Merchant], &["310196M006"], "示例美妆贸易有限公司", "DXPENT0000000006"),
    enterprise(&[Role::Merchant], &["440196M007"], "示例酒业进口有限公司", "DXPENT0000000007"),
    enterprise(PAYER, &["3301960Y03"], "示例支付有限公司", "DXPENT0000000008"),
    enterprise(
        PAYER,
        &["3101960Y06", "91310000MA0TG0Y06T"],
        "示例网银在线科技有限公司",
        "DXPENT0000000009",
    ),
    enterprise(EXPRESS, &["330198W004"], "示例国际速递有限公司", "DXPENT0000000010"),
    enterprise(EXPRESS, &["310198W008"], "示例航空货运有限公司", "DXPENT0000000011"),
    enterprise(&[Role::Carrier], &["440198W009"], "示例邮政快件有限公司", "DXPENT0000000012"),
    enterprise(&[Role::Declarant], &["330198D010"], "示例报关有限公司", "DXPENT0000000013"),
    enterprise(
        &[Role::Declarant, Role::Guarantor],
        &["330198D011"],
        "小额担保示例报关有限公司",
        "DXPENT0000000014",
    ),
    enterprise(
        &[Role::FacilityOperator],
        &["330198F012"],
        "示例机场监管仓储有限公司",
        "DXPENT0000000015",
    ),
];

/// The declarant whose guarantee is too small for any parcel.
const POOR_GUARANTOR: Member = Member(13);
/// Who runs the place where exports arrive.
const FACILITY_OPERATOR: Member = Member(14);

impl Crew {
    /// The crew of a seed, which signs with SM2.
    ///
    /// # Errors
    /// [`CastError`].
    pub fn new(seed: u64) -> Result<Self, CastError> {
        let mut chance = SeededChance::new(seed);
        let authority = root(&mut chance, Signing::Sm2)?;
        let actors = (1..)
            .zip(ENTERPRISES)
            .map(|(number, enterprise)| {
                actor(&authority, &mut chance, number, enterprise, Signing::Sm2)
            })
            .collect::<Result<_, _>>()?;
        let foreign = root(&mut chance, Signing::Sm2)?;
        let stranger = actor(&foreign, &mut chance, 1, ENTERPRISES[9], Signing::Sm2)?;
        Ok(Self { actors, authority, stranger })
    }

    /// Everybody who is to be registered.
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// What a guarantor grants: plenty, or one yuan; nothing where the actor guarantees nothing.
    pub fn granted(&self, actor: &Actor) -> Option<Money> {
        let poor = actor.party.id == self.actor(POOR_GUARANTOR).party.id;
        actor.party.roles.contains(Role::Guarantor).then_some(match poor {
            true => Money::from_fen(100),
            false => Money::from_fen(1_000_000_000_000),
        })
    }

    /// The trust in their authority.
    ///
    /// # Errors
    /// [`CastError::Trust`].
    pub fn trust(&self) -> Result<Arc<TrustStore>, CastError> {
        let roots = vec![self.authority.certificate().clone()];
        Ok(Arc::new(TrustStore::new(roots, Vec::new(), Vec::new())?))
    }

    /// The authority that issued their certificates.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Somebody with the name and code of a declarant and a certificate that nobody trusts.
    pub fn stranger(&self) -> &Actor {
        &self.stranger
    }

    /// That member.
    pub fn actor(&self, member: Member) -> &Actor {
        &self.actors[member.0]
    }

    /// A team for one parcel.
    pub fn team(&self, dice: &mut Dice) -> Team {
        Team {
            platform: self.one(Role::Platform, dice),
            merchant: self.one(Role::Merchant, dice),
            institution: self.one(Role::PaymentInstitution, dice),
            carrier: self.one(Role::Carrier, dice),
            declarant: self.one(Role::Declarant, dice),
        }
    }

    /// Somebody else in that role than `but`.
    pub fn another(&self, role: Role, but: Member) -> Member {
        self.in_role(role).find(|member| *member != but).unwrap_or(but)
    }

    /// The declarant whose guarantee is too small for any parcel.
    pub const fn poor_guarantor(&self) -> Member {
        POOR_GUARANTOR
    }

    /// Who runs the supervised place where exports arrive.
    pub const fn facility_operator(&self) -> Member {
        FACILITY_OPERATOR
    }

    /// How a document names that member: by any of its codes.
    pub fn named(&self, member: Member, dice: &mut Dice) -> NamedParty {
        let party = &self.actor(member).party;
        NamedParty { code: dice.pick(&party.codes).clone(), name: party.name.to_string() }
    }

    /// One of `choices`, of which there must be some: always the same for one member.
    pub const fn one_of<T: Copy>(&self, member: Member, choices: &[T]) -> T {
        choices[member.0 % choices.len()]
    }

    fn one(&self, role: Role, dice: &mut Dice) -> Member {
        let members: Vec<_> = self.in_role(role).collect();
        *dice.pick(&members)
    }

    /// Nobody is chosen who cannot guarantee: that is a fault of its own.
    fn in_role(&self, role: Role) -> impl Iterator<Item = Member> {
        let actors = self.actors.iter().enumerate();
        actors
            .filter(move |(_, actor)| actor.party.roles.contains(role))
            .map(|(index, _)| Member(index))
            .filter(|member| *member != POOR_GUARANTOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tongguan_domain::party::CodeKind;

    #[test]
    fn every_code_is_one() {
        for enterprise in ENTERPRISES {
            for code in enterprise.codes {
                let kind = tongguan_domain::party::PartyCode::parse(code).unwrap().kind();
                let credit = code.len() == 18;
                assert_eq!(kind == CodeKind::CreditCode, credit, "{code}");
                assert_eq!(kind == CodeKind::CustomsCode, !credit, "{code}");
            }
        }
    }

    #[test]
    fn the_poor_guarantor_guarantees_one_yuan() {
        let crew = Crew::new(1).unwrap();
        let poor = crew.actor(crew.poor_guarantor());
        assert_eq!(crew.granted(poor), Some(Money::from_fen(100)));
    }
}
