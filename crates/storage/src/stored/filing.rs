//! The body of a filing's row, and of registered goods: what was filed, and where it stands.

use serde::{Deserialize, Serialize};
use tongguan_domain::evidence::PlatformAddress;
use tongguan_domain::filing::{
    Answer, Approval, FiledCertificate, FiledEnterprise, FiledGoods, FilingId, FilingState, Matter,
    Officer, Price, Taken,
};
use tongguan_domain::listing::{Measure, RegisteredGoods};
use tongguan_domain::party::{PartyCode, Roles};
use tongguan_domain::time::Moment;

use super::decimal::StoredDecimal;
use super::facts::damaged;
use super::{StoredError, decode, encode, versioned};

const FILING: &str = "filing";
const GOODS: &str = "registered goods";

/// The form of a filing that is written now.
pub type StoredFiling = StoredFilingV1;
/// The form of registered goods that is written now.
pub type StoredGoods = StoredGoodsV1;

/// A filing, first form; times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFilingV1 {
    matter: StoredMatterV1,
    state: StoredFilingStateV1,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum StoredMatterV1 {
    Enterprise {
        name: String,
        codes: Vec<String>,
        roles: u8,
        licence: Option<Box<str>>,
        payment_url: Option<String>,
    },
    Certificate {
        digest: [u8; 32],
        der: Vec<u8>,
        valid_from: i64,
        valid_to: i64,
    },
    Goods(Box<StoredGoodsV1>),
}

/// Goods, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredGoodsV1 {
    item_no: Box<str>,
    hs_code: Box<str>,
    name: Box<str>,
    specification: Box<str>,
    barcode: Option<Box<str>>,
    unit: Box<str>,
    statutory: (Box<str>, StoredDecimal),
    second: Option<(Box<str>, StoredDecimal)>,
    net_weight_kg: StoredDecimal,
    account_item: Option<Box<str>>,
    brand: Option<Box<str>>,
    origin: Option<Box<str>>,
    price: Option<(StoredDecimal, Box<str>)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredAnswerV1 {
    sign_in: String,
    name: String,
    at: i64,
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredApprovalV1 {
    answer: StoredAnswerV1,
    hs_code: Option<Box<str>>,
    valid_to: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum StoredFilingStateV1 {
    Filed,
    TakenUp(StoredAnswerV1),
    Returned(StoredAnswerV1),
    Refused(StoredAnswerV1),
    Withdrawn(i64),
    Approved(StoredApprovalV1),
    Suspended(StoredApprovalV1, StoredAnswerV1),
    Ended(StoredApprovalV1, StoredAnswerV1),
    Replaced(StoredApprovalV1, i64, i64),
}

impl StoredFiling {
    /// Of what was filed, and where it stands.
    pub fn of(matter: &Matter, state: &FilingState) -> Self {
        Self { matter: matter.into(), state: state.into() }
    }

    /// What was filed, and where it stands.
    ///
    /// # Errors
    /// [`StoredError::Damaged`].
    pub fn read(self) -> Result<(Matter, FilingState), StoredError> {
        Ok((self.matter.try_into()?, self.state.into()))
    }

    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FILING, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FILING, body)? {
            (1, fields) => decode::<StoredFilingV1>(FILING, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FILING, version }),
        }
    }
}

impl StoredGoods {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(GOODS, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(GOODS, body)? {
            (1, fields) => decode::<StoredGoodsV1>(GOODS, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: GOODS, version }),
        }
    }
}

impl From<&Matter> for StoredMatterV1 {
    fn from(matter: &Matter) -> Self {
        match matter {
            Matter::Enterprise(filed) => Self::Enterprise {
                name: filed.name.clone(),
                codes: filed.codes.iter().map(ToString::to_string).collect(),
                roles: filed.roles.bits(),
                licence: filed.licence.clone(),
                payment_url: filed.payment_url.as_ref().map(ToString::to_string),
            },
            Matter::Certificate(filed) => Self::Certificate {
                digest: filed.digest,
                der: filed.der.to_vec(),
                valid_from: filed.valid_from.micros(),
                valid_to: filed.valid_to.micros(),
            },
            Matter::Goods(goods) => Self::Goods(Box::new(goods.as_ref().into())),
        }
    }
}

impl TryFrom<StoredMatterV1> for Matter {
    type Error = StoredError;
    fn try_from(stored: StoredMatterV1) -> Result<Self, StoredError> {
        Ok(match stored {
            StoredMatterV1::Enterprise { name, codes, roles, licence, payment_url } => {
                let codes = codes.iter().map(|code| PartyCode::parse(code).map_err(damaged));
                Self::Enterprise(FiledEnterprise {
                    name,
                    codes: codes.collect::<Result<_, _>>()?,
                    roles: Roles::from_bits(roles),
                    licence,
                    payment_url: payment_url.as_deref().and_then(PlatformAddress::parse),
                })
            }
            StoredMatterV1::Certificate { digest, der, valid_from, valid_to } => {
                Self::Certificate(FiledCertificate {
                    digest,
                    der: der.into(),
                    valid_from: Moment::from_micros(valid_from),
                    valid_to: Moment::from_micros(valid_to),
                })
            }
            StoredMatterV1::Goods(goods) => Self::Goods(Box::new((*goods).try_into()?)),
        })
    }
}

impl From<&FiledGoods> for StoredGoodsV1 {
    fn from(filed: &FiledGoods) -> Self {
        let goods = &filed.goods;
        let measure = |measure: &Measure| (measure.unit.clone(), measure.of_one.into());
        Self {
            item_no: filed.item_no.clone(),
            hs_code: goods.hs_code.clone(),
            name: goods.name.clone(),
            specification: goods.specification.clone(),
            barcode: goods.barcode.clone(),
            unit: goods.unit.clone(),
            statutory: measure(&goods.statutory),
            second: goods.second.as_ref().map(measure),
            net_weight_kg: goods.net_weight_kg.into(),
            account_item: goods.account_item.clone(),
            brand: filed.brand.clone(),
            origin: filed.origin.clone(),
            price: filed.price.as_ref().map(|price| (price.amount.into(), price.currency.clone())),
        }
    }
}

impl TryFrom<StoredGoodsV1> for FiledGoods {
    type Error = StoredError;
    fn try_from(stored: StoredGoodsV1) -> Result<Self, StoredError> {
        let measure = |(unit, of_one): (Box<str>, StoredDecimal)| {
            Ok::<_, StoredError>(Measure { unit, of_one: of_one.try_into()? })
        };
        let price = |(amount, currency): (StoredDecimal, Box<str>)| {
            Ok::<_, StoredError>(Price { amount: amount.try_into()?, currency })
        };
        Ok(Self {
            item_no: stored.item_no,
            goods: RegisteredGoods {
                hs_code: stored.hs_code,
                name: stored.name,
                specification: stored.specification,
                barcode: stored.barcode,
                unit: stored.unit,
                statutory: measure(stored.statutory)?,
                second: stored.second.map(measure).transpose()?,
                net_weight_kg: stored.net_weight_kg.try_into()?,
                account_item: stored.account_item,
            },
            brand: stored.brand,
            origin: stored.origin,
            price: stored.price.map(price).transpose()?,
        })
    }
}

impl StoredAnswerV1 {
    fn of(by: &Officer, at: Moment, reason: &str) -> Self {
        let Officer { sign_in, name } = by.clone();
        Self { sign_in, name, at: at.micros(), reason: reason.to_owned() }
    }

    fn by(&self) -> Officer {
        Officer { sign_in: self.sign_in.clone(), name: self.name.clone() }
    }
}

impl From<&Answer> for StoredAnswerV1 {
    fn from(answer: &Answer) -> Self {
        Self::of(&answer.by, answer.at, &answer.reason)
    }
}

impl From<StoredAnswerV1> for Answer {
    fn from(stored: StoredAnswerV1) -> Self {
        Self { by: stored.by(), at: Moment::from_micros(stored.at), reason: stored.reason }
    }
}

impl From<&Approval> for StoredApprovalV1 {
    fn from(approval: &Approval) -> Self {
        Self {
            answer: (&approval.answer).into(),
            hs_code: approval.hs_code.clone(),
            valid_to: approval.valid_to.map(|day| Moment::start_of(day).micros()),
        }
    }
}

impl From<StoredApprovalV1> for Approval {
    fn from(stored: StoredApprovalV1) -> Self {
        let valid_to = stored.valid_to.map(|at| Moment::from_micros(at).china_day());
        Self { answer: stored.answer.into(), hs_code: stored.hs_code, valid_to }
    }
}

impl From<&FilingState> for StoredFilingStateV1 {
    fn from(state: &FilingState) -> Self {
        match state {
            FilingState::Filed => Self::Filed,
            FilingState::TakenUp(Taken { by, at }) => {
                Self::TakenUp(StoredAnswerV1::of(by, *at, ""))
            }
            FilingState::Returned(answer) => Self::Returned(answer.into()),
            FilingState::Refused(answer) => Self::Refused(answer.into()),
            FilingState::Withdrawn(at) => Self::Withdrawn(at.micros()),
            FilingState::Approved(approval) => Self::Approved(approval.into()),
            FilingState::Suspended(approval, answer) => {
                Self::Suspended(approval.into(), answer.into())
            }
            FilingState::Ended(approval, answer) => Self::Ended(approval.into(), answer.into()),
            FilingState::Replaced { approval, by, at } => {
                Self::Replaced(approval.into(), by.0, at.micros())
            }
        }
    }
}

impl From<StoredFilingStateV1> for FilingState {
    fn from(stored: StoredFilingStateV1) -> Self {
        match stored {
            StoredFilingStateV1::Filed => Self::Filed,
            StoredFilingStateV1::TakenUp(taken) => {
                Self::TakenUp(Taken { by: taken.by(), at: Moment::from_micros(taken.at) })
            }
            StoredFilingStateV1::Returned(answer) => Self::Returned(answer.into()),
            StoredFilingStateV1::Refused(answer) => Self::Refused(answer.into()),
            StoredFilingStateV1::Withdrawn(at) => Self::Withdrawn(Moment::from_micros(at)),
            StoredFilingStateV1::Approved(approval) => Self::Approved(approval.into()),
            StoredFilingStateV1::Suspended(approval, answer) => {
                Self::Suspended(approval.into(), answer.into())
            }
            StoredFilingStateV1::Ended(approval, answer) => {
                Self::Ended(approval.into(), answer.into())
            }
            StoredFilingStateV1::Replaced(approval, by, at) => Self::Replaced {
                approval: approval.into(),
                by: FilingId(by),
                at: Moment::from_micros(at),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;
    use jiff::civil::date;
    use tongguan_domain::money::Amount;
    use tongguan_domain::party::Role;

    fn answer() -> Answer {
        let by = Officer { sign_in: "z".into(), name: "张".into() };
        Answer { by, at: Moment::from_micros(1), reason: "因".into() }
    }

    fn goods() -> FiledGoods {
        let measure = || Measure { unit: "035".into(), of_one: "0.05".parse().unwrap() };
        FiledGoods {
            item_no: "C".into(),
            goods: RegisteredGoods {
                hs_code: "3304990029".into(),
                name: "霜".into(),
                specification: "m".into(),
                barcode: None,
                unit: "011".into(),
                statutory: measure(),
                second: Some(measure()),
                net_weight_kg: "1".parse().unwrap(),
                account_item: None,
            },
            brand: Some("b".into()),
            origin: Some("305".into()),
            price: Some(Price {
                amount: Amount::new("12.5".parse().unwrap()),
                currency: "142".into(),
            }),
        }
    }

    fn there_and_back(matter: &Matter, state: &FilingState) {
        let stored = StoredFiling::of(matter, state);
        let read = StoredFiling::decode(&stored.encode().unwrap()).unwrap().read().unwrap();
        assert_eq!((&read.0, &read.1), (matter, state));
    }

    #[test]
    fn every_matter_and_state_comes_back() {
        let approval =
            Approval { answer: answer(), hs_code: None, valid_to: Some(date(2027, 1, 31)) };
        let at = Moment::from_micros(5);
        let taken = Taken { by: answer().by, at };
        let matters = [
            Matter::Enterprise(FiledEnterprise {
                name: "某".into(),
                codes: vec![PartyCode::parse("1100000002").unwrap()],
                roles: [Role::Merchant].into_iter().collect(),
                licence: Some("l".into()),
                payment_url: PlatformAddress::parse("https://shop.example/"),
            }),
            Matter::Certificate(FiledCertificate {
                digest: [7; 32],
                der: [1, 2].into(),
                valid_from: at,
                valid_to: at,
            }),
            Matter::Goods(Box::new(goods())),
        ];
        let states = [
            FilingState::Filed,
            FilingState::TakenUp(taken),
            FilingState::Returned(answer()),
            FilingState::Refused(answer()),
            FilingState::Withdrawn(at),
            FilingState::Approved(approval.clone()),
            FilingState::Suspended(approval.clone(), answer()),
            FilingState::Ended(approval.clone(), answer()),
            FilingState::Replaced { approval, by: FilingId(9), at },
        ];
        for matter in &matters {
            for state in &states {
                there_and_back(matter, state);
            }
        }
    }

    #[test]
    fn the_first_form_is_kept() {
        let goods = StoredGoods::from(&goods());
        let written = "01 0143 0a33333034393930303239 03e99c9c 016d 00 03303131 03303335 0a02 \
                       01 03303335 0a02 0200 00 01 0162 01 03333035 01 fa0101 03313432";
        keeps(written, &goods, StoredGoods::encode, StoredGoods::decode);
        let matter = Matter::Enterprise(FiledEnterprise {
            name: "n".into(),
            codes: vec![PartyCode::parse("c").unwrap()],
            roles: Roles::from_bits(3),
            licence: None,
            payment_url: None,
        });
        let filing = StoredFiling::of(&matter, &FilingState::Returned(answer()));
        let written = "01 00 016e 01 0143 03 00 00 02 017a 03e5bca0 02 03e59ba0";
        keeps(written, &filing, StoredFiling::encode, StoredFiling::decode);
    }
}
