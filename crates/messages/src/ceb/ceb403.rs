//! Collections for export orders (收款单; CEB403) and the responses to them (CEB404).

use tongguan_domain::commerce::Collection;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{OrderNumber, PaymentTransaction};
use tongguan_domain::official::export::COLLECTION as OFFICIAL;
use tongguan_domain::party::PartyCode;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{Envelope, write_request};

/// CEB403.
pub static COLLECTIONS: Layout = Layout {
    root: "CEB403Message",
    zh: "收款单",
    en: "export collections",
    document: "Receipts",
    documents: Occurs::up_to(100),
    body: Body::Flat(&COLLECTION),
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB404.
pub static RESPONSES: Layout =
    response::layout(["CEB404Message", "收款单回执", "responses to export collections"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&COLLECTIONS, MessageType::Ceb404, |rows, place, findings| {
        collection(rows, place, findings).map(Box::new).map(Document::Collection)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `Receipts`.
pub static COLLECTION: Entity = Entity::new("Receipts", "收款单", COLLECTION_FIELDS);

const COLLECTION_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared; an empty element stands for 1", exactly(1)).default("1");
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform; 无 for a foreign one", up_to(18));
    required("ebpName", "电商平台名称", "the platform's registered name", up_to(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", up_to(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    required("orderNo", "订单编号", "the order that was paid", up_to(60));
    optional("payCode", "支付企业代码", "customs code of a domestic payment institution", up_to(18));
    required("payName", "支付企业名称", "its registered name; 现金支付 when paid in cash", up_to(100));
    optional("payNo", "支付交易编号", "the payment's serial number at the institution", up_to(60));
    required("charge", "收款金额", "amount received", N19_5);
    required("currency", "币制", "customs currency code", exactly(3));
    required("accountingDate", "到账时间", "when it was received, YYYYMMDDhhmmss", exactly(14));
    optional("note", "备注", "free text", up_to(1000));
};

/// `ReceiptsReturn`.
pub static RETURN: Entity = Entity::new("ReceiptsReturn", "收款单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the collection's document", exactly(36));
    required("ebcCode", "电商企业代码", "the merchant, as on the collection", up_to(18));
    required("orderNo", "订单编号", "the order number", up_to(60));
    optional("payNo", "支付交易编号", "the payment's serial number", up_to(60));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of collections, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    collections: impl IntoIterator<Item = &'d Collection>,
) -> Result<String, Vec<Defect>> {
    write_request(&COLLECTIONS, envelope, collections, |writer, place, collection| {
        let mut row = writer.entity(&COLLECTION, *place);
        row.filing(&collection.filing);
        row.party(at!(COLLECTION, "ebpCode"), at!(COLLECTION, "ebpName"), &collection.platform);
        row.party(at!(COLLECTION, "ebcCode"), at!(COLLECTION, "ebcName"), &collection.merchant);
        row.text(at!(COLLECTION, "orderNo"), collection.order_no.as_str());
        let institution = collection.institution.as_ref().map(PartyCode::as_str);
        row.optional(at!(COLLECTION, "payCode"), institution);
        row.text(at!(COLLECTION, "payName"), &collection.institution_name);
        let transaction = collection.transaction.as_ref().map(PaymentTransaction::as_str);
        row.optional(at!(COLLECTION, "payNo"), transaction);
        row.display(at!(COLLECTION, "charge"), collection.amount);
        row.text(at!(COLLECTION, "currency"), &collection.currency);
        row.seconds(at!(COLLECTION, "accountingDate"), collection.received_at);
        row.optional(at!(COLLECTION, "note"), collection.note.as_deref());
        row.end();
    })
}

/// From the wire to the domain.
fn collection(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<Collection> {
    let mut row = Cells::new(&rows.head, *place, &OFFICIAL.parameter, findings);
    built!(Collection {
        filing: row.filing(),
        platform: row.party(at!(COLLECTION, "ebpCode"), at!(COLLECTION, "ebpName")),
        merchant: row.party(at!(COLLECTION, "ebcCode"), at!(COLLECTION, "ebcName")),
        order_no: row.id(at!(COLLECTION, "orderNo"), OrderNumber::parse),
        institution: row.optional_id(at!(COLLECTION, "payCode"), PartyCode::parse),
        institution_name: row.text(at!(COLLECTION, "payName")),
        transaction: row.optional_id(at!(COLLECTION, "payNo"), PaymentTransaction::parse),
        amount: row.amount(at!(COLLECTION, "charge")),
        currency: row.text(at!(COLLECTION, "currency")),
        received_at: row.moment(at!(COLLECTION, "accountingDate")),
        note: row.optional(at!(COLLECTION, "note")),
    })
}
