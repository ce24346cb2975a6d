//! From JSON to a basket: every field is read, and every defect is noted with its JSON pointer.

use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use tongguan_codelists::HsCode;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::tax::{Basket, BasketItem, RateOverride};

macro_rules! rules {
    ($($name:ident, $code:literal, $zh:literal, $en:literal;)*) => {
        $(static $name: Rule = Rule { code: $code, official: None, zh: $zh, en: $en };)*
    };
}

rules! {
    NOT_JSON, "not-json", "不是有效的JSON：{found}", "this is not JSON: {found}";
    MISSING, "missing", "缺少必填项，应为{expected}", "missing; expected {expected}";
    MALFORMED, "malformed", "{found}格式错误，应为{expected}", "found {found}, expected {expected}";
    UNKNOWN_FIELD, "unknown-field", "未知字段，应为{expected}之一", "unknown field; known are {expected}";
}

const DECIMAL: &str = "a decimal string such as \"199.00\"";
const TEXT: &str = "a string";

const BASKET: &[&str] = &["as_of", "mode", "annual_used", "freight", "insurance", "items"];
const ITEM: &[&str] =
    &["line", "hs", "qty", "unit", "total_price", "net_weight_kg", "volume_l", "rates"];
const RATES: &[&str] = &["duty", "ct_rate", "ct_per_unit", "ct_qty", "vat"];

/// Reads a basket; `as_of` wins over its own day.
///
/// # Errors
/// Every defect, each with its JSON pointer.
pub fn read(text: &[u8], as_of: Option<Date>) -> Result<Basket, Vec<Defect>> {
    let value: Value = serde_json::from_slice(text)
        .map_err(|error| vec![Defect::at(&NOT_JSON, "").found(error)])?;
    let mut defects = Vec::new();
    let basket = read_basket(&value, as_of, &mut defects);
    match basket {
        Some(basket) if defects.is_empty() => Ok(basket),
        _ => Err(defects),
    }
}

/// One JSON object, its place, and where to note what is wrong with it.
struct Object<'v, 'd> {
    fields: &'v Map<String, Value>,
    pointer: String,
    defects: &'d mut Vec<Defect>,
}

impl<'v, 'd> Object<'v, 'd> {
    fn open(
        value: &'v Value,
        pointer: String,
        known: &[&str],
        defects: &'d mut Vec<Defect>,
    ) -> Option<Self> {
        let Some(fields) = value.as_object() else {
            let defect = Defect::at(&MALFORMED, pointer).found(kind(value));
            defects.push(defect.expected("an object"));
            return None;
        };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let at = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            defects.push(Defect::at(&UNKNOWN_FIELD, at).expected(known.join(", ")));
        }
        Some(Self { fields, pointer, defects })
    }

    /// The field, unless it is absent or null.
    fn get(&self, name: &str) -> Option<&'v Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }

    fn required<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'v Value) -> Option<T>,
    ) -> Option<T> {
        if self.get(name).is_none() {
            let defect = Defect::at(&MISSING, self.at(name)).expected(expected);
            self.defects.push(defect);
            return None;
        }
        self.optional(name, expected, read)
    }

    fn optional<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'v Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(name)?;
        let read = read(value);
        if read.is_none() {
            let defect = Defect::at(&MALFORMED, self.at(name)).found(value).expected(expected);
            self.defects.push(defect);
        }
        read
    }

    fn decimal(&mut self, name: &str) -> Option<Decimal> {
        self.optional(name, DECIMAL, decimal)
    }

    /// An amount that is nothing when it is not given.
    fn amount(&mut self, name: &str) -> Amount {
        Amount::new(self.decimal(name).unwrap_or_default())
    }
}

fn read_basket(value: &Value, as_of: Option<Date>, defects: &mut Vec<Defect>) -> Option<Basket> {
    let mut object = Object::open(value, String::new(), BASKET, defects)?;
    let own = object.optional("as_of", "a day such as \"2026-11-22\"", day);
    let as_of = match as_of {
        Some(day) => Some(day),
        None if object.get("as_of").is_some() => own,
        None => object.required("as_of", "the day whose law holds, here or as --as-of", day),
    };
    let mode = object.required("mode", TEXT, |mode| mode.as_str().map(Box::from));
    let annual_used = object.optional("annual_used", "an amount of CNY, two decimals", money);
    let (freight, insurance) = (object.amount("freight"), object.amount("insurance"));
    let items = object.required("items", "an array of items", Value::as_array);
    let items: Option<Vec<Option<BasketItem>>> = items.map(|items| {
        let item = |(place, item)| read_item(item, place, object.defects);
        items.iter().enumerate().map(item).collect()
    });
    Some(Basket {
        as_of: as_of?,
        mode: mode?,
        annual_used: annual_used.unwrap_or_default(),
        freight,
        insurance,
        items: items?.into_iter().collect::<Option<_>>()?,
    })
}

fn read_item(value: &Value, place: usize, defects: &mut Vec<Defect>) -> Option<BasketItem> {
    let mut item = Object::open(value, format!("/items/{place}"), ITEM, defects)?;
    let line = item.required("line", "a whole number from 1", |line| {
        line.as_i64().and_then(|line| i32::try_from(line).ok()).filter(|line| *line > 0)
    });
    let hs = item.required("hs", "a tariff code of ten digits, as a string", |hs| {
        hs.as_str().and_then(|hs| hs.parse::<HsCode>().ok())
    });
    let quantity = item.required("qty", DECIMAL, decimal);
    let unit = item.required("unit", "a unit of measure of three digits, as a string", |unit| {
        unit.as_str().map(Box::from)
    });
    let total_price = item.required("total_price", DECIMAL, decimal);
    let net_weight_kg = item.decimal("net_weight_kg");
    let volume_l = item.decimal("volume_l");
    let rates = item.get("rates").map(|rates| read_rates(rates, item.at("rates"), item.defects));
    Some(BasketItem {
        line: line?,
        hs: hs?,
        quantity: quantity?,
        unit: unit?,
        total_price: Amount::new(total_price?),
        net_weight_kg,
        volume_l,
        rates: rates.flatten(),
    })
}

fn read_rates(value: &Value, at: String, defects: &mut Vec<Defect>) -> Option<RateOverride> {
    let mut rates = Object::open(value, at, RATES, defects)?;
    Some(RateOverride {
        duty: rates.decimal("duty"),
        ct_rate: rates.decimal("ct_rate"),
        ct_per_unit: rates.decimal("ct_per_unit"),
        ct_quantity: rates.decimal("ct_qty"),
        vat: rates.decimal("vat"),
    })
}

/// Digits, perhaps a sign and a point; nothing is rounded, and no exponent is read.
fn decimal(value: &Value) -> Option<Decimal> {
    let text = value.as_str()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if plain(whole) && plain(fraction) { Decimal::from_str_exact(text).ok() } else { None }
}

/// Whole fen.
fn money(value: &Value) -> Option<Money> {
    let exact = decimal(value)?;
    Money::round_half_up(exact).ok().filter(|money| money.to_decimal() == exact)
}

fn day(value: &Value) -> Option<Date> {
    let text = value.as_str()?;
    Date::from_str(text).ok().filter(|day| day.to_string() == text)
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
