//! Goods as an enterprise files them (商品备案).

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::{HsCode, Pack, Table};

use super::rules::{TOGETHER, UNKNOWN_CODE};
use super::texts::{Reading, Texts, bounded};
use crate::defect::Defect;
use crate::listing::{Measure, RegisteredGoods};
use crate::money::Amount;

/// Goods that were filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledGoods {
    /// 企业商品货号 (`itemNo`).
    pub item_no: Box<str>,
    /// What lists are made of; its tariff code is the proposed one.
    pub goods: RegisteredGoods,
    /// 品牌.
    pub brand: Option<Box<str>>,
    /// 原产国（地区）, three digits.
    pub origin: Option<Box<str>>,
    /// What one usually costs.
    pub price: Option<Price>,
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// How much; above zero.
    pub amount: Amount,
    /// 币制, three digits.
    pub currency: Box<str>,
}

/// The fields of goods: the name of each in files, named as elements of messages, and in Chinese and English.
pub const FIELDS: [(&str, &str, &str); 16] = [
    ("itemNo", "企业商品货号", "Item number"),
    ("gcode", "商品编码", "Tariff code"),
    ("gname", "商品名称", "Name"),
    ("gmodel", "规格型号", "Specification"),
    ("brand", "品牌", "Brand"),
    ("country", "原产国", "Origin"),
    ("unit", "计量单位", "Unit"),
    ("unit1", "法定计量单位", "Statutory unit"),
    ("qty1", "法定数量", "Statutory units in one"),
    ("unit2", "第二计量单位", "Second unit"),
    ("qty2", "第二数量", "Second units in one"),
    ("netWeight", "净重", "Net weight of one, kg"),
    ("price", "单价", "Price of one"),
    ("currency", "币制", "Currency"),
    ("barCode", "条形码", "Barcode"),
    ("itemRecordNo", "账册备案料号", "Item number in the account book"),
];

/// Reads goods, with the code tables of a day.
#[derive(Debug)]
pub struct GoodsReader {
    units: HashMap<String, Box<str>>,
    countries: HashMap<String, Box<str>>,
    currencies: HashMap<String, Box<str>>,
}

const QUANTITY: (&str, &str) =
    ("大于0的数，至多5位小数", "a number above zero, at most five decimals");

impl GoodsReader {
    /// With the tables as they hold on `day`.
    pub fn new(pack: &Pack, day: Date) -> Self {
        Self {
            units: codes(pack, Table::Units, day),
            countries: codes(pack, Table::Countries, day),
            currencies: codes(pack, Table::Currencies, day),
        }
    }

    /// The goods that texts tell of, by the names of [`FIELDS`].
    ///
    /// # Errors
    /// All that is wrong, by field.
    pub fn read(&self, texts: &Texts) -> Result<FiledGoods, Vec<Defect>> {
        let mut reading = Reading::of(texts);
        let item_no = ("企业商品货号，至多30字", "your number of the goods, at most 30 characters");
        // As long as any order and older declarations have it, so that whatever is sold can be registered.
        let item_no = reading.required("itemNo", item_no, bounded(30));
        let code = ("10位数字的商品编码", "a tariff code of ten digits; in a spreadsheet, as text");
        let hs_code = reading.required("gcode", code, |text| {
            text.parse::<HsCode>().ok().map(|code| code.to_string().into())
        });
        let name = ("商品名称，至多250字", "the name in Chinese, at most 250 characters");
        let name = reading.required("gname", name, bounded(250));
        let model = (
            "规格型号，至多510字",
            "a specification good enough for classification, at most 510 characters",
        );
        let specification = reading.required("gmodel", model, bounded(510));
        let brand = ("品牌，至多100字", "the brand, at most 100 characters");
        let brand = reading.optional("brand", brand, bounded(100));
        let countries = ("国别地区代码表", "the table of countries");
        let origin = known(&mut reading, "country", &self.countries, countries, Asked::MayLack);
        let units = ("计量单位代码表", "the table of units");
        let unit = known(&mut reading, "unit", &self.units, units, Asked::MustBe);
        let unit1 = known(&mut reading, "unit1", &self.units, units, Asked::MustBe);
        let of_one = reading.required("qty1", QUANTITY, |text| quantity(text, 5));
        let unit2 = known(&mut reading, "unit2", &self.units, units, Asked::MayLack);
        let of_one2 = reading.optional("qty2", QUANTITY, |text| quantity(text, 5));
        together(&mut reading, "unit2", "qty2");
        let net_weight_kg = reading.required("netWeight", QUANTITY, |text| quantity(text, 5));
        let price = reading.optional("price", QUANTITY, |text| quantity(text, 5));
        let currencies = ("币制代码表", "the table of currencies");
        let currency =
            known(&mut reading, "currency", &self.currencies, currencies, Asked::MayLack);
        together(&mut reading, "price", "currency");
        let barcode = ("条形码，至多50字", "a barcode of at most 50 characters");
        let barcode = reading.optional("barCode", barcode, bounded(50));
        let item = ("账册备案料号，至多30字", "a number of at most 30 characters");
        let account_item = reading.optional("itemRecordNo", item, bounded(30));
        let defects = reading.defects;
        let read = || {
            let statutory = Measure { unit: unit1?, of_one: of_one? };
            let second = unit2.zip(of_one2).map(|(unit, of_one)| Measure { unit, of_one });
            Some(FiledGoods {
                item_no: item_no?,
                goods: RegisteredGoods {
                    hs_code: hs_code?,
                    name: name?,
                    specification: specification?,
                    barcode,
                    unit: unit?,
                    statutory,
                    second,
                    net_weight_kg: net_weight_kg?,
                    account_item,
                },
                brand,
                origin,
                price: price
                    .zip(currency)
                    .map(|(amount, currency)| Price { amount: Amount::new(amount), currency }),
            })
        };
        match read() {
            Some(goods) if defects.is_empty() => Ok(goods),
            _ => Err(defects),
        }
    }
}

impl FiledGoods {
    /// The texts from which it would be read, in the order of [`FIELDS`].
    pub fn texts(&self) -> [(&'static str, String); FIELDS.len()] {
        let goods = &self.goods;
        let text = |value: &Option<Box<str>>| value.as_deref().unwrap_or_default().to_owned();
        let second = goods.second.as_ref();
        let values = [
            self.item_no.to_string(),
            goods.hs_code.to_string(),
            goods.name.to_string(),
            goods.specification.to_string(),
            text(&self.brand),
            text(&self.origin),
            goods.unit.to_string(),
            goods.statutory.unit.to_string(),
            goods.statutory.of_one.to_string(),
            second.map_or_else(String::new, |it| it.unit.to_string()),
            second.map_or_else(String::new, |it| it.of_one.to_string()),
            goods.net_weight_kg.to_string(),
            self.price.as_ref().map_or_else(String::new, |it| it.amount.to_string()),
            self.price.as_ref().map_or_else(String::new, |it| it.currency.to_string()),
            text(&goods.barcode),
            text(&goods.account_item),
        ];
        let mut texts = FIELDS.map(|(name, ..)| (name, String::new()));
        for ((_, text), value) in texts.iter_mut().zip(values) {
            *text = value;
        }
        texts
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    MustBe,
    MayLack,
}

/// The code that a field gives, by the code itself or by a name.
fn known(
    reading: &mut Reading<'_>,
    field: &str,
    table: &HashMap<String, Box<str>>,
    expected: (&'static str, &'static str),
    asked: Asked,
) -> Option<Box<str>> {
    let in_words = ("代码表中的代码或名称", "a code of its table, or the Chinese name there");
    let text = match asked {
        Asked::MustBe => reading.required(field, in_words, bounded(40)),
        Asked::MayLack => reading.optional(field, in_words, bounded(40)),
    }?;
    let code = table.get(&text.to_uppercase()).cloned();
    if code.is_none() {
        reading.note(&UNKNOWN_CODE, field, &text, expected);
    }
    code
}

fn together(reading: &mut Reading<'_>, one: &str, other: &str) {
    for (lacking, there) in [(one, other), (other, one)] {
        if !reading.has(lacking) && reading.has(there) {
            let known = FIELDS.iter().find(|(name, ..)| *name == there);
            let (zh, en) = known.map_or((there, there), |(_, zh, en)| (zh, en));
            let defect = Defect::at(&TOGETHER, lacking).expected(there);
            reading.defects.push(defect.with("zh", zh).with("en", en.to_lowercase()));
        }
    }
}

/// A plain number above zero, as messages carry it: 14 digits before the point at most.
fn quantity(text: &str, decimals: u32) -> Option<Decimal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let value = Decimal::from_str_exact(text).ok().filter(|_| plain)?.normalize();
    let limit = Decimal::from(100_000_000_000_000_i64);
    let fits = value.scale() <= decimals && value < limit;
    (fits && value > Decimal::ZERO).then_some(value)
}

/// Every code of a table with whatever it may be called by.
fn codes(pack: &Pack, table: Table, day: Date) -> HashMap<String, Box<str>> {
    let columns = table.columns();
    let mut codes = HashMap::new();
    for row in pack.rows(table) {
        if !row.validity().covers(day) {
            continue;
        }
        let code = row.key();
        for (column, cell) in columns.iter().zip(row.cells()) {
            if ["code", "iso", "zh"].contains(column) && !cell.is_empty() {
                codes.insert(cell.to_uppercase(), code.as_str().into());
            }
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn reader() -> GoodsReader {
        GoodsReader::new(&Pack::builtin(), date(2026, 11, 23))
    }

    fn cream() -> Vec<(&'static str, &'static str)> {
        vec![
            ("itemNo", "CREAM-50"),
            ("gcode", "3304990029"),
            ("gname", "面霜"),
            ("gmodel", "50ml/瓶，品牌A"),
            ("unit", "瓶"),
            ("unit1", "035"),
            ("qty1", "0.05"),
            ("unit2", "件"),
            ("qty2", "1"),
            ("netWeight", "0.05"),
            ("country", "法国"),
            ("price", "120.00"),
            ("currency", "cny"),
        ]
    }

    #[test]
    fn codes_are_given_by_code_or_name_and_goods_come_back_from_their_texts() {
        let goods = reader().read(&cream().into_iter().collect()).unwrap();
        assert_eq!(goods.goods.statutory.unit.as_ref(), "035");
        assert_eq!(goods.price.as_ref().unwrap().currency.as_ref(), "142");
        assert_eq!(goods.origin.as_deref(), Some("305"));
        let again = reader().read(&goods.texts().into_iter().collect()).unwrap();
        assert_eq!(again, goods);
    }

    #[test]
    fn everything_that_is_wrong_is_told_by_field() {
        let wrong = |changes: &[(&'static str, &'static str)]| {
            let texts = cream().into_iter().chain(changes.iter().copied());
            let defects = reader().read(&texts.collect()).unwrap_err();
            let told = defects.iter().map(|it| format!("{} {}", it.pointer, it.rule.code));
            told.collect::<Vec<_>>()
        };
        assert_eq!(wrong(&[("gcode", "304990029")]), ["gcode filing-malformed"]);
        assert_eq!(wrong(&[("unit", "筐子")]), ["unit filing-unknown-code"]);
        assert_eq!(wrong(&[("qty2", " ")]), ["qty2 filing-together"]);
        assert_eq!(wrong(&[("netWeight", "0")]), ["netWeight filing-malformed"]);
        assert_eq!(wrong(&[("qty1", "0.000001")]), ["qty1 filing-malformed"]);
        assert_eq!(wrong(&[("qty1", "1e3")]), ["qty1 filing-malformed"]);
        assert_eq!(wrong(&[("currency", "")]), ["currency filing-together"]);
        let longest = "一二三四五六七八九十".repeat(3);
        let of_item = |number: &str| {
            let texts = cream().into_iter().chain([("itemNo", number)]);
            reader().read(&texts.collect()).map(|goods| goods.item_no)
        };
        assert_eq!(of_item(&longest).as_deref(), Ok(&*longest));
        let too_long = of_item(&format!("{longest}一")).unwrap_err();
        assert_eq!((too_long.len(), &*too_long[0].pointer), (1, "itemNo"));
        let too_long: &'static str =
            "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一";
        assert_eq!(
            wrong(&[("gname", ""), ("itemNo", too_long)]),
            ["itemNo filing-malformed", "gname filing-missing"]
        );
    }
}
