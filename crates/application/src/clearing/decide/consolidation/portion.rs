//! A portion of a request that was merged: numbers are given, and everybody is told.

use std::collections::{BTreeSet, HashMap};

use tongguan_domain::consolidation::{LeftOut, Progress, RequestState, RequestStep};
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::formal::FormalDeclaration;
use tongguan_domain::ids::{ConsolidatedNumber, DeclarationNumber};
use tongguan_domain::status::ReturnStatus;
use tongguan_storage::Partition;

use super::{Moved, sum_no};
use crate::clearing::consolidation::{
    Answers, FormalRecord, Merged, Portion, RequestRecord, ResultPart,
};
use crate::clearing::decide::reply::Replying;
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::outcome::{Cause, Entry, Subject};
use crate::clearing::record::DocumentRecord;
use crate::clearing::working_set::Draft;

/// The most lines of a result in one message: a few hundred kilobytes. The standard sets no limit since
/// 2022-05; before, it was 100.
pub const RESULT_LINES: usize = 1_000;
/// The most characters of one answer's list of declarations; an answer has 1,000.
const LIST_CHARACTERS: usize = 900;
/// The most answers in one message.
const MOST_ANSWERS: usize = 100;

/// Nothing that a request means can be consolidated.
pub static NOTHING: Rule = Rule {
    code: "consolidation-nothing",
    official: None,
    zh: "没有可汇总的清单",
    en: "there is nothing to consolidate",
};

/// Writes down what was merged, if it still fits the request.
pub fn merged(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    portion: &Portion,
) -> Result<(), Undecidable> {
    let Some(request) = draft.request(&portion.request).cloned() else {
        return Err(Moved::NoSuchRequest(portion.request.clone()).into());
    };
    let request = advanced(&request, portion)?;
    let mut unmarked: HashMap<_, _> =
        portion.merged.iter().map(|merged| (&merged.number, merged)).collect();
    if let Some(taken) =
        portion.merged.iter().find(|merged| !draft.is_free(merged.closed, merged.returns))
    {
        return Err(Moved::Taken(taken.number.to_string()).into());
    }
    for form in &portion.forms {
        let formal = register(circumstances, &request, portion, form)?;
        for (number, _) in &formal.declarations {
            // One whose lines go into several forms is marked with the first of them.
            if let Some(merged) = unmarked.remove(number) {
                draft.mark_consolidated(merged, formal.number.clone());
            }
        }
        for result in results(&request, &formal) {
            draft.send_result(result);
        }
        draft.add_formal(formal);
    }
    tell(draft, circumstances, &request, &portion.left_out);
    draft.set_request(request);
    Ok(())
}

/// The request as it stands after the portion.
fn advanced(request: &RequestRecord, portion: &Portion) -> Result<RequestRecord, Undecidable> {
    let before = request.state.progress();
    if !request.state.is_open() || before.reached != portion.from {
        let (then, now) = (portion.from, before.reached);
        return Err(Moved::Elsewhere { key: request.key.clone(), then, now }.into());
    }
    let count = |all: usize| u64::try_from(all).unwrap_or(u64::MAX);
    let progress = Progress {
        reached: portion.to,
        forms: before.forms + count(portion.forms.len()),
        declarations: before.declarations + count(portion.merged.len()),
        left_out: before.left_out + count(portion.left_out.len()),
    };
    let step = match portion.last {
        true => RequestStep::Finish(progress),
        false => RequestStep::Advance(progress),
    };
    Ok(RequestRecord { state: request.state.take(step)?, ..request.clone() })
}

fn register(
    circumstances: &Circumstances<'_>,
    request: &RequestRecord,
    portion: &Portion,
    form: &FormalDeclaration,
) -> Result<FormalRecord, Undecidable> {
    let bucket = Partition::of_party(form.head.merchant);
    let terms = &request.terms;
    let consolidated_no = sum_no(circumstances, bucket)?;
    Ok(FormalRecord {
        number: circumstances.serials.formal_number(bucket, terms.office, circumstances.at)?,
        consolidated_no: ConsolidatedNumber::parse(consolidated_no.as_str())
            .unwrap_or_else(|_| unreachable!("as long as the number of a request")),
        request: request.number.clone(),
        made_at: circumstances.at.floor_millis(),
        office: terms.office,
        declarant: terms.declarant.clone(),
        merchant: terms.merchant.clone(),
        formal_declarant: terms.formal_declarant.clone(),
        pack: portion.pack,
        declarations: {
            let inside = declarations_in(form);
            let inside = portion.merged.iter().filter(|merged| inside.contains(&merged.number));
            inside
                .map(|Merged { number, waybill_no, .. }| (number.clone(), waybill_no.clone()))
                .collect()
        },
        form: form.clone(),
    })
}

fn declarations_in(form: &FormalDeclaration) -> BTreeSet<&DeclarationNumber> {
    form.lines.iter().flat_map(|line| &line.sources).map(|source| &source.declaration).collect()
}

/// The parts of the result (792) of a formal declaration; none where nobody receives them.
fn results(request: &RequestRecord, formal: &FormalRecord) -> Vec<ResultPart> {
    let mailboxes = request.answers.mailboxes();
    if mailboxes.is_empty() {
        return Vec::new();
    }
    let lines: usize = formal.form.lines.iter().map(|line| line.sources.len()).sum();
    let of = u32::try_from(lines.div_ceil(RESULT_LINES).max(1)).unwrap_or(u32::MAX);
    let (partition, formal) = (request.key.bucket(), &formal.number);
    (1..=of)
        .map(|part| {
            let (formal, mailboxes) = (formal.clone(), mailboxes.clone());
            ResultPart { partition, formal, part, of, mailboxes }
        })
        .collect()
}

/// Answers the request: what was left out, each with its reason, and the end.
fn tell(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    request: &RequestRecord,
    left_out: &[(DeclarationNumber, LeftOut)],
) {
    let Answers::Part(part, answer) = &request.answers else {
        note(draft, request);
        return;
    };
    let key = request.key.part(*part);
    let Some(mut document) = draft.document(&key).map(|document| DocumentRecord::clone(document))
    else {
        return;
    };
    let lists = lists_of(left_out);
    let mut said: Vec<(ReturnStatus, String)> =
        lists.into_iter().map(|list| (ReturnStatus::Entered, list)).collect();
    let Progress { forms, declarations, left_out, .. } = request.state.progress();
    match request.state {
        RequestState::Done(_) => {
            let left_out =
                if left_out == 0 { String::new() } else { format!("，未汇总{left_out}票") };
            let text = format!("汇总完成：清单{declarations}票，报关单{forms}份{left_out}");
            said.push((ReturnStatus::Reviewed, text));
        }
        RequestState::Refused(_) => {
            said.push((ReturnStatus::Refused, Defect::at(&NOTHING, "").message_zh()));
        }
        RequestState::Gathering | RequestState::Accepted | RequestState::Running(_) => {}
    }
    if said.is_empty() {
        note(draft, request);
        return;
    }
    for run in said.chunks(MOST_ANSWERS) {
        let mut replying = Replying::to_stored(circumstances, &document, answer);
        if let Some(number) = &request.provisional_no {
            replying.number(number.clone());
        }
        for (status, text) in run {
            replying.say(*status, text);
        }
        let subject = Subject::Document(key.clone());
        document.replied_at = replying.send(draft, &key, subject, Cause::Command);
    }
    draft.set_document(document);
}

/// What nobody is told is noted all the same.
fn note(draft: &mut Draft<'_>, request: &RequestRecord) {
    let status = match request.state {
        RequestState::Done(_) => ReturnStatus::Reviewed,
        RequestState::Refused(_) => ReturnStatus::Refused,
        _ => ReturnStatus::Entered,
    };
    draft.note(Entry {
        partition: request.key.bucket(),
        subject: Subject::Document(request.key.part(1)),
        cause: Cause::Command,
        statuses: vec![status],
    });
}

/// The declarations that were left out, by reason, in texts that fit an answer.
fn lists_of(left_out: &[(DeclarationNumber, LeftOut)]) -> Vec<String> {
    let mut sorted: Vec<_> = left_out.iter().map(|(number, reason)| (reason, number)).collect();
    sorted.sort();
    let mut lists = Vec::new();
    for same in sorted.chunk_by(|a, b| a.0 == b.0) {
        let Some((reason, _)) = same.first() else { continue };
        let mut list = format!("未汇总（{reason}）：");
        let mut length = list.chars().count();
        let head = (list.clone(), length);
        for (_, number) in same {
            if length + number.as_str().len() + 1 > LIST_CHARACTERS {
                lists.push(std::mem::replace(&mut list, head.0.clone()));
                length = head.1;
            }
            if length > head.1 {
                list.push('、');
            }
            list.push_str(number.as_str());
            length += number.as_str().len() + 1;
        }
        lists.push(list);
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declaration_that_was_left_out_is_named_once_in_texts_that_fit() {
        let number = |n: usize| DeclarationNumber::parse(&format!("29162026E{n:09}")).unwrap();
        let reason =
            |n: usize| if n.is_multiple_of(3) { LeftOut::NotClosed } else { LeftOut::Simplified };
        let left_out: Vec<_> = (0..500).map(|n| (number(n), reason(n))).collect();
        let lists = lists_of(&left_out);
        assert!(lists.iter().all(|list| list.chars().count() <= 1_000));
        let named: Vec<&str> =
            lists.iter().flat_map(|list| list.split('：').nth(1).unwrap().split('、')).collect();
        assert_eq!(named.len(), 500);
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), 500);
        let first = "未汇总（简化申报清单不需汇总申报）：29162026E000000001、29162026E000000002";
        assert!(lists[0].starts_with(first), "{}", lists[0]);
        assert_eq!(lists_of(&[]), [""; 0]);
    }
}
