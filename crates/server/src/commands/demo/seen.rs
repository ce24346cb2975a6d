//! An imported parcel beside what its parties were told.

use tongguan_testkit::traffic::fault::Answered;
use tongguan_testkit::traffic::{Extra, TrafficParcel};

use super::mail::{Answer, Mail};
use super::story::Difference;

/// A parcel, and what its parties were told.
pub struct Seen<'s> {
    pub parcel: &'s TrafficParcel,
    pub mail: &'s Mail,
    /// The refusal of the message that was about this parcel alone.
    pub refused: Option<&'s Answer>,
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

    /// The last answer to its declaration.
    pub fn declaration(&self) -> Option<&Answer> {
        self.answer(Answered::Declaration)
    }

    /// What the parcel shows; for orders from outside, what customs said.
    pub fn reason(&self) -> String {
        match self.declaration() {
            Some(answer) if !self.parcel.foretold => gist(&answer.text),
            _ => self.parcel.story().to_owned(),
        }
    }

    /// How it ended otherwise than it must, if it did.
    pub fn difference(&self) -> Option<Difference> {
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
