//! Passkeys (通行密钥): added, named and taken away on the page of the account, shown when somebody signs in.
//!
//! The browser is asked by a script, so the forms are hidden where there is none; nobody needs a passkey.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use tongguan_application::people::{
    Algorithm, Ceremony, Challenge, NewPasskey, Passkey, RelyingParty, Signed,
};

use super::assets::PASSKEY_ADDRESS;
use super::form::{Sent, go_to, own};
use super::providers::without_password;
use super::shell::{Visit, nothing, time};
use super::sign_in::{Empty, settled, with_session};
use super::{account, second_factor, sign_in};
use crate::Shared;
use crate::caller::{Caller, Session, blocking};
use crate::cookies::SESSION;
use crate::pace::Address;
use crate::part::Path;
use crate::problem::Problem;
use crate::record::CameFrom;

/// A new passkey, and the password of whoever adds it.
#[derive(Deserialize)]
pub struct Adding {
    #[serde(default)]
    present: String,
    name: String,
    client: String,
    said: String,
    key: String,
    algorithm: String,
    #[serde(default)]
    next: String,
}

/// An answer of a passkey.
#[derive(Deserialize)]
pub struct Showing {
    id: String,
    client: String,
    said: String,
    signature: String,
    #[serde(default)]
    next: String,
}

/// Another name.
#[derive(Deserialize)]
pub struct Renaming {
    name: String,
}

/// Adds a passkey to the own account.
pub async fn add(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(sent): Sent<Adding>,
) -> Result<Response, Problem> {
    let session = caller.session().cloned().ok_or(Problem::SignInNeeded)?;
    let at = relying_party(&shared).ok_or(Problem::NoSuchPage)?;
    let new = NewPasskey {
        client: bytes(&sent.client)?,
        said: bytes(&sent.said)?,
        key: bytes(&sent.key)?,
        algorithm: sent.algorithm.parse().map_err(|_| Problem::Malformed("algorithm"))?,
        name: sent.name,
    };
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    let token = session.token.clone();
    let adding = move || settled(people.add_passkey(&token, &sent.present, &at, &new, now));
    match blocking(adding).await? {
        Ok(token) => Ok(with_session(&shared, go_to(&sent.next), Some(token))),
        Err(error) if session.person.next.is_none() => {
            account::refused(&shared, &visit, &caller, &error).await
        }
        Err(error) => second_factor::refused(&shared, &visit, &session, &sent.next, &error).await,
    }
}

/// Takes a passkey's answer for the second factor.
pub async fn confirm(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(sent): Sent<Showing>,
) -> Result<Response, Problem> {
    let session = caller.session().cloned().ok_or(Problem::SignInNeeded)?;
    let at = relying_party(&shared).ok_or(Problem::NoSuchPage)?;
    let (signed, next) = sent.signed()?;
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    let token = session.token.clone();
    let confirming = move || settled(people.confirm_by_passkey(&token, &at, &signed, now));
    match blocking(confirming).await? {
        Ok(token) => Ok(with_session(&shared, go_to(&next), Some(token))),
        Err(error) => second_factor::refused(&shared, &visit, &session, &next, &error).await,
    }
}

/// Begins a session by a passkey alone.
pub async fn begin(
    State(shared): State<Shared>,
    visit: Visit,
    address: Address,
    CameFrom(origin): CameFrom,
    headers: HeaderMap,
    Sent(sent): Sent<Showing>,
) -> Result<Response, Problem> {
    address.may_try_to_sign_in(&shared)?;
    let at = relying_party(&shared).ok_or(Problem::NoSuchPage)?;
    let (signed, next) = sent.signed()?;
    let presented = SESSION.read(&headers, shared.access.is_secure);
    let (people, now) = (shared.access.people.asked_from(origin), shared.access.clock.now());
    let beginning =
        move || settled(people.sign_in_by_passkey(&at, &signed, presented.as_deref(), now));
    match blocking(beginning).await? {
        Ok(begun) => Ok(with_session(&shared, go_to(&next), Some(begun.token))),
        Err(error) => sign_in::refused(&shared, &visit, &next, &error).await,
    }
}

/// Calls an own passkey by another name.
pub async fn rename(
    State(shared): State<Shared>,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Renaming { name }): Sent<Renaming>,
) -> Result<Response, Problem> {
    let token = caller.session().ok_or(Problem::SignInNeeded)?.token.clone();
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    blocking(move || people.rename_passkey(&token, &number, &name, now)).await?;
    Ok(go_to("/account"))
}

/// Takes an own passkey away.
pub async fn remove(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Empty {}): Sent<Empty>,
) -> Result<Response, Problem> {
    account::changed(&shared, &visit, &caller, move |people, token, now| {
        people.remove_passkey(token, &number, now)
    })
    .await
}

impl Showing {
    fn signed(self) -> Result<(Signed, String), Problem> {
        let signed = Signed {
            id: bytes(&self.id)?,
            client: bytes(&self.client)?,
            said: bytes(&self.said)?,
            signature: bytes(&self.signature)?,
        };
        Ok((signed, self.next))
    }
}

/// Where passkeys are used; nowhere where the settings do not say how the pages are reached.
pub fn relying_party(shared: &Shared) -> Option<RelyingParty> {
    shared.access.address.as_deref().and_then(RelyingParty::of)
}

/// The own passkeys, and the form for another one.
pub async fn on_account(
    shared: &Shared,
    visit: &Visit,
    session: &Session,
) -> Result<Markup, Problem> {
    let Some(at) = relying_party(shared) else { return Ok(nothing()) };
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let token = session.token.clone();
    let passkeys = blocking(move || people.passkeys(&token, now)).await?;
    let form = form_to_add(shared, visit, session, &at, "/account").await?;
    Ok(html! {
        h2 { (visit.say("通行密钥", "Passkeys")) }
        p { (visit.say(
            "通行密钥用指纹、面容或设备密码代替口令和验证码，不会被仿冒网站骗取。",
            "A passkey takes your finger, your face or your device's PIN instead of password and code, and no other \
             site can coax it from you.",
        )) }
        @if passkeys.is_empty() {
            div.notice { p { (visit.say("您还没有通行密钥。", "You have no passkey yet.")) } }
        } @else { (listed(visit, &passkeys)) }
        (form)
    })
}

/// The form that adds a passkey.
pub async fn form_to_add(
    shared: &Shared,
    visit: &Visit,
    session: &Session,
    at: &RelyingParty,
    next: &str,
) -> Result<Markup, Problem> {
    let challenge = challenge(shared, session, Ceremony::Create).await?;
    let mut asked = asked(at, &challenge);
    asked["handle"] = json!(URL_SAFE_NO_PAD.encode(&challenge.handle));
    asked["name"] = json!(session.person.sign_in.as_str());
    asked["algorithms"] = json!(Algorithm::ALL.map(Algorithm::number));
    let fields = html! {
        div {
            label for="passkey_name" { (visit.say("名称", "Name")) }
            p.hint #passkey_hint { (visit.say("例如存放它的设备", "Such as the device that holds it")) }
            input #passkey_name name="name" maxlength="60" aria-describedby="passkey_hint" required;
        }
        @if session.person.has_password {
            div {
                label for="passkey_present" { (visit.say("口令", "Password")) }
                input #passkey_present name="present" type="password" autocomplete="current-password" required;
            }
        } @else { (without_password(visit)) }
    };
    let names = ["client", "said", "key", "algorithm"];
    let button = visit.say("添加通行密钥", "Add a passkey");
    Ok(hidden_form(visit, "/account/passkeys", &asked.to_string(), &names, &fields, (button, next)))
}

/// The form that shows a passkey for the second factor; nothing for whoever has none.
pub async fn form_to_confirm(
    shared: &Shared,
    visit: &Visit,
    session: &Session,
    next: &str,
) -> Result<Markup, Problem> {
    let Some(at) = relying_party(shared) else { return Ok(nothing()) };
    let challenge = challenge(shared, session, Ceremony::Get).await?;
    if challenge.known.is_empty() {
        return Ok(nothing());
    }
    Ok(form_to_show(visit, "/second-factor/passkey", &at, &challenge, next))
}

/// The form that signs in by a passkey alone.
pub async fn form_to_begin(shared: &Shared, visit: &Visit, next: &str) -> Result<Markup, Problem> {
    let Some(at) = relying_party(shared) else { return Ok(nothing()) };
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let challenge = blocking(move || people.open_challenge(now)).await?;
    Ok(form_to_show(visit, "/sign-in/passkey", &at, &challenge, next))
}

fn form_to_show(
    visit: &Visit,
    action: &str,
    at: &RelyingParty,
    challenge: &Challenge,
    next: &str,
) -> Markup {
    let names = ["id", "client", "said", "signature"];
    let button = visit.say("使用通行密钥", "Use a passkey");
    let asked = asked(at, challenge).to_string();
    hidden_form(visit, action, &asked, &names, &nothing(), (button, next))
}

/// A form that the script shows, fills and sends.
fn hidden_form(
    visit: &Visit,
    action: &str,
    asked: &str,
    names: &[&str],
    fields: &Markup,
    (button, next): (&str, &str),
) -> Markup {
    let refused = visit.say(
        "没有得到通行密钥的回答；请重试，或使用其他方式",
        "No passkey has answered; try again, or use another way",
    );
    html! {
        div hidden {
            form.stacked method="post" action=(action) data-passkey=(asked) data-refused=(refused) {
                (visit.form_token())
                input type="hidden" name="next" value=(own(next));
                @for name in names { input type="hidden" name=(name); }
                (fields)
                p data-trouble role="alert" {}
                button { (button) }
            }
        }
        script src=(PASSKEY_ADDRESS.as_str()) defer {}
    }
}

fn asked(at: &RelyingParty, challenge: &Challenge) -> serde_json::Value {
    let known: Vec<_> = challenge.known.iter().map(|id| URL_SAFE_NO_PAD.encode(id)).collect();
    json!({
        "challenge": URL_SAFE_NO_PAD.encode(&challenge.bytes),
        "host": at.host(),
        "known": known,
    })
}

async fn challenge(
    shared: &Shared,
    session: &Session,
    ceremony: Ceremony,
) -> Result<Challenge, Problem> {
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let token = session.token.clone();
    blocking(move || people.challenge(&token, ceremony, now)).await
}

fn bytes(text: &str) -> Result<Vec<u8>, Problem> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Problem::Malformed("passkey"))
}

fn listed(visit: &Visit, passkeys: &[Passkey]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("通行密钥清单", "Passkeys")) { table {
            thead { tr {
                th scope="col" { (visit.say("名称", "Name")) }
                th scope="col" { (visit.say("添加时间", "Added")) }
                th scope="col" { (visit.say("最近使用", "Last used")) }
                th scope="col" { (visit.say("操作", "Action")) }
            } }
            tbody { @for passkey in passkeys { tr {
                td { form method="post" action={ "/account/passkeys/" (passkey.number) } {
                    (visit.form_token())
                    label.visually-hidden for={ "name_" (passkey.number) } { (visit.say("名称", "Name")) }
                    input id={ "name_" (passkey.number) } name="name" value=(passkey.name) maxlength="60" required;
                    button.quiet { (visit.say("改名", "Rename")) span.visually-hidden { " " (passkey.name) } }
                } }
                td { (time(passkey.added_at)) }
                td { @match passkey.used_at {
                    Some(at) => { (time(at)) }
                    None => { (visit.say("从未", "Never")) }
                } }
                td { form method="post" action={ "/account/passkeys/" (passkey.number) "/removal" } {
                    (visit.form_token())
                    button.quiet { (visit.say("删除", "Remove")) span.visually-hidden { " " (passkey.name) } }
                } }
            } } }
        } }
    }
}
