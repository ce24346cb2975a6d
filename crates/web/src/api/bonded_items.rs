//! Goods of account books (料件): registered for what is declared of them.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::bonded::file::{BadField, Expected, item};
use tongguan_application::bonded::register_items;
use tongguan_domain::bonded::item::BondedItem;
use tongguan_domain::ids::AccountItemNumber;
use utoipa::ToSchema;

use super::body::Given;
use super::books::reached;
use super::part::Part;
use crate::Shared;
use crate::acting::record;
use crate::caller::Caller;
use crate::problem::{Problem, json_answer};
use crate::wording::Wording;

/// Goods of an account book that are to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemsGiven {
    /// The goods: all of them are registered, or nothing.
    #[schema(min_items = 1)]
    items: Vec<ItemGiven>,
}

/// A kind of goods.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ItemGiven {
    /// 备案料号.
    #[schema(example = "0001", min_length = 1, max_length = 30)]
    item: String,
    /// 商品编码: ten digits.
    #[schema(example = "9619001100", pattern = "^[0-9]{10}$")]
    hs_code: String,
    /// 商品名称.
    #[schema(example = "婴儿纸尿裤", min_length = 1)]
    name: String,
    /// 计量单位, in which the stock is kept: three digits.
    #[schema(example = "007", pattern = "^[0-9]{3}$")]
    unit: String,
    /// 法定计量单位: three digits.
    #[schema(example = "035", pattern = "^[0-9]{3}$")]
    statutory_unit: String,
    /// How many of it one `unit` is: more than 0.
    #[schema(example = "1.9")]
    statutory_factor: String,
    /// 第二法定计量单位, where there is one.
    #[schema(example = "011")]
    second_unit: Option<String>,
    /// How many of it one `unit` is.
    #[schema(example = "1")]
    second_factor: Option<String>,
    /// What one `unit` costs at least; with `highest_price`, or neither.
    #[schema(example = "80.00")]
    lowest_price: Option<String>,
    /// What it costs at most.
    #[schema(example = "120.00")]
    highest_price: Option<String>,
}

/// What was registered.
#[derive(Debug, Serialize, ToSchema)]
struct RegisteredView {
    /// How many kinds of goods were given.
    items: usize,
    /// How many of them are new or were changed.
    changed: usize,
}

impl ItemGiven {
    fn text(&self, column: &str) -> &str {
        match column {
            "item" => &self.item,
            "hs_code" => &self.hs_code,
            "name" => &self.name,
            "unit" => &self.unit,
            "statutory_unit" => &self.statutory_unit,
            "statutory_factor" => &self.statutory_factor,
            "second_unit" => self.second_unit.as_deref().unwrap_or_default(),
            "second_factor" => self.second_factor.as_deref().unwrap_or_default(),
            "lowest_price" => self.lowest_price.as_deref().unwrap_or_default(),
            "highest_price" => self.highest_price.as_deref().unwrap_or_default(),
            _ => "",
        }
    }
}

/// Register goods of an account book, or change what is registered of them
///
/// Of a book of the officer's own office; what lies there stays.
#[utoipa::path(
    post, path = "/api/v1/books/{book}/items", tag = "bonded", operation_id = "register_items",
    params(("book" = String, Path, description = "账册编号.")),
    request_body = ItemsGiven,
    responses((status = 200, description = "What was registered.", body = RegisteredView)),
)]
pub async fn register(
    State(shared): State<Shared>,
    caller: Caller,
    Part(book): Part<String>,
    Given(given): Given<ItemsGiven>,
) -> Result<Response, Problem> {
    let read = (0..).zip(&given.items).map(|(n, one): (usize, _)| {
        item(|column| one.text(column)).map_err(|bad| Problem::Field {
            pointer: format!("/items/{n}/{}", bad.column),
            why: unfit(&bad),
        })
    });
    let items = read.collect::<Result<Vec<_>, _>>()?;
    let (items_given, changed) =
        (items.len(), register_goods(&shared, &caller, book, items).await?);
    Ok(json_answer(&RegisteredView { items: items_given, changed }))
}

/// Registers goods of a book within reach; says how many were new or changed.
///
/// # Errors
/// Why nothing was registered.
pub(crate) async fn register_goods(
    shared: &Shared,
    caller: &Caller,
    book: String,
    items: Vec<(AccountItemNumber, BondedItem)>,
) -> Result<usize, Problem> {
    let book = reached(shared, caller.reach(), book).await?.number;
    let (cause, now) = (caller.cause(), shared.access.clock.now());
    let registering = move |at: &tongguan_application::enquiry::Enquiries| {
        register_items(&mut at.store().writer()?, &book, &items, &cause, now)
    };
    record(shared, registering).await
}

/// What a text of goods should be.
pub(crate) fn unfit(bad: &BadField) -> Wording {
    let zh = match bad.expected {
        Expected::Text => "应为UTF-8或GB18030的文本",
        Expected::Csv => "应为与首行字段数相同的CSV行",
        Expected::Column => "没有此列",
        Expected::Number => "应为1至30个字符的料号",
        Expected::HsCode => "应为10位数字的商品编码",
        Expected::Name => "应填写名称",
        Expected::Unit => "应为3位数字的计量单位",
        Expected::Factor => "应为大于0的数",
        Expected::Price => "应为价格，或两列均留空",
        Expected::HighestPrice => "应为不低于最低价的价格，或两列均留空",
    };
    let (found, expected) = (&bad.found, bad.expected);
    Wording::new(format!("“{found}”：{zh}"), format!("`{found}` is not {expected}"))
}
