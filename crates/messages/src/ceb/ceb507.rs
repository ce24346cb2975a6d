//! Arrival reports (运抵单; CEB507) and the responses to them (CEB508).

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{FunctionalReference, ProvisionalNumber, WaybillNumber};
use tongguan_domain::movement::{ArrivalReport, ReportedParcel};
use tongguan_domain::official::export::ARRIVAL as OFFICIAL;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N5, N9, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB507.
pub static ARRIVALS: Layout = Layout {
    root: "CEB507Message",
    zh: "运抵单",
    en: "arrival reports",
    document: "Arrival",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::ANY },
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB508.
pub static RESPONSES: Layout =
    response::layout(["CEB508Message", "运抵单回执", "responses to arrival reports"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&ARRIVALS, MessageType::Ceb508, |rows, place, findings| {
        arrival(rows, place, findings).map(Box::new).map(Document::Arrival)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `ArrivalHead`.
pub static HEAD: Entity = Entity::new("ArrivalHead", "运抵单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared; an empty element stands for 1", exactly(1)).default("1");
    required("customsCode", "申报海关代码", "customs office, four digits", exactly(4));
    required("copNo", "企业内部编号", "the sender's own number, its key", up_to(30));
    optional("preNo", "预录入编号", "number given by the port: B, day, nine digits", exactly(18));
    required("operatorCode", "监管场所经营人代码", "customs code or credit code of who runs the place", up_to(18));
    required("operatorName", "监管场所经营人名称", "its registered name", up_to(100));
    optional("loctNo", "监管场所代码", "supervised place, where the office has several", up_to(10));
    required("ieFlag", "进出口标记", "E: export", exactly(1));
    required("trafMode", "运输方式", "mode of transport, one character", exactly(1)).collapsed();
    optional("billNo", "提运单号", "bill of lading, air waybill or truck manifest", up_to(37));
    required("domesticTrafNo", "境内运输工具编号", "the vehicle that brought the parcels", up_to(100)).collapsed();
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", up_to(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", up_to(100));
    required("msgCount", "报文总数", "how many parts the document was split into; 1 when it was not", N9);
    required("msgSeqNo", "报文序号", "which part this is, from 1", N9);
    optional("note", "备注", "free text", up_to(1000));
};

/// `ArrivalList`.
pub static LINE: Entity = Entity::new("ArrivalList", "运抵单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "序号", "line number, from 1", N5);
    required("logisticsNo", "物流运单编号", "the waybill number", up_to(32));
    optional("totalPackageNo", "总包号", "bag or pallet within the bill", up_to(37));
    optional("note", "备注", "free text", up_to(1000));
};

/// `ArrivalReturn`.
pub static RETURN: Entity = Entity::new("ArrivalReturn", "运抵单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the document", exactly(36));
    required("operatorCode", "监管场所经营人代码", "the operator, as reported", up_to(18));
    required("logisticsCode", "物流企业代码", "the carrier, as reported", up_to(18));
    required("preNo", "预录入编号", "number given by the port", exactly(18));
    required("copNo", "企业内部编号", "the sender's own number", up_to(30));
    required("billNo", "提运单号", "the bill, as reported", up_to(37));
    required("msgSeqNo", "报文序号", "which part is answered", N9);
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of arrival reports, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    arrivals: impl IntoIterator<Item = &'d ArrivalReport>,
) -> Result<String, Vec<Defect>> {
    write_request(&ARRIVALS, envelope, arrivals, |writer, place, arrival| {
        writer.document(place, arrival, &arrival.parcels, write_head, write_line);
    })
}

/// From the wire to the domain.
fn arrival(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ArrivalReport> {
    let parcels = rows.lines(&LINE, place, &OFFICIAL.parameter, findings, line);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &OFFICIAL.parameter, findings);
    built!(ArrivalReport {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        reference: head.id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        operator: head.party(at!(HEAD, "operatorCode"), at!(HEAD, "operatorName")),
        facility: head.optional(at!(HEAD, "loctNo")),
        direction: head.text(at!(HEAD, "ieFlag")),
        transport_mode: head.text(at!(HEAD, "trafMode")),
        bill_no: head.optional(at!(HEAD, "billNo")),
        domestic_vehicle: head.text(at!(HEAD, "domesticTrafNo")),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        part: head.part(at!(HEAD, "msgCount"), at!(HEAD, "msgSeqNo")),
        note: head.optional(at!(HEAD, "note")),
        parcels: parcels,
    })
}

fn line(line: &mut Cells<'_, '_>) -> Option<ReportedParcel> {
    built!(ReportedParcel {
        number: line.integer(at!(LINE, "gnum")),
        waybill_no: line.id(at!(LINE, "logisticsNo"), WaybillNumber::parse),
        bag_no: line.optional(at!(LINE, "totalPackageNo")),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, arrival: &ArrivalReport) {
    head.filing(&arrival.filing);
    head.display(at!(HEAD, "customsCode"), arrival.office);
    head.text(at!(HEAD, "copNo"), arrival.reference.as_str());
    let provisional = arrival.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    head.party(at!(HEAD, "operatorCode"), at!(HEAD, "operatorName"), &arrival.operator);
    head.optional(at!(HEAD, "loctNo"), arrival.facility.as_deref());
    head.text(at!(HEAD, "ieFlag"), &arrival.direction);
    head.text(at!(HEAD, "trafMode"), &arrival.transport_mode);
    head.optional(at!(HEAD, "billNo"), arrival.bill_no.as_deref());
    head.text(at!(HEAD, "domesticTrafNo"), &arrival.domestic_vehicle);
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &arrival.carrier);
    head.display(at!(HEAD, "msgCount"), arrival.part.of());
    head.display(at!(HEAD, "msgSeqNo"), arrival.part.number());
    head.optional(at!(HEAD, "note"), arrival.note.as_deref());
}

fn write_line(writer: &mut Writer, place: Place<'_>, line: &ReportedParcel) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), line.number);
    row.text(at!(LINE, "logisticsNo"), line.waybill_no.as_str());
    row.optional(at!(LINE, "totalPackageNo"), line.bag_no.as_deref());
    row.optional(at!(LINE, "note"), line.note.as_deref());
    row.end();
}
