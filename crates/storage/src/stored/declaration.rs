//! The body of a declaration's row: what it says, where it stands, whom it answers.

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::{DeclarationFacts, ItemFacts, Mode};
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, FunctionalReference, OfficeCode, OrderNumber, PartyId,
    WaybillNumber,
};
use tongguan_domain::mark::Mark;
use tongguan_domain::time::{parse_day, wire_day};

use super::bonded::StoredDrawnV1;
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
    /// What it holds of bonded stock, or has drawn.
    pub stock: Vec<StoredDrawnV1>,
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
    port: String,
    account_book: Option<String>,
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
    account_item: Option<String>,
    item_no: Option<Box<str>>,
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
            port: facts.port.to_string(),
            account_book: facts.account_book.as_ref().map(ToString::to_string),
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
        let account_book = stored.account_book.as_deref().map(AccountBookNumber::parse);
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
            port: OfficeCode::parse(&stored.port).map_err(damaged)?,
            account_book: account_book.transpose().map_err(damaged)?,
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
            account_item: item.account_item.as_ref().map(ToString::to_string),
            item_no: item.item_no.clone(),
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
        let account_item = stored.account_item.as_deref().map(AccountItemNumber::parse);
        let second = match stored.second {
            Some((unit, quantity)) => Some((unit, quantity.try_into()?)),
            None => None,
        };
        Ok(Self {
            number: stored.number,
            account_item: account_item.transpose().map_err(damaged)?,
            item_no: stored.item_no,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use tongguan_domain::bonded::stock::StockQuantity;
    use tongguan_domain::bonded::{Drawn, StockKey};
    use tongguan_domain::facts::PersonMarks;
    use tongguan_domain::money::Amount;

    use super::*;
    use crate::stored::any;
    use crate::stored::golden::keeps;
    use crate::stored::response::StoredQuoteV1;

    fn facts() -> DeclarationFacts {
        let mark = |byte| Mark::from_bytes([byte; 16]);
        let yuan = |fen| Amount::new(Decimal::new(fen, 2));
        DeclarationFacts {
            order_no: OrderNumber::parse("O1").unwrap(),
            platform: PartyId(1),
            merchant: PartyId(2),
            carrier: PartyId(4),
            declarant: PartyId(5),
            guarantor: PartyId(6),
            waybill_no: WaybillNumber::parse("W1").unwrap(),
            reference: Some(FunctionalReference::parse("R1").unwrap()),
            mode: Mode::Direct,
            office: OfficeCode::parse("0100").unwrap(),
            port: OfficeCode::parse("2244").unwrap(),
            account_book: Some(AccountBookNumber::parse("L1").unwrap()),
            declared_on: jiff::civil::date(2026, 3, 2),
            buyer: PersonMarks { person: mark(0xA1), name: mark(0xA2), number: mark(0xA3) },
            buyer_telephone: mark(0xA4),
            consignee_address: mark(0xC3),
            freight: yuan(0),
            insurance: yuan(0),
            net_weight_kg: Decimal::new(14, 1),
            items: vec![ItemFacts {
                number: 1,
                account_item: Some(AccountItemNumber::parse("7").unwrap()),
                item_no: Some("S1".into()),
                hs_code: "1901101090".into(),
                name: "奶粉".into(),
                item_name: None,
                unit: "122".into(),
                quantity: Decimal::new(2, 0),
                statutory_unit: "035".into(),
                statutory_quantity: Decimal::new(14, 1),
                second: Some(("122".into(), Decimal::new(2, 0))),
                price: yuan(9_950),
                total_price: yuan(19_900),
            }],
        }
    }

    fn drawn() -> StoredDrawnV1 {
        let book = AccountBookNumber::parse("L1").unwrap();
        let item = AccountItemNumber::parse("7").unwrap();
        let quantity = StockQuantity::from_parts(200_000).unwrap();
        (&Drawn { key: StockKey { book, item }, quantity }).into()
    }

    #[test]
    fn a_declaration_is_kept() {
        let declaration = StoredDeclaration {
            facts: (&facts()).into(),
            state: StoredStateV1::Refused,
            pack: [0xEE; 16],
            answer: StoredAnswerV1 {
                mailbox: "DXP1".into(),
                subscribers: vec!["DXP2".into()],
                quote: StoredQuoteV1 {
                    answered_by: 622,
                    texts: ["g", "0100", "P", "M", "A", "R1", "", ""].map(Box::from).into(),
                },
                billing: Some(["O1", "W1", "C", "S"].map(Box::from)),
            },
            stock: vec![drawn()],
        };
        keeps(
            "01024f310204080a0c0257310102523104393631300430313030043232343401024c31083230
            323630333032a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2
            a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4c3c3c3c3c3c3
            c3c3c3c3c3c3c3c3c3c3000200021c010102010137010253310a3139303131303130393006e5
            a5b6e7b28900033132320400033033351c0101033132320400bc9b0102f8b602020aeeeeeeee
            eeeeeeeeeeeeeeeeeeeeeeee0444585031010444585032ee0408016704303130300150014d01
            41025231000001024f310257310143015301024c31013780b518",
            &declaration,
            StoredDeclaration::encode,
            StoredDeclaration::decode,
        );
    }

    #[test]
    fn what_is_no_declaration_is_refused() {
        let spoil: [fn(&mut StoredDeclarationFactsV1); 7] = [
            |facts| facts.order_no.clear(),
            |facts| facts.waybill_no.push_str(&"x".repeat(WaybillNumber::LIMIT)),
            |facts| facts.reference = Some(" ".into()),
            |facts| facts.mode = "0110".into(),
            |facts| facts.office = "100".into(),
            |facts| facts.declared_on = "20260230".into(),
            |facts| facts.declared_on.clear(),
        ];
        for (n, spoil) in spoil.iter().enumerate() {
            let mut stored = StoredDeclarationFactsV1::from(&facts());
            spoil(&mut stored);
            let refused = DeclarationFacts::try_from(stored);
            assert!(matches!(refused, Err(StoredError::Damaged { .. })), "{n}: {refused:?}");
        }
    }

    proptest! {
        #[test]
        fn a_declaration_comes_back_as_it_was(facts in any::declaration()) {
            let stored = StoredDeclarationFactsV1::from(&facts);
            prop_assert_eq!(DeclarationFacts::try_from(stored), Ok(facts));
        }
    }
}
