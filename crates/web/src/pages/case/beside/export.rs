//! What order, collection, waybill and declaration of an export say.

use std::collections::BTreeSet;

use tongguan_application::clearing::record::{DocumentState, ExportRecord, Facts};
use tongguan_application::enquiry::CaseFile;
use tongguan_codelists::Table;
use tongguan_domain::facts::{
    CollectionFacts, ExportFacts, ExportItemFacts, ExportLineFacts, ExportOrderFacts,
    ExportWaybillFacts,
};
use tongguan_domain::ids::PartyId;
use tongguan_domain::matching::listed_item_no;
use tongguan_domain::money::Amount;

use super::{Group, Row, Said};
use crate::pages::words;

/// The documents of the parcel, as far as they came.
struct Documents<'d> {
    order: Option<&'d ExportOrderFacts>,
    collection: Option<&'d CollectionFacts>,
    waybill: Option<&'d ExportWaybillFacts>,
    declaration: &'d ExportFacts,
}

impl Documents<'_> {
    fn order(&self, said: impl FnOnce(&ExportOrderFacts) -> Said) -> Said {
        self.order.map_or(Said::NoDocument, said)
    }

    fn collection(&self, said: impl FnOnce(&CollectionFacts) -> Said) -> Said {
        self.collection.map_or(Said::NoDocument, said)
    }

    fn waybill(&self, said: impl FnOnce(&ExportWaybillFacts) -> Said) -> Said {
        self.waybill.map_or(Said::NoDocument, said)
    }
}

pub(super) fn groups(file: &CaseFile, record: &ExportRecord) -> Vec<Group> {
    let mut documents =
        Documents { order: None, collection: None, waybill: None, declaration: &record.facts };
    let entered = file.case.picture.documents.iter();
    for document in entered.filter(|document| document.state == DocumentState::Entered) {
        match document.facts.as_deref() {
            Some(Facts::ExportOrder(order)) => documents.order = Some(order),
            Some(Facts::Collection(collection)) => documents.collection = Some(collection),
            Some(Facts::ExportWaybill(waybill)) => documents.waybill = Some(waybill),
            _ => {}
        }
    }
    let named = |id: PartyId| words::party(&file.registry, id);
    let mut rows = parties(&documents, &named);
    rows.extend(figures(&documents));
    let mut groups = vec![Group { title: None, rows }];
    groups.extend(goods(&documents));
    groups
}

fn parties(documents: &Documents<'_>, named: &dyn Fn(PartyId) -> String) -> Vec<Row> {
    let declared = documents.declaration;
    // A foreign platform has no code; two that have none agree.
    let platform = |id: Option<PartyId>| Said::Compared(id.map_or_else(|| "-".to_owned(), named));
    vec![
        Row::new(
            ("订单类型", "Type of order"),
            [
                documents.order(|order| Said::compared(order.order_type.to_wire())),
                Said::Nothing,
                Said::Nothing,
                Said::compared(declared.mode.order_type().to_wire()),
            ],
        ),
        Row::new(
            ("电商平台", "Platform"),
            [
                documents.order(|order| platform(order.platform)),
                Said::Nothing,
                Said::Nothing,
                platform(declared.parties.platform),
            ],
        ),
        Row::new(
            ("电商企业", "Merchant"),
            [
                documents.order(|order| Said::Compared(named(order.merchant))),
                documents.collection(|collection| Said::Shown(named(collection.merchant))),
                documents.waybill(|waybill| {
                    waybill.merchant.map_or(Said::Nothing, |id| Said::Compared(named(id)))
                }),
                Said::Compared(named(declared.parties.merchant)),
            ],
        ),
        Row::new(
            ("物流企业", "Carrier"),
            [
                Said::Nothing,
                Said::Nothing,
                documents.waybill(|waybill| Said::Compared(named(waybill.carrier))),
                Said::Compared(named(declared.parties.carrier)),
            ],
        ),
        Row::new(
            ("运单编号", "Waybill number"),
            [
                Said::Nothing,
                Said::Nothing,
                documents.waybill(|waybill| Said::compared(&waybill.number)),
                Said::compared(&declared.waybill_no),
            ],
        ),
    ]
}

fn figures(documents: &Documents<'_>) -> Vec<Row> {
    let declared = documents.declaration;
    let goods: Amount = declared.items.iter().map(|item| item.total_price).sum();
    let mut rows = vec![
        Row::new(
            ("商品价格", "Goods"),
            [
                documents.order(|order| Said::compared(order.goods_value)),
                documents.collection(|it| Said::Money(it.amount, it.currency.to_string())),
                Said::Nothing,
                Said::compared(goods),
            ],
        ),
        Row::new(
            ("件数", "Packages"),
            [
                Said::Nothing,
                Said::Nothing,
                documents.waybill(|waybill| Said::compared(waybill.packages)),
                Said::compared(declared.packages),
            ],
        ),
    ];
    let weight = documents.waybill(|it| Said::shown(it.gross_weight_kg.normalize()));
    rows.extend(Row::weights(
        weight,
        Said::shown(declared.gross_weight_kg.normalize()),
        declared.net_weight_kg,
    ));
    rows
}

/// A group for each line of goods; lines pair by number.
fn goods(documents: &Documents<'_>) -> Vec<Group> {
    let items = &documents.declaration.items;
    let lines = documents.order.map(|order| &order.lines);
    let numbers: BTreeSet<_> = items
        .iter()
        .map(|item| item.number)
        .chain(lines.into_iter().flatten().map(|line| line.number))
        .collect();
    let group = |number: i32| {
        let item = items.iter().find(|item| item.number == number);
        let line = lines.map(|lines| lines.iter().find(|line| line.number == number));
        let title = item.map_or_else(String::new, |item| format!("{} {}", item.hs_code, item.name));
        Group { title: Some(format!("{number} · {title}")), rows: line_rows(line, item) }
    };
    numbers.into_iter().map(group).collect()
}

fn line_rows(line: Option<Option<&ExportLineFacts>>, item: Option<&ExportItemFacts>) -> Vec<Row> {
    type Line<'s> = &'s dyn Fn(&ExportLineFacts) -> String;
    type Item<'s> = &'s dyn Fn(&ExportItemFacts) -> String;
    let coded = |table, row: Row| {
        let said = row.said.map(|said| match said {
            Said::Compared(code) => Said::Coded(table, code),
            said => said,
        });
        Row { said, ..row }
    };
    let row = |label, line_says: Line<'_>, item_says: Item<'_>| {
        let order = match line {
            None => Said::NoDocument,
            Some(line) => line.map_or(Said::NoLine, |line| Said::Compared(line_says(line))),
        };
        let declared = item.map_or(Said::NoLine, |item| Said::Compared(item_says(item)));
        Row::new(label, [order, Said::Nothing, Said::Nothing, declared])
    };
    vec![
        row(
            ("商品货号", "Item number"),
            &|line| listed_item_no(&line.item_no).to_owned(),
            &|item| item.item_no.to_string(),
        ),
        row(("数量", "Quantity"), &|line| line.quantity.normalize().to_string(), &|item| {
            item.quantity.normalize().to_string()
        }),
        coded(
            Table::Units,
            row(("计量单位", "Unit"), &|line| line.unit.to_string(), &|item| {
                item.unit.to_string()
            }),
        ),
        coded(
            Table::Currencies,
            row(("币制", "Currency"), &|line| line.currency.to_string(), &|item| {
                item.currency.to_string()
            }),
        ),
        row(("总价", "Total"), &|line| line.total_price.to_string(), &|item| {
            item.total_price.to_string()
        }),
    ]
}
