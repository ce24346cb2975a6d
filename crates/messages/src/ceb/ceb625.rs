//! Requests to return imported goods (退货申请单; CEB625) and the responses to them (CEB626).

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{FunctionalReference, ProvisionalNumber};
use tongguan_domain::official::import_return as official;
use tongguan_domain::returns::{ReturnItem, ReturnRequest};

use super::declared::{self, FIELDS, RETURN_FIELDS};
use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, INT, Layout, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB625. The specification's text prints the document as `InvtRefound`.
pub static RETURNS: Layout = Layout {
    root: "CEB625Message",
    zh: "退货申请单",
    en: "requests to return imported goods",
    document: "InvtRefund",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::up_to(99) },
    trailer: Trailer::Import { signature_required: true },
    faults: Faults {
        empty: &official::EMPTY,
        too_many: &official::PARAMETER,
        no_lines: &official::LINES_MISSING,
        parameter: &official::PARAMETER,
    },
};

/// CEB626.
pub static RESPONSES: Layout = response::layout(
    ["CEB626Message", "退货申请单回执", "responses to requests to return imported goods"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&RETURNS, MessageType::Ceb626, |rows, place, findings| {
        return_request(rows, place, findings).map(Box::new).map(Document::Return)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `InvtRefundHead`.
pub static HEAD: Entity = Entity::new("InvtRefundHead", "退货申请单表头", FIELDS);

/// `InvtRefundList`.
pub static LINE: Entity = Entity::new("InvtRefundList", "退货申请单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "商品序号", "line number of the declaration", INT);
    required("gcode", "商品编码", "ten-digit code of the tariff", exactly(10));
    required("gname", "商品名称", "the name declared", filled(250));
    required("qty", "数量", "quantity in the declared unit, at most what was declared", N19_5);
    required("unit", "计量单位", "customs unit code", exactly(3));
    optional("note", "备注", "free text", up_to(1000));
};

/// `InvtRefundReturn`.
pub static RETURN: Entity = Entity::new("InvtRefundReturn", "退货申请单回执", RETURN_FIELDS);

/// Writes a message of returns, without a signature: the schema accepts it once signed.
///
/// # Errors
/// Everything else that the schema would refuse, such as a return without lines.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    returns: impl IntoIterator<Item = &'d ReturnRequest>,
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
) -> Option<ReturnRequest> {
    let items = rows.lines(&LINE, place, &official::PARAMETER, findings, item);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &official::PARAMETER, findings);
    built!(ReturnRequest {
        filing: head.filing(),
        parcel: declared::parcel(&mut head),
        reference: head.optional_id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        reason: head.text(at!(HEAD, "reason")),
        note: head.optional(at!(HEAD, "note")),
        items: items,
    })
}

fn item(line: &mut Cells<'_, '_>) -> Option<ReturnItem> {
    built!(ReturnItem {
        number: line.integer(at!(LINE, "gnum")),
        hs_code: line.text(at!(LINE, "gcode")),
        name: line.text(at!(LINE, "gname")),
        quantity: line.decimal(at!(LINE, "qty")),
        unit: line.text(at!(LINE, "unit")),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, request: &ReturnRequest) {
    head.filing(&request.filing);
    declared::write_order(head, &request.parcel);
    let reference = request.reference.as_ref().map(FunctionalReference::as_str);
    head.optional(at!(HEAD, "copNo"), reference);
    let provisional = request.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    declared::write_declaration(head, &request.parcel);
    head.text(at!(HEAD, "reason"), &request.reason);
    head.optional(at!(HEAD, "note"), request.note.as_deref());
}

fn write_item(writer: &mut Writer, place: Place<'_>, item: &ReturnItem) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), item.number);
    row.text(at!(LINE, "gcode"), &item.hs_code);
    row.text(at!(LINE, "gname"), &item.name);
    row.number(at!(LINE, "qty"), item.quantity);
    row.text(at!(LINE, "unit"), &item.unit);
    row.optional(at!(LINE, "note"), item.note.as_deref());
    row.end();
}
