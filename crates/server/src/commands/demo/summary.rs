//! Both directions side by side.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use tongguan_codelists::Pack;
use tongguan_testkit::traffic::TrafficParcel;

use super::mail::Mail;
use super::sums::Sums;

/// What came, and what left.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Into the country.
    pub imports: Side,
    /// Out of it.
    pub exports: Side,
}

/// The parcels of one direction.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Side {
    /// How many were sent about.
    pub parcels: usize,
    /// How many were ever released (放行).
    pub released: usize,
    /// What those are worth, by currency.
    pub value: Sums,
    /// How many are closed (结关): delivered, or departed.
    pub closed: usize,
    /// How many were taken back after their release (退关).
    pub withdrawn: usize,
    /// Tax that was billed, in yuan.
    #[serde(serialize_with = "two_places")]
    pub tax: Decimal,
    /// Formal declarations (报关单) that they were merged into.
    pub formal_declarations: usize,
    /// How many came back, wholly or in part.
    pub returns: usize,
}

impl Side {
    /// That of imports.
    pub fn of_imports(parcels: &[TrafficParcel], mail: &Mail, pack: &Pack) -> Self {
        let mut side = Self { tax: mail.tax.total(), parcels: parcels.len(), ..Self::default() };
        for parcel in parcels {
            let declaration = &parcel.documents.declaration;
            let guid = declaration.filing.guid.as_str();
            if !mail.is_released(guid) {
                continue;
            }
            side.released += 1;
            let is_closed = mail.answers.get(guid).is_some_and(|answer| answer.status == 899);
            side.closed += usize::from(is_closed);
            let day = declaration.filing.sent_at.china_day();
            for item in &declaration.items {
                side.value.add(item.total_price.value(), &item.currency, pack, day);
            }
        }
        side
    }
}

impl Summary {
    /// Prints it for people.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["", "imports", "exports"]);
        let mut row = |name: &str, of: &dyn Fn(&Side) -> String| {
            table.add_row([name.to_owned(), of(&self.imports), of(&self.exports)]);
        };
        row("parcels", &|side| side.parcels.to_string());
        row("released", &|side| side.released.to_string());
        row("value released", &|side| side.value.to_string());
        row("tax", &|side| format!("CNY {:.2}", side.tax));
        row("closed", &|side| side.closed.to_string());
        row("taken back (退关)", &|side| side.withdrawn.to_string());
        row("formal declarations", &|side| side.formal_declarations.to_string());
        row("returns", &|side| side.returns.to_string());
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(out, "\nBoth directions\n\n{table}")
    }
}

fn two_places<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{amount:.2}"))
}
