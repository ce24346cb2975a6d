//! Real order lines from a CSV file instead of made-up parcels; see `docs/reference/orders-csv.md`.

mod columns;
mod goods;
mod line;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use rust_decimal::Decimal;
use serde::Serialize;
use tongguan_codelists::Pack;
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_testkit::traffic::build::Purchase;
use tongguan_testkit::traffic::{OFFICES, person};

use columns::Columns;
use line::{Line, LineReader, Taken};

/// Lines of a message that the schema admits.
const MOST_LINES: usize = 99;
/// Faults of a file that are told.
const MOST_FAULTS: usize = 20;

/// Where order lines come from, and how they are read.
#[derive(Debug, Args)]
pub struct OrderFile {
    /// Build the messages from this CSV of order lines instead; see docs/reference/orders-csv.md.
    #[arg(long, value_name = "FILE", requires = "rate")]
    orders: Option<PathBuf>,
    /// Which column holds a field, such as order=InvoiceNo; may be given several times.
    #[arg(long, value_name = "FIELD=COLUMN", requires = "orders")]
    map: Vec<String>,
    /// Yuan for one unit of the file's currency.
    #[arg(long, value_name = "YUAN", requires = "orders")]
    rate: Option<Decimal>,
    /// The country that goods come from where the file does not say: three digits.
    #[arg(long, value_name = "CODE", default_value = "601", requires = "orders")]
    origin: String,
    /// The HS code of goods that neither the file nor their name tells.
    #[arg(long, value_name = "CODE", default_value = "4901990000", requires = "orders")]
    hs: String,
}

/// What was read.
#[derive(Debug)]
pub struct Orders {
    /// The orders, in the order of their first lines.
    pub purchases: Vec<Purchase>,
    /// What was not taken.
    pub left_out: LeftOut,
}

/// What was not taken from a file, each for a reason that is no fault of the file.
#[derive(Debug, Default, Clone, Serialize)]
pub struct LeftOut {
    /// Lines with a quantity below one: goods that were sent back.
    returned_lines: u64,
    /// Lines without a price.
    free_lines: u64,
    /// Orders of which no line is left.
    empty_orders: u64,
    /// Orders of more than 99 lines, which no message can hold.
    long_orders: u64,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { returned_lines, free_lines, empty_orders, long_orders } = self;
        write!(
            f,
            "left out of the file: {returned_lines} lines of returned goods, {free_lines} without \
             a price, {empty_orders} orders without a line, {long_orders} of more than {MOST_LINES} \
             lines"
        )
    }
}

impl OrderFile {
    /// Whether a file is named.
    pub const fn is_named(&self) -> bool {
        self.orders.is_some()
    }

    /// Reads the file, at most `most` orders; `None` when none is named.
    ///
    /// # Errors
    /// Every fault of the file up to twenty, with line and column.
    pub fn read(&self, most: Option<u64>, at: Moment) -> anyhow::Result<Option<Orders>> {
        let (Some(path), Some(rate)) = (&self.orders, self.rate) else { return Ok(None) };
        let right = rate > Decimal::ZERO && rate < Decimal::from(100_000);
        anyhow::ensure!(right, "--rate {rate}: a rate is more than nothing and below 100000");
        let pack = Pack::builtin();
        let reader = self.line_reader(rate, &pack, at)?;
        let taken = read_lines(path, &self.map, &reader)?;
        Ok(Some(put_together(taken, most, at)))
    }

    fn line_reader<'p>(
        &self,
        rate: Decimal,
        pack: &'p Pack,
        at: Moment,
    ) -> anyhow::Result<LineReader<'p>> {
        let day = at.china_day();
        anyhow::ensure!(
            pack.country(&self.origin, day).is_some(),
            "--origin {}: no country of three digits; see tongguan codes show countries",
            self.origin
        );
        let digits = self.hs.len() == 10 && self.hs.bytes().all(|byte| byte.is_ascii_digit());
        anyhow::ensure!(digits, "--hs {}: a tariff code has ten digits", self.hs);
        Ok(LineReader { rate, origin: self.origin.clone(), hs: self.hs.clone(), pack, day })
    }
}

fn read_lines(path: &Path, map: &[String], reader: &LineReader<'_>) -> anyhow::Result<Vec<Taken>> {
    let file = std::fs::File::open(path)
        .with_context(|| format!("cannot read {}; check --orders", path.display()))?;
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header = csv.headers().with_context(|| format!("{}: line 1", path.display()))?.clone();
    let columns =
        Columns::find(&header, map).with_context(|| format!("{}: line 1", path.display()))?;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let mut currency = None;
    for record in csv.records() {
        let record = record.with_context(|| path.display().to_string())?;
        match reader.read(&columns, &record, &mut currency) {
            Ok(taken) => lines.push(taken),
            Err(found) => faults.extend(found),
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if faults.is_empty() {
        return Ok(lines);
    }
    let faults: Vec<_> =
        faults.iter().map(|fault| format!("{}: {fault}", path.display())).collect();
    anyhow::bail!("nothing was sent\n{}", faults.join("\n"))
}

/// Groups lines into orders.
fn put_together(lines: Vec<Taken>, most: Option<u64>, at: Moment) -> Orders {
    let mut left_out = LeftOut::default();
    let mut places = HashMap::<String, usize>::new();
    let mut orders = Vec::<(String, Vec<Line>)>::new();
    for taken in lines {
        let order_no = taken.order_no().to_owned();
        let place = *places.entry(order_no.clone()).or_insert_with(|| {
            orders.push((order_no, Vec::new()));
            orders.len() - 1
        });
        match taken {
            Taken::Line(line) => orders[place].1.push(*line),
            Taken::Returned(_) => left_out.returned_lines += 1,
            Taken::Free(_) => left_out.free_lines += 1,
        }
    }
    let most = usize::try_from(most.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let mut buyers = BTreeMap::<String, u64>::new();
    let mut purchases = Vec::new();
    for (order_no, lines) in orders {
        if purchases.len() >= most {
            break;
        }
        match lines.len() {
            0 => left_out.empty_orders += 1,
            1..=MOST_LINES => {
                let number = purchases.len() as u64;
                purchases.push(purchase(number, order_no, lines, &mut buyers, at));
            }
            _ => left_out.long_orders += 1,
        }
    }
    Orders { purchases, left_out }
}

fn purchase(
    number: u64,
    order_no: String,
    lines: Vec<Line>,
    buyers: &mut BTreeMap<String, u64>,
    at: Moment,
) -> Purchase {
    let first = lines.first();
    // Whoever has no number in the file buys once.
    let buyer = first
        .map(|line| line.buyer.clone())
        .filter(|buyer| !buyer.is_empty())
        .unwrap_or_else(|| format!("order {order_no}"));
    let next = buyers.len() as u64;
    let buyer = person(*buyers.entry(buyer).or_insert(next), "");
    Purchase {
        number,
        order_no: Some(order_no),
        buyer,
        freight: Amount::ZERO,
        insurance: Amount::ZERO,
        discount: Amount::ZERO,
        bonded: false,
        office: OFFICES[0],
        at,
        paid_at: first.and_then(|line| line.placed_at).unwrap_or(at),
        lines: lines.into_iter().map(|line| line.bought).collect(),
    }
}
