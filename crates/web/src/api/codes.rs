//! The code tables: rates, the positive list, currencies and so on.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tongguan_codelists::{Pack, Row, Table};
use utoipa::{IntoParams, ToSchema};

use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::caller::blocking;
use crate::problem::{Problem, json_answer};

/// The tables.
#[derive(Debug, Serialize, ToSchema)]
struct TablesView {
    /// One for each.
    tables: Vec<TableView>,
    /// The digest of all of them.
    pack: String,
}

/// A table.
#[derive(Debug, Serialize, ToSchema)]
struct TableView {
    /// Its name.
    table: &'static str,
    /// The names of its columns.
    columns: Vec<&'static str>,
    /// How many rows it has.
    rows: usize,
}

/// A row: each column by its name; `null` where it says nothing.
#[derive(Debug, Serialize, ToSchema)]
struct RowView(BTreeMap<&'static str, Option<String>>);

/// The rows of one key.
#[derive(Debug, Serialize, ToSchema)]
struct RowsView {
    /// The rows, in the order in which they came into force.
    rows: Vec<RowView>,
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only those that hold on this day.
    #[param(format = Date)]
    as_of: Option<String>,
}

impl Which {
    fn day(&self) -> Result<Option<Date>, Problem> {
        let day = self.as_of.as_deref().map(str::parse).transpose();
        day.map_err(|_| Problem::Malformed("as_of"))
    }
}

/// List the code tables
#[utoipa::path(
    get, path = "/api/v1/codes", tag = "public", operation_id = "list_code_tables",
    responses((status = 200, description = "The tables.", body = TablesView)),
)]
pub async fn tables(State(shared): State<Shared>) -> Result<Response, Problem> {
    let pack = pack(&shared).await?;
    let one = |table: &Table| TableView {
        table: table.name(),
        columns: table.columns(),
        rows: pack.rows(*table).len(),
    };
    let tables = Table::ALL.iter().map(one).collect();
    Ok(json_answer(&TablesView { tables, pack: pack.digest().to_string() }))
}

/// List the rows of a code table
///
/// In order of their keys. Every row is dated and names its source.
#[utoipa::path(
    get, path = "/api/v1/codes/{table}", tag = "public", operation_id = "list_code_rows",
    params(("table" = String, Path, description = "The table's name."), Which, PageQuery),
    responses((status = 200, description = "The rows.", body = Listed<RowView>)),
)]
pub async fn rows(
    State(shared): State<Shared>,
    Part(table): Part<String>,
    Asked(which): Asked<Which>,
    paging: Paging,
) -> Result<Response, Problem> {
    let table = named(&table)?;
    let from = paging.place(|after| after.parse::<usize>().ok())?.unwrap_or(0);
    let rows = held(&*pack(&shared).await?, table, which.day()?);
    let more = rows.len() > from.saturating_add(paging.limit);
    let shown = rows.iter().skip(from).take(paging.limit);
    let shown: Vec<_> = shown.map(|row| RowView::of(table, row)).collect();
    let next = more.then(|| from.saturating_add(shown.len()).to_string());
    Ok(paging.answer(shown, next))
}

/// Look a key up in a code table
///
/// Such as `rates/3304990029` or `positive_list/3304990029`.
#[utoipa::path(
    get, path = "/api/v1/codes/{table}/{key}", tag = "public", operation_id = "look_up_code",
    params(
        ("table" = String, Path, description = "The table's name."),
        ("key" = String, Path, description = "The key, or the id of a row."),
        Which,
    ),
    responses((status = 200, description = "Its rows.", body = RowsView)),
)]
pub async fn look_up(
    State(shared): State<Shared>,
    Part((table, key)): Part<(String, String)>,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    let table = named(&table)?;
    let rows = held(&*pack(&shared).await?, table, which.day()?);
    let found = rows.iter().filter(|row| row.key() == key || row.id().as_str() == key);
    let rows: Vec<_> = found.map(|row| RowView::of(table, row)).collect();
    if rows.is_empty() {
        return Err(Problem::NotFound);
    }
    Ok(json_answer(&RowsView { rows }))
}

impl RowView {
    fn of(table: Table, row: &Row) -> Self {
        let cells = table.columns().into_iter().zip(row.cells());
        Self(cells.map(|(name, cell)| (name, (!cell.is_empty()).then_some(cell))).collect())
    }
}

async fn pack(shared: &Shared) -> Result<Arc<Pack>, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    blocking(move || enquiries.pack()).await
}

fn named(name: &str) -> Result<Table, Problem> {
    Table::ALL.iter().copied().find(|table| table.name() == name).ok_or(Problem::NotFound)
}

fn held(pack: &Pack, table: Table, as_of: Option<Date>) -> Vec<Row> {
    let rows = pack.rows(table).into_iter();
    rows.filter(|row| as_of.is_none_or(|day| row.validity().covers(day))).collect()
}
