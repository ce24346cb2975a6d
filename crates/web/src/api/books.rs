//! Account books of bonded goods: what is there, and what moved.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tongguan_application::bonded::{
    self, Counted, ManualMove, MoveError, StockTake, move_stock, open_book, take_stock,
};
use tongguan_application::review;
use tongguan_domain::access::Reach;
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::{Stock, StockQuantity};
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber};
use tongguan_domain::month::Month;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::parse_day;
use utoipa::{IntoParams, ToSchema};

use super::body::{Given, wrong};
use super::part::{Asked, Part};
use crate::Shared;
use crate::acting::record;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::refusal::broken;
use crate::views::bonded::{BookView, CountedView, ItemReportView, StockView};
use crate::views::code_of;
use crate::wording::Wording;

/// The longest number of a document, in characters.
const LONGEST_DOCUMENT: usize = 64;
/// What a person moves.
const BY_HAND: [MovementKind; 3] =
    [MovementKind::Opening, MovementKind::Destroyed, MovementKind::ShippedAbroad];

/// Account books.
#[derive(Debug, Serialize, ToSchema)]
struct BooksView {
    /// The books.
    books: Vec<BookView>,
}

/// What moved in an account book.
#[derive(Debug, Serialize, ToSchema)]
struct BookReportView {
    /// 账册编号.
    book: String,
    /// Item by item.
    items: Vec<ItemReportView>,
}

/// What of a book is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Only this item (备案料号).
    item: Option<String>,
    /// Only what moved in this month; from the beginning where absent.
    #[param(example = "2026-09", pattern = "^[0-9]{4}-[0-9]{2}$")]
    month: Option<String>,
}

/// An account book to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookGiven {
    /// A code of the registered party whose goods they are.
    #[schema(example = "3301960001")]
    pub(crate) holder: String,
    /// The zone's name.
    #[schema(example = "杭州综合保税区", min_length = 1, max_length = 100)]
    pub(crate) zone: String,
    /// The first day on which goods may be moved; today where absent.
    #[schema(example = "2026-11-22")]
    pub(crate) valid_from: Option<String>,
    /// The first day on which they may not any more.
    #[schema(example = "2027-11-22")]
    pub(crate) valid_to: Option<String>,
}

/// A movement by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementGiven {
    /// Why: `opening`, `destroyed` or `shipped-abroad`.
    #[schema(example = "destroyed")]
    kind: String,
    /// How much, in the item's unit; at most five decimals.
    #[schema(example = "10")]
    quantity: String,
    /// The number of the document that it follows from.
    #[schema(example = "D1", min_length = 1, max_length = 64)]
    document: String,
    /// Why, in words.
    #[schema(example = "damaged by water", min_length = 1, max_length = 500)]
    reason: String,
}

/// What a stock-take found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountGiven {
    /// What was found, in the item's unit, with what is held for declarations; at most five decimals.
    #[schema(example = "100")]
    counted: String,
    /// The number of the count.
    #[schema(example = "C1", min_length = 1, max_length = 64)]
    document: String,
    /// Why there is a difference, as far as that is known.
    #[schema(example = "yearly count", min_length = 1, max_length = 500)]
    reason: String,
}

/// List bonded account books
///
/// Of an enterprise its own, of an office those that it keeps.
#[utoipa::path(
    get, path = "/api/v1/books", tag = "bonded", operation_id = "list_books",
    responses((status = 200, description = "The books.", body = BooksView)),
)]
pub async fn list(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || {
        let books = enquiries.books(reach)?;
        Ok::<_, bonded::ReportError>((books, enquiries.registry()?))
    };
    let (books, registry) = blocking(listing).await?;
    let view = |book: &AccountBook| BookView::of(book, code_of(&registry, book.holder));
    Ok(json_answer(&BooksView { books: books.iter().map(view).collect() }))
}

/// Show what moved in an account book, and what is there
#[utoipa::path(
    get, path = "/api/v1/books/{book}", tag = "bonded", operation_id = "show_book",
    params(("book" = String, Path, description = "账册编号."), ReportQuery),
    responses((status = 200, description = "Every unit, explained.", body = BookReportView)),
)]
pub async fn report(
    State(shared): State<Shared>,
    caller: Caller,
    Part(book): Part<String>,
    Asked(asked): Asked<ReportQuery>,
) -> Result<Response, Problem> {
    let month = asked.month.as_deref().map(Month::parse).transpose();
    let month = month.map_err(|_| Problem::Malformed("month"))?;
    let item = asked.item.as_deref().map(AccountItemNumber::parse).transpose();
    let item = item.map_err(|_| Problem::Malformed("item"))?;
    let book = reached(&shared, caller.reach(), book).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let number = book.number.to_string();
    let items = blocking(move || enquiries.movements(&book, item.as_ref(), month)).await?;
    let items = items.iter().map(ItemReportView::of).collect();
    Ok(json_answer(&BookReportView { book: number, items }))
}

/// Keep an account book, or change its zone and term
///
/// At the officer's own office; its holder stays.
#[utoipa::path(
    put, path = "/api/v1/books/{book}", tag = "bonded", operation_id = "open_book",
    params(("book" = String, Path, description = "账册编号.")),
    request_body = BookGiven,
    responses((status = 200, description = "The book.", body = BookView)),
)]
pub async fn open(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<BookGiven>,
) -> Result<Response, Problem> {
    let (book, holder) = keep_book(&shared, &caller, &number, given).await?;
    Ok(json_answer(&BookView::of(&book, holder)))
}

/// Keeps an account book at the caller's own office, or changes its zone and term; gives the code of its holder too.
///
/// # Errors
/// What is wrong with what was given, or why it was not done.
pub(crate) async fn keep_book(
    shared: &Shared,
    caller: &Caller,
    number: &str,
    given: BookGiven,
) -> Result<(AccountBook, String), Problem> {
    let Reach::Office(office) = caller.reach() else { return Err(Problem::NotFound) };
    let now = shared.access.clock.now();
    let number = AccountBookNumber::parse(number).map_err(|_| Problem::Malformed("book"))?;
    let code = PartyCode::parse(&given.holder).map_err(|_| unknown_holder())?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let registry = blocking(move || enquiries.registry()).await?;
    let holder = registry.named(&code).map(|party| party.id).ok_or_else(unknown_holder)?;
    let valid_from = day(given.valid_from.as_deref(), "/valid_from")?;
    let book = AccountBook {
        number,
        holder,
        office,
        zone: text("/zone", &given.zone, 100)?.into(),
        valid_from: valid_from.unwrap_or_else(|| now.china_day()),
        valid_to: day(given.valid_to.as_deref(), "/valid_to")?,
    };
    if book.valid_to.is_some_and(|end| end <= book.valid_from) {
        let why = Wording::new("失效日应晚于生效日", "it has to end after the day it begins");
        return Err(Problem::Field { pointer: "/valid_to".to_owned(), why });
    }
    // One of another office is not there for this one.
    let (enquiries, number) = (Arc::clone(&shared.access.enquiries), book.number.to_string());
    let standing = blocking(move || enquiries.book(Reach::Everybody, &number)).await?;
    if standing.is_some_and(|standing| standing.office != office) {
        return Err(Problem::NotFound);
    }
    let (cause, kept) = (caller.cause(), book.clone());
    record(shared, move |at| open_book(&mut at.store().writer()?, &kept, &cause, now)).await?;
    Ok((book, code_of(&registry, holder)))
}

fn unknown_holder() -> Problem {
    let why = Wording::new("没有以此编码注册的企业", "no party is registered under this code");
    Problem::Field { pointer: "/holder".to_owned(), why }
}

fn day(text: Option<&str>, pointer: &str) -> Result<Option<Date>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let why = || Wording::new("日期应如2026-11-22", "a day such as 2026-11-22");
    let day = parse_day(&text.replace('-', ""));
    day.map(Some).ok_or_else(|| Problem::Field { pointer: pointer.to_owned(), why: why() })
}

/// Move a bonded stock by hand
///
/// Opening stock, goods that were destroyed or shipped abroad; of a book of the officer's own office.
#[utoipa::path(
    post, path = "/api/v1/books/{book}/items/{item}/movements", tag = "bonded", operation_id = "move_stock",
    params(
        ("book" = String, Path, description = "账册编号."),
        ("item" = String, Path, description = "备案料号."),
    ),
    request_body = MovementGiven,
    responses((status = 200, description = "What is there now.", body = StockView)),
)]
pub async fn move_by_hand(
    State(shared): State<Shared>,
    caller: Caller,
    Part((book, item)): Part<(String, String)>,
    Given(given): Given<MovementGiven>,
) -> Result<Response, Problem> {
    let (_, after) = move_item(&shared, &caller, book, &item, given).await?;
    Ok(json_answer(&StockView::of(after)))
}

/// Moves a stock by hand; says which, and what is there then.
///
/// # Errors
/// What is wrong with what was given, or why it was not done.
pub(crate) async fn move_item(
    shared: &Shared,
    caller: &Caller,
    book: String,
    item: &str,
    given: MovementGiven,
) -> Result<(StockKey, Stock), Problem> {
    let key = stock_key(shared, caller, book, item).await?;
    let of = key.clone();
    let kind = BY_HAND.into_iter().find(|kind| kind.name() == given.kind);
    let names = BY_HAND.map(MovementKind::name).join(", ");
    let moved = ManualMove {
        key,
        kind: kind.ok_or_else(|| wrong("/kind", &format!("one of {names}")))?,
        quantity: quantity("/quantity", &given.quantity)?,
        document: text("/document", &given.document, LONGEST_DOCUMENT)?.into(),
        officer: caller.audit_name().into(),
        reason: reason(&given.reason)?,
    };
    let (cause, now) = (caller.cause(), shared.access.clock.now());
    let moving =
        record(shared, move |at| move_stock(&mut at.store().writer()?, &moved, &cause, now));
    Ok((of, moving.await?))
}

/// Record what a stock-take found
///
/// A difference is booked as surplus or missing; of a book of the officer's own office.
#[utoipa::path(
    post, path = "/api/v1/books/{book}/items/{item}/counts", tag = "bonded", operation_id = "count_stock",
    params(
        ("book" = String, Path, description = "账册编号."),
        ("item" = String, Path, description = "备案料号."),
    ),
    request_body = CountGiven,
    responses((status = 200, description = "What was found and booked.", body = CountedView)),
)]
pub async fn count(
    State(shared): State<Shared>,
    caller: Caller,
    Part((book, item)): Part<(String, String)>,
    Given(given): Given<CountGiven>,
) -> Result<Response, Problem> {
    let (_, counted, found) = count_item(&shared, &caller, book, &item, given).await?;
    Ok(json_answer(&CountedView::of(&found, counted)))
}

/// Records a stock-take; says of which stock, how much was counted, and what was booked.
///
/// # Errors
/// What is wrong with what was given, or why it was not done.
pub(crate) async fn count_item(
    shared: &Shared,
    caller: &Caller,
    book: String,
    item: &str,
    given: CountGiven,
) -> Result<(StockKey, StockQuantity, Counted), Problem> {
    let key = stock_key(shared, caller, book, item).await?;
    let of = key.clone();
    let counted = quantity("/counted", &given.counted)?;
    let take = StockTake {
        key,
        counted,
        document: text("/document", &given.document, LONGEST_DOCUMENT)?.into(),
        officer: caller.audit_name().into(),
        reason: reason(&given.reason)?,
    };
    let (cause, now) = (caller.cause(), shared.access.clock.now());
    let counting =
        record(shared, move |at| take_stock(&mut at.store().writer()?, &take, &cause, now));
    Ok((of, counted, counting.await?))
}

/// The book within reach.
///
/// # Errors
/// [`Problem::NotFound`].
pub(crate) async fn reached(
    shared: &Shared,
    reach: Reach,
    number: String,
) -> Result<AccountBook, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    blocking(move || enquiries.book(reach, &number)).await?.ok_or(Problem::NotFound)
}

async fn stock_key(
    shared: &Shared,
    caller: &Caller,
    book: String,
    item: &str,
) -> Result<StockKey, Problem> {
    let book = reached(shared, caller.reach(), book).await?.number;
    let item = AccountItemNumber::parse(item).map_err(|_| Problem::NotFound)?;
    Ok(StockKey { book, item })
}

/// A quantity of stock.
pub(super) fn quantity(pointer: &str, text: &str) -> Result<StockQuantity, Problem> {
    let units: Option<Decimal> = text.parse().ok();
    let quantity = units.and_then(StockQuantity::of);
    quantity.ok_or_else(|| wrong(pointer, "a quantity of at most five decimals"))
}

fn text<'t>(pointer: &str, text: &'t str, longest: usize) -> Result<&'t str, Problem> {
    let text = text.trim();
    let fits = (1..=longest).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let why =
        || Wording::new(format!("应有1至{longest}个字符"), format!("1 to {longest} characters"));
    if fits { Ok(text) } else { Err(Problem::Field { pointer: pointer.to_owned(), why: why() }) }
}

/// Why, in words.
pub(super) fn reason(text: &str) -> Result<Box<str>, Problem> {
    review::reason(text).map(Into::into).map_err(|error| wrong("/reason", &error.to_string()))
}

impl From<MoveError> for Problem {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::NoStock(_) => Self::NotFound,
            MoveError::Storage(_) | MoveError::Row(_) => broken(&error),
            error => Self::Refused(Wording::english(&error)),
        }
    }
}

impl From<bonded::RegisterError> for Problem {
    fn from(error: bonded::RegisterError) -> Self {
        use bonded::RegisterError as E;
        let zh = match &error {
            E::OtherHolder(book) => format!("账册{book}属于另一企业"),
            E::NoBook(book) => format!("账册{book}尚未登记；请先登记"),
            E::Twice(item) => format!("料号{item}出现两次"),
            E::UnitFixed { item, unit } => {
                format!("料号{item}以计量单位{unit}记账且已有变动，不能改用其他单位")
            }
            _ => return broken(&error),
        };
        Self::Refused(Wording::new(zh, error.to_string()))
    }
}
