//! The body of a declaration's row: what it says, where it stands, whom it answers.

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::{DeclarationFacts, ItemFacts, Mode};
use tongguan_domain::ids::{FunctionalReference, OfficeCode, OrderNumber, PartyId, WaybillNumber};
use tongguan_domain::mark::Mark;
use tongguan_domain::time::{parse_day, wire_day};

use super::decimal::StoredDecimal;
use super::facts::{StoredMark, StoredPersonV1, damaged};
use super::response::StoredAnswerV1;
use super::state::StoredStateV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "declaration";

/// The form that is written now.
pub type StoredDeclaration = StoredDeclarationV1;

/// A declaration (申报清单), first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDeclarationV1 {
    /// What it says.
    pub facts: StoredDeclarationFactsV1,
    /// Where it stands.
    pub state: StoredStateV1,
    /// Digest of the pack of law that decided last.
    pub pack: [u8; 16],
    /// Whom it answers, and what it quotes.
    pub answer: StoredAnswerV1,
}

/// What a declaration says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDeclarationFactsV1 {
    order_no: String,
    platform: i64,
    merchant: i64,
    carrier: i64,
    declarant: i64,
    guarantor: i64,
    waybill_no: String,
    reference: Option<String>,
    mode: String,
    office: String,
    declared_on: String,
    buyer: StoredPersonV1,
    buyer_telephone: StoredMark,
    consignee_address: StoredMark,
    freight: StoredDecimal,
    insurance: StoredDecimal,
    net_weight_kg: StoredDecimal,
    items: Vec<StoredItemV1>,
}

/// A line of declared goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredItemV1 {
    number: i32,
    hs_code: Box<str>,
    name: Box<str>,
    item_name: Option<Box<str>>,
    unit: Box<str>,
    quantity: StoredDecimal,
    statutory_unit: Box<str>,
    statutory_quantity: StoredDecimal,
    second: Option<(Box<str>, StoredDecimal)>,
    price: StoredDecimal,
    total_price: StoredDecimal,
}

impl StoredDeclaration {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredDeclarationV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

impl From<&DeclarationFacts> for StoredDeclarationFactsV1 {
    fn from(facts: &DeclarationFacts) -> Self {
        Self {
            order_no: facts.order_no.to_string(),
            platform: facts.platform.0,
            merchant: facts.merchant.0,
            carrier: facts.carrier.0,
            declarant: facts.declarant.0,
            guarantor: facts.guarantor.0,
            waybill_no: facts.waybill_no.to_string(),
            reference: facts.reference.as_ref().map(ToString::to_string),
            mode: facts.mode.to_wire().to_owned(),
            office: facts.office.to_string(),
            declared_on: wire_day(facts.declared_on),
            buyer: facts.buyer.into(),
            buyer_telephone: facts.buyer_telephone.to_bytes(),
            consignee_address: facts.consignee_address.to_bytes(),
            freight: facts.freight.into(),
            insurance: facts.insurance.into(),
            net_weight_kg: facts.net_weight_kg.into(),
            items: facts.items.iter().map(StoredItemV1::from).collect(),
        }
    }
}

impl TryFrom<StoredDeclarationFactsV1> for DeclarationFacts {
    type Error = StoredError;
    fn try_from(stored: StoredDeclarationFactsV1) -> Result<Self, StoredError> {
        let reference = stored.reference.as_deref().map(FunctionalReference::parse);
        Ok(Self {
            order_no: OrderNumber::parse(&stored.order_no).map_err(damaged)?,
            platform: PartyId(stored.platform),
            merchant: PartyId(stored.merchant),
            carrier: PartyId(stored.carrier),
            declarant: PartyId(stored.declarant),
            guarantor: PartyId(stored.guarantor),
            waybill_no: WaybillNumber::parse(&stored.waybill_no).map_err(damaged)?,
            reference: reference.transpose().map_err(damaged)?,
            mode: Mode::from_wire(&stored.mode).ok_or_else(|| damaged("supervision mode"))?,
            office: OfficeCode::parse(&stored.office).map_err(damaged)?,
            declared_on: parse_day(&stored.declared_on).ok_or_else(|| damaged("day"))?,
            buyer: stored.buyer.into(),
            buyer_telephone: Mark::from_bytes(stored.buyer_telephone),
            consignee_address: Mark::from_bytes(stored.consignee_address),
            freight: stored.freight.try_into()?,
            insurance: stored.insurance.try_into()?,
            net_weight_kg: stored.net_weight_kg.try_into()?,
            items: stored.items.into_iter().map(ItemFacts::try_from).collect::<Result<_, _>>()?,
        })
    }
}

impl From<&ItemFacts> for StoredItemV1 {
    fn from(item: &ItemFacts) -> Self {
        Self {
            number: item.number,
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            item_name: item.item_name.clone(),
            unit: item.unit.clone(),
            quantity: item.quantity.into(),
            statutory_unit: item.statutory_unit.clone(),
            statutory_quantity: item.statutory_quantity.into(),
            second: item.second.clone().map(|(unit, quantity)| (unit, quantity.into())),
            price: item.price.into(),
            total_price: item.total_price.into(),
        }
    }
}

impl TryFrom<StoredItemV1> for ItemFacts {
    type Error = StoredError;
    fn try_from(stored: StoredItemV1) -> Result<Self, StoredError> {
        let second = match stored.second {
            Some((unit, quantity)) => Some((unit, quantity.try_into()?)),
            None => None,
        };
        Ok(Self {
            number: stored.number,
            hs_code: stored.hs_code,
            name: stored.name,
            item_name: stored.item_name,
            unit: stored.unit,
            quantity: stored.quantity.try_into()?,
            statutory_unit: stored.statutory_unit,
            statutory_quantity: stored.statutory_quantity.try_into()?,
            second,
            price: stored.price.try_into()?,
            total_price: stored.total_price.try_into()?,
        })
    }
}
