//! The register of goods, from a CSV file.

use std::path::Path;

use anyhow::Context as _;
use csv::StringRecord;
use rust_decimal::Decimal;
use tongguan_domain::listing::{Measure, Register, RegisteredGoods};

/// Faults of a file that are told.
const MOST_FAULTS: usize = 20;

/// The columns, named as the elements of a list.
const REQUIRED: [&str; 8] =
    ["itemNo", "gcode", "gname", "gmodel", "unit", "unit1", "qty1", "netWeight"];
const OPTIONAL: [&str; 4] = ["unit2", "qty2", "barCode", "itemRecordNo"];

/// Reads the register.
///
/// # Errors
/// Every fault of the file up to twenty, with line and column.
pub fn read(file: &Path) -> anyhow::Result<Register> {
    let shown = file.display();
    let bytes =
        std::fs::read(file).with_context(|| format!("cannot read {shown}; check --goods"))?;
    let text = String::from_utf8(bytes).with_context(|| {
        format!("{shown} is not UTF-8: save it as \"CSV UTF-8\", or use iconv -f GB18030 -t UTF-8")
    })?;
    let mut csv = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = csv.headers().with_context(|| format!("{shown}: line 1"))?.clone();
    check_header(&header).with_context(|| format!("{shown}: line 1"))?;
    let (mut register, mut faults) = (Register::new(), Vec::new());
    for record in csv.records() {
        let record = record.with_context(|| shown.to_string())?;
        let mut row = Row { header: &header, record: &record, faults: &mut faults };
        let item_no = row.text("itemNo");
        let goods = row.goods();
        if let Some((item_no, goods)) = item_no.zip(goods)
            && register.insert(item_no.clone(), goods).is_some()
        {
            row.fault("itemNo", &format!("`{item_no}` stands twice"));
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    let faults: Vec<_> = faults.iter().map(|fault| format!("{shown}: {fault}")).collect();
    anyhow::ensure!(faults.is_empty(), "the register cannot be used\n{}", faults.join("\n"));
    Ok(register)
}

fn check_header(header: &StringRecord) -> anyhow::Result<()> {
    let has = |name: &str| header.iter().any(|column| column.trim() == name);
    let missing: Vec<_> = REQUIRED.into_iter().filter(|name| !has(name)).collect();
    anyhow::ensure!(missing.is_empty(), "there is no column {}", missing.join(", "));
    let known = |name: &&str| REQUIRED.contains(name) || OPTIONAL.contains(name);
    let unknown: Vec<_> = header.iter().map(str::trim).filter(|name| !known(name)).collect();
    anyhow::ensure!(
        unknown.is_empty(),
        "unknown: {}; there are {} and {}",
        unknown.join(", "),
        REQUIRED.join(", "),
        OPTIONAL.join(", ")
    );
    Ok(())
}

struct Row<'r> {
    header: &'r StringRecord,
    record: &'r StringRecord,
    faults: &'r mut Vec<String>,
}

impl Row<'_> {
    /// The goods, unless something is missing; all of it is told.
    fn goods(&mut self) -> Option<RegisteredGoods> {
        let (hs_code, name) = (self.text("gcode"), self.text("gname"));
        let (specification, unit) = (self.text("gmodel"), self.text("unit"));
        let statutory = self.measure("unit1", "qty1");
        let net_weight_kg = self.number("netWeight");
        let second = match (self.cell("unit2"), self.cell("qty2")) {
            (None, None) => Some(None),
            _ => self.measure("unit2", "qty2").map(Some),
        };
        Some(RegisteredGoods {
            hs_code: hs_code?,
            name: name?,
            specification: specification?,
            barcode: self.cell("barCode").map(Into::into),
            unit: unit?,
            statutory: statutory?,
            second: second?,
            net_weight_kg: net_weight_kg?,
            account_item: self.cell("itemRecordNo").map(Into::into),
        })
    }

    fn measure(&mut self, unit: &str, quantity: &str) -> Option<Measure> {
        let (unit, of_one) = (self.text(unit), self.number(quantity));
        Some(Measure { unit: unit?, of_one: of_one? })
    }

    fn text(&mut self, column: &str) -> Option<Box<str>> {
        let text = self.cell(column).map(Into::into);
        if text.is_none() {
            self.fault(column, "it is empty");
        }
        text
    }

    /// A number above nothing.
    fn number(&mut self, column: &str) -> Option<Decimal> {
        let text = self.text(column)?;
        let number = text.parse().ok().filter(|number| *number > Decimal::ZERO);
        if number.is_none() {
            self.fault(column, &format!("`{text}` is no number above 0"));
        }
        number
    }

    fn cell(&self, column: &str) -> Option<&str> {
        let index = self.index(column)?;
        self.record.get(index).map(str::trim).filter(|cell| !cell.is_empty())
    }

    fn index(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name.trim() == column)
    }

    fn fault(&mut self, column: &str, what: &str) {
        let row = self.record.position().map_or(0, csv::Position::line);
        let place = self.index(column).map_or(0, |index| index + 1);
        self.faults.push(format!("line {row}, column {place} ({column}): {what}"));
    }
}
