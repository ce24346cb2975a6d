//! Messages that are relayed: taken in for upstream, sent or given up, answered from there. Nothing is decided
//! about them here.

use tongguan_domain::ids::MessageId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_messages::response::Quoted;

use super::reply::Replying;
use super::trade::words_for;
use super::{Circumstances, Undecidable};
use crate::clearing::incoming::{Filed, Submitted};
use crate::clearing::outcome::{Cause, Entry, Subject};
use crate::clearing::record::Source;
use crate::clearing::relay::{
    FromUpstream, Handle, HeardOf, ListedRelay, PassedOn, RefusedUpstream, RelayAct, RelayRecord,
    RelayState, RelayStep, RelayedDocument, RelayedMessage, Said, Stray, UpstreamAnswer,
    upstream_number,
};
use crate::clearing::working_set::Draft;

/// That it was sent.
const SENT: &str = "发送海关成功";
/// Why a document is not sent that is in order.
const BESIDE_REFUSED: &str = "发送海关失败：同一报文中的其他单证被退回，报文整体未发送";
/// Why a message is not sent whose documents go to different places.
const MIXED: &str = "发送海关失败：同一报文中的单证分属本地办理与转发上级的关区，请分开报送";

/// Takes a message in: it is to be sent, or, where anything in it is refused, it is not.
pub fn take(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    relayed: &RelayedMessage,
) -> Result<(), Undecidable> {
    let is_refused = relayed.documents.iter().any(|document| !document.defects().is_empty());
    let held_back = match (relayed.is_mixed, is_refused) {
        (true, _) => Some(MIXED),
        (false, true) => Some(BESIDE_REFUSED),
        (false, false) => None,
    };
    let documents = relayed
        .documents
        .iter()
        .map(|submitted| answer(draft, circumstances, relayed, submitted, held_back))
        .collect::<Result<Vec<_>, _>>()?;
    if held_back.is_some() {
        return Ok(());
    }
    for document in &documents {
        let of = (relayed.message, document.ordinal);
        draft.set_handle(Handle::guid(document.answer.quote.guid()), of);
    }
    for (submitted, document) in relayed.documents.iter().zip(&documents) {
        if let Some(listed) = ListedRelay::of(relayed, submitted, document, circumstances.at) {
            draft.list_relayed(listed);
        }
    }
    draft.set_handle(Handle::envelope(&upstream_number(relayed.message)), (relayed.message, 0));
    let names = documents.iter().flat_map(RelayedDocument::names).map(str::to_owned).collect();
    draft.take_for_upstream(RelayRecord {
        message: relayed.message,
        seq: 0,
        kind: relayed.kind,
        state: RelayState::Waiting,
        taken_at: circumstances.at,
        due_since: circumstances.at,
        attempts: 0,
        names,
        documents,
    });
    Ok(())
}

/// Answers one document of it.
fn answer(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    relayed: &RelayedMessage,
    submitted: &Submitted,
    held_back: Option<&str>,
) -> Result<RelayedDocument, Undecidable> {
    let partition = relayed.partition();
    let mut replying = Replying::unkeyed(circumstances, submitted, partition);
    let provisional = match submitted.answer.quote.has(Quoted::PROVISIONAL_NO) {
        true => Some(circumstances.serials.provisional_number(partition, circumstances.at)?),
        false => None,
    };
    if let Some(number) = &provisional {
        replying.number(number.clone());
    }
    match (&submitted.filed, held_back) {
        _ if !submitted.defects().is_empty() => replying.refuse(submitted.defects()),
        (_, Some(why)) => replying.say(ReturnStatus::NotSent, why),
        (Filed::Document(filed), None) if !submitted.is_stored_only() => {
            let (what, guid) = (words_for(filed.filing.action), &filed.filing.guid);
            replying.say(ReturnStatus::Accepted, format!("{what}申报成功[{guid}]"));
        }
        // What is only to be stored is not being declared; upstream says that it is stored.
        _ => {}
    }
    let replied_at = replying.send_relayed(draft, relayed.kind, Cause::Document(submitted.source));
    Ok(RelayedDocument {
        ordinal: submitted.source.ordinal,
        answer: submitted.answer.clone(),
        provisional,
        replied_at,
    })
}

/// Notes what happened to a message, and tells its sender. That something was sent which is known to be sent, or
/// was given up, changes nothing.
pub fn step(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    step: &RelayStep,
) -> Result<(), Undecidable> {
    let record = draft.relay(step.message).ok_or(Undecidable::NoSuchRelay(step.message))?;
    let mut record = RelayRecord::clone(record);
    let at = circumstances.at;
    match (&step.act, record.state.clone()) {
        (RelayAct::Sent(begun_at), RelayState::Waiting) => {
            let said = (ReturnStatus::Sent, SENT.to_owned());
            end(draft, record, RelayState::Sent(at), *begun_at, said);
        }
        (RelayAct::GiveUp(why), RelayState::Waiting) => {
            let state = RelayState::GivenUp { at, why: why.clone() };
            let said = (ReturnStatus::NotSent, format!("发送海关失败：{why}"));
            end(draft, record, state, at, said);
        }
        (RelayAct::Sent(_) | RelayAct::GiveUp(_), _) => {}
        (RelayAct::Retry(by), RelayState::GivenUp { .. }) => {
            (record.state, record.due_since, record.attempts) = (RelayState::Waiting, at, 0);
            acted(draft, record, by, "sent upstream again");
        }
        (RelayAct::Dismiss(by), RelayState::GivenUp { at, why }) => {
            record.state = RelayState::Dismissed { at, why };
            acted(draft, record, by, "not sent upstream");
        }
        (RelayAct::Retry(_) | RelayAct::Dismiss(_), _) => {
            return Err(Undecidable::NotGivenUp(step.message));
        }
    }
    Ok(())
}

/// Notes who has done what about a message that was given up.
fn acted(draft: &mut Draft<'_>, record: RelayRecord, by: &str, what: &str) {
    draft.note(Entry {
        partition: crate::numbering::partition_of(record.message.0),
        subject: Subject::Relayed(record.message),
        cause: Cause::Ruling { officer: by.to_owned(), reason: what.to_owned() },
        statuses: Vec::new(),
    });
    draft.set_relay(record);
}

/// Ends the sending of a message: every document is given a status, at that time where nothing was said later.
fn end(
    draft: &mut Draft<'_>,
    mut record: RelayRecord,
    state: RelayState,
    at: Moment,
    (status, text): (ReturnStatus, String),
) {
    let message = record.message;
    for document in &mut record.documents {
        let source = Source { message, ordinal: document.ordinal };
        let mut replying = Replying::to_relayed(source, document, at);
        replying.say(status, text.clone());
        document.replied_at = replying.send_relayed(draft, record.kind, Cause::Command);
    }
    record.state = state;
    draft.set_relay(record);
}

/// Passes on what upstream says, to the senders of what it is about. What is fetched again from the same place is
/// passed on no more; what upstream says once more stands at another place.
pub fn answered(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    came: &FromUpstream,
) -> Result<(), Undecidable> {
    let handle = Handle::answer(&came.place);
    if !draft.handled(&handle).is_empty() {
        return Ok(());
    }
    draft.set_handle(handle, (came.message, 0));
    let mut passing: Vec<PassedOn> = Vec::new();
    let mut strays: Vec<String> = came.unusable.iter().cloned().collect();
    for answer in &came.answers {
        match find(draft, answer) {
            Some((message, ordinal)) => {
                heard(draft, circumstances, came, answer, (message, ordinal), &mut passing);
            }
            None => strays.push(format!("{} names nothing that was relayed", answer.ordinal)),
        }
    }
    if let [whole] = &mut passing[..]
        && strays.is_empty()
    {
        whole.part = None;
    }
    passing.into_iter().for_each(|passed| draft.pass_on(passed));
    if !strays.is_empty() || came.answers.is_empty() {
        let (message, kind) = (came.message, came.kind);
        draft.set_aside(Stray { message, kind, why: strays.join("; ") });
    }
    Ok(())
}

/// The newest document that an answer may be about.
fn find(draft: &Draft<'_>, answer: &UpstreamAnswer) -> Option<(MessageId, u16)> {
    let mut named = draft.handled(&answer.names);
    named.sort_unstable_by(|a, b| b.cmp(a));
    named.into_iter().find(|(message, ordinal)| {
        let Some(record) = draft.relay(*message) else { return false };
        // A whole message is named as 0.
        *ordinal == 0
            || record.documents.iter().any(|document| {
                let fits = |quote| document.is_answered_by(quote);
                document.ordinal == *ordinal && answer.quote.as_ref().is_none_or(fits)
            })
    })
}

/// Notes the numbers that an answer gives a document, and gathers it for whoever is told.
fn heard(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    came: &FromUpstream,
    answer: &UpstreamAnswer,
    (message, ordinal): (MessageId, u16),
    passing: &mut Vec<PassedOn>,
) {
    let Some(record) = draft.relay(message).cloned() else { return };
    if record.state == RelayState::Waiting {
        // Whoever answers has it, though that was not heard yet.
        let state = RelayState::Sent(circumstances.at);
        let said = (ReturnStatus::Sent, SENT.to_owned());
        end(draft, RelayRecord::clone(&record), state, answer.at.plus_millis(-1), said);
    }
    let kind = record.kind;
    let is_meant = |document: &&RelayedDocument| ordinal == 0 || document.ordinal == ordinal;
    for document in record.documents.iter().filter(is_meant) {
        draft.hear_of(HeardOf {
            message,
            ordinal: document.ordinal,
            from: (came.message, answer.ordinal),
            kind: came.kind,
            status: answer.status,
            number: answer.number().map(Into::into),
            at: answer.at,
        });
    }
    let Some(document) = record.documents.iter().find(is_meant) else { return };
    if let Said::Unreadable { status, text } = &answer.said {
        let (status, text) = (*status, text.clone());
        for mailbox in document.mailboxes() {
            let text = text.clone();
            draft.refuse_upstream(RefusedUpstream { message, mailbox, kind, status, text });
        }
        return;
    }
    let (mailboxes, key) = (document.mailboxes(), document.answer.quote.name().to_owned());
    for given in &answer.gives {
        draft.set_handle(given.clone(), (message, ordinal));
    }
    let partition = crate::numbering::partition_of(message.0);
    match passing.iter_mut().find(|passed| passed.mailboxes == mailboxes) {
        Some(passed) => {
            passed.part.get_or_insert_default().push(answer.ordinal);
            passed.at = passed.at.max(answer.at);
        }
        None => passing.push(PassedOn {
            partition,
            from: came.message,
            mailboxes,
            key,
            at: answer.at,
            part: Some(vec![answer.ordinal]),
        }),
    }
}
