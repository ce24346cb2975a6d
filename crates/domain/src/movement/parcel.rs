//! What reports of movement have said of one parcel.

use crate::facts::ExportFacts;
use crate::ids::OfficeCode;
use crate::time::Moment;

/// How a parcel travels and that it left, as reports say it, in whatever order they come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParcelMovement {
    /// The master bill that it travels under, once a link (清单总分单) has named it. A parcel travels under
    /// one: of several links the one that was sent last counts.
    pub linked: Option<MasterBill>,
    /// Its departure (离境), once reported: of several, as of a waybill over several flights, the first to
    /// be reported.
    pub departed: Option<Departed>,
}

/// A master bill (总运单) as a link names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterBill {
    /// 提运单号.
    pub bill_no: Box<str>,
    /// 运输方式.
    pub transport_mode: Box<str>,
    /// 运输工具名称.
    pub vehicle: Box<str>,
    /// 航班航次号.
    pub voyage: Box<str>,
    /// 境内运输工具编号.
    pub domestic_vehicle: Option<Box<str>>,
    /// When the link was sent.
    pub sent_at: Moment,
}

/// A reported departure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    /// 离境时间.
    pub left_at: Moment,
    /// The office that it was reported at.
    pub office: OfficeCode,
    /// 运输方式.
    pub transport_mode: Box<str>,
    /// 提运单号, where given.
    pub bill_no: Option<Box<str>>,
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

impl ParcelMovement {
    /// Whether a link of this master bill counts: the first, and one that was sent later as long as the
    /// parcel has not left.
    pub fn is_linked_by(&self, bill: &MasterBill) -> bool {
        let later = |linked: &MasterBill| linked.sent_at <= bill.sent_at;
        self.linked.as_ref().is_none_or(|linked| self.departed.is_none() && later(linked))
    }

    /// How the parcel of a declaration travels: as declared, unless its master bill says otherwise; where
    /// it was declared to leave, unless it left elsewhere.
    pub fn transport<'p>(&'p self, declared: &'p ExportFacts) -> ExportTransport<'p> {
        let elsewhere = self.departed.as_ref().filter(|departed| departed.is_elsewhere(declared));
        let linked = self.linked.as_ref();
        ExportTransport {
            mode: linked.map_or(&declared.transport_mode, |bill| &bill.transport_mode),
            exit_office: elsewhere.map_or(declared.port, |departed| departed.office),
            bill_no: linked.map(|bill| &*bill.bill_no).or(declared.bill_no.as_deref()),
        }
    }
}

impl Departed {
    /// Whether the goods left elsewhere than declared. The report names the office at which they were
    /// declared (申报地海关) or the one where they left (口岸海关); the standard is not clear on it.
    pub fn is_elsewhere(&self, declared: &ExportFacts) -> bool {
        self.office != declared.office && self.office != declared.port
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ExportMode, ExportParties};
    use crate::ids::PartyId;
    use crate::tests::export::export_parcel;

    #[test]
    fn of_several_links_the_one_sent_last_counts() {
        let linked = ParcelMovement { linked: Some(bill(2)), departed: None };
        assert!(ParcelMovement::default().is_linked_by(&bill(1)));
        for (sent_at, counts) in [(1, false), (2, true), (3, true)] {
            assert_eq!(linked.is_linked_by(&bill(sent_at)), counts, "{sent_at}");
        }
        let gone = ParcelMovement { departed: Some(departed("2992")), ..linked };
        assert!(!gone.is_linked_by(&bill(3)), "the parcel has left");
        let gone = ParcelMovement { linked: None, ..gone };
        assert!(gone.is_linked_by(&bill(1)), "nothing was known of its bill");
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
        let transport = plain.transport(&declared);
        let port = OfficeCode::parse("2991").unwrap();
        assert_eq!((transport.mode, transport.exit_office, transport.bill_no), ("5", port, None));
        let linked = ParcelMovement { linked: Some(bill(1)), departed: Some(departed("2992")) };
        let transport = linked.transport(&declared);
        assert_eq!((transport.mode, transport.bill_no), ("2", Some("B")));
        assert_eq!(transport.exit_office, port, "2992 is where it was declared");
        let elsewhere = ParcelMovement { departed: Some(departed("5100")), ..linked };
        let transport = elsewhere.transport(&declared);
        assert_eq!(transport.exit_office.to_string(), "5100");
    }

    /// What the made-up declaration says, lodged here to leave there.
    fn facts(office: &str, port: &str) -> ExportFacts {
        let mut declaration = export_parcel().declaration;
        declaration.office = OfficeCode::parse(office).unwrap();
        declaration.port = OfficeCode::parse(port).unwrap();
        let id = PartyId(1);
        let parties = ExportParties { platform: None, merchant: id, carrier: id, declarant: id };
        ExportFacts::of(&declaration, ExportMode::Retail, parties)
    }

    fn bill(sent_at: i64) -> MasterBill {
        MasterBill {
            bill_no: "B".into(),
            transport_mode: "2".into(),
            vehicle: "V".into(),
            voyage: "N".into(),
            domestic_vehicle: None,
            sent_at: Moment::from_micros(sent_at),
        }
    }
}
