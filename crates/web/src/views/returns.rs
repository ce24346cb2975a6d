//! A return of imported goods.

use serde::Serialize;
use tongguan_application::clearing::record::ReturnRecord;
use tongguan_application::review::Told;
use tongguan_domain::status::ReturnStatus;
use utoipa::ToSchema;

use super::documents::ToldView;

/// A return (退货) of imported goods.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnView {
    /// The number that Tongguan has of it.
    id: String,
    /// The declaration whose goods come back.
    declaration: String,
    /// 预录入编号.
    pre_no: String,
    /// The office.
    office: String,
    /// 订单编号.
    order_no: String,
    /// 回执状态: where it stands.
    status: i32,
    /// What comes back.
    goods: Vec<ReturnedGoodsView>,
    /// The last day on which the goods may come, while they are waited for.
    back_by: Option<String>,
}

/// How much of a line of the declaration comes back.
#[derive(Debug, Serialize, ToSchema)]
struct ReturnedGoodsView {
    /// The line's number.
    number: i32,
    /// How much, in the line's unit.
    quantity: String,
}

/// Where a request stands after a step, and what was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// 回执状态: where it stands now.
    status: i32,
    /// What was told, in order.
    told: Vec<ToldView>,
}

impl ReturnView {
    /// Of a record.
    pub fn of(record: &ReturnRecord) -> Self {
        let line = |line: &tongguan_domain::returns::ReturnedLine| ReturnedGoodsView {
            number: line.number,
            quantity: line.quantity.to_string(),
        };
        Self {
            id: record.id.to_string(),
            declaration: record.declaration.to_string(),
            pre_no: record.provisional_no.to_string(),
            office: record.office.to_string(),
            order_no: record.document.dossier.order_no.to_string(),
            status: record.state.status().number(),
            goods: record.lines.iter().map(line).collect(),
            back_by: back_by(record),
        }
    }
}

impl StepView {
    /// Of where it stands, and what was told.
    pub fn of(status: ReturnStatus, told: &[Told]) -> Self {
        Self { status: status.number(), told: told.iter().map(ToldView::of).collect() }
    }
}

/// The last day on which the goods may come, while they are waited for.
pub fn back_by(record: &ReturnRecord) -> Option<String> {
    let late_from = record.state.late_from()?;
    Some(late_from.plus_millis(-1).china_day().to_string())
}
