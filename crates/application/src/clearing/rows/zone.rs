//! Bonded lists, gate passes and answers about them between record and row.

use tongguan_domain::bonded::list::{BondedList, BondedListState};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, BondedListNumber, DxpId, GatePassNumber, MessageId,
    PartyId, ZoneProvisionalNumber, ZoneReference,
};
use tongguan_domain::time::Moment;
use tongguan_messages::zone::ZoneMessage;
use tongguan_messages::zone::answer::{
    FormalResult, Intake, Receipt, Review, ReviewResult, ZoneAnswer,
};
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::bonded::{StoredBondedList, StoredListStepV1, StoredNamedByV1};
use tongguan_storage::stored::zone::{StoredGatePass, StoredLodgedV1, StoredZoneAnswer};
use tongguan_storage::{self as storage, Partition};

use super::{RowError, body, book_key, column};
use crate::clearing::record::Source;
use crate::clearing::zone::{
    By, ListKey, ListRecord, Lodged, NamedBy, PassRecord, ReferenceKey, Referenced, ZoneNews,
    pass_bucket,
};

const LIST: &str = "bonded_list";
const PASS: &str = "gate_pass";
const REFERENCE: &str = "zone_reference";

/// The key of a bonded list's row.
pub fn list_key(key: &ListKey) -> storage::BondedListKey {
    let (bucket, book) = book_key(&key.book);
    (bucket, book, key.number.to_string())
}

/// A bonded list as a row.
pub fn write_list(record: &ListRecord, now: Moment) -> Result<storage::BondedList, StoredError> {
    let lines = record.list.lines.iter();
    let steps = record.steps.iter().map(|(state, at, by)| StoredListStepV1 {
        state: list_code(*state),
        at: at.micros(),
        officer: by.officer.clone(),
        reason: by.reason.clone(),
    });
    let stored = StoredBondedList {
        lines: lines.map(|(item, quantity)| (item.to_string(), quantity.parts())).collect(),
        steps: steps.collect(),
        named_by: record.named_by.iter().map(stored_named_by).collect(),
        lodged: record.lodged.as_ref().map(stored_lodged),
    };
    let (bucket, book, number) = list_key(&record.key());
    Ok(storage::BondedList {
        bucket,
        book,
        number,
        state: list_code(record.state),
        gate_pass: record.gate_pass.as_ref().map(ToString::to_string),
        updated_at: now,
        body: stored.encode()?,
    })
}

/// A bonded list from its row.
pub fn read_list(row: storage::BondedList) -> Result<ListRecord, RowError> {
    let stored = StoredBondedList::decode(&row.body).map_err(body(LIST))?;
    let step = |step: StoredListStepV1| {
        let by = By { officer: step.officer, reason: step.reason };
        Ok::<_, RowError>((list_state(step.state)?, Moment::from_micros(step.at), by))
    };
    let pass = |text: Option<String>| {
        let parsed = text.as_deref().map(GatePassNumber::parse).transpose();
        parsed.map_err(column(LIST, "gate_pass"))
    };
    Ok(ListRecord {
        list: BondedList {
            book: AccountBookNumber::parse(&row.book).map_err(column(LIST, "book"))?,
            number: BondedListNumber::parse(&row.number).map_err(column(LIST, "number"))?,
            lines: stored.lines.into_iter().map(line).collect::<Result<_, _>>()?,
        },
        state: list_state(row.state)?,
        gate_pass: pass(row.gate_pass)?,
        named_by: stored.named_by.into_iter().map(read_named_by).collect::<Result<_, _>>()?,
        steps: stored.steps.into_iter().map(step).collect::<Result<_, _>>()?,
        lodged: stored.lodged.map(|lodged| read_lodged(lodged, LIST)).transpose()?,
    })
}

fn line((item, parts): (String, i64)) -> Result<(AccountItemNumber, StockQuantity), RowError> {
    let quantity = StockQuantity::from_parts(parts).ok_or_else(|| wrong(LIST, "lines", parts))?;
    Ok((AccountItemNumber::parse(&item).map_err(column(LIST, "lines"))?, quantity))
}

fn stored_named_by(named_by: &NamedBy) -> StoredNamedByV1 {
    let carried = named_by.carried.iter();
    StoredNamedByV1 {
        pass: named_by.pass.to_string(),
        carried: carried.map(|(item, quantity)| (item.to_string(), quantity.parts())).collect(),
        passed: named_by.passed,
    }
}

fn read_named_by(stored: StoredNamedByV1) -> Result<NamedBy, RowError> {
    Ok(NamedBy {
        pass: GatePassNumber::parse(&stored.pass).map_err(column(LIST, "named_by"))?,
        carried: stored.carried.into_iter().map(line).collect::<Result<_, _>>()?,
        passed: stored.passed,
    })
}

/// The key of a gate pass's row.
pub fn pass_key(number: &GatePassNumber) -> (Partition, &str) {
    (pass_bucket(number), number.as_str())
}

/// A gate pass as a row.
pub fn write_pass(record: &PassRecord) -> Result<storage::GatePass, StoredError> {
    let lists = record.lists.iter().map(|list| (list.book.to_string(), list.number.to_string()));
    let stored = StoredGatePass {
        lists: lists.collect(),
        by: record.by.as_ref().map(|by| (by.officer.clone(), by.reason.clone())),
        lodged: stored_lodged(&record.lodged),
    };
    let (bucket, number) = pass_key(&record.number);
    Ok(storage::GatePass {
        bucket,
        number: number.to_owned(),
        state: pass_code(record.state),
        updated_at: record.since,
        body: stored.encode()?,
    })
}

/// A gate pass from its row.
pub fn read_pass(row: storage::GatePass) -> Result<PassRecord, RowError> {
    let stored = StoredGatePass::decode(&row.body).map_err(body(PASS))?;
    let list = |(book, number): (String, String)| {
        Ok::<_, RowError>(ListKey {
            book: AccountBookNumber::parse(&book).map_err(column(PASS, "lists"))?,
            number: BondedListNumber::parse(&number).map_err(column(PASS, "lists"))?,
        })
    };
    Ok(PassRecord {
        number: GatePassNumber::parse(&row.number).map_err(column(PASS, "number"))?,
        state: pass_state(row.state)?,
        since: row.updated_at,
        by: stored.by.map(|(officer, reason)| By { officer, reason }),
        lists: stored.lists.into_iter().map(list).collect::<Result<_, _>>()?,
        lodged: read_lodged(stored.lodged, PASS)?,
    })
}

/// The key of an enterprise's own number.
pub fn reference_key(key: &ReferenceKey) -> storage::ZoneReferenceKey<'_> {
    (Partition::of_party(key.holder), key.kind as i64, key.holder, key.reference.as_str())
}

/// What an enterprise's own number names, as a row.
pub fn write_reference(key: &ReferenceKey, named: &Referenced) -> storage::ZoneReferenceRow {
    let (bucket, kind, holder_id, reference) = reference_key(key);
    let (book, number) = texts(named);
    storage::ZoneReferenceRow {
        bucket,
        kind,
        holder_id,
        reference: reference.to_owned(),
        book,
        number,
    }
}

/// What an enterprise's own number names, from its row.
pub fn read_reference(
    row: storage::ZoneReferenceRow,
) -> Result<(ReferenceKey, Referenced), RowError> {
    let named = referenced(row.kind, row.book.as_deref(), &row.number)?;
    let kind = named.kind();
    let reference = ZoneReference::parse(&row.reference).map_err(column(REFERENCE, "reference"))?;
    Ok((ReferenceKey { kind, holder: row.holder_id, reference }, named))
}

/// News as a row.
pub fn write_news(news: &ZoneNews) -> storage::ZoneNewsRow {
    let (book, number) = texts(&news.of);
    let (bucket, kind, holder_id) = (news.partition(), news.of.kind() as i64, news.holder);
    storage::ZoneNewsRow { bucket, kind, number, holder_id, book }
}

/// News from its row.
pub fn read_news(row: &storage::ZoneNewsRow) -> Result<ZoneNews, RowError> {
    let of = referenced(row.kind, row.book.as_deref(), &row.number)?;
    Ok(ZoneNews { holder: row.holder_id, of })
}

/// An answer as it is stored.
pub fn write_zone_answer(answer: &ZoneAnswer) -> StoredZoneAnswer {
    match answer {
        ZoneAnswer::Receipt(receipt) => StoredZoneAnswer::Receipt {
            provisional_no: receipt.provisional_no.as_ref().map(ToString::to_string),
            reference: receipt.reference.clone(),
            text: receipt.text.clone(),
            taken: receipt.outcome == Intake::Taken,
        },
        ZoneAnswer::Review(review) => {
            let place = ReviewResult::ALL.iter().position(|result| *result == review.result);
            StoredZoneAnswer::Review {
                message: review.message.code().to_owned(),
                provisional_no: review.provisional_no.to_string(),
                number: review.number.clone(),
                action: review.action.to_wire().to_owned(),
                result: place.and_then(|place| u8::try_from(place).ok()).unwrap_or_default(),
                at: review.at.micros(),
                notes: review.notes.clone(),
                standing: review.standing.clone(),
            }
        }
        ZoneAnswer::Formal(formal) => StoredZoneAnswer::Formal {
            provisional_no: formal.provisional_no.to_string(),
            number: formal.number.clone(),
            formal_no: formal.formal_no.clone(),
            at: formal.at.micros(),
        },
    }
}

/// An answer from its stored form.
pub fn read_zone_answer(stored: StoredZoneAnswer) -> Result<ZoneAnswer, RowError> {
    let provisional = |text: &str| {
        ZoneProvisionalNumber::parse(text).map_err(column("response", "provisional_no"))
    };
    let unknown = |name, value: String| RowError::Column { table: "response", column: name, value };
    Ok(match stored {
        StoredZoneAnswer::Receipt { provisional_no, reference, text, taken } => {
            let outcome = if taken { Intake::Taken } else { Intake::Refused };
            let provisional_no = provisional_no.as_deref().map(provisional).transpose()?;
            ZoneAnswer::Receipt(Receipt { provisional_no, reference, text, outcome })
        }
        StoredZoneAnswer::Review {
            message,
            provisional_no,
            number,
            action,
            result,
            at,
            notes,
            standing,
        } => {
            let place = ReviewResult::ALL.get(usize::from(result)).copied();
            ZoneAnswer::Review(Review {
                message: ZoneMessage::from_code(&message)
                    .ok_or_else(|| unknown("message", message))?,
                provisional_no: provisional(&provisional_no)?,
                number,
                action: Action::from_wire(&action).ok_or_else(|| unknown("action", action))?,
                result: place.ok_or_else(|| unknown("result", result.to_string()))?,
                at: Moment::from_micros(at),
                notes,
                standing,
            })
        }
        StoredZoneAnswer::Formal { provisional_no, number, formal_no, at } => {
            let (provisional_no, at) = (provisional(&provisional_no)?, Moment::from_micros(at));
            ZoneAnswer::Formal(FormalResult { provisional_no, number, formal_no, at })
        }
    })
}

fn stored_lodged(lodged: &Lodged) -> StoredLodgedV1 {
    StoredLodgedV1 {
        provisional_no: lodged.provisional_no.to_string(),
        reference: lodged.reference.to_string(),
        holder: lodged.holder.0,
        mailbox: lodged.mailbox.as_ref().map(ToString::to_string),
        source: (lodged.source.message.0, lodged.source.ordinal),
        content: lodged.content,
        messages: lodged.messages.clone(),
        standing: lodged.standing.clone(),
        formal: lodged.formal.clone(),
        told: u32::try_from(lodged.told).unwrap_or(u32::MAX),
    }
}

fn read_lodged(stored: StoredLodgedV1, table: &'static str) -> Result<Lodged, RowError> {
    let (message, ordinal) = stored.source;
    let mailbox = stored.mailbox.as_deref().map(DxpId::parse).transpose();
    Ok(Lodged {
        provisional_no: ZoneProvisionalNumber::parse(&stored.provisional_no)
            .map_err(column(table, "provisional_no"))?,
        reference: ZoneReference::parse(&stored.reference).map_err(column(table, "reference"))?,
        holder: PartyId(stored.holder),
        mailbox: mailbox.map_err(column(table, "mailbox"))?,
        source: Source { message: MessageId(message), ordinal },
        content: stored.content,
        messages: stored.messages,
        standing: stored.standing,
        formal: stored.formal,
        told: usize::try_from(stored.told).unwrap_or(usize::MAX),
    })
}

fn texts(named: &Referenced) -> (Option<String>, String) {
    match named {
        Referenced::List(list) => (Some(list.book.to_string()), list.number.to_string()),
        Referenced::Pass(number) => (None, number.to_string()),
    }
}

pub(super) fn referenced(
    kind: i64,
    book: Option<&str>,
    number: &str,
) -> Result<Referenced, RowError> {
    let parsed = column(REFERENCE, "number");
    match (kind, book) {
        (1, Some(book)) => Ok(Referenced::List(ListKey {
            book: AccountBookNumber::parse(book).map_err(column(REFERENCE, "book"))?,
            number: BondedListNumber::parse(number).map_err(parsed)?,
        })),
        (2, _) => Ok(Referenced::Pass(GatePassNumber::parse(number).map_err(parsed)?)),
        _ => Err(wrong(REFERENCE, "kind", kind)),
    }
}

pub(super) fn wrong(table: &'static str, column: &'static str, value: i64) -> RowError {
    RowError::Column { table, column, value: value.to_string() }
}

/// The stored number of a list's state.
pub(super) const fn list_code(state: BondedListState) -> i64 {
    match state {
        BondedListState::Lodged => 1,
        BondedListState::Approved => 2,
        BondedListState::Gated => 3,
        BondedListState::Stocked => 4,
        BondedListState::Refused => 5,
        BondedListState::NotAdmitted => 6,
        BondedListState::Withdrawn => 7,
    }
}

pub(super) fn list_state(number: i64) -> Result<BondedListState, RowError> {
    let known = BondedListState::ALL.into_iter().find(|state| list_code(*state) == number);
    known.ok_or_else(|| wrong(LIST, "state", number))
}

/// The stored number of a gate pass's state.
pub(super) const fn pass_code(state: GatePassState) -> i64 {
    match state {
        GatePassState::Approved => 1,
        GatePassState::Passed => 2,
        GatePassState::GivenUp => 3,
    }
}

pub(super) fn pass_state(number: i64) -> Result<GatePassState, RowError> {
    let known = GatePassState::ALL.into_iter().find(|state| pass_code(*state) == number);
    known.ok_or_else(|| wrong(PASS, "state", number))
}
