//! Saved views (常用筛选): a filter of the list of parcels, kept under a name by whoever looks at it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::people::views::{LONGEST_NAME, MOST, SavedView, ViewError};
use tongguan_domain::access::SignIn;

use super::form::{Sent, go_to};
use super::parcels::Asked;
use super::shell::{Visit, nothing, notice};
use super::words::{data, language_of};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::problem::Problem;

/// What is to be done with a view.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Act {
    /// `keep`, `rename` or `delete`.
    act: String,
    name: String,
    to: String,
    #[serde(flatten)]
    asked: Asked,
}

/// The views of whoever has signed in, to call them otherwise or delete them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    shown(&shared, &visit, &caller, StatusCode::OK, &nothing()).await
}

/// Keeps a view, calls it otherwise, or deletes it.
pub async fn act(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(Act { act, name, to, asked }): Sent<Act>,
) -> Result<Response, Problem> {
    // A filter that does not read is not kept.
    let filter = asked.filter()?;
    let (people, who) = (Arc::clone(&shared.access.people), owner(&caller)?);
    let now = shared.access.clock.now();
    let after =
        if act == "keep" { asked.address("/parcels", None) } else { "/parcels/views".into() };
    let done = aside(move || match act.as_str() {
        "keep" => people.keep_view(&who, &name, &filter, now),
        "rename" => people.rename_view(&who, &name, &to),
        "delete" => people.remove_view(&who, &name),
        _ => Err(ViewError::Unknown),
    });
    let why = match done.await? {
        Ok(()) => return Ok(go_to(&after)),
        Err(ViewError::BadName) => visit.say(
            format!("名称须为1至{LONGEST_NAME}个字符。"),
            format!("Give a name of 1 to {LONGEST_NAME} characters."),
        ),
        Err(ViewError::TooMany) => visit.say(
            format!("至多保存{MOST}个；请先删除一个。"),
            format!("At most {MOST} are kept. Delete one first."),
        ),
        Err(ViewError::Taken) => {
            visit.say("另一个筛选已用此名称。".to_owned(), "Another view has that name.".to_owned())
        }
        Err(ViewError::Unknown) => return Err(Problem::NotFound),
        Err(error @ ViewError::Storage(_)) => return blocking(move || Err(error)).await,
    };
    let told = notice("bad", &why);
    shown(&shared, &visit, &caller, StatusCode::UNPROCESSABLE_ENTITY, &told).await
}

/// Links to the views, and a form that keeps what is listed now.
pub async fn bar(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    asked: &Asked,
) -> Result<Markup, Problem> {
    let Ok(who) = owner(caller) else { return Ok(nothing()) };
    let views = of(shared, who).await?;
    Ok(html! {
        @if !views.is_empty() {
            nav.pages aria-label=(visit.say("常用筛选", "Saved views")) {
                @for view in &views { a href=(address(view)) { (data(&view.name)) } }
                a href="/parcels/views" { (visit.say("管理", "Manage")) }
            }
        }
        @if !asked.filter()?.is_empty() {
            form.row method="post" action="/parcels/views" {
                (visit.form_token())
                input type="hidden" name="act" value="keep";
                @for (name, value) in asked.fields() { input type="hidden" name=(name) value=(value); }
                div {
                    label for="name" { (visit.say("保存此筛选为", "Keep this filter as")) }
                    input #name name="name" maxlength=(LONGEST_NAME) autocomplete="off" required;
                }
                div { button.quiet { (visit.say("保存", "Keep it")) } }
            }
        }
    })
}

/// Whose views they are: a person's, no program's.
fn owner(caller: &Caller) -> Result<SignIn, Problem> {
    let session = caller.session().ok_or(Problem::NotFound)?;
    Ok(session.person.sign_in.clone())
}

async fn of(shared: &Shared, who: SignIn) -> Result<Vec<SavedView>, Problem> {
    let people = Arc::clone(&shared.access.people);
    blocking(move || people.views(&who)).await
}

fn address(view: &SavedView) -> String {
    format!("/parcels?{}", view.filter)
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let views = of(shared, owner(caller)?).await?;
    let title = visit.say("常用筛选", "Saved views");
    let body = html! {
        h1 { (title) }
        (told)
        @if views.is_empty() {
            div.notice { p { (visit.say(
                "还没有保存筛选。在包裹清单中筛选后，可以按名称保存。",
                "There are none yet. Filter the list of parcels, then keep the filter under a name.",
            )) } }
        }
        @for (n, view) in views.iter().enumerate() { (one(visit, n, view)) }
        p { a href="/parcels" { (visit.say("返回包裹清单", "Back to the parcels")) } }
    };
    Ok(visit.page_with(status, title, &body))
}

fn one(visit: &Visit, n: usize, view: &SavedView) -> Markup {
    html! {
        section aria-labelledby={ "view-" (n) } {
            h2 id={ "view-" (n) } { a href=(address(view)) { (data(&view.name)) } }
            form.row method="post" action="/parcels/views" {
                (visit.form_token())
                input type="hidden" name="name" value=(view.name);
                div {
                    label for={ "to-" (n) } { (visit.say("新名称", "Call it")) }
                    input id={ "to-" (n) } name="to" value=(view.name) lang=[language_of(&view.name)]
                        maxlength=(LONGEST_NAME) autocomplete="off";
                }
                div { button.quiet name="act" value="rename" { (visit.say("改名", "Rename")) } }
                div { button.grave name="act" value="delete" { (visit.say("删除", "Delete")) } }
            }
        }
    }
}
