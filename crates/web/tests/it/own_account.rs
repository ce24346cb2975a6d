//! The own account by the JSON interface: password, second factor, passkeys, sessions.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_application::people::Policy;
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::{Role, SignIn};
use tongguan_storage::{PasskeyRow, PersonRow};
use totp_rs::Totp;

use crate::customs::{opened, send};
use crate::fixture::{Answer, Browser, PASSWORD, Site, lenient, standing_of};
use crate::interface::json_of;

const NEXT: &str = "another correct staple";

async fn read(browser: &mut Browser<'_>, path: &str) -> Value {
    browser.accept = "application/json";
    json_of(&browser.open(&format!("/api/v1/{path}")).await)
}

async fn act(browser: &mut Browser<'_>, method: Method, path: &str, given: &Value) -> Answer {
    let token = read(browser, "session").await["form_token"].as_str().unwrap().to_owned();
    let headers = [("x-form-token", token.as_str())];
    browser.json(method, &format!("/api/v1/{path}"), &headers, given).await
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.signed_in("zhang").await;
    let mut elsewhere = site.signed_in("zhang").await;
    for (present, password, told) in [
        ("wrong", NEXT, "refused"),
        (PASSWORD, "short", "wrong-field"),
        (PASSWORD, PASSWORD, "wrong-field"),
    ] {
        let given = json!({ "present": present, "password": password });
        let refused = act(&mut browser, Method::POST, "account/password", &given).await;
        assert_eq!(refused.problem().as_deref(), Some(told), "{refused:?}");
    }
    let given = json!({ "present": PASSWORD, "password": NEXT });
    let changed = act(&mut browser, Method::POST, "account/password", &given).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{changed:?}");
    assert_eq!(read(&mut browser, "session").await["name"], "zhang");
    elsewhere.accept = "application/json";
    let ended = elsewhere.open("/api/v1/session").await;
    assert_eq!(ended.problem().as_deref(), Some("sign-in-needed"));
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    site.admit("li.ming", standing_of(Role::Officer));
    let mut browser = site.signed_in("zhang").await;
    let mut elsewhere = site.signed_in("zhang").await;
    let mut stranger = site.signed_in("li.ming").await;
    let open = read(&mut browser, "account/sessions").await["sessions"].clone();
    let open = open.as_array().unwrap();
    assert_eq!(open.len(), 2, "{open:?}");
    let other = open.iter().find(|it| it["is_own"] == false).unwrap()["number"].as_str().unwrap();
    let path = format!("account/sessions/{other}");
    stranger.changes_nothing = true;
    act(&mut stranger, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(read(&mut elsewhere, "session").await["name"], "zhang", "it is not a stranger's");
    let ended = act(&mut browser, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT, "{ended:?}");
    assert_eq!(read(&mut elsewhere, "session").await["status"], 401);
    let out = act(&mut browser, Method::DELETE, "session", &Value::Null).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{out:?}");
    assert_eq!(read(&mut browser, "session").await["status"], 401);
}

#[tokio::test]
async fn a_second_factor_is_set_up_and_shown() {
    let site = Site::new(Policy::default());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.signed_in("zhang").await;
    assert_eq!(read(&mut browser, "session").await["next"], "set-up-second-factor");
    let path = "account/second-factor";
    let begun = act(&mut browser, Method::POST, path, &Value::Null).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{begun:?}");
    let begun = json_of(&begun);
    let totp = Totp::from_url(begun["address"].as_str().unwrap()).unwrap();
    let path = "account/second-factor/code";
    let garbled = json!({ "code": code_of(&totp, &site), "enrolled": "!" });
    let garbled = act(&mut browser, Method::POST, path, &garbled).await;
    assert_eq!(garbled.problem().as_deref(), Some("wrong-field"));
    let wrong = json!({ "code": "000000", "enrolled": begun["enrolled"] });
    let wrong = act(&mut browser, Method::POST, path, &wrong).await;
    assert_eq!(wrong.problem().as_deref(), Some("refused"), "{wrong:?}");
    let given = json!({ "code": code_of(&totp, &site), "enrolled": begun["enrolled"] });
    let set_up = act(&mut browser, Method::POST, path, &given).await;
    assert_eq!(set_up.status, StatusCode::NO_CONTENT, "{set_up:?}");
    assert_eq!(read(&mut browser, "session").await["next"], Value::Null);
    site.clock.advance_millis(60_000);
    let next = act(&mut browser, Method::POST, "account/second-factor", &Value::Null).await;
    let next = json_of(&next);
    let former = totp;
    let totp = Totp::from_url(next["address"].as_str().unwrap()).unwrap();
    let mut given = json!({ "code": code_of(&totp, &site), "enrolled": next["enrolled"] });
    let unshown = act(&mut browser, Method::POST, path, &given).await;
    assert_eq!(unshown.problem().as_deref(), Some("refused"), "{unshown:?}");
    given["present"] = json!(code_of(&former, &site));
    let replaced = act(&mut browser, Method::POST, path, &given).await;
    assert_eq!(replaced.status, StatusCode::NO_CONTENT, "{replaced:?}");

    site.clock.advance_millis(60_000);
    let mut browser = site.signed_in("zhang").await;
    assert_eq!(read(&mut browser, "session").await["next"], "show-code");
    assert_eq!(read(&mut browser, "account/sessions").await["status"], 403);
    let replaced = act(&mut browser, Method::POST, "account/second-factor", &Value::Null).await;
    assert!(!replaced.status.is_success(), "who has a factor shows it first: {replaced:?}");
    let shown =
        act(&mut browser, Method::POST, path, &json!({ "code": code_of(&totp, &site) })).await;
    assert_eq!(shown.status, StatusCode::NO_CONTENT, "{shown:?}");
    let sessions = read(&mut browser, "account/sessions").await["sessions"].clone();
    assert!(sessions.as_array().unwrap().iter().any(|it| it["is_own"] == true), "{sessions}");
}

/// What an authenticator shows.
fn code_of(totp: &Totp, site: &Site) -> String {
    let seconds = u64::try_from(site.clock.now().micros() / 1_000_000).unwrap();
    totp.generate(seconds).to_string()
}

#[tokio::test]
async fn an_authenticator_is_replaced_on_a_page_and_too_many_attempts_are_held_off() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.signed_in("zhang").await;
    let first = browser.open("/account/authenticator").await;
    assert_eq!(first.location(), "/second-factor?next=/account", "there is none to replace");
    let former = proven(&mut browser, &site).await;
    site.clock.advance_millis(60_000);
    browser.accept = "text/html";
    let account = browser.open("/account").await;
    assert!(account.body.contains("href=\"/account/authenticator\""), "{}", account.body);
    let page = opened(&mut browser, "/account/authenticator").await;
    let key = page.body.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    let totp =
        Totp::from_url(format!("otpauth://totp/Tongguan:zhang?secret={key}&issuer=Tongguan"))
            .unwrap();
    let enrolled = page.value_of("enrolled").unwrap();
    let (code, present) = (code_of(&totp, &site), code_of(&former, &site));
    let form = |present| [("enrolled", enrolled.as_str()), ("code", &code), ("present", present)];
    let refused = send(&mut browser, &page, "/account/authenticator", &form("000000")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    let sent = send(&mut browser, &page, "/account/authenticator", &form(&present)).await;
    assert_eq!(sent.location(), "/account?done=authenticator", "{sent:?}");
    let account = opened(&mut browser, sent.location()).await;
    assert!(account.body.contains("Your authenticator is replaced"), "{}", account.body);

    for _ in 0..5 {
        send(&mut browser, &account, "/account/authenticator", &form("000000")).await;
    }
    let passkey = [
        ("client", "e30"),
        ("said", "AA"),
        ("id", "AA"),
        ("signature", "AA"),
        ("key", "AA"),
        ("algorithm", "-7"),
        ("name", "phone"),
        ("present", "x"),
        ("next", "/"),
    ];
    for to in ["/second-factor/passkey", "/account/passkeys", "/account/password"] {
        let more = [("password", NEXT), ("again", NEXT)];
        let held = send(&mut browser, &account, to, &[&passkey[..], &more].concat()).await;
        assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS, "{to}: {held:?}");
        let wait: u64 = held.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{to}: {wait}");
        assert!(held.body.contains("too many attempts"), "{to}: {}", held.body);
    }
}

/// Sets a second factor up, so that the session has shown one.
async fn proven(browser: &mut Browser<'_>, site: &Site) -> Totp {
    let begun = act(browser, Method::POST, "account/second-factor", &Value::Null).await;
    let begun = json_of(&begun);
    let totp = Totp::from_url(begun["address"].as_str().unwrap()).unwrap();
    let given = json!({ "code": code_of(&totp, site), "enrolled": begun["enrolled"] });
    let set_up = act(browser, Method::POST, "account/second-factor/code", &given).await;
    assert_eq!(set_up.status, StatusCode::NO_CONTENT, "{set_up:?}");
    totp
}

#[tokio::test]
async fn passkeys_are_listed_renamed_and_taken_away() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    site.admit("li.ming", standing_of(Role::Officer));
    let now = site.clock.now();
    let passkey = PasskeyRow {
        digest: [5; 32],
        sign_in: SignIn::parse("zhang").unwrap(),
        credential: vec![1],
        name: "phone".to_owned(),
        public_key: Vec::new(),
        algorithm: -7,
        uses: 0,
        challenge_at: now,
        added_at: now,
        used_at: None,
    };
    let mut browser = site.signed_in("zhang").await;
    proven(&mut browser, &site).await;
    let whose = passkey.sign_in.clone();
    let adding = site.people.writer().transaction(|tx| {
        let person = tx.lock_person(&whose)?.unwrap();
        tx.upsert(&[PersonRow { passkeys: 1, ..person }])?;
        tx.insert(std::slice::from_ref(&passkey))
    });
    adding.unwrap();
    let listed = read(&mut browser, "account/passkeys").await["passkeys"].clone();
    assert_eq!(listed[0]["name"], "phone", "{listed}");
    let path = format!("account/passkeys/{}", listed[0]["number"].as_str().unwrap());
    let named = act(&mut browser, Method::POST, &path, &json!({ "name": "laptop" })).await;
    assert_eq!(json_of(&named)["passkeys"][0]["name"], "laptop", "{named:?}");
    let nameless = act(&mut browser, Method::POST, &path, &json!({ "name": " " })).await;
    assert_eq!(nameless.problem().as_deref(), Some("wrong-field"));
    let mut stranger = site.signed_in("li.ming").await;
    let foreign = act(&mut stranger, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let removed = act(&mut browser, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(json_of(&removed)["passkeys"], json!([]), "{removed:?}");
    let gone = act(&mut browser, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
