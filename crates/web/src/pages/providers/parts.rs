//! What pages have of providers: links to sign in by, the linked accounts, the page that leads on.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::REFRESH;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::people::{Begun, ProviderAccount};

use crate::Shared;
use crate::caller::{Session, blocking};
use crate::pages::form::own;
use crate::pages::shell::{Visit, encoded, nothing, time};
use crate::problem::Problem;

/// The links by which somebody signs in; nothing where there is no provider.
pub fn to_sign_in(shared: &Shared, visit: &Visit, next: &str) -> Markup {
    let next = encoded(own(next));
    links(shared, visit, ("登录", "Sign in with"), |id| format!("/sign-in/oidc/{id}?next={next}"))
}

/// The links by which somebody accepts an invitation.
pub fn to_accept(shared: &Shared, visit: &Visit, code: &str) -> Markup {
    let code = encoded(code);
    links(shared, visit, ("接受邀请", "Accept with"), |id| {
        format!("/invitation/{code}/oidc/{id}")
    })
}

/// The own accounts at providers, and the form for another one.
pub async fn on_account(
    shared: &Shared,
    visit: &Visit,
    session: &Session,
) -> Result<Markup, Problem> {
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let token = session.token.clone();
    let accounts = blocking(move || people.accounts(&token, now)).await?;
    let may_link = shared.access.providers.all().next().is_some();
    if !may_link && accounts.is_empty() {
        return Ok(nothing());
    }
    Ok(html! {
        h2 { (visit.say("关联账号", "Linked accounts")) }
        p { (visit.say(
            "关联后，可用单位等身份提供方的账号登录；第二因素仍按您的角色要求。",
            "With a linked account you sign in at its provider instead of with a password here. Your role's second \
             factor is asked for all the same.",
        )) }
        @if accounts.is_empty() {
            div.notice { p { (visit.say("您还没有关联账号。", "You have no linked account yet.")) } }
        } @else { (listed(shared, visit, &accounts)) }
        @if may_link { (form_to_link(shared, visit, session)) }
    })
}

/// What is said where a password would be asked for and there is none.
pub fn without_password(visit: &Visit) -> Markup {
    html! { p.hint { (visit.say(
        "您没有口令：请在登录后五分钟内操作，否则先重新登录。",
        "You have no password: do it within five minutes of signing in, or sign in again first.",
    )) } }
}

fn links(
    shared: &Shared,
    visit: &Visit,
    (zh, en): (&str, &str),
    address: impl Fn(&str) -> String,
) -> Markup {
    html! {
        @for provider in shared.access.providers.all() {
            p { a.button.quiet href=(address(provider.id())) rel="nofollow" {
                (visit.say(format!("用{}{zh}", provider.title().0), format!("{en} {}", provider.title().1)))
            } }
        }
    }
}

fn listed(shared: &Shared, visit: &Visit, accounts: &[ProviderAccount]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("关联账号清单", "Linked accounts")) { table {
            thead { tr {
                th scope="col" { (visit.say("身份提供方", "Provider")) }
                th scope="col" { (visit.say("关联时间", "Linked")) }
                th scope="col" { (visit.say("最近使用", "Last used")) }
                th scope="col" { (visit.say("操作", "Action")) }
            } }
            tbody { @for account in accounts {
                @let title = title_of(shared, visit, &account.provider);
                tr {
                    td { (title) }
                    td { (time(account.linked_at)) }
                    td { @match account.used_at {
                        Some(at) => { (time(at)) }
                        None => { (visit.say("从未", "Never")) }
                    } }
                    td { form method="post" action={ "/account/providers/" (account.number) "/removal" } {
                        (visit.form_token())
                        button.quiet { (visit.say("解除关联", "Unlink")) span.visually-hidden { " " (title) } }
                    } }
                }
            } }
        } }
    }
}

fn form_to_link(shared: &Shared, visit: &Visit, session: &Session) -> Markup {
    html! {
        form.stacked method="post" action="/account/providers" {
            (visit.form_token())
            @if session.person.has_password {
                div {
                    label for="linking_present" { (visit.say("口令", "Password")) }
                    input #linking_present name="present" type="password" autocomplete="current-password" required;
                }
            } @else { (without_password(visit)) }
            @for provider in shared.access.providers.all() {
                button name="provider" value=(provider.id()) {
                    (visit.say(
                        format!("关联{}", provider.title().0),
                        format!("Link {}", provider.title().1),
                    ))
                }
                " "
            }
        }
    }
}

/// The page that leads from a form to a provider: browsers that follow a form elsewhere would have to be allowed to.
pub fn onward(shared: &Shared, visit: &Visit, id: &str, begun: &Begun) -> Response {
    let name = title_of(shared, visit, id);
    let title = visit.say("前往身份提供方", "Go on to the provider");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            format!("请在{name}登录，之后将返回此处完成关联。"),
            format!("Sign in to {name}; then you come back here, and the account is linked."),
        )) }
        p { a.button href=(begun.url) rel="nofollow" { (visit.say("继续", "Continue")) } }
    };
    let mut response = visit.page(title, &body);
    if let Ok(value) = HeaderValue::from_str(&format!("0;url={}", begun.url)) {
        response.headers_mut().insert(REFRESH, value);
    }
    response
}

/// What a provider is called; its name in addresses where it is no longer known.
pub fn title_of(shared: &Shared, visit: &Visit, id: &str) -> String {
    let known = shared.access.providers.all().find(|provider| provider.id() == id);
    known.map_or(id, |provider| visit.say(provider.title().0, provider.title().1)).to_owned()
}
