//! A request to cancel a declaration.

use serde::Serialize;
use tongguan_application::cancellations::Pending;
use utoipa::ToSchema;

/// A request to cancel a declaration (撤单申请) that waits for an officer.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingView {
    /// 清单编号: the declaration that is to be cancelled.
    invt_no: String,
    /// `import` or `export`.
    direction: &'static str,
    /// 系统唯一序号 of the request.
    guid: String,
    /// When its sender says that it was sent.
    sent_at: String,
}

impl PendingView {
    /// Of a request.
    pub fn of(one: &Pending) -> Self {
        Self {
            invt_no: one.declaration_no.to_string(),
            direction: one.direction.name(),
            guid: one.guid.to_string(),
            sent_at: one.sent_at.to_string(),
        }
    }
}
