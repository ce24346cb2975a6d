//! The goods of an account book (账册料件): registered one by one in a form, or many from a CSV file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::bonded::file::{self, BadLine, columns};
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::bonded::item::BondedItem;
use tongguan_domain::ids::AccountItemNumber;

use super::form::{Sent, go_to, uploaded};
use super::not_decided::{NotDone, settled};
use super::sheet::{Place, written};
use super::shell::{Visit, nothing, notice};
use super::words::language_of;
use crate::Shared;
use crate::api::bonded_items::{register_goods, unfit};
use crate::api::books::reached;
use crate::caller::{Caller, blocking};
use crate::ceb::room_for;
use crate::part::{Path, Query};
use crate::problem::Problem;

/// The longest file, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// Lines of a report that are shown.
const LINES_SHOWN: usize = 100;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The goods that are to be changed.
    item: String,
}

/// Goods as the form says them, by column.
#[derive(Debug, Default, Deserialize)]
pub struct Draft {
    #[serde(flatten)]
    texts: BTreeMap<String, String>,
}

/// Asks for goods, new ones or those that are to be changed.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(book): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let book = reached(&shared, caller.reach(), book).await?;
    let draft = match AccountItemNumber::parse(asked.item.trim()) {
        Err(_) => Draft::default(),
        Ok(item) => {
            let (enquiries, of) = (Arc::clone(&shared.access.enquiries), book.clone());
            let finding = move || enquiries.movements(&of, Some(&item), None);
            let found = blocking(finding).await?.pop().ok_or(Problem::NotFound)?;
            Draft::of(&found.item, &found.goods)
        }
    };
    Ok(shown(&visit, &book, &draft, (StatusCode::OK, &nothing())))
}

/// Registers goods that were typed.
pub async fn register(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(book): Path<String>,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    let book = reached(&shared, caller.reach(), book).await?;
    let done = match file::item(|column| draft.text(column)) {
        Ok(item) => registered(&shared, &visit, &caller, &book, vec![item]).await?,
        Err(bad) => {
            let (name, why) = (named(&visit, &bad.column), unfit(&bad));
            let why = why.of(visit.language);
            Err(NotDone::unfit(visit.say(format!("{name}：{why}。"), format!("{name}: {why}."))))
        }
    };
    match done {
        Ok(changed) => Ok(went_well(&book, changed)),
        Err(wrong) => {
            let told = notice("bad", &wrong.text);
            Ok(shown(&visit, &book, &draft, (wrong.status, &told)))
        }
    }
}

/// Registers the goods of a file, all of them or nothing.
pub async fn import(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(book): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let _room = room_for(&shared, MOST_BYTES)?;
    let bytes = uploaded(request, MOST_BYTES).await?.bytes;
    let book = reached(&shared, caller.reach(), book).await?;
    let again = |status, told: &Markup| Ok(shown(&visit, &book, &Draft::default(), (status, told)));
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    let items = match file::read(&bytes) {
        Ok(items) if items.is_empty() => {
            let why = visit.say(
                "请选择一个CSV文件，列名之下至少有一行商品。",
                "Choose a CSV file with at least one line of goods below its columns.",
            );
            return again(unfit, &notice("bad", why));
        }
        Ok(items) => items,
        Err(lines) => return again(unfit, &wrong(&visit, &lines)),
    };
    match registered(&shared, &visit, &caller, &book, items).await? {
        Ok(changed) => Ok(went_well(&book, changed)),
        Err(wrong) => again(wrong.status, &notice("bad", &wrong.text)),
    }
}

/// A file to begin with.
pub async fn template() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"items.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    let line = columns().map(str::to_owned).collect();
    (headers, written(&[line], Place::Beginning)).into_response()
}

async fn registered(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    book: &AccountBook,
    items: Vec<(AccountItemNumber, BondedItem)>,
) -> Result<Result<usize, NotDone>, Problem> {
    settled(visit, register_goods(shared, caller, book.number.to_string(), items).await)
}

fn went_well(book: &AccountBook, changed: usize) -> Response {
    let done = if changed == 0 { "as-before" } else { "registered" };
    go_to(&format!("/books/{}?done={done}", book.number))
}

impl Draft {
    fn of(number: &AccountItemNumber, item: &BondedItem) -> Self {
        let texts = columns().zip(file::texts(number, item));
        Self { texts: texts.map(|(column, text)| (column.to_owned(), text)).collect() }
    }

    fn text(&self, column: &str) -> &str {
        self.texts.get(column).map(String::as_str).unwrap_or_default()
    }
}

fn wrong(visit: &Visit, lines: &[BadLine]) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p { (visit.say(
                "没有登记任何商品；请更正以下各行后重新上传：",
                "Nothing was registered. Mend these lines and upload the file again:",
            )) }
            ul { @for BadLine { line, bad } in lines.iter().take(LINES_SHOWN) { li {
                (visit.say(format!("第{line}行，"), format!("line {line}, ")))
                (named(visit, &bad.column)) ": " (unfit(bad).of(visit.language))
            } } }
            @if lines.len() > LINES_SHOWN { p { (visit.say(
                format!("另有{}处。", lines.len() - LINES_SHOWN),
                format!("And {} more.", lines.len() - LINES_SHOWN),
            )) } }
        }
    }
}

fn shown(
    visit: &Visit,
    book: &AccountBook,
    draft: &Draft,
    (status, told): (StatusCode, &Markup),
) -> Response {
    let title = visit.say("登记账册商品", "Register goods of an account book");
    let address = format!("/books/{}", book.number);
    let body = html! {
        p { a href=(address) { (visit.say("账册", "Account book")) " " (book.number) } }
        h1 { (title) }
        (told)
        h2 { (visit.say("一种商品", "One kind of goods")) }
        p { (visit.say(
            "已登记的料号将改为所填内容，库存不变；已有变动的料号不能更换计量单位。",
            "What is registered under a number becomes what you give, and its stock stays. The unit of goods that have \
             been moved cannot change.",
        )) }
        form.stacked method="post" action={ (address) "/goods" } {
            (visit.form_token())
            @for field in FIELDS { (input(visit, field, draft)) }
            button { (visit.say("登记", "Register it")) }
        }
        h2 { (visit.say("CSV文件", "Many, from a CSV file")) }
        form.stacked method="post" action={ (address) "/goods/import" } enctype="multipart/form-data" {
            (visit.form_token())
            p { a href="/books/goods.csv" download { (visit.say("下载CSV模板", "Download a template")) } }
            div {
                label for="file" { (visit.say("文件", "File")) }
                p.hint #file-hint { (visit.say(
                    "UTF-8或GB18030，至多1MiB；有一行错误就一行也不登记",
                    "UTF-8 or GB18030, at most 1 MiB. Nothing is registered while a line is wrong",
                )) }
                input #file name="file" type="file" accept=".csv,text/csv" aria-describedby="file-hint" required;
            }
            button { (visit.say("上传并登记", "Upload and register")) }
        }
    };
    visit.page_with(status, title, &body)
}

/// A field of the form: its column, its name, and what a browser holds it to.
struct Field {
    column: &'static str,
    name: (&'static str, &'static str),
    form: Form,
}

/// What is typed into a field.
#[derive(Clone, Copy)]
enum Form {
    /// A text of so many characters, which has to be there.
    Text(u16),
    /// So many digits, which have to be there.
    Digits(u8),
    /// So many digits, or none.
    MaybeDigits(u8),
    /// A number, which has to be there.
    Number,
    /// A number, or none.
    MaybeNumber,
}

const FIELDS: &[Field] = &[
    field("item", ("备案料号", "Item number"), Form::Text(30)),
    field("hs_code", ("商品编码（10位）", "HS code, ten digits"), Form::Digits(10)),
    field("name", ("商品名称", "Name"), Form::Text(250)),
    field("unit", ("记账计量单位（3位代码）", "Unit of the stock, three digits"), Form::Digits(3)),
    field("statutory_unit", ("法定计量单位", "Statutory unit"), Form::Digits(3)),
    field(
        "statutory_factor",
        ("每一记账单位折合法定数量", "Statutory units in one unit"),
        Form::Number,
    ),
    field("second_unit", ("第二法定计量单位", "Second statutory unit"), Form::MaybeDigits(3)),
    field("second_factor", ("折合第二法定数量", "Of the second in one unit"), Form::MaybeNumber),
    field("lowest_price", ("最低单价", "Lowest price of one unit"), Form::MaybeNumber),
    field("highest_price", ("最高单价", "Highest price of one unit"), Form::MaybeNumber),
];

const fn field(column: &'static str, name: (&'static str, &'static str), form: Form) -> Field {
    Field { column, name, form }
}

/// What a column is called on the page.
fn named(visit: &Visit, column: &str) -> String {
    let known = FIELDS.iter().find(|field| field.column == column);
    known.map_or_else(|| column.to_owned(), |field| visit.language.of(field.name).to_owned())
}

fn input(visit: &Visit, field: &Field, draft: &Draft) -> Markup {
    let text = draft.text(field.column);
    let (digits, longest, is_number) = match field.form {
        Form::Text(longest) => (None, longest, false),
        Form::Digits(digits) | Form::MaybeDigits(digits) => (Some(digits), digits.into(), false),
        Form::Number | Form::MaybeNumber => (None, 20, true),
    };
    let mode = digits.map(|_| "numeric").or(is_number.then_some("decimal"));
    let pattern = digits.map(|digits| format!("[0-9]{{{digits}}}"));
    let is_required = !matches!(field.form, Form::MaybeDigits(_) | Form::MaybeNumber);
    html! {
        div {
            label for=(field.column) { (visit.language.of(field.name)) }
            input id=(field.column) name=(field.column) value=(text) lang=[language_of(text)] maxlength=(longest)
                inputmode=[mode] pattern=[pattern] autocomplete="off" required[is_required];
        }
    }
}
