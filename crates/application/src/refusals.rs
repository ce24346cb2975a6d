//! Refusals (退单): for what documents are refused, counted by reason from the responses that tell it, for whoever runs
//! the service. It is counted beside clearing by the distributor of responses, for a day, and is no record.
//!
//! A document counts once each time that it is refused, by the first rule that it broke, which decides its status. What
//! is said again of a repetition does not count again, nor what upstream answered or what is told of bonded lists.

use std::collections::BTreeMap;

use tongguan_domain::defect::Rule;
use tongguan_domain::status::{ReturnStatus, told_by};
use tongguan_domain::time::Moment;
use tongguan_domain::{check, matching, official};
use tongguan_messages::ceb::MessageType;
use tongguan_storage::stored::response::StoredResponse;
use tongguan_storage::{RefusalRow, RefusalSum, Response, StorageError, View};

use crate::clearing::decide::RULES;
use crate::clearing::write::response_kind;
use crate::delivery::{RenderError, format_refusal_of};

/// The reason of what names no rule of the catalogue: an officer refused it, or whoever declared it took it back.
pub const NO_RULE: &str = "other";
/// The longest list of reasons.
pub const MOST_REASONS: u32 = 20;
/// How long a slot is: an hour begins with one, a day too.
const SLOT_MICROS: i64 = 600_000_000;
const HOUR_MS: i64 = 3_600_000;

/// For what one kind of document was refused, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The message; nothing where it could not be told.
    pub message: Option<MessageType>,
    /// The first rule that was broken; nothing where none of the catalogue was.
    pub rule: Option<&'static Rule>,
    /// How often in the last hour.
    pub last_hour: i64,
    /// How often in the last day.
    pub last_day: i64,
}

/// What a document was refused for: the message, and the code of the rule.
pub type Reason = (Option<MessageType>, &'static str);

/// Refusals that were counted and not stored yet.
#[derive(Debug, Default)]
pub(crate) struct Counted(BTreeMap<(Moment, i64, &'static str), i64>);

/// The most frequent reasons of the last hour, then of the last day, at most [`MOST_REASONS`]. Both begin up to ten
/// minutes earlier, with a slot.
///
/// # Errors
/// [`StorageError`].
pub fn most_frequent(view: &mut View<'_>, now: Moment) -> Result<Vec<Refused>, StorageError> {
    let (day, hour) = (slot_of(now.plus_millis(-24 * HOUR_MS)), slot_of(now.plus_millis(-HOUR_MS)));
    let sums = view.refusals(day, hour, MOST_REASONS.into())?;
    Ok(sums.into_iter().map(refused).collect())
}

fn refused(sum: RefusalSum) -> Refused {
    Refused {
        message: u16::try_from(sum.message).ok().and_then(MessageType::from_number),
        rule: catalogue().find(|rule| rule.code == sum.code),
        last_hour: sum.lately,
        last_day: sum.count,
    }
}

impl Refused {
    /// The message's code, `CEB621`; nothing where it could not be told.
    pub fn message_code(&self) -> Option<&'static str> {
        self.message.map(MessageType::code)
    }

    /// What is shown of the rule: its official number, where it has one, and its published code.
    pub fn codes(&self) -> (Option<String>, &'static str) {
        let number = self.rule.and_then(|rule| rule.official).map(|number| number.to_string());
        (number, self.rule.map_or(NO_RULE, |rule| rule.code))
    }

    /// What is wrong, in Chinese and English.
    pub fn wording(&self) -> (String, String) {
        let others = || {
            let others = (
                "未列编号：由关员退单，或由申报人撤回",
                "without a number: an officer refused it, or whoever declared it took it back",
            );
            (others.0.to_owned(), others.1.to_owned())
        };
        self.rule.map_or_else(others, Rule::wording)
    }
}

impl Counted {
    /// Counts a response where it refuses.
    ///
    /// # Errors
    /// What does not decode.
    pub(crate) fn count(&mut self, row: &Response) -> Result<(), RenderError> {
        if let Some((message, code)) = reason(row)? {
            let message = message.map_or(0, |message| i64::from(message.number()));
            *self.0.entry((slot_of(row.recorded_at), message, code)).or_default() += 1;
        }
        Ok(())
    }

    /// As they are stored, and from which slot on they are kept.
    pub(crate) fn rows(&self) -> Option<(Vec<RefusalRow>, Moment)> {
        let (newest, ..) = *self.0.keys().next_back()?;
        let row = |(&(slot, message, code), &count): (&(Moment, i64, &str), &i64)| RefusalRow {
            slot,
            message,
            code: code.to_owned(),
            count,
        };
        Some((self.0.iter().map(row).collect(), newest.plus_millis(-25 * HOUR_MS)))
    }

    /// How often each, whenever it was.
    pub(crate) fn by_reason(self) -> impl Iterator<Item = (Reason, i64)> {
        self.0.into_iter().map(|((_, message, code), count)| {
            let message = u16::try_from(message).ok().and_then(MessageType::from_number);
            ((message, code), count)
        })
    }
}

/// The slot that a moment lies in.
fn slot_of(at: Moment) -> Moment {
    Moment::from_micros(at.micros().div_euclid(SLOT_MICROS) * SLOT_MICROS)
}

/// What a response refuses for; nothing where it does not refuse.
fn reason(row: &Response) -> Result<Option<Reason>, RenderError> {
    let (message, status, text) = match row.kind {
        response_kind::RUN => {
            let stored = StoredResponse::decode(&row.body)?;
            let refusal = stored.run.into_iter().find(|(status, ..)| refuses(*status));
            let Some((status, _, text)) = refusal else { return Ok(None) };
            (answered(stored.answer.quote.answered_by), status, text)
        }
        response_kind::MALFORMED => {
            let body = format_refusal_of(row)?;
            (body.message.as_deref().and_then(MessageType::from_root), body.status, body.text)
        }
        _ => return Ok(None),
    };
    let rule = ReturnStatus::from_number(status).and_then(|it| told_by(it, &text, catalogue()));
    Ok(Some((message, rule.map_or(NO_RULE, |rule| rule.code))))
}

/// Every rule that a document is refused for.
fn catalogue() -> impl Iterator<Item = &'static Rule> {
    let own: [&[&Rule]; 7] = [
        RULES,
        matching::ALL,
        matching::EXPORT_RULES,
        check::ALL,
        check::export::rules::ALL,
        check::export::return_rules::ALL,
        check::consolidation::RULES,
    ];
    official::all().chain(own.into_iter().flatten().copied())
}

const fn refuses(status: i32) -> bool {
    status < 0 || status == ReturnStatus::Refused.number()
}

/// The message that another one answers.
fn answered(by: u16) -> Option<MessageType> {
    let is_it = |it: &MessageType| it.response().is_some_and(|response| response.number() == by);
    MessageType::ALL.into_iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use tongguan_domain::defect::Defect;
    use tongguan_domain::status::Reply;

    use super::*;

    #[test]
    fn a_reply_tells_the_rule_that_it_was_made_of() {
        for rule in official::all() {
            let reply = Reply::refusing(&[
                Defect::at(rule, "/a/b"),
                Defect::at(&official::exchange::SCHEMA, ""),
            ]);
            let told = told_by(reply.status, &reply.text, official::all()).map(|told| told.zh);
            assert_eq!(told, Some(rule.zh), "{}: {}", rule.code, reply.text);
        }
        for (status, text) in [
            (ReturnStatus::Refused, "不同意"),
            (ReturnStatus::Refused, ""),
            (ReturnStatus::Refused, "[Code:;Desc:x]"),
            (ReturnStatus::Refused, "[Code:99999999999;Desc:x]"),
            (ReturnStatus::Error(i32::MIN), "x"),
            (ReturnStatus::Released, "[Code:1332;Desc:x]"),
        ] {
            assert_eq!(told_by(status, text, official::all()), None, "{text}");
        }
    }
}
