//! The body of a document's row.

use serde::{Deserialize, Serialize};

use super::export_return::StoredTallyV1;
use super::facts::{
    StoredCollectionV1, StoredDeliveryV1, StoredExportOrderV1, StoredExportWaybillV1,
    StoredOrderV1, StoredPaymentV1, StoredWaybillV1,
};
use super::movement::StoredMasterBillLinkV1;
use super::response::StoredAnswerV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "document";

/// The form that is written now.
pub type StoredDocument = StoredDocumentV1;

/// What a document's row keeps beside its columns, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocumentV1 {
    /// Where its newest responses are in its partition's sequence.
    pub response_seq: i64,
    /// The time of its newest response, in microseconds since 1970.
    pub replied_at: i64,
    /// What matching needs; absent for a refused document.
    pub facts: Option<StoredFactsV1>,
}

/// What matching needs of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredFactsV1 {
    /// Of an order.
    Order(StoredOrderV1),
    /// Of a payment.
    Payment(StoredPaymentV1),
    /// Of a waybill.
    Waybill(StoredWaybillV1),
    /// Of a delivery.
    Delivery(StoredDeliveryV1),
    /// The id of the declaration whose row holds the rest.
    Declaration(i64),
    /// Of an export order.
    ExportOrder(StoredExportOrderV1),
    /// Of an export waybill.
    ExportWaybill(StoredExportWaybillV1),
    /// The id of the export declaration whose row holds the rest.
    Export(i64),
    /// Nothing of a report of movement.
    Reported,
    /// Of a collection.
    Collection(StoredCollectionV1),
    /// The declaration and number of the return whose row holds the rest.
    ExportReturn(i64, i64),
    /// Of a tally of returned exports.
    ReturnTally(StoredTallyV1),
    /// Of a master bill link.
    MasterBill(StoredMasterBillLinkV1),
    /// Of a request to cancel that an officer decides: 预录入编号, and what its answer quotes.
    Cancellation(String, StoredAnswerV1),
}

impl StoredDocument {
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
            (1, fields) => decode::<StoredDocumentV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use tongguan_domain::commerce::{ExportOrderType, Part};
    use tongguan_domain::facts::{
        CollectionFacts, ConsigneeMarks, DeliveryFacts, ExportLineFacts, ExportOrderFacts,
        ExportWaybillFacts, LineFacts, MasterBillFacts, OrderFacts, PaymentFacts, PersonMarks,
        WaybillFacts,
    };
    use tongguan_domain::ids::{OrderNumber, PartyId, PaymentTransaction, WaybillNumber};
    use tongguan_domain::mark::Mark;
    use tongguan_domain::money::Amount;
    use tongguan_domain::movement::MasterBill;
    use tongguan_domain::time::Moment;

    use super::*;
    use crate::stored::golden::keeps;
    use crate::stored::response::StoredQuoteV1;

    fn keeps_facts(written: &str, facts: Option<StoredFactsV1>) {
        let document = StoredDocument { response_seq: 7, replied_at: 1_000_000, facts };
        keeps(written, &document, StoredDocument::encode, StoredDocument::decode);
    }

    fn mark(byte: u8) -> Mark {
        Mark::from_bytes([byte; 16])
    }

    fn person() -> PersonMarks {
        PersonMarks { person: mark(0xA1), name: mark(0xA2), number: mark(0xA3) }
    }

    fn consignee() -> ConsigneeMarks {
        ConsigneeMarks { name: mark(0xC1), telephone: mark(0xC2), address: mark(0xC3) }
    }

    fn yuan(fen: i64) -> Amount {
        Amount::new(Decimal::new(fen, 2))
    }

    #[test]
    fn a_request_to_cancel_is_kept() {
        let answer = StoredAnswerV1 {
            mailbox: "M".into(),
            subscribers: vec!["S".into()],
            quote: StoredQuoteV1 { answered_by: 624, texts: vec!["G".into()] },
            billing: None,
        };
        keeps_facts(
            "010e80897a010d024231014d010153f00401014700",
            Some(StoredFactsV1::Cancellation("B1".into(), answer)),
        );
    }

    #[test]
    fn a_refused_document_is_kept() {
        keeps_facts("010e80897a00", None);
    }

    #[test]
    fn an_order_is_kept() {
        let order = OrderFacts {
            platform: PartyId(1),
            merchant: PartyId(2),
            payment_institution: Some(PartyId(3)),
            payment_transaction: Some(PaymentTransaction::parse("T1").unwrap()),
            goods_value: yuan(19_900),
            freight: yuan(0),
            discount: yuan(100),
            tax_withheld: yuan(1_811),
            paid: yuan(21_611),
            buyer: person(),
            buyer_telephone: Some(mark(0xA4)),
            consignee: consignee(),
            followers: vec![mark(0xF1)],
            lines: vec![LineFacts {
                number: 1,
                name: "奶粉".into(),
                unit: "122".into(),
                quantity: Decimal::new(2, 0),
                price: yuan(9_950),
                total_price: yuan(19_900),
            }],
        };
        keeps_facts(
            "010e80897a01000204010601025431f8b602020002c80102a61c02d6d10202a1a1a1a1a1a1a1
            a1a1a1a1a1a1a1a1a1a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a3a3a3a3a3a3a3a3a3a3a3a3a3
            a3a3a301a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c2c2
            c2c2c2c2c2c2c2c2c2c2c2c2c2c2c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c301f1f1f1f1f1f1f1
            f1f1f1f1f1f1f1f1f1010206e5a5b6e7b289033132320400bc9b0102f8b60202",
            Some(StoredFactsV1::Order((&order).into())),
        );
    }

    #[test]
    fn a_payment_is_kept() {
        let payment = PaymentFacts {
            institution: PartyId(3),
            transaction: PaymentTransaction::parse("T1").unwrap(),
            platform: PartyId(1),
            payer: person(),
            amount: yuan(21_611),
        };
        keeps_facts(
            "010e80897a01010602543102a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2a2a2a2a2a2a2
            a2a2a2a2a2a2a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3d6d10202",
            Some(StoredFactsV1::Payment((&payment).into())),
        );
    }

    #[test]
    fn a_waybill_is_kept() {
        let waybill = WaybillFacts {
            carrier: PartyId(4),
            number: WaybillNumber::parse("W1").unwrap(),
            bill_no: Some("B1".into()),
            order_no: Some(OrderNumber::parse("O1").unwrap()),
            freight: Some(yuan(0)),
            insurance: None,
            gross_weight_kg: Decimal::new(15, 1),
            consignee: consignee(),
            followers: vec![mark(0xF1)],
        };
        keeps_facts(
            "010e80897a0102080257310102423101024f31010002001e01c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c2
            c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c301f1f1f1f1f1f1f1f1
            f1f1f1f1f1f1f1f1",
            Some(StoredFactsV1::Waybill((&waybill).into())),
        );
    }

    #[test]
    fn a_delivery_is_kept() {
        let delivery = DeliveryFacts {
            carrier: PartyId(4),
            number: WaybillNumber::parse("W1").unwrap(),
            happened_at: Moment::from_micros(2_000_000),
        };
        keeps_facts(
            "010e80897a0103080257318092f401",
            Some(StoredFactsV1::Delivery((&delivery).into())),
        );
    }

    #[test]
    fn a_declarations_id_is_kept() {
        keeps_facts("010e80897a01049a01", Some(StoredFactsV1::Declaration(77)));
    }

    #[test]
    fn a_kind_that_is_none_is_refused() {
        let body = [1, 14, 0x80, 0x89, 0x7a, 1, 5, 0];
        assert!(matches!(StoredDocument::decode(&body), Err(StoredError::Damaged { .. })));
    }

    #[test]
    fn documents_of_an_export_are_kept() {
        let order = ExportOrderFacts {
            order_type: ExportOrderType::Retail,
            platform: None,
            merchant: PartyId(2),
            goods_value: yuan(5000),
            currency: "502".into(),
            lines: vec![ExportLineFacts {
                number: 1,
                item_no: "S".into(),
                unit: "011".into(),
                quantity: Decimal::TWO,
                total_price: yuan(5000),
                currency: "502".into(),
            }],
        };
        let waybill = ExportWaybillFacts {
            carrier: PartyId(3),
            number: WaybillNumber::parse("W1").unwrap(),
            merchant: Some(PartyId(2)),
            gross_weight_kg: Decimal::new(9, 1),
            packages: 1,
        };
        keeps_facts(
            "010e80897a010501450004904e020335303201020153033031310400904e0203353032",
            Some(StoredFactsV1::ExportOrder((&order).into())),
        );
        keeps_facts(
            "010e80897a0106060257310104120102",
            Some(StoredFactsV1::ExportWaybill((&waybill).into())),
        );
        keeps_facts("010e80897a0107ae01", Some(StoredFactsV1::Export(87)));
        keeps_facts("010e80897a0108", Some(StoredFactsV1::Reported));
        let collection = CollectionFacts {
            platform: None,
            merchant: PartyId(2),
            institution: Some(PartyId(4)),
            transaction: Some(PaymentTransaction::parse("P1").unwrap()),
            amount: yuan(5000),
            currency: "502".into(),
            received_at: Moment::from_micros(1),
        };
        keeps_facts(
            "010e80897a01090004010801025031904e020335303202",
            Some(StoredFactsV1::Collection((&collection).into())),
        );
        keeps_facts("010e80897a010aae0104", Some(StoredFactsV1::ExportReturn(87, 2)));
    }

    #[test]
    fn a_master_bill_link_is_kept() {
        let link = MasterBillFacts {
            carrier: PartyId(3),
            part: Part::new(2, 3).unwrap(),
            bill: MasterBill {
                bill_no: "B".into(),
                transport_mode: "5".into(),
                vehicle: "V".into(),
                voyage: "N".into(),
                domestic_vehicle: None,
                sent_at: Moment::from_micros(1),
            },
            waybills: vec![WaybillNumber::parse("W1").unwrap()],
            returned: Vec::new(),
        };
        keeps_facts(
            "010e80897a010c 06 0203 0142 0135 0156 014e 00 02 01 025731 00",
            Some(StoredFactsV1::MasterBill((&link).into())),
        );
    }
}
