//! What is said of the made-up parcel after it was declared: that it came in, that it is not wanted,
//! that one of two tins comes back, and what became of its tax bill.

use rust_decimal::Decimal;
use tongguan_domain::cancellation::CancellationRequest;
use tongguan_domain::declaration::DeclaredParcel;
use tongguan_domain::facility::{EnteredParcel, WarehouseEntry};
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, Guid, IdError, OfficeCode, OrderNumber, WaybillNumber,
};
use tongguan_domain::party::PartyCode;
use tongguan_domain::returns::{ReturnItem, ReturnRequest};

use super::parcel::{
    CARRIER, DECLARATION_NO, MERCHANT, ORDER_NO, PLATFORM, WAYBILL_NO, buyer, filing, guid,
    instant, party,
};
use crate::ceb::{TaxBillNotice, TaxBillStatus};

/// The request to cancel its declaration.
pub(super) fn cancellation() -> Result<CancellationRequest, IdError> {
    Ok(CancellationRequest {
        filing: filing(31, "20260302103000")?,
        parcel: declared()?,
        reference: Some(FunctionalReference::parse("TG202603020002")?),
        provisional_no: None,
        reason: "订购人取消订单".into(),
        note: None,
    })
}

/// The request to return one of its two tins of milk powder.
pub(super) fn return_request() -> Result<ReturnRequest, IdError> {
    Ok(ReturnRequest {
        filing: filing(32, "20260310090000")?,
        parcel: declared()?,
        reference: Some(FunctionalReference::parse("TG202603100001")?),
        provisional_no: None,
        reason: "订购人退货".into(),
        note: None,
        items: vec![ReturnItem {
            number: 1,
            hs_code: "1901101000".into(),
            name: "婴儿配方奶粉".into(),
            quantity: Decimal::ONE,
            unit: "007".into(),
            note: None,
        }],
    })
}

/// Its entry into the carrier's own facility, beside a parcel that nobody has declared.
///
/// # Errors
/// None in a tested build.
pub fn warehouse_entry() -> Result<WarehouseEntry, IdError> {
    let parcel = |number, waybill_no| {
        let waybill_no = WaybillNumber::parse(waybill_no)?;
        Ok(EnteredParcel { number, waybill_no, note: None })
    };
    Ok(WarehouseEntry {
        filing: filing(33, "20260302140000")?,
        office: OfficeCode::parse("2916")?,
        reference: Some(FunctionalReference::parse("TG202603020003")?),
        provisional_no: None,
        entry_no: None,
        operator: party(CARRIER, "示例国际速递有限公司")?,
        direction: "I".into(),
        transport_mode: "5".into(),
        vehicle: "XX0001".into(),
        voyage: "XX0001".into(),
        bill_no: "99900000001".into(),
        carrier: party(CARRIER, "示例国际速递有限公司")?,
        location: Some("A-01".into()),
        note: None,
        parcels: vec![parcel(1, WAYBILL_NO)?, parcel(2, "EX000000036CN")?],
    })
}

/// That its tax bill is void.
pub(super) fn tax_bill_notice() -> Result<TaxBillNotice, IdError> {
    Ok(TaxBillNotice {
        guid: Guid::parse(&guid(34))?,
        issued_at: instant("20260320120000").plus_millis(7),
        declaration_no: DeclarationNumber::parse(DECLARATION_NO)?,
        number: format!("{DECLARATION_NO}_0").into(),
        status: TaxBillStatus::Cancelled,
        payment_book: None,
        guarantor: Some(PartyCode::parse(PLATFORM)?),
    })
}

fn declared() -> Result<DeclaredParcel, IdError> {
    Ok(DeclaredParcel {
        office: OfficeCode::parse("2916")?,
        order_no: OrderNumber::parse(ORDER_NO)?,
        platform: party(PLATFORM, "示例跨境电商平台有限公司")?,
        merchant: party(MERCHANT, "示例进口贸易有限公司")?,
        waybill_no: WaybillNumber::parse(WAYBILL_NO)?,
        carrier: party(CARRIER, "示例国际速递有限公司")?,
        declaration_no: DeclarationNumber::parse(DECLARATION_NO)?,
        buyer: buyer(),
        buyer_telephone: "00000000000".into(),
        declarant: party(CARRIER, "示例国际速递有限公司")?,
    })
}
