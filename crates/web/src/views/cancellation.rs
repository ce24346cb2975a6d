//! A request to cancel a declaration.

use serde::Serialize;
use tongguan_application::cancellations::Pending;
use tongguan_application::parcels::Cancellation;
use utoipa::ToSchema;

use super::documents::state;

/// A request to cancel a declaration (撤单申请).
#[derive(Debug, Serialize, ToSchema)]
pub struct CancellationView {
    /// 清单编号: the declaration that is to be cancelled.
    invt_no: String,
    /// `import` or `export`.
    direction: &'static str,
    /// 系统唯一序号 of the request.
    guid: String,
    /// When its sender says that it was sent.
    sent_at: String,
    /// `pending` while it waits for an officer, `entered` once the declaration is cancelled, `refused`.
    state: &'static str,
}

impl CancellationView {
    /// Of one that waits for an officer.
    pub fn pending(one: &Pending) -> Self {
        Self {
            invt_no: one.declaration_no.to_string(),
            direction: one.direction.name(),
            guid: one.guid.to_string(),
            sent_at: one.sent_at.to_string(),
            state: "pending",
        }
    }

    /// Of one, whatever became of it.
    pub fn of(one: &Cancellation) -> Self {
        Self {
            invt_no: one.declaration_no.to_string(),
            direction: one.direction.name(),
            guid: one.document.guid.to_string(),
            sent_at: one.document.sent_at.to_string(),
            state: state(one.document.state),
        }
    }
}
