//! Departure reports (离境单; CEB509) and the responses to them (CEB510).

use tongguan_domain::declaration::Transport;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{FunctionalReference, ProvisionalNumber, WaybillNumber};
use tongguan_domain::movement::{DepartureReport, ReportedParcel};
use tongguan_domain::official::export::DEPARTURE as OFFICIAL;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N5, N9, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB509.
pub static DEPARTURES: Layout = Layout {
    root: "CEB509Message",
    zh: "离境单",
    en: "departure reports",
    document: "Departure",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::SOME },
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB510.
pub static RESPONSES: Layout =
    response::layout(["CEB510Message", "离境单回执", "responses to departure reports"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&DEPARTURES, MessageType::Ceb510, |rows, place, findings| {
        departure(rows, place, findings).map(Box::new).map(Document::Departure)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `DepartureHead`.
pub static HEAD: Entity = Entity::new("DepartureHead", "离境单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", exactly(1));
    required("customsCode", "申报海关代码", "customs office, four digits", exactly(4));
    required("copNo", "企业内部编号", "the sender's own number, its key", up_to(30));
    optional("preNo", "预录入编号", "number given by the port: B, day, nine digits", exactly(18));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", up_to(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", up_to(100));
    required("trafMode", "运输方式", "mode of transport, one character", exactly(1)).collapsed();
    optional("trafName", "运输工具名称", "vehicle, vessel or flight", up_to(100));
    optional("voyageNo", "航班航次号", "voyage or flight number", up_to(32));
    optional("billNo", "提运单号", "bill of lading, air waybill or truck manifest", up_to(37));
    required("leaveTime", "离境时间", "when they left, YYYYMMDDhhmmss", exactly(14));
    required("msgCount", "报文总数", "how many parts the document was split into; 1 when it was not", N9);
    required("msgSeqNo", "报文序号", "which part this is, from 1", N9);
    optional("note", "备注", "free text", up_to(1000));
};

/// `DepartureList`.
pub static LINE: Entity = Entity::new("DepartureList", "离境单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "序号", "line number, from 1", N5);
    optional("totalPackageNo", "总包号", "bag or pallet within the bill", up_to(37));
    required("logisticsNo", "物流运单编号", "the waybill number", up_to(32));
    optional("note", "备注", "free text", up_to(1000));
};

/// `DepartureReturn`.
pub static RETURN: Entity = Entity::new("DepartureReturn", "离境单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the document", exactly(36));
    required("logisticsCode", "物流企业代码", "the carrier, as reported", up_to(18));
    required("copNo", "企业内部编号", "the sender's own number", up_to(30));
    required("preNo", "预录入编号", "number given by the port", exactly(18));
    required("msgSeqNo", "报文序号", "which part is answered", N9);
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of departure reports, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    departures: impl IntoIterator<Item = &'d DepartureReport>,
) -> Result<String, Vec<Defect>> {
    write_request(&DEPARTURES, envelope, departures, |writer, place, departure| {
        writer.document(place, departure, &departure.parcels, write_head, write_line);
    })
}

/// From the wire to the domain.
fn departure(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<DepartureReport> {
    let parcels = rows.lines(&LINE, place, &OFFICIAL.parameter, findings, line);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &OFFICIAL.parameter, findings);
    built!(DepartureReport {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        reference: head.id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        transport: transport(&mut head),
        left_at: head.moment(at!(HEAD, "leaveTime")),
        part: head.part(at!(HEAD, "msgCount"), at!(HEAD, "msgSeqNo")),
        note: head.optional(at!(HEAD, "note")),
        parcels: parcels,
    })
}

fn transport(head: &mut Cells<'_, '_>) -> Option<Transport> {
    built!(Transport {
        mode: head.text(at!(HEAD, "trafMode")),
        vehicle: head.optional(at!(HEAD, "trafName")),
        voyage: head.optional(at!(HEAD, "voyageNo")),
        bill_no: head.optional(at!(HEAD, "billNo")),
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

fn write_head(head: &mut EntityWriter<'_>, departure: &DepartureReport) {
    head.filing(&departure.filing);
    head.display(at!(HEAD, "customsCode"), departure.office);
    head.text(at!(HEAD, "copNo"), departure.reference.as_str());
    let provisional = departure.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &departure.carrier);
    let transport = &departure.transport;
    head.text(at!(HEAD, "trafMode"), &transport.mode);
    head.optional(at!(HEAD, "trafName"), transport.vehicle.as_deref());
    head.optional(at!(HEAD, "voyageNo"), transport.voyage.as_deref());
    head.optional(at!(HEAD, "billNo"), transport.bill_no.as_deref());
    head.seconds(at!(HEAD, "leaveTime"), departure.left_at);
    head.display(at!(HEAD, "msgCount"), departure.part.of());
    head.display(at!(HEAD, "msgSeqNo"), departure.part.number());
    head.optional(at!(HEAD, "note"), departure.note.as_deref());
}

fn write_line(writer: &mut Writer, place: Place<'_>, line: &ReportedParcel) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), line.number);
    row.optional(at!(LINE, "totalPackageNo"), line.bag_no.as_deref());
    row.text(at!(LINE, "logisticsNo"), line.waybill_no.as_str());
    row.optional(at!(LINE, "note"), line.note.as_deref());
    row.end();
}
