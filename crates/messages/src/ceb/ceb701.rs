//! Requests to consolidate export declarations (汇总申请单; CEB701) and the responses to them (CEB702).

use tongguan_domain::consolidation::{ConsolidationRequest, GoodsNaming, Grouping, Scope};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    ConsolidationNumber, DeclarationNumber, FunctionalReference, ProvisionalNumber,
};
use tongguan_domain::official::export::CONSOLIDATION as OFFICIAL;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N9, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, write_request};

/// CEB701.
pub static CONSOLIDATIONS: Layout = Layout {
    root: "CEB701Message",
    zh: "汇总申请单",
    en: "requests to consolidate export declarations",
    document: "SummaryApply",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::ANY },
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB702.
pub static RESPONSES: Layout = response::layout(
    ["CEB702Message", "汇总申请单回执", "responses to requests to consolidate"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&CONSOLIDATIONS, MessageType::Ceb702, |rows, place, findings| {
        request(rows, place, findings).map(Box::new).map(Document::Consolidation)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `SummaryApplyHead`.
pub static HEAD: Entity = Entity::new("SummaryApplyHead", "汇总申请单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared; an empty element stands for 2", exactly(1)).default("2");
    required("customsCode", "申报海关代码", "customs office of declaration, four digits", exactly(4));
    required("copNo", "企业内部编号", "the declarant's own number for the request, its key", up_to(30));
    optional("preNo", "预录入编号", "number given by the port", up_to(18));
    optional("sumNo", "汇总申请编号", "number given by customs", up_to(18));
    required("agentCode", "申报企业代码", "customs code or credit code of the declarant", up_to(18));
    required("agentName", "申报企业名称", "the declarant's registered name", up_to(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", up_to(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    required("declAgentCode", "报关单位代码", "who lodges the formal declaration", up_to(18)).misprinted("declagAgentCode");
    required("declAgentName", "报关单位名称", "its registered name", up_to(100));
    optional("startTime", "汇总开始时间", "start of the period, YYYYMMDDhhmmss; the list is then ignored", exactly(14));
    optional("endTime", "汇总结束时间", "end of the period, YYYYMMDDhhmmss", exactly(14));
    optional("loctNo", "监管场所代码", "supervised place, where the office has several", up_to(10));
    required("summaryFlag", "收发货人汇总标志", "1 by consignor, 2 by consignor and producer or seller", exactly(1));
    required("itemNameFlag", "按商品名汇总标志", "1 by the name declared, else by a generic name", exactly(1));
    required("msgCount", "报文总数", "number of parts; 1 when it is not split", N9);
    required("msgSeqNo", "报文序号", "which part, from 1", N9);
    optional("note", "备注", "free text", up_to(1000));
};

/// `SummaryApplyList`.
pub static LINE: Entity = Entity::new("SummaryApplyList", "汇总申请单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("invtNo", "清单编号", "number that customs gave to an export declaration", up_to(20));
};

/// `SummaryReturn`.
pub static RETURN: Entity = Entity::new("SummaryReturn", "汇总申请单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the request's document", exactly(36));
    required("agentCode", "申报企业代码", "the declarant, as on the request", up_to(18));
    required("ebcCode", "电商企业代码", "the merchant, as on the request", up_to(18));
    required("copNo", "企业内部编号", "the declarant's own number for the request", up_to(30));
    required("preNo", "预录入编号", "number given by the port", exactly(18));
    optional("sumNo", "汇总申请编号", "number given by customs", exactly(18));
    required("msgSeqNo", "报文序号", "which part, from 1", N9);
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of requests to consolidate, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    requests: impl IntoIterator<Item = &'d ConsolidationRequest>,
) -> Result<String, Vec<Defect>> {
    write_request(&CONSOLIDATIONS, envelope, requests, |writer, place, request| {
        writer.open(CONSOLIDATIONS.document);
        let mut head = writer.entity(&HEAD, place.child(HEAD.name));
        write_head(&mut head, request);
        head.end();
        if let Scope::Declarations(numbers) = &request.scope {
            for (index, number) in numbers.iter().enumerate() {
                let mut row = writer.entity(&LINE, place.nth(LINE.name, index + 1));
                row.text(at!(LINE, "invtNo"), number.as_str());
                row.end();
            }
        }
        writer.close(CONSOLIDATIONS.document);
    })
}

/// From the wire to the domain.
fn request(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ConsolidationRequest> {
    let scope = scope(rows, place, findings);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &OFFICIAL.parameter, findings);
    built!(ConsolidationRequest {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        reference: head.id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        consolidation_no: head.optional_id(at!(HEAD, "sumNo"), ConsolidationNumber::parse),
        declarant: head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        formal_declarant: head.party(at!(HEAD, "declAgentCode"), at!(HEAD, "declAgentName")),
        scope: scope,
        facility: head.optional(at!(HEAD, "loctNo")),
        grouping: head.one_of(at!(HEAD, "summaryFlag"), Grouping::from_wire, "1|2"),
        naming: head.text(at!(HEAD, "itemNameFlag")).map(|flag| GoodsNaming::from_wire(&flag)),
        part: head.part(at!(HEAD, "msgCount"), at!(HEAD, "msgSeqNo")),
        note: head.optional(at!(HEAD, "note")),
    })
}

/// A period when either of its ends is there, which then needs the other; the list otherwise.
fn scope(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<Scope> {
    let mut head = Cells::new(&rows.head, place.child(HEAD.name), &OFFICIAL.parameter, findings);
    let (start, end) = (at!(HEAD, "startTime"), at!(HEAD, "endTime"));
    if head.is_blank(start) && head.is_blank(end) {
        if rows.lines.is_empty() {
            let pointer = place.child(LINE.name).to_string();
            findings.push(Defect::at(&OFFICIAL.no_lines, pointer));
            return None;
        }
        let number =
            |line: &mut Cells<'_, '_>| line.id(at!(LINE, "invtNo"), DeclarationNumber::parse);
        let numbers = rows.lines(&LINE, place, &OFFICIAL.parameter, findings, number);
        return numbers.map(Scope::Declarations);
    }
    let (from, until) = (head.moment(start), head.moment(end));
    let (from, until) = (from?, until?);
    if until < from {
        return head.meaningless(end, ">= startTime");
    }
    Some(Scope::Period { from, until })
}

fn write_head(head: &mut EntityWriter<'_>, request: &ConsolidationRequest) {
    head.filing(&request.filing);
    head.display(at!(HEAD, "customsCode"), request.office);
    head.text(at!(HEAD, "copNo"), request.reference.as_str());
    let provisional = request.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    let number = request.consolidation_no.as_ref().map(ConsolidationNumber::as_str);
    head.optional(at!(HEAD, "sumNo"), number);
    head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName"), &request.declarant);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &request.merchant);
    head.party(at!(HEAD, "declAgentCode"), at!(HEAD, "declAgentName"), &request.formal_declarant);
    if let Scope::Period { from, until } = request.scope {
        head.seconds(at!(HEAD, "startTime"), from);
        head.seconds(at!(HEAD, "endTime"), until);
    }
    head.optional(at!(HEAD, "loctNo"), request.facility.as_deref());
    head.text(at!(HEAD, "summaryFlag"), request.grouping.to_wire());
    head.text(at!(HEAD, "itemNameFlag"), request.naming.to_wire());
    head.display(at!(HEAD, "msgCount"), request.part.of());
    head.display(at!(HEAD, "msgSeqNo"), request.part.number());
    head.optional(at!(HEAD, "note"), request.note.as_deref());
}
