//! What the operator of a customs-controlled place reports (监管作业场所).

use crate::commerce::Filing;
use crate::ids::{
    FunctionalReference, OfficeCode, ProvisionalNumber, WarehouseEntryNumber, WaybillNumber,
};
use crate::party::NamedParty;

/// The parcels of a master bill that entered a facility (入库明细单; CEB711 `Delivery`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseEntry {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 企业内部编号 (`copNo`): the entry's own.
    pub reference: Option<FunctionalReference>,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 入库单编号 (`rkdNo`), once customs has given it.
    pub entry_no: Option<WarehouseEntryNumber>,
    /// 监管场所经营人 (`operator…`): for mail, the postal operator.
    pub operator: NamedParty,
    /// 进出口标记 (`ieFlag`): `I`.
    pub direction: Box<str>,
    /// 运输方式 (`trafMode`).
    pub transport_mode: Box<str>,
    /// 运输工具编号 (`trafNo`).
    pub vehicle: Box<str>,
    /// 航班航次号 (`voyageNo`).
    pub voyage: Box<str>,
    /// 提运单号 (`billNo`): the master bill.
    pub bill_no: Box<str>,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 卸货库位 (`unloadLocation`).
    pub location: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The parcels, in the order of the document.
    pub parcels: Vec<EnteredParcel>,
}

/// One parcel that entered (`DeliveryList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredParcel {
    /// 序号 (`gnum`), from 1.
    pub number: i32,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}

/// How goods come from where they entered the country to the office that clears them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryRoute {
    /// Declared where they came in.
    AtPort,
    /// Carried under seal from the port to the office where they are declared (进口转关).
    Transit,
    /// Declared at one office and entered into a place at the port (属地申报、口岸验放).
    DeclaredElsewhere,
    /// Declared at another office than the port's, and entered nowhere yet: either of the two.
    Undetermined,
}

impl EntryRoute {
    /// The way of goods that are declared at `office` (`customsCode`) and came in at `port` (`portCode`);
    /// `entered_at` is the office of the facility that they entered, once they have. What entered at a
    /// third office was carried there.
    pub fn of(office: OfficeCode, port: OfficeCode, entered_at: Option<OfficeCode>) -> Self {
        match entered_at {
            _ if office == port => Self::AtPort,
            None => Self::Undetermined,
            Some(entered_at) if entered_at == port => Self::DeclaredElsewhere,
            Some(_) => Self::Transit,
        }
    }

    /// The name in the answers of commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtPort => "at-port",
            Self::Transit => "transit",
            Self::DeclaredElsewhere => "declared-elsewhere",
            Self::Undetermined => "undetermined",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_office_of_the_entry_tells_transit_from_declaring_elsewhere() {
        let [here, port, third] = ["2916", "2244", "0100"].map(|c| OfficeCode::parse(c).unwrap());
        for (office, port, entered_at, route) in [
            (here, here, None, EntryRoute::AtPort),
            (here, here, Some(third), EntryRoute::AtPort),
            (here, port, None, EntryRoute::Undetermined),
            (here, port, Some(here), EntryRoute::Transit),
            (here, port, Some(third), EntryRoute::Transit),
            (here, port, Some(port), EntryRoute::DeclaredElsewhere),
        ] {
            assert_eq!(EntryRoute::of(office, port, entered_at), route, "{office} {port}");
        }
    }
}
