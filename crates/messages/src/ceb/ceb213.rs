//! Requests to return exported goods (退货申请单; CEB213) and the responses to them (CEB214).

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::official::export::RETURN as OFFICIAL;
use tongguan_domain::returns::{ExportReturnItem, ExportReturnRequest, ReturnTransport};

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Form, Layout, N19_5, Occurs, Trailer, at, exactly, fields,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB213.
pub static RETURNS: Layout = Layout {
    root: "CEB213Message",
    zh: "退货申请单",
    en: "requests to return exported goods",
    document: "InvtRefund",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::up_to(100) },
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB214.
pub static RESPONSES: Layout = response::layout(
    ["CEB214Message", "退货申请单回执", "responses to requests to return exported goods"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&RETURNS, MessageType::Ceb214, |rows, place, findings| {
        return_request(rows, place, findings).map(Box::new).map(Document::ExportReturn)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `InvtRefundHead`.
pub static HEAD: Entity = Entity::new("InvtRefundHead", "退货申请单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", exactly(1));
    required("customsCode", "申报海关代码", "customs office of declaration, four digits", exactly(4));
    optional("loctNo", "监管场所代码", "supervised place, where the office has several", up_to(10));
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform", up_to(18));
    required("ebpName", "电商平台名称", "the platform's registered name", up_to(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", up_to(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    required("logisticsNo", "物流运单编号", "number of the original waybill, or of the one inbound", up_to(80));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", up_to(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", up_to(100));
    required("coElNo", "企业内部编号", "the merchant's own number for the request, its key", up_to(30));
    optional("preNo", "预录入编号", "number given by the port", up_to(18));
    required("invtNo", "清单编号", "number that customs gave to the export declaration", up_to(20));
    optional("tradeMode", "贸易方式", "9661 general, 1261 from a zone; the specification's text demands it", exactly(4));
    required("agentCode", "申报企业代码", "customs code or credit code of the declarant", up_to(18));
    required("agentName", "申报企业名称", "the declarant's registered name", up_to(100));
    required("billNo", "提运单号", "bill of lading, air waybill or truck manifest; else the waybill number", up_to(37));
    required("ieFlag", "进出口标记", "I: the goods come back", up_to(1));
    required("trafMode", "运输方式", "mode of transport, one character", up_to(1));
    required("trafName", "运输工具名称", "vehicle, vessel or flight", up_to(100));
    required("portCode", "口岸海关代码", "customs office of entry, four digits", up_to(4));
    required("reason", "原因", "why, in words", up_to(500));
    required("country", "起运国", "customs country code of departure, not China", up_to(3));
    required("voyageNo", "航班航次号", "voyage or flight number", up_to(32));
    optional("note", "备注", "free text", up_to(500));
};

/// `InvtRefundList`.
pub static LINE: Entity = Entity::new("InvtRefundList", "退货申请单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "商品序号", "line number of the export declaration", Form::Integer { digits: Some(4) });
    required("gcode", "商品编码", "code of the tariff, as declared", up_to(10));
    required("gname", "商品名称", "the name declared", up_to(250));
    required("gmodel", "商品规格型号", "the specification declared", up_to(250));
    required("qty", "数量", "quantity in the declared unit, at most what was declared", N19_5);
    required("qty1", "法定数量", "quantity in the first statutory unit, likewise", N19_5);
    required("unit", "计量单位", "customs unit code", exactly(3));
    required("unit1", "法定计量单位", "first statutory unit", exactly(3));
    optional("qty2", "第二数量", "quantity in the second statutory unit, likewise", N19_5);
    optional("unit2", "第二计量单位", "second statutory unit", exactly(3));
    optional("note", "备注", "free text", up_to(500));
};

/// `RefundReturn`.
pub static RETURN: Entity = Entity::new("RefundReturn", "退货申请单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the request's document", exactly(36));
    optional("ebpCode", "电商平台代码", "the platform, as on the request", up_to(18));
    optional("ebcCode", "电商企业代码", "the merchant, as on the request", up_to(18));
    required("agentCode", "申报企业代码", "the declarant, as on the request", up_to(18));
    required("coElNo", "企业内部编号", "the merchant's own number for the request", up_to(30));
    optional("preNo", "预录入编号", "number given by the port", up_to(18));
    required("invtNo", "清单编号", "number that customs gave to the export declaration", up_to(20));
    required("returnStatus", "回执状态", "status, or a negative error number", up_to(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of returns, without a signature.
///
/// # Errors
/// Everything that the schema would refuse, such as a return without lines.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    returns: impl IntoIterator<Item = &'d ExportReturnRequest>,
) -> Result<String, Vec<Defect>> {
    write_request(&RETURNS, envelope, returns, |writer, place, request| {
        writer.document(place, request, &request.items, write_head, write_item);
    })
}

/// From the wire to the domain.
fn return_request(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ExportReturnRequest> {
    let items = rows.lines(&LINE, place, &OFFICIAL.parameter, findings, item);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &OFFICIAL.parameter, findings);
    built!(ExportReturnRequest {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        facility: head.optional(at!(HEAD, "loctNo")),
        platform: head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        waybill_no: head.id(at!(HEAD, "logisticsNo"), WaybillNumber::parse),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        reference: head.id(at!(HEAD, "coElNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        declaration_no: head.id(at!(HEAD, "invtNo"), DeclarationNumber::parse),
        mode: head.optional(at!(HEAD, "tradeMode")),
        declarant: head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName")),
        direction: head.text(at!(HEAD, "ieFlag")),
        transport: transport(&mut head),
        port: head.office(at!(HEAD, "portCode")),
        reason: head.text(at!(HEAD, "reason")),
        departure_country: head.text(at!(HEAD, "country")),
        note: head.optional(at!(HEAD, "note")),
        items: items,
    })
}

fn transport(head: &mut Cells<'_, '_>) -> Option<ReturnTransport> {
    built!(ReturnTransport {
        bill_no: head.text(at!(HEAD, "billNo")),
        mode: head.text(at!(HEAD, "trafMode")),
        vehicle: head.text(at!(HEAD, "trafName")),
        voyage: head.text(at!(HEAD, "voyageNo")),
    })
}

fn item(line: &mut Cells<'_, '_>) -> Option<ExportReturnItem> {
    built!(ExportReturnItem {
        number: line.integer(at!(LINE, "gnum")),
        hs_code: line.text(at!(LINE, "gcode")),
        name: line.text(at!(LINE, "gname")),
        specification: line.text(at!(LINE, "gmodel")),
        quantity: line.decimal(at!(LINE, "qty")),
        unit: line.text(at!(LINE, "unit")),
        statutory_quantity: line.decimal(at!(LINE, "qty1")),
        statutory_unit: line.text(at!(LINE, "unit1")),
        second_quantity: line.optional_decimal(at!(LINE, "qty2")),
        second_unit: line.optional(at!(LINE, "unit2")),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, request: &ExportReturnRequest) {
    let transport = &request.transport;
    head.filing(&request.filing);
    head.display(at!(HEAD, "customsCode"), request.office);
    head.optional(at!(HEAD, "loctNo"), request.facility.as_deref());
    head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName"), &request.platform);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &request.merchant);
    head.text(at!(HEAD, "logisticsNo"), request.waybill_no.as_str());
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &request.carrier);
    head.text(at!(HEAD, "coElNo"), request.reference.as_str());
    let provisional = request.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    head.text(at!(HEAD, "invtNo"), request.declaration_no.as_str());
    head.optional(at!(HEAD, "tradeMode"), request.mode.as_deref());
    head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName"), &request.declarant);
    head.text(at!(HEAD, "billNo"), &transport.bill_no);
    head.text(at!(HEAD, "ieFlag"), &request.direction);
    head.text(at!(HEAD, "trafMode"), &transport.mode);
    head.text(at!(HEAD, "trafName"), &transport.vehicle);
    head.display(at!(HEAD, "portCode"), request.port);
    head.text(at!(HEAD, "reason"), &request.reason);
    head.text(at!(HEAD, "country"), &request.departure_country);
    head.text(at!(HEAD, "voyageNo"), &transport.voyage);
    head.optional(at!(HEAD, "note"), request.note.as_deref());
}

fn write_item(writer: &mut Writer, place: Place<'_>, item: &ExportReturnItem) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), item.number);
    row.text(at!(LINE, "gcode"), &item.hs_code);
    row.text(at!(LINE, "gname"), &item.name);
    row.text(at!(LINE, "gmodel"), &item.specification);
    row.number(at!(LINE, "qty"), item.quantity);
    row.number(at!(LINE, "qty1"), item.statutory_quantity);
    row.text(at!(LINE, "unit"), &item.unit);
    row.text(at!(LINE, "unit1"), &item.statutory_unit);
    if let Some(quantity) = item.second_quantity {
        row.number(at!(LINE, "qty2"), quantity);
    }
    row.optional(at!(LINE, "unit2"), item.second_unit.as_deref());
    row.optional(at!(LINE, "note"), item.note.as_deref());
    row.end();
}
