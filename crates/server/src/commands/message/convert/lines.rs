//! Rows of a CSV file, gathered into orders and filled with what follows from the rest.

use std::collections::HashMap;

use csv::StringRecord;
use rust_decimal::Decimal;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::content::derived_guid;
use tongguan_messages::json::Json;
use tongguan_messages::table::Entity;

use super::columns::Columns;

/// A row has more or fewer cells than the header.
static CELLS_MISCOUNTED: Rule = Rule {
    code: "cells-miscounted",
    official: None,
    zh: "该行有{found}列，表头有{expected}列",
    en: "the row has {found} cells, the header {expected}",
};

/// A row of no order.
static ORDER_NUMBER_MISSING: Rule = Rule {
    code: "order-number-missing",
    official: None,
    zh: "缺少订单编号",
    en: "it says no order",
};

/// Two rows of one order say different things of its head.
static ROWS_DISAGREE: Rule = Rule {
    code: "rows-disagree",
    official: None,
    zh: "同一订单的表头不一致：[{found}]，前面为[{expected}]",
    en: "[{found}], but an earlier row of the same order says [{expected}]",
};

/// The texts of a head or a line.
#[derive(Debug, Clone)]
pub struct Texts {
    entity: &'static Entity,
    texts: Vec<Option<String>>,
}

/// One order, as its rows tell of it.
#[derive(Debug)]
pub struct Gathered {
    /// The line of the file on which its first row begins.
    pub row: u64,
    /// What every row says.
    pub head: Texts,
    /// Its lines, each with the line of the file.
    pub lines: Vec<(u64, Texts)>,
}

/// Gathers the rows of each order, in the order of their first ones, wherever they stand.
pub fn gather(
    records: impl Iterator<Item = StringRecord>,
    columns: &Columns,
    defects: &mut Vec<Defect>,
) -> Vec<Gathered> {
    let elements = columns.elements();
    let mut orders = Vec::<Gathered>::new();
    let mut places = HashMap::<String, usize>::new();
    for record in records {
        let row = record.position().map_or(0, csv::Position::line);
        if record.len() != columns.len() {
            let defect = Defect::at(&CELLS_MISCOUNTED, columns.place(row, "", |_| false));
            defects.push(defect.found(record.len()).expected(columns.len()));
            continue;
        }
        let (mut head, mut line) = (Texts::of(elements.head), Texts::of(elements.line));
        let cells = columns.targets().zip(record.iter());
        let given = columns.given();
        for (target, cell) in cells.chain(given).filter(|(_, cell)| !cell.trim().is_empty()) {
            head.fill(target.head, cell);
            line.fill(target.line, cell);
        }
        let Some(number) = head.get("orderNo").map(|number| number.trim().to_owned()) else {
            let place = columns.place(row, "orderNo", |it| it.head == head.position("orderNo"));
            defects.push(Defect::at(&ORDER_NUMBER_MISSING, place));
            continue;
        };
        let index = *places.entry(number).or_insert(orders.len());
        match orders.get_mut(index) {
            Some(order) => {
                order.agree(&head, row, columns, defects);
                order.lines.push((row, line));
            }
            None => orders.push(Gathered { row, head, lines: vec![(row, line)] }),
        }
    }
    orders
}

impl Gathered {
    /// Takes over what a further row says of the head.
    fn agree(&mut self, head: &Texts, row: u64, columns: &Columns, defects: &mut Vec<Defect>) {
        for (position, text) in head.texts.iter().enumerate() {
            let (Some(text), Some(known)) = (text, self.head.texts.get_mut(position)) else {
                continue;
            };
            match known {
                None => *known = Some(text.clone()),
                Some(known) if known == text => {}
                Some(known) => {
                    let name = head.entity.field(position).name;
                    let place = columns.place(row, name, |it| it.head == Some(position));
                    defects.push(
                        Defect::at(&ROWS_DISAGREE, place).found(text).expected(known.as_str()),
                    );
                }
            }
        }
    }

    /// Fills in what the rows do not say: what follows from the rest, what is usual, and what the
    /// schema fixes.
    pub fn complete(&mut self, message: MessageType, at: Moment) {
        let mut goods = Decimal::ZERO;
        for (number, (_, line)) in (1_usize..).zip(&mut self.lines) {
            line.suppose("gnum", || number.to_string());
            let product = line.decimal("price").checked_mul(line.decimal("qty"));
            line.suppose("totalPrice", || product.unwrap_or_default().normalize().to_string());
            line.suppose_implied();
            goods = goods.checked_add(line.decimal("totalPrice")).unwrap_or_default();
        }
        let head = &mut self.head;
        head.suppose("appType", || "1".to_owned());
        head.suppose("appStatus", || "2".to_owned());
        let direction = if message == MessageType::Ceb303 { "E" } else { "I" };
        head.suppose("orderType", || direction.to_owned());
        head.suppose("goodsValue", || goods.normalize().to_string());
        for none in ["freight", "discount", "taxTotal"] {
            head.suppose(none, || "0".to_owned());
        }
        let [goods, freight, discount, tax] =
            ["goodsValue", "freight", "discount", "taxTotal"].map(|name| head.decimal(name));
        let paid = [freight, tax, -discount].into_iter().try_fold(goods, Decimal::checked_add);
        head.suppose("acturalPaid", || paid.unwrap_or_default().normalize().to_string());
        head.suppose_implied();
        self.number(message);
        self.head.suppose("appTime", || at.to_wire_seconds());
    }

    /// The document's number derives from what it says, its time apart: the same order, made again,
    /// is the same document.
    fn number(&mut self, message: MessageType) {
        let lines = self.lines.iter().flat_map(|(_, line)| line.said());
        let said = [("", message.code())].into_iter().chain(self.head.said()).chain(lines);
        let not_time = said.filter(|(name, _)| *name != "appTime");
        let guid = derived_guid(not_time.flat_map(|(name, text)| [name, text]));
        self.head.suppose("guid", || guid);
    }
}

impl Texts {
    fn of(entity: &'static Entity) -> Self {
        Self { entity, texts: vec![None; entity.len()] }
    }

    /// The text of an element.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(self.position(name)?)?.as_deref()
    }

    /// As JSON.
    pub fn json(&self) -> Json {
        self.said().map(|(name, text)| (name, Json::from(text))).collect()
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.entity.find(name)
    }

    /// What is said, each with the name of its element.
    fn said(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.texts.iter().enumerate().filter_map(|(position, text)| {
            Some((self.entity.field(position).name, text.as_deref()?))
        })
    }

    /// The first that is said counts.
    fn fill(&mut self, position: Option<usize>, text: &str) {
        if let Some(cell) = position.and_then(|position| self.texts.get_mut(position)) {
            cell.get_or_insert_with(|| text.to_owned());
        }
    }

    /// Says something of an element that the message has and nobody spoke of.
    fn suppose(&mut self, name: &str, text: impl FnOnce() -> String) {
        if let Some(cell) = self.position(name).and_then(|it| self.texts.get_mut(it)) {
            cell.get_or_insert_with(text);
        }
    }

    /// Says what an absent element stands for.
    fn suppose_implied(&mut self) {
        for (position, cell) in self.texts.iter_mut().enumerate() {
            let field = self.entity.field(position);
            if let (None, Some(implied)) = (&cell, field.fixed.or(field.default)) {
                *cell = Some(implied.to_owned());
            }
        }
    }

    /// A number; nothing where there is none, which the reader tells.
    fn decimal(&self, name: &str) -> Decimal {
        self.get(name).and_then(|text| text.trim().parse().ok()).unwrap_or_default()
    }
}
