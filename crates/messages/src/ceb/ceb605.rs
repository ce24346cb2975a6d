//! Cancellations of export declarations (撤销申请单; CEB605) and the responses to them (CEB606).

use tongguan_domain::cancellation::ExportCancellation;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationNumber, FunctionalReference, ProvisionalNumber};
use tongguan_domain::official::export::CANCELLATION as OFFICIAL;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, Occurs, Trailer, at, exactly, fields, filled, optional,
    required, up_to,
};
use crate::write::{Envelope, write_request};

/// CEB605.
pub static CANCELLATIONS: Layout = Layout {
    root: "CEB605Message",
    zh: "撤销申请单",
    en: "export cancellations",
    document: "InvtCancel",
    documents: Occurs::up_to(100),
    body: Body::Flat(&CANCELLATION),
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB606.
pub static RESPONSES: Layout = response::layout(
    ["CEB606Message", "撤销申请单回执", "responses to export cancellations"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&CANCELLATIONS, MessageType::Ceb606, |rows, place, findings| {
        cancellation(rows, place, findings).map(Box::new).map(Document::ExportCancellation)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `InvtCancel`.
pub static CANCELLATION: Entity = Entity::new("InvtCancel", "撤销申请单", CANCELLATION_FIELDS);

const CANCELLATION_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", exactly(1));
    required("customsCode", "申报海关代码", "customs office of declaration, four digits", exactly(4));
    required("copNo", "企业内部编号", "the declarant's own number for the request, its key", up_to(30));
    optional("preNo", "预录入编号", "number given by the port: B, day, nine digits", exactly(18));
    required("invtNo", "清单编号", "the declaration to cancel", up_to(20));
    required("reason", "撤销原因", "why, in words", up_to(1000)).collapsed();
    required("agentCode", "申报企业代码", "customs code or credit code of the declarant", up_to(18));
    required("agentName", "申报企业名称", "the declarant's registered name", up_to(100)).misprinted("agengName");
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", up_to(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    optional("note", "备注", "free text", up_to(1000));
};

/// `InvtCancelReturn`.
pub static RETURN: Entity = Entity::new("InvtCancelReturn", "撤销申请单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the request's document", exactly(36));
    required("agentCode", "申报企业代码", "the declarant, as declared", up_to(18));
    required("copNo", "企业内部编号", "the declarant's own number for the request", up_to(30));
    required("preNo", "预录入编号", "number given by the port", exactly(18));
    required("invtNo", "清单编号", "the declaration to cancel", up_to(20));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of cancellations, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    cancellations: impl IntoIterator<Item = &'d ExportCancellation>,
) -> Result<String, Vec<Defect>> {
    write_request(&CANCELLATIONS, envelope, cancellations, |writer, place, request| {
        let mut row = writer.entity(&CANCELLATION, *place);
        row.filing(&request.filing);
        row.display(at!(CANCELLATION, "customsCode"), request.office);
        row.text(at!(CANCELLATION, "copNo"), request.reference.as_str());
        let provisional = request.provisional_no.as_ref().map(ProvisionalNumber::as_str);
        row.optional(at!(CANCELLATION, "preNo"), provisional);
        row.text(at!(CANCELLATION, "invtNo"), request.declaration_no.as_str());
        row.text(at!(CANCELLATION, "reason"), &request.reason);
        row.party(
            at!(CANCELLATION, "agentCode"),
            at!(CANCELLATION, "agentName"),
            &request.declarant,
        );
        row.party(at!(CANCELLATION, "ebcCode"), at!(CANCELLATION, "ebcName"), &request.merchant);
        row.optional(at!(CANCELLATION, "note"), request.note.as_deref());
        row.end();
    })
}

/// From the wire to the domain.
fn cancellation(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ExportCancellation> {
    let mut row = Cells::new(&rows.head, *place, &OFFICIAL.parameter, findings);
    built!(ExportCancellation {
        filing: row.filing(),
        office: row.office(at!(CANCELLATION, "customsCode")),
        reference: row.id(at!(CANCELLATION, "copNo"), FunctionalReference::parse),
        provisional_no: row.optional_id(at!(CANCELLATION, "preNo"), ProvisionalNumber::parse),
        declaration_no: row.id(at!(CANCELLATION, "invtNo"), DeclarationNumber::parse),
        reason: row.text(at!(CANCELLATION, "reason")),
        declarant: row.party(at!(CANCELLATION, "agentCode"), at!(CANCELLATION, "agentName")),
        merchant: row.party(at!(CANCELLATION, "ebcCode"), at!(CANCELLATION, "ebcName")),
        note: row.optional(at!(CANCELLATION, "note")),
    })
}
