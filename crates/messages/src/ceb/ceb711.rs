//! Warehouse entries (入库明细单; CEB711) and the responses to them (CEB712).

use tongguan_domain::defect::Defect;
use tongguan_domain::facility::{EnteredParcel, WarehouseEntry};
use tongguan_domain::ids::{
    FunctionalReference, ProvisionalNumber, WarehouseEntryNumber, WaybillNumber,
};
use tongguan_domain::official::warehouse_entry as official;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, INT, Layout, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB711: one document of any length.
pub static ENTRIES: Layout = Layout {
    root: "CEB711Message",
    zh: "入库明细单",
    en: "warehouse entries",
    document: "Delivery",
    documents: Occurs::up_to(1),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::SOME },
    trailer: Trailer::Import { signature_required: true },
    faults: Faults {
        empty: &official::UNREADABLE,
        too_many: &official::TOO_MANY,
        no_lines: &official::LINES_MISSING,
        parameter: &official::PARAMETER,
    },
};

/// CEB712.
pub static RESPONSES: Layout = response::layout(
    ["CEB712Message", "入库明细单回执", "responses to warehouse entries"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&ENTRIES, MessageType::Ceb712, |rows, place, findings| {
        entry(rows, place, findings).map(Box::new).map(Document::WarehouseEntry)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `DeliveryHead`.
pub static HEAD: Entity = Entity::new("DeliveryHead", "入库明细单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", filled(3));
    required("customsCode", "申报海关代码", "customs office, four digits", exactly(4));
    optional("copNo", "企业内部编号", "the operator's own number for the entry, its key", up_to(20));
    optional("preNo", "预录入编号", "number given by the port", up_to(18));
    optional("rkdNo", "入库单编号", "number given by customs", up_to(18));
    required("operatorCode", "监管场所经营人代码", "customs code or credit code of the facility's operator", filled(18));
    required("operatorName", "监管场所经营人名称", "the operator's registered name", filled(100));
    required("ieFlag", "进出口标记", "I: import", exactly(1));
    required("trafMode", "运输方式", "mode of transport, one character", exactly(1));
    required("trafNo", "运输工具编号", "vehicle, vessel or flight", filled(100));
    required("voyageNo", "航班航次号", "voyage or flight number", filled(32));
    required("billNo", "提运单号", "bill of lading, air waybill or truck manifest", filled(37));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", filled(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", filled(100));
    optional("unloadLocation", "卸货库位", "where the parcels lie", up_to(100));
    optional("note", "备注", "free text", up_to(1000));
};

/// `DeliveryList`.
pub static LINE: Entity = Entity::new("DeliveryList", "入库明细单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "序号", "line number, from 1", INT);
    required("logisticsNo", "物流运单编号", "the waybill number of a parcel", filled(60));
    optional("note", "备注", "free text", up_to(1000));
};

/// `DeliveryReturn`.
pub static RETURN: Entity = Entity::new("DeliveryReturn", "入库明细单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the entry's document", exactly(36));
    optional("customsCode", "申报海关代码", "customs office", exactly(4));
    optional("operatorCode", "监管场所经营人代码", "the operator, as on the entry", filled(18));
    optional("copNo", "企业内部编号", "the operator's own number for the entry", up_to(20));
    optional("preNo", "预录入编号", "number given by the port", up_to(18));
    optional("rkdNo", "入库单编号", "number given by customs", up_to(18));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", filled(1000));
};

/// Writes a message of one warehouse entry, without a signature: the schema accepts it once signed.
///
/// # Errors
/// Everything else that the schema would refuse, such as a second entry, or one without parcels.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    entries: impl IntoIterator<Item = &'d WarehouseEntry>,
) -> Result<String, Vec<Defect>> {
    write_request(&ENTRIES, envelope, entries, |writer, place, entry| {
        writer.document(place, entry, &entry.parcels, write_head, write_parcel);
    })
}

/// From the wire to the domain.
fn entry(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<WarehouseEntry> {
    let parcels = rows.lines(&LINE, place, &official::PARAMETER, findings, parcel);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &official::PARAMETER, findings);
    built!(WarehouseEntry {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        reference: head.optional_id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        entry_no: head.optional_id(at!(HEAD, "rkdNo"), WarehouseEntryNumber::parse),
        operator: head.party(at!(HEAD, "operatorCode"), at!(HEAD, "operatorName")),
        direction: head.text(at!(HEAD, "ieFlag")),
        transport_mode: head.text(at!(HEAD, "trafMode")),
        vehicle: head.text(at!(HEAD, "trafNo")),
        voyage: head.text(at!(HEAD, "voyageNo")),
        bill_no: head.text(at!(HEAD, "billNo")),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        location: head.optional(at!(HEAD, "unloadLocation")),
        note: head.optional(at!(HEAD, "note")),
        parcels: parcels,
    })
}

fn parcel(line: &mut Cells<'_, '_>) -> Option<EnteredParcel> {
    built!(EnteredParcel {
        number: line.integer(at!(LINE, "gnum")),
        waybill_no: line.id(at!(LINE, "logisticsNo"), WaybillNumber::parse),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, entry: &WarehouseEntry) {
    head.filing(&entry.filing);
    head.display(at!(HEAD, "customsCode"), entry.office);
    let reference = entry.reference.as_ref().map(FunctionalReference::as_str);
    head.optional(at!(HEAD, "copNo"), reference);
    let provisional = entry.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    let number = entry.entry_no.as_ref().map(WarehouseEntryNumber::as_str);
    head.optional(at!(HEAD, "rkdNo"), number);
    head.party(at!(HEAD, "operatorCode"), at!(HEAD, "operatorName"), &entry.operator);
    head.text(at!(HEAD, "ieFlag"), &entry.direction);
    head.text(at!(HEAD, "trafMode"), &entry.transport_mode);
    head.text(at!(HEAD, "trafNo"), &entry.vehicle);
    head.text(at!(HEAD, "voyageNo"), &entry.voyage);
    head.text(at!(HEAD, "billNo"), &entry.bill_no);
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &entry.carrier);
    head.optional(at!(HEAD, "unloadLocation"), entry.location.as_deref());
    head.optional(at!(HEAD, "note"), entry.note.as_deref());
}

fn write_parcel(writer: &mut Writer, place: Place<'_>, parcel: &EnteredParcel) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), parcel.number);
    row.text(at!(LINE, "logisticsNo"), parcel.waybill_no.as_str());
    row.optional(at!(LINE, "note"), parcel.note.as_deref());
    row.end();
}
