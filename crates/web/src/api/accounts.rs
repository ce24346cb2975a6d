//! An enterprise's own tax bills, guarantee and bonded accounts.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tongguan_domain::ids::DeclarationId;
use utoipa::ToSchema;

use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::bonded::{BookView, ItemReportView};
use crate::views::code_of;
use crate::views::parcel::TaxBillView;
use crate::views::registry::GuaranteeView;

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
    /// Item by item, from the beginning.
    items: Vec<ItemReportView>,
}

/// Show the own tax guarantee
#[utoipa::path(
    get, path = "/api/v1/guarantee", tag = "enterprise", operation_id = "show_guarantee",
    responses((status = 200, description = "The guarantee.", body = GuaranteeView)),
)]
pub async fn guarantee(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let own = blocking(move || enquiries.parties(reach)).await?;
    let guarantee = own.iter().find_map(|party| party.guarantee.as_ref());
    Ok(json_answer(&GuaranteeView::of(guarantee.ok_or(Problem::NotFound)?)))
}

/// List the tax bills of the own released imports
///
/// Those of the parcels lodged last first; a page holds the bills of at most `limit` parcels.
#[utoipa::path(
    get, path = "/api/v1/tax-bills", tag = "enterprise", operation_id = "list_tax_bills",
    params(PageQuery),
    responses((status = 200, description = "The bills.", body = Listed<TaxBillView>)),
)]
pub async fn tax_bills(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let behind = paging.place(|after| after.parse().ok().map(DeclarationId))?;
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    let page = blocking(move || enquiries.tax_bills(reach, behind, limit)).await?;
    let items: Vec<_> = page.rows.iter().flat_map(TaxBillView::all).collect();
    Ok(paging.answer(items, page.next.map(|next| next.to_string())))
}

/// List the own bonded account books
#[utoipa::path(
    get, path = "/api/v1/books", tag = "bonded", operation_id = "list_books",
    responses((status = 200, description = "The books.", body = BooksView)),
)]
pub async fn books(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let books = blocking(move || enquiries.books(reach)).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let registry = blocking(move || enquiries.registry()).await?;
    let books = books.iter().map(|book| BookView::of(book, code_of(&registry, book.holder)));
    Ok(json_answer(&BooksView { books: books.collect() }))
}

/// Show what moved in an account book, and what is there
#[utoipa::path(
    get, path = "/api/v1/books/{book}", tag = "bonded", operation_id = "show_book",
    params(("book" = String, Path, description = "账册编号.")),
    responses((status = 200, description = "Every unit, explained.", body = BookReportView)),
)]
pub async fn report(
    State(shared): State<Shared>,
    caller: Caller,
    Part(book): Part<String>,
) -> Result<Response, Problem> {
    let (enquiries, reach, number) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), book.clone());
    let items = blocking(move || enquiries.book(reach, &number)).await?;
    let items = items.ok_or(Problem::NotFound)?;
    let items = items.iter().map(ItemReportView::of).collect();
    Ok(json_answer(&BookReportView { book, items }))
}
