//! The form that proposes another value of a setting.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::codes::CodesError;
use tongguan_application::parameters::{self, Change, InForce, LONGEST_ROWS, ParameterError};
use tongguan_application::settings::SettingsError;
use tongguan_domain::ids::OfficeCode;

use super::titles::title;
use super::{Asked, office_name, origin, settings_of, value, whose};
use crate::Shared;
use crate::caller::{Caller, aside};
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, nothing, notice};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// What is proposed.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    office: String,
    /// Empty where the own value is to be taken away.
    value: String,
    from: String,
    reason: String,
}

/// Shows the form.
pub async fn form(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let office = asked.office_of(&caller)?;
    let setting = setting(&shared, office, &name).await?;
    let wanted = Wanted {
        office: office_name(office),
        value: setting.own.clone().unwrap_or_default(),
        from: shared.access.clock.now().china_day().to_string(),
        reason: String::new(),
    };
    Ok(shown(&visit, office, &setting, &wanted, StatusCode::OK, &nothing()))
}

/// Proposes it.
pub async fn propose(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(name): Path<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Problem> {
    let office = Asked { office: wanted.office.clone() }.office_of(&caller)?;
    let setting = setting(&shared, office, &name).await?;
    let value = Some(wanted.value.trim().to_owned()).filter(|value| !value.is_empty());
    let change = Change::Setting { office, name, value };
    match proposed(&shared, &caller, change, &wanted.from, &wanted.reason).await? {
        Ok(n) => Ok(go_to(&format!("/parameters/proposals/{n}"))),
        Err(error) => {
            let told = refused(&visit, error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(shown(&visit, office, &setting, &wanted, status, &told))
        }
    }
}

/// Proposes a change from a day on.
///
/// # Errors
/// [`Problem::Malformed`] for what is no day.
pub(super) async fn proposed(
    shared: &Shared,
    caller: &Caller,
    change: Change,
    from: &str,
    reason: &str,
) -> Result<Result<i64, ParameterError>, Problem> {
    let from = from.parse().map_err(|_| Problem::Malformed("from"))?;
    let (people, now) = (shared.access.people.clone(), shared.access.clock.now());
    let (by, reach, reason) = (caller.actor(), caller.reach(), reason.to_owned());
    aside(move || {
        let mut writer = people.writer();
        parameters::propose(&mut writer, &change, from, &reason, (&by, reach), now)
    })
    .await
}

/// Why something was not proposed or answered, for the head of the page it was asked on.
///
/// # Errors
/// What the page cannot tell.
pub(super) fn refused(visit: &Visit, error: ParameterError) -> Result<Markup, Problem> {
    let (zh, en) = match &error {
        ParameterError::Answered(_) => {
            ("此提议已有答复。".to_owned(), "It was answered already.".to_owned())
        }
        ParameterError::OneWaits(n) => (
            format!("已有关于同一参数的提议{n}待办；请先答复。"),
            format!("Proposal {n} about the same is open; have it answered first."),
        ),
        ParameterError::SamePerson(_) => (
            "提议人不能复核自己的提议；须由另一人复核。".to_owned(),
            "Whoever has proposed it cannot approve it; somebody else has to.".to_owned(),
        ),
        ParameterError::NoChange => (
            "现在已是如此，没有更改。".to_owned(),
            "It is so already: nothing would change.".to_owned(),
        ),
        ParameterError::Over => {
            ("生效日最早为今天。".to_owned(), "It holds from today on at the earliest.".to_owned())
        }
        ParameterError::OtherOffice => (
            "这是其他关区的参数。".to_owned(),
            "These are the parameters of another office.".to_owned(),
        ),
        ParameterError::AtTheSameTime => (
            "另有人同时提议；请再试一次。".to_owned(),
            "Somebody else proposed something at the same moment; try again.".to_owned(),
        ),
        ParameterError::TooLong => (
            format!("行数过多，超过{LONGEST_ROWS}字节；请分批提议。"),
            format!("The rows are longer than {LONGEST_ROWS} bytes; propose them in parts."),
        ),
        ParameterError::BadReason(_) => (
            "请填写原因，最多500字。".to_owned(),
            "Give a reason, of at most 500 characters.".to_owned(),
        ),
        ParameterError::Settings(SettingsError::Bad(bad)) => {
            return Ok(html! { div.notice.bad role="alert" { p {
                (visit.say("此值不合要求，应为：", "That is no value of this setting; it is "))
                span lang="en" { (bad.expected) }
            } } });
        }
        ParameterError::BadRows(defects) => {
            return Ok(html! {
                div.notice.bad role="alert" {
                    p { (visit.say("以下单元格不合要求：", "These cells do not read:")) }
                    ul lang="en" { @for defect in defects.iter().take(20) { li { (defect) } } }
                }
            });
        }
        ParameterError::Codes(CodesError::Conflicts(diff)) => {
            return Ok(html! {
                div.notice.bad role="alert" {
                    p { (visit.say(
                        "以下各行与已有的行在同一天对同一代码生效；请改用其编号或另选日期：",
                        "These rows begin to hold on the same day for the same key as others. Give them the id of those, \
                         or another day:",
                    )) }
                    ul { @for conflict in diff.conflicts.iter().take(20) {
                        li { code { (conflict.key) } " " (conflict.from) ": " code { (conflict.row) } " / " code { (conflict.with) } }
                    } }
                }
            });
        }
        _ => return Err(error.into()),
    };
    Ok(notice("bad", &visit.say(zh, en)))
}

/// From when, and why: what every proposal says.
pub(super) fn when_and_why(visit: &Visit, from: &str, reason: &str) -> Markup {
    html! {
        div {
            label for="from" { (visit.say("生效日", "Holds from")) }
            p.hint #from-hint { (visit.say(
                "今天或以后；批准后自该日零时起生效",
                "today or later; once approved, from the beginning of that day",
            )) }
            input.short #from name="from" type="date" value=(from) aria-describedby="from-hint" required;
        }
        div {
            label for="reason" { (visit.say("原因", "Reason")) }
            p.hint #reason-hint { (visit.say("例如依据的文件", "Such as the notice that it rests on")) }
            input #reason name="reason" maxlength="500" value=(reason) aria-describedby="reason-hint" required;
        }
        button { (visit.say("提议", "Propose it")) }
    }
}

async fn setting(
    shared: &Shared,
    office: Option<OfficeCode>,
    name: &str,
) -> Result<InForce, Problem> {
    let all = settings_of(shared, office).await?;
    all.into_iter().find(|setting| setting.name == name).ok_or(Problem::NotFound)
}

fn shown(
    visit: &Visit,
    office: Option<OfficeCode>,
    setting: &InForce,
    wanted: &Wanted,
    status: StatusCode,
    told: &Markup,
) -> Response {
    let heading = visit.say("提议更改参数", "Propose a change");
    let name = setting.name;
    let body = html! {
        p { a href={ "/parameters?office=" (office_name(office)) } { (visit.say("回到参数", "Back to the parameters")) } }
        h1 { (heading) }
        (told)
        dl.facts {
            dt { (visit.say("参数", "Setting")) } dd { (visit.language.of(title(name).1)) " " code.muted { (name) } }
            dt { (visit.say("范围", "Whose")) } dd { (whose(visit, office)) }
            dt { (visit.say("现值", "Value")) } dd { (value(visit, &setting.value)) " · " (origin(visit, setting.origin)) }
        }
        form.stacked method="post" action={ "/parameters/settings/" (name) } {
            (visit.form_token())
            input type="hidden" name="office" value=(office_name(office));
            (value_field(visit, setting, &wanted.value))
            (when_and_why(visit, &wanted.from, &wanted.reason))
        }
    };
    visit.page_with(status, heading, &body)
}

fn value_field(visit: &Visit, setting: &InForce, wanted: &str) -> Markup {
    let choices: &[&str] = match setting.value.as_str() {
        "true" | "false" => &["true", "false"],
        _ if setting.name == "registered_goods" => &["off", "review", "demand"],
        _ if setting.name == "allowance_year" => &["law", "release", "lodging"],
        _ => &[],
    };
    let none = visit.say("取消自有值，按通用规定", "none of its own: as for all");
    html! {
        div {
            label for="value" { (visit.say("新值", "New value")) }
            @if choices.is_empty() {
                p.hint #value-hint {
                    (visit.say("不填为", "Empty: ")) (none)
                    @if setting.name == "close_after_days" { (visit.say("；law 为依法规参数", "; law: as the law says")) }
                }
                input.short #value name="value" value=(wanted) maxlength="10" aria-describedby="value-hint";
            } @else {
                select #value name="value" {
                    option value="" selected[wanted.is_empty()] { (none) }
                    @for choice in choices {
                        option value=(choice) selected[*choice == wanted] { (value(visit, choice)) }
                    }
                }
            }
        }
    }
}
