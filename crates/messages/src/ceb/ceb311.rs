//! Import orders (电子订单; CEB311) and the responses to them (CEB312).

use tongguan_domain::commerce::{Order, OrderLine, PaymentReference};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{OrderNumber, PaymentTransaction};
use tongguan_domain::official::order as official;
use tongguan_domain::party::PartyCode;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, INT, Layout, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB311.
pub static ORDERS: Layout = Layout {
    root: "CEB311Message",
    zh: "电子订单",
    en: "import orders",
    document: "Order",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::up_to(99) },
    trailer: Trailer::Import { signature_required: false },
    faults: Faults {
        empty: &official::EMPTY,
        too_many: &official::TOO_MANY,
        no_lines: &official::LINES_MISSING,
        parameter: &official::PARAMETER,
    },
};

/// CEB312.
pub static RESPONSES: Layout =
    response::layout(["CEB312Message", "电子订单回执", "responses to import orders"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&ORDERS, MessageType::Ceb312, |rows, place, findings| {
        order(rows, place, findings).map(Box::new).map(Document::Order)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `OrderHead`.
pub static HEAD: Entity = Entity::new("OrderHead", "订单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", filled(3));
    required("orderType", "订单类型", "I: import", exactly(1));
    required("orderNo", "订单编号", "order number, unique within the platform", filled(60));
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform", filled(18));
    required("ebpName", "电商平台名称", "the platform's registered name", filled(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", filled(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", filled(100));
    required("goodsValue", "商品价格", "price agreed for the goods, the part paid by vouchers included", N19_5);
    required("freight", "运杂费", "freight and charges; 0 if none", N19_5);
    required("discount", "非现金抵扣金额", "points, vouchers, virtual money; 0 if none", N19_5);
    required("taxTotal", "代扣税款", "tax collected in advance; 0 if none", N19_5);
    required("acturalPaid", "实际支付金额", "goods + freight + tax - discount, the amount of the payment (spelled so)", N19_5);
    required("currency", "币制", "customs currency code; an empty element stands for 142", exactly(3)).fixed("142");
    required("buyerRegNo", "订购人注册号", "the buyer's account on the platform", filled(60)).personal();
    required("buyerName", "订购人姓名", "the buyer's real name", filled(60)).personal();
    required("buyerTelephone", "订购人电话", "the buyer's telephone", filled(30)).personal().absent_in_older_layouts();
    required("buyerIdType", "订购人证件类型", "1 resident identity card, 2 other", exactly(1));
    required("buyerIdNumber", "订购人证件号码", "the number of the buyer's document", filled(60)).personal();
    optional("payCode", "支付企业代码", "customs code of the payment institution", up_to(18));
    optional("payName", "支付企业名称", "its registered name", up_to(100));
    optional("payTransactionId", "支付交易编号", "the payment's serial number at the institution", up_to(60));
    optional("batchNumbers", "商品批次号", "batch numbers of the goods", up_to(100));
    required("consignee", "收货人姓名", "the recipient's name, as on the waybill", filled(100)).personal();
    required("consigneeTelephone", "收货人电话", "the recipient's telephone, as on the waybill", filled(50)).personal();
    required("consigneeAddress", "收货地址", "the address of delivery, as on the waybill", filled(200)).personal();
    optional("consigneeDistrict", "收货地址行政区划代码", "administrative division of the address (GB/T 2260)", exactly(6)).misprinted("consigneeDitrict");
    optional("note", "备注", "free text", up_to(1000));
};

/// `OrderList`.
pub static LINE: Entity = Entity::new("OrderList", "订单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "商品序号", "line number, from 1", INT);
    optional("itemNo", "企业商品货号", "the seller's number for the goods", up_to(30));
    required("itemName", "企业商品名称", "the seller's name for the goods", filled(250));
    required("gmodel", "商品规格型号", "brand, model, composition …: enough to classify and value", filled(510)).absent_in_older_layouts();
    optional("itemDescribe", "企业商品描述", "description on the shelf", up_to(1000));
    optional("barCode", "条形码", "bar code; 无 when there is none", up_to(50));
    required("unit", "单位", "customs unit code", exactly(3));
    required("qty", "数量", "quantity in the unit", N19_5);
    required("price", "单价", "price of one unit; 0 for a gift", N19_5);
    required("totalPrice", "总价", "price times quantity", N19_5);
    required("currency", "币制", "customs currency code; an empty element stands for 142", exactly(3)).fixed("142");
    required("country", "原产国", "customs country code of origin", exactly(3));
    optional("note", "备注", "free text, such as the reason of an odd price", up_to(1000));
};

/// `OrderReturn`.
pub static RETURN: Entity = Entity::new("OrderReturn", "订单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the order's document", exactly(36));
    required("ebpCode", "电商平台代码", "the platform, as on the order", filled(18));
    required("ebcCode", "电商企业代码", "the merchant, as on the order", filled(18));
    required("orderNo", "订单编号", "the order number", filled(60));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", filled(1000));
};

/// Writes a message of orders, without a signature.
///
/// # Errors
/// Everything that the schema would refuse, such as an order without lines.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    orders: impl IntoIterator<Item = &'d Order>,
) -> Result<String, Vec<Defect>> {
    write_request(&ORDERS, envelope, orders, |writer, place, order| {
        writer.document(place, order, &order.lines, write_head, write_line);
    })
}

/// From the wire to the domain.
fn order(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<Order> {
    let lines = rows.lines(&LINE, place, &official::PARAMETER, findings, line);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &official::PARAMETER, findings);
    built!(Order {
        filing: head.filing(),
        order_type: head.text(at!(HEAD, "orderType")),
        order_no: head.id(at!(HEAD, "orderNo"), OrderNumber::parse),
        platform: head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        goods_value: head.amount(at!(HEAD, "goodsValue")),
        freight: head.amount(at!(HEAD, "freight")),
        discount: head.amount(at!(HEAD, "discount")),
        tax_withheld: head.amount(at!(HEAD, "taxTotal")),
        paid: head.amount(at!(HEAD, "acturalPaid")),
        currency: head.text(at!(HEAD, "currency")),
        buyer_account: head.text(at!(HEAD, "buyerRegNo")),
        buyer: head.identity(
            at!(HEAD, "buyerIdType"),
            at!(HEAD, "buyerIdNumber"),
            at!(HEAD, "buyerName"),
        ),
        buyer_telephone: head.optional(at!(HEAD, "buyerTelephone")),
        payment: payment_reference(&mut head),
        batch_numbers: head.optional(at!(HEAD, "batchNumbers")),
        consignee: head.consignee(
            at!(HEAD, "consignee"),
            at!(HEAD, "consigneeTelephone"),
            at!(HEAD, "consigneeAddress"),
        ),
        consignee_district: head.optional(at!(HEAD, "consigneeDistrict")),
        note: head.optional(at!(HEAD, "note")),
        lines: lines,
    })
}

fn payment_reference(head: &mut Cells<'_, '_>) -> Option<PaymentReference> {
    built!(PaymentReference {
        institution: head.optional_id(at!(HEAD, "payCode"), PartyCode::parse),
        institution_name: head.optional(at!(HEAD, "payName")),
        transaction: head.optional_id(at!(HEAD, "payTransactionId"), PaymentTransaction::parse),
    })
}

fn line(line: &mut Cells<'_, '_>) -> Option<OrderLine> {
    built!(OrderLine {
        number: line.integer(at!(LINE, "gnum")),
        item_no: line.optional(at!(LINE, "itemNo")),
        name: line.text(at!(LINE, "itemName")),
        specification: line.optional(at!(LINE, "gmodel")),
        description: line.optional(at!(LINE, "itemDescribe")),
        barcode: line.optional(at!(LINE, "barCode")),
        unit: line.text(at!(LINE, "unit")),
        quantity: line.decimal(at!(LINE, "qty")),
        price: line.amount(at!(LINE, "price")),
        total_price: line.amount(at!(LINE, "totalPrice")),
        currency: line.text(at!(LINE, "currency")),
        origin: line.text(at!(LINE, "country")),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, order: &Order) {
    head.filing(&order.filing);
    head.text(at!(HEAD, "orderType"), &order.order_type);
    head.text(at!(HEAD, "orderNo"), order.order_no.as_str());
    head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName"), &order.platform);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &order.merchant);
    head.display(at!(HEAD, "goodsValue"), order.goods_value);
    head.display(at!(HEAD, "freight"), order.freight);
    head.display(at!(HEAD, "discount"), order.discount);
    head.display(at!(HEAD, "taxTotal"), order.tax_withheld);
    head.display(at!(HEAD, "acturalPaid"), order.paid);
    head.text(at!(HEAD, "currency"), &order.currency);
    head.text(at!(HEAD, "buyerRegNo"), &order.buyer_account);
    head.text(at!(HEAD, "buyerName"), &order.buyer.name);
    head.optional(at!(HEAD, "buyerTelephone"), order.buyer_telephone.as_deref());
    head.text(at!(HEAD, "buyerIdType"), &order.buyer.id_type);
    head.text(at!(HEAD, "buyerIdNumber"), &order.buyer.number);
    let payment = &order.payment;
    head.optional(at!(HEAD, "payCode"), payment.institution.as_ref().map(PartyCode::as_str));
    head.optional(at!(HEAD, "payName"), payment.institution_name.as_deref());
    let transaction = payment.transaction.as_ref().map(PaymentTransaction::as_str);
    head.optional(at!(HEAD, "payTransactionId"), transaction);
    head.optional(at!(HEAD, "batchNumbers"), order.batch_numbers.as_deref());
    head.text(at!(HEAD, "consignee"), &order.consignee.name);
    head.text(at!(HEAD, "consigneeTelephone"), &order.consignee.telephone);
    head.text(at!(HEAD, "consigneeAddress"), &order.consignee.address);
    head.optional(at!(HEAD, "consigneeDistrict"), order.consignee_district.as_deref());
    head.optional(at!(HEAD, "note"), order.note.as_deref());
}

fn write_line(writer: &mut Writer, place: Place<'_>, line: &OrderLine) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), line.number);
    row.optional(at!(LINE, "itemNo"), line.item_no.as_deref());
    row.text(at!(LINE, "itemName"), &line.name);
    row.optional(at!(LINE, "gmodel"), line.specification.as_deref());
    row.optional(at!(LINE, "itemDescribe"), line.description.as_deref());
    row.optional(at!(LINE, "barCode"), line.barcode.as_deref());
    row.text(at!(LINE, "unit"), &line.unit);
    row.number(at!(LINE, "qty"), line.quantity);
    row.display(at!(LINE, "price"), line.price);
    row.display(at!(LINE, "totalPrice"), line.total_price);
    row.text(at!(LINE, "currency"), &line.currency);
    row.text(at!(LINE, "country"), &line.origin);
    row.optional(at!(LINE, "note"), line.note.as_deref());
    row.end();
}
