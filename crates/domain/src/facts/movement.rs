//! Facts of reports of movement.

use crate::commerce::Part;
use crate::ids::{PartyId, WaybillNumber};
use crate::movement::{
    ArrivalReport, Departed, DepartureReport, MasterBill, MasterBillLink, ReportedParcel,
};
use crate::time::Moment;

/// What is kept of an arrival (运抵单) until it is decided: which parcels, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// Which part of how many.
    pub part: Part,
    /// 提运单号, where given.
    pub bill_no: Option<Box<str>>,
    /// 物流运单编号 of each parcel; none means all of the bill.
    pub waybills: Vec<WaybillNumber>,
    /// When they arrived.
    pub arrived_at: Moment,
}

/// What is kept of a departure (离境单) until it is decided: which parcels, and how they left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartureFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// Which part of how many.
    pub part: Part,
    /// 物流运单编号 of each parcel.
    pub waybills: Vec<WaybillNumber>,
    /// How they left.
    pub departed: Departed,
}

/// What is kept of a master bill link (清单总分单): which parcels travel how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterBillFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// Which part of how many.
    pub part: Part,
    /// How they travel.
    pub bill: MasterBill,
    /// 物流运单编号 of each parcel.
    pub waybills: Vec<WaybillNumber>,
}

impl ArrivalFacts {
    /// The facts of an arrival, which happened when it was reported: the report says no other time.
    pub fn of(report: &ArrivalReport, carrier: PartyId) -> Self {
        Self {
            carrier,
            part: report.part,
            bill_no: report.bill_no.clone(),
            waybills: waybills(&report.parcels),
            arrived_at: report.filing.sent_at,
        }
    }

    /// The bill all of whose parcels arrived, where the report names none of them.
    pub fn whole_bill(&self) -> Option<&str> {
        self.bill_no.as_deref().filter(|_| self.waybills.is_empty())
    }
}

impl DepartureFacts {
    /// The facts of a departure.
    pub fn of(report: &DepartureReport, carrier: PartyId) -> Self {
        Self {
            carrier,
            part: report.part,
            waybills: waybills(&report.parcels),
            departed: Departed {
                left_at: report.left_at,
                office: report.office,
                transport_mode: report.transport.mode.clone(),
                bill_no: report.transport.bill_no.clone(),
            },
        }
    }
}

impl MasterBillFacts {
    /// The facts of a link.
    pub fn of(link: &MasterBillLink, carrier: PartyId) -> Self {
        Self {
            carrier,
            part: link.part,
            bill: MasterBill {
                bill_no: link.bill_no.clone(),
                transport_mode: link.transport_mode.clone(),
                vehicle: link.vehicle.clone(),
                voyage: link.voyage.clone(),
                domestic_vehicle: link.domestic_vehicle.clone(),
                sent_at: link.filing.sent_at,
            },
            waybills: link.parcels.iter().map(|parcel| parcel.waybill_no.clone()).collect(),
        }
    }
}

fn waybills(parcels: &[ReportedParcel]) -> Vec<WaybillNumber> {
    parcels.iter().map(|parcel| parcel.waybill_no.clone()).collect()
}
