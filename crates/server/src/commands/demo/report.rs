//! The result: what became of every parcel, beside what had to.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use comfy_table::{Table, presets};
use serde::Serialize;
use tongguan_testkit::traffic::Extra;
use tongguan_testkit::traffic::TrafficParcel;
use tongguan_testkit::traffic::fault::Answered;

use super::exports::ExportReport;
use super::mail::{Answer, Mail};
use super::orders::LeftOut;
use super::run::Sent;
use super::stage::{Stage, seconds};

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
    seconds: f64,
    parcels_per_second: f64,
    data: PathBuf,
    samples: PathBuf,
    outbox: PathBuf,
}

/// Parcels that ended with one status.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// 回执状态.
    pub status: i32,
    /// What it means.
    pub meaning: &'static str,
    /// How many.
    pub parcels: u64,
}

/// Parcels that ended with one status for one reason.
#[derive(Debug, Serialize)]
pub struct Story {
    /// 回执状态.
    pub status: i32,
    /// What it means.
    pub meaning: &'static str,
    /// Why.
    pub reason: String,
    /// How many.
    pub parcels: u64,
    /// How many of them had to end so.
    pub as_expected: u64,
}

#[derive(Debug, Serialize)]
struct TaxSums {
    bills: u64,
    duty: String,
    consumption_tax: String,
    vat: String,
    total: String,
}

/// A parcel that ended otherwise than it must.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// 订单编号.
    pub order_no: String,
    /// What it should have shown.
    pub reason: &'static str,
    /// What had to become of it.
    pub expected: String,
    /// What did.
    pub found: String,
}

/// The last status of a declaration that was never answered, because its message could not be read.
const NEVER_ANSWERED: i32 = 900;

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
        let differing = differences.len();
        differences.truncate(MOST_DIFFERENCES);
        Self {
            seed,
            parcels: parcels.len(),
            messages: sent.messages,
            messages_refused: sent.refused,
            documents: sent.documents,
            rulings: sent.rulings,
            outcomes: outcomes.into_iter().map(outcome).collect(),
            stories: stories.into_iter().map(story).collect(),
            tax: sums(mail),
            responses: mail.messages.clone(),
            responses_written,
            left_out: None,
            differing,
            differences,
            exports,
            seconds: elapsed,
            parcels_per_second: super::super::bench::per(count.saturating_mul(1_000_000), micros),
            data: stage.data.clone(),
            samples: stage.samples.clone(),
            outbox: stage.outbox.clone(),
        }
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
        self.print_places(out)?;
        self.print_differences(out)
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
        writeln!(out, "what waits for you    tongguan review list --data {data}")
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

/// Stories as a table.
pub fn table(stories: &[Story]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["parcels", "outcome", "reason", ""]);
    for Story { status, meaning, reason, parcels, as_expected } in stories {
        table.add_row([
            parcels.to_string(),
            format!("{status} {meaning}"),
            reason.clone(),
            match parcels - as_expected {
                0 => "as it must be".to_owned(),
                wrong => format!("{wrong} OTHERWISE"),
            },
        ]);
    }
    table
}

/// A parcel, and what its parties were told.
struct Seen<'s> {
    parcel: &'s TrafficParcel,
    mail: &'s Mail,
    /// The refusal of the message that was about this parcel alone.
    refused: Option<&'s Answer>,
}

impl Seen<'_> {
    fn answer(&self, answered: Answered) -> Option<&Answer> {
        let documents = &self.parcel.documents;
        let guid = match (answered, &self.parcel.extra) {
            (Answered::Message, _) => return self.refused,
            (Answered::Order, _) => &documents.order.filing.guid,
            (Answered::Payment, _) => &documents.payment.filing.guid,
            (Answered::Waybill, _) => &documents.waybill.filing.guid,
            (Answered::Declaration, _) => &documents.declaration.filing.guid,
            (Answered::Extra, Some(Extra::Order(order))) => &order.filing.guid,
            (Answered::Extra, Some(Extra::Payment(payment))) => &payment.filing.guid,
            (Answered::Extra, Some(Extra::Waybill(waybill))) => &waybill.filing.guid,
            (Answered::Extra, Some(Extra::Declaration(declaration))) => &declaration.filing.guid,
            (Answered::Extra, None) => return None,
        };
        self.mail.answers.get(guid.as_str())
    }

    fn declaration(&self) -> Option<&Answer> {
        self.answer(Answered::Declaration)
    }

    /// What the parcel shows; for orders from outside, what customs said.
    fn reason(&self) -> String {
        match self.declaration() {
            Some(answer) if !self.parcel.foretold => gist(&answer.text),
            _ => self.parcel.story().to_owned(),
        }
    }

    fn difference(&self) -> Option<Difference> {
        let expected = match self.parcel.expected() {
            Some(expected) => expected,
            // Nothing is known beforehand, but answered it must be.
            None if self.declaration().is_some() => return None,
            None => return Some(self.differs("an answer".to_owned(), "none".to_owned())),
        };
        let status = self.declaration().map(|answer| answer.status);
        if status != expected.declaration {
            return Some(self.differs(
                format!("declaration {}", told(expected.declaration)),
                self.declaration().map_or_else(|| "no answer".to_owned(), describe),
            ));
        }
        let answer = self.answer(expected.answered);
        let right = answer.is_some_and(|answer| {
            answer.status == expected.status && answer.text.contains(expected.says)
        });
        (!right).then(|| {
            self.differs(
                format!("{:?} {} {}", expected.answered, expected.status, expected.says),
                answer.map_or_else(|| "no answer".to_owned(), describe),
            )
        })
    }

    fn differs(&self, expected: String, found: String) -> Difference {
        Difference {
            order_no: self.parcel.documents.declaration.order_no.to_string(),
            reason: self.parcel.story(),
            expected,
            found,
        }
    }
}

fn told(status: Option<i32>) -> String {
    status.map_or_else(|| "never answered".to_owned(), |status| status.to_string())
}

/// An answer in one line.
pub fn describe(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.text)
}

/// The beginning of an answer, as far as it is the same for all parcels with that reason.
fn gist(text: &str) -> String {
    match text.strip_prefix("[Code:").and_then(|rest| rest.split_once([';', ']'])) {
        Some((code, rest)) => {
            let words: String =
                rest.trim_start_matches("Desc:").chars().take_while(is_word).collect();
            format!("{code} {words}")
        }
        None => text.chars().take_while(is_word).collect(),
    }
}

fn is_word(c: &char) -> bool {
    !c.is_ascii_digit() && !matches!(c, '[' | ']' | ';' | '：')
}

fn outcome((status, parcels): (i32, u64)) -> Outcome {
    Outcome { status, meaning: meaning(status), parcels }
}

fn story(((status, reason), (parcels, as_expected)): ((i32, String), (u64, u64))) -> Story {
    Story { status, meaning: meaning(status), reason, parcels, as_expected }
}

/// What a status of an import means.
pub const fn meaning(status: i32) -> &'static str {
    match status {
        NEVER_ANSWERED => "message unreadable",
        1 => "stored",
        2 => "waiting for documents",
        100 => "refused",
        300 => "in review",
        399 => "waiting for guarantee",
        500 => "under examination",
        501..=599 => "detained",
        600 => "suspended",
        700 => "shipped back",
        800 => "released",
        899 => "closed",
        ..=-1 => "not accepted",
        _ => "on its way",
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
        total: text(tax.duty + tax.consumption_tax + tax.vat),
    }
}
