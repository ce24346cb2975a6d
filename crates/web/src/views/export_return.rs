//! Exported goods that come back.

use serde::Serialize;
use tongguan_application::clearing::export_return::{ExportReturnRecord, TallyPlace};
use tongguan_application::export_returns::ToAmend;
use tongguan_domain::facts::ExportReturnItemFacts;
use tongguan_domain::readmission::{ExportReturnState, Relief, Tallied};
use utoipa::ToSchema;

/// A return of exported goods (出口退货).
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportReturnView {
    /// By what it goes: the 清单编号 of the export declaration, and which return of it.
    #[schema(example = "29162026E000000256/1")]
    r#return: String,
    /// The number that Tongguan has of the declaration.
    declaration: String,
    /// 预录入编号.
    pre_no: String,
    /// 企业内部编号.
    reference: String,
    /// 回执状态: where it stands.
    status: i32,
    /// 申报地海关.
    office: String,
    /// 监管方式.
    mode: String,
    /// The waybill by which the goods come back.
    waybill_no: String,
    /// 提运单号.
    bill_no: String,
    /// From which country.
    from: String,
    /// What came, once it was tallied.
    goods: Option<CameView>,
    /// When the goods were let in.
    released_at: Option<String>,
    /// The tally (理货明细单) of what came.
    tally: Option<TallyView>,
    /// The order by which the goods are exchanged.
    exchanged_by: Option<String>,
    /// What comes back.
    items: Vec<ReturnedItemView>,
}

/// A return, and what has to be amended because of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportReturnShown {
    #[serde(flatten)]
    of: ExportReturnView,
    /// The lines of formal declarations that hold goods which are back.
    to_amend: Vec<ToAmendView>,
}

/// A line of a formal declaration that has to be amended.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToAmendView {
    /// 报关单编号.
    formal_declaration: String,
    /// Its line, from 1.
    formal_line: usize,
    /// The line of the export declaration.
    line: i32,
    /// How much of that is back.
    quantity: String,
    /// 计量单位.
    unit: String,
}

/// What came back.
#[derive(Debug, Serialize, ToSchema)]
struct CameView {
    /// When.
    came_at: String,
    /// In what it differs from what was asked.
    differs_in: Vec<&'static str>,
    /// Whether import taxes are due on it.
    import_taxes: ReliefView,
}

/// Whether import taxes are due on what came back.
#[derive(Debug, Serialize, ToSchema)]
struct ReliefView {
    /// Whether it is free of them.
    free: bool,
    /// Until when goods may come back free of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// The row of the law.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<String>,
    /// The lines that are not free.
    #[serde(skip_serializing_if = "Option::is_none")]
    except_lines: Option<Vec<i32>>,
}

/// A tally of goods that came back.
#[derive(Debug, Serialize, ToSchema)]
struct TallyView {
    /// The facility's number for it.
    reference: String,
    /// 预录入编号.
    pre_no: String,
    /// When it was entered.
    entered_at: String,
}

/// Goods of a line that come back.
#[derive(Debug, Serialize, ToSchema)]
struct ReturnedItemView {
    /// The line of the declaration.
    line: i32,
    /// 商品编码.
    hs: String,
    /// 商品名称.
    name: String,
    /// How much.
    quantity: String,
    /// 计量单位.
    unit: String,
    /// 法定数量.
    statutory_quantity: String,
    /// 法定计量单位.
    statutory_unit: String,
    /// 第二数量.
    second_quantity: Option<String>,
    /// 第二计量单位.
    second_unit: Option<String>,
}

impl ExportReturnView {
    /// Of a record.
    pub fn of(record: &ExportReturnRecord) -> Self {
        let facts = &record.facts;
        Self {
            r#return: name(record),
            declaration: record.id.declaration.to_string(),
            pre_no: record.provisional_no.to_string(),
            reference: facts.reference.to_string(),
            status: record.state.status().number(),
            office: facts.office.to_string(),
            mode: facts.mode.to_string(),
            waybill_no: facts.waybill_no.to_string(),
            bill_no: facts.transport.bill_no.to_string(),
            from: facts.departure_country.to_string(),
            goods: tallied(&record.state).map(CameView::of),
            released_at: record.state.released_at().map(|at| at.to_string()),
            tally: record.tally.as_ref().map(TallyView::of),
            exchanged_by: record.exchange.as_ref().map(ToString::to_string),
            items: facts.items.iter().map(ReturnedItemView::of).collect(),
        }
    }
}

impl ExportReturnShown {
    /// Of a record, and what has to be amended because of it.
    pub fn of(record: &ExportReturnRecord, to_amend: &[ToAmend]) -> Self {
        let to_amend = to_amend.iter().map(ToAmendView::of).collect();
        Self { of: ExportReturnView::of(record), to_amend }
    }
}

impl ToAmendView {
    fn of(line: &ToAmend) -> Self {
        Self {
            formal_declaration: line.formal.to_string(),
            formal_line: line.formal_line,
            line: line.line,
            quantity: line.quantity.to_string(),
            unit: line.unit.to_string(),
        }
    }
}

impl CameView {
    fn of(tallied: &Tallied) -> Self {
        Self {
            came_at: tallied.at.to_string(),
            differs_in: differs(tallied),
            import_taxes: ReliefView::of(&tallied.relief),
        }
    }
}

impl ReliefView {
    fn of(relief: &Relief) -> Self {
        match relief {
            Relief::Granted { until, row, except } => Self {
                free: true,
                until: Some(until.to_string()),
                row: Some(row.to_string()),
                except_lines: Some(except.clone()),
            },
            Relief::Late { until, row } => Self {
                free: false,
                until: Some(until.to_string()),
                row: Some(row.to_string()),
                except_lines: None,
            },
            Relief::NoNotice => Self { free: false, until: None, row: None, except_lines: None },
        }
    }
}

impl TallyView {
    fn of(tally: &TallyPlace) -> Self {
        Self {
            reference: tally.reference.to_string(),
            pre_no: tally.provisional_no.to_string(),
            entered_at: tally.entered_at.to_string(),
        }
    }
}

impl ReturnedItemView {
    fn of(item: &ExportReturnItemFacts) -> Self {
        let second = item.second.as_ref();
        Self {
            line: item.number,
            hs: item.hs_code.to_string(),
            name: item.name.to_string(),
            quantity: item.quantity.to_string(),
            unit: item.unit.to_string(),
            statutory_quantity: item.statutory_quantity.to_string(),
            statutory_unit: item.statutory_unit.to_string(),
            second_quantity: second.map(|(_, quantity)| quantity.to_string()),
            second_unit: second.map(|(unit, _)| unit.to_string()),
        }
    }
}

/// By what a return goes: the 清单编号 of its export declaration, and which of them it is.
pub fn name(record: &ExportReturnRecord) -> String {
    format!("{}/{}", record.facts.declaration_no, record.id.n)
}

/// In what goods that came differ from what was asked, in Chinese.
pub fn differences(record: &ExportReturnRecord) -> Vec<&'static str> {
    tallied(&record.state).map(differs).unwrap_or_default()
}

const fn tallied(state: &ExportReturnState) -> Option<&Tallied> {
    match state {
        ExportReturnState::UnderExamination(tallied)
        | ExportReturnState::Completed { tallied, .. } => Some(tallied),
        ExportReturnState::Stored
        | ExportReturnState::Admitted
        | ExportReturnState::Refused
        | ExportReturnState::Deleted => None,
    }
}

fn differs(tallied: &Tallied) -> Vec<&'static str> {
    tallied.discrepancies.iter().map(|one| one.zh()).collect()
}
