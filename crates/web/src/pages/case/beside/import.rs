//! What order, payment, waybill and declaration of an import say.

use std::collections::BTreeSet;

use tongguan_application::clearing::record::{DeclarationRecord, DocumentState, Facts};
use tongguan_application::enquiry::CaseFile;
use tongguan_application::review::Matching;
use tongguan_codelists::Table;
use tongguan_domain::facts::{
    DeclarationFacts, ItemFacts, LineFacts, OrderFacts, PaymentFacts, WaybillFacts,
};
use tongguan_domain::ids::PartyId;
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Amount;

use super::{Group, Row, Said};
use crate::pages::words;

/// The documents of the parcel, as far as they came.
struct Documents<'d> {
    order: Option<&'d OrderFacts>,
    payment: Option<&'d PaymentFacts>,
    waybill: Option<&'d WaybillFacts>,
    declaration: &'d DeclarationFacts,
}

impl Documents<'_> {
    fn order(&self, said: impl FnOnce(&OrderFacts) -> Said) -> Said {
        self.order.map_or(Said::NoDocument, said)
    }

    fn payment(&self, said: impl FnOnce(&PaymentFacts) -> Said) -> Said {
        self.payment.map_or(Said::NoDocument, said)
    }

    fn waybill(&self, said: impl FnOnce(&WaybillFacts) -> Said) -> Said {
        self.waybill.map_or(Said::NoDocument, said)
    }
}

pub(super) fn groups(file: &CaseFile, record: &DeclarationRecord) -> Vec<Group> {
    let documents = documents(file, &record.facts);
    let named = |id: PartyId| Said::Compared(words::party(&file.registry, id));
    let mut rows = parties(&documents, &named);
    rows.extend(numbers(&documents));
    rows.extend(persons(&documents, payer_counts(file)));
    rows.extend(figures(&documents));
    let mut groups = vec![Group { title: None, rows }];
    groups.extend(goods(&documents));
    groups
}

fn documents<'d>(file: &'d CaseFile, declaration: &'d DeclarationFacts) -> Documents<'d> {
    let mut documents = Documents { order: None, payment: None, waybill: None, declaration };
    let entered = file.case.picture.documents.iter();
    for document in entered.filter(|document| document.state == DocumentState::Entered) {
        match document.facts.as_deref() {
            Some(Facts::Order(order)) => documents.order = Some(order),
            Some(Facts::Payment(payment)) => {
                // Of several the one that the order names.
                let named = documents.order.and_then(|order| order.payment_transaction.as_ref());
                if documents.payment.is_none() || named == Some(&payment.transaction) {
                    documents.payment = Some(payment);
                }
            }
            Some(Facts::Waybill(waybill)) => documents.waybill = Some(waybill),
            _ => {}
        }
    }
    documents
}

/// Whether the payer has to be the buyer and is not.
fn payer_counts(file: &CaseFile) -> bool {
    match &file.case.picture.matching {
        Matching::Compared(defects) => {
            defects.iter().any(|defect| defect.rule.code == "match-payer")
        }
        Matching::Missing(_) => false,
    }
}

fn parties(documents: &Documents<'_>, named: &dyn Fn(PartyId) -> Said) -> Vec<Row> {
    let declared = documents.declaration;
    let optional = |id: Option<PartyId>| id.map_or(Said::Nothing, named);
    vec![
        Row::new(
            ("电商平台", "Platform"),
            [
                documents.order(|order| named(order.platform)),
                documents.payment(|payment| named(payment.platform)),
                Said::Nothing,
                named(declared.platform),
            ],
        ),
        Row::new(
            ("电商企业", "Merchant"),
            [
                documents.order(|order| named(order.merchant)),
                Said::Nothing,
                Said::Nothing,
                named(declared.merchant),
            ],
        ),
        Row::new(
            ("支付企业", "Payment institution"),
            [
                documents.order(|order| optional(order.payment_institution)),
                documents.payment(|payment| named(payment.institution)),
                Said::Nothing,
                Said::Nothing,
            ],
        ),
        Row::new(
            ("支付交易编号", "Payment transaction"),
            [
                documents.order(|order| {
                    order.payment_transaction.as_ref().map_or(Said::Nothing, Said::compared)
                }),
                documents.payment(|payment| Said::compared(&payment.transaction)),
                Said::Nothing,
                Said::Nothing,
            ],
        ),
        Row::new(
            ("物流企业", "Carrier"),
            [
                Said::Nothing,
                Said::Nothing,
                documents.waybill(|waybill| named(waybill.carrier)),
                named(declared.carrier),
            ],
        ),
    ]
}

fn numbers(documents: &Documents<'_>) -> Vec<Row> {
    let declared = documents.declaration;
    vec![
        Row::new(
            ("运单编号", "Waybill number"),
            [
                Said::Nothing,
                Said::Nothing,
                documents.waybill(|waybill| Said::compared(&waybill.number)),
                Said::compared(&declared.waybill_no),
            ],
        ),
        Row::new(
            ("订单编号", "Order number"),
            [
                Said::Nothing,
                Said::Nothing,
                documents.waybill(|waybill| {
                    waybill.order_no.as_ref().map_or(Said::Nothing, Said::compared)
                }),
                Said::compared(&declared.order_no),
            ],
        ),
    ]
}

fn persons(documents: &Documents<'_>, payer_counts: bool) -> Vec<Row> {
    let declared = documents.declaration;
    // Somebody else may pay for a buyer whose identity is certified.
    let payer = |payer: Mark, buyer: Option<Mark>| {
        if payer_counts || buyer.is_none_or(|buyer| buyer == payer) {
            return Said::Personal(payer);
        }
        Said::Remark(("他人代付，订购人身份已核实", "another paid; the buyer is certified"))
    };
    let consignee = |order: fn(&OrderFacts) -> Mark, waybill: fn(&WaybillFacts) -> Mark| {
        [
            documents.order(|it| Said::Personal(order(it))),
            Said::Nothing,
            documents.waybill(|it| Said::Personal(waybill(it))),
            Said::Nothing,
        ]
    };
    let mut address = consignee(|it| it.consignee.address, |it| it.consignee.address);
    address[3] = Said::Personal(declared.consignee_address);
    let buyer = documents.order.map(|order| order.buyer);
    vec![
        Row::new(
            ("订购人姓名", "Buyer’s name"),
            [
                documents.order(|order| Said::Personal(order.buyer.name)),
                documents.payment(|it| payer(it.payer.name, buyer.map(|buyer| buyer.name))),
                Said::Nothing,
                Said::Personal(declared.buyer.name),
            ],
        ),
        Row::new(
            ("订购人证件号码", "Buyer’s identity number"),
            [
                documents.order(|order| Said::Personal(order.buyer.number)),
                documents.payment(|it| payer(it.payer.number, buyer.map(|buyer| buyer.number))),
                Said::Nothing,
                Said::Personal(declared.buyer.number),
            ],
        ),
        Row::new(
            ("订购人电话", "Buyer’s telephone"),
            [
                documents.order(|it| it.buyer_telephone.map_or(Said::Nothing, Said::Personal)),
                Said::Nothing,
                Said::Nothing,
                Said::Personal(declared.buyer_telephone),
            ],
        ),
        Row::new(
            ("收货人姓名", "Consignee’s name"),
            consignee(|it| it.consignee.name, |it| it.consignee.name),
        ),
        Row::new(
            ("收货人电话", "Consignee’s telephone"),
            consignee(|it| it.consignee.telephone, |it| it.consignee.telephone),
        ),
        Row::new(("收货地址", "Delivery address"), address),
    ]
}

fn figures(documents: &Documents<'_>) -> Vec<Row> {
    let declared = documents.declaration;
    let goods: Amount = declared.items.iter().map(|item| item.total_price).sum();
    let optional = |amount: Option<Amount>| amount.map_or(Said::Nothing, Said::shown);
    let of_order = |label, amount: fn(&OrderFacts) -> Amount| {
        let order = documents.order(|order| Said::shown(amount(order)));
        Row::new(label, [order, Said::Nothing, Said::Nothing, Said::Nothing])
    };
    let mut rows = vec![
        Row::new(
            ("实际支付金额（CNY）", "Paid (CNY)"),
            [
                documents.order(|order| Said::compared(order.paid)),
                documents.payment(|payment| Said::compared(payment.amount)),
                Said::Nothing,
                Said::Nothing,
            ],
        ),
        Row::new(
            ("商品价格（CNY）", "Goods (CNY)"),
            [
                documents.order(|order| Said::compared(order.goods_value)),
                Said::Nothing,
                Said::Nothing,
                Said::compared(goods),
            ],
        ),
        Row::new(
            ("运费（CNY）", "Freight (CNY)"),
            [
                documents.order(|order| Said::compared(order.freight)),
                Said::Nothing,
                documents.waybill(|waybill| optional(waybill.freight)),
                Said::compared(declared.freight),
            ],
        ),
        Row::new(
            ("保费（CNY）", "Insurance (CNY)"),
            [
                Said::Nothing,
                Said::Nothing,
                documents.waybill(|waybill| optional(waybill.insurance)),
                Said::shown(declared.insurance),
            ],
        ),
        of_order(("非现金抵扣（CNY）", "Discount (CNY)"), |order| order.discount),
        of_order(("代扣税款（CNY）", "Tax withheld (CNY)"), |order| order.tax_withheld),
    ];
    let weight = documents.waybill(|it| Said::shown(it.gross_weight_kg.normalize()));
    rows.extend(Row::weights(weight, Said::Nothing, declared.net_weight_kg));
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

fn line_rows(line: Option<Option<&LineFacts>>, item: Option<&ItemFacts>) -> Vec<Row> {
    let row =
        |label, line_says: &dyn Fn(&LineFacts) -> Said, item_says: &dyn Fn(&ItemFacts) -> Said| {
            let order = match line {
                None => Said::NoDocument,
                Some(line) => line.map_or(Said::NoLine, line_says),
            };
            let declared = item.map_or(Said::NoLine, item_says);
            Row::new(label, [order, Said::Nothing, Said::Nothing, declared])
        };
    let unit = |code: &dyn ToString| Said::Coded(Table::Units, code.to_string());
    vec![
        row(("商品名称", "Name"), &|line| Said::compared(&line.name), &|item| {
            item.item_name.as_ref().map_or(Said::Nothing, Said::compared)
        }),
        row(("数量", "Quantity"), &|line| Said::compared(line.quantity.normalize()), &|item| {
            Said::compared(item.quantity.normalize())
        }),
        row(("计量单位", "Unit"), &|line| unit(&line.unit), &|item| unit(&item.unit)),
        row(("单价（CNY）", "Price (CNY)"), &|line| Said::shown(line.price), &|item| {
            Said::shown(item.price)
        }),
        row(("总价（CNY）", "Total (CNY)"), &|line| Said::compared(line.total_price), &|item| {
            Said::compared(item.total_price)
        }),
    ]
}
