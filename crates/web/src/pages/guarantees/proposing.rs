//! The form that proposes a change of a guarantee.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::guarantees::{self, GuaranteeError, Listed};
use tongguan_application::registry::{exact_money, standing_name};
use tongguan_domain::guarantee::{LONGEST_REFERENCE, Terms};
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Standing;

use super::{address, term};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, nothing, notice};
use crate::pages::words::{data, language_of};
use crate::part::Path;
use crate::problem::Problem;
use crate::refusal::{bad_reason, bad_terms, not_changed};

/// What is proposed, as the form says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    granted: String,
    valid_from: String,
    /// Empty for no end.
    valid_to: String,
    reference: String,
    standing: String,
    reason: String,
}

/// Shows the form.
pub async fn form(
    State(shared): State<Shared>,
    visit: Visit,
    Path(party): Path<i64>,
) -> Result<Response, Problem> {
    let one = found(&shared, PartyId(party)).await?;
    let wanted = Wanted::of(&guarantees::terms(&one.guarantee));
    Ok(shown(&visit, &one, &wanted, StatusCode::OK, &nothing()))
}

/// Proposes it.
pub async fn propose(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(party): Path<i64>,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Problem> {
    let one = found(&shared, PartyId(party)).await?;
    let again =
        |told: &Markup| Ok(shown(&visit, &one, &wanted, StatusCode::UNPROCESSABLE_ENTITY, told));
    let terms = match wanted.terms() {
        Ok(terms) => terms,
        Err((zh, en)) => return again(&notice("bad", visit.say(zh, en))),
    };
    let (people, by, now) =
        (Arc::clone(&shared.access.people), caller.actor(), shared.access.clock.now());
    let why = wanted.reason.clone();
    let proposing = aside(move || {
        let mut writer = people.writer();
        guarantees::propose(&mut writer, PartyId(party), |_| terms, &why, &by, now)
    });
    match proposing.await? {
        Ok(n) => Ok(go_to(&format!("/guarantee-proposals/{n}"))),
        Err(error) => again(&refused(&visit, error)?),
    }
}

/// Why something was not proposed or answered, for the head of the page it was asked on.
///
/// # Errors
/// What the page cannot tell.
pub(super) fn refused(visit: &Visit, error: GuaranteeError) -> Result<Markup, Problem> {
    let wording = match &error {
        GuaranteeError::BadTerms(bad) => bad_terms(bad),
        GuaranteeError::BadReason(bad) => bad_reason(bad),
        GuaranteeError::Answered(_)
        | GuaranteeError::OneWaits(_)
        | GuaranteeError::SamePerson(_)
        | GuaranteeError::NoChange
        | GuaranteeError::MovedOn => not_changed(&error),
        _ => return Err(error.into()),
    };
    Ok(notice("bad", wording.of(visit.language)))
}

impl Wanted {
    fn of(terms: &Terms) -> Self {
        Self {
            granted: terms.granted.to_string(),
            valid_from: terms.valid_from.to_string(),
            valid_to: terms.valid_to.map(|day| day.to_string()).unwrap_or_default(),
            reference: terms.reference.clone().unwrap_or_default(),
            standing: standing_name(terms.standing).to_owned(),
            reason: String::new(),
        }
    }

    /// The terms that the form says, or what is wrong with it.
    fn terms(&self) -> Result<Terms, (&'static str, &'static str)> {
        let reference = Some(self.reference.trim().to_owned()).filter(|text| !text.is_empty());
        let no_day = (
            "请用年-月-日填写有效期，例如2027-12-31。",
            "Give days as year-month-day, such as 2027-12-31.",
        );
        let valid_to = match self.valid_to.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| no_day)?),
        };
        Ok(Terms {
            granted: exact_money(self.granted.trim()).ok_or((
                "额度应为人民币元，最多两位小数，例如500000.00。",
                "The sum is in CNY, with at most two decimals, such as 500000.00.",
            ))?,
            valid_from: self.valid_from.trim().parse().map_err(|_| no_day)?,
            valid_to,
            standing: match self.standing.as_str() {
                "active" => Standing::Active,
                "suspended" => Standing::Suspended,
                _ => return Err(("请选择状态。", "Choose a state.")),
            },
            reference,
        })
    }
}

async fn found(shared: &Shared, party: PartyId) -> Result<Listed, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let finding = move || enquiries.store().read(|view| guarantees::find(view, party));
    blocking(finding).await?.ok_or(Problem::NotFound)
}

fn shown(
    visit: &Visit,
    one: &Listed,
    wanted: &Wanted,
    status: StatusCode,
    told: &Markup,
) -> Response {
    let heading = visit.say("提议更改担保", "Propose a change of a guarantee");
    let (terms, at) = (guarantees::terms(&one.guarantee), address(one.guarantee.party_id));
    let body = html! {
        p { a href=(at) { (visit.say("回到此担保", "Back to the guarantee")) } }
        h1 { (heading) }
        (told)
        dl.facts {
            dt { (visit.say("担保企业", "Guarantor")) } dd { (data(&one.name)) }
            dt { (visit.say("现有额度", "Granted now")) } dd.number { "CNY " (terms.granted) }
            dt { (visit.say("已占用", "Held for released parcels")) } dd.number { "CNY " (one.guarantee.held) }
            dt { (visit.say("现有有效期", "Term now")) } dd { (term(visit, &terms)) }
        }
        form.stacked method="post" action={ (at) "/change" } {
            (visit.form_token())
            (fields(visit, wanted))
            button { (visit.say("提议", "Propose it")) }
        }
    };
    visit.page_with(status, heading, &body)
}

fn fields(visit: &Visit, wanted: &Wanted) -> Markup {
    html! {
        div {
            label for="granted" { (visit.say("额度（元）", "Granted, CNY")) }
            p.hint #granted-hint { (visit.say(
                "不低于已占用的金额；如不再占用新的税款，请暂停或更改有效期",
                "not below what is held; to have nothing more held, suspend it or end its term",
            )) }
            input.short #granted name="granted" inputmode="decimal" value=(wanted.granted) maxlength="20"
                aria-describedby="granted-hint" required;
        }
        div {
            label for="valid_from" { (visit.say("有效期自", "Valid from")) }
            input.short #valid_from name="valid_from" type="date" value=(wanted.valid_from) required;
        }
        div {
            label for="valid_to" { (visit.say("有效期至", "Valid until")) }
            p.hint #valid_to-hint { (visit.say("最后一日；不填为长期", "its last day; empty: open-ended")) }
            input.short #valid_to name="valid_to" type="date" value=(wanted.valid_to) aria-describedby="valid_to-hint";
        }
        div {
            label for="reference" { (visit.say("保函编号", "Number of the guarantee document")) }
            input #reference name="reference" value=(wanted.reference) maxlength=(LONGEST_REFERENCE)
                lang=[language_of(&wanted.reference)];
        }
        div {
            label for="standing" { (visit.say("状态", "State")) }
            p.hint #standing-hint { (visit.say(
                "暂停后新的清单被退单，已审结的等待恢复；已占用的不变",
                "while it is suspended, new declarations are refused, reviewed ones wait, and what is held stays",
            )) }
            select #standing name="standing" aria-describedby="standing-hint" {
                @for (value, zh, en) in [("active", "有效", "in force"), ("suspended", "暂停", "suspended")] {
                    option value=(value) selected[wanted.standing == value] { (visit.say(zh, en)) }
                }
            }
        }
        div {
            label for="reason" { (visit.say("原因", "Reason")) }
            p.hint #reason-hint { (visit.say("例如新的保函", "Such as the new guarantee document")) }
            input #reason name="reason" maxlength="500" value=(wanted.reason) aria-describedby="reason-hint" required
                lang=[language_of(&wanted.reason)];
        }
    }
}
