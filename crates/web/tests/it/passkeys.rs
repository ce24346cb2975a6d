//! Passkeys on pages. What a browser and an authenticator do besides is tested in a real browser.

use axum::http::StatusCode;
use tongguan_application::people::Policy;
use tongguan_domain::access::Role;

use crate::fixture::{Site, lenient, standing_of};

const NOTHING: [(&str, &str); 3] = [("client", "e30"), ("said", "AA"), ("next", "/queue")];

#[tokio::test]
async fn forms_for_passkeys_are_hidden_until_a_script_of_ours_shows_them() {
    let site = Site::new(lenient());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.signed_in("zhang").await;
    let account = browser.open("/account").await;
    assert!(account.body.contains("You have no passkey yet"), "{}", account.body);
    let mut stranger = site.browser();
    let sign_in = stranger.open("/sign-in").await;
    for page in [&account, &sign_in] {
        assert!(page.body.contains("<div hidden><form"), "{}", page.body);
        assert!(page.body.contains("&quot;host&quot;:&quot;localhost&quot;"), "{}", page.body);
        let script = page.body.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap();
        let script = stranger.open(script).await;
        assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
        assert!(script.headers["cache-control"].to_str().unwrap().contains("immutable"));
        assert!(
            page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'")
        );
    }
}

#[tokio::test]
async fn what_no_passkey_has_signed_is_refused_and_asked_again() {
    let site = Site::new(Policy::default());
    site.admit("zhang", standing_of(Role::Officer));
    let form = [&NOTHING[..], &[("id", "AA"), ("signature", "AA")]].concat();
    let mut stranger = site.browser();
    let refused = stranger.send("/sign-in/passkey", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("name, password or code is wrong"), "{}", refused.body);
    assert_eq!(refused.value_of("next").as_deref(), Some("/queue"));
    let garbled = [&form[..4], &[("signature", "!")]].concat();
    let garbled = stranger.send("/sign-in/passkey", &garbled).await;
    assert_eq!(garbled.status, StatusCode::BAD_REQUEST);

    let mut browser = site.signed_in("zhang").await;
    let page = browser.open("/second-factor?next=/queue").await;
    assert!(page.body.contains("action=\"/account/passkeys\""), "{}", page.body);
    let token = page.value_of("form_token").unwrap();
    let own = [("form_token", token.as_str())];
    let refused = browser.send("/second-factor/passkey", &[&form[..], &own].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    let new = [
        ("present", crate::fixture::PASSWORD),
        ("name", "phone"),
        ("key", "AA"),
        ("algorithm", "-7"),
    ];
    let new = [&NOTHING[..], &new, &own].concat();
    let refused = browser.send("/account/passkeys", &new).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    assert!(refused.body.contains("Set up a second factor"), "{}", refused.body);
    assert_eq!(browser.open("/queue").await.status, StatusCode::SEE_OTHER, "still not let in");
}
