//! What a line of a formal declaration must say, by the lists that were sent.

use rust_decimal::Decimal;
use tongguan_application::clearing::consolidation::FormalRecord;
use tongguan_domain::consolidation::{GoodsNaming, Grouping};
use tongguan_domain::formal::{FormalLine, Measured};

use super::ExportedMonth;
use super::left::LeftLine;
use super::parcel::Parcel;

/// Something that two must have in common: what, what the one says, what the other says.
pub type Compared = (&'static str, String, String);

/// What a formal line should come to.
#[derive(Debug)]
pub struct Expected {
    /// The first parcel in it, and the number of its line.
    pub first: (u64, i32),
    sources: usize,
    declared: Option<Measured>,
    statutory: Decimal,
    second: Option<Decimal>,
    value: Decimal,
}

impl Expected {
    /// A formal line without anything in it yet, whose first line is to be this one.
    pub fn of_none(first: (u64, i32), line: &LeftLine) -> Self {
        let declared = Measured { quantity: Decimal::ZERO, unit: line.item.unit.clone() };
        Self {
            first,
            sources: 0,
            declared: Some(declared),
            statutory: Decimal::ZERO,
            second: line.second.map(|_| Decimal::ZERO),
            value: Decimal::ZERO,
        }
    }

    /// Adds what is left of a list's line.
    pub fn add(&mut self, line: &LeftLine) {
        self.sources += 1;
        // Of lines that declare in several units, the statutory quantity stands for the declared one.
        self.declared = self.declared.take().filter(|it| it.unit == line.item.unit);
        if let Some(declared) = &mut self.declared {
            declared.quantity += line.declared;
        }
        self.statutory += line.statutory;
        self.second = self.second.zip(line.second).map(|(a, b)| a + b);
        self.value += line.value;
    }

    /// The first thing in which the formal line differs from that.
    pub fn difference(&self, line: &FormalLine) -> Option<Compared> {
        let declared = self.declared.as_ref().map_or(self.statutory, |it| it.quantity);
        let second = line.second.as_ref().map(|second| second.quantity);
        let compared = [
            ("sources", self.sources.to_string(), line.sources.len().to_string()),
            ("declared quantity", shown(declared), shown(line.declared.quantity)),
            ("first quantity", shown(self.statutory), shown(line.statutory.quantity)),
            (
                "second quantity",
                self.second.map_or_else(none, shown),
                second.map_or_else(none, shown),
            ),
            ("value", shown(self.value), shown(line.value.value())),
        ];
        compared.into_iter().find(|(_, expected, found)| expected != found)
    }
}

/// What a list's line must have in common with its formal line.
pub fn conditions(
    month: &ExportedMonth,
    parcel: &Parcel,
    line: &LeftLine,
    form: &FormalRecord,
    into: &FormalLine,
) -> Vec<Compared> {
    let list = &parcel.export.declaration;
    let (item, head, goods) = (&line.item, &form.form.head, &into.goods);
    let unit = |unit: Option<&str>| unit.map_or_else(none, str::to_owned);
    let mut conditions = vec![
        ("收发货人", parcel.merchant_code().into(), form.merchant.code.to_string()),
        ("申报地海关", list.office.to_string(), form.office.to_string()),
        ("运输方式", parcel.transport_mode().into(), head.transport_mode.to_string()),
        ("运抵国", list.destination_country.to_string(), head.arrival_country.to_string()),
        ("出境关别", parcel.exit_office().to_string(), head.exit_office.to_string()),
        ("商品编码", item.hs_code.to_string(), goods.hs_code.to_string()),
        ("最终目的国", item.destination_country.to_string(), goods.destination.to_string()),
        ("币制", item.currency.to_string(), goods.currency.to_string()),
        ("法定计量单位", item.statutory_unit.to_string(), into.statutory.unit.to_string()),
        (
            "第二计量单位",
            unit(item.second_unit.as_deref()),
            unit(into.second.as_ref().map(|second| &*second.unit)),
        ),
    ];
    let (grouping, naming) = month.terms(parcel.merchant, form.made_at);
    if grouping == Grouping::ConsignorAndProducer {
        let producer = list.producer.code.to_string();
        conditions.push(("生产销售单位", producer, head.producer.to_string()));
    }
    if naming == GoodsNaming::Declared {
        let name = item.item_name.as_deref().unwrap_or(&item.name).to_owned();
        let found = goods.item_name.as_deref().unwrap_or(&goods.name).to_owned();
        conditions.push(("商品名称", name, found));
    }
    conditions
}

fn shown(number: Decimal) -> String {
    number.normalize().to_string()
}

fn none() -> String {
    "none".to_owned()
}
