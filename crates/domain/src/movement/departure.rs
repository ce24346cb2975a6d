//! Departure from the country.

use super::ReportedParcel;
use crate::commerce::{Filing, Part};
use crate::declaration::Transport;
use crate::ids::{FunctionalReference, OfficeCode, ProvisionalNumber};
use crate::party::NamedParty;
use crate::time::Moment;

/// Parcels left the country (离境单; CEB509 `Departure`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartureReport {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 企业内部编号 (`copNo`).
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// How they travel.
    pub transport: Transport,
    /// 离境时间 (`leaveTime`).
    pub left_at: Moment,
    /// Which part of how many.
    pub part: Part,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The parcels, in the order of the document.
    pub parcels: Vec<ReportedParcel>,
}
