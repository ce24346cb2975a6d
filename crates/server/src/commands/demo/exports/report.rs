//! What became of every exported parcel, beside what had to.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{Table, presets};
use serde::Serialize;
use tongguan_codelists::Pack;
use tongguan_testkit::returned::Returned;
use tongguan_testkit::traffic::exports::{Ending, ExportedParcel};

use super::super::mail::{Answer, Mail};
use super::super::seen::describe;
use super::super::story::{self, Difference, Outcome, Story, table};
use super::super::summary::Side;
use super::super::sums::Sums;
use super::consolidation::{Consolidation, Formal};
use super::{ExportsSent, number};

/// Formal declarations that are printed; all of them are in the JSON.
const MOST_FORMAL: usize = 8;

/// What became of the day.
#[derive(Debug, Serialize)]
pub struct ExportReport {
    parcels: usize,
    messages: u64,
    documents: u64,
    rulings: usize,
    /// Parcels by outcome.
    outcomes: Vec<Outcome>,
    /// Parcels by outcome and story.
    stories: Vec<Story>,
    consolidation: Consolidation,
    /// How many parcels ended otherwise than they must.
    differing: usize,
    differences: Vec<Difference>,
    #[serde(skip)]
    side: Side,
}

impl ExportReport {
    /// Compares what happened with what had to.
    pub fn of(parcels: &[ExportedParcel], sent: ExportsSent, mail: &Mail, pack: &Pack) -> Self {
        let mut stories = BTreeMap::<(i32, String), (u64, u64)>::new();
        let mut outcomes = BTreeMap::<i32, u64>::new();
        let mut differences = Vec::new();
        let (mut side, mut merged) = (Side::default(), Sums::default());
        for (place, parcel) in parcels.iter().enumerate() {
            let seen = Seen { parcel, back: sent.back.get(&place), mail };
            let status = seen.declaration().map_or(0, |answer| answer.status);
            let difference = seen.difference();
            let (all, right) = stories.entry((status, parcel.story.name().to_owned())).or_default();
            *all += 1;
            *right += u64::from(difference.is_none());
            *outcomes.entry(status).or_default() += 1;
            differences.extend(difference);
            seen.count(&mut side, &mut merged, pack);
        }
        side.formal_declarations = sent.consolidation.formal_declarations.len();
        differences.extend(lost(&merged, &sent.consolidation));
        Self {
            parcels: parcels.len(),
            messages: sent.messages,
            documents: sent.documents,
            rulings: sent.rulings,
            outcomes: outcomes.into_iter().map(|all| Outcome::of(all, meaning)).collect(),
            stories: stories.into_iter().map(|all| Story::of(all, meaning)).collect(),
            consolidation: sent.consolidation,
            differing: differences.len(),
            differences,
            side,
        }
    }

    /// Whether nothing was exported.
    pub const fn is_empty(&self) -> bool {
        self.parcels == 0
    }

    /// Whether every parcel ended as it must.
    pub const fn is_as_expected(&self) -> bool {
        self.differing == 0
    }

    /// The parcels that ended otherwise than they must.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// What left, for the summary.
    pub const fn side(&self) -> &Side {
        &self.side
    }

    /// Prints it for people.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { parcels, messages, documents, rulings, .. } = self;
        writeln!(out, "\nExports\n\n{}\n", table(&self.stories))?;
        for Outcome { status, meaning, parcels } in &self.outcomes {
            writeln!(out, "{parcels:>8}  {status} {meaning}")?;
        }
        writeln!(
            out,
            "\n{parcels} exported parcels, {messages} signed messages with {documents} documents, \
             {rulings} rulings, findings and seals"
        )?;
        self.print_forms(out)
    }

    fn print_forms(&self, out: &mut impl Write) -> io::Result<()> {
        let Consolidation { month, due_on, declarations, formal_declarations } =
            &self.consolidation;
        let (Some(month), Some(due_on)) = (month, due_on) else { return Ok(()) };
        let count = formal_declarations.len();
        writeln!(
            out,
            "\n{declarations} declarations that left in {month} became {count} formal ones (汇总申报), \
             due on {due_on}\n"
        )?;
        let mut grid = Table::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["formal declaration", "merchant", "office", "lists", "lines", "value"]);
        for formal in formal_declarations.iter().take(MOST_FORMAL) {
            let Formal { number, merchant, office, declarations, lines, value } = formal;
            grid.add_row([
                number.clone(),
                merchant.clone(),
                office.clone(),
                declarations.to_string(),
                lines.to_string(),
                value.to_string(),
            ]);
        }
        writeln!(out, "{grid}")?;
        match count.saturating_sub(MOST_FORMAL) {
            0 => Ok(()),
            more => writeln!(out, " and {more} more"),
        }
    }
}

/// A parcel, what came back of it, and what its parties were told.
struct Seen<'s> {
    parcel: &'s ExportedParcel,
    back: Option<&'s Returned>,
    mail: &'s Mail,
}

impl Seen<'_> {
    fn declaration(&self) -> Option<&Answer> {
        self.mail.answers.get(self.parcel.documents.declaration.filing.guid.as_str())
    }

    fn request(&self) -> Option<&Answer> {
        self.mail.answers.get(self.back?.request.filing.guid.as_str())
    }

    /// The formal declarations that it went into.
    fn formal(&self) -> usize {
        let number = number(self.parcel, self.mail);
        let formal = number.and_then(|number| self.mail.consolidated.get(number.as_str()));
        formal.map_or(0, std::collections::BTreeSet::len)
    }

    fn difference(&self) -> Option<Difference> {
        let story = self.parcel.story;
        let (ending, answer) = (story.ending(), self.declaration());
        if !ends(answer, ending) {
            return Some(self.differs("declaration", ending, answer));
        }
        if let Some(back) = story.coming_back()
            && !ends(self.request(), back.ending())
        {
            return Some(self.differs("return", back.ending(), self.request()));
        }
        let (expected, found) = (usize::from(story.is_consolidated()), self.formal());
        (expected != found).then(|| Difference {
            order_no: self.parcel.documents.order.order_no.to_string(),
            reason: story.name(),
            expected: format!("formal declarations: {expected}"),
            found: found.to_string(),
        })
    }

    fn differs(&self, what: &str, ending: Ending, answer: Option<&Answer>) -> Difference {
        Difference {
            order_no: self.parcel.documents.order.order_no.to_string(),
            reason: self.parcel.story.name(),
            expected: format!("{what} {} {}", ending.status, ending.says),
            found: answer.map_or_else(|| "no answer".to_owned(), describe),
        }
    }

    /// Counts it on its side, and its value where it was merged.
    fn count(&self, side: &mut Side, merged: &mut Sums, pack: &Pack) {
        let declaration = &self.parcel.documents.declaration;
        let day = declaration.filing.sent_at.china_day();
        let is_released = self.mail.is_released(declaration.filing.guid.as_str());
        let status = self.declaration().map_or(0, |answer| answer.status);
        side.parcels += 1;
        side.released += usize::from(is_released);
        side.closed += usize::from(status == 899);
        side.withdrawn += usize::from(is_released && status == 100);
        let is_back = self.request().is_some_and(|answer| answer.status == 800);
        side.returns += usize::from(is_back);
        for item in &declaration.items {
            let worth = item.total_price.value();
            if is_released {
                side.value.add(worth, &item.currency, pack, day);
            }
            if self.formal() > 0 {
                merged.add(worth, &item.currency, pack, day);
            }
        }
        if !is_back || self.formal() == 0 {
            return;
        }
        for returned in self.back.into_iter().flat_map(|back| &back.request.items) {
            let mut items = declaration.items.iter();
            if let Some(item) = items.find(|item| item.number == returned.number) {
                let worth = item.price.value() * returned.quantity;
                merged.add(-worth, &item.currency, pack, day);
            }
        }
    }
}

fn ends(answer: Option<&Answer>, ending: Ending) -> bool {
    answer.is_some_and(|it| it.status == ending.status && it.text.contains(ending.says))
}

/// What formal declarations are worth has to be what went into them.
fn lost(merged: &Sums, consolidation: &Consolidation) -> Option<Difference> {
    let found = consolidation.value();
    (*merged != found).then(|| Difference {
        order_no: consolidation.month.clone().unwrap_or_default(),
        reason: "consolidation",
        expected: merged.to_string(),
        found: found.to_string(),
    })
}

const fn meaning(status: i32) -> &'static str {
    match status {
        0 => "never answered",
        100 => "refused or taken back",
        399 => "waiting for arrival",
        800 => "released",
        899 => "departed",
        _ => story::meaning(status),
    }
}
