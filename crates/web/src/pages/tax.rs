//! The tax calculator (税费计算): what an order of some lines pays, by which rows of the law.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use rust_decimal::Decimal;
use tongguan_codelists::{HsCode, Pack, Row, Table};
use tongguan_domain::defect::Defect;
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::tax::{Assessment, Basket, BasketItem, assess};

use super::shell::{Visit, chinese};
use crate::Shared;
use crate::caller::blocking;
use crate::part::Query;
use crate::problem::Problem;

/// Lines of the form.
const LINES: i32 = 5;
/// Pieces (个): the unit of whoever names none.
const PIECES: &str = "007";

/// What was typed, by the names of fields.
type Typed = HashMap<String, String>;

/// The calculator, and what it comes to.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let pack = blocking(move || enquiries.pack()).await?;
    let today = shared.access.clock.now().china_day();
    let day = match of(&typed, "day") {
        "" => today,
        text => text.parse().map_err(|_| Problem::Malformed("day"))?,
    };
    let title = visit.say("税费计算", "Tax calculator");
    let result = typed.contains_key("hs1").then(|| match basket(&typed, &pack, day, &visit) {
        Err(why) => wrong(&[why]),
        Ok(basket) => match assess(&pack, &basket) {
            Ok(assessment) => assessed(&visit, &pack, &assessment),
            Err(defects) => wrong(&defects.iter().map(|it| words(&visit, it)).collect::<Vec<_>>()),
        },
    });
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "跨境电商零售进口一单商品的关税、消费税和增值税，按所选日期的法规计算，与清单审核用同一引擎。",
            "Duty, consumption tax and value-added tax of an order of retail imports, by the law of the day, with \
             the engine by which declarations are assessed.",
        )) }
        @if let Some(result) = result { (result) }
        (form(&visit, &typed, &day.to_string()))
    };
    Ok(visit.page(title, &body))
}

fn of<'t>(typed: &'t Typed, name: &str) -> &'t str {
    typed.get(name).map(|text| text.trim()).unwrap_or_default()
}

/// An exact number; nothing is rounded and no exponent is read.
fn number(text: &str) -> Option<Decimal> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    Decimal::from_str_exact(text).ok().filter(|_| is_plain)
}

/// What is to be taxed; or what cannot be read first.
fn basket(typed: &Typed, pack: &Pack, day: Date, visit: &Visit) -> Result<Basket, String> {
    let cost = |name, (zh, en): (&str, &str)| match of(typed, name) {
        "" => Ok(Amount::ZERO),
        text => number(text).map(Amount::new).ok_or_else(|| {
            visit.say(
                format!("{zh}须为数字，如12.50；没有则留空"),
                format!("{en} is a number such as 12.50, or left empty"),
            )
        }),
    };
    Ok(Basket {
        as_of: day,
        mode: of(typed, "mode").into(),
        annual_used: Money::default(),
        freight: cost("freight", ("运费", "the freight"))?,
        insurance: cost("insurance", ("保费", "the insurance"))?,
        items: items(typed, pack, day, visit)?,
    })
}

/// The lines that have a tariff code; or the first that cannot be read.
fn items(typed: &Typed, pack: &Pack, day: Date, visit: &Visit) -> Result<Vec<BasketItem>, String> {
    let typed_lines = (1..=LINES).filter(|line| !of(typed, &format!("hs{line}")).is_empty());
    let items = typed_lines.map(|line| {
        let field = |name: &str| of(typed, &format!("{name}{line}"));
        let cannot = |what: (&str, &str)| {
            let (zh, en) = what;
            visit.say(format!("第{line}行：{zh}"), format!("line {line}: {en}"))
        };
        let hs: HsCode = field("hs")
            .parse()
            .map_err(|_| cannot(("商品编码须为10位数字", "the tariff code has ten digits")))?;
        let price = number(field("price")).ok_or_else(|| {
            cannot(("总价须为数字，如199.00", "the price is a number such as 199.00"))
        })?;
        let quantity = number(field("quantity"))
            .ok_or_else(|| cannot(("数量须为数字", "the quantity is a number")))?;
        let unit = match field("unit") {
            "" => pack.hs_name(hs, day).map_or(PIECES, |row| &*row.entry.unit1),
            unit => unit,
        };
        let net_weight_kg = match field("weight") {
            "" => None,
            text => Some(number(text).ok_or_else(|| {
                cannot(("净重须为数字，如0.35", "the net weight is a number such as 0.35"))
            })?),
        };
        Ok(BasketItem {
            line,
            hs,
            quantity,
            unit: unit.into(),
            total_price: Amount::new(price),
            net_weight_kg,
            volume_l: None,
            rates: None,
        })
    });
    items.collect()
}

fn words(visit: &Visit, defect: &Defect) -> String {
    visit.say(defect.message_zh(), defect.message_en())
}

fn wrong(texts: &[String]) -> Markup {
    html! { div.notice.bad role="alert" { @for text in texts { p { (text) } } } }
}

fn assessed(visit: &Visit, pack: &Pack, assessment: &Assessment) -> Markup {
    let reason = assessment.regime.reason();
    let kind = if assessment.is_taxed() { "good" } else { "warn" };
    let totals = assessment.totals;
    let title = visit.say("税款（元）", "Tax, in yuan");
    html! {
        div class={ "notice " (kind) } role="status" { p { (visit.say(&reason.zh, &reason.en)) } }
        h2 { (title) }
        div.table tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (visit.say("行", "Line")) }
                th.number scope="col" { (visit.say("完税价格", "Dutiable value")) }
                th.number scope="col" { (visit.say("关税", "Duty")) }
                th.number scope="col" { (visit.say("消费税", "Consumption tax")) }
                th.number scope="col" { (visit.say("增值税", "Value-added tax")) }
            } }
            tbody {
                @for item in &assessment.items { tr {
                    th scope="row" { (item.line) }
                    td.number { (item.dutiable) }
                    td.number { (item.taxes.duty) }
                    td.number { (item.taxes.consumption_tax) }
                    td.number { (item.taxes.vat) }
                } }
                tr {
                    th scope="row" { (visit.say("合计", "Total")) " " (totals.tax) }
                    td.number { (totals.dutiable) }
                    td.number { (totals.taxes.duty) }
                    td.number { (totals.taxes.consumption_tax) }
                    td.number { (totals.taxes.vat) }
                }
            }
        } }
        h2 { (visit.say("依据", "By which rows of the law")) }
        ul { @for id in &assessment.rows { li {
            code { (id.as_str()) }
            @for row in Table::ALL.iter().filter_map(|table| pack.row(*table, id)) {
                " " (chinese(&source(&row)))
            }
        } } }
    }
}

/// The law that a row was taken from.
fn source(row: &Row) -> String {
    let place = row.table().columns().iter().position(|column| *column == "source");
    place.and_then(|place| row.cells().into_iter().nth(place)).unwrap_or_default()
}

fn form(visit: &Visit, typed: &Typed, day: &str) -> Markup {
    let mode = if of(typed, "mode").is_empty() { "9610" } else { of(typed, "mode") };
    let common = [
        ("freight", ("运费（元）", "Freight, in yuan"), "0"),
        ("insurance", ("保费（元）", "Insurance, in yuan"), "0"),
    ];
    html! {
        form.stacked method="get" action="/tax" {
            div.row {
                div {
                    label for="day" { (visit.say("申报日期", "Day of the declaration")) }
                    input #day name="day" type="date" value=(day) required;
                }
                div {
                    label for="mode" { (visit.say("监管方式", "Supervision mode")) }
                    select #mode name="mode" { @for known in ["9610", "1210", "1239"] {
                        option value=(known) selected[mode == known] { (known) }
                    } }
                }
                @for (name, title, usual) in common {
                    div {
                        label for=(name) { (visit.language.of(title)) }
                        input id=(name) name=(name) inputmode="decimal"
                            value=(typed.get(name).map_or(usual, String::as_str));
                    }
                }
            }
            @for line in 1..=LINES { (typed_line(visit, typed, line)) }
            button { (visit.say("计算", "Calculate")) }
        }
    }
}

fn typed_line(visit: &Visit, typed: &Typed, line: i32) -> Markup {
    let fields = [
        ("hs", ("商品编码（10位）", "Tariff code, ten digits")),
        ("price", ("总价（元）", "Price of the line, in yuan")),
        ("quantity", ("数量", "Quantity")),
        ("unit", ("计量单位代码（可空）", "Unit code, may be left out")),
        ("weight", ("净重（千克，可空）", "Net weight in kilograms, may be left out")),
    ];
    html! {
        fieldset {
            legend { (visit.say("第", "Line ")) (line) (visit.say("行", "")) }
            div.row { @for (name, title) in fields {
                @let id = format!("{name}{line}");
                div {
                    label for=(id) { (visit.language.of(title)) }
                    input id=(id) name=(id) value=(of(typed, &id));
                }
            } }
        }
    }
}
