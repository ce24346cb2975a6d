//! An assessment as JSON, and as a table.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use tongguan_codelists::Pack;
use tongguan_domain::money::Money;
use tongguan_domain::tax::{Assessment, Basket, Reason, Regime};

/// The answer as JSON. Its shape is a public interface: docs/reference/tax.md.
#[derive(Debug, Serialize)]
pub struct View {
    as_of: String,
    mode: String,
    regime: &'static str,
    reason: &'static str,
    message_zh: String,
    message_en: String,
    items: Vec<ItemView>,
    totals: TotalsView,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapView>,
    rows: Vec<String>,
    pack: String,
}

#[derive(Debug, Serialize)]
struct ItemView {
    line: i32,
    dutiable: String,
    duty: String,
    consumption_tax: String,
    vat: String,
}

#[derive(Debug, Serialize)]
struct TotalsView {
    dutiable: String,
    duty: String,
    consumption_tax: String,
    vat: String,
    tax: String,
}

/// Why one line cannot be taxed.
#[derive(Debug, Serialize)]
struct GapView {
    line: i32,
    hs: String,
    reason: &'static str,
    message_zh: String,
    message_en: String,
}

/// The answer as JSON.
pub fn view(pack: &Pack, basket: &Basket, assessment: &Assessment) -> View {
    let Reason { code, zh, en, .. } = assessment.regime.reason();
    let totals = assessment.totals;
    let item = |item: &tongguan_domain::tax::AssessedItem| ItemView {
        line: item.line,
        dutiable: item.dutiable.to_string(),
        duty: item.taxes.duty.to_string(),
        consumption_tax: item.taxes.consumption_tax.to_string(),
        vat: item.taxes.vat.to_string(),
    };
    View {
        as_of: basket.as_of.to_string(),
        mode: basket.mode.to_string(),
        regime: regime_word(&assessment.regime),
        reason: code,
        message_zh: zh,
        message_en: en,
        items: assessment.items.iter().map(item).collect(),
        totals: TotalsView {
            dutiable: totals.dutiable.to_string(),
            duty: totals.taxes.duty.to_string(),
            consumption_tax: totals.taxes.consumption_tax.to_string(),
            vat: totals.taxes.vat.to_string(),
            tax: totals.tax.to_string(),
        },
        gaps: gaps(&assessment.regime),
        rows: assessment.rows.iter().map(ToString::to_string).collect(),
        pack: pack.digest().to_string(),
    }
}

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

/// The word of the interface: what waits for a review is not taxed, so it is refused here.
const fn regime_word(regime: &Regime) -> &'static str {
    match regime {
        Regime::Reduced => "reduced",
        Regime::Full => "full",
        Regime::General => "general",
        Regime::Review(_) | Regime::Refused(_) => "refused",
    }
}

fn gaps(regime: &Regime) -> Vec<GapView> {
    let Regime::Review(gaps) = regime else { return Vec::new() };
    let view = |gap: &tongguan_domain::tax::Gap| {
        let Reason { code, zh, en, .. } = gap.reason();
        GapView {
            line: gap.line,
            hs: gap.hs.to_string(),
            reason: code,
            message_zh: zh,
            message_en: en,
        }
    };
    gaps.iter().map(view).collect()
}
