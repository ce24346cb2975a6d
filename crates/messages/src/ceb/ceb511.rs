//! Import waybills (物流运单; CEB511) and the responses to them (CEB512).

use tongguan_domain::commerce::Waybill;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{OrderNumber, WaybillNumber};
use tongguan_domain::official::waybill as official;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Layout, N9, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, write_request};

/// CEB511.
pub static WAYBILLS: Layout = Layout {
    root: "CEB511Message",
    zh: "物流运单",
    en: "import waybills",
    document: "Logistics",
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

/// CEB512.
pub static RESPONSES: Layout =
    response::layout(["CEB512Message", "物流运单回执", "responses to import waybills"], &RETURN);

pub(super) static REQUEST: Definition =
    Definition::request(&WAYBILLS, MessageType::Ceb512, |rows, place, findings| {
        waybill(rows, place, findings).map(Box::new).map(Document::Waybill)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `LogisticsHead`.
pub static HEAD: Entity = Entity::new("LogisticsHead", "运单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", filled(3));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", filled(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", filled(100));
    required("logisticsNo", "物流运单编号", "number on the parcel, not used again for six months", filled(60));
    optional("billNo", "提运单号", "bill of lading, air waybill or truck manifest", up_to(37));
    required("orderNo", "订单编号", "the order that is carried", filled(60)).absent_in_older_layouts();
    optional("freight", "运费", "freight; 0 if none", N19_5);
    optional("insuredFee", "保价费", "insurance; 0 if none", N19_5);
    required("currency", "币制", "customs currency code; an empty element stands for 142", exactly(3)).fixed("142");
    required("weight", "毛重", "gross weight in kilograms", N19_5);
    required("packNo", "件数", "number of parcels: 1", N9);
    optional("goodsInfo", "主要货物信息", "the goods, as the carrier knows them", up_to(200));
    required("consignee", "收货人姓名", "the recipient's name", filled(100)).personal().misprinted("consingee");
    required("consigneeAddress", "收货地址", "the address of delivery", filled(200)).personal();
    required("consigneeTelephone", "收货人电话", "the recipient's telephone", filled(50)).personal();
    optional("note", "备注", "free text", up_to(1000));
};

/// `LogisticsReturn`.
pub static RETURN: Entity = Entity::new("LogisticsReturn", "运单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the waybill's document", exactly(36));
    required("logisticsCode", "物流企业代码", "the carrier, as on the waybill", filled(18));
    required("logisticsNo", "物流运单编号", "the waybill number", filled(60));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", filled(1000));
};

/// Writes a message of waybills, without a signature.
///
/// # Errors
/// Everything that the schema would refuse, such as a waybill without an order number.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    waybills: impl IntoIterator<Item = &'d Waybill>,
) -> Result<String, Vec<Defect>> {
    write_request(&WAYBILLS, envelope, waybills, |writer, place, waybill| {
        writer.open(WAYBILLS.document);
        let mut head = writer.entity(&HEAD, place.child(HEAD.name));
        write_head(&mut head, waybill);
        head.end();
        writer.close(WAYBILLS.document);
    })
}

/// From the wire to the domain.
fn waybill(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<Waybill> {
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &official::PARAMETER, findings);
    built!(Waybill {
        filing: head.filing(),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        number: head.id(at!(HEAD, "logisticsNo"), WaybillNumber::parse),
        bill_no: head.optional(at!(HEAD, "billNo")),
        order_no: head.optional_id(at!(HEAD, "orderNo"), OrderNumber::parse),
        freight: head.optional_amount(at!(HEAD, "freight")),
        insurance: head.optional_amount(at!(HEAD, "insuredFee")),
        currency: head.text(at!(HEAD, "currency")),
        gross_weight_kg: head.decimal(at!(HEAD, "weight")),
        packages: head.integer(at!(HEAD, "packNo")).map(i64::from),
        goods: head.optional(at!(HEAD, "goodsInfo")),
        consignee: head.consignee(
            at!(HEAD, "consignee"),
            at!(HEAD, "consigneeTelephone"),
            at!(HEAD, "consigneeAddress"),
        ),
        note: head.optional(at!(HEAD, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, waybill: &Waybill) {
    head.filing(&waybill.filing);
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &waybill.carrier);
    head.text(at!(HEAD, "logisticsNo"), waybill.number.as_str());
    head.optional(at!(HEAD, "billNo"), waybill.bill_no.as_deref());
    head.optional(at!(HEAD, "orderNo"), waybill.order_no.as_ref().map(OrderNumber::as_str));
    head.optional_display(at!(HEAD, "freight"), waybill.freight);
    head.optional_display(at!(HEAD, "insuredFee"), waybill.insurance);
    head.text(at!(HEAD, "currency"), &waybill.currency);
    head.number(at!(HEAD, "weight"), waybill.gross_weight_kg);
    head.display(at!(HEAD, "packNo"), waybill.packages);
    head.optional(at!(HEAD, "goodsInfo"), waybill.goods.as_deref());
    head.text(at!(HEAD, "consignee"), &waybill.consignee.name);
    head.text(at!(HEAD, "consigneeAddress"), &waybill.consignee.address);
    head.text(at!(HEAD, "consigneeTelephone"), &waybill.consignee.telephone);
    head.optional(at!(HEAD, "note"), waybill.note.as_deref());
}
