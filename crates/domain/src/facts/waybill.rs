//! Facts of a waybill and of its delivery.

use super::{ConsigneeMarks, followers};
use crate::commerce::{DeliveryStatus, Waybill};
use crate::ids::{OrderNumber, PartyId, WaybillNumber};
use crate::mark::{Mark, Marker};
use crate::money::Amount;
use crate::time::Moment;
use rust_decimal::Decimal;

/// What is kept of a waybill (运单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaybillFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// 物流运单编号.
    pub number: WaybillNumber,
    /// 提运单号: the master bill under which it travels, where the carrier says.
    pub bill_no: Option<Box<str>>,
    /// 订单编号; layouts before 2022 do not say.
    pub order_no: Option<OrderNumber>,
    /// 运杂费.
    pub freight: Option<Amount>,
    /// 保价费.
    pub insurance: Option<Amount>,
    /// 毛重, kilograms.
    pub gross_weight_kg: Decimal,
    /// 收货人.
    pub consignee: ConsigneeMarks,
    /// Who may follow the parcel by the waybill's number: whoever knows the end of the consignee's telephone.
    pub followers: Vec<Mark>,
}

impl WaybillFacts {
    /// The facts of a waybill whose carrier is resolved.
    pub fn of(waybill: &Waybill, carrier: PartyId, marker: &impl Marker) -> Self {
        Self {
            carrier,
            number: waybill.number.clone(),
            bill_no: waybill.bill_no.clone(),
            order_no: waybill.order_no.clone(),
            freight: waybill.freight,
            insurance: waybill.insurance,
            gross_weight_kg: waybill.gross_weight_kg,
            consignee: ConsigneeMarks::of(&waybill.consignee, marker),
            followers: followers(waybill.number.as_str(), [&*waybill.consignee.telephone], marker),
        }
    }
}

/// What is kept of a delivery (运单状态): the parcel was signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// 物流运单编号.
    pub number: WaybillNumber,
    /// 物流状态时间.
    pub happened_at: Moment,
}

impl DeliveryFacts {
    /// The facts of a delivery whose carrier is resolved.
    pub fn of(delivery: &DeliveryStatus, carrier: PartyId) -> Self {
        Self { carrier, number: delivery.number.clone(), happened_at: delivery.happened_at }
    }
}
