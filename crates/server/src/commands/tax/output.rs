//! An assessment as a table for people.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use tongguan_domain::money::Money;
use tongguan_domain::tax::{Assessment, Basket};
use tongguan_web::views::tax::{gaps, regime_word};

/// The answer as a table for people.
pub fn table(basket: &Basket, assessment: &Assessment) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["line", "dutiable", "duty", "consumption tax", "vat", "tax"]);
    for item in &assessment.items {
        let tax = item.taxes.total().unwrap_or_default();
        let amounts = [item.dutiable, item.taxes.duty, item.taxes.consumption_tax, item.taxes.vat];
        table.add_row(row(item.line.to_string(), amounts, tax));
    }
    let taxes = assessment.totals.taxes;
    let amounts = [assessment.totals.dutiable, taxes.duty, taxes.consumption_tax, taxes.vat];
    table.add_row(row("total".to_owned(), amounts, assessment.totals.tax));
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let reason = assessment.regime.reason();
    let mut text = format!(
        "{} ({}): {}\n  {}\n{} as of {}, CNY\n\n{table}\n",
        regime_word(&assessment.regime),
        reason.code,
        reason.en,
        reason.zh,
        basket.mode,
        basket.as_of,
    );
    for gap in gaps(&assessment.regime) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "line {}: {}", gap.line, gap.message_en);
    }
    let rows: Vec<&str> = assessment.rows.iter().map(|row| row.as_str()).collect();
    let _ = writeln!(text, "\nby {}", rows.join(", "));
    text
}

fn row(line: String, amounts: [Money; 4], tax: Money) -> Vec<String> {
    let amounts = amounts.into_iter().chain([tax]).map(|amount| amount.to_string());
    std::iter::once(line).chain(amounts).collect()
}
