//! Export orders (电子订单; CEB303) and the responses to them (CEB304).

use tongguan_domain::commerce::{ExportOrder, ExportOrderLine, ExportOrderType};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::official::export::ORDER as OFFICIAL;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N5, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB303.
pub static ORDERS: Layout = Layout {
    root: "CEB303Message",
    zh: "电子订单",
    en: "export orders",
    document: "Order",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::up_to(100) },
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB304.
pub static RESPONSES: Layout =
    response::layout(["CEB304Message", "电子订单回执", "responses to export orders"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&ORDERS, MessageType::Ceb304, |rows, place, findings| {
        order(rows, place, findings).map(Box::new).map(Document::ExportOrder)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `OrderHead`.
pub static HEAD: Entity = Entity::new("OrderHead", "订单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared; an empty element stands for 1", exactly(1)).default("1");
    required("orderType", "订单类型", "E: to a consumer, B: to an enterprise, W: booking of an overseas warehouse", exactly(1));
    required("orderNo", "订单编号", "order number, unique within the platform", up_to(60));
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform; 无 for a foreign one", up_to(18));
    required("ebpName", "电商平台名称", "the platform's registered name", up_to(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", up_to(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    required("goodsValue", "商品价格", "price agreed for the goods, free on board", N19_5);
    required("freight", "运杂费", "freight and charges; an empty element stands for 0", N19_5).default("0");
    required("currency", "币制", "customs currency code", exactly(3));
    optional("note", "备注", "free text", up_to(1000));
};

/// `OrderList`.
pub static LINE: Entity = Entity::new("OrderList", "订单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "商品序号", "line number, from 1", N5);
    required("itemNo", "企业商品货号", "the seller's number for the goods", up_to(30));
    required("itemName", "企业商品名称", "the seller's name for the goods", up_to(250));
    optional("itemDescribe", "企业商品描述", "description on the shelf", up_to(1000));
    optional("barCode", "条形码", "bar code; 无 when there is none", up_to(50));
    required("unit", "单位", "customs unit code", exactly(3));
    required("currency", "币制", "customs currency code", exactly(3));
    required("qty", "数量", "quantity in the unit", N19_5);
    required("price", "单价", "price of one unit", N19_5);
    required("totalPrice", "总价", "price times quantity", N19_5);
    optional("note", "备注", "free text", up_to(1000));
};

/// `OrderReturn`.
pub static RETURN: Entity = Entity::new("OrderReturn", "订单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the order's document", exactly(36));
    required("ebpCode", "电商平台代码", "the platform, as on the order", up_to(18));
    required("ebcCode", "电商企业代码", "the merchant, as on the order", up_to(18));
    required("orderNo", "订单编号", "the order number", up_to(60));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of export orders, without a signature.
///
/// # Errors
/// Everything that the schema would refuse, such as an order without lines.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    orders: impl IntoIterator<Item = &'d ExportOrder>,
) -> Result<String, Vec<Defect>> {
    write_request(&ORDERS, envelope, orders, |writer, place, order| {
        writer.document(place, order, &order.lines, write_head, write_line);
    })
}

/// From the wire to the domain.
fn order(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<ExportOrder> {
    let lines = rows.lines(&LINE, place, &OFFICIAL.parameter, findings, line);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &OFFICIAL.parameter, findings);
    built!(ExportOrder {
        filing: head.filing(),
        order_type: head.one_of(at!(HEAD, "orderType"), ExportOrderType::from_wire, "E|B|W"),
        order_no: head.id(at!(HEAD, "orderNo"), OrderNumber::parse),
        platform: head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        goods_value: head.amount(at!(HEAD, "goodsValue")),
        freight: head.amount(at!(HEAD, "freight")),
        currency: head.text(at!(HEAD, "currency")),
        note: head.optional(at!(HEAD, "note")),
        lines: lines,
    })
}

fn line(line: &mut Cells<'_, '_>) -> Option<ExportOrderLine> {
    built!(ExportOrderLine {
        number: line.integer(at!(LINE, "gnum")),
        item_no: line.text(at!(LINE, "itemNo")),
        name: line.text(at!(LINE, "itemName")),
        description: line.optional(at!(LINE, "itemDescribe")),
        barcode: line.optional(at!(LINE, "barCode")),
        unit: line.text(at!(LINE, "unit")),
        currency: line.text(at!(LINE, "currency")),
        quantity: line.decimal(at!(LINE, "qty")),
        price: line.amount(at!(LINE, "price")),
        total_price: line.amount(at!(LINE, "totalPrice")),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, order: &ExportOrder) {
    head.filing(&order.filing);
    head.text(at!(HEAD, "orderType"), order.order_type.to_wire());
    head.text(at!(HEAD, "orderNo"), order.order_no.as_str());
    head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName"), &order.platform);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &order.merchant);
    head.display(at!(HEAD, "goodsValue"), order.goods_value);
    head.display(at!(HEAD, "freight"), order.freight);
    head.text(at!(HEAD, "currency"), &order.currency);
    head.optional(at!(HEAD, "note"), order.note.as_deref());
}

fn write_line(writer: &mut Writer, place: Place<'_>, line: &ExportOrderLine) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), line.number);
    row.text(at!(LINE, "itemNo"), &line.item_no);
    row.text(at!(LINE, "itemName"), &line.name);
    row.optional(at!(LINE, "itemDescribe"), line.description.as_deref());
    row.optional(at!(LINE, "barCode"), line.barcode.as_deref());
    row.text(at!(LINE, "unit"), &line.unit);
    row.text(at!(LINE, "currency"), &line.currency);
    row.number(at!(LINE, "qty"), line.quantity);
    row.display(at!(LINE, "price"), line.price);
    row.display(at!(LINE, "totalPrice"), line.total_price);
    row.optional(at!(LINE, "note"), line.note.as_deref());
    row.end();
}
