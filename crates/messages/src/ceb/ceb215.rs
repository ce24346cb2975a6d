//! Tallies of returned exports (退货理货明细单; CEB215) and the responses to them (CEB216).

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::official::export::TALLY as OFFICIAL;
use tongguan_domain::returns::{ReturnTally, ReturnTransport};

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, Occurs, Trailer, at, exactly, fields, optional, required,
    up_to,
};
use crate::write::{EntityWriter, Envelope, write_request};

/// CEB215.
pub static TALLIES: Layout = Layout {
    root: "CEB215Message",
    zh: "退货理货明细单",
    en: "tallies of returned exports",
    document: "InvtRefundDetail",
    documents: Occurs::up_to(100),
    body: Body::Flat(&HEAD),
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB216.
pub static RESPONSES: Layout = response::layout(
    ["CEB216Message", "退货理货明细单回执", "responses to tallies of returned exports"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&TALLIES, MessageType::Ceb216, |rows, place, findings| {
        tally(rows, place, findings).map(Box::new).map(Document::ReturnTally)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `InvtRefundDetail`.
pub static HEAD: Entity = Entity::new("InvtRefundDetail", "退货理货明细单", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", exactly(1));
    required("customsCode", "申报海关代码", "customs office, four digits", exactly(4));
    required("operatorCode", "监管场所经营人代码", "customs code or credit code of the facility's operator", up_to(18));
    required("operatorName", "监管场所经营人名称", "the operator's registered name", up_to(100));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", up_to(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", up_to(100));
    required("logisticsNo", "物流运单编号", "number of the original waybill, or of the one inbound", up_to(80));
    optional("invtNo", "清单编号", "number that customs gave to the export declaration", up_to(20));
    required("coElNo", "企业内部编号", "the operator's own number for the tally, its key", up_to(20));
    optional("preNo", "预录入编号", "number given by the port", up_to(18));
    required("billNo", "提运单号", "bill of lading, air waybill or truck manifest; else the waybill number", up_to(37));
    required("ieFlag", "进出口标记", "I: the goods come back", exactly(1));
    required("trafMode", "运输方式", "mode of transport, one character", exactly(1));
    required("trafName", "运输工具名称", "vehicle, vessel or flight", up_to(100));
    required("voyageNo", "航班航次号", "voyage or flight number", up_to(32));
    optional("location", "仓储位置", "where the parcel lies", up_to(250));
    optional("note", "备注", "free text", up_to(250));
};

/// `InvtRefundDetailReturn`.
pub static RETURN: Entity =
    Entity::new("InvtRefundDetailReturn", "退货理货明细单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the tally's document", exactly(36));
    required("operatorCode", "监管场所经营人代码", "the operator, as on the tally", up_to(18));
    required("logisticsCode", "物流企业代码", "the carrier, as on the tally", up_to(18));
    required("logisticsNo", "物流运单编号", "the waybill number", up_to(80));
    required("coElNo", "企业内部编号", "the operator's own number for the tally", up_to(30));
    optional("preNo", "预录入编号", "number given by the port", up_to(18));
    required("returnStatus", "回执状态", "status, or a negative error number", up_to(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of tallies, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    tallies: impl IntoIterator<Item = &'d ReturnTally>,
) -> Result<String, Vec<Defect>> {
    write_request(&TALLIES, envelope, tallies, |writer, place, tally| {
        let mut head = writer.entity(&HEAD, *place);
        write_head(&mut head, tally);
        head.end();
    })
}

/// From the wire to the domain.
fn tally(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<ReturnTally> {
    let mut head = Cells::new(&rows.head, *place, &OFFICIAL.parameter, findings);
    built!(ReturnTally {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        operator: head.party(at!(HEAD, "operatorCode"), at!(HEAD, "operatorName")),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        waybill_no: head.id(at!(HEAD, "logisticsNo"), WaybillNumber::parse),
        declaration_no: head.optional_id(at!(HEAD, "invtNo"), DeclarationNumber::parse),
        reference: head.id(at!(HEAD, "coElNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        direction: head.text(at!(HEAD, "ieFlag")),
        transport: transport(&mut head),
        location: head.optional(at!(HEAD, "location")),
        note: head.optional(at!(HEAD, "note")),
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

fn write_head(head: &mut EntityWriter<'_>, tally: &ReturnTally) {
    let transport = &tally.transport;
    head.filing(&tally.filing);
    head.display(at!(HEAD, "customsCode"), tally.office);
    head.party(at!(HEAD, "operatorCode"), at!(HEAD, "operatorName"), &tally.operator);
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &tally.carrier);
    head.text(at!(HEAD, "logisticsNo"), tally.waybill_no.as_str());
    let number = tally.declaration_no.as_ref().map(DeclarationNumber::as_str);
    head.optional(at!(HEAD, "invtNo"), number);
    head.text(at!(HEAD, "coElNo"), tally.reference.as_str());
    let provisional = tally.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    head.text(at!(HEAD, "billNo"), &transport.bill_no);
    head.text(at!(HEAD, "ieFlag"), &tally.direction);
    head.text(at!(HEAD, "trafMode"), &transport.mode);
    head.text(at!(HEAD, "trafName"), &transport.vehicle);
    head.text(at!(HEAD, "voyageNo"), &transport.voyage);
    head.optional(at!(HEAD, "location"), tally.location.as_deref());
    head.optional(at!(HEAD, "note"), tally.note.as_deref());
}
