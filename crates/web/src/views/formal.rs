//! Formal declarations (报关单), and the requests that they came of.

use serde::Serialize;
use tongguan_application::clearing::consolidation::{Answers, FormalRecord, RequestRecord};
use tongguan_application::export_returns::Amendment;
use tongguan_domain::consolidation::RequestState;
use tongguan_domain::formal::{FormalLine, LineOf, Measured};
use tongguan_domain::party::NamedParty;
use tongguan_messages::formal::FormalDocument;
use utoipa::ToSchema;

/// A request to consolidate (汇总申请单), and how far it has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsolidationView {
    /// 汇总申请编号.
    number: String,
    /// 企业内部编号; the number itself where the office opened it.
    reference: String,
    /// Whether the office opened it.
    by_office: bool,
    /// 申报地海关.
    office: String,
    /// 电商企业: its code.
    merchant: String,
    /// When its first part came.
    accepted_at: String,
    /// `gathering` while parts are missing, `accepted`, `running`, `done`, or `refused` where nothing can be
    /// consolidated.
    state: &'static str,
    /// Whether there is something left to do.
    is_open: bool,
    /// How many parts it has.
    parts: u32,
    /// How many of them came.
    arrived: usize,
    /// Formal declarations made so far.
    forms: u64,
    /// Declarations that went into them.
    declarations: u64,
    /// Declarations that did not.
    left_out: u64,
}

/// A formal declaration in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormalRowView {
    /// 报关单编号.
    number: String,
    /// 汇总申请编号: the request.
    request: String,
    /// When it was made.
    made_at: String,
    /// 申报地海关.
    office: String,
    /// 收发货人: its code.
    merchant: String,
    /// 出境关别.
    exit_office: String,
    /// 运抵国.
    arrival_country: String,
    /// Its lines.
    lines: usize,
    /// The declarations that it was made of.
    declarations: usize,
    /// 毛重, kilograms.
    gross_weight_kg: String,
}

/// A formal declaration: the values of its file, under the names of docs/reference/formal-declaration.md.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormalView {
    /// 报关单编号.
    number: String,
    /// 汇总统一编号.
    consolidated_no: String,
    /// 汇总申请编号.
    request_no: String,
    /// When it was made.
    made_at: String,
    /// 申报地海关.
    office: String,
    /// 申报企业.
    declarant: FormalPartyView,
    /// 收发货人.
    merchant: FormalPartyView,
    /// 报关单位.
    formal_declarant: FormalPartyView,
    /// 生产销售单位.
    producer: String,
    /// 运输方式.
    transport_mode: String,
    /// 运抵国.
    arrival_country: String,
    /// 出境关别.
    exit_office: String,
    /// 毛重, kilograms.
    gross_weight_kg: String,
    /// 净重, kilograms.
    net_weight_kg: String,
    /// 表体.
    lines: Vec<FormalLineView>,
}

/// A party of a formal declaration.
#[derive(Debug, Serialize, ToSchema)]
struct FormalPartyView {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
}

/// A line of a formal declaration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FormalLineView {
    /// 商品序号, from 1.
    number: u32,
    /// 商品编码.
    hs_code: String,
    /// 商品名称.
    name: String,
    /// 企业商品名称.
    item_name: Option<String>,
    /// 最终目的国.
    destination: String,
    /// 币制.
    currency: String,
    /// 总价.
    value: String,
    /// 成交数量.
    declared: MeasuredView,
    /// 法定数量.
    statutory: MeasuredView,
    /// 第二数量.
    second: Option<MeasuredView>,
    /// The lines of declarations that it was made of.
    sources: Vec<SourceView>,
}

/// A quantity with its unit.
#[derive(Debug, Serialize, ToSchema)]
struct MeasuredView {
    /// How much.
    quantity: String,
    /// 计量单位.
    unit: String,
}

/// A line of an export declaration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SourceView {
    /// 清单编号.
    declaration_no: String,
    /// 商品序号.
    line: i32,
}

/// A line of a formal declaration that has to be amended.
#[derive(Debug, Serialize, ToSchema)]
pub struct AmendmentView {
    /// Its line, from 1.
    formal_line: usize,
    /// 清单编号 of the export declaration of which goods came back.
    invt_no: String,
    /// The return because of which.
    r#return: String,
    /// The line of the export declaration.
    line: i32,
    /// How much of that is back.
    quantity: String,
    /// 计量单位.
    unit: String,
    /// When the goods were let in.
    released_at: String,
}

impl ConsolidationView {
    /// Of a request.
    pub fn of(request: &RequestRecord) -> Self {
        let progress = request.state.progress();
        Self {
            number: request.number.to_string(),
            reference: request.key.reference.to_string(),
            by_office: matches!(request.answers, Answers::Mailbox(_)),
            office: request.terms.office.to_string(),
            merchant: request.terms.merchant.code.to_string(),
            accepted_at: request.accepted_at.to_string(),
            state: state(request.state),
            is_open: request.state.is_open(),
            parts: request.parts,
            arrived: request.arrived.len(),
            forms: progress.forms,
            declarations: progress.declarations,
            left_out: progress.left_out,
        }
    }
}

impl FormalRowView {
    /// Of a formal declaration.
    pub fn of(formal: &FormalRecord) -> Self {
        let head = &formal.form.head;
        Self {
            number: formal.number.to_string(),
            request: formal.request.to_string(),
            made_at: formal.made_at.to_string(),
            office: formal.office.to_string(),
            merchant: formal.merchant.code.to_string(),
            exit_office: head.exit_office.to_string(),
            arrival_country: head.arrival_country.to_string(),
            lines: formal.form.lines.len(),
            declarations: formal.declarations.len(),
            gross_weight_kg: formal.form.gross_weight_kg.to_string(),
        }
    }
}

impl FormalView {
    /// Of a formal declaration.
    pub fn of(formal: &FormalRecord) -> Self {
        let head = &formal.form.head;
        let lines = formal.form.lines.iter().zip(1..);
        Self {
            number: formal.number.to_string(),
            consolidated_no: formal.consolidated_no.to_string(),
            request_no: formal.request.to_string(),
            made_at: formal.made_at.to_string(),
            office: formal.office.to_string(),
            declarant: FormalPartyView::of(&formal.declarant),
            merchant: FormalPartyView::of(&formal.merchant),
            formal_declarant: FormalPartyView::of(&formal.formal_declarant),
            producer: head.producer.to_string(),
            transport_mode: head.transport_mode.to_string(),
            arrival_country: head.arrival_country.to_string(),
            exit_office: head.exit_office.to_string(),
            gross_weight_kg: formal.form.gross_weight_kg.to_string(),
            net_weight_kg: formal.form.net_weight_kg.to_string(),
            lines: lines.map(|(line, number)| FormalLineView::of(line, number)).collect(),
        }
    }
}

impl FormalPartyView {
    fn of(party: &NamedParty) -> Self {
        Self { code: party.code.to_string(), name: party.name.clone() }
    }
}

impl FormalLineView {
    fn of(line: &FormalLine, number: u32) -> Self {
        Self {
            number,
            hs_code: line.goods.hs_code.to_string(),
            name: line.goods.name.to_string(),
            item_name: line.goods.item_name.as_deref().map(Into::into),
            destination: line.goods.destination.to_string(),
            currency: line.goods.currency.to_string(),
            value: line.value.value().to_string(),
            declared: MeasuredView::of(&line.declared),
            statutory: MeasuredView::of(&line.statutory),
            second: line.second.as_ref().map(MeasuredView::of),
            sources: line.sources.iter().map(SourceView::of).collect(),
        }
    }
}

impl MeasuredView {
    fn of(measured: &Measured) -> Self {
        Self { quantity: measured.quantity.to_string(), unit: measured.unit.to_string() }
    }
}

impl SourceView {
    fn of(source: &LineOf) -> Self {
        Self { declaration_no: source.declaration.to_string(), line: source.line }
    }
}

impl AmendmentView {
    /// Of an amendment.
    pub fn of(amendment: &Amendment) -> Self {
        let line = &amendment.line;
        Self {
            formal_line: line.formal_line,
            invt_no: amendment.declaration.to_string(),
            r#return: format!("{}/{}", amendment.declaration, amendment.id.n),
            line: line.line,
            quantity: line.quantity.to_string(),
            unit: line.unit.to_string(),
            released_at: amendment.released_at.to_string(),
        }
    }
}

/// The file of a formal declaration, as XML.
pub fn xml(formal: &FormalRecord) -> String {
    tongguan_messages::formal::write(FormalDocument {
        number: &formal.number,
        consolidated_no: &formal.consolidated_no,
        request: &formal.request,
        made_at: formal.made_at,
        office: formal.office,
        parties: [&formal.declarant, &formal.merchant, &formal.formal_declarant],
        form: &formal.form,
    })
}

/// Where a request stands, in a word.
pub const fn state(state: RequestState) -> &'static str {
    match state {
        RequestState::Gathering => "gathering",
        RequestState::Accepted => "accepted",
        RequestState::Running(_) => "running",
        RequestState::Done(_) => "done",
        RequestState::Refused(_) => "refused",
    }
}
