//! The made-up parcel that leaves the country.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use tongguan_domain::commerce::{ExportOrder, ExportOrderLine, ExportOrderType, ExportWaybill};
use tongguan_domain::declaration::{
    BondedStock, Charge, ChargeFlag, ExportDeclaration, ExportItem, StatisticsFlag, Transport,
};
use tongguan_domain::ids::{FunctionalReference, IdError, OfficeCode, OrderNumber, WaybillNumber};
use tongguan_domain::money::Amount;
use tongguan_domain::party::{NamedParty, PartyCode};

use super::parcel::{CARRIER, PLATFORM, fen, filing, party};

/// The documents of one exported parcel, which agree with each other.
#[derive(Debug, Clone)]
pub struct ExportParcel {
    /// What the buyer abroad ordered.
    pub order: ExportOrder,
    /// How it travels.
    pub waybill: ExportWaybill,
    /// What was declared.
    pub declaration: ExportDeclaration,
}

/// The made-up parcel: two goods to the United States, USD 86.50 with freight, merged into a formal
/// declaration at the end of the month.
///
/// # Errors
/// None in a tested build; see [`super::SampleError`].
pub fn export_parcel() -> Result<ExportParcel, IdError> {
    Ok(ExportParcel { order: order()?, waybill: waybill()?, declaration: declaration()? })
}

const MERCHANT: &str = "330196E005";
const MERCHANT_NAME: &str = "示例出口贸易有限公司";
pub(super) const PLATFORM_NAME: &str = "示例跨境电商平台有限公司";
pub(super) const CARRIER_NAME: &str = "示例国际速递有限公司";
const ORDER_NO: &str = "TGE20260302000001";
pub(super) const WAYBILL_NO: &str = "EX000000022CN";
pub(super) const PROVISIONAL_NO: &str = "B20260302000000002";
pub(super) const DECLARATION_NO: &str = "29162026E000000001";
const DOLLAR: &str = "502";
pub(super) const UNITED_STATES: &str = "502";
const MARCH_2: Date = date(2026, 3, 2);

/// Item number, name, specification.
type Goods = (&'static str, &'static str, &'static str);

const SCARF: Goods = ("SKU-E001", "真丝围巾", "示例牌|100%桑蚕丝|90×90厘米");
const FLASK: Goods = ("SKU-E002", "不锈钢保温杯", "示例牌|500毫升|真空");

fn order() -> Result<ExportOrder, IdError> {
    let line = |number, goods: Goods, quantity, price, total| ExportOrderLine {
        number,
        item_no: goods.0.into(),
        name: goods.1.into(),
        description: None,
        barcode: Some("无".into()),
        unit: "011".into(),
        currency: DOLLAR.into(),
        quantity: Decimal::from(quantity),
        price: fen(price),
        total_price: fen(total),
        note: None,
    };
    Ok(ExportOrder {
        filing: filing(11, "20260302090000")?,
        order_type: ExportOrderType::Retail,
        order_no: OrderNumber::parse(ORDER_NO)?,
        platform: party(PLATFORM, PLATFORM_NAME)?,
        merchant: merchant()?,
        goods_value: fen(7850),
        freight: fen(800),
        currency: DOLLAR.into(),
        note: None,
        lines: vec![line(1, SCARF, 2, 2500, 5000), line(2, FLASK, 1, 2850, 2850)],
    })
}

fn waybill() -> Result<ExportWaybill, IdError> {
    Ok(ExportWaybill {
        filing: filing(13, "20260302090200")?,
        carrier: party(CARRIER, CARRIER_NAME)?,
        number: WaybillNumber::parse(WAYBILL_NO)?,
        freight: fen(800),
        insurance: Amount::ZERO,
        currency: DOLLAR.into(),
        gross_weight_kg: Decimal::new(9, 1),
        packages: 1,
        goods: "围巾、保温杯".into(),
        merchant: Some(PartyCode::parse(MERCHANT)?),
        merchant_name: Some(MERCHANT_NAME.into()),
        merchant_telephone: Some("00000000000".into()),
        note: None,
    })
}

fn declaration() -> Result<ExportDeclaration, IdError> {
    let charge = |amount| Charge { amount, currency: DOLLAR.into(), flag: ChargeFlag::Total };
    Ok(ExportDeclaration {
        filing: filing(15, "20260302091500")?,
        office: OfficeCode::parse("2916")?,
        platform: party(PLATFORM, PLATFORM_NAME)?,
        order_no: OrderNumber::parse(ORDER_NO)?,
        carrier: party(CARRIER, CARRIER_NAME)?,
        waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
        reference: FunctionalReference::parse("TGE202603020001")?,
        provisional_no: None,
        declaration_no: None,
        direction: "E".into(),
        port: OfficeCode::parse("2916")?,
        exported_on: MARCH_2,
        statistics: StatisticsFlag::Consolidated,
        declarant: party(CARRIER, CARRIER_NAME)?,
        merchant: merchant()?,
        producer: merchant()?,
        bonded: BondedStock::default(),
        mode: "9610".into(),
        transport: Transport { mode: "5".into(), vehicle: None, voyage: None, bill_no: None },
        bag_no: None,
        facility: None,
        licence: None,
        destination_country: UNITED_STATES.into(),
        destination_port: UNITED_STATES.into(),
        freight: charge(fen(800)),
        insurance: charge(Amount::ZERO),
        packaging: "2".into(),
        packages: 1,
        gross_weight_kg: Decimal::new(9, 1),
        net_weight_kg: Decimal::new(7, 1),
        note: None,
        items: vec![
            item(1, SCARF, "6214100000", (2, 2), (2500, 5000)),
            item(2, FLASK, "9617001900", (1, 5), (2850, 2850)),
        ],
    })
}

/// One line: quantity in pieces and tenths of a kilogram, price and total in cents.
fn item(
    number: i32,
    goods: Goods,
    hs_code: &str,
    (pieces, weight): (i64, i64),
    (price, total): (i64, i64),
) -> ExportItem {
    ExportItem {
        number,
        item_no: goods.0.into(),
        account_item: None,
        item_name: Some(goods.1.into()),
        hs_code: hs_code.into(),
        name: goods.1.into(),
        specification: goods.2.into(),
        barcode: "无".into(),
        destination_country: UNITED_STATES.into(),
        currency: DOLLAR.into(),
        quantity: Decimal::from(pieces),
        statutory_quantity: Decimal::from(pieces),
        second_quantity: Some(Decimal::new(weight, 1)),
        unit: "011".into(),
        statutory_unit: "011".into(),
        second_unit: Some("035".into()),
        price: fen(price),
        total_price: fen(total),
        note: None,
    }
}

pub(super) fn merchant() -> Result<NamedParty, IdError> {
    party(MERCHANT, MERCHANT_NAME)
}
