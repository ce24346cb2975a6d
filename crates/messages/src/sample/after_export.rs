//! What is said of the made-up exported parcel after it left: that it was consolidated, and that one of
//! its two scarves comes back.

use rust_decimal::Decimal;
use tongguan_domain::commerce::Part;
use tongguan_domain::consolidation::{
    ConsolidatedLine, ConsolidationRequest, ConsolidationResult, GoodsNaming, Grouping, Scope,
};
use tongguan_domain::ids::{
    ConsolidatedNumber, ConsolidationNumber, DeclarationNumber, FunctionalReference, Guid, IdError,
    OfficeCode, WaybillNumber,
};
use tongguan_domain::returns::{
    ExportReturnItem, ExportReturnRequest, ReturnTally, ReturnTransport,
};

use super::export::{
    CARRIER_NAME, DECLARATION_NO, PLATFORM_NAME, UNITED_STATES, WAYBILL_NO, merchant,
};
use super::parcel::{CARRIER, PLATFORM, filing, guid, instant, party};

const CONSOLIDATION_NO: &str = "S20260402000000001";

/// The request to consolidate its declaration.
pub(super) fn consolidation() -> Result<ConsolidationRequest, IdError> {
    Ok(ConsolidationRequest {
        filing: filing(41, "20260402090000")?,
        office: OfficeCode::parse("2916")?,
        reference: FunctionalReference::parse("TGE202604020001")?,
        provisional_no: None,
        consolidation_no: None,
        declarant: party(CARRIER, CARRIER_NAME)?,
        merchant: merchant()?,
        formal_declarant: party(CARRIER, CARRIER_NAME)?,
        scope: Scope::Declarations(vec![DeclarationNumber::parse(DECLARATION_NO)?]),
        facility: None,
        grouping: Grouping::Consignor,
        naming: GoodsNaming::Declared,
        part: Part::WHOLE,
        note: None,
    })
}

/// The formal declaration that its two lines became two lines of.
pub(super) fn consolidation_result() -> Result<ConsolidationResult, IdError> {
    let line = |number, hs_code: &str| -> Result<ConsolidatedLine, IdError> {
        Ok(ConsolidatedLine {
            declaration_no: DeclarationNumber::parse(DECLARATION_NO)?,
            waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
            formal_line: number,
            number,
            hs_code: hs_code.into(),
        })
    };
    Ok(ConsolidationResult {
        guid: Guid::parse(&guid(42))?,
        office: OfficeCode::parse("2916")?,
        consolidation_no: ConsolidationNumber::parse(CONSOLIDATION_NO)?,
        decided_at: instant("20260402090500").plus_millis(12),
        number: ConsolidatedNumber::parse("S20260402000000002")?,
        stored_no: None,
        provisional_no: None,
        formal_no: None,
        state: "A".into(),
        declarant: party(CARRIER, CARRIER_NAME)?,
        merchant: merchant()?,
        formal_declarant: party(CARRIER, CARRIER_NAME)?,
        gross_weight_kg: Decimal::new(9, 1),
        net_weight_kg: Decimal::new(7, 1),
        part: Part::WHOLE,
        note: None,
        lines: vec![line(1, "6214100000")?, line(2, "9617001900")?],
    })
}

/// The request to return one of its two scarves.
///
/// # Errors
/// None in a tested build.
pub fn return_request() -> Result<ExportReturnRequest, IdError> {
    Ok(ExportReturnRequest {
        filing: filing(43, "20260420090000")?,
        office: OfficeCode::parse("2916")?,
        facility: None,
        platform: party(PLATFORM, PLATFORM_NAME)?,
        merchant: merchant()?,
        waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
        carrier: party(CARRIER, CARRIER_NAME)?,
        reference: FunctionalReference::parse("TGE202604200001")?,
        provisional_no: None,
        declaration_no: DeclarationNumber::parse(DECLARATION_NO)?,
        mode: Some("9661".into()),
        declarant: party(CARRIER, CARRIER_NAME)?,
        direction: "I".into(),
        transport: transport(),
        port: OfficeCode::parse("2916")?,
        reason: "购买人退货".into(),
        departure_country: UNITED_STATES.into(),
        note: None,
        items: vec![ExportReturnItem {
            number: 1,
            hs_code: "6214100000".into(),
            name: "真丝围巾".into(),
            specification: "示例牌|100%桑蚕丝|90×90厘米".into(),
            quantity: Decimal::ONE,
            unit: "011".into(),
            statutory_quantity: Decimal::ONE,
            statutory_unit: "011".into(),
            second_quantity: Some(Decimal::new(1, 1)),
            second_unit: Some("035".into()),
            note: None,
        }],
    })
}

/// What the carrier's own facility found when it came.
///
/// # Errors
/// None in a tested build.
pub fn tally() -> Result<ReturnTally, IdError> {
    Ok(ReturnTally {
        filing: filing(44, "20260425160000")?,
        office: OfficeCode::parse("2916")?,
        operator: party(CARRIER, CARRIER_NAME)?,
        carrier: party(CARRIER, CARRIER_NAME)?,
        waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
        declaration_no: Some(DeclarationNumber::parse(DECLARATION_NO)?),
        reference: FunctionalReference::parse("TGE202604250001")?,
        provisional_no: None,
        direction: "I".into(),
        transport: transport(),
        location: Some("R-01".into()),
        note: None,
    })
}

fn transport() -> ReturnTransport {
    ReturnTransport {
        bill_no: "99900000003".into(),
        mode: "5".into(),
        vehicle: "XX0003".into(),
        voyage: "XX0003".into(),
    }
}
