//! The made-up parcel.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use tongguan_domain::commerce::{
    Action, DeliveryStatus, Filing, Order, OrderLine, Payment, PaymentReference, Stage, Waybill,
};
use tongguan_domain::declaration::{BondedStock, GoodsItem, ImportDeclaration, Transport};
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, Guid, IdError, OfficeCode, OrderNumber,
    PaymentTransaction, WaybillNumber,
};
use tongguan_domain::money::Amount;
use tongguan_domain::party::{NamedParty, PartyCode};
use tongguan_domain::person::{Consignee, Identity};
use tongguan_domain::time::Moment;

use crate::ceb::{TaxBill, TaxBillStatus, TaxLine, Transfer};

/// The documents of one parcel, which agree with each other.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// What the buyer ordered.
    pub order: Order,
    /// How it was paid.
    pub payment: Payment,
    /// How it travels.
    pub waybill: Waybill,
    /// That it arrived.
    pub delivery: DeliveryStatus,
    /// What was declared.
    pub declaration: ImportDeclaration,
    /// What it is taxed.
    pub tax_bill: TaxBill,
}

/// The made-up transfer block.
pub fn transfer() -> Transfer {
    Transfer {
        code: PLATFORM.into(),
        name: "示例跨境电商平台有限公司".into(),
        mode: "DXP".into(),
        dxp_id: "DXPENT0000000001".into(),
        note: None,
    }
}

/// The made-up parcel: two goods from Australia, direct purchase, CNY 497.50 paid with tax.
///
/// # Errors
/// None in a tested build; see [`SampleError`].
pub fn parcel() -> Result<Parcel, IdError> {
    Ok(Parcel {
        order: order()?,
        payment: payment()?,
        waybill: waybill()?,
        delivery: DeliveryStatus {
            filing: filing(4, "20260305180000")?,
            carrier: party(CARRIER, "示例国际速递有限公司")?,
            number: WaybillNumber::parse(WAYBILL_NO)?,
            status: "S".into(),
            happened_at: instant("20260305173412"),
            note: None,
        },
        declaration: declaration()?,
        tax_bill: tax_bill()?,
    })
}

pub(super) const PLATFORM: &str = "330196P001";
pub(super) const MERCHANT: &str = "330196M002";
pub(super) const INSTITUTION: &str = "3301960Y03";
pub(super) const CARRIER: &str = "330198W004";
pub(super) const ORDER_NO: &str = "TG20260302000001";
pub(super) const WAYBILL_NO: &str = "EX000000019CN";
const TRANSACTION: &str = "2026030222001400001";
pub(super) const PROVISIONAL_NO: &str = "B20260302000000001";
pub(super) const DECLARATION_NO: &str = "29162026I000000001";
const ADDRESS: &str = "浙江省杭州市示例区通关路1号";

fn order() -> Result<Order, IdError> {
    let line = |number, item: (&str, &str, &str), quantity, price, total| OrderLine {
        number,
        item_no: Some(item.0.into()),
        name: item.1.into(),
        specification: Some(item.2.into()),
        description: None,
        barcode: Some("无".into()),
        unit: "007".into(),
        quantity: Decimal::from(quantity),
        price: fen(price),
        total_price: fen(total),
        currency: "142".into(),
        origin: "601".into(),
        note: None,
    };
    Ok(Order {
        filing: filing(1, "20260302100000")?,
        order_type: "I".into(),
        order_no: OrderNumber::parse(ORDER_NO)?,
        platform: party(PLATFORM, "示例跨境电商平台有限公司")?,
        merchant: party(MERCHANT, "示例进口贸易有限公司")?,
        goods_value: fen(42_800),
        freight: fen(2800),
        discount: Amount::ZERO,
        tax_withheld: fen(4150),
        paid: fen(49_750),
        currency: "142".into(),
        buyer_account: "buyer-0001".into(),
        buyer: buyer(),
        buyer_telephone: Some("00000000000".into()),
        payment: PaymentReference {
            institution: Some(PartyCode::parse(INSTITUTION)?),
            institution_name: Some("示例支付有限公司".into()),
            transaction: Some(PaymentTransaction::parse(TRANSACTION)?),
        },
        batch_numbers: None,
        consignee: consignee(),
        consignee_district: Some("990000".into()),
        note: None,
        lines: vec![line(1, MILK, 2, 15_000, 30_000), line(2, NAPPIES, 1, 12_800, 12_800)],
    })
}

/// Item number, name, specification.
const MILK: (&str, &str, &str) = ("SKU-0001", "婴儿配方奶粉", "示例牌|3段|900克/罐");
const NAPPIES: (&str, &str, &str) = ("SKU-0002", "婴儿纸尿裤", "示例牌|L码|54片/包");

fn payment() -> Result<Payment, IdError> {
    Ok(Payment {
        filing: filing(2, "20260302100100")?,
        institution: party(INSTITUTION, "示例支付有限公司")?,
        transaction: PaymentTransaction::parse(TRANSACTION)?,
        order_no: OrderNumber::parse(ORDER_NO)?,
        platform: party(PLATFORM, "示例跨境电商平台有限公司")?,
        payer: buyer(),
        telephone: None,
        amount: fen(49_750),
        currency: "142".into(),
        paid_at: instant("20260302095930"),
        note: None,
    })
}

fn waybill() -> Result<Waybill, IdError> {
    Ok(Waybill {
        filing: filing(3, "20260302100200")?,
        carrier: party(CARRIER, "示例国际速递有限公司")?,
        number: WaybillNumber::parse(WAYBILL_NO)?,
        bill_no: Some("99900000001".into()),
        order_no: Some(OrderNumber::parse(ORDER_NO)?),
        freight: Some(fen(2800)),
        insurance: Some(Amount::ZERO),
        currency: "142".into(),
        gross_weight_kg: Decimal::new(42, 1),
        packages: 1,
        goods: Some("奶粉、纸尿裤".into()),
        consignee: consignee(),
        note: None,
    })
}

fn declaration() -> Result<ImportDeclaration, IdError> {
    Ok(ImportDeclaration {
        filing: filing(5, "20260302101500")?,
        order_no: OrderNumber::parse(ORDER_NO)?,
        platform: party(PLATFORM, "示例跨境电商平台有限公司")?,
        merchant: party(MERCHANT, "示例进口贸易有限公司")?,
        waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
        carrier: party(CARRIER, "示例国际速递有限公司")?,
        reference: Some(FunctionalReference::parse("TG202603020001")?),
        provisional_no: None,
        guarantor: PartyCode::parse(PLATFORM)?,
        bonded: BondedStock::default(),
        declaration_no: None,
        direction: "I".into(),
        declared_on: MARCH_2,
        office: OfficeCode::parse("2916")?,
        port: OfficeCode::parse("2916")?,
        arrived_on: Some(MARCH_2),
        buyer: buyer(),
        buyer_telephone: "00000000000".into(),
        consignee_address: ADDRESS.into(),
        declarant: party(CARRIER, "示例国际速递有限公司")?,
        mode: "9610".into(),
        transport: Transport {
            mode: "5".into(),
            vehicle: Some("XX0001".into()),
            voyage: Some("XX0001".into()),
            bill_no: Some("99900000001".into()),
        },
        facility: None,
        licence: None,
        departure_country: "601".into(),
        freight: fen(2800),
        insurance: Amount::ZERO,
        currency: "142".into(),
        packaging: Some("2".into()),
        packages: 1,
        gross_weight_kg: Decimal::new(42, 1),
        net_weight_kg: Decimal::new(37, 1),
        note: None,
        items: vec![
            goods(1, MILK, "1901101000", (2, 18), (15_000, 30_000)),
            goods(2, NAPPIES, "9619001100", (1, 19), (12_800, 12_800)),
        ],
    })
}

/// One line: quantity in pieces and tenths of a kilogram, price and total in fen.
fn goods(
    number: i32,
    item: (&str, &str, &str),
    hs_code: &str,
    (pieces, weight): (i64, i64),
    (price, total): (i64, i64),
) -> GoodsItem {
    GoodsItem {
        number,
        account_item: None,
        item_no: Some(item.0.into()),
        item_name: Some(item.1.into()),
        hs_code: hs_code.into(),
        name: item.1.into(),
        specification: item.2.into(),
        barcode: Some("无".into()),
        origin: "601".into(),
        trade_country: Some("601".into()),
        currency: "142".into(),
        quantity: Decimal::from(pieces),
        unit: "007".into(),
        statutory_quantity: Decimal::new(weight, 1),
        statutory_unit: "035".into(),
        second_quantity: None,
        second_unit: None,
        price: fen(price),
        total_price: fen(total),
        note: None,
    }
}

fn tax_bill() -> Result<TaxBill, IdError> {
    let line = |number, hs_code: &str, dutiable, tax| TaxLine {
        number,
        hs_code: hs_code.into(),
        dutiable: fen(dutiable),
        duty: Amount::ZERO,
        value_added_tax: fen(tax),
        consumption_tax: Amount::ZERO,
    };
    Ok(TaxBill {
        guid: Guid::parse(&guid(6))?,
        issued_at: instant("20260302120000").plus_millis(7),
        declaration_no: DeclarationNumber::parse(DECLARATION_NO)?,
        number: format!("{DECLARATION_NO}_0").into(),
        duty: Amount::ZERO,
        value_added_tax: fen(4150),
        consumption_tax: Amount::ZERO,
        status: TaxBillStatus::Issued,
        payment_book: None,
        note: None,
        guarantor: Some(PartyCode::parse(PLATFORM)?),
        merchant: Some(PartyCode::parse(MERCHANT)?),
        carrier: Some(PartyCode::parse(CARRIER)?),
        declarant: Some(PartyCode::parse(CARRIER)?),
        office: Some(OfficeCode::parse("2916")?),
        order_no: Some(OrderNumber::parse(ORDER_NO)?),
        waybill_no: Some(WaybillNumber::parse(WAYBILL_NO)?),
        lines: vec![line(1, "1901101000", 31_963, 2909), line(2, "9619001100", 13_637, 1241)],
    })
}

pub(super) fn filing(number: u32, sent_at: &str) -> Result<Filing, IdError> {
    Ok(Filing {
        guid: Guid::parse(&guid(number))?,
        action: Action::Create,
        sent_at: instant(sent_at),
        stage: Stage::Declared,
    })
}

pub(super) fn guid(number: u32) -> String {
    format!("7C0F2A10-0000-4000-8000-{number:012X}")
}

pub(super) fn party(code: &str, name: &str) -> Result<NamedParty, IdError> {
    Ok(NamedParty { code: PartyCode::parse(code)?, name: name.to_owned() })
}

/// The made-up carrier, which is also an enterprise of a bonded zone.
pub(crate) fn carrier() -> Result<NamedParty, IdError> {
    party(CARRIER, super::export::CARRIER_NAME)
}

pub(super) fn buyer() -> Identity {
    Identity::new("1", "990000190001010016", "示例")
}

/// One of many made-up buyers, of area 990000, with a right check character.
pub fn made_up_buyer(n: u64) -> Identity {
    let body =
        format!("99{:04}19{:02}0101{:03}", n / 90_000 % 10_000, 10 + n / 1000 % 90, n % 1000);
    let checked = b"0123456789X".iter().find_map(|check| {
        let number = format!("{body}{}", char::from(*check));
        let identity = Identity::new("1", &number, &format!("测试人{n}"));
        identity.has_valid_number().then_some(identity)
    });
    checked.unwrap_or_else(|| Identity::new("1", &body, "测试人"))
}

fn consignee() -> Consignee {
    Consignee { name: "示例".into(), telephone: "00000000000".into(), address: ADDRESS.into() }
}

const MARCH_2: Date = date(2026, 3, 2);

/// An instant in China; the texts above are all instants.
pub(super) fn instant(text: &str) -> Moment {
    Moment::parse_wire(text).unwrap_or(Moment::start_of(MARCH_2))
}

/// An amount of so many fen.
pub(super) fn fen(count: i64) -> Amount {
    Amount::new(Decimal::new(count, 2))
}
