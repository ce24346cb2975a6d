//! The body of an export declaration's row: what it says, where it stands, whom it answers.

use serde::{Deserialize, Serialize};
use tongguan_domain::declaration::StatisticsFlag;
use tongguan_domain::facts::{ExportFacts, ExportItemFacts, ExportMode, ExportParties};
use tongguan_domain::ids::{FunctionalReference, OfficeCode, OrderNumber, PartyId, WaybillNumber};
use tongguan_domain::time::{parse_day, wire_day};

use super::decimal::StoredDecimal;
use super::export_state::StoredExportStateV1;
use super::facts::damaged;
use super::movement::StoredMovementV1;
use super::response::StoredAnswerV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "export declaration";

/// The form that is written now.
pub type StoredExport<'b> = StoredExportV1<'b>;

/// An export declaration (出口申报清单), first form. What it says is borrowed from the record or from the
/// row: every report of movement reads it and writes it back, and copying it would cost as much as the
/// encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportV1<'b> {
    /// What it says.
    #[serde(borrow)]
    pub facts: StoredExportFactsV1<'b>,
    /// Whether its goods need a licence.
    pub licence: bool,
    /// Whether a collection must stand behind it.
    pub collection: bool,
    /// Where it stands.
    pub state: StoredExportStateV1,
    /// Digest of the pack of law that decided last.
    pub pack: [u8; 16],
    /// Whom it answers, and what it quotes.
    pub answer: StoredAnswerV1,
    /// What reports of movement have said of its parcel.
    pub movement: StoredMovementV1,
    /// Its document's message, and its place there.
    pub source: (i64, u16),
    /// Where the newest responses about it are.
    pub response_seq: i64,
    /// The time of the newest response, in microseconds since 1970 UTC.
    pub replied_at: i64,
}

/// What an export declaration says; flags, modes and days as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportFactsV1<'b> {
    order_no: &'b str,
    platform: Option<i64>,
    merchant: i64,
    carrier: i64,
    declarant: i64,
    waybill_no: &'b str,
    reference: &'b str,
    mode: &'b str,
    statistics: &'b str,
    office: String,
    port: String,
    exported_on: String,
    producer: &'b str,
    account_book: Option<&'b str>,
    transport_mode: &'b str,
    bill_no: Option<&'b str>,
    licence: Option<&'b str>,
    destination_country: &'b str,
    packages: i64,
    gross_weight_kg: StoredDecimal,
    net_weight_kg: StoredDecimal,
    #[serde(borrow)]
    items: Vec<StoredExportItemV1<'b>>,
}

/// A line of declared goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportItemV1<'b> {
    number: i32,
    item_no: &'b str,
    account_item: Option<&'b str>,
    item_name: Option<&'b str>,
    hs_code: &'b str,
    name: &'b str,
    destination_country: &'b str,
    currency: &'b str,
    unit: &'b str,
    quantity: StoredDecimal,
    statutory_unit: &'b str,
    statutory_quantity: StoredDecimal,
    second: Option<(&'b str, StoredDecimal)>,
    total_price: StoredDecimal,
}

impl<'b> StoredExport<'b> {
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
    pub fn decode(body: &'b [u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredExportV1<'b>>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

impl<'b> From<&'b ExportFacts> for StoredExportFactsV1<'b> {
    fn from(facts: &'b ExportFacts) -> Self {
        Self {
            order_no: facts.order_no.as_str(),
            platform: facts.parties.platform.map(|id| id.0),
            merchant: facts.parties.merchant.0,
            carrier: facts.parties.carrier.0,
            declarant: facts.parties.declarant.0,
            waybill_no: facts.waybill_no.as_str(),
            reference: facts.reference.as_str(),
            mode: facts.mode.to_wire(),
            statistics: facts.statistics.to_wire(),
            office: facts.office.to_string(),
            port: facts.port.to_string(),
            exported_on: wire_day(facts.exported_on),
            producer: &facts.producer,
            account_book: facts.account_book.as_deref(),
            transport_mode: &facts.transport_mode,
            bill_no: facts.bill_no.as_deref(),
            licence: facts.licence.as_deref(),
            destination_country: &facts.destination_country,
            packages: facts.packages,
            gross_weight_kg: facts.gross_weight_kg.into(),
            net_weight_kg: facts.net_weight_kg.into(),
            items: facts.items.iter().map(StoredExportItemV1::from).collect(),
        }
    }
}

impl TryFrom<StoredExportFactsV1<'_>> for ExportFacts {
    type Error = StoredError;
    fn try_from(stored: StoredExportFactsV1<'_>) -> Result<Self, StoredError> {
        let items = stored.items.into_iter().map(ExportItemFacts::try_from);
        let statistics = StatisticsFlag::from_wire(stored.statistics);
        Ok(Self {
            order_no: OrderNumber::parse(stored.order_no).map_err(damaged)?,
            parties: ExportParties {
                platform: stored.platform.map(PartyId),
                merchant: PartyId(stored.merchant),
                carrier: PartyId(stored.carrier),
                declarant: PartyId(stored.declarant),
            },
            waybill_no: WaybillNumber::parse(stored.waybill_no).map_err(damaged)?,
            reference: FunctionalReference::parse(stored.reference).map_err(damaged)?,
            mode: ExportMode::from_wire(stored.mode).ok_or_else(|| damaged("supervision mode"))?,
            statistics: statistics.ok_or_else(|| damaged("statistics flag"))?,
            office: OfficeCode::parse(&stored.office).map_err(damaged)?,
            port: OfficeCode::parse(&stored.port).map_err(damaged)?,
            exported_on: parse_day(&stored.exported_on).ok_or_else(|| damaged("day"))?,
            producer: stored.producer.into(),
            account_book: stored.account_book.map(Box::from),
            transport_mode: stored.transport_mode.into(),
            bill_no: stored.bill_no.map(Box::from),
            licence: stored.licence.map(Box::from),
            destination_country: stored.destination_country.into(),
            packages: stored.packages,
            gross_weight_kg: stored.gross_weight_kg.try_into()?,
            net_weight_kg: stored.net_weight_kg.try_into()?,
            items: items.collect::<Result<_, _>>()?,
        })
    }
}

impl<'b> From<&'b ExportItemFacts> for StoredExportItemV1<'b> {
    fn from(item: &'b ExportItemFacts) -> Self {
        Self {
            number: item.number,
            item_no: &item.item_no,
            account_item: item.account_item.as_deref(),
            item_name: item.item_name.as_deref(),
            hs_code: &item.hs_code,
            name: &item.name,
            destination_country: &item.destination_country,
            currency: &item.currency,
            unit: &item.unit,
            quantity: item.quantity.into(),
            statutory_unit: &item.statutory_unit,
            statutory_quantity: item.statutory_quantity.into(),
            second: item.second.as_ref().map(|(unit, quantity)| (&**unit, (*quantity).into())),
            total_price: item.total_price.into(),
        }
    }
}

impl TryFrom<StoredExportItemV1<'_>> for ExportItemFacts {
    type Error = StoredError;
    fn try_from(stored: StoredExportItemV1<'_>) -> Result<Self, StoredError> {
        let second = match stored.second {
            Some((unit, quantity)) => Some((unit.into(), quantity.try_into()?)),
            None => None,
        };
        Ok(Self {
            number: stored.number,
            item_no: stored.item_no.into(),
            account_item: stored.account_item.map(Box::from),
            item_name: stored.item_name.map(Box::from),
            hs_code: stored.hs_code.into(),
            name: stored.name.into(),
            destination_country: stored.destination_country.into(),
            currency: stored.currency.into(),
            unit: stored.unit.into(),
            quantity: stored.quantity.try_into()?,
            statutory_unit: stored.statutory_unit.into(),
            statutory_quantity: stored.statutory_quantity.try_into()?,
            second,
            total_price: stored.total_price.try_into()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use tongguan_domain::declaration::ExportState;
    use tongguan_domain::money::Amount;

    use super::*;
    use crate::stored::any;
    use crate::stored::golden::keeps;
    use crate::stored::response::StoredQuoteV1;

    fn facts() -> ExportFacts {
        ExportFacts {
            order_no: OrderNumber::parse("O1").unwrap(),
            parties: ExportParties {
                platform: None,
                merchant: PartyId(2),
                carrier: PartyId(3),
                declarant: PartyId(4),
            },
            waybill_no: WaybillNumber::parse("W1").unwrap(),
            reference: FunctionalReference::parse("R1").unwrap(),
            mode: ExportMode::Retail,
            statistics: StatisticsFlag::Consolidated,
            office: OfficeCode::parse("2916").unwrap(),
            port: OfficeCode::parse("2910").unwrap(),
            exported_on: jiff::civil::date(2026, 3, 2),
            producer: "NO".into(),
            account_book: None,
            transport_mode: "5".into(),
            bill_no: Some("B".into()),
            licence: None,
            destination_country: "502".into(),
            packages: 1,
            gross_weight_kg: Decimal::new(9, 1),
            net_weight_kg: Decimal::new(7, 1),
            items: vec![ExportItemFacts {
                number: 1,
                item_no: "S".into(),
                account_item: None,
                item_name: Some("N".into()),
                hs_code: "6214100000".into(),
                name: "G".into(),
                destination_country: "502".into(),
                currency: "502".into(),
                unit: "011".into(),
                quantity: Decimal::TWO,
                statutory_unit: "011".into(),
                statutory_quantity: Decimal::TWO,
                second: Some(("035".into(), Decimal::new(5, 1))),
                total_price: Amount::new(Decimal::new(5000, 2)),
            }],
        }
    }

    #[test]
    fn an_export_declaration_is_kept() {
        let facts = facts();
        let stored = StoredExport {
            facts: (&facts).into(),
            licence: true,
            collection: false,
            state: (&ExportState::Refused).into(),
            pack: [9; 16],
            answer: StoredAnswerV1 {
                mailbox: "M".into(),
                subscribers: Vec::new(),
                quote: StoredQuoteV1 { answered_by: 604, texts: vec!["g".into()] },
                billing: None,
            },
            movement: StoredMovementV1::default(),
            source: (1, 2),
            response_seq: 3,
            replied_at: 4,
        };
        let written = "01024f31000406080257310252310439363130014204323931360432393130083230323630333032 \
             024e4f00013501014200033530320212010e01010201530001014e0a363231343130303030300147 \
             033530320335303203303131040003303131040001033033350a01904e0201000a0909090909090909 \
             0909090909090909014d00dc0401016700000002020608";
        // What is decoded borrows from bytes that live as long as the test does.
        keeps(written, &stored, StoredExport::encode, |body| {
            StoredExport::decode(body.to_vec().leak())
        });
        assert_eq!(ExportFacts::try_from(stored.facts), Ok(facts));
    }

    proptest! {
        #[test]
        fn any_facts_come_back(facts in any::export()) {
            let stored = StoredExportFactsV1::from(&facts);
            let bytes = encode(FORM, 1, &stored).unwrap();
            let (_, fields) = versioned(FORM, &bytes).unwrap();
            let stored = decode::<StoredExportFactsV1<'_>>(FORM, fields).unwrap();
            prop_assert_eq!(ExportFacts::try_from(stored), Ok(facts));
        }
    }
}
