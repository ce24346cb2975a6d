//! A made-up exported parcel: two shirts for Canada, by air from Hangzhou.

use jiff::civil::date;

use super::{decimal, yuan};
use crate::commerce::{
    Action, Collection, ExportOrder, ExportOrderLine, ExportOrderType, ExportWaybill, Filing, Part,
    Stage,
};
use crate::declaration::{
    BondedStock, Charge, ChargeFlag, ExportDeclaration, ExportItem, StatisticsFlag, Transport,
};
use crate::ids::{
    DeclarationNumber, FunctionalReference, Guid, OfficeCode, OrderNumber, WaybillNumber,
};
use crate::movement::{
    ArrivalReport, DepartureReport, MasterBillLine, MasterBillLink, ReportedParcel,
};
use crate::party::{NamedParty, PartyCode};
use crate::returns::{ExportReturnItem, ExportReturnRequest, ReturnTally, ReturnTransport};
use crate::time::Moment;

/// The documents of one exported parcel.
#[derive(Clone)]
pub struct ExportParcel {
    pub order: ExportOrder,
    pub collection: Collection,
    pub waybill: ExportWaybill,
    pub declaration: ExportDeclaration,
    pub arrival: ArrivalReport,
    pub master_bill: MasterBillLink,
    pub departure: DepartureReport,
}

/// A parcel whose documents are in order and agree.
pub fn export_parcel() -> ExportParcel {
    let (order, waybill, declaration) = (order(), waybill(), declaration());
    ExportParcel {
        order,
        collection: collection(),
        waybill,
        declaration,
        arrival: arrival(),
        master_bill: master_bill(),
        departure: departure(),
    }
}

fn reported() -> ReportedParcel {
    let waybill_no = WaybillNumber::parse("WB-1").unwrap();
    ReportedParcel { number: 1, waybill_no, bag_no: None, note: None }
}

fn arrival() -> ArrivalReport {
    ArrivalReport {
        filing: filing(4),
        office: OfficeCode::parse("2992").unwrap(),
        reference: FunctionalReference::parse("AR-1").unwrap(),
        provisional_no: None,
        operator: named("3301960F06", "测试监管场所"),
        facility: None,
        direction: "E".into(),
        transport_mode: "5".into(),
        bill_no: None,
        domestic_vehicle: "浙A00001".into(),
        carrier: named("3301960L03", "测试物流"),
        part: Part::WHOLE,
        note: None,
        parcels: vec![reported()],
    }
}

fn master_bill() -> MasterBillLink {
    MasterBillLink {
        filing: filing(6),
        office: OfficeCode::parse("2992").unwrap(),
        reference: FunctionalReference::parse("MB-1").unwrap(),
        provisional_no: None,
        declarant: named("3301960D05", "测试报关"),
        facility: None,
        transport_mode: "5".into(),
        vehicle: "XX0001".into(),
        voyage: "XX0001".into(),
        bill_no: "B-1".into(),
        domestic_vehicle: None,
        gross_weight_kg: decimal("0.6"),
        carrier: named("3301960L03", "测试物流"),
        part: Part::WHOLE,
        note: None,
        parcels: vec![MasterBillLine {
            number: 1,
            bag_no: None,
            waybill_no: WaybillNumber::parse("WB-1").unwrap(),
            declaration_no: None,
            note: None,
        }],
    }
}

fn departure() -> DepartureReport {
    DepartureReport {
        filing: filing(5),
        office: OfficeCode::parse("2992").unwrap(),
        reference: FunctionalReference::parse("DE-1").unwrap(),
        provisional_no: None,
        carrier: named("3301960L03", "测试物流"),
        transport: Transport { mode: "5".into(), ..Transport::default() },
        left_at: Moment::parse_wire("20260902120000").unwrap(),
        part: Part::WHOLE,
        note: None,
        parcels: vec![reported()],
    }
}

fn filing(n: u8) -> Filing {
    Filing {
        guid: Guid::parse(&format!("4CDE1CFD-EDED-46B1-946C-B8022E42FC{n:02}")).unwrap(),
        action: Action::Create,
        sent_at: Moment::parse_wire("20260901120000").unwrap(),
        stage: Stage::Declared,
    }
}

fn named(code: &str, name: &str) -> NamedParty {
    NamedParty { code: PartyCode::parse(code).unwrap(), name: name.into() }
}

fn order() -> ExportOrder {
    ExportOrder {
        filing: filing(1),
        order_type: ExportOrderType::Retail,
        order_no: OrderNumber::parse("EX-1").unwrap(),
        platform: named("3301960P01", "测试平台"),
        merchant: named("3301960M02", "测试商户"),
        goods_value: yuan("398"),
        freight: yuan("0"),
        currency: "142".into(),
        note: None,
        lines: vec![ExportOrderLine {
            number: 1,
            item_no: "SKU-1".into(),
            name: "棉T恤".into(),
            description: None,
            barcode: None,
            unit: "011".into(),
            currency: "142".into(),
            quantity: decimal("2"),
            price: yuan("199"),
            total_price: yuan("398"),
            note: None,
        }],
    }
}

fn collection() -> Collection {
    Collection {
        filing: filing(6),
        platform: named("3301960P01", "测试平台"),
        merchant: named("3301960M02", "测试商户"),
        order_no: OrderNumber::parse("EX-1").unwrap(),
        institution: None,
        institution_name: "现金支付".into(),
        transaction: None,
        amount: yuan("398"),
        currency: "142".into(),
        received_at: Moment::from_micros(0),
        note: None,
    }
}

fn waybill() -> ExportWaybill {
    ExportWaybill {
        filing: filing(2),
        carrier: named("3301960L03", "测试物流"),
        number: WaybillNumber::parse("WB-1").unwrap(),
        freight: yuan("30"),
        insurance: yuan("0"),
        currency: "142".into(),
        gross_weight_kg: decimal("0.6"),
        packages: 1,
        goods: "服装".into(),
        merchant: Some(PartyCode::parse("3301960M02").unwrap()),
        merchant_name: None,
        merchant_telephone: None,
        note: None,
    }
}

fn declaration() -> ExportDeclaration {
    let charge =
        |amount| Charge { amount: yuan(amount), currency: "142".into(), flag: ChargeFlag::Total };
    ExportDeclaration {
        filing: filing(3),
        office: OfficeCode::parse("2992").unwrap(),
        platform: named("3301960P01", "测试平台"),
        order_no: OrderNumber::parse("EX-1").unwrap(),
        carrier: named("3301960L03", "测试物流"),
        waybill_no: WaybillNumber::parse("WB-1").unwrap(),
        reference: FunctionalReference::parse("TG202609010001").unwrap(),
        provisional_no: None,
        declaration_no: None,
        direction: "E".into(),
        port: OfficeCode::parse("2992").unwrap(),
        exported_on: date(2026, 9, 2),
        statistics: StatisticsFlag::Consolidated,
        declarant: named("3301960D05", "测试报关"),
        merchant: named("3301960M02", "测试商户"),
        producer: named("NO", "测试工厂"),
        bonded: BondedStock::default(),
        mode: "9610".into(),
        transport: Transport { mode: "5".into(), ..Transport::default() },
        bag_no: None,
        facility: None,
        licence: None,
        destination_country: "501".into(),
        destination_port: "501".into(),
        freight: charge("30"),
        insurance: charge("0"),
        packaging: "2".into(),
        packages: 1,
        gross_weight_kg: decimal("0.6"),
        net_weight_kg: decimal("0.5"),
        note: None,
        items: vec![ExportItem {
            number: 1,
            item_no: "SKU-1".into(),
            account_item: None,
            item_name: None,
            hs_code: "6109100021".into(),
            name: "棉制针织T恤衫".into(),
            specification: "100%棉".into(),
            barcode: "无".into(),
            destination_country: "501".into(),
            currency: "142".into(),
            quantity: decimal("2"),
            statutory_quantity: decimal("2"),
            second_quantity: Some(decimal("0.5")),
            unit: "011".into(),
            statutory_unit: "011".into(),
            second_unit: Some("035".into()),
            price: yuan("199"),
            total_price: yuan("398"),
            note: None,
        }],
    }
}

/// A request to return one of the two shirts.
pub fn export_return() -> ExportReturnRequest {
    ExportReturnRequest {
        filing: filing(6),
        office: OfficeCode::parse("2992").unwrap(),
        facility: None,
        platform: named("3301960P01", "测试平台"),
        merchant: named("3301960M02", "测试商户"),
        waybill_no: WaybillNumber::parse("WB-1").unwrap(),
        carrier: named("3301960L03", "测试物流"),
        reference: FunctionalReference::parse("RE-1").unwrap(),
        provisional_no: None,
        declaration_no: DeclarationNumber::parse("29922026E000000001").unwrap(),
        mode: Some("9661".into()),
        declarant: named("3301960A04", "测试报关"),
        direction: "I".into(),
        transport: return_transport(),
        port: OfficeCode::parse("2992").unwrap(),
        reason: "退货".into(),
        departure_country: "501".into(),
        note: None,
        items: vec![ExportReturnItem {
            number: 1,
            hs_code: "6109100021".into(),
            name: "棉制针织T恤衫".into(),
            specification: "100%棉".into(),
            quantity: decimal("1"),
            unit: "011".into(),
            statutory_quantity: decimal("1"),
            statutory_unit: "011".into(),
            second_quantity: Some(decimal("0.25")),
            second_unit: Some("035".into()),
            note: None,
        }],
    }
}

/// The tally of its parcel.
pub fn return_tally() -> ReturnTally {
    ReturnTally {
        filing: filing(7),
        office: OfficeCode::parse("2992").unwrap(),
        operator: named("3301960F06", "测试监管场所"),
        carrier: named("3301960L03", "测试物流"),
        waybill_no: WaybillNumber::parse("WB-1").unwrap(),
        declaration_no: DeclarationNumber::parse("29922026E000000001").ok(),
        reference: FunctionalReference::parse("TA-1").unwrap(),
        provisional_no: None,
        direction: "I".into(),
        transport: return_transport(),
        location: None,
        note: None,
    }
}

fn return_transport() -> ReturnTransport {
    ReturnTransport {
        bill_no: "B-2".into(),
        mode: "5".into(),
        vehicle: "XX2".into(),
        voyage: "XX2".into(),
    }
}
