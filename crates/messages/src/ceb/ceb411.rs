//! Import payments (支付单; CEB411) and the responses to them (CEB412).

use tongguan_domain::commerce::Payment;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{OrderNumber, PaymentTransaction};
use tongguan_domain::official::payment as official;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, write_request};

/// CEB411.
pub static PAYMENTS: Layout = Layout {
    root: "CEB411Message",
    zh: "支付单",
    en: "import payments",
    document: "Payment",
    documents: Occurs::up_to(100),
    body: Body::Head(&HEAD),
    trailer: Trailer::Import { signature_required: false },
    faults: Faults {
        empty: &official::EMPTY,
        too_many: &official::TOO_MANY,
        no_lines: &official::EMPTY,
        parameter: &official::PARAMETER,
    },
};

/// CEB412.
pub static RESPONSES: Layout =
    response::layout(["CEB412Message", "支付单回执", "responses to import payments"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&PAYMENTS, MessageType::Ceb412, |rows, place, findings| {
        payment(rows, place, findings).map(Box::new).map(Document::Payment)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `PaymentHead`.
pub static HEAD: Entity = Entity::new("PaymentHead", "支付单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", filled(3));
    required("payCode", "支付企业代码", "customs code of the payment institution", filled(18));
    required("payName", "支付企业名称", "its registered name", filled(100));
    required("payTransactionId", "支付交易编号", "the payment's serial number at the institution", filled(60));
    required("orderNo", "订单编号", "the order that is paid", filled(60));
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform", filled(18));
    required("ebpName", "电商平台名称", "the platform's registered name", filled(100));
    required("payerIdType", "支付人证件类型", "1 resident identity card, 2 other", exactly(1));
    required("payerIdNumber", "支付人证件号码", "the number of the payer's document", filled(60)).personal();
    required("payerName", "支付人姓名", "the payer's real name", filled(60)).personal();
    optional("telephone", "支付人电话", "the payer's telephone", up_to(60)).personal();
    required("amountPaid", "支付金额", "amount paid", N19_5);
    required("currency", "支付币制", "customs currency code; an empty element stands for 142", exactly(3)).fixed("142");
    required("payTime", "支付时间", "time of payment, YYYYMMDDhhmmss", exactly(14));
    optional("note", "备注", "free text", up_to(1000));
};

/// `PaymentReturn`.
pub static RETURN: Entity = Entity::new("PaymentReturn", "支付单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the payment's document", exactly(36));
    required("payCode", "支付企业代码", "the payment institution, as on the payment", filled(18));
    required("payTransactionId", "支付交易编号", "the payment's serial number", filled(60));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", filled(1000));
};

/// Writes a message of payments, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    payments: impl IntoIterator<Item = &'d Payment>,
) -> Result<String, Vec<Defect>> {
    write_request(&PAYMENTS, envelope, payments, |writer, place, payment| {
        writer.open(PAYMENTS.document);
        let mut head = writer.entity(&HEAD, place.child(HEAD.name));
        write_head(&mut head, payment);
        head.end();
        writer.close(PAYMENTS.document);
    })
}

/// From the wire to the domain.
fn payment(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<Payment> {
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &official::PARAMETER, findings);
    built!(Payment {
        filing: head.filing(),
        institution: head.party(at!(HEAD, "payCode"), at!(HEAD, "payName")),
        transaction: head.id(at!(HEAD, "payTransactionId"), PaymentTransaction::parse),
        order_no: head.id(at!(HEAD, "orderNo"), OrderNumber::parse),
        platform: head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName")),
        payer: head.identity(
            at!(HEAD, "payerIdType"),
            at!(HEAD, "payerIdNumber"),
            at!(HEAD, "payerName"),
        ),
        telephone: head.optional(at!(HEAD, "telephone")),
        amount: head.amount(at!(HEAD, "amountPaid")),
        currency: head.text(at!(HEAD, "currency")),
        paid_at: head.moment(at!(HEAD, "payTime")),
        note: head.optional(at!(HEAD, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, payment: &Payment) {
    head.filing(&payment.filing);
    head.party(at!(HEAD, "payCode"), at!(HEAD, "payName"), &payment.institution);
    head.text(at!(HEAD, "payTransactionId"), payment.transaction.as_str());
    head.text(at!(HEAD, "orderNo"), payment.order_no.as_str());
    head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName"), &payment.platform);
    head.text(at!(HEAD, "payerIdType"), &payment.payer.id_type);
    head.text(at!(HEAD, "payerIdNumber"), &payment.payer.number);
    head.text(at!(HEAD, "payerName"), &payment.payer.name);
    head.optional(at!(HEAD, "telephone"), payment.telephone.as_deref());
    head.display(at!(HEAD, "amountPaid"), payment.amount);
    head.text(at!(HEAD, "currency"), &payment.currency);
    head.seconds(at!(HEAD, "payTime"), payment.paid_at);
    head.optional(at!(HEAD, "note"), payment.note.as_deref());
}
