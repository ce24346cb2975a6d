//! A made-up parcel for tests: four documents that agree with each other and with every rule.

pub mod diagram;
pub mod export;

use jiff::civil::date;
use rust_decimal::Decimal;

use crate::commerce::{
    Action, DeliveryStatus, Filing, Order, OrderLine, Payment, PaymentReference, Stage, Waybill,
};
use crate::declaration::{BondedStock, GoodsItem, ImportDeclaration, Transport};
use crate::ids::{Guid, OfficeCode, OrderNumber, PaymentTransaction, WaybillNumber};
use crate::money::Amount;
use crate::party::{NamedParty, PartyCode};
use crate::person::{Consignee, Identity};
use crate::time::Moment;

/// The documents of one parcel.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub order: Order,
    pub payment: Payment,
    pub waybill: Waybill,
    pub delivery: DeliveryStatus,
    pub declaration: ImportDeclaration,
}

/// The parcel: two lines of goods, direct purchase.
pub(crate) fn parcel() -> Parcel {
    Parcel {
        order: order(),
        payment: payment(),
        waybill: waybill(),
        delivery: DeliveryStatus {
            filing: filing(),
            carrier: party("330198W004"),
            number: WaybillNumber::parse("EX1").unwrap(),
            status: "S".into(),
            happened_at: sent_at(),
            note: None,
        },
        declaration: declaration(),
    }
}

/// So many yuan.
pub(crate) fn yuan(text: &str) -> Amount {
    Amount::new(text.parse().unwrap())
}

/// An exact decimal.
pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn order() -> Order {
    Order {
        filing: filing(),
        order_type: "I".into(),
        order_no: order_no(),
        platform: party("330196P001"),
        merchant: party("330196M002"),
        goods_value: yuan("400"),
        freight: yuan("20"),
        discount: yuan("10"),
        tax_withheld: yuan("38.22"),
        paid: yuan("448.22"),
        currency: "142".into(),
        buyer_account: "buyer".into(),
        buyer: buyer(),
        buyer_telephone: Some("1".into()),
        payment: PaymentReference {
            institution: Some(PartyCode::parse("3301960Y03").unwrap()),
            institution_name: None,
            transaction: Some(transaction()),
        },
        batch_numbers: None,
        consignee: consignee(),
        consignee_district: None,
        note: None,
        lines: vec![line(1, "2", "150", "300"), line(2, "1", "100", "100")],
    }
}

fn line(number: i32, quantity: &str, price: &str, total: &str) -> OrderLine {
    OrderLine {
        number,
        item_no: None,
        name: "货".into(),
        specification: None,
        description: None,
        barcode: None,
        unit: "007".into(),
        quantity: decimal(quantity),
        price: yuan(price),
        total_price: yuan(total),
        currency: "142".into(),
        origin: "601".into(),
        note: None,
    }
}

fn payment() -> Payment {
    Payment {
        filing: filing(),
        institution: party("3301960Y03"),
        transaction: transaction(),
        order_no: order_no(),
        platform: party("330196P001"),
        payer: buyer(),
        telephone: None,
        amount: yuan("448.22"),
        currency: "142".into(),
        paid_at: sent_at(),
        note: None,
    }
}

fn waybill() -> Waybill {
    Waybill {
        filing: filing(),
        carrier: party("330198W004"),
        number: WaybillNumber::parse("EX1").unwrap(),
        bill_no: None,
        order_no: Some(order_no()),
        freight: Some(yuan("20")),
        insurance: Some(yuan("0")),
        currency: "142".into(),
        gross_weight_kg: decimal("3.3"),
        packages: 1,
        goods: None,
        consignee: consignee(),
        note: None,
    }
}

fn declaration() -> ImportDeclaration {
    ImportDeclaration {
        filing: filing(),
        order_no: order_no(),
        platform: party("330196P001"),
        merchant: party("330196M002"),
        waybill_no: WaybillNumber::parse("EX1").unwrap(),
        carrier: party("330198W004"),
        reference: None,
        provisional_no: None,
        guarantor: PartyCode::parse("330196P001").unwrap(),
        bonded: BondedStock::default(),
        declaration_no: None,
        direction: "I".into(),
        declared_on: date(2026, 3, 2),
        office: OfficeCode::parse("2916").unwrap(),
        port: OfficeCode::parse("2916").unwrap(),
        arrived_on: None,
        buyer: buyer(),
        buyer_telephone: "1".into(),
        consignee_address: "某处".into(),
        declarant: party("330198W004"),
        mode: "9610".into(),
        transport: Transport {
            mode: "5".into(),
            vehicle: Some("XX1".into()),
            voyage: Some("XX1".into()),
            bill_no: Some("999".into()),
        },
        facility: None,
        licence: None,
        departure_country: "601".into(),
        freight: yuan("20"),
        insurance: yuan("0"),
        currency: "142".into(),
        packaging: None,
        packages: 1,
        gross_weight_kg: decimal("3.3"),
        net_weight_kg: decimal("3"),
        note: None,
        items: vec![goods(1, "2", "150", "300"), goods(2, "1", "100", "100")],
    }
}

fn goods(number: i32, quantity: &str, price: &str, total: &str) -> GoodsItem {
    GoodsItem {
        number,
        account_item: None,
        item_no: None,
        item_name: Some("货".into()),
        hs_code: "9619001100".into(),
        name: "纸尿裤".into(),
        specification: "无".into(),
        barcode: None,
        origin: "601".into(),
        trade_country: None,
        currency: "142".into(),
        quantity: decimal(quantity),
        unit: "007".into(),
        statutory_quantity: decimal("1.5"),
        statutory_unit: "035".into(),
        second_quantity: None,
        second_unit: None,
        price: yuan(price),
        total_price: yuan(total),
        note: None,
    }
}

fn filing() -> Filing {
    Filing {
        guid: Guid::parse("00000001-0000-4000-8000-000000000001").unwrap(),
        action: Action::Create,
        sent_at: sent_at(),
        stage: Stage::Declared,
    }
}

fn sent_at() -> Moment {
    Moment::parse_wire("20260302100000").unwrap()
}

fn order_no() -> OrderNumber {
    OrderNumber::parse("TG1").unwrap()
}

fn transaction() -> PaymentTransaction {
    PaymentTransaction::parse("2026").unwrap()
}

fn party(code: &str) -> NamedParty {
    NamedParty { code: PartyCode::parse(code).unwrap(), name: "企业".to_owned() }
}

fn buyer() -> Identity {
    Identity::new("1", "990000190001010016", "某人")
}

fn consignee() -> Consignee {
    Consignee { name: "某人".into(), telephone: "1".into(), address: "某处".into() }
}
