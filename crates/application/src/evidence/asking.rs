//! A platform is asked (`platDataOpen`), again and again until its time is over.

use std::fmt::Write as _;

use tongguan_domain::defect::Defect;
use tongguan_domain::evidence::rules::{NO_ADDRESS, UNANSWERED};
use tongguan_domain::time::Moment;
use tongguan_messages::evidence::ask::{FIELD, Heard, question};
use tongguan_storage::seal::random;
use tongguan_storage::{EvidenceDemandRow, EvidenceKey, StorageError};

use super::compared::Compared;
use super::courier::Courier;
use super::{EvidenceError, Stage, event};
use crate::history::ChangeKind;
use crate::ports::{Answer, NotSent, Post};

/// How long nobody else asks while somebody does.
const HOLD_MILLIS: i64 = 60_000;
/// What is waited after each time that it was asked; the last of them after all further ones.
const PAUSES_SECONDS: [i64; 5] = [5, 15, 60, 120, 300];
/// How long a platform that agreed has before it is asked again: in practice it uploads within two minutes.
const AGREED_SECONDS: i64 = 300;

/// A demand that this thread asks about now.
struct Held {
    row: EvidenceDemandRow,
    url: String,
}

/// What becomes of a demand that is due.
enum Due {
    /// It is asked.
    Ask(Box<Held>),
    /// It ends, with this finding.
    End(Stage, Defect),
    /// Somebody else was faster.
    Gone,
}

impl Courier {
    /// Asks a platform once, or ends the demand where it cannot be asked or its time is over.
    pub(super) fn ask(&self, key: EvidenceKey) -> Result<(), EvidenceError> {
        match self.hold(key)? {
            Due::Gone => Ok(()),
            Due::End(stage, finding) => self.end(key, stage, &finding),
            Due::Ask(held) => {
                let (row, now) = (&held.row, self.now());
                let session = row.session.as_deref().unwrap_or_default();
                let question = question(&row.order_no, session, now);
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.append_pair(FIELD, &question);
                let content_type = "application/x-www-form-urlencoded".to_owned();
                let answered = self.sender.post(&Post {
                    url: held.url.clone(),
                    headers: vec![("content-type", content_type)],
                    body: form.finish().into_bytes(),
                });
                self.note(key, &answered)
            }
        }
    }

    /// Takes the demand for a minute, so that nobody else asks meanwhile; it is noted before anything is sent.
    fn hold(&self, key: EvidenceKey) -> Result<Due, StorageError> {
        let now = self.now();
        let fresh = session()?;
        self.write(|tx| {
            let Some(mut row) = tx.lock_evidence_demand(key)?.filter(|row| is_due(row, now)) else {
                return Ok(Due::Gone);
            };
            if let Some(deadline) = row.answer_by.filter(|deadline| *deadline <= now) {
                return Ok(Due::End(Stage::Unanswered, silence(&row, deadline)));
            }
            let party = tx.party(row.platform_id)?;
            let Some(url) = party.and_then(|party| party.payment_url) else {
                return Ok(Due::End(Stage::NotAskable, Defect::at(&NO_ADDRESS, "")));
            };
            row.session.get_or_insert_with(|| fresh.clone());
            row.answer_by.get_or_insert_with(|| now.plus_millis(row.minutes * 60_000));
            row.attempts += 1;
            row.next_at = Some(now.plus_millis(HOLD_MILLIS));
            tx.upsert(std::slice::from_ref(&row))?;
            Ok(Due::Ask(Box::new(Held { row, url })))
        })
    }

    /// Notes what the platform said. What it uploaded meanwhile stands.
    fn note(
        &self,
        key: EvidenceKey,
        answered: &Result<Answer, NotSent>,
    ) -> Result<(), EvidenceError> {
        let now = self.now();
        let Err(why) = heard(answered) else {
            return self.tell(key, |mut row| {
                if !is_open(&row) {
                    return Ok(None);
                }
                (row.state, row.agreed_at) = (Stage::Agreed.code(), Some(now));
                row.next_at = later(&row, AGREED_SECONDS, now);
                let entry = event(&row, ChangeKind::Changed, [("stage", "agreed".to_owned())]);
                Ok(Some((row, entry)))
            });
        };
        Ok(self.write(|tx| {
            let Some(mut row) = tx.lock_evidence_demand(key)?.filter(is_open) else {
                return Ok(());
            };
            row.next_at = later(&row, pause(row.attempts), now);
            row.failure = Some(why.clone());
            tx.upsert(&[row])
        })?)
    }

    fn end(&self, key: EvidenceKey, stage: Stage, finding: &Defect) -> Result<(), EvidenceError> {
        self.tell(key, |row| {
            if !is_open(&row) {
                return Ok(None);
            }
            let body = Compared::nothing(vec![finding.clone()]).stored().encode()?;
            let row = EvidenceDemandRow {
                state: stage.code(),
                next_at: None,
                findings: Some(1),
                body: Some(body),
                ..row
            };
            let code = finding.rule.code.to_owned();
            let entry = event(&row, ChangeKind::Refused, [("findings", code)]);
            Ok(Some((row, entry)))
        })
    }
}

/// Whether the platform may still be asked.
fn is_open(row: &EvidenceDemandRow) -> bool {
    matches!(Stage::of(row.state), Some(Stage::Waiting | Stage::Agreed))
}

fn is_due(row: &EvidenceDemandRow, now: Moment) -> bool {
    is_open(row) && row.next_at.is_some_and(|at| at <= now)
}

/// So much later, and never after the deadline: then it ends.
fn later(row: &EvidenceDemandRow, seconds: i64, now: Moment) -> Option<Moment> {
    let next = now.plus_millis(seconds * 1_000);
    Some(row.answer_by.map_or(next, |deadline| next.min(deadline)))
}

fn pause(attempts: i64) -> i64 {
    let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    PAUSES_SECONDS.get(at).or(PAUSES_SECONDS.last()).copied().unwrap_or_default()
}

/// What was heard: that it is going to upload, or why it is not known to be.
fn heard(answered: &Result<Answer, NotSent>) -> Result<(), String> {
    let answer = answered.as_ref().map_err(ToString::to_string)?;
    if !(200..300).contains(&answer.status) {
        return Err(format!("answered {}", answer.status));
    }
    match Heard::read(&answer.body) {
        Some(heard) if heard.will_upload() => Ok(()),
        Some(heard) => Err(format!("answered with code {}", heard.shown())),
        None => Err("answered, and not as the interface has it".to_owned()),
    }
}

/// The finding that nothing came.
fn silence(row: &EvidenceDemandRow, deadline: Moment) -> Defect {
    let why = row.failure.clone().unwrap_or_else(|| match row.agreed_at {
        Some(at) => format!("agreed at {} and uploaded nothing", at.to_wire_seconds()),
        None => "was not reached".to_owned(),
    });
    Defect::at(&UNANSWERED, "").found(why).expected(deadline.to_wire_seconds())
}

/// A number that nobody can guess, in the form of the announcement: 36 characters.
fn session() -> Result<String, StorageError> {
    let bytes: [u8; 16] = random()?;
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&place) {
            text.push('-');
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02X}");
    }
    Ok(text)
}
