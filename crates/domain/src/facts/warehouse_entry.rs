//! Facts of a warehouse entry.

use crate::facility::WarehouseEntry;
use crate::ids::{OfficeCode, PartyId, WaybillNumber};
use crate::time::Moment;

/// What is kept of a warehouse entry (入库明细单) until it is decided: which parcels, under which bill, where
/// and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseEntryFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// 申报地海关: the office that supervises the place.
    pub office: OfficeCode,
    /// 提运单号: the master bill.
    pub bill_no: Box<str>,
    /// 物流运单编号 of each parcel.
    pub waybills: Vec<WaybillNumber>,
    /// When they entered: when it was reported, for the report says no other time.
    pub entered_at: Moment,
}

impl WarehouseEntryFacts {
    /// The facts of an entry whose carrier is resolved.
    pub fn of(entry: &WarehouseEntry, carrier: PartyId) -> Self {
        Self {
            carrier,
            office: entry.office,
            bill_no: entry.bill_no.clone(),
            waybills: entry.parcels.iter().map(|parcel| parcel.waybill_no.clone()).collect(),
            entered_at: entry.filing.sent_at,
        }
    }
}
