//! What reports of movement have said of one parcel.

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

impl ParcelMovement {
    /// Whether a link of this master bill counts: the first, and one that was sent later as long as the
    /// parcel has not left.
    pub fn is_linked_by(&self, bill: &MasterBill) -> bool {
        let later = |linked: &MasterBill| linked.sent_at <= bill.sent_at;
        self.linked.as_ref().is_none_or(|linked| self.departed.is_none() && later(linked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
