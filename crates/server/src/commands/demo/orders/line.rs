//! One line of the file.

use csv::StringRecord;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tongguan_codelists::Pack;
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::time::Moment;
use tongguan_testkit::traffic::goods::Bought;

use super::columns::{Cell, Columns};
use super::goods;

/// A piece weighs so much where the file does not say.
const KILOGRAMS: Decimal = Decimal::from_parts(3, 0, 0, false, 1);
/// The longest names that are kept.
const MOST_CHARACTERS: usize = 100;

/// A line of an order.
#[derive(Debug)]
pub struct Line {
    /// 订单编号.
    pub order_no: String,
    /// The buyer's number in the file; empty where it has none.
    pub buyer: String,
    /// When the order was placed.
    pub placed_at: Option<Moment>,
    /// What was bought.
    pub bought: Bought,
}

/// What a line of the file is.
#[derive(Debug)]
pub enum Taken {
    /// Goods that were bought.
    Line(Box<Line>),
    /// Goods that were sent back, of this order.
    Returned(String),
    /// Goods without a price, of this order.
    Free(String),
}

impl Taken {
    /// 订单编号.
    pub fn order_no(&self) -> &str {
        match self {
            Self::Line(line) => &line.order_no,
            Self::Returned(order_no) | Self::Free(order_no) => order_no,
        }
    }
}

/// Reads lines.
#[derive(Debug)]
pub struct LineReader<'p> {
    /// Yuan for one unit of the file's currency.
    pub rate: Decimal,
    /// Where goods come from when the line does not say.
    pub origin: String,
    /// The HS code of goods that nothing tells.
    pub hs: String,
    /// The code tables.
    pub pack: &'p Pack,
    /// As of when.
    pub day: Date,
}

impl LineReader<'_> {
    /// Reads a line. `currency` is the foreign currency of the file, as far as it is known.
    ///
    /// # Errors
    /// Everything that is wrong with the line, with line and column.
    pub fn read(
        &self,
        columns: &Columns,
        record: &StringRecord,
        currency: &mut Option<String>,
    ) -> Result<Taken, Vec<String>> {
        let mut faults = Faults(Vec::new());
        let order = faults.keep(must(columns, record, "order").and_then(|c| order_number(&c)));
        let quantity = faults.keep(must(columns, record, "quantity").and_then(|c| whole(&c)));
        let price = faults.keep(must(columns, record, "price").and_then(|c| bounded(&c)));
        let cell = |field: &str| columns.cell(record, field);
        let weight = faults.keep(cell("weight").map_or(Ok(KILOGRAMS), |c| positive(&c)));
        let placed_at = faults.keep(cell("time").map(|c| time(&c)).transpose());
        let origin = faults.keep(self.origin(cell("country")));
        let hs = faults.keep(self.hs(cell("hs")));
        let rate = faults.keep(self.rate_of(cell("currency"), currency));
        let (
            Some(order_no),
            Some(quantity),
            Some(price),
            Some(weight),
            Some(placed_at),
            Some(origin),
            Some(hs),
            Some(rate),
        ) = (order, quantity, price, weight, placed_at, origin, hs, rate)
        else {
            return Err(faults.0);
        };
        let Some(pieces) = quantity.to_u64().filter(|pieces| *pieces > 0) else {
            return Ok(Taken::Returned(order_no));
        };
        // Price and rate are bounded, so their product is an amount of money.
        let price = match Money::round_half_up(price * rate) {
            Ok(price) if price > Money::ZERO => Amount::new(price.to_decimal()),
            _ => return Ok(Taken::Free(order_no)),
        };
        let text = |field: &str, absent: &str| cell(field).map_or(absent.into(), |c| clean(c.text));
        let name: String = text("name", "商品");
        let hs = hs.unwrap_or_else(|| goods::hs_of(&name).unwrap_or(&self.hs).to_owned());
        let net_kg = (weight * quantity).round_dp(5);
        let bought = Bought {
            item_no: text("sku", "无").chars().take(20).collect(),
            specification: name.clone(),
            name,
            hs,
            origin,
            unit: "007".to_owned(),
            quantity: pieces,
            price,
            statutory: ("035".to_owned(), net_kg),
            second: None,
            net_kg,
        };
        let buyer = cell("buyer").map(|cell| cell.text.to_owned()).unwrap_or_default();
        Ok(Taken::Line(Box::new(Line { order_no, buyer, placed_at, bought })))
    }

    /// A country by its code or its English or Chinese name.
    fn origin(&self, cell: Option<Cell<'_>>) -> Result<String, String> {
        let Some(cell) = cell else { return Ok(self.origin.clone()) };
        let code = self.pack.country(cell.text, self.day).map(|_| cell.text);
        code.map(str::to_owned).ok_or_else(|| cell.wrong("a country code of three digits"))
    }

    fn hs(&self, cell: Option<Cell<'_>>) -> Result<Option<String>, String> {
        let Some(cell) = cell else { return Ok(None) };
        let right = cell.text.len() == 10 && cell.text.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| Some(cell.text.to_owned())).ok_or_else(|| cell.wrong("ten digits"))
    }

    /// One rate is for one currency: a second foreign one is a fault.
    fn rate_of(
        &self,
        cell: Option<Cell<'_>>,
        currency: &mut Option<String>,
    ) -> Result<Decimal, String> {
        let Some(cell) = cell else { return Ok(self.rate) };
        let code = cell.text.to_ascii_uppercase();
        if code == "CNY" || code == "142" {
            return Ok(Decimal::ONE);
        }
        match currency {
            None => *currency = Some(code),
            Some(known) if *known == code => {}
            Some(known) => {
                return Err(cell.wrong(&format!("{known} or CNY, and there is one --rate")));
            }
        }
        Ok(self.rate)
    }
}

/// What is wrong with a line, so far.
struct Faults(Vec<String>);

impl Faults {
    fn keep<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|fault| self.0.push(fault)).ok()
    }
}

fn must<'c>(
    columns: &'c Columns,
    record: &'c StringRecord,
    field: &str,
) -> Result<Cell<'c>, String> {
    columns.cell(record, field).ok_or_else(|| columns.empty(record, field))
}

fn number(cell: &Cell<'_>) -> Result<Decimal, String> {
    let parsed = cell.text.parse::<Decimal>();
    parsed.map_err(|_| cell.wrong("a number such as 12.50"))
}

fn bounded(cell: &Cell<'_>) -> Result<Decimal, String> {
    let number = number(cell)?;
    let right = number.abs() < Decimal::from(1_000_000);
    right.then_some(number).ok_or_else(|| cell.wrong("a price below 1000000"))
}

fn whole(cell: &Cell<'_>) -> Result<Decimal, String> {
    let limit = Decimal::from(1_000_000);
    match number(cell) {
        Ok(number) if number.fract().is_zero() && number.abs() < limit => Ok(number),
        _ => Err(cell.wrong("a whole number of pieces")),
    }
}

fn positive(cell: &Cell<'_>) -> Result<Decimal, String> {
    match number(cell) {
        Ok(number) if number > Decimal::ZERO && number < Decimal::from(1_000_000) => Ok(number),
        _ => Err(cell.wrong("a weight in kilograms such as 0.35")),
    }
}

fn order_number(cell: &Cell<'_>) -> Result<String, String> {
    match OrderNumber::parse(cell.text) {
        Ok(order_no) => Ok(order_no.to_string()),
        Err(_) => Err(cell.wrong("an order number of at most 60 characters")),
    }
}

fn time(cell: &Cell<'_>) -> Result<Moment, String> {
    let parsed = cell.text.parse::<DateTime>();
    let at = parsed.map_err(|_| cell.wrong("a time such as 2026-03-02 10:00:00"))?;
    let time = at.time();
    let seconds =
        i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Ok(Moment::start_of(at.date()).plus_millis(seconds * 1000))
}

/// A name as a message can hold it.
fn clean(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control()).take(MOST_CHARACTERS).collect::<String>();
    kept.trim().to_owned()
}
