//! The made-up parcel that leaves the country.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use tongguan_domain::cancellation::ExportCancellation;
use tongguan_domain::commerce::{
    Collection, ExportOrder, ExportOrderLine, ExportOrderType, ExportWaybill, Part,
};
use tongguan_domain::declaration::{
    BondedStock, Charge, ChargeFlag, ExportDeclaration, ExportItem, StatisticsFlag, Transport,
};
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, IdError, OfficeCode, OrderNumber, PaymentTransaction,
    WaybillNumber,
};
use tongguan_domain::money::Amount;
use tongguan_domain::movement::{
    ArrivalReport, DepartureReport, MasterBillLine, MasterBillLink, ReportedParcel,
};
use tongguan_domain::party::{NamedParty, PartyCode};

use super::parcel::{CARRIER, INSTITUTION, PLATFORM, fen, filing, instant, party};

/// The documents of one exported parcel, which agree with each other.
#[derive(Debug, Clone)]
pub struct ExportParcel {
    /// What the buyer abroad ordered.
    pub order: ExportOrder,
    /// What was paid for it.
    pub collection: Collection,
    /// How it travels.
    pub waybill: ExportWaybill,
    /// What was declared.
    pub declaration: ExportDeclaration,
    /// That it arrived at the airport.
    pub arrival: ArrivalReport,
    /// Under which air waybill it flies.
    pub master_bill: MasterBillLink,
    /// That it left.
    pub departure: DepartureReport,
    /// What would be sent if it stayed.
    pub cancellation: ExportCancellation,
}

/// The made-up parcel: two goods to the United States, USD 86.50 with freight, merged into a formal
/// declaration at the end of the month.
///
/// # Errors
/// None in a tested build; see [`super::SampleError`].
pub fn export_parcel() -> Result<ExportParcel, IdError> {
    Ok(ExportParcel {
        order: order()?,
        collection: collection()?,
        waybill: waybill()?,
        declaration: declaration()?,
        arrival: arrival()?,
        master_bill: master_bill()?,
        departure: departure()?,
        cancellation: cancellation()?,
    })
}

const MERCHANT: &str = "330196E005";
const MERCHANT_NAME: &str = "示例出口贸易有限公司";
pub(super) const PLATFORM_NAME: &str = "示例跨境电商平台有限公司";
pub(super) const CARRIER_NAME: &str = "示例国际速递有限公司";
const ORDER_NO: &str = "TGE20260302000001";
pub(super) const WAYBILL_NO: &str = "EX000000022CN";
const BILL_NO: &str = "99900000002";
const BAG_NO: &str = "BAG-0001";
const TRUCK: &str = "XXA00001";
const FLIGHT: &str = "XX0002";
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

fn collection() -> Result<Collection, IdError> {
    Ok(Collection {
        filing: filing(12, "20260302090100")?,
        platform: party(PLATFORM, PLATFORM_NAME)?,
        merchant: merchant()?,
        order_no: OrderNumber::parse(ORDER_NO)?,
        institution: Some(PartyCode::parse(INSTITUTION)?),
        institution_name: "示例支付有限公司".into(),
        transaction: Some(PaymentTransaction::parse("2026030222001400002")?),
        amount: fen(8650),
        currency: DOLLAR.into(),
        received_at: instant("20260302085930"),
        note: None,
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

fn arrival() -> Result<ArrivalReport, IdError> {
    Ok(ArrivalReport {
        filing: filing(16, "20260302093000")?,
        office: OfficeCode::parse("2916")?,
        reference: FunctionalReference::parse("TGA202603020001")?,
        provisional_no: None,
        operator: party(CARRIER, CARRIER_NAME)?,
        facility: None,
        direction: "E".into(),
        transport_mode: "5".into(),
        bill_no: Some(BILL_NO.into()),
        domestic_vehicle: TRUCK.into(),
        carrier: party(CARRIER, CARRIER_NAME)?,
        part: Part::WHOLE,
        note: None,
        parcels: vec![reported()?],
    })
}

fn master_bill() -> Result<MasterBillLink, IdError> {
    Ok(MasterBillLink {
        filing: filing(17, "20260302094000")?,
        office: OfficeCode::parse("2916")?,
        reference: FunctionalReference::parse("TGM202603020001")?,
        provisional_no: None,
        declarant: party(CARRIER, CARRIER_NAME)?,
        facility: None,
        transport_mode: "5".into(),
        vehicle: FLIGHT.into(),
        voyage: FLIGHT.into(),
        bill_no: BILL_NO.into(),
        domestic_vehicle: Some(TRUCK.into()),
        gross_weight_kg: Decimal::new(9, 1),
        carrier: party(CARRIER, CARRIER_NAME)?,
        part: Part::WHOLE,
        note: None,
        parcels: vec![MasterBillLine {
            number: 1,
            bag_no: Some(BAG_NO.into()),
            waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
            declaration_no: None,
            note: None,
        }],
    })
}

fn departure() -> Result<DepartureReport, IdError> {
    Ok(DepartureReport {
        filing: filing(18, "20260302100500")?,
        office: OfficeCode::parse("2916")?,
        reference: FunctionalReference::parse("TGD202603020001")?,
        provisional_no: None,
        carrier: party(CARRIER, CARRIER_NAME)?,
        transport: Transport {
            mode: "5".into(),
            vehicle: Some(FLIGHT.into()),
            voyage: Some(FLIGHT.into()),
            bill_no: Some(BILL_NO.into()),
        },
        left_at: instant("20260302100000"),
        part: Part::WHOLE,
        note: None,
        parcels: vec![reported()?],
    })
}

fn reported() -> Result<ReportedParcel, IdError> {
    Ok(ReportedParcel {
        number: 1,
        waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
        bag_no: Some(BAG_NO.into()),
        note: None,
    })
}

fn cancellation() -> Result<ExportCancellation, IdError> {
    Ok(ExportCancellation {
        filing: filing(19, "20260302092000")?,
        office: OfficeCode::parse("2916")?,
        reference: FunctionalReference::parse("TGC202603020001")?,
        provisional_no: None,
        declaration_no: DeclarationNumber::parse(DECLARATION_NO)?,
        reason: "订购人取消订单".into(),
        declarant: party(CARRIER, CARRIER_NAME)?,
        merchant: merchant()?,
        note: None,
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
