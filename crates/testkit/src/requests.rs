//! Made-up requests about parcels that were declared.

use rust_decimal::Decimal;
use tongguan_domain::cancellation::{CancellationRequest, ExportCancellation};
use tongguan_domain::commerce::{Action, Filing, Stage};
use tongguan_domain::declaration::DeclaredParcel;
use tongguan_domain::ids::{DeclarationNumber, FunctionalReference, IdError};
use tongguan_domain::returns::{ReturnItem, ReturnRequest};
use tongguan_domain::time::Moment;

use crate::exports::Export;
use crate::parcels::{Parcel, guid};

/// The parcel of a declaration, as requests name it.
pub fn declared(parcel: &Parcel, number: &DeclarationNumber) -> DeclaredParcel {
    let declaration = &parcel.declaration;
    DeclaredParcel {
        office: declaration.office,
        order_no: declaration.order_no.clone(),
        platform: declaration.platform.clone(),
        merchant: declaration.merchant.clone(),
        waybill_no: declaration.waybill_no.clone(),
        carrier: declaration.carrier.clone(),
        declaration_no: number.clone(),
        buyer: declaration.buyer.clone(),
        buyer_telephone: declaration.buyer_telephone.clone(),
        declarant: declaration.declarant.clone(),
    }
}

/// The `n`th request to cancel an import declaration (CEB623), sent at `at`.
///
/// # Errors
/// None for any `n`.
pub fn cancellation(
    parcel: &Parcel,
    number: &DeclarationNumber,
    n: u64,
    at: Moment,
) -> Result<CancellationRequest, IdError> {
    Ok(CancellationRequest {
        filing: filing(21, n, at)?,
        parcel: declared(parcel, number),
        reference: Some(FunctionalReference::parse(&format!("CAN{n:012}"))?),
        provisional_no: None,
        reason: "订购人取消订单".into(),
        note: None,
    })
}

/// The `n`th request to cancel an export declaration (CEB605), sent at `at`.
///
/// # Errors
/// None for any `n`.
pub fn export_cancellation(
    export: &Export,
    number: &DeclarationNumber,
    n: u64,
    at: Moment,
) -> Result<ExportCancellation, IdError> {
    Ok(ExportCancellation {
        filing: filing(22, n, at)?,
        office: export.declaration.office,
        reference: FunctionalReference::parse(&format!("CANE{n:012}"))?,
        provisional_no: None,
        declaration_no: number.clone(),
        reason: "订购人取消订单".into(),
        declarant: export.declaration.declarant.clone(),
        merchant: export.declaration.merchant.clone(),
        note: None,
    })
}

/// The `n`th request to return imported goods (CEB625), sent at `at`: of each line of goods, by its
/// place from 0, so much.
///
/// # Errors
/// None for any `n`.
pub fn import_return(
    parcel: &Parcel,
    number: &DeclarationNumber,
    n: u64,
    at: Moment,
    goods: &[(usize, Decimal)],
) -> Result<ReturnRequest, IdError> {
    let line = |(place, quantity): &(usize, Decimal)| {
        parcel.declaration.items.get(*place).map(|item| ReturnItem {
            number: item.number,
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            quantity: *quantity,
            unit: item.unit.clone(),
            note: None,
        })
    };
    Ok(ReturnRequest {
        filing: filing(23, n, at)?,
        parcel: declared(parcel, number),
        reference: Some(FunctionalReference::parse(&format!("RET{n:012}"))?),
        provisional_no: None,
        reason: "订购人退货".into(),
        note: None,
        items: goods.iter().filter_map(line).collect(),
    })
}

fn filing(kind: u64, n: u64, at: Moment) -> Result<Filing, IdError> {
    let (action, stage) = (Action::Create, Stage::Declared);
    Ok(Filing { guid: guid(kind, n)?, action, sent_at: at, stage })
}
