//! What becomes of exported parcels on their way out: they arrive at a supervised place, they travel under
//! a master bill, they leave.
//!
//! All three may be split into parts that come in any order.

mod arrival;
mod departure;
mod master_bill;
mod parcel;

pub use arrival::ArrivalReport;
pub use departure::DepartureReport;
pub use master_bill::{MasterBillLine, MasterBillLink};
pub use parcel::{Departed, MasterBill, ParcelMovement};

use crate::ids::WaybillNumber;

/// One parcel of an arrival or departure (`ArrivalList`, `DepartureList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedParcel {
    /// 序号 (`gnum`), from 1.
    pub number: i32,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 总包号 (`totalPackageNo`).
    pub bag_no: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
