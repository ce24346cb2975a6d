//! Export waybills (物流运单; CEB505) and the responses to them (CEB506).

use tongguan_domain::commerce::ExportWaybill;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::WaybillNumber;
use tongguan_domain::official::export::WAYBILL as OFFICIAL;
use tongguan_domain::party::PartyCode;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N9, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{Envelope, write_request};

/// CEB505.
pub static WAYBILLS: Layout = Layout {
    root: "CEB505Message",
    zh: "物流运单",
    en: "export waybills",
    document: "Logistics",
    documents: Occurs::up_to(100),
    body: Body::Flat(&WAYBILL),
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB506.
pub static RESPONSES: Layout =
    response::layout(["CEB506Message", "物流运单回执", "responses to export waybills"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&WAYBILLS, MessageType::Ceb506, |rows, place, findings| {
        waybill(rows, place, findings).map(Box::new).map(Document::ExportWaybill)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `Logistics`.
pub static WAYBILL: Entity = Entity::new("Logistics", "运单", WAYBILL_FIELDS);

const WAYBILL_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared; an empty element stands for 2", exactly(1)).default("2");
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", up_to(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", up_to(100));
    required("logisticsNo", "物流运单编号", "number on the parcel, not used again for six months", up_to(32));
    required("freight", "运费", "freight; 0 if none", N19_5);
    required("insuredFee", "保价费", "insurance; 0 if none", N19_5);
    required("currency", "币制", "customs currency code", exactly(3));
    required("grossWeight", "毛重", "gross weight in kilograms", N19_5);
    required("packNo", "件数", "number of parcels", N9);
    required("goodsInfo", "主要货物信息", "the goods, as the carrier knows them", up_to(200)).collapsed();
    optional("ebcCode", "电商企业代码", "customs code or credit code of the merchant", up_to(18));
    optional("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    optional("ebcTelephone", "电商企业电话", "the merchant's telephone", up_to(50)).personal();
    optional("note", "备注", "free text", up_to(1000));
};

/// `LogisticsReturn`.
pub static RETURN: Entity = Entity::new("LogisticsReturn", "运单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the waybill's document", exactly(36));
    required("logisticsCode", "物流企业代码", "the carrier, as on the waybill", up_to(18));
    required("logisticsNo", "物流运单编号", "the waybill number", up_to(32));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of export waybills, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    waybills: impl IntoIterator<Item = &'d ExportWaybill>,
) -> Result<String, Vec<Defect>> {
    write_request(&WAYBILLS, envelope, waybills, |writer, place, waybill| {
        let mut row = writer.entity(&WAYBILL, *place);
        row.filing(&waybill.filing);
        row.party(at!(WAYBILL, "logisticsCode"), at!(WAYBILL, "logisticsName"), &waybill.carrier);
        row.text(at!(WAYBILL, "logisticsNo"), waybill.number.as_str());
        row.display(at!(WAYBILL, "freight"), waybill.freight);
        row.display(at!(WAYBILL, "insuredFee"), waybill.insurance);
        row.text(at!(WAYBILL, "currency"), &waybill.currency);
        row.number(at!(WAYBILL, "grossWeight"), waybill.gross_weight_kg);
        row.display(at!(WAYBILL, "packNo"), waybill.packages);
        row.text(at!(WAYBILL, "goodsInfo"), &waybill.goods);
        row.optional(at!(WAYBILL, "ebcCode"), waybill.merchant.as_ref().map(PartyCode::as_str));
        row.optional(at!(WAYBILL, "ebcName"), waybill.merchant_name.as_deref());
        row.optional(at!(WAYBILL, "ebcTelephone"), waybill.merchant_telephone.as_deref());
        row.optional(at!(WAYBILL, "note"), waybill.note.as_deref());
        row.end();
    })
}

/// From the wire to the domain.
fn waybill(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ExportWaybill> {
    let mut row = Cells::new(&rows.head, *place, &OFFICIAL.parameter, findings);
    built!(ExportWaybill {
        filing: row.filing(),
        carrier: row.party(at!(WAYBILL, "logisticsCode"), at!(WAYBILL, "logisticsName")),
        number: row.id(at!(WAYBILL, "logisticsNo"), WaybillNumber::parse),
        freight: row.amount(at!(WAYBILL, "freight")),
        insurance: row.amount(at!(WAYBILL, "insuredFee")),
        currency: row.text(at!(WAYBILL, "currency")),
        gross_weight_kg: row.decimal(at!(WAYBILL, "grossWeight")),
        packages: row.integer(at!(WAYBILL, "packNo")).map(i64::from),
        goods: row.text(at!(WAYBILL, "goodsInfo")),
        merchant: row.optional_id(at!(WAYBILL, "ebcCode"), PartyCode::parse),
        merchant_name: row.optional(at!(WAYBILL, "ebcName")),
        merchant_telephone: row.optional(at!(WAYBILL, "ebcTelephone")),
        note: row.optional(at!(WAYBILL, "note")),
    })
}
