//! What export declarations were consolidated into (汇总结果单; CEB792).

use tongguan_domain::consolidation::{ConsolidatedLine, ConsolidationResult};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    ConsolidatedNumber, ConsolidationNumber, DeclarationNumber, FormalDeclarationNumber, Guid,
    ProvisionalNumber, WaybillNumber,
};

use crate::ceb::Definition;
use crate::read::place::Place;
use crate::read::{Answer, Cells, Rows, built, rules};
use crate::response;
use crate::table::{
    Body, Entity, Field, Layout, N5, N9, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Style, Writer};

/// CEB792.
pub static RESULTS: Layout = Layout {
    root: "CEB792Message",
    zh: "汇总结果单",
    en: "results of consolidating export declarations",
    document: "SummaryResult",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::ANY },
    trailer: Trailer::None,
    faults: response::FAULTS,
};

pub(super) static ISSUE: Definition = Definition::issue(&RESULTS, |rows, place, findings| {
    result(rows, place, findings).map(Box::new).map(Answer::ConsolidationResult)
});

/// `SummaryResultHead`.
pub static HEAD: Entity = Entity::new("SummaryResultHead", "汇总结果单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "unique number of the result's document", exactly(36));
    required("customsCode", "申报海关代码", "customs office of declaration, four digits", exactly(4));
    required("sumNo", "汇总申请编号", "number that customs gave to the request", exactly(18));
    required("opDate", "汇总处理时间", "time of the result, YYYYMMDDhhmmssSSS", exactly(17));
    required("declSeqNo", "汇总统一编号", "number of the result, one for each formal declaration", exactly(18));
    optional("decTmpNo", "电子口岸暂存编号", "number under which the port stores the formal declaration", exactly(18));
    optional("decPreNo", "电子口岸预录入编号", "number that the port gave to it", exactly(18));
    optional("entryId", "报关单编号", "number that customs gave to it", exactly(18));
    required("decState", "报关单状态", "its state, as customs says it", filled(3));
    required("agentCode", "申报企业代码", "the declarant, as on the request", up_to(18));
    required("agentName", "申报企业名称", "the declarant's registered name", up_to(100));
    required("ebcCode", "电商企业代码", "the merchant, as on the request", up_to(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    required("declAgentCode", "报关单位代码", "who lodges the formal declaration", up_to(18)).misprinted("declagAgentCode");
    required("declAgentName", "报关单位名称", "its registered name", up_to(100));
    required("grossWeight", "毛重", "kilograms with packing", N19_5);
    required("netWeight", "净重", "kilograms without packing", N19_5);
    required("msgCount", "报文总数", "number of parts; 1 when it is not split", N9);
    required("msgSeqNo", "报文序号", "which part, from 1", N9);
    optional("note", "备注", "free text", up_to(1000));
};

/// `SummaryResultList`.
pub static LINE: Entity = Entity::new("SummaryResultList", "汇总结果单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("invtNo", "清单编号", "number that customs gave to an export declaration", up_to(20));
    required("logisticsNo", "物流运单编号", "the waybill number", up_to(32));
    required("gseqno", "顺序号", "line number of the formal declaration", N5);
    required("gnum", "商品序号", "line number of the export declaration", N5);
    required("gcode", "商品编码", "ten-digit code of the tariff", exactly(10));
};

/// Writes a message of results.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write(
    guid: &str,
    results: &[ConsolidationResult],
    style: Style,
) -> Result<String, Vec<Defect>> {
    let mut writer = Writer::answer(&RESULTS, guid, style);
    let root = Place::root(RESULTS.root);
    for (index, result) in results.iter().enumerate() {
        let place = root.nth(RESULTS.document, index + 1);
        writer.open(RESULTS.document);
        let mut head = writer.entity(&HEAD, place.child(HEAD.name));
        write_head(&mut head, result);
        head.end();
        for (index, line) in result.lines.iter().enumerate() {
            write_line(&mut writer, place.nth(LINE.name, index + 1), line);
        }
        writer.close(RESULTS.document);
    }
    writer.finish(results.len())
}

/// From the wire.
fn result(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ConsolidationResult> {
    let lines = rows.lines(&LINE, place, &rules::VALUE_MEANINGLESS, findings, line);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &rules::VALUE_MEANINGLESS, findings);
    built!(ConsolidationResult {
        guid: head.id(at!(HEAD, "guid"), Guid::parse),
        office: head.office(at!(HEAD, "customsCode")),
        consolidation_no: head.id(at!(HEAD, "sumNo"), ConsolidationNumber::parse),
        decided_at: head.moment_millis(at!(HEAD, "opDate")),
        number: head.id(at!(HEAD, "declSeqNo"), ConsolidatedNumber::parse),
        stored_no: head.optional(at!(HEAD, "decTmpNo")),
        provisional_no: head.optional_id(at!(HEAD, "decPreNo"), ProvisionalNumber::parse),
        formal_no: head.optional_id(at!(HEAD, "entryId"), FormalDeclarationNumber::parse),
        state: head.text(at!(HEAD, "decState")),
        declarant: head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        formal_declarant: head.party(at!(HEAD, "declAgentCode"), at!(HEAD, "declAgentName")),
        gross_weight_kg: head.decimal(at!(HEAD, "grossWeight")),
        net_weight_kg: head.decimal(at!(HEAD, "netWeight")),
        part: head.part(at!(HEAD, "msgCount"), at!(HEAD, "msgSeqNo")),
        note: head.optional(at!(HEAD, "note")),
        lines: lines,
    })
}

fn line(line: &mut Cells<'_, '_>) -> Option<ConsolidatedLine> {
    built!(ConsolidatedLine {
        declaration_no: line.id(at!(LINE, "invtNo"), DeclarationNumber::parse),
        waybill_no: line.id(at!(LINE, "logisticsNo"), WaybillNumber::parse),
        formal_line: line.integer(at!(LINE, "gseqno")),
        number: line.integer(at!(LINE, "gnum")),
        hs_code: line.text(at!(LINE, "gcode")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, result: &ConsolidationResult) {
    head.text(at!(HEAD, "guid"), result.guid.as_str());
    head.display(at!(HEAD, "customsCode"), result.office);
    head.text(at!(HEAD, "sumNo"), result.consolidation_no.as_str());
    head.millis(at!(HEAD, "opDate"), result.decided_at);
    head.text(at!(HEAD, "declSeqNo"), result.number.as_str());
    head.optional(at!(HEAD, "decTmpNo"), result.stored_no.as_deref());
    let provisional = result.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "decPreNo"), provisional);
    let formal = result.formal_no.as_ref().map(FormalDeclarationNumber::as_str);
    head.optional(at!(HEAD, "entryId"), formal);
    head.text(at!(HEAD, "decState"), &result.state);
    head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName"), &result.declarant);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &result.merchant);
    head.party(at!(HEAD, "declAgentCode"), at!(HEAD, "declAgentName"), &result.formal_declarant);
    head.number(at!(HEAD, "grossWeight"), result.gross_weight_kg);
    head.number(at!(HEAD, "netWeight"), result.net_weight_kg);
    head.display(at!(HEAD, "msgCount"), result.part.of());
    head.display(at!(HEAD, "msgSeqNo"), result.part.number());
    head.optional(at!(HEAD, "note"), result.note.as_deref());
}

fn write_line(writer: &mut Writer, place: Place<'_>, line: &ConsolidatedLine) {
    let mut row = writer.entity(&LINE, place);
    row.text(at!(LINE, "invtNo"), line.declaration_no.as_str());
    row.text(at!(LINE, "logisticsNo"), line.waybill_no.as_str());
    row.display(at!(LINE, "gseqno"), line.formal_line);
    row.display(at!(LINE, "gnum"), line.number);
    row.text(at!(LINE, "gcode"), &line.hs_code);
    row.end();
}
