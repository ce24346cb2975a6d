//! The result: what became of every parcel, beside what had to.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use tongguan_testkit::traffic::TrafficParcel;

use super::exports::ExportReport;
use super::mail::Mail;
use super::orders::LeftOut;
use super::pages::Pages;
use super::run::Sent;
use super::seen::Seen;
use super::stage::{Stage, seconds};
use super::story::{Difference, NEVER_ANSWERED, Outcome, Story, meaning, table};
use super::summary::{Side, Summary};

/// Differences that are printed; all of them are counted.
const MOST_DIFFERENCES: usize = 20;

/// The result of a demonstration.
#[derive(Debug, Serialize)]
pub struct Report {
    seed: u64,
    parcels: usize,
    messages: u64,
    messages_refused: u64,
    documents: u64,
    rulings: usize,
    /// Parcels by outcome.
    outcomes: Vec<Outcome>,
    /// Parcels by outcome and reason.
    stories: Vec<Story>,
    tax: TaxSums,
    /// What was sent to parties, by message type.
    responses: BTreeMap<&'static str, u64>,
    /// Responses written as files into `outbox`; absent where they are too many for that.
    responses_written: Option<u64>,
    /// What was not taken from the file of orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
    /// How many parcels ended otherwise than they must.
    differing: usize,
    differences: Vec<Difference>,
    /// What became of the exported parcels.
    exports: ExportReport,
    /// Both directions.
    summary: Summary,
    seconds: f64,
    parcels_per_second: f64,
    data: PathBuf,
    samples: PathBuf,
    outbox: PathBuf,
    /// Where the pages are, and who may sign in; absent where they are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<Pages>,
}

#[derive(Debug, Serialize)]
struct TaxSums {
    bills: u64,
    duty: String,
    consumption_tax: String,
    vat: String,
    total: String,
}

impl Report {
    /// Compares what happened with what had to.
    pub fn of(
        seed: u64,
        stage: &Stage,
        parcels: &[TrafficParcel],
        sent: &Sent,
        mail: &Mail,
        exports: ExportReport,
        responses_written: Option<u64>,
    ) -> Self {
        let mut by_message = BTreeMap::new();
        for (origin, answer) in &mail.refusals {
            if let Some(parcel) = sent.alone.get(origin) {
                by_message.insert(*parcel, answer);
            }
        }
        let mut stories = BTreeMap::<(i32, String), (u64, u64)>::new();
        let mut outcomes = BTreeMap::<i32, u64>::new();
        let mut differences = Vec::new();
        for (index, parcel) in parcels.iter().enumerate() {
            let seen = Seen { parcel, mail, refused: by_message.get(&index).copied() };
            let status = seen.declaration().map_or(NEVER_ANSWERED, |answer| answer.status);
            let difference = seen.difference();
            let (all, right) = stories.entry((status, seen.reason())).or_default();
            *all += 1;
            *right += u64::from(difference.is_none());
            *outcomes.entry(status).or_default() += 1;
            differences.extend(difference);
        }
        let elapsed = seconds(sent.begin, sent.end);
        let micros = sent.end.micros() - sent.begin.micros();
        let count = i64::try_from(parcels.len()).unwrap_or(i64::MAX);
        let imports = Side::of_imports(parcels, mail, &stage.product.knowledge.pack);
        let summary = Summary { imports, exports: exports.side().clone() };
        let differing = differences.len();
        differences.truncate(MOST_DIFFERENCES);
        Self {
            seed,
            parcels: parcels.len(),
            messages: sent.messages,
            messages_refused: sent.refused,
            documents: sent.documents,
            rulings: sent.rulings,
            outcomes: outcomes.into_iter().map(|all| Outcome::of(all, meaning)).collect(),
            stories: stories.into_iter().map(|all| Story::of(all, meaning)).collect(),
            tax: sums(mail),
            responses: mail.messages.clone(),
            responses_written,
            left_out: None,
            differing,
            differences,
            exports,
            summary,
            seconds: elapsed,
            parcels_per_second: super::super::bench::per(count.saturating_mul(1_000_000), micros),
            data: stage.data.clone(),
            samples: stage.samples.clone(),
            outbox: stage.outbox.clone(),
            pages: None,
        }
    }

    /// The same, with where the pages are.
    pub fn with_pages(self, pages: Pages) -> Self {
        Self { pages: Some(pages), ..self }
    }

    /// The same, with what was not taken from a file.
    pub fn without(self, left_out: Option<LeftOut>) -> Self {
        Self { left_out, ..self }
    }

    /// Whether every parcel ended as it must.
    pub const fn is_as_expected(&self) -> bool {
        self.differing == 0 && self.exports.is_as_expected()
    }

    /// Prints it for people.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}\n", table(&self.stories))?;
        for Outcome { status, meaning, parcels } in &self.outcomes {
            writeln!(out, "{parcels:>8}  {status} {meaning}")?;
        }
        let TaxSums { bills, duty, consumption_tax, vat, total } = &self.tax;
        writeln!(
            out,
            "\n{bills} tax bills: CNY {total} = duty {duty} + consumption tax {consumption_tax} + \
             value-added tax {vat}"
        )?;
        writeln!(
            out,
            "{} parcels, {} signed messages with {} documents, {} rulings, in {} s: {} parcels a \
             second, signing included",
            self.parcels,
            self.messages,
            self.documents,
            self.rulings,
            self.seconds,
            self.parcels_per_second
        )?;
        if let Some(left_out) = &self.left_out {
            writeln!(out, "{left_out}")?;
        }
        if !self.exports.is_empty() {
            self.exports.print(out)?;
        }
        self.summary.print(out)?;
        self.print_places(out)?;
        self.print_differences(out)?;
        self.pages.as_ref().map_or(Ok(()), |pages| pages.print(out))
    }

    fn print_places(&self, out: &mut impl Write) -> io::Result<()> {
        let data = self.data.display();
        writeln!(out, "\ndatabase, key, trust  {data}")?;
        writeln!(out, "signed messages       {}", self.samples.display())?;
        match self.responses_written {
            Some(files) => {
                writeln!(out, "responses             {} ({files} messages)", self.outbox.display())?
            }
            None => writeln!(
                out,
                "responses             in the database; as files with: tongguan gateway --once \
                 --inbox {data}/inbox --outbox {data}/outbox --data {data}"
            )?,
        }
        writeln!(out, "what waits for you    tongguan review list --data {data}")?;
        writeln!(out, "                      tongguan return export list --data {data}")
    }

    fn print_differences(&self, out: &mut impl Write) -> io::Result<()> {
        if self.is_as_expected() {
            return writeln!(out, "\nEvery parcel ended as it must.");
        }
        let differing = self.differing + self.exports.differences().len();
        writeln!(out, "\n{differing} parcels ended otherwise than they must:")?;
        for difference in self.differences.iter().chain(self.exports.differences()) {
            writeln!(
                out,
                "  {} ({}): expected {}, found {}",
                difference.order_no, difference.reason, difference.expected, difference.found
            )?;
        }
        Ok(())
    }
}

fn sums(mail: &Mail) -> TaxSums {
    let tax = &mail.tax;
    let text = |amount: rust_decimal::Decimal| format!("{amount:.2}");
    TaxSums {
        bills: tax.bills,
        duty: text(tax.duty),
        consumption_tax: text(tax.consumption_tax),
        vat: text(tax.vat),
        total: text(tax.total()),
    }
}
