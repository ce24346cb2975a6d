//! The parcels of the month, each made anew from its number whenever it is needed.

use rust_decimal::Decimal;
use tongguan_domain::commerce::{Action, ExportOrderLine};
use tongguan_domain::declaration::{ExportItem, StatisticsFlag};
use tongguan_domain::ids::{DeclarationNumber, FunctionalReference, IdError, OfficeCode};
use tongguan_domain::money::Amount;
use tongguan_domain::party::{NamedParty, PartyCode};
use tongguan_domain::returns::{ExportReturnItem, ReturnTransport};
use tongguan_domain::time::Moment;

use super::bill::{Bill, later};
use super::ledger::kinds;
use super::{ExportedMonth, Fate};
use crate::exports::{Export, export};
use crate::parcels::{Document, guid};
use crate::returned::{Returned, returned};
use crate::traffic::dice::Dice;

/// Goods: tariff code, first statutory unit, second one if any.
const GOODS: [(&str, &str, Option<&str>); 10] = [
    ("6109100021", "011", Some("035")),
    ("6109909060", "011", Some("035")),
    ("6214100000", "011", Some("035")),
    ("6404199000", "025", Some("035")),
    ("4202210090", "011", Some("035")),
    ("4202920000", "011", None),
    ("9503008390", "011", Some("035")),
    ("9617001900", "011", None),
    ("3304990099", "035", Some("011")),
    ("7117190000", "035", None),
];
/// Goods that the offices of the month examine.
pub const EXAMINED: (&str, &str, Option<&str>) = ("8517629900", "001", Some("035"));
/// Goods that pay export duty.
const DUTIABLE: (&str, &str, Option<&str>) = ("4103901100", "035", None);
const COUNTRIES: [&str; 5] = ["502", "303", "304", "116", "501"];
const CURRENCIES: [&str; 3] = ["502", "300", "142"];
const NAMES: [&str; 5] = ["商品甲", "商品乙", "商品丙", "商品丁", "商品戊"];
const MINUTE: u64 = 60_000;

/// One parcel of the month.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Its number, from 1.
    pub n: u64,
    /// What becomes of it.
    pub fate: Fate,
    /// Whose it is: the merchant's number, from 0.
    pub merchant: u64,
    /// What it travels under.
    pub bill: Bill,
    /// Which of the bill's flights it takes.
    pub flight: usize,
    /// Its documents.
    pub export: Export,
    seed: u64,
}

impl Parcel {
    /// The `n`th parcel of a month, from 1.
    ///
    /// # Errors
    /// None for any `n`; a test makes sure of it.
    pub fn of(month: &ExportedMonth, n: u64) -> Result<Self, IdError> {
        let mut dice = Dice::new(month.seed, "parcel of the month", n);
        let bill = Bill::of(month, (n - 1) / super::bill::PARCELS)?;
        let fate = Fate::draw(&mut dice);
        let merchant = dice.below(month.merchants).min(dice.below(month.merchants));
        let flight = usize::from(dice.one_in(3));
        let mut export = export(n, later(bill.starts_at, dice.below(30) * MINUTE))?;
        name(&mut export, merchant, &bill, &mut dice)?;
        fill(&mut export, fate, &mut dice)?;
        Ok(Self { n, fate, merchant, bill, flight, export, seed: month.seed })
    }

    /// The registered code of its merchant.
    pub fn merchant_code(&self) -> Box<str> {
        self.export.declaration.merchant.code.as_str().into()
    }

    /// When it leaves the country, as the carrier says.
    pub fn left_at(&self) -> Moment {
        self.bill.left_at[self.flight]
    }

    /// How it travels in the end.
    pub fn transport_mode(&self) -> &str {
        self.bill.linked.unwrap_or(&self.export.declaration.transport.mode)
    }

    /// Where it leaves in the end.
    pub fn exit_office(&self) -> OfficeCode {
        self.bill.elsewhere.unwrap_or(self.export.declaration.port)
    }

    /// Its list as it is first sent: wrong where its fate says so.
    pub fn first_list(&self) -> Document {
        let mut list = self.export.declaration.clone();
        match self.fate {
            Fate::Mended | Fate::Mismatched => list.packages += 1,
            Fate::Changed => {
                for item in &mut list.items {
                    item.quantity += Decimal::ONE;
                    item.statutory_quantity += Decimal::ONE;
                    item.total_price = Amount::new(item.price.value() * item.quantity);
                }
            }
            _ => {}
        }
        Document::ExportDeclaration(Box::new(list))
    }

    /// The same list as it is meant, under another number, so many minutes later.
    ///
    /// # Errors
    /// None for any parcel.
    pub fn list_again(&self, kind: u64, action: Action, minutes: u64) -> Result<Document, IdError> {
        let mut list = self.export.declaration.clone();
        list.filing.guid = guid(kind, self.n)?;
        list.filing.action = action;
        list.filing.sent_at = later(list.filing.sent_at, minutes * MINUTE);
        Ok(Document::ExportDeclaration(Box::new(list)))
    }

    /// Request and tally of the goods that are asked back.
    ///
    /// # Errors
    /// None for any parcel.
    pub fn returned(&self, number: &DeclarationNumber, at: Moment) -> Result<Returned, IdError> {
        let mut back = returned(&self.export, number, self.n, at)?;
        let merchant = &self.export.declaration.merchant;
        back.request.merchant = merchant.clone();
        back.come_to(self.bill.office);
        back.request.items = self.coming_back();
        match self.fate {
            Fate::ReturnAccepted | Fate::ReturnRefused => {
                back.tallied_transport().vehicle = "YY9999".into();
            }
            Fate::ReturnLinked => back.request.transport.vehicle = "YY9999".into(),
            _ => {}
        }
        Ok(back)
    }

    /// The link that says how its goods come back, as they are tallied.
    ///
    /// # Errors
    /// None for any parcel.
    pub fn linked_back(&self, number: &DeclarationNumber, at: Moment) -> Result<Document, IdError> {
        let mut link = self.export.master_bill.clone();
        link.filing.guid = guid(kinds::LINKED_BACK, self.n)?;
        link.filing.sent_at = at;
        link.reference = FunctionalReference::parse(&format!("MBR{:012}", self.n))?;
        let ReturnTransport { bill_no, mode, vehicle, voyage } =
            self.returned(number, at)?.tally.transport;
        (link.bill_no, link.transport_mode) = (bill_no, mode);
        (link.vehicle, link.voyage) = (vehicle, voyage);
        for line in &mut link.parcels {
            line.declaration_no = Some(number.clone());
        }
        Ok(Document::MasterBill(Box::new(link)))
    }

    /// The goods that are asked back: all, or of the first line some and of the others whole lines.
    pub fn coming_back(&self) -> Vec<ExportReturnItem> {
        let mut dice = Dice::new(self.seed, "return of the month", self.n);
        let items = self.export.declaration.items.iter();
        items
            .filter_map(|item| {
                let all = self.fate == Fate::ReturnedWhole;
                let whole = all || (item.number != 1 && dice.one_in(3));
                match item.number {
                    _ if whole => Some(return_of(item, item.quantity)),
                    1 => Some(return_of(item, pieces_below(item.quantity, &mut dice))),
                    _ => None,
                }
            })
            .collect()
    }
}

/// Some pieces, fewer than all.
fn pieces_below(all: Decimal, dice: &mut Dice) -> Decimal {
    let most = u64::try_from(all - Decimal::ONE).unwrap_or(1).max(1);
    Decimal::from(dice.between(1, most))
}

fn return_of(item: &ExportItem, quantity: Decimal) -> ExportReturnItem {
    let share = |of: Decimal| match quantity == item.quantity {
        true => of,
        false => (of * quantity / item.quantity).trunc_with_scale(5).max(Decimal::new(1, 5)),
    };
    ExportReturnItem {
        number: item.number,
        hs_code: item.hs_code.clone(),
        name: item.name.clone(),
        specification: item.specification.clone(),
        quantity,
        unit: item.unit.clone(),
        statutory_quantity: share(item.statutory_quantity),
        statutory_unit: item.statutory_unit.clone(),
        second_quantity: item.second_quantity.map(share),
        second_unit: item.second_unit.clone(),
        note: None,
    }
}

/// The registered code of a merchant.
///
/// # Errors
/// None for any number below 10,000.
pub fn merchant_code(merchant: u64) -> Result<PartyCode, IdError> {
    PartyCode::parse(&format!("33019E{merchant:04}"))
}

/// Who sends it, where it is declared, and where it leaves.
fn name(export: &mut Export, merchant: u64, bill: &Bill, dice: &mut Dice) -> Result<(), IdError> {
    let code = merchant_code(merchant)?;
    let name = format!("示例出口商{merchant}");
    let named = NamedParty { code: code.clone(), name: name.clone() };
    export.order.merchant = named.clone();
    (export.waybill.merchant, export.waybill.merchant_name) = (Some(code), Some(name.into()));
    let list = &mut export.declaration;
    (list.merchant, list.producer) = (named.clone(), named);
    if dice.one_in(3) {
        list.producer = NamedParty { code: PartyCode::parse("3301960XYZ")?, name: "某厂".into() };
    }
    list.office = bill.office;
    list.port = if dice.one_in(8) { OfficeCode::parse("2992")? } else { bill.office };
    list.transport.mode = if dice.one_in(8) { "4".into() } else { "5".into() };
    list.exported_on = bill.starts_at.china_day();
    Ok(())
}

/// Puts goods into it, one to four lines of them.
fn fill(export: &mut Export, fate: Fate, dice: &mut Dice) -> Result<(), IdError> {
    let net = hundredthousandths(dice, 5_000, 2_000_000);
    let destination = mostly_first(dice, &COUNTRIES);
    let list = &mut export.declaration;
    if fate == Fate::Simplified {
        list.statistics = StatisticsFlag::Simplified;
    }
    (list.destination_country, list.destination_port) = (destination.into(), destination.into());
    list.net_weight_kg = net;
    list.gross_weight_kg = net + hundredthousandths(dice, 1, 50_000);
    export.waybill.gross_weight_kg = list.gross_weight_kg;
    let Some(pattern) = list.items.pop() else { return Ok(()) };
    let Some(ordered) = export.order.lines.pop() else { return Ok(()) };
    let lines = dice.between(1, 4);
    list.items = (1..=lines).map(|n| item(dice, &pattern, n, fate, destination)).collect();
    export.order.lines = list.items.iter().map(|item| line(&ordered, item)).collect();
    export.order.goods_value = list.items.iter().map(|item| item.total_price).sum();
    Ok(())
}

fn item(
    dice: &mut Dice,
    pattern: &ExportItem,
    n: u64,
    fate: Fate,
    destination: &str,
) -> ExportItem {
    let (hs_code, unit, second) = match fate {
        Fate::Dutiable if n == 1 => DUTIABLE,
        fate if fate.is_examined() && n == 1 => EXAMINED,
        _ => mostly_first(dice, &GOODS),
    };
    // Of the first line something may come back and something stay.
    let quantity = Decimal::from(dice.between(if n == 1 { 2 } else { 1 }, 20));
    let declared_otherwise = dice.one_in(10);
    // Most parcels go where their head says.
    let destination = if dice.one_in(20) { *dice.pick(&COUNTRIES) } else { destination };
    // Prices have as many places as the standard's amounts, most of them two.
    let price = match dice.one_in(10) {
        true => Decimal::new(i64::try_from(dice.between(1_000, 900_000)).unwrap_or(1_000), 4),
        false => Decimal::new(i64::try_from(dice.between(100, 90_000)).unwrap_or(100), 2),
    };
    let name: Box<str> = mostly_first(dice, &NAMES).into();
    ExportItem {
        number: i32::try_from(n).unwrap_or_default(),
        item_no: format!("SKU{}", dice.below(1_000)).into(),
        item_name: dice.one_in(2).then(|| name.clone()),
        hs_code: hs_code.into(),
        name,
        destination_country: destination.into(),
        currency: mostly_first(dice, &CURRENCIES).into(),
        quantity,
        statutory_quantity: quantity,
        unit: if declared_otherwise { "140".into() } else { unit.into() },
        statutory_unit: unit.into(),
        second_quantity: second.map(|_| hundredthousandths(dice, 1_000, 900_000)),
        second_unit: second.map(Into::into),
        price: Amount::new(price),
        total_price: Amount::new(price * quantity),
        ..pattern.clone()
    }
}

/// What was ordered, of a line that is declared.
fn line(pattern: &ExportOrderLine, item: &ExportItem) -> ExportOrderLine {
    ExportOrderLine {
        number: item.number,
        item_no: item.item_no.clone(),
        name: item.name.clone(),
        unit: item.unit.clone(),
        currency: item.currency.clone(),
        quantity: item.quantity,
        price: item.price,
        total_price: item.total_price,
        ..pattern.clone()
    }
}

/// The first, and now and then another one: what is the same can be merged.
fn mostly_first<T: Copy>(dice: &mut Dice, of: &[T]) -> T {
    if dice.one_in(3) { *dice.pick(of) } else { of[0] }
}

/// A quantity of five places.
fn hundredthousandths(dice: &mut Dice, from: u64, to: u64) -> Decimal {
    Decimal::new(i64::try_from(dice.between(from, to)).unwrap_or_default(), 5)
}
