//! A parcel in a list, and its tax bills.

use serde::Serialize;
use tongguan_application::parcels::{Bill, BillStanding, Billed, Parcel};
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

use super::queue::PartyNameView;

/// A parcel as one of its parties finds it in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParcelView {
    /// The number that Tongguan has of its declaration.
    id: String,
    /// `import` or `export`.
    direction: &'static str,
    /// 预录入编号.
    pre_no: String,
    /// 清单编号, once it has one.
    invt_no: Option<String>,
    /// 订单编号.
    order_no: String,
    /// 物流运单编号.
    waybill_no: String,
    /// 申报地海关.
    office: String,
    /// 回执状态: where it stands.
    status: i32,
    /// 电商企业.
    merchant: PartyNameView,
    /// When it was first seen.
    lodged_at: String,
    /// When it last changed.
    changed_at: String,
}

/// A tax bill (电子税单).
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedBillView {
    /// 税单编号.
    tax_no: String,
    /// The number that Tongguan has of the declaration.
    declaration: String,
    /// 清单编号.
    invt_no: Option<String>,
    /// `issued`, `summed` or `void`; a void one is said again as void.
    standing: &'static str,
    /// 关税 in CNY.
    duty: String,
    /// 消费税 in CNY.
    consumption_tax: String,
    /// 增值税 in CNY.
    vat: String,
    /// What is to be paid by it.
    total: Option<String>,
    /// 出税时间.
    at: String,
}

impl ParcelView {
    /// Of a parcel; `registry` names the merchant.
    pub fn of(parcel: &Parcel, registry: &Registry) -> Self {
        Self {
            id: parcel.id.to_string(),
            direction: parcel.direction.name(),
            pre_no: parcel.provisional_no.clone(),
            invt_no: parcel.number.clone(),
            order_no: parcel.order_no.to_string(),
            waybill_no: parcel.waybill_no.clone(),
            office: parcel.office.clone(),
            status: parcel.status.number(),
            merchant: PartyNameView::of(registry, parcel.merchant),
            lodged_at: parcel.lodged_at.to_string(),
            changed_at: parcel.changed_at.to_string(),
        }
    }
}

impl ListedBillView {
    /// Of the bills of a parcel, in order.
    pub fn all(billed: &Billed) -> impl Iterator<Item = Self> {
        billed.bills.iter().map(|bill| Self::of(&billed.parcel, bill))
    }

    fn of(parcel: &Parcel, bill: &Bill) -> Self {
        Self {
            tax_no: bill.number.clone(),
            declaration: parcel.id.to_string(),
            invt_no: parcel.number.clone(),
            standing: match bill.standing {
                BillStanding::Issued => "issued",
                BillStanding::Summed => "summed",
                BillStanding::Void => "void",
            },
            duty: bill.duty.to_string(),
            consumption_tax: bill.consumption_tax.to_string(),
            vat: bill.vat.to_string(),
            total: bill.total().map(|total| total.to_string()),
            at: bill.at.to_string(),
        }
    }
}
