//! The tables of the archive: what their columns are called and hold. None is ever taken away or given another meaning;
//! `docs/reference/retention.md` lists them, and a test holds it to this.

use tongguan_archive::column::Kind::{Day, Exact, Instant, Money, Text, Whole};
use tongguan_archive::column::{Column, Table};

/// Declarations of a month, by when they were first seen.
pub const PARCELS: Table = Table {
    name: "parcels",
    version: 1,
    columns: &[
        Column::of("declaration_id", Whole),
        Column::of("direction", Text),
        Column::of("first_seen_at", Instant),
        Column::of("changed_at", Instant),
        Column::of("status", Whole),
        Column::of("office", Text),
        Column::of("port", Text),
        Column::of("mode", Text),
        Column::of("order_no", Text),
        Column::of("waybill_no", Text),
        Column::of("provisional_no", Text),
        Column::maybe("declaration_no", Text),
        Column::maybe("reference", Text),
        Column::maybe("platform_id", Whole),
        Column::of("merchant_id", Whole),
        Column::of("carrier_id", Whole),
        Column::of("declarant_id", Whole),
        Column::maybe("guarantor_id", Whole),
        Column::maybe("account_book", Text),
        Column::of("declared_on", Day),
        Column::maybe("released_at", Instant),
        Column::maybe("departed_at", Instant),
        Column::maybe("destination_country", Text),
        Column::maybe("freight", Exact),
        Column::maybe("insurance", Exact),
        Column::maybe("gross_weight_kg", Exact),
        Column::of("net_weight_kg", Exact),
        Column::maybe("dutiable", Money),
        Column::maybe("duty", Money),
        Column::maybe("vat", Money),
        Column::maybe("consumption_tax", Money),
        Column::of("law_pack", Text),
    ],
};

/// Their goods, line by line.
pub const LINES: Table = Table {
    name: "lines",
    version: 1,
    columns: &[
        Column::of("declaration_id", Whole),
        Column::of("line", Whole),
        Column::of("hs_code", Text),
        Column::of("name", Text),
        Column::maybe("item_no", Text),
        Column::maybe("item_name", Text),
        Column::maybe("account_item", Text),
        Column::maybe("destination_country", Text),
        Column::of("currency", Text),
        Column::of("unit", Text),
        Column::of("quantity", Exact),
        Column::of("statutory_unit", Text),
        Column::of("statutory_quantity", Exact),
        Column::maybe("second_unit", Text),
        Column::maybe("second_quantity", Exact),
        Column::maybe("price", Exact),
        Column::of("total_price", Exact),
    ],
};

/// Documents that stand under the order numbers of these declarations.
pub const DOCUMENTS: Table = Table {
    name: "documents",
    version: 1,
    columns: &[
        Column::of("declaration_id", Whole),
        Column::of("kind", Whole),
        Column::of("party_id", Whole),
        Column::of("number", Text),
        Column::of("guid", Text),
        Column::of("sent_at", Instant),
        Column::of("state", Whole),
        Column::of("message_id", Whole),
        Column::of("place", Whole),
    ],
};

/// Statuses that were answered in the month.
pub const RESPONSES: Table = Table {
    name: "responses",
    version: 1,
    columns: &[
        Column::of("response_id", Whole),
        Column::of("step", Whole),
        Column::of("partition", Whole),
        Column::of("place", Whole),
        Column::of("recorded_at", Instant),
        Column::maybe("mailbox", Text),
        Column::of("kind", Whole),
        Column::of("message_id", Whole),
        Column::maybe("provisional_no", Text),
        Column::maybe("declaration_no", Text),
        Column::of("status", Whole),
        Column::of("status_at", Instant),
        Column::of("text", Text),
    ],
};

/// What was decided in the month: the audit events of clearing, decision by decision.
pub const EVENTS: Table = Table {
    name: "events",
    version: 1,
    columns: &[
        Column::of("place", Whole),
        Column::of("partition", Whole),
        Column::of("entry", Whole),
        Column::of("at", Instant),
        Column::of("subject_kind", Text),
        Column::of("subject", Text),
        Column::of("cause", Text),
        Column::maybe("officer", Text),
        Column::maybe("before", Whole),
        Column::of("statuses", Text),
    ],
};

/// All of them, in the order in which they are written.
pub const TABLES: [Table; 5] = [PARCELS, LINES, DOCUMENTS, RESPONSES, EVENTS];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_lists_every_column() {
        let page = include_str!("../../../../docs/reference/retention.md");
        for Table { name, columns, .. } in TABLES {
            let columns = columns.iter().map(|column| {
                let maybe = if column.is_optional { "?" } else { "" };
                format!("`{}` {:?}{maybe}", column.name, column.kind)
            });
            let line = format!("| `{name}` | {} |", columns.collect::<Vec<_>>().join(", "));
            assert!(page.contains(&line), "docs/reference/retention.md should hold\n{line}");
        }
    }
}
