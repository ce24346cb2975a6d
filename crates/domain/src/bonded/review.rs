//! What customs holds a declared bonded list or gate pass to (审核).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::AccountBook;
use super::declared::{
    Binding, CarriedGoods, DeclaredGoods, DeclaredList, DeclaredPass, Direction,
};
use super::item::{BondedItem, PriceRange, counted};
use super::list::BondedListState;
use super::stock::{Stock, StockQuantity};
use crate::defect::{Defect, unnumbered};
use crate::ids::{AccountItemNumber, BondedListNumber, GatePassNumber, OfficeCode, PartyId};

/// What a bonded list brings in, once it was found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedList {
    /// How much of which goods of the book, in the unit of their stock.
    pub lines: Vec<(AccountItemNumber, StockQuantity)>,
    /// The prices that an officer has to look at: outside of what was registered, or not to be held to it.
    pub for_an_officer: Vec<Defect>,
}

/// 人民币 (`DclCurrcd`): the currency in which price ranges are registered.
const YUAN: &str = "142";
/// 核注清单 (`RltTbTypecd`).
const BONDED_LISTS: &str = "1";

/// Holds a new list of `holder` to its account book; `registered` gives what lies under the book.
///
/// # Errors
/// Everything in which it differs, with pointers below `pointer`.
pub fn review_list<'b>(
    list: &DeclaredList,
    holder: PartyId,
    day: Date,
    book: Option<&AccountBook>,
    registered: impl Fn(&AccountItemNumber) -> Option<(&'b BondedItem, Stock)>,
    pointer: &str,
) -> Result<ReviewedList, Vec<Defect>> {
    let head = |name: &str| format!("{pointer}/InvtHeadType/{name}");
    let mut defects = Vec::new();
    if list.direction == Direction::Outward {
        defects.push(Defect::at(&LIST_OUTWARD, head("ImpexpMarkcd")));
    }
    let Some(book) = book.filter(|book| book.is_valid_on(day)) else {
        defects.push(Defect::at(&BOOK_UNKNOWN, head("PutrecNo")).found(&list.book));
        return Err(defects);
    };
    if book.holder != holder {
        let defect = Defect::at(&BOOK_OF_OTHER_PARTY, head("BizopEtpsno"));
        defects.push(defect.found(&list.parties.holder.code).with("book", &list.book));
    }
    hold_to_office(list.office, book.office, head("DclPlcCuscd"), &mut defects);
    let (mut lines, mut numbers) = (Vec::with_capacity(list.lines.len()), BTreeSet::new());
    let mut for_an_officer = Vec::new();
    for (line, n) in list.lines.iter().zip(1..) {
        let at = |name: &str| format!("{pointer}/InvtListType[{n}]/{name}");
        let goods = &line.goods;
        if !numbers.insert(goods.number) {
            defects.push(Defect::at(&LINE_REPEATED, at("GdsSeqno")).found(goods.number));
        }
        let Some((number, (item, stock))) =
            goods.account_item.as_ref().and_then(|item| Some((item, registered(item)?)))
        else {
            let item = goods.account_item.as_ref().map(AccountItemNumber::as_str);
            let defect = Defect::at(&ITEM_UNKNOWN, at("GdsMtno")).found(item.unwrap_or_default());
            defects.push(defect.with("book", &list.book));
            continue;
        };
        match item.taken_by(goods, "") {
            Err(differences) => defects.extend(differences.into_iter().map(|difference| Defect {
                pointer: at(in_a_list(&difference.pointer)),
                ..difference
            })),
            Ok(StockQuantity::ZERO) => defects.push(Defect::at(&NOTHING, at("DclQty"))),
            Ok(quantity) if stock.take_in(quantity).is_err() => {
                defects.push(Defect::at(&TOO_MUCH, at("DclQty")).found(quantity));
            }
            Ok(quantity) => lines.push((number.clone(), quantity)),
        }
        for_an_officer.extend(held_to_prices(line, item, at));
    }
    if defects.is_empty() { Ok(ReviewedList { lines, for_an_officer }) } else { Err(defects) }
}

/// Why an officer has to look at a line's price.
fn held_to_prices(
    line: &DeclaredGoods,
    item: &BondedItem,
    at: impl Fn(&str) -> String,
) -> Option<Defect> {
    let PriceRange { lowest, highest } = item.prices?;
    if line.currency.trim() != YUAN {
        return Some(Defect::at(&PRICE_CURRENCY, at("DclCurrcd")).found(&line.currency));
    }
    item.is_priced_otherwise(&line.goods).then(|| {
        let defect = Defect::at(&PRICE_OUTSIDE, at("DclUprcAmt")).found(line.goods.price);
        defect.with("lowest", lowest).with("highest", highest)
    })
}

/// A bonded list that a gate pass names, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedList {
    /// Its number.
    pub number: BondedListNumber,
    /// Whose it is.
    pub holder: PartyId,
    /// The office of its account book.
    pub office: OfficeCode,
    /// Where it stands.
    pub state: BondedListState,
    /// The gate pass that takes it whole, if one does that was not given up.
    pub whole: Option<GatePassNumber>,
    /// One that takes a part of it.
    pub part: Option<GatePassNumber>,
    /// How much of which goods no gate pass takes yet.
    pub left: BTreeMap<AccountItemNumber, StockQuantity>,
}

/// How much of which goods one of several vehicles carries; nothing where it carries whole lists.
pub type Carried = Vec<(AccountItemNumber, StockQuantity)>;

/// Holds a new gate pass of `holder` to the lists that it names; `lists` are those of them that exist, and
/// `kept_as` says what a quantity in a unit is in the unit of an item's stock.
///
/// # Errors
/// Everything that is wrong with it, with pointers below `pointer`.
pub fn review_pass(
    pass: &DeclaredPass,
    holder: PartyId,
    lists: &[NamedList],
    kept_as: impl Fn(&CarriedGoods) -> Option<StockQuantity>,
    pointer: &str,
) -> Result<Carried, Vec<Defect>> {
    let head = |name: &str| format!("{pointer}/PassportHead/{name}");
    let mut defects = Vec::new();
    if pass.direction == Direction::Outward {
        defects.push(Defect::at(&PASS_OUTWARD, head("IoTypecd")));
    }
    if &*pass.names != BONDED_LISTS {
        defects.push(Defect::at(&PASS_OTHER_DOCUMENTS, head("RltTbTypecd")).found(&pass.names));
    }
    match pass.binding {
        Some(Binding::SeveralLists) => {}
        Some(Binding::OneList | Binding::SeveralVehicles) if pass.lists.len() <= 1 => {}
        Some(Binding::OneList | Binding::SeveralVehicles) => {
            defects.push(Defect::at(&PASS_TOO_MANY, head("BindTypecd")).found(pass.lists.len()));
        }
        None => defects.push(Defect::at(&PASS_BINDING, head("BindTypecd"))),
    }
    let is_part = pass.binding == Some(Binding::SeveralVehicles);
    if pass.lists.is_empty() {
        defects.push(Defect::at(&PASS_EMPTY, head("RltNo")));
    }
    if pass.net_kg > pass.gross_kg || pass.gross_kg > pass.total_kg {
        defects.push(Defect::at(&PASS_WEIGHTS, head("TotalWt")).found(pass.total_kg));
    }
    for number in &pass.lists {
        let at = || head("RltNo");
        let Some(list) = lists.iter().find(|list| list.number == *number) else {
            defects.push(Defect::at(&LIST_UNKNOWN, at()).found(number));
            continue;
        };
        if list.holder != holder {
            defects.push(Defect::at(&LIST_OF_OTHER_PARTY, at()).found(number));
        }
        hold_to_office(pass.office, list.office, head("MasterCuscd"), &mut defects);
        if list.state != BondedListState::Approved {
            let defect = Defect::at(&LIST_NOT_APPROVED, at()).found(number);
            defects.push(defect.with("state", list.state).with("zh", in_chinese(list.state)));
        } else if let Some(other) = list.whole.as_ref().or(list.part.as_ref().filter(|_| !is_part))
        {
            defects.push(Defect::at(&LIST_ON_OTHER_PASS, at()).found(number).with("pass", other));
        }
    }
    let mut carried = Carried::new();
    if let (true, [list]) = (is_part, lists) {
        carried = review_carried(pass, list, kept_as, pointer, &mut defects);
    }
    defects.dedup();
    if defects.is_empty() { Ok(carried) } else { Err(defects) }
}

/// What one of several vehicles carries must be left of its list.
fn review_carried(
    pass: &DeclaredPass,
    list: &NamedList,
    kept_as: impl Fn(&CarriedGoods) -> Option<StockQuantity>,
    pointer: &str,
    defects: &mut Vec<Defect>,
) -> Carried {
    if pass.goods.is_empty() {
        defects.push(Defect::at(&CARRIES_NOTHING, format!("{pointer}/PassportList")));
    }
    let (mut left, mut carried) = (list.left.clone(), Carried::new());
    for (goods, n) in pass.goods.iter().zip(1..) {
        let at = |name: &str| format!("{pointer}/PassportList[{n}]/{name}");
        let Some(of) = left.get_mut(&goods.item) else {
            let defect = Defect::at(&NOT_ON_LIST, at("GdsMtno")).found(&goods.item);
            defects.push(defect.with("list", &list.number));
            continue;
        };
        let Some(quantity) = kept_as(goods).filter(|quantity| *quantity != StockQuantity::ZERO)
        else {
            let found = match goods.unit.as_deref() {
                Some(unit) => counted(goods.quantity, unit),
                None => goods.quantity.to_string(),
            };
            defects.push(Defect::at(&CARRIED_UNIT, at("DclQty")).found(found));
            continue;
        };
        match of.minus(quantity) {
            Ok(rest) => {
                *of = rest;
                carried.push((goods.item.clone(), quantity));
            }
            Err(_) => {
                let defect = Defect::at(&CARRIES_TOO_MUCH, at("DclQty")).found(quantity);
                defects.push(defect.expected(*of).with("list", &list.number));
            }
        }
    }
    carried
}

fn hold_to_office(found: OfficeCode, kept: OfficeCode, at: String, defects: &mut Vec<Defect>) {
    if found != kept {
        defects.push(Defect::at(&BOOK_OF_OTHER_OFFICE, at).found(found).expected(kept));
    }
}

/// What a list calls the element that a parcel's declaration calls otherwise.
fn in_a_list(pointer: &str) -> &'static str {
    match pointer {
        "/gcode" => "Gdecd",
        "/unit" => "DclUnitcd",
        "/qty1" => "LawfQty",
        _ => "SecdLawfQty",
    }
}

const fn in_chinese(state: BondedListState) -> &'static str {
    match state {
        BondedListState::Lodged => "待审核",
        BondedListState::Approved => "审核通过",
        BondedListState::Gated => "已过卡",
        BondedListState::Stocked => "已核扣",
        BondedListState::Refused => "退单",
        BondedListState::NotAdmitted => "检疫不合格",
        BondedListState::Withdrawn => "已删除",
    }
}

unnumbered! {
    /// A list brings goods out of a zone.
    LIST_OUTWARD "bonded-list-outward" "暂不受理出区核注清单" "lists of goods that leave the zone are not taken";
    /// The account book is not registered, or its term is over.
    BOOK_UNKNOWN "bonded-list-book-unknown" "账册[{found}]未备案或已失效" "account book [{found}] is not registered, or its term is over";
    /// The account book belongs to another enterprise.
    BOOK_OF_OTHER_PARTY "bonded-list-book-of-other-party" "账册[{book}]的经营企业不是[{found}]" "account book [{book}] does not belong to [{found}]";
    /// The account book is kept by another office.
    BOOK_OF_OTHER_OFFICE "bonded-list-office" "主管海关[{found}]与账册的主管海关[{expected}]不一致" "the account book is kept by office [{expected}], not by [{found}]";
    /// The account book holds no such goods.
    ITEM_UNKNOWN "bonded-list-item-unknown" "账册[{book}]无备案料号[{found}]" "account book [{book}] holds no item [{found}]";
    /// Two lines have one number.
    LINE_REPEATED "bonded-list-line-repeated" "商品序号[{found}]重复" "two lines have the number [{found}]";
    /// A line brings in nothing.
    NOTHING "bonded-list-nothing" "申报数量应大于零" "the line brings in nothing";
    /// More than a stock can hold.
    TOO_MUCH "bonded-list-too-much" "申报数量[{found}]超出账册可记载的数量" "[{found}] is more than the account book can hold";
    /// A price lies outside of its range.
    PRICE_OUTSIDE "bonded-list-price" "申报单价[{found}]不在备案价格区间[{lowest}]至[{highest}]内" "the price [{found}] is outside of the registered range from [{lowest}] to [{highest}]";
    /// A price in a currency in which no range is registered.
    PRICE_CURRENCY "bonded-list-price-currency" "备案价格区间以人民币计，币制[{found}]的单价不能核对" "ranges are registered in yuan; a price in currency [{found}] cannot be held to one";
    /// The enterprise's own number names another document already.
    REFERENCE_TAKEN "bonded-reference-taken" "企业内部编号[{found}]与系统已有记录[{expected}]重复" "the enterprise's number [{found}] names [{expected}] already";
    /// The document is only to be stored.
    STORED_ONLY "bonded-stored-only" "暂存的单证不予受理，DelcareFlag应为1" "documents that are only to be stored (DelcareFlag 0) are not taken";
    /// Changes are not taken.
    CHANGE_NOT_TAKEN "bonded-change-not-taken" "暂不受理变更申请，请删除后重新申报" "changes are not taken; withdraw it and declare it anew";
    /// There is nothing to delete.
    ORIGINAL_MISSING "bonded-original-missing" "未找到企业内部编号[{found}]对应的单证" "the enterprise's number [{found}] names nothing that could be deleted";
    /// It is too late to delete it.
    NOT_DELETABLE "bonded-not-deletable" "[{found}]的状态不允许删除或作废" "the state of [{found}] does not allow it to be deleted";
    /// The enterprise is not registered, or not active.
    PARTY_UNKNOWN "bonded-party-unknown" "企业[{found}]未备案或状态不正常" "enterprise [{found}] is not registered, or not active";
    /// Who declares may not.
    DECLARANT_WRONG "bonded-declarant-wrong" "[{found}]不是经营企业，也未备案为申报企业" "[{found}] is neither the holder nor registered as a declarant";
    /// A gate pass for goods that leave the zone.
    PASS_OUTWARD "gate-pass-outward" "暂不受理出区核放单" "gate passes of goods that leave the zone are not taken";
    /// A gate pass that names other documents than bonded lists.
    PASS_OTHER_DOCUMENTS "gate-pass-other-documents" "暂只受理关联核注清单的核放单，关联单证类型为[{found}]" "gate passes name bonded lists (1) alone, not documents of kind [{found}]";
    /// A gate pass names no list.
    PASS_EMPTY "gate-pass-empty" "核放单未关联核注清单" "the gate pass names no bonded list";
    /// A gate pass of one list names several.
    PASS_TOO_MANY "gate-pass-too-many" "一车一票、一票多车的核放单只能关联一份核注清单，实为[{found}]份" "a gate pass of one list names [{found}]";
    /// It is not said how lists and vehicle belong together.
    PASS_BINDING "gate-pass-binding" "关联核注清单的核放单应填报绑定类型" "a gate pass that names lists says how they and its vehicle belong together";
    /// One of several vehicles carries nothing.
    CARRIES_NOTHING "gate-pass-carries-nothing" "一票多车的核放单应填报表体" "a gate pass of one of several vehicles says what it carries";
    /// A vehicle carries goods that its list does not.
    NOT_ON_LIST "gate-pass-not-on-list" "核注清单[{list}]无料号[{found}]" "bonded list [{list}] has no item [{found}]";
    /// A vehicle carries a quantity that its goods are not counted in.
    CARRIED_UNIT "gate-pass-quantity" "申报数量[{found}]不能换算为账册的计量单位" "[{found}] is no quantity in a unit of the goods";
    /// Vehicles carry more than the list holds.
    CARRIES_TOO_MUCH "gate-pass-too-much" "申报数量[{found}]超过核注清单[{list}]的剩余数量[{expected}]" "[{found}] is more than the [{expected}] that is left of bonded list [{list}]";
    /// The weights contradict one another.
    PASS_WEIGHTS "gate-pass-weights" "总重量[{found}]小于货物毛重，或毛重小于净重" "the weights contradict one another: net, gross and total [{found}] should grow";
    /// A gate pass names a list that does not exist.
    LIST_UNKNOWN "gate-pass-list-unknown" "核注清单[{found}]不存在" "there is no bonded list [{found}]";
    /// A gate pass names a list of another enterprise.
    LIST_OF_OTHER_PARTY "gate-pass-list-of-other-party" "核注清单[{found}]不属于区内企业" "bonded list [{found}] belongs to another enterprise";
    /// A gate pass names a list that was not approved, or passed the gate already.
    LIST_NOT_APPROVED "gate-pass-list-state" "核注清单[{found}]的状态为{zh}，不能过卡" "bonded list [{found}] is {state} and cannot pass the gate";
    /// Another gate pass names the list.
    LIST_ON_OTHER_PASS "gate-pass-list-taken" "核注清单[{found}]已关联核放单[{pass}]" "gate pass [{pass}] names bonded list [{found}] already";
}
