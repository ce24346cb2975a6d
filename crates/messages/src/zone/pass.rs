//! Gate passes (核放单; SAS121).

use tongguan_domain::bonded::declared::{
    Binding, CarriedGoods, DeclaredPass, Direction, ZoneParties,
};
use tongguan_domain::commerce::Action;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    AccountItemNumber, BondedListNumber, GatePassNumber, VehiclePlate, ZoneReference,
};

use super::read::{Kind, ZoneRows, party};
use super::{ZoneDocument, ZoneMessage};
use crate::read::place::Place;
use crate::read::row::Row;
use crate::read::{Cells, built, rules};
use crate::table::{
    Entity, Field, INT, N19_5, at, exactly, fields, filled, optional, required, up_to,
};

/// `PassPortMessage`.
pub(super) static DOCUMENT: Kind = Kind {
    message: ZoneMessage::Sas121,
    element: "PassPortMessage",
    head: &HEAD,
    lines: &[&NAMED, &LINE],
    reference: "EtpsPreentNo",
    map: pass,
};

/// `PassportHead`.
pub(super) static HEAD: Entity = Entity::new("PassportHead", "核放单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    optional("SeqNo", "预录入统一编号", "number given on first sight", up_to(18));
    optional("PassportNo", "核放单编号", "number given by customs", up_to(64));
    required("PassportTypecd", "核放单类型代码", "1 to 6: how the goods cross the line", exactly(1));
    required("MasterCuscd", "主管海关", "office of the zone, four digits", exactly(4));
    required("DclTypecd", "申报类型", "1 new, 3 given up", exactly(1));
    required("IoTypecd", "进出标志代码", "I into the zone, E out of it", exactly(1));
    optional("BindTypecd", "绑定类型代码", "1 several lists, 2 one list, 3 several vehicles", up_to(1));
    optional("RltTbTypecd", "关联单证类型代码", "1 bonded list, 2 stock slip, 3 bill of lading", up_to(1));
    optional("RltNo", "关联单证编号", "the documents, with \\ between them", up_to(512));
    optional("AreainOriactNo", "区内账册号", "an account book in the zone", up_to(64));
    required("AreainEtpsno", "区内企业编码", "customs code of the enterprise in the zone", filled(18));
    optional("AreainEtpsNm", "区内企业名称", "its name", up_to(512));
    optional("AreainEtpsSccd", "区内企业社会信用代码", "its credit code", up_to(18));
    required("VehicleNo", "承运车牌号", "number plate", filled(128));
    optional("VehicleIcNo", "IC卡号", "electronic plate", up_to(128));
    optional("ContainerNo", "集装箱号", "container", up_to(128));
    required("VehicleWt", "车自重", "weight of the vehicle in kilograms", N19_5);
    optional("VehicleFrameNo", "车架号", "frame", up_to(256));
    optional("VehicleFrameWt", "车架重", "weight of the frame", N19_5);
    optional("ContainerType", "集装箱箱型", "kind of container", up_to(256));
    optional("ContainerWt", "集装箱重", "weight of the container", N19_5);
    required("TotalWt", "总重量", "weight of all, vehicle included", N19_5);
    required("TotalGrossWt", "货物总毛重", "gross weight of the goods", N19_5);
    required("TotalNetWt", "货物总净重", "net weight of the goods", N19_5);
    required("DclErConc", "申请人及联系方式", "who applies, and how to reach them", filled(512)).personal();
    optional("DclTime", "申报日期", "day of declaring", up_to(19));
    required("DclEtpsno", "申报企业编号", "customs code of who declares", filled(18));
    optional("DclEtpsNm", "申报企业名称", "its name", up_to(512));
    optional("DclEtpsSccd", "申报企业社会信用代码", "its credit code", up_to(18));
    optional("InputCode", "录入单位代码", "who typed it in", up_to(10));
    optional("InputSccd", "录入单位社会信用代码", "its credit code", up_to(18));
    optional("InputName", "录入单位名称", "its name", up_to(255));
    required("EtpsPreentNo", "企业内部编号", "the enterprise's own number for the pass, its key", filled(64));
    optional("Rmk", "备注", "free text", up_to(512));
    optional("Col1", "到货确认标志", "whether arrival is confirmed", up_to(64));
    optional("Col2", "备用", "not used", up_to(512));
    optional("Col3", "备用", "not used", up_to(512));
    optional("Col4", "备用", "not used", up_to(512));
};

/// `PassportAcmp`: its own spelling of the document's kind and number.
pub(super) static NAMED: Entity = Entity::new("PassportAcmp", "核放单关联单证", NAMED_FIELDS);

const NAMED_FIELDS: &[Field] = fields! {
    optional("SeqNo", "预录入统一编号", "number of the pass given on first sight", up_to(18));
    optional("PassPortNo", "核放单编号", "number of the pass given by customs", up_to(64));
    required("RtlBillTypecd", "关联单证类型代码", "as on the head", exactly(1));
    required("RtlBillNo", "关联单证编号", "one document", filled(64));
};

/// `PassportList`: what one of several vehicles carries.
pub(super) static LINE: Entity = Entity::new("PassportList", "核放单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    optional("SeqNo", "预录入统一编号", "number of the pass given on first sight", up_to(18));
    optional("PassportNo", "核放单编号", "number of the pass given by customs", up_to(64));
    required("PassPortSeqNo", "序号", "line number, from 1", INT);
    optional("RltGdsSeqno", "关联商品序号", "line of the list", up_to(19));
    required("GdsMtno", "商品料号", "the goods' number in the account book", filled(32));
    optional("Gdecd", "商品编码", "ten digits", up_to(10));
    optional("GdsNm", "商品名称", "the goods' name", up_to(512));
    optional("DclUnitcd", "申报计量单位", "unit, three digits", up_to(3));
    required("DclQty", "申报数量", "quantity in the unit", N19_5);
    optional("GrossWt", "毛重", "gross weight in kilograms", N19_5);
    optional("NetWt", "净重", "net weight in kilograms", N19_5);
    optional("Rmk", "备注", "free text", up_to(512));
};

/// The most lists that stand in `PassportAcmp`: far more than a vehicle carries.
const MOST_LISTS: usize = 1_000;
/// What stands between the numbers in `RltNo`.
const BETWEEN: [char; 4] = ['\\', ',', ';', '，'];

fn pass(
    rows: &ZoneRows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ZoneDocument> {
    let rule = &rules::VALUE_MEANINGLESS;
    let named = rows.lines.first().map(Vec::as_slice).unwrap_or_default();
    if named.len() > MOST_LISTS {
        let defect = Defect::at(&rules::TOO_MANY_ELEMENTS, place.child(NAMED.name).to_string());
        findings.push(defect.found(named.len()).expected(MOST_LISTS));
        return None;
    }
    let kind = kind(&rows.head, named);
    let named: Vec<_> = (1..)
        .zip(named)
        .map(|(n, row)| {
            let mut cells = Cells::new(row, place.nth(NAMED.name, n), rule, findings);
            let is_it = |text: &str| (text.trim() == &*kind).then_some(());
            let is_named = cells.one_of(at!(NAMED, "RtlBillTypecd"), is_it, &kind);
            let number = cells.id(at!(NAMED, "RtlBillNo"), BondedListNumber::parse);
            is_named.and(number)
        })
        .collect();
    let goods: Vec<_> = (1..)
        .zip(rows.lines.get(1).map(Vec::as_slice).unwrap_or_default())
        .map(|(n, row)| carried(&mut Cells::new(row, place.nth(LINE.name, n), rule, findings)))
        .collect();
    let mut head = Cells::new(&rows.head, place.child(HEAD.name), rule, findings);
    built!(DeclaredPass {
        action: head.one_of(at!(HEAD, "DclTypecd"), Action::from_wire, "1|3"),
        reference: head.id(at!(HEAD, "EtpsPreentNo"), ZoneReference::parse),
        number: head.optional_id(at!(HEAD, "PassportNo"), GatePassNumber::parse),
        office: head.office(at!(HEAD, "MasterCuscd")),
        direction: head.one_of(at!(HEAD, "IoTypecd"), Direction::from_wire, "I|E"),
        kind: head.text(at!(HEAD, "PassportTypecd")),
        binding: binding(&mut head),
        names: Some(kind),
        lists: lists(&mut head, named),
        goods: goods.into_iter().collect::<Option<Vec<_>>>(),
        parties: parties(&mut head),
        vehicle: head.id(at!(HEAD, "VehicleNo"), VehiclePlate::parse),
        vehicle_kg: head.decimal(at!(HEAD, "VehicleWt")),
        gross_kg: head.decimal(at!(HEAD, "TotalGrossWt")),
        net_kg: head.decimal(at!(HEAD, "TotalNetWt")),
        total_kg: head.decimal(at!(HEAD, "TotalWt")),
        applicant: head.text(at!(HEAD, "DclErConc")),
    })
    .map(|pass| ZoneDocument::Pass(Box::new(pass)))
}

/// The kind of what the pass names, on its head or beside the first document that it names.
fn kind(head: &Row<'_>, named: &[Row<'_>]) -> Box<str> {
    let of_head = head.filled(at!(HEAD, "RltTbTypecd"));
    let of_first = || named.first()?.filled(at!(NAMED, "RtlBillTypecd"));
    of_head.or_else(of_first).unwrap_or_default().trim().into()
}

fn carried(line: &mut Cells<'_, '_>) -> Option<CarriedGoods> {
    built!(CarriedGoods {
        number: line.integer(at!(LINE, "PassPortSeqNo")),
        item: line.id(at!(LINE, "GdsMtno"), AccountItemNumber::parse),
        unit: line.optional(at!(LINE, "DclUnitcd")),
        quantity: line.decimal(at!(LINE, "DclQty")),
    })
}

/// Empty passes and goods that are only registered at the gate bind nothing.
fn binding(head: &mut Cells<'_, '_>) -> Option<Option<Binding>> {
    let position = at!(HEAD, "BindTypecd");
    if head.is_blank(position) {
        return Some(None);
    }
    head.one_of(position, Binding::from_wire, "1|2|3").map(Some)
}

/// The lists of head and further elements, each once. Some senders fill one of the two, some both.
fn lists(
    head: &mut Cells<'_, '_>,
    named: Vec<Option<BondedListNumber>>,
) -> Option<Vec<BondedListNumber>> {
    let position = at!(HEAD, "RltNo");
    let text = head.quoted(position);
    let mut lists: Vec<BondedListNumber> = Vec::new();
    let of_head = text.split(BETWEEN).filter(|number| !number.trim().is_empty());
    for number in of_head {
        let Ok(number) = BondedListNumber::parse(number) else {
            return head.meaningless(position, BondedListNumber::LIMIT);
        };
        if !lists.contains(&number) {
            lists.push(number);
        }
    }
    for number in named {
        let number = number?;
        if !lists.contains(&number) {
            lists.push(number);
        }
    }
    Some(lists)
}

fn parties(head: &mut Cells<'_, '_>) -> Option<ZoneParties> {
    built!(ZoneParties {
        holder: party(head, at!(HEAD, "AreainEtpsno"), at!(HEAD, "AreainEtpsNm")),
        declarant: party(head, at!(HEAD, "DclEtpsno"), at!(HEAD, "DclEtpsNm")),
    })
}
