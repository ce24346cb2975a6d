//! Account books of bonded goods (账册) and what lies there.

use serde::Serialize;
use tongguan_application::bonded::{Counted, ItemReport, ListRecord, NamedBy, PassRecord};
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::bonded::movement::Movement;
use tongguan_domain::bonded::stock::{Stock, StockQuantity};
use tongguan_domain::ids::AccountItemNumber;
use utoipa::ToSchema;

/// An account book.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookView {
    /// 账册编号.
    book: String,
    /// Whose: the first code of the party, or its number.
    holder: String,
    /// 主管海关.
    office: String,
    /// The zone.
    zone: String,
    /// From which day on it holds.
    valid_from: String,
    /// Until which day.
    valid_to: Option<String>,
}

/// What moved and what is there of one item of a book.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemReportView {
    /// 备案料号.
    item: String,
    /// 商品编码.
    hs_code: String,
    /// 商品名称.
    name: String,
    /// 计量单位, in which all quantities are.
    unit: String,
    /// What was there at the beginning.
    opening: String,
    /// What came in.
    received: Vec<MovementView>,
    /// What went out.
    issued: Vec<MovementView>,
    /// What was there at the end.
    closing: String,
    /// What is there now.
    now: StockView,
}

/// A movement of stock.
#[derive(Debug, Serialize, ToSchema)]
struct MovementView {
    /// Its place in the item's history.
    n: i64,
    /// Why.
    kind: &'static str,
    /// How much.
    quantity: String,
    /// When.
    at: String,
    /// The document that it follows from.
    document: String,
}

/// What is there, held and left.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockView {
    /// What is there.
    on_hand: String,
    /// What of it is held for declarations.
    held: String,
    /// What is left.
    available: String,
}

/// What a stock-take found.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountedView {
    /// What the book said.
    booked: String,
    /// What was found.
    counted: String,
    /// How the difference was recorded: `surplus` or `missing`.
    difference: Option<&'static str>,
    /// How much it is.
    quantity: Option<String>,
}

/// A bonded list (核注清单) and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListStandingView {
    /// 核注清单编号.
    number: String,
    /// Where it stands: `lodged`, `approved`, `past the gate`, `in stock`, `refused`, `not admitted`, `withdrawn`.
    state: String,
    /// The gate pass (核放单编号) by which it passed the gate.
    gate_pass: Option<String>,
    /// Its lines.
    lines: Vec<ListLineView>,
}

/// A bonded list, the gate passes that name it, and what was done with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListView {
    #[serde(flatten)]
    standing: ListStandingView,
    /// The gate passes that name it.
    named_by: Vec<NamedByView>,
    /// What was done with it, in order.
    steps: Vec<ListStepView>,
}

/// A line of a bonded list.
#[derive(Debug, Serialize, ToSchema)]
struct ListLineView {
    /// 备案料号.
    item: String,
    /// How much it declares.
    quantity: String,
    /// How much of that passed the gate.
    passed: String,
}

/// A gate pass that names a list.
#[derive(Debug, Serialize, ToSchema)]
struct NamedByView {
    /// 核放单编号.
    gate_pass: String,
    /// Where it stands, once it came by message.
    state: Option<String>,
    /// Since when.
    since: Option<String>,
    /// Who let its vehicle through or gave it up.
    officer: Option<String>,
    /// Why.
    reason: Option<String>,
    /// What its vehicle carries; absent where it takes the list whole.
    carried: Option<Vec<CarriedView>>,
}

/// Goods that a vehicle carries.
#[derive(Debug, Serialize, ToSchema)]
struct CarriedView {
    /// 备案料号.
    item: String,
    /// How much.
    quantity: String,
}

/// Something that was done with a list.
#[derive(Debug, Serialize, ToSchema)]
struct ListStepView {
    /// Where it led.
    state: String,
    /// When.
    at: String,
    /// By whom.
    officer: String,
    /// Why.
    reason: String,
}

/// A gate pass (核放单; SAS121) that came by message.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassView {
    /// 核放单编号.
    gate_pass: String,
    /// Where it stands.
    state: String,
    /// Since when.
    since: String,
    /// Who let its vehicle through or gave it up.
    officer: Option<String>,
    /// Why.
    reason: Option<String>,
    /// The bonded lists that it names.
    lists: Vec<PassListView>,
}

/// A list that a gate pass names.
#[derive(Debug, Serialize, ToSchema)]
struct PassListView {
    /// 账册编号.
    book: String,
    /// 核注清单编号.
    number: String,
}

impl CountedView {
    /// Of what a stock-take found.
    pub fn of(found: &Counted, counted: StockQuantity) -> Self {
        let difference = found.difference;
        Self {
            booked: found.booked.to_string(),
            counted: counted.to_string(),
            difference: difference.map(|(kind, _)| kind.name()),
            quantity: difference.map(|(_, quantity)| quantity.to_string()),
        }
    }
}

impl ListStandingView {
    /// Of a list.
    pub fn of(record: &ListRecord) -> Self {
        let lines = record.list.lines.iter().zip(record.let_through());
        let line = |((item, quantity), passed): (&(AccountItemNumber, StockQuantity), _)| {
            let passed: StockQuantity = passed;
            ListLineView {
                item: item.to_string(),
                quantity: quantity.to_string(),
                passed: passed.to_string(),
            }
        };
        Self {
            number: record.list.number.to_string(),
            state: record.state.to_string(),
            gate_pass: record.gate_pass.as_ref().map(ToString::to_string),
            lines: lines.map(line).collect(),
        }
    }
}

impl ListView {
    /// Of a list; `passes` are the gate passes that name it.
    pub fn of(record: &ListRecord, passes: &[PassRecord]) -> Self {
        let steps = record.steps.iter().map(|(state, at, by)| ListStepView {
            state: state.to_string(),
            at: at.to_string(),
            officer: by.officer.to_string(),
            reason: by.reason.to_string(),
        });
        Self {
            standing: ListStandingView::of(record),
            named_by: record.named_by.iter().map(|named| NamedByView::of(named, passes)).collect(),
            steps: steps.collect(),
        }
    }
}

impl NamedByView {
    fn of(named: &NamedBy, passes: &[PassRecord]) -> Self {
        let pass = passes.iter().find(|pass| pass.number == named.pass);
        let by = pass.and_then(|pass| pass.by.as_ref());
        let line = |(item, quantity): &(AccountItemNumber, StockQuantity)| CarriedView {
            item: item.to_string(),
            quantity: quantity.to_string(),
        };
        Self {
            gate_pass: named.pass.to_string(),
            state: pass.map(|pass| pass.state.to_string()),
            since: pass.map(|pass| pass.since.to_string()),
            officer: by.map(|by| by.officer.to_string()),
            reason: by.map(|by| by.reason.to_string()),
            carried: (!named.carried.is_empty()).then(|| named.carried.iter().map(line).collect()),
        }
    }
}

impl PassView {
    /// Of a gate pass.
    pub fn of(pass: &PassRecord) -> Self {
        let list = |list: &tongguan_application::bonded::ListKey| PassListView {
            book: list.book.to_string(),
            number: list.number.to_string(),
        };
        Self {
            gate_pass: pass.number.to_string(),
            state: pass.state.to_string(),
            since: pass.since.to_string(),
            officer: pass.by.as_ref().map(|by| by.officer.to_string()),
            reason: pass.by.as_ref().map(|by| by.reason.to_string()),
            lists: pass.lists.iter().map(list).collect(),
        }
    }
}

impl BookView {
    /// Of a book, whose holder is called so.
    pub fn of(book: &AccountBook, holder: String) -> Self {
        Self {
            book: book.number.to_string(),
            holder,
            office: book.office.to_string(),
            zone: book.zone.to_string(),
            valid_from: book.valid_from.to_string(),
            valid_to: book.valid_to.map(|day| day.to_string()),
        }
    }
}

impl ItemReportView {
    /// Of a report.
    pub fn of(of: &ItemReport) -> Self {
        let movements = |all: &[Movement]| all.iter().map(MovementView::of).collect();
        Self {
            item: of.item.to_string(),
            hs_code: of.goods.hs_code.to_string(),
            name: of.goods.name.to_string(),
            unit: of.goods.unit.to_string(),
            opening: of.report.opening.to_string(),
            received: movements(&of.report.received),
            issued: movements(&of.report.issued),
            closing: of.report.closing.to_string(),
            now: StockView::of(of.now),
        }
    }
}

impl MovementView {
    fn of(movement: &Movement) -> Self {
        Self {
            n: movement.n,
            kind: movement.kind.name(),
            quantity: movement.quantity.to_string(),
            at: movement.at.to_string(),
            document: movement.document.to_string(),
        }
    }
}

impl StockView {
    /// Of a stock.
    pub fn of(stock: Stock) -> Self {
        Self {
            on_hand: stock.on_hand().to_string(),
            held: stock.held().to_string(),
            available: stock.available().to_string(),
        }
    }
}
