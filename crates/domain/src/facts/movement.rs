//! Facts of reports of movement.

use super::ExportFacts;
use crate::commerce::Part;
use crate::ids::{DeclarationNumber, OfficeCode, PartyId, WaybillNumber};
use crate::movement::{
    ArrivalReport, Departed, DepartureReport, MasterBill, MasterBillLink, ParcelMovement,
    ReportedParcel,
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
    /// 物流运单编号 of each parcel on its way out.
    pub waybills: Vec<WaybillNumber>,
    /// 清单编号 of the export declaration of each parcel that comes back.
    pub returned: Vec<DeclarationNumber>,
}

/// How an exported parcel travels, by everything that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportTransport<'p> {
    /// 运输方式.
    pub mode: &'p str,
    /// 出境关别: where the goods leave, or have left.
    pub exit_office: OfficeCode,
    /// 提运单号, once known.
    pub bill_no: Option<&'p str>,
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
            waybills: link
                .parcels
                .iter()
                .filter(|parcel| parcel.declaration_no.is_none())
                .map(|parcel| parcel.waybill_no.clone())
                .collect(),
            returned: link.parcels.iter().filter_map(|p| p.declaration_no.clone()).collect(),
        }
    }
}

impl ExportFacts {
    /// How the declared parcel travels: as declared, unless its master bill says otherwise; where it was
    /// declared to leave, unless it left elsewhere.
    pub fn transport<'p>(&'p self, movement: &'p ParcelMovement) -> ExportTransport<'p> {
        let departed = movement.departed.as_ref();
        let elsewhere = departed.filter(|departed| self.is_left_elsewhere(departed));
        let linked = movement.linked.as_ref();
        ExportTransport {
            mode: linked.map_or(&self.transport_mode, |bill| &bill.transport_mode),
            exit_office: elsewhere.map_or(self.port, |departed| departed.office),
            bill_no: linked.map(|bill| &*bill.bill_no).or(self.bill_no.as_deref()),
        }
    }

    /// Whether the goods left elsewhere than declared. The report of it names the office at which they
    /// were declared (申报地海关) or the one where they left (口岸海关); the standard is not clear on it.
    pub fn is_left_elsewhere(&self, departed: &Departed) -> bool {
        departed.office != self.office && departed.office != self.port
    }
}

fn waybills(parcels: &[ReportedParcel]) -> Vec<WaybillNumber> {
    parcels.iter().map(|parcel| parcel.waybill_no.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ExportMode, ExportParties};
    use crate::tests::export::export_parcel;
    use crate::time::Moment;

    /// What the made-up declaration says, lodged here to leave there.
    fn facts(office: &str, port: &str) -> ExportFacts {
        let mut declaration = export_parcel().declaration;
        declaration.office = OfficeCode::parse(office).unwrap();
        declaration.port = OfficeCode::parse(port).unwrap();
        let id = PartyId(1);
        let parties = ExportParties { platform: None, merchant: id, carrier: id, declarant: id };
        ExportFacts::of(&declaration, ExportMode::Retail, parties)
    }

    fn departed(office: &str) -> Departed {
        Departed {
            left_at: Moment::from_micros(1),
            office: OfficeCode::parse(office).unwrap(),
            transport_mode: "5".into(),
            bill_no: None,
        }
    }

    #[test]
    fn a_master_bill_overlays_what_was_declared() {
        let declared = facts("2992", "2991");
        let plain = ParcelMovement::default();
        let transport = declared.transport(&plain);
        assert_eq!((transport.mode, transport.bill_no), ("5", None));
        assert_eq!(transport.exit_office.to_string(), "2991");
        let bill = MasterBillFacts::of(&export_parcel().master_bill, PartyId(1)).bill;
        let bill = MasterBill { transport_mode: "2".into(), ..bill };
        let linked = ParcelMovement { linked: Some(bill), ..plain };
        let transport = declared.transport(&linked);
        assert_eq!((transport.mode, transport.bill_no), ("2", Some("B-1")));
    }

    #[test]
    fn a_parcel_exits_where_it_left() {
        let declared = facts("2992", "2991");
        for (office, exit) in [("2992", "2991"), ("2991", "2991"), ("5100", "5100")] {
            let movement = ParcelMovement { departed: Some(departed(office)), linked: None };
            let transport = declared.transport(&movement);
            assert_eq!(transport.exit_office.to_string(), exit, "reported at {office}");
        }
    }
}
