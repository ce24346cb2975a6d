//! Account books and their reports, as people and machines read them.

use std::io::{self, Write};

use comfy_table::{Table as Grid, presets};
use serde_json::{Value, json};
use tongguan_application::bonded::ItemReport;
use tongguan_application::registry::Registered;
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::bonded::stock::Stock;
use tongguan_domain::ids::AccountBookNumber;
use tongguan_web::views::bonded::{BookView, ItemReportView, StockView};

/// What is there, held and left.
pub fn stock(stock: Stock) -> Value {
    json!(StockView::of(stock))
}

/// A list of books.
pub fn books(
    out: &mut impl Write,
    books: &[AccountBook],
    parties: &[Registered],
    as_json: bool,
) -> io::Result<()> {
    let holder = |book: &AccountBook| {
        let party = parties.iter().find(|known| known.party.id == book.holder);
        let code = party.and_then(|known| known.party.codes.first());
        code.map_or_else(|| book.holder.to_string(), ToString::to_string)
    };
    if as_json {
        let one = |book: &AccountBook| BookView::of(book, holder(book));
        return writeln!(out, "{}", json!({ "books": books.iter().map(one).collect::<Vec<_>>() }));
    }
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    grid.set_header(["book", "holder", "office", "zone", "from", "to"]);
    for book in books {
        grid.add_row([
            book.number.to_string(),
            holder(book),
            book.office.to_string(),
            book.zone.to_string(),
            book.valid_from.to_string(),
            book.valid_to.map(|day| day.to_string()).unwrap_or_default(),
        ]);
    }
    writeln!(out, "{grid}")
}

/// A report for machines.
pub fn report_json(book: &AccountBookNumber, items: &[ItemReport]) -> Value {
    let items: Vec<_> = items.iter().map(ItemReportView::of).collect();
    json!({ "book": book.as_str(), "items": items })
}

/// A report for people.
pub fn report(out: &mut impl Write, items: &[ItemReport]) -> io::Result<()> {
    for (place, of) in items.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        let (goods, report) = (&of.goods, &of.report);
        writeln!(out, "{}  {}  {}  unit {}", of.item, goods.hs_code, goods.name, goods.unit)?;
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["", "at", "document", "in", "out"]);
        grid.add_row(["opening", "", "", &report.opening.to_string(), ""]);
        let mut movements: Vec<_> = report.received.iter().chain(&report.issued).collect();
        movements.sort_by_key(|movement| movement.n);
        for movement in movements {
            let quantity = movement.quantity.to_string();
            let [received, issued] = match movement.kind.is_in() {
                true => [quantity, String::new()],
                false => [String::new(), quantity],
            };
            let (at, document) = (movement.at.to_string(), movement.document.to_string());
            grid.add_row([movement.kind.name().to_owned(), at, document, received, issued]);
        }
        grid.add_row(["closing", "", "", "", &report.closing.to_string()]);
        writeln!(out, "{grid}")?;
    }
    Ok(())
}
