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
    Line(Line),
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
        let mut faults = Vec::new();
        let mut must = |field: &str| match columns.cell(record, field) {
            Some(cell) => Some(cell),
            None => {
                faults.push(columns.empty(record, field));
                None
            }
        };
        let (order, quantity, price) = (must("order"), must("quantity"), must("price"));
        let mut keep =
            |result: Result<Decimal, String>| result.map_err(|fault| faults.push(fault)).ok();
        let quantity = quantity.and_then(|cell| keep(whole(&cell)));
        let price = price.and_then(|cell| keep(number(&cell)));
        let weight = match columns.cell(record, "weight") {
            Some(cell) => keep(positive(&cell)),
            None => Some(KILOGRAMS),
        };
        let texts = (|| {
            let order = order.map_or(Ok(String::new()), |cell| order_number(&cell))?;
            let placed_at = columns.cell(record, "time").map(|cell| time(&cell)).transpose()?;
            let origin = self.origin(columns.cell(record, "country"))?;
            let hs = self.hs(columns.cell(record, "hs"))?;
            let rate = self.rate_of(columns.cell(record, "currency"), currency)?;
            Ok((order, placed_at, origin, hs, rate))
        })();
        let texts = texts.map_err(|fault| faults.push(fault)).ok();
        let (Some(quantity), Some(price), Some(weight), Some(texts)) =
            (quantity, price, weight, texts)
        else {
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let (order_no, placed_at, origin, hs, rate) = texts;
        let (Some(pieces), Some(yuan)) = (quantity.to_u64(), price.checked_mul(rate)) else {
            return Ok(Taken::Returned(order_no));
        };
        if pieces == 0 {
            return Ok(Taken::Returned(order_no));
        }
        let price = match Money::round_half_up(yuan) {
            Ok(price) if price > Money::ZERO => Amount::new(price.to_decimal()),
            _ => return Ok(Taken::Free(order_no)),
        };
        let text = |field: &str, absent: &str| {
            columns.cell(record, field).map_or_else(|| absent.to_owned(), |cell| clean(cell.text))
        };
        let (name, item_no) = (text("name", "商品"), text("sku", "无"));
        let hs = hs.unwrap_or_else(|| goods::hs_of(&name).unwrap_or(&self.hs).to_owned());
        let net_kg = (weight * quantity).round_dp(5);
        let item_no = item_no.chars().take(20).collect();
        let bought = in_pieces(Described { item_no, name, hs, origin }, pieces, price, net_kg);
        let buyer = columns.cell(record, "buyer").map(|cell| cell.text.to_owned());
        Ok(Taken::Line(Line { order_no, buyer: buyer.unwrap_or_default(), placed_at, bought }))
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

fn number(cell: &Cell<'_>) -> Result<Decimal, String> {
    let parsed = cell.text.parse::<Decimal>();
    parsed.map_err(|_| cell.wrong("a number such as 12.50"))
}

fn whole(cell: &Cell<'_>) -> Result<Decimal, String> {
    let limit = Decimal::from(1_000_000_000);
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

/// What a line says of its goods in words.
struct Described {
    item_no: String,
    name: String,
    hs: String,
    origin: String,
}

/// Goods that are sold by the piece and weighed by the tariff.
fn in_pieces(goods: Described, pieces: u64, price: Amount, net_kg: Decimal) -> Bought {
    let Described { item_no, name, hs, origin } = goods;
    Bought {
        item_no,
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
    }
}
