//! Whether a response is one of ours (回执真伪核验).
//!
//! Responses bear no signature, as the standard has it. But each is rendered from what is stored whenever it is
//! read, with the same bytes each time; so whoever shows one learns whether this service would send just that.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;

use super::{MailError, Mailboxes};
use crate::delivery::{Outgoing, RenderError, complete, guid_of, place_in, render};
use crate::intake::envelope::business_message;
use crate::originals::OriginalError;

/// Numbers of one message that are looked for: its own comes first, others may stand in what it quotes.
const MOST_NUMBERS: usize = 8;
/// The characters of a number.
const NUMBER: usize = 36;

/// A message that this service made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its own number (`guid`).
    pub guid: String,
    /// Its type: `CEB622`.
    pub message: &'static str,
    /// The type of message that it answers, where it answers one.
    pub answers: Option<&'static str>,
    /// When it was made.
    pub at: Moment,
}

/// What is said of something that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This service made it, byte for byte.
    Genuine(Made),
    /// This service made a message of that number; nothing but the number was shown.
    Known(Made),
    /// This service made a message of that number, and it is not what was shown.
    Altered(Made),
    /// This service made a message of that number, which cannot be made again: the message that it quotes is kept
    /// no longer.
    NotComparable(Made),
    /// This service made no message of a number in it.
    Unknown,
}

impl Mailboxes {
    /// Whether this service made a message: all of it, in its envelope or not, or its number alone.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn verify(&self, shown: Vec<u8>) -> Result<Verdict, MailError> {
        let shown = business_message(shown);
        let shown = shown.trim_ascii();
        let is_number = shown.len() == NUMBER;
        for guid in numbers_in(shown) {
            let Some((outgoing, n)) = self.outgoing_of(&guid)? else { continue };
            let Some(verdict) = self.compared(&outgoing, n, &guid, shown)? else { continue };
            return Ok(match verdict {
                Verdict::Altered(made) if is_number => Verdict::Known(made),
                verdict => verdict,
            });
        }
        Ok(Verdict::Unknown)
    }

    /// The row of the outbox whose `n`th message has that number.
    fn outgoing_of(&self, guid: &str) -> Result<Option<(Outgoing, u8)>, MailError> {
        let Some((partition, seq, n)) = place_in(guid) else { return Ok(None) };
        let outgoing = self.store.read(|view| {
            let row = view.responses(&[(partition, seq)])?.pop();
            row.map(|row| complete(view, row)).transpose()
        })?;
        let is_its_own = |outgoing: &Outgoing| guid_of(outgoing, n) == guid;
        Ok(outgoing.flatten().filter(is_its_own).map(|outgoing| (outgoing, n)))
    }

    /// What was shown beside what is sent; nothing where what is sent bears another number, as what is passed on
    /// does.
    fn compared(
        &self,
        outgoing: &Outgoing,
        n: u8,
        guid: &str,
        shown: &[u8],
    ) -> Result<Option<Verdict>, MailError> {
        let place = usize::from(n).saturating_sub(1);
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        // Bills are as genuine with the numbers of their parcel as without.
        for with_parcel_numbers in [self.with_parcel_numbers, !self.with_parcel_numbers] {
            let open = &mut |message: &_| archive.original(message);
            let rendered = match render(outgoing, with_parcel_numbers, open) {
                Ok(rendered) => rendered,
                Err(RenderError::Original(OriginalError::NotKept(_))) => {
                    // The only one of our own that quotes another message whole.
                    let (refusal, at) = (MessageType::Ceb900, outgoing.response.recorded_at);
                    return Ok(Some(Verdict::NotComparable(made(guid, refusal.code(), at))));
                }
                Err(error) => return Err(error.into()),
            };
            let Some(message) = rendered.into_iter().nth(place) else { return Ok(None) };
            if !contains(&message.xml, guid.as_bytes()) {
                return Ok(None);
            }
            let made = made(guid, message.message, message.at);
            if is_the_same(&message.xml, shown) {
                return Ok(Some(Verdict::Genuine(made)));
            }
            found = Some(Verdict::Altered(made));
        }
        Ok(found)
    }
}

fn made(guid: &str, message: &'static str, at: Moment) -> Made {
    let answered = MessageType::ALL
        .into_iter()
        .find(|asked| asked.response().is_some_and(|answer| answer.code() == message));
    Made { guid: guid.to_owned(), message, answers: answered.map(MessageType::code), at }
}

/// Whether two texts are the same but for their ends of lines, which forms and editors of texts change.
fn is_the_same(sent: &[u8], shown: &[u8]) -> bool {
    let lines =
        |text: &[u8]| text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>();
    sent.trim_ascii() == shown || lines(sent.trim_ascii()) == lines(shown)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// What has the form of a number of ours, in order, each once. Bytes are looked at and no XML: what was changed need
/// not be any.
fn numbers_in(shown: &[u8]) -> Vec<String> {
    let (mut numbers, mut known) = (Vec::new(), BTreeSet::new());
    let mut rest = shown;
    while numbers.len() < MOST_NUMBERS {
        let Some(at) = rest.windows(NUMBER).position(is_number) else { break };
        let (number, behind) = rest.get(at..).unwrap_or_default().split_at(NUMBER);
        let number = String::from_utf8_lossy(number).to_ascii_uppercase();
        if known.insert(number.clone()) {
            numbers.push(number);
        }
        rest = behind;
    }
    numbers
}

fn is_number(window: &[u8]) -> bool {
    window.iter().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        14 | 19 => *byte == b'8',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_anything_each_once_and_not_without_end() {
        let own = "0000000000A1-8001-8101-0123456789AB";
        let own = format!("{}-{}", &own[..8], &own[8..]);
        assert_eq!(own.len(), NUMBER);
        let xml =
            format!("<x guid=\"{}\"/><guid>{own}</guid>{}", own.to_lowercase(), "-8".repeat(40));
        assert_eq!(numbers_in(xml.as_bytes()), std::slice::from_ref(&own));
        assert_eq!(numbers_in(own.as_bytes()), [own]);
        assert_eq!(numbers_in(b"4CDE1CFD-EDED-46B1-946C-B8022E42FC94"), [""; 0]);
        let many: String =
            (0..99).map(|n| format!("{n:08X}-0000-8000-8000-000000000000 ")).collect();
        assert_eq!(numbers_in(many.as_bytes()).len(), MOST_NUMBERS);
        assert_eq!(numbers_in(b""), [""; 0]);
    }

    #[test]
    fn ends_of_lines_are_no_change_and_everything_else_is() {
        assert!(is_the_same(b"a\nb\n", b"a\r\nb"));
        assert!(!is_the_same(b"a\nb", b"a b"));
        assert!(!is_the_same(b"a", b"a "));
    }
}
