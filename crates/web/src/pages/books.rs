//! Bonded stock (保税账册): account books, what is there and what moved, the lists and gate passes by which goods come in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::bonded::{ItemReport, ReportError};
use tongguan_domain::access::Permission;
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::bonded::movement::{Movement, MovementKind};
use tongguan_domain::ids::AccountItemNumber;
use tongguan_domain::month::Month;

use super::bonded_lists;
use super::form::{Sent, go_to};
use super::shell::{Visit, encoded, notice, time};
use super::words::{data, party};
use crate::Shared;
use crate::api::books::{CountGiven, MovementGiven, count_item, move_item, reached};
use crate::caller::{Caller, blocking};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// Items and movements that are shown; the interface has all.
pub const MOST: usize = 200;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    done: String,
}

/// What the interface takes, as a form: the form's token stands beside it.
#[derive(Debug, Deserialize)]
pub struct Formed<T> {
    /// What the interface takes.
    #[serde(flatten)]
    pub given: T,
}

/// Lists the books.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || {
        let books = enquiries.books(reach)?;
        Ok::<_, ReportError>((books, enquiries.registry()?))
    };
    let (books, registry) = blocking(listing).await?;
    let title = visit.say("保税账册", "Bonded stock");
    let body = html! {
        h1 { (title) }
        @if visit.may(Permission::Decide) {
            p { a href="/books/new" { (visit.say("登记账册", "Open an account book")) } }
        }
        @if books.is_empty() {
            div.notice { p { (visit.say(
                "没有账册。账册由主管海关登记，之后会列在这里。",
                "There is no account book. The office that keeps one registers it; then it is listed here.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(title) { table {
                thead { tr {
                    th scope="col" { (visit.say("账册编号", "Account book")) }
                    th scope="col" { (visit.say("企业", "Holder")) }
                    th scope="col" { (visit.say("主管海关", "Office")) }
                    th scope="col" { (visit.say("区域", "Zone")) }
                    th scope="col" { (visit.say("有效期", "Term")) }
                } }
                tbody { @for book in &books { tr {
                    td { a href={ "/books/" (book.number) } { (book.number) } }
                    td { (data(&party(&registry, book.holder))) }
                    td { (book.office) }
                    td { (data(&book.zone)) }
                    td { (book.valid_from) " – " @if let Some(day) = book.valid_to { (day) } }
                } } }
            } }
        }
    };
    Ok(visit.page(title, &body))
}

/// Shows a book: what is there, and its lists.
pub async fn book(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let month = month_of(&shared, &asked)?;
    let book = reached(&shared, caller.reach(), number).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let of = book.clone();
    let looking = move || {
        let items = enquiries.movements(&of, None, Some(month))?;
        Ok::<_, ReportError>((items, enquiries.bonded_lists(&of)))
    };
    let (items, lists) = blocking(looking).await?;
    let (lists, passes) = lists.map_err(Problem::from)?;
    let title = visit.say("账册", "Account book");
    let body = html! {
        p { a href="/books" { (visit.say("保税账册", "Bonded stock")) } }
        h1 { (title) " " (book.number) }
        (done(&visit, &asked))
        @if visit.may(Permission::Decide) {
            ul {
                li { a href={ "/books/" (book.number) "/goods" } { (visit.say("登记商品", "Register goods")) } }
                li { a href={ "/books/" (book.number) "/change" } { (visit.say("更改区域和有效期", "Change zone and term")) } }
            }
        }
        (month_form(&visit, &format!("/books/{}", book.number), month))
        h2 { (visit.say("库存", "What is there")) }
        (stock(&visit, &book, month, &items))
        h2 { (visit.say("进区核注清单", "Bonded lists")) }
        (bonded_lists::shown(&visit, &book, &lists, &passes))
    };
    Ok(visit.page(title, &body))
}

/// Shows what moved of an item.
pub async fn item(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path((number, item)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let month = month_of(&shared, &asked)?;
    let book = reached(&shared, caller.reach(), number).await?;
    let item = AccountItemNumber::parse(&item).map_err(|_| Problem::NotFound)?;
    let (enquiries, of, which) = (Arc::clone(&shared.access.enquiries), book.clone(), item.clone());
    let mut found = blocking(move || enquiries.movements(&of, Some(&which), Some(month))).await?;
    let found = found.pop().ok_or(Problem::NotFound)?;
    let address = item_address(&book, &item);
    let title = visit.say("账册料号", "Goods of an account book");
    let body = html! {
        p { a href={ "/books/" (book.number) } { (visit.say("账册", "Account book")) " " (book.number) } }
        h1 { (title) " " (item) }
        (done(&visit, &asked))
        dl.facts {
            dt { (visit.say("商品", "Goods")) } dd { (data(&found.goods.name)) " " (found.goods.hs_code) }
            dt { (visit.say("现有", "There now")) } dd.number { (found.now.on_hand()) " (" (found.goods.unit) ")" }
            dt { (visit.say("申报占用", "Held for declarations")) } dd.number { (found.now.held()) }
            dt { (visit.say("可用", "Left")) } dd.number { (found.now.available()) }
        }
        (month_form(&visit, &address, month))
        (movements(&visit, &found))
        @if visit.may(Permission::Decide) {
            p { a href={ "/books/" (book.number) "/goods?item=" (encoded(item.as_str())) } {
                (visit.say("更改登记的内容", "Change what is registered"))
            } }
            (by_hand(&visit, &address))
        }
    };
    Ok(visit.page(title, &body))
}

/// Moves a stock by hand.
pub async fn move_by_hand(
    State(shared): State<Shared>,
    caller: Caller,
    Path((book, item)): Path<(String, String)>,
    Sent(Formed { given }): Sent<Formed<MovementGiven>>,
) -> Result<Response, Problem> {
    let key = move_item(&shared, &caller, book, &item, given).await?.0;
    Ok(go_to(&format!("/books/{}/items/{}?done=moved", key.book, encoded(key.item.as_str()))))
}

/// Records a stock-take.
pub async fn count(
    State(shared): State<Shared>,
    caller: Caller,
    Path((book, item)): Path<(String, String)>,
    Sent(Formed { given }): Sent<Formed<CountGiven>>,
) -> Result<Response, Problem> {
    let key = count_item(&shared, &caller, book, &item, given).await?.0;
    Ok(go_to(&format!("/books/{}/items/{}?done=counted", key.book, encoded(key.item.as_str()))))
}

fn month_of(shared: &Shared, asked: &Asked) -> Result<Month, Problem> {
    match asked.month.as_str() {
        "" => Ok(Month::of(shared.access.clock.now())),
        text => Month::parse(text).map_err(|_| Problem::Malformed("month")),
    }
}

fn item_address(book: &AccountBook, item: &AccountItemNumber) -> String {
    format!("/books/{}/items/{}", book.number, encoded(item.as_str()))
}

fn done(visit: &Visit, asked: &Asked) -> Markup {
    let (zh, en) = match asked.done.as_str() {
        "moved" => ("库存已变更。", "The stock was moved."),
        "counted" => ("盘点已记录。", "The count was recorded."),
        "kept" => ("账册已登记。", "The account book is kept so."),
        "registered" => ("商品已登记。", "The goods are registered."),
        "as-before" => {
            ("所填与已登记的相同，没有更改。", "It is registered so already: nothing was changed.")
        }
        "stepped" => ("核注清单已办理。", "The list was taken further."),
        _ => return html! {},
    };
    notice("good", visit.say(zh, en))
}

fn month_form(visit: &Visit, address: &str, month: Month) -> Markup {
    html! {
        form.row method="get" action=(address) {
            div {
                label for="month" { (visit.say("月份", "Month")) }
                input #month name="month" type="month" value=(month) pattern="[0-9]{4}-[0-9]{2}" required;
            }
            div { button.quiet { (visit.say("显示", "Show")) } }
        }
    }
}

fn stock(visit: &Visit, book: &AccountBook, month: Month, items: &[ItemReport]) -> Markup {
    if items.is_empty() {
        return html! { div.notice { p { (visit.say(
            "账册没有登记料号；由主管海关登记。",
            "No goods are registered under it; its office registers them.",
        )) } } };
    }
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("库存", "What is there")) { table {
            thead { tr {
                th scope="col" { (visit.say("料号", "Item")) }
                th scope="col" { (visit.say("商品", "Goods")) }
                th.number scope="col" { (visit.say("期初", "Opening")) }
                th.number scope="col" { (visit.say("入", "Movements in")) }
                th.number scope="col" { (visit.say("出", "Movements out")) }
                th.number scope="col" { (visit.say("期末", "Closing")) }
                th.number scope="col" { (visit.say("现有", "There now")) }
                th.number scope="col" { (visit.say("可用", "Left")) }
            } }
            tbody { @for of in items.iter().take(MOST) { tr {
                td { a href={ (item_address(book, &of.item)) "?month=" (month) } { (of.item) } }
                td { (data(&of.goods.name)) " (" (of.goods.unit) ")" }
                td.number { (of.report.opening) }
                td.number { (of.report.received.len()) }
                td.number { (of.report.issued.len()) }
                td.number { (of.report.closing) }
                td.number { (of.now.on_hand()) }
                td.number { (of.now.available()) }
            } } }
        } }
        @if items.len() > MOST { (more(visit)) }
    }
}

fn movements(visit: &Visit, of: &ItemReport) -> Markup {
    let mut all: Vec<_> = of.report.received.iter().chain(&of.report.issued).collect();
    all.sort_by_key(|movement| movement.n);
    html! {
        h2 { (visit.say("变动", "Movements")) }
        div.table tabindex="0" role="region" aria-label=(visit.say("变动", "Movements")) { table {
            thead { tr {
                th scope="col" { (visit.say("时间", "When")) }
                th scope="col" { (visit.say("原因", "Why")) }
                th scope="col" { (visit.say("单证", "Document")) }
                th.number scope="col" { (visit.say("入", "In")) }
                th.number scope="col" { (visit.say("出", "Out")) }
            } }
            tbody {
                tr { td {} td { (visit.say("期初", "Opening")) } td {} td.number { (of.report.opening) } td {} }
                @for movement in all.iter().take(MOST) { (line(visit, movement)) }
                tr { td {} td { (visit.say("期末", "Closing")) } td {} td.number { (of.report.closing) } td {} }
            }
        } }
        @if all.len() > MOST { (more(visit)) }
    }
}

fn line(visit: &Visit, movement: &Movement) -> Markup {
    let is_in = movement.kind.is_in();
    html! {
        tr {
            td { (time(movement.at)) }
            td { (visit.language.of(kind(movement.kind))) }
            td { (data(&movement.document)) }
            td.number { @if is_in { (movement.quantity) } }
            td.number { @if !is_in { (movement.quantity) } }
        }
    }
}

fn more(visit: &Visit) -> Markup {
    html! { p { (visit.say(
        "仅列出前200行；全部内容见数据接口。",
        "The first 200 are shown; the JSON interface gives all.",
    )) } }
}

const fn kind(kind: MovementKind) -> (&'static str, &'static str) {
    match kind {
        MovementKind::Opening => ("期初", "opening stock"),
        MovementKind::Inbound => ("进区", "came in"),
        MovementKind::Drawn => ("放行扣减", "drawn by a release"),
        MovementKind::GivenBack => ("退回", "given back"),
        MovementKind::Destroyed => ("销毁", "destroyed"),
        MovementKind::ShippedAbroad => ("退运出境", "shipped abroad"),
        MovementKind::Surplus => ("盘盈", "surplus"),
        MovementKind::Missing => ("盘亏", "missing"),
    }
}

/// What an officer moves and counts.
fn by_hand(visit: &Visit, address: &str) -> Markup {
    let why = |id: &'static str| {
        html! {
            div {
                label for={ (id) "-document" } { (visit.say("依据单证编号", "Number of the document")) }
                input id={ (id) "-document" } name="document" maxlength="64" required;
            }
            div {
                label for={ (id) "-reason" } { (visit.say("原因", "Why")) }
                input id={ (id) "-reason" } name="reason" maxlength="500" required;
            }
        }
    };
    html! {
        h2 { (visit.say("人工变更", "Move it by hand")) }
        form method="post" action={ (address) "/movements" } {
            (visit.form_token())
            div {
                label for="kind" { (visit.say("变更种类", "What happens")) }
                select #kind name="kind" {
                    @for one in [MovementKind::Opening, MovementKind::Destroyed, MovementKind::ShippedAbroad] {
                        option value=(one.name()) { (visit.language.of(kind(one))) }
                    }
                }
            }
            div {
                label for="quantity" { (visit.say("数量", "How much")) }
                input #quantity name="quantity" inputmode="decimal" required;
            }
            (why("move"))
            button { (visit.say("变更", "Move")) }
        }
        h2 { (visit.say("盘点", "Record a stock-take")) }
        form method="post" action={ (address) "/counts" } {
            (visit.form_token())
            div {
                label for="counted" { (visit.say("实盘数量（含申报占用）", "What was found, with what is held")) }
                input #counted name="counted" inputmode="decimal" required;
            }
            (why("count"))
            button { (visit.say("记录", "Record")) }
        }
    }
}
