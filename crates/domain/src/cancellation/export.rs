//! Cancellation of an export declaration.

use crate::commerce::Filing;
use crate::ids::{DeclarationNumber, FunctionalReference, OfficeCode, ProvisionalNumber};
use crate::party::NamedParty;

/// A request to cancel an export declaration (撤销申请单; CEB605 `InvtCancel`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportCancellation {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 企业内部编号 (`copNo`): of the request.
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`): of the request, once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 清单编号 (`invtNo`): of the declaration.
    pub declaration_no: DeclarationNumber,
    /// 撤销原因 (`reason`).
    pub reason: Box<str>,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
