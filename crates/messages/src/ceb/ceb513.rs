//! Import waybill statuses (运单状态; CEB513) and the responses to them (CEB514).

use tongguan_domain::commerce::DeliveryStatus;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::WaybillNumber;
use tongguan_domain::official::delivery as official;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, Occurs, Trailer, at, exactly, fields, filled, optional,
    required, up_to,
};
use crate::write::{Envelope, write_request};

/// CEB513.
pub static DELIVERIES: Layout = Layout {
    root: "CEB513Message",
    zh: "运单状态",
    en: "import waybill statuses",
    document: "LogisticsStatus",
    documents: Occurs::up_to(100),
    body: Body::Flat(&STATUS),
    trailer: Trailer::Import { signature_required: false },
    faults: Faults {
        empty: &official::EMPTY,
        too_many: &official::TOO_MANY,
        no_lines: &official::EMPTY,
        parameter: &official::PARAMETER,
    },
};

/// CEB514.
pub static RESPONSES: Layout = response::layout(
    ["CEB514Message", "运单状态回执", "responses to import waybill statuses"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&DELIVERIES, MessageType::Ceb514, |rows, place, findings| {
        delivery(rows, place, findings).map(Box::new).map(Document::Delivery)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `LogisticsStatus`.
pub static STATUS: Entity = Entity::new("LogisticsStatus", "运单状态", STATUS_FIELDS);

const STATUS_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", filled(3));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", filled(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", filled(100));
    required("logisticsNo", "物流运单编号", "the waybill number", filled(60));
    required("logisticsStatus", "物流状态", "S: signed for", exactly(1));
    required("logisticsTime", "物流状态时间", "when it happened, YYYYMMDDhhmmss", exactly(14));
    optional("note", "备注", "free text", up_to(1000));
};

/// `LogisticsStatusReturn`.
pub static RETURN: Entity = Entity::new("LogisticsStatusReturn", "运单状态回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the status's document", exactly(36));
    required("logisticsCode", "物流企业代码", "the carrier, as on the status", filled(18));
    required("logisticsNo", "物流运单编号", "the waybill number", filled(60));
    required("logisticsStatus", "物流状态", "the status that was reported", exactly(1));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", filled(1000));
};

/// Writes a message of waybill statuses, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    deliveries: impl IntoIterator<Item = &'d DeliveryStatus>,
) -> Result<String, Vec<Defect>> {
    write_request(&DELIVERIES, envelope, deliveries, |writer, place, delivery| {
        let mut row = writer.entity(&STATUS, *place);
        row.filing(&delivery.filing);
        row.party(at!(STATUS, "logisticsCode"), at!(STATUS, "logisticsName"), &delivery.carrier);
        row.text(at!(STATUS, "logisticsNo"), delivery.number.as_str());
        row.text(at!(STATUS, "logisticsStatus"), &delivery.status);
        row.seconds(at!(STATUS, "logisticsTime"), delivery.happened_at);
        row.optional(at!(STATUS, "note"), delivery.note.as_deref());
        row.end();
    })
}

/// From the wire to the domain.
fn delivery(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<DeliveryStatus> {
    let mut row = Cells::new(&rows.head, *place, &official::PARAMETER, findings);
    built!(DeliveryStatus {
        filing: row.filing(),
        carrier: row.party(at!(STATUS, "logisticsCode"), at!(STATUS, "logisticsName")),
        number: row.id(at!(STATUS, "logisticsNo"), WaybillNumber::parse),
        status: row.text(at!(STATUS, "logisticsStatus")),
        happened_at: row.moment(at!(STATUS, "logisticsTime")),
        note: row.optional(at!(STATUS, "note")),
    })
}
