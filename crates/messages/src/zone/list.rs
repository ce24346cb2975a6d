//! Bonded lists (核注清单; INV101).

use tongguan_domain::bonded::declared::{DeclaredGoods, DeclaredList, Direction, ZoneParties};
use tongguan_domain::commerce::Action;
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::ItemFacts;
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber, BondedListNumber, ZoneReference};

use super::read::{FAULTS, Kind, ZoneRows};
use super::{ZoneDocument, ZoneMessage};
use crate::read::place::Place;
use crate::read::{Cells, built, rules};
use crate::table::{
    Entity, Field, Form, INT, N19_5, at, exactly, fields, filled, optional, required, up_to,
};

/// `InvtMessage`.
pub(super) static DOCUMENT: Kind = Kind {
    message: ZoneMessage::Inv101,
    element: "InvtMessage",
    head: &HEAD,
    lines: &[&LINE],
    reference: "EtpsInnerInvtNo",
    map: list,
};

/// `InvtHeadType`.
pub(super) static HEAD: Entity = Entity::new("InvtHeadType", "核注清单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    optional("SeqNo", "预录入统一编号", "number given on first sight", up_to(18));
    optional("BondInvtNo", "清单编号", "number given by customs", up_to(64));
    optional("ChgTmsCnt", "变更次数", "how often it was changed", up_to(64));
    required("PutrecNo", "备案编号", "the account book", filled(64));
    optional("InvtType", "清单类型代码", "kind of list; 8: bonded e-commerce", up_to(1));
    required("EtpsInnerInvtNo", "企业内部清单编号", "the enterprise's own number for the list, its key", filled(64));
    required("BizopEtpsno", "经营企业编号", "customs code of the enterprise whose goods they are", filled(18));
    optional("BizopEtpsSccd", "经营企业社会信用代码", "its credit code", up_to(18));
    optional("BizopEtpsNm", "经营企业名称", "its name", up_to(512));
    optional("RcvgdEtpsno", "收货企业编号", "customs code of who receives the goods", up_to(18));
    optional("RvsngdEtpsSccd", "收发货企业社会信用代码", "its credit code", up_to(18));
    optional("RcvgdEtpsNm", "收货企业名称", "its name", up_to(512));
    required("DclEtpsno", "申报企业编号", "customs code of who declares", filled(18));
    optional("DclEtpsSccd", "申报企业社会信用代码", "its credit code", up_to(18));
    optional("DclEtpsNm", "申报企业名称", "its name", up_to(512));
    optional("InputCode", "录入企业编号", "who typed it in", up_to(10));
    optional("InputCreditCode", "录入企业社会信用代码", "its credit code", up_to(18));
    optional("InputName", "录入企业名称", "its name", up_to(255));
    optional("InputTime", "录入日期", "day of typing, YYYYMMDD", up_to(18));
    optional("RltInvtNo", "关联清单编号", "a list that belongs to it", up_to(64));
    optional("RltPutrecNo", "关联备案编号", "an account book that belongs to it", up_to(64));
    optional("CorrEntryDclEtpsNo", "对应报关单申报单位编号", "who declares formally", up_to(10));
    optional("CorrEntryDclEtpsSccd", "对应报关单申报单位社会信用代码", "its credit code", up_to(18));
    optional("CorrEntryDclEtpsNm", "对应报关单申报单位名称", "its name", up_to(512));
    optional("RltEntryBizopEtpsno", "关联报关单境内收发货人编号", "trader of a related formal declaration", up_to(18));
    optional("RltEntryBizopEtpsSccd", "关联报关单境内收发货人社会信用代码", "its credit code", up_to(18));
    optional("RltEntryBizopEtpsNm", "关联报关单境内收发货人名称", "its name", up_to(512));
    optional("RltEntryRcvgdEtpsno", "关联报关单消费使用单位编号", "user of its goods", up_to(18));
    optional("RltEntryRvsngdEtpsSccd", "关联报关单消费使用单位社会信用代码", "its credit code", up_to(18));
    optional("RltEntryRcvgdEtpsNm", "关联报关单消费使用单位名称", "its name", up_to(512));
    optional("RltEntryDclEtpsno", "关联报关单申报单位编号", "its declarant", up_to(18));
    optional("RltEntryDclEtpsSccd", "关联报关单申报单位社会信用代码", "its credit code", up_to(18));
    optional("RltEntryDclEtpsNm", "关联报关单申报单位名称", "its name", up_to(512));
    required("ImpexpPortcd", "进出境关别", "office at the border, four digits", exactly(4));
    required("DclPlcCuscd", "主管海关", "office of the zone, four digits", exactly(4));
    required("ImpexpMarkcd", "进出口标记代码", "I into the zone, E out of it", filled(4));
    optional("MtpckEndprdMarkcd", "料件成品标记代码", "I goods, E finished products", up_to(4));
    required("SupvModecd", "监管方式代码", "supervision mode, four digits", filled(6));
    optional("TrspModecd", "运输方式代码", "mode of transport", up_to(6));
    optional("ApplyNo", "申请表编号", "number of an application", up_to(64));
    optional("ListType", "流转类型", "kind of transfer", up_to(1));
    required("DclcusFlag", "是否报关标志", "1 with a formal declaration, 2 without", exactly(1));
    optional("DclcusTypecd", "报关类型代码", "1 a related one, 2 its own", up_to(25));
    optional("IcCardNo", "申报人IC卡号", "the operator's card", up_to(20));
    optional("DecType", "报关单类型", "kind of formal declaration", up_to(1));
    optional("Rmk", "备注", "free text", up_to(4000));
    optional("StshipTrsarvNatcd", "起运运抵国", "country of departure or arrival", up_to(3));
    optional("EntryNo", "对应报关单编号", "number of its formal declaration", up_to(64));
    optional("RltEntryNo", "关联报关单编号", "number of a related formal declaration", up_to(64));
    required("DclTypecd", "申报类型", "1 new, 2 change, 3 delete", exactly(1));
    optional("InvtDclTime", "清单申报时间", "day of declaring, YYYYMMDD", up_to(18));
    optional("EntryDclTime", "报关单申报时间", "day of declaring formally", up_to(18));
    optional("VrfdedMarkcd", "核扣标记代码", "0 not drawn, 1 held, 2 drawn", up_to(4));
    optional("InvtIochkptStucd", "进出卡口状态代码", "where it stands at the gate", up_to(4));
    optional("PrevdTime", "预核扣时间", "when it was held", up_to(19));
    optional("FormalVrfdedTime", "正式核扣时间", "when it was drawn", up_to(19));
    optional("EntryStucd", "报关单状态", "where the formal declaration stands", up_to(1));
    optional("PassportUsedTypeCd", "核放单生成标志代码", "whether gate passes were made", up_to(1));
    optional("NeedEntryModified", "报关单同步修改标志", "whether the formal declaration changes with it", up_to(1));
    optional("LevyBlAmt", "计征金额", "amount on which duty is levied", up_to(25));
    optional("GenDecFlag", "是否生成报关单", "1 make a formal declaration, 2 do not", up_to(2));
    optional("ListStat", "清单状态", "where the list stands", up_to(1));
    optional("AddTime", "录入时间", "when it was added", up_to(19));
};

/// `InvtListType`.
pub(super) static LINE: Entity = Entity::new("InvtListType", "核注清单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    optional("SeqNo", "预录入统一编号", "number of the list given on first sight", up_to(18));
    required("GdsSeqno", "商品序号", "line number, from 1", INT);
    optional("PutrecSeqno", "备案序号", "line of the account book", up_to(19));
    required("GdsMtno", "商品料号", "the goods' number in the account book", filled(32));
    required("Gdecd", "商品编码", "ten digits", exactly(10));
    required("GdsNm", "商品名称", "the goods' name", filled(512));
    optional("GdsSpcfModelDesc", "规格型号", "specification", up_to(512));
    required("DclUnitcd", "申报计量单位", "unit, three digits", exactly(3));
    required("LawfUnitcd", "法定计量单位", "first statutory unit", exactly(3));
    optional("SecdLawfUnitcd", "法定第二计量单位", "second statutory unit", up_to(3));
    required("Natcd", "原产国", "country of origin, three digits", exactly(3));
    required("DclUprcAmt", "申报单价", "price of a unit", N19_5);
    required("DclTotalAmt", "申报总价", "price of all", AMOUNT);
    optional("UsdStatTotalAmt", "美元统计总金额", "price of all in US dollars", AMOUNT);
    required("DclCurrcd", "币制", "currency, three digits", exactly(3));
    required("LawfQty", "法定数量", "quantity in the first statutory unit", N19_5);
    optional("SecdLawfQty", "第二法定数量", "quantity in the second statutory unit", N19_5);
    optional("WtSfVal", "重量比例因子值", "factor of weight", N19_5);
    optional("FstSfVal", "第一比例因子值", "first factor", N19_5);
    optional("SecdSfVal", "第二比例因子值", "second factor", N19_5);
    required("DclQty", "申报数量", "quantity in the unit", N19_5).misprinted("DclQt");
    optional("GrossWt", "毛重", "gross weight in kilograms", N19_5);
    optional("NetWt", "净重", "net weight in kilograms", N19_5);
    optional("UseCd", "用途代码", "what for", up_to(4));
    optional("LvyrlfModecd", "征免方式", "kind of levy", up_to(6));
    optional("UcnsVerno", "单耗版本号", "version of consumption per unit", up_to(8));
    optional("ClyMarkcd", "危化品标志", "whether it is dangerous: 0 or 1", up_to(4));
    optional("EntryGdsSeqno", "报关单商品序号", "line of the formal declaration", up_to(19));
    optional("ApplyTbSeqno", "流转申报表序号", "line of an application", up_to(19));
    optional("DestinationNatcd", "最终目的国", "country of destination", up_to(3));
    optional("ModfMarkcd", "修改标志", "0 as it was, 1 changed, 2 deleted, 3 added", up_to(4));
    optional("Rmk", "备注", "free text", up_to(4000));
    optional("AddTime", "录入时间", "when it was added", up_to(19));
    optional("Param1", "备用", "not used", up_to(512));
};

/// Amounts (`N25,5`).
const AMOUNT: Form = Form::Decimal { total: 25, fraction: 5 };

fn list(
    rows: &ZoneRows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ZoneDocument> {
    let lines = rows.lines.first().map(Vec::as_slice).unwrap_or_default();
    if lines.is_empty() {
        findings.push(Defect::at(FAULTS.no_lines, place.child(LINE.name).to_string()));
    }
    let lines: Vec<_> = (1..)
        .zip(lines)
        .map(|(n, row)| goods(&mut Cells::new(row, place.nth(LINE.name, n), RULE, findings)))
        .collect();
    let mut head = Cells::new(&rows.head, place.child(HEAD.name), RULE, findings);
    let formally = (head.quoted(at!(HEAD, "DclcusFlag")), head.quoted(at!(HEAD, "GenDecFlag")));
    built!(DeclaredList {
        action: head.one_of(at!(HEAD, "DclTypecd"), Action::from_wire, "1|2|3"),
        reference: head.id(at!(HEAD, "EtpsInnerInvtNo"), ZoneReference::parse),
        number: head.optional_id(at!(HEAD, "BondInvtNo"), BondedListNumber::parse),
        book: head.id(at!(HEAD, "PutrecNo"), AccountBookNumber::parse),
        parties: parties(&mut head),
        office: head.office(at!(HEAD, "DclPlcCuscd")),
        port: head.office(at!(HEAD, "ImpexpPortcd")),
        direction: head.one_of(at!(HEAD, "ImpexpMarkcd"), Direction::from_wire, "I|E"),
        mode: head.text(at!(HEAD, "SupvModecd")),
        is_declared_formally: Some(&*formally.0 == "1" && formally.1.trim() != "2"),
        lines: lines.into_iter().collect::<Option<Vec<_>>>(),
    })
    .map(|list| ZoneDocument::List(Box::new(list)))
}

static RULE: &tongguan_domain::defect::Rule = &rules::VALUE_MEANINGLESS;

fn parties(head: &mut Cells<'_, '_>) -> Option<ZoneParties> {
    built!(ZoneParties {
        holder: super::read::party(head, at!(HEAD, "BizopEtpsno"), at!(HEAD, "BizopEtpsNm")),
        declarant: super::read::party(head, at!(HEAD, "DclEtpsno"), at!(HEAD, "DclEtpsNm")),
    })
}

fn goods(line: &mut Cells<'_, '_>) -> Option<DeclaredGoods> {
    let unit = line.optional(at!(LINE, "SecdLawfUnitcd"));
    let quantity = line.optional_decimal(at!(LINE, "SecdLawfQty"));
    let second = unit
        .zip(quantity)
        .map(|(unit, quantity)| unit.filter(|unit| !unit.trim().is_empty()).zip(quantity));
    built!(DeclaredGoods {
        goods: built!(ItemFacts {
            number: line.integer(at!(LINE, "GdsSeqno")),
            account_item: line.id(at!(LINE, "GdsMtno"), AccountItemNumber::parse).map(Some),
            hs_code: line.text(at!(LINE, "Gdecd")),
            name: line.text(at!(LINE, "GdsNm")),
            item_no: Some(None),
            item_name: Some(None),
            unit: line.text(at!(LINE, "DclUnitcd")),
            quantity: line.decimal(at!(LINE, "DclQty")),
            statutory_unit: line.text(at!(LINE, "LawfUnitcd")),
            statutory_quantity: line.decimal(at!(LINE, "LawfQty")),
            second: second,
            price: line.amount(at!(LINE, "DclUprcAmt")),
            total_price: line.amount(at!(LINE, "DclTotalAmt")),
        }),
        currency: line.text(at!(LINE, "DclCurrcd")),
        origin: line.text(at!(LINE, "Natcd")),
    })
}
