//! People (人员): who signs in for an organisation, let in, changed and shut out by its administrators.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::history::Cause;
use tongguan_application::people::{
    Invitation, NewPerson, PeopleError, Person, add, change_standing, invite, people, person,
    shut_out,
};
use tongguan_domain::access::{Role, SignIn, Standing};

use super::form::{Sent, go_to};
use super::not_decided::NotDone;
use super::shell::{Visit, asking, nothing, notice, time};
use super::sign_in::{Empty, settled, told};
use super::words::language_of;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::organisations::standing;
use crate::part::{Path, Query};
use crate::problem::Problem;

/// People of a page.
const ROWS: i64 = 100;
/// The longest name, in characters.
const LONGEST: usize = 60;

/// Whose people are listed, and behind whom the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Behind {
    after: String,
    /// The number of a party, for who runs the system.
    organisation: String,
}

/// Somebody who is to be let in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Invited {
    sign_in: String,
    name: String,
    role: String,
    organisation: String,
}

/// Another role.
#[derive(Deserialize)]
pub struct Changed {
    role: String,
    #[serde(default)]
    organisation: String,
}

/// Whether somebody is to be kept out.
#[derive(Deserialize)]
pub struct Kept {
    access: String,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(behind): Query<Behind>,
) -> Result<Response, Problem> {
    let draft = Invited { organisation: behind.organisation.clone(), ..Invited::default() };
    listed(&shared, &visit, &caller, behind, (StatusCode::OK, &nothing(), &draft)).await
}

/// Lets somebody in, and shows the link with which a password is chosen.
pub async fn let_in(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(invited): Sent<Invited>,
) -> Result<Response, Problem> {
    let again = |why: String| (StatusCode::UNPROCESSABLE_ENTITY, notice("bad", &why));
    let name = invited.name.trim().to_owned();
    let given = standing(&shared, &caller, &invited.role, &invited.organisation, None).await;
    let (status, told) = match (SignIn::parse(&invited.sign_in), name.chars().count()) {
        (Err(_), _) => again(visit.say(
            "登录名须为3至60个字符：字母a至z、数字或. _ - @".to_owned(),
            "The name to sign in with has 3 to 60 letters a to z, digits, or . _ - @".to_owned(),
        )),
        (Ok(_), 0 | LONGEST..) => {
            again(visit.say("请填写姓名".to_owned(), "Say the person's name".to_owned()))
        }
        (Ok(sign_in), _) => match given {
            Err(problem) => {
                let NotDone { status, text } = NotDone::of(&visit, problem)?;
                (status, notice("bad", &text))
            }
            Ok(standing) => {
                let new = NewPerson { sign_in: sign_in.clone(), name, standing };
                let acting = move |shared: &Shared, cause: &Cause| {
                    add(&mut shared.access.people.writer(), &new, cause, shared.access.clock.now())
                };
                match acted(&shared, &caller, acting).await? {
                    Ok(invitation) => {
                        (StatusCode::OK, link(&shared, &visit, &sign_in, &invitation))
                    }
                    Err(why) => again(told(&visit, &why)),
                }
            }
        },
    };
    // What was refused is mended rather than typed again.
    let draft = if status == StatusCode::OK { Invited::default() } else { invited };
    listed(&shared, &visit, &caller, Behind::default(), (status, &told, &draft)).await
}

/// One person, and what can be done.
pub async fn one(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let person = managed(&shared, &caller, &name).await?;
    Ok(shown(&visit, &caller, &person, StatusCode::OK, &nothing()))
}

/// Lets somebody choose password and second factor anew.
pub async fn invite_anew(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(name): Path<String>,
    Sent(Empty {}): Sent<Empty>,
) -> Result<Response, Problem> {
    let person = managed(&shared, &caller, &name).await?;
    let name = person.sign_in.clone();
    let acting = move |shared: &Shared, cause: &Cause| {
        invite(&mut shared.access.people.writer(), &name, cause, shared.access.clock.now())
    };
    Ok(match acted(&shared, &caller, acting).await? {
        Ok(invitation) => {
            let told = link(&shared, &visit, &person.sign_in, &invitation);
            shown(&visit, &caller, &person, StatusCode::OK, &told)
        }
        Err(why) => refused(&visit, &caller, &person, &why),
    })
}

/// Changes somebody's role.
pub async fn change_role(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(name): Path<String>,
    Sent(changed): Sent<Changed>,
) -> Result<Response, Problem> {
    let person = managed(&shared, &caller, &name).await?;
    let Changed { role, organisation } = &changed;
    let wanted = standing(&shared, &caller, role, organisation, Some(person.standing)).await;
    let standing = match wanted.map_err(|problem| NotDone::of(&visit, problem)) {
        Ok(standing) => standing,
        Err(wrong) => {
            let NotDone { status, text } = wrong?;
            let told = notice("bad", &text);
            return Ok(with_wanted(&visit, &caller, &person, &changed, (status, &told)));
        }
    };
    let name = person.sign_in.clone();
    let acting = move |shared: &Shared, cause: &Cause| {
        let now = shared.access.clock.now();
        change_standing(&mut shared.access.people.writer(), &name, standing, cause, now)
    };
    Ok(match acted(&shared, &caller, acting).await? {
        Ok(()) => go_to(&format!("/people/{}", person.sign_in)),
        Err(why) => {
            let told = notice("bad", &told(&visit, &why));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            with_wanted(&visit, &caller, &person, &changed, (status, &told))
        }
    })
}

/// Shuts somebody out, or lets one in again.
pub async fn change_access(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(name): Path<String>,
    Sent(Kept { access }): Sent<Kept>,
) -> Result<Response, Problem> {
    let person = managed(&shared, &caller, &name).await?;
    let is_shut_out = match access.as_str() {
        "shut-out" => true,
        "let-in" => false,
        _ => return Err(Problem::Malformed("access")),
    };
    let name = person.sign_in.clone();
    let acting = move |shared: &Shared, cause: &Cause| {
        let now = shared.access.clock.now();
        shut_out(&mut shared.access.people.writer(), &name, is_shut_out, cause, now)
    };
    Ok(match acted(&shared, &caller, acting).await? {
        Ok(()) => go_to(&format!("/people/{}", person.sign_in)),
        Err(why) => refused(&visit, &caller, &person, &why),
    })
}

/// Does something in the caller's name; what the caller can mend is told.
async fn acted<T: Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    act: impl FnOnce(&Shared, &Cause) -> Result<T, PeopleError> + Send + 'static,
) -> Result<Result<T, PeopleError>, Problem> {
    let (shared, cause) = (shared.clone(), caller.cause());
    blocking(move || settled(act(&shared, &cause))).await
}

/// Somebody whom the caller manages; others are as if they were not there.
async fn managed(shared: &Shared, caller: &Caller, name: &str) -> Result<Person, Problem> {
    let name = SignIn::parse(name).map_err(|_| Problem::NotFound)?;
    let people = Arc::clone(&shared.access.people);
    let found = blocking(move || match people.store().read(|view| person(view, &name)) {
        Err(PeopleError::Nobody(_)) => Ok(None),
        settled => settled.map(Some),
    });
    let found = found.await?.filter(|person| caller.standing.manages(person.standing));
    found.ok_or(Problem::NotFound)
}

/// The roles that the caller gives.
fn roles(caller: &Caller) -> Vec<Role> {
    let own = caller.standing.organisation();
    let gives = |role: &Role| match caller.standing {
        Standing::System => *role != Role::Program,
        manager => Standing::parse(role.name(), &own).is_ok_and(|it| manager.manages(it)),
    };
    Role::ALL.into_iter().filter(gives).collect()
}

async fn listed(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    behind: Behind,
    (status, told, draft): (StatusCode, &Markup, &Invited),
) -> Result<Response, Problem> {
    let Behind { after, organisation: of } = behind;
    let organisation = match caller.standing {
        Standing::System => Some(of.clone()).filter(|of| !of.is_empty()),
        standing => Some(standing.organisation()),
    };
    let store = shared.access.people.store().clone();
    let reading = move || store.read(|view| people(view, organisation.as_deref(), &after, ROWS));
    let rows = blocking(reading).await?;
    let next = rows.last().filter(|_| i64::try_from(rows.len()).is_ok_and(|n| n == ROWS));
    let managed: Vec<_> =
        rows.iter().filter(|person| caller.standing.manages(person.standing)).collect();
    let title = visit.say("人员", "People");
    let body = html! {
        h1 { (title) }
        (told)
        div.table tabindex="0" role="region" aria-label=(visit.say("人员清单", "People")) { table {
            thead { tr {
                th scope="col" { (visit.say("登录名", "Signs in as")) }
                th scope="col" { (visit.say("姓名", "Name")) }
                th scope="col" { (visit.say("角色", "Role")) }
                th scope="col" { (visit.say("状态", "Access")) }
            } }
            tbody { @for person in managed { tr {
                td { a href={ "/people/" (person.sign_in) } { (person.sign_in) } }
                td { (person.name) }
                td { (visit.language.of(person.standing.role().title())) }
                td { (access(visit, person)) }
            } } }
        } }
        @if let Some(last) = next {
            (visit.next_page(asking("/people", &[("after", last.sign_in.as_str()), ("organisation", &of)])))
        }
        h2 { (visit.say("邀请人员", "Invite somebody")) }
        form.stacked method="post" action="/people" {
            (visit.form_token())
            div {
                label for="sign_in" { (visit.say("登录名", "Name to sign in with")) }
                p.hint #hint { (visit.say("此后不能更改", "It never changes")) }
                input #sign_in name="sign_in" value=(draft.sign_in) maxlength="60" aria-describedby="hint" autocomplete="off" required;
            }
            div {
                label for="name" { (visit.say("姓名", "Name that others see")) }
                input #name name="name" value=(draft.name) lang=[language_of(&draft.name)]
                    maxlength=(LONGEST - 1) autocomplete="off" required;
            }
            (role_fields(visit, caller, &draft.role, &draft.organisation))
            button { (visit.say("邀请", "Invite")) }
        }
    };
    Ok(visit.page_with(status, title, &body))
}

fn role_fields(visit: &Visit, caller: &Caller, present: &str, organisation: &str) -> Markup {
    html! {
        div {
            label for="role" { (visit.say("角色", "Role")) }
            select #role name="role" { @for role in roles(caller) {
                option value=(role.name()) selected[role.name() == present] {
                    (visit.language.of(role.title()))
                }
            } }
        }
        @if caller.standing == Standing::System {
            div {
                label for="organisation" { (visit.say("单位", "Organisation")) }
                p.hint #of { (visit.say(
                    "企业填单位编号，尚未备案的新企业填new；关员填四位关区代码，其他监管部门填其名称。",
                    "The number of an organisation, or new for an enterprise that is not registered yet; the four digits \
                     of an office; or the name of an authority.",
                )) " " a href="/organisations" { (visit.say("查找单位", "Find an organisation")) } }
                input #organisation name="organisation" aria-describedby="of"
                    value=(organisation);
            }
        }
    }
}

fn access(visit: &Visit, person: &Person) -> &'static str {
    match (person.is_shut_out, person.has_accepted()) {
        (true, _) => visit.say("已禁止登录", "Shut out"),
        (false, false) => visit.say("已邀请，尚未接受", "Invited, not accepted yet"),
        (false, true) => visit.say("可登录", "May sign in"),
    }
}

fn shown(
    visit: &Visit,
    caller: &Caller,
    person: &Person,
    status: StatusCode,
    told: &Markup,
) -> Response {
    let standing = person.standing;
    let present =
        Changed { role: standing.role().name().to_owned(), organisation: standing.organisation() };
    with_wanted(visit, caller, person, &present, (status, told))
}

/// The page of a person, with the role that was asked for.
fn with_wanted(
    visit: &Visit,
    caller: &Caller,
    person: &Person,
    wanted: &Changed,
    (status, told): (StatusCode, &Markup),
) -> Response {
    let is_own = caller.audit_name() == person.sign_in.as_str();
    let title = person.name.as_str();
    let body = html! {
        p { a href="/people" { (visit.say("全部人员", "All people")) } }
        h1 { (title) }
        (told)
        dl.facts {
            dt { (visit.say("登录名", "Signs in as")) } dd { (person.sign_in) }
            dt { (visit.say("角色", "Role")) } dd { (visit.language.of(person.standing.role().title())) }
            dt { (visit.say("状态", "Access")) } dd { (access(visit, person)) }
            dt { (visit.say("加入时间", "Let in")) } dd { (time(person.added_at)) }
        }
        @if is_own {
            div.notice { p {
                (visit.say("这是您自己；口令与会话请在", "This is you. Password and sessions are at "))
                a href="/account" { (visit.say("我的账号", "your account")) }
                (visit.say("中管理。", "."))
            } }
        } @else {
            (acts(visit, caller, person, wanted))
        }
    };
    visit.page_with(status, title, &body)
}

fn acts(visit: &Visit, caller: &Caller, person: &Person, wanted: &Changed) -> Markup {
    let at = |act: &str| format!("/people/{}/{act}", person.sign_in);
    html! {
        h2 { (visit.say("更改角色", "Change the role")) }
        p { (visit.say("该人员的会话将全部结束。", "All sessions of the person end.")) }
        form.stacked method="post" action=(at("role")) {
            (visit.form_token())
            (role_fields(visit, caller, &wanted.role, &wanted.organisation))
            button { (visit.say("更改", "Change")) }
        }
        h2 { (visit.say("重新邀请", "Invite anew")) }
        p { (visit.say(
            "用于忘记口令或丢失第二因素：两者都将作废，会话全部结束。",
            "For a password that was forgotten or a second factor that was lost: both end, and all sessions.",
        )) }
        form method="post" action=(at("invite")) {
            (visit.form_token())
            button.quiet { (visit.say("重新邀请", "Invite anew")) }
        }
        @if person.is_shut_out {
            h2 { (visit.say("恢复登录", "Let in again")) }
            form method="post" action=(at("access")) {
                (visit.form_token())
                input type="hidden" name="access" value="let-in";
                button { (visit.say("恢复登录", "Let in again")) }
            }
        } @else {
            h2 { (visit.say("禁止登录", "Shut out")) }
            p { (visit.say("可以随时恢复。", "It can be undone at any time.")) }
            form method="post" action=(at("access")) {
                (visit.form_token())
                input type="hidden" name="access" value="shut-out";
                button.grave { (visit.say("禁止登录", "Shut out")) }
            }
        }
    }
}

fn refused(visit: &Visit, caller: &Caller, person: &Person, why: &PeopleError) -> Response {
    let told = notice("bad", &told(visit, why));
    shown(visit, caller, person, StatusCode::UNPROCESSABLE_ENTITY, &told)
}

fn link(shared: &Shared, visit: &Visit, name: &SignIn, invitation: &Invitation) -> Markup {
    let host = shared.access.address.as_deref().unwrap_or_default().trim_end_matches('/');
    html! {
        div.notice.good role="status" {
            p {
                (visit.say("请把下面的链接交给", "Give this link to ")) strong { (name) }
                (visit.say("；它只显示这一次，有效至", ". It is shown this once, and is good until "))
                (time(invitation.expires_at)) (visit.say("：", ":"))
            }
            pre { (host) "/invitation/" (invitation.code) }
            @if host.is_empty() { p { (visit.say(
                "链接前须加上本服务的网址。",
                "Put the address of this service before it.",
            )) } }
        }
    }
}
