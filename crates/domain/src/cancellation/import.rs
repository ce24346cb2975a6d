//! What a declarant says who wants an import declaration cancelled.

use crate::commerce::Filing;
use crate::declaration::DeclaredParcel;
use crate::ids::{FunctionalReference, ProvisionalNumber};

/// A request to cancel an import declaration (撤销申请单; CEB623 `InvtCancel`).
///
/// The standard knows no change and no deletion of it: its action is always new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancellationRequest {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// What is to be cancelled.
    pub parcel: DeclaredParcel,
    /// 企业内部编号 (`copNo`): the request's own.
    pub reference: Option<FunctionalReference>,
    /// 预录入编号 (`preNo`): the request's own, once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 撤单原因 (`reason`).
    pub reason: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
