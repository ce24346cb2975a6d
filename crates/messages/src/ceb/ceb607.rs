//! Master bill links (清单总分单; CEB607) and the responses to them (CEB608).

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::movement::{MasterBillLine, MasterBillLink};
use tongguan_domain::official::export::MASTER_BILL_LINK as OFFICIAL;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N5, N9, N19_5, Occurs, Trailer, at, exactly, fields,
    filled, optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB607.
pub static MASTER_BILL_LINKS: Layout = Layout {
    root: "CEB607Message",
    zh: "清单总分单",
    en: "master bill links",
    document: "WayBill",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::SOME },
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB608.
pub static RESPONSES: Layout = response::layout(
    ["CEB608Message", "清单总分单回执", "responses to master bill links"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&MASTER_BILL_LINKS, MessageType::Ceb608, |rows, place, findings| {
        link(rows, place, findings).map(Box::new).map(Document::MasterBillLink)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `WayBillHead`.
pub static HEAD: Entity = Entity::new("WayBillHead", "总分单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", exactly(1));
    required("customsCode", "申报海关代码", "customs office, four digits", exactly(4));
    required("copNo", "企业内部编号", "the sender's own number, its key", up_to(30));
    optional("preNo", "预录入编号", "number given by the port: B, day, nine digits", exactly(18));
    required("agentCode", "申报企业代码", "customs code or credit code of the declarant", up_to(18));
    required("agentName", "申报企业名称", "the declarant's registered name", up_to(100));
    optional("loctNo", "监管场所代码", "supervised place, where the office has several", up_to(10));
    required("trafMode", "运输方式", "mode of transport, one character", exactly(1)).collapsed();
    required("trafName", "运输工具名称", "vehicle, vessel or flight", up_to(100)).collapsed();
    required("voyageNo", "航班航次号", "voyage or flight number", up_to(32)).collapsed();
    required("billNo", "提运单号", "bill of lading, air waybill or truck manifest", up_to(37));
    optional("domesticTrafNo", "境内运输工具编号", "the vehicle within the country", up_to(100));
    required("grossWeight", "毛重", "kilograms with packing", N19_5);
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", up_to(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", up_to(100));
    required("msgCount", "报文总数", "how many parts the document was split into; 1 when it was not", N9);
    required("msgSeqNo", "报文序号", "which part this is, from 1", N9);
    optional("note", "备注", "free text", up_to(1000));
};

/// `WayBillList`.
pub static LINE: Entity = Entity::new("WayBillList", "总分单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "序号", "line number, from 1", N5);
    optional("totalPackageNo", "总包号", "bag or pallet within the bill", up_to(60));
    required("logisticsNo", "物流运单编号", "the waybill number", up_to(32));
    optional("invtNo", "清单编号", "of a parcel that comes back: the original export declaration", up_to(20));
    optional("note", "备注", "free text", up_to(1000));
};

/// `WayBillReturn`.
pub static RETURN: Entity = Entity::new("WayBillReturn", "总分单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the document", exactly(36));
    required("agentCode", "申报企业代码", "the declarant, as declared", up_to(18));
    required("logisticsCode", "物流企业代码", "the carrier, as reported", up_to(18));
    required("copNo", "企业内部编号", "the sender's own number", up_to(30));
    required("preNo", "预录入编号", "number given by the port", exactly(18));
    required("billNo", "提运单号", "the bill, as reported", up_to(37));
    required("msgSeqNo", "报文序号", "which part is answered", N9);
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of master bill links, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    links: impl IntoIterator<Item = &'d MasterBillLink>,
) -> Result<String, Vec<Defect>> {
    write_request(&MASTER_BILL_LINKS, envelope, links, |writer, place, link| {
        writer.document(place, link, &link.parcels, write_head, write_line);
    })
}

/// From the wire to the domain.
fn link(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<MasterBillLink> {
    let parcels = rows.lines(&LINE, place, &OFFICIAL.parameter, findings, line);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &OFFICIAL.parameter, findings);
    built!(MasterBillLink {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        reference: head.id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        declarant: head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName")),
        facility: head.optional(at!(HEAD, "loctNo")),
        transport_mode: head.text(at!(HEAD, "trafMode")),
        vehicle: head.text(at!(HEAD, "trafName")),
        voyage: head.text(at!(HEAD, "voyageNo")),
        bill_no: head.text(at!(HEAD, "billNo")),
        domestic_vehicle: head.optional(at!(HEAD, "domesticTrafNo")),
        gross_weight_kg: head.decimal(at!(HEAD, "grossWeight")),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        part: head.part(at!(HEAD, "msgCount"), at!(HEAD, "msgSeqNo")),
        note: head.optional(at!(HEAD, "note")),
        parcels: parcels,
    })
}

fn line(line: &mut Cells<'_, '_>) -> Option<MasterBillLine> {
    built!(MasterBillLine {
        number: line.integer(at!(LINE, "gnum")),
        bag_no: line.optional(at!(LINE, "totalPackageNo")),
        waybill_no: line.id(at!(LINE, "logisticsNo"), WaybillNumber::parse),
        declaration_no: line.optional_id(at!(LINE, "invtNo"), DeclarationNumber::parse),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, link: &MasterBillLink) {
    head.filing(&link.filing);
    head.display(at!(HEAD, "customsCode"), link.office);
    head.text(at!(HEAD, "copNo"), link.reference.as_str());
    let provisional = link.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName"), &link.declarant);
    head.optional(at!(HEAD, "loctNo"), link.facility.as_deref());
    head.text(at!(HEAD, "trafMode"), &link.transport_mode);
    head.text(at!(HEAD, "trafName"), &link.vehicle);
    head.text(at!(HEAD, "voyageNo"), &link.voyage);
    head.text(at!(HEAD, "billNo"), &link.bill_no);
    head.optional(at!(HEAD, "domesticTrafNo"), link.domestic_vehicle.as_deref());
    head.number(at!(HEAD, "grossWeight"), link.gross_weight_kg);
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &link.carrier);
    head.display(at!(HEAD, "msgCount"), link.part.of());
    head.display(at!(HEAD, "msgSeqNo"), link.part.number());
    head.optional(at!(HEAD, "note"), link.note.as_deref());
}

fn write_line(writer: &mut Writer, place: Place<'_>, line: &MasterBillLine) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), line.number);
    row.optional(at!(LINE, "totalPackageNo"), line.bag_no.as_deref());
    row.text(at!(LINE, "logisticsNo"), line.waybill_no.as_str());
    let declaration = line.declaration_no.as_ref().map(DeclarationNumber::as_str);
    row.optional(at!(LINE, "invtNo"), declaration);
    row.optional(at!(LINE, "note"), line.note.as_deref());
    row.end();
}
