//! Import declarations (进口清单; CEB621) and the responses to them (CEB622).

use tongguan_domain::declaration::{BondedStock, GoodsItem, ImportDeclaration, Transport};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, OrderNumber, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::official::declaration as official;
use tongguan_domain::party::PartyCode;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, INT, Layout, N9, N19_5, Occurs, Trailer, at, exactly, fields,
    filled, optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB621.
pub static DECLARATIONS: Layout = Layout {
    root: "CEB621Message",
    zh: "进口清单",
    en: "import declarations",
    document: "Inventory",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::up_to(99) },
    trailer: Trailer::Import { signature_required: true },
    faults: Faults {
        empty: &official::EMPTY,
        too_many: &official::TOO_MANY,
        no_lines: &official::EMPTY,
        parameter: &official::PARAMETER,
    },
};

/// CEB622.
pub static RESPONSES: Layout = response::layout(
    ["CEB622Message", "进口清单回执", "responses to import declarations"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&DECLARATIONS, MessageType::Ceb622, |rows, place, findings| {
        declaration(rows, place, findings).map(Box::new).map(Document::Declaration)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `InventoryHead`.
pub static HEAD: Entity = Entity::new("InventoryHead", "清单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", filled(3));
    required("orderNo", "订单编号", "the order that is declared", filled(60));
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform", filled(18));
    required("ebpName", "电商平台名称", "the platform's registered name", filled(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", filled(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", filled(100));
    required("logisticsNo", "物流运单编号", "the waybill number", filled(60));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", filled(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", filled(100));
    optional("copNo", "企业内部编号", "the declarant's own number, its key", up_to(20));
    optional("preNo", "预录入编号", "number given by the port: B, day, nine digits", up_to(18));
    required("assureCode", "担保企业编号", "who guarantees the tax", filled(30));
    optional("emsNo", "账册编号", "bonded account book, for 1210", up_to(30));
    optional("invtNo", "清单编号", "number given by customs: office, year, I, nine digits", up_to(18));
    required("ieFlag", "进出口标记", "I: import", exactly(1));
    required("declTime", "申报日期", "day of declaration, YYYYMMDD", exactly(8));
    required("customsCode", "申报海关代码", "customs office of declaration, four digits", exactly(4));
    required("portCode", "口岸海关代码", "customs office of entry, four digits", exactly(4));
    optional("ieDate", "进口日期", "day of arrival, YYYYMMDD", exactly(8)).longer_in_older_layouts(14);
    required("buyerIdType", "订购人证件类型", "1 resident identity card, 2 other", exactly(1));
    required("buyerIdNumber", "订购人证件号码", "the number of the buyer's document", filled(60)).personal();
    required("buyerName", "订购人姓名", "the buyer's real name", filled(60)).personal();
    required("buyerTelephone", "订购人电话", "the buyer's telephone", filled(30)).personal();
    required("consigneeAddress", "收件地址", "the address of delivery", filled(200)).personal();
    required("agentCode", "申报企业代码", "customs code or credit code of the declarant", filled(18));
    required("agentName", "申报企业名称", "the declarant's registered name", filled(100));
    optional("areaCode", "区内企业代码", "the bonded warehouse, for 1210", up_to(18));
    optional("areaName", "区内企业名称", "its name, for 1210", up_to(100));
    required("tradeMode", "贸易方式", "9610 direct, 1210 or 1239 bonded", exactly(4));
    required("trafMode", "运输方式", "mode of transport, one character", exactly(1));
    optional("trafNo", "运输工具编号", "vehicle, vessel or flight; for 9610", up_to(100));
    optional("voyageNo", "航班航次号", "voyage or flight number; for 9610", up_to(32));
    optional("billNo", "提运单号", "bill of lading, air waybill or truck manifest; for 9610", up_to(37));
    optional("loctNo", "监管场所代码", "supervised place, where the office has several", up_to(10));
    optional("licenseNo", "许可证件号", "licence", up_to(19));
    required("country", "起运国", "customs country code of departure; 142 for 1210", exactly(3));
    required("freight", "运费", "freight; 0 if none", N19_5);
    required("insuredFee", "保费", "insurance; 0 if none", N19_5);
    required("currency", "币制", "customs currency code; an empty element stands for 142", exactly(3)).fixed("142");
    optional("wrapType", "包装种类代码", "kind of packing", exactly(1));
    required("packNo", "件数", "number of parcels: 1", N9);
    required("grossWeight", "毛重", "kilograms with packing", N19_5);
    required("netWeight", "净重", "kilograms without packing", N19_5);
    optional("note", "备注", "free text", up_to(1000));
};

/// `InventoryList`.
pub static LINE: Entity = Entity::new("InventoryList", "清单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "商品序号", "line number, from 1; pairs with the order's line", INT);
    optional("itemRecordNo", "账册备案料号", "item of the account book, for 1210", up_to(30));
    optional("itemNo", "企业商品货号", "the seller's number for the goods", up_to(20)).longer_in_older_layouts(30);
    optional("itemName", "企业商品品名", "the seller's name for the goods", up_to(250));
    required("gcode", "商品编码", "ten-digit code of the tariff", exactly(10));
    required("gname", "商品名称", "the name declared", filled(250));
    required("gmodel", "商品规格型号", "brand, model, composition …: enough to classify and value", filled(510));
    optional("barCode", "条码", "bar code; 无 when there is none", up_to(50));
    required("country", "原产国", "customs country code of origin", exactly(3));
    optional("tradeCountry", "贸易国", "customs country code of the trade", filled(3));
    required("currency", "币制", "customs currency code; an empty element stands for 142", exactly(3)).fixed("142");
    required("qty", "数量", "quantity in the declared unit", N19_5);
    required("unit", "计量单位", "customs unit code", exactly(3));
    required("qty1", "法定数量", "quantity in the first statutory unit", N19_5);
    required("unit1", "法定计量单位", "first statutory unit", exactly(3));
    optional("qty2", "第二数量", "quantity in the second statutory unit", N19_5);
    optional("unit2", "第二计量单位", "second statutory unit", exactly(3));
    required("price", "单价", "price of one unit", N19_5);
    required("totalPrice", "总价", "price times quantity", N19_5);
    optional("note", "备注", "free text", up_to(1000));
};

/// `InventoryReturn`.
pub static RETURN: Entity = Entity::new("InventoryReturn", "清单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the declaration's document", exactly(36));
    optional("customsCode", "申报海关代码", "customs office of declaration", exactly(4));
    optional("ebpCode", "电商平台代码", "the platform, as declared", filled(18));
    optional("ebcCode", "电商企业代码", "the merchant, as declared", filled(18));
    optional("agentCode", "申报企业代码", "the declarant, as declared", filled(18));
    required("copNo", "企业内部编号", "the declarant's own number", filled(20));
    required("preNo", "预录入编号", "number given by the port", exactly(18));
    optional("invtNo", "清单编号", "number given by customs", exactly(18));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", filled(1000));
};

/// Writes a message of declarations, without a signature: the schema accepts it once signed.
///
/// # Errors
/// Everything else that the schema would refuse, such as a declaration without lines.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    declarations: impl IntoIterator<Item = &'d ImportDeclaration>,
) -> Result<String, Vec<Defect>> {
    write_request(&DECLARATIONS, envelope, declarations, |writer, place, declaration| {
        writer.document(place, declaration, &declaration.items, write_head, write_item);
    })
}

/// From the wire to the domain.
fn declaration(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ImportDeclaration> {
    let items = rows.lines(&LINE, place, &official::PARAMETER, findings, item);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &official::PARAMETER, findings);
    built!(ImportDeclaration {
        filing: head.filing(),
        order_no: head.id(at!(HEAD, "orderNo"), OrderNumber::parse),
        platform: head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        waybill_no: head.id(at!(HEAD, "logisticsNo"), WaybillNumber::parse),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        reference: head.optional_id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        guarantor: head.id(at!(HEAD, "assureCode"), PartyCode::parse),
        bonded: bonded(&mut head),
        declaration_no: head.optional_id(at!(HEAD, "invtNo"), DeclarationNumber::parse),
        direction: head.text(at!(HEAD, "ieFlag")),
        declared_on: head.day(at!(HEAD, "declTime")),
        office: head.office(at!(HEAD, "customsCode")),
        port: head.office(at!(HEAD, "portCode")),
        arrived_on: head.optional_day(at!(HEAD, "ieDate")),
        buyer: head.identity(
            at!(HEAD, "buyerIdType"),
            at!(HEAD, "buyerIdNumber"),
            at!(HEAD, "buyerName"),
        ),
        buyer_telephone: head.text(at!(HEAD, "buyerTelephone")),
        consignee_address: head.text(at!(HEAD, "consigneeAddress")),
        declarant: head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName")),
        mode: head.text(at!(HEAD, "tradeMode")),
        transport: transport(&mut head),
        facility: head.optional(at!(HEAD, "loctNo")),
        licence: head.optional(at!(HEAD, "licenseNo")),
        departure_country: head.text(at!(HEAD, "country")),
        freight: head.amount(at!(HEAD, "freight")),
        insurance: head.amount(at!(HEAD, "insuredFee")),
        currency: head.text(at!(HEAD, "currency")),
        packaging: head.optional(at!(HEAD, "wrapType")),
        packages: head.integer(at!(HEAD, "packNo")).map(i64::from),
        gross_weight_kg: head.decimal(at!(HEAD, "grossWeight")),
        net_weight_kg: head.decimal(at!(HEAD, "netWeight")),
        note: head.optional(at!(HEAD, "note")),
        items: items,
    })
}

fn bonded(head: &mut Cells<'_, '_>) -> Option<BondedStock> {
    built!(BondedStock {
        account_book: head.optional(at!(HEAD, "emsNo")),
        warehouse: head.optional_id(at!(HEAD, "areaCode"), PartyCode::parse),
        warehouse_name: head.optional(at!(HEAD, "areaName")),
    })
}

fn transport(head: &mut Cells<'_, '_>) -> Option<Transport> {
    built!(Transport {
        mode: head.text(at!(HEAD, "trafMode")),
        vehicle: head.optional(at!(HEAD, "trafNo")),
        voyage: head.optional(at!(HEAD, "voyageNo")),
        bill_no: head.optional(at!(HEAD, "billNo")),
    })
}

fn item(line: &mut Cells<'_, '_>) -> Option<GoodsItem> {
    built!(GoodsItem {
        number: line.integer(at!(LINE, "gnum")),
        account_item: line.optional(at!(LINE, "itemRecordNo")),
        item_no: line.optional(at!(LINE, "itemNo")),
        item_name: line.optional(at!(LINE, "itemName")),
        hs_code: line.text(at!(LINE, "gcode")),
        name: line.text(at!(LINE, "gname")),
        specification: line.text(at!(LINE, "gmodel")),
        barcode: line.optional(at!(LINE, "barCode")),
        origin: line.text(at!(LINE, "country")),
        trade_country: line.optional(at!(LINE, "tradeCountry")),
        currency: line.text(at!(LINE, "currency")),
        quantity: line.decimal(at!(LINE, "qty")),
        unit: line.text(at!(LINE, "unit")),
        statutory_quantity: line.decimal(at!(LINE, "qty1")),
        statutory_unit: line.text(at!(LINE, "unit1")),
        second_quantity: line.optional_decimal(at!(LINE, "qty2")),
        second_unit: line.optional(at!(LINE, "unit2")),
        price: line.amount(at!(LINE, "price")),
        total_price: line.amount(at!(LINE, "totalPrice")),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, declaration: &ImportDeclaration) {
    write_parties(head, declaration);
    write_consignment(head, declaration);
}

fn write_parties(head: &mut EntityWriter<'_>, declaration: &ImportDeclaration) {
    head.filing(&declaration.filing);
    head.text(at!(HEAD, "orderNo"), declaration.order_no.as_str());
    head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName"), &declaration.platform);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &declaration.merchant);
    head.text(at!(HEAD, "logisticsNo"), declaration.waybill_no.as_str());
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &declaration.carrier);
    let reference = declaration.reference.as_ref().map(FunctionalReference::as_str);
    head.optional(at!(HEAD, "copNo"), reference);
    let provisional = declaration.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    head.text(at!(HEAD, "assureCode"), declaration.guarantor.as_str());
    head.optional(at!(HEAD, "emsNo"), declaration.bonded.account_book.as_deref());
    let number = declaration.declaration_no.as_ref().map(DeclarationNumber::as_str);
    head.optional(at!(HEAD, "invtNo"), number);
    head.text(at!(HEAD, "ieFlag"), &declaration.direction);
    head.day(at!(HEAD, "declTime"), declaration.declared_on);
    head.display(at!(HEAD, "customsCode"), declaration.office);
    head.display(at!(HEAD, "portCode"), declaration.port);
    if let Some(day) = declaration.arrived_on {
        head.day(at!(HEAD, "ieDate"), day);
    }
    head.text(at!(HEAD, "buyerIdType"), &declaration.buyer.id_type);
    head.text(at!(HEAD, "buyerIdNumber"), &declaration.buyer.number);
    head.text(at!(HEAD, "buyerName"), &declaration.buyer.name);
    head.text(at!(HEAD, "buyerTelephone"), &declaration.buyer_telephone);
    head.text(at!(HEAD, "consigneeAddress"), &declaration.consignee_address);
    head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName"), &declaration.declarant);
}

fn write_consignment(head: &mut EntityWriter<'_>, declaration: &ImportDeclaration) {
    let (bonded, transport) = (&declaration.bonded, &declaration.transport);
    head.optional(at!(HEAD, "areaCode"), bonded.warehouse.as_ref().map(PartyCode::as_str));
    head.optional(at!(HEAD, "areaName"), bonded.warehouse_name.as_deref());
    head.text(at!(HEAD, "tradeMode"), &declaration.mode);
    head.text(at!(HEAD, "trafMode"), &transport.mode);
    head.optional(at!(HEAD, "trafNo"), transport.vehicle.as_deref());
    head.optional(at!(HEAD, "voyageNo"), transport.voyage.as_deref());
    head.optional(at!(HEAD, "billNo"), transport.bill_no.as_deref());
    head.optional(at!(HEAD, "loctNo"), declaration.facility.as_deref());
    head.optional(at!(HEAD, "licenseNo"), declaration.licence.as_deref());
    head.text(at!(HEAD, "country"), &declaration.departure_country);
    head.display(at!(HEAD, "freight"), declaration.freight);
    head.display(at!(HEAD, "insuredFee"), declaration.insurance);
    head.text(at!(HEAD, "currency"), &declaration.currency);
    head.optional(at!(HEAD, "wrapType"), declaration.packaging.as_deref());
    head.display(at!(HEAD, "packNo"), declaration.packages);
    head.number(at!(HEAD, "grossWeight"), declaration.gross_weight_kg);
    head.number(at!(HEAD, "netWeight"), declaration.net_weight_kg);
    head.optional(at!(HEAD, "note"), declaration.note.as_deref());
}

fn write_item(writer: &mut Writer, place: Place<'_>, item: &GoodsItem) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), item.number);
    row.optional(at!(LINE, "itemRecordNo"), item.account_item.as_deref());
    row.optional(at!(LINE, "itemNo"), item.item_no.as_deref());
    row.optional(at!(LINE, "itemName"), item.item_name.as_deref());
    row.text(at!(LINE, "gcode"), &item.hs_code);
    row.text(at!(LINE, "gname"), &item.name);
    row.text(at!(LINE, "gmodel"), &item.specification);
    row.optional(at!(LINE, "barCode"), item.barcode.as_deref());
    row.text(at!(LINE, "country"), &item.origin);
    row.optional(at!(LINE, "tradeCountry"), item.trade_country.as_deref());
    row.text(at!(LINE, "currency"), &item.currency);
    row.number(at!(LINE, "qty"), item.quantity);
    row.text(at!(LINE, "unit"), &item.unit);
    row.number(at!(LINE, "qty1"), item.statutory_quantity);
    row.text(at!(LINE, "unit1"), &item.statutory_unit);
    if let Some(quantity) = item.second_quantity {
        row.number(at!(LINE, "qty2"), quantity);
    }
    row.optional(at!(LINE, "unit2"), item.second_unit.as_deref());
    row.display(at!(LINE, "price"), item.price);
    row.display(at!(LINE, "totalPrice"), item.total_price);
    row.optional(at!(LINE, "note"), item.note.as_deref());
    row.end();
}
