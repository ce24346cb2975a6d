//! Requests to cancel import declarations (撤销申请单; CEB623) and the responses to them (CEB624).

use tongguan_domain::cancellation::CancellationRequest;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{FunctionalReference, ProvisionalNumber};
use tongguan_domain::official::cancellation as official;

use super::declared::{self, FIELDS, RETURN_FIELDS};
use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{Body, Entity, Faults, Layout, Occurs, Trailer, at};
use crate::write::{Envelope, write_request};

/// CEB623.
pub static CANCELLATIONS: Layout = Layout {
    root: "CEB623Message",
    zh: "撤销申请单",
    en: "requests to cancel import declarations",
    document: "InvtCancel",
    documents: Occurs::up_to(100),
    body: Body::Flat(&HEAD),
    trailer: Trailer::Import { signature_required: true },
    faults: Faults {
        empty: &official::KEY_MISSING,
        too_many: &official::TOO_MANY,
        no_lines: &official::KEY_MISSING,
        parameter: &official::PARAMETER,
    },
};

/// CEB624.
pub static RESPONSES: Layout = response::layout(
    ["CEB624Message", "撤销申请单回执", "responses to requests to cancel import declarations"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&CANCELLATIONS, MessageType::Ceb624, |rows, place, findings| {
        cancellation(rows, place, findings).map(Box::new).map(Document::Cancellation)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `InvtCancel`.
pub static HEAD: Entity = Entity::new("InvtCancel", "撤销申请单", FIELDS);

/// `InvtCancelReturn`.
pub static RETURN: Entity = Entity::new("InvtCancelReturn", "撤销申请单回执", RETURN_FIELDS);

/// Writes a message of cancellations, without a signature: the schema accepts it once signed.
///
/// # Errors
/// Everything else that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    cancellations: impl IntoIterator<Item = &'d CancellationRequest>,
) -> Result<String, Vec<Defect>> {
    write_request(&CANCELLATIONS, envelope, cancellations, |writer, place, cancellation| {
        let mut head = writer.entity(&HEAD, *place);
        head.filing(&cancellation.filing);
        declared::write_order(&mut head, &cancellation.parcel);
        let reference = cancellation.reference.as_ref().map(FunctionalReference::as_str);
        head.optional(at!(HEAD, "copNo"), reference);
        let provisional = cancellation.provisional_no.as_ref().map(ProvisionalNumber::as_str);
        head.optional(at!(HEAD, "preNo"), provisional);
        declared::write_declaration(&mut head, &cancellation.parcel);
        head.text(at!(HEAD, "reason"), &cancellation.reason);
        head.optional(at!(HEAD, "note"), cancellation.note.as_deref());
        head.end();
    })
}

/// From the wire to the domain.
fn cancellation(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<CancellationRequest> {
    let mut head = Cells::new(&rows.head, *place, &official::PARAMETER, findings);
    built!(CancellationRequest {
        filing: head.filing(),
        parcel: declared::parcel(&mut head),
        reference: head.optional_id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        reason: head.text(at!(HEAD, "reason")),
        note: head.optional(at!(HEAD, "note")),
    })
}
