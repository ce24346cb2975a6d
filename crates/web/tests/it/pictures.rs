//! Pictures are taken at the examination's terminal and looked at by the office; terminals are heard, and silenced.

use axum::http::{Method, StatusCode};
use serde_json::json;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;

use crate::customs::{Customs, opened};
use crate::fixture::{Answer, Browser};
use crate::interface::json_of;

/// A picture with the place where it was taken; its bytes are characters too.
const WEBP: &str = "RIFF\x20\0\0\0WEBPVP8 \x04\0\0\0rainEXIF\x08\0\0\0MM north";

async fn add(browser: &mut Browser<'_>, page: &Answer, id: &str, bytes: &str) -> Answer {
    let token = page.value_of("form_token").unwrap();
    let address = format!("/examination/{id}/pictures");
    browser.upload(&address, &[("form_token", &token), ("file", bytes)]).await
}

#[tokio::test]
async fn an_examiner_takes_a_picture_and_the_office_sees_it() {
    let customs = Customs::open();
    let (id, parcel) = customs.under_examination(1);
    let id = id.to_string();
    let mut wu = customs.site().signed_in("wu.bin").await;
    let page = opened(&mut wu, &format!("/examination?q={id}")).await;
    assert!(page.body.contains("capture=\"environment\""), "{}", page.body);
    assert!(page.body.contains("Leave names, telephones"), "{}", page.body);
    for wrong in ["<svg/>", "", &WEBP[..30]] {
        let refused = add(&mut wu, &page, &id, wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(refused.body.contains("This is no whole picture"), "{}", refused.body);
    }
    let added = add(&mut wu, &page, &id, WEBP).await;
    assert_eq!(added.location(), format!("/examination?q={id}&picture=1"), "{added:?}");
    let page = opened(&mut wu, added.location()).await;
    assert!(page.body.contains("Picture 1 was added."), "{}", page.body);
    let address = format!("/declarations/{id}/pictures/1");
    assert!(page.body.contains(&format!("src=\"{address}\"")), "{}", page.body);

    // An officer of the office looks at it on the case page.
    let mut zhang = customs.site().signed_in("zhang").await;
    let case = opened(&mut zhang, &format!("/declarations/{id}")).await;
    assert!(case.body.contains("alt=\"Picture 1 of the examination\""), "{}", case.body);
    let picture = zhang.open(&address).await;
    assert_eq!(picture.headers["content-type"], "image/webp");
    assert_eq!(picture.headers["cache-control"], "no-store");
    assert!(picture.body.contains("rain") && !picture.body.contains("north"));
    assert_eq!(
        zhang.open(&format!("/declarations/{id}/pictures/2")).await.status,
        StatusCode::NOT_FOUND
    );

    // Whose parcel it is sees the page without it.
    let merchant = customs.world().cast.merchant.party.id;
    let role = Role::EnterpriseAdministrator;
    customs.site().admit("owner", Standing::Enterprise { party: merchant, role });
    let mut owner = customs.site().signed_in("owner").await;
    let case = opened(&mut owner, &format!("/declarations/{}", parcel.order.order_no)).await;
    assert!(!case.body.contains("/pictures/"), "{}", case.body);
    assert_eq!(owner.open(&address).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_picture_that_is_too_large_or_of_another_form_is_not_read() {
    let customs = Customs::open();
    let (id, _) = customs.under_examination(1);
    let mut wu = customs.site().signed_in("wu.bin").await;
    let page = opened(&mut wu, &format!("/examination?q={id}")).await;
    let large = " ".repeat((8 << 20) + 1);
    let refused = add(&mut wu, &page, &id.to_string(), &large).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let address = format!("/examination/{id}/pictures");
    wu.accept = "application/json";
    let foreign = wu.upload(&address, &[("form_token", "made-up"), ("file", WEBP)]).await;
    assert_eq!(foreign.problem().as_deref(), Some("foreign-form"));
}

#[tokio::test]
async fn a_terminal_is_heard_until_it_is_silenced() {
    let customs = Customs::open();
    let (id, _) = customs.under_examination(1);
    let mut wu = customs.site().signed_in("wu.bin").await;
    let address = format!("/examination?q={id}");
    let silent = opened(&mut wu, "/examination").await;
    assert!(!silent.body.contains("<audio"), "nothing was scanned: {}", silent.body);
    let page = opened(&mut wu, &address).await;
    let tone = |page: &Answer| {
        let (_, rest) = page.body.split_once("<audio src=\"")?;
        Some(rest.split('"').next()?.to_owned())
    };
    let examine = tone(&page).unwrap();
    let stop = tone(&opened(&mut wu, "/examination?q=nothing").await).unwrap();
    assert_ne!(examine, stop, "what is to be done is heard");
    // Audio is no text, so no body is looked at here.
    let file = wu.request(Method::HEAD, &examine, "").await;
    assert_eq!(
        (file.status, &file.headers["content-type"]),
        (StatusCode::OK, &"audio/wav".parse().unwrap())
    );
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("media-src 'self'"));
    assert!(page.body.contains("Sound is on") && page.body.contains("Examine"), "{}", page.body);
    let silenced = wu.open(&format!("/sound/off?back={address}")).await;
    assert_eq!(silenced.location(), address);
    let page = opened(&mut wu, &address).await;
    assert!(page.body.contains("Sound is off") && tone(&page).is_none(), "{}", page.body);
    wu.open("/sound/on?back=/").await;
    assert!(tone(&opened(&mut wu, &address).await).is_some());
    assert_eq!(wu.open("/sound/loud").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_adds_lists_and_shows_pictures_as_the_terminal_does() {
    let customs = Customs::open();
    let (id, _) = customs.under_examination(1);
    let (waiting, _) = customs.in_review(2);
    let address = format!("/api/v1/declarations/{id}/pictures");
    let (mut wu, token) = with_token(&customs, "wu.bin").await;
    let listed = async |browser: &mut Browser<'_>| {
        let answer = browser.open(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        json_of(&answer)["pictures"].clone()
    };
    assert_eq!(listed(&mut wu).await, json!([]));

    let headers = [("x-form-token", token.as_str()), ("content-type", "image/webp")];
    for wrong in ["<svg/>", "", &WEBP[..30]] {
        let refused = wu.with(Method::POST, &address, &headers, wrong).await;
        assert_eq!(refused.problem().as_deref(), Some("wrong-field"), "{wrong}: {refused:?}");
    }
    // A picture is longer than JSON may be, under a key as without one.
    let large = format!("RIFF\x10\0\x05\0WEBPVP8 \x04\0\x05\0{}", "r".repeat((5 << 16) + 4));
    let keyed = [&headers[..], &[("idempotency-key", "p-1")]].concat();
    let added = wu.with(Method::POST, &address, &keyed, &large).await;
    assert_eq!(added.status, StatusCode::CREATED, "{added:?}");
    let picture = json_of(&added);
    assert_eq!((&picture["n"], &picture["media_type"]), (&1.into(), &"image/webp".into()));
    assert_eq!(picture["added_by"], "wu.bin");
    let again = wu.with(Method::POST, &address, &keyed, &large).await;
    assert_eq!((again.status, &again.body), (added.status, &added.body));
    assert_eq!(listed(&mut wu).await, json!([picture]));
    let longer = " ".repeat((8 << 20) + 1);
    for headers in [&headers[..], &keyed] {
        let refused = wu.with(Method::POST, &address, headers, &longer).await;
        assert_eq!(refused.problem().as_deref(), Some("body-too-long"), "{refused:?}");
    }
    let elsewhere = format!("/api/v1/declarations/{waiting}/pictures");
    let refused = wu.with(Method::POST, &elsewhere, &headers, WEBP).await;
    assert_eq!(refused.problem().as_deref(), Some("refused"), "{refused:?}");

    let (mut zhang, token) = with_token(&customs, "zhang").await;
    let one = format!("{address}/1");
    let shown = zhang.open(&one).await;
    assert_eq!((shown.status, shown.body.len()), (StatusCode::OK, large.len()));
    assert_eq!(shown.headers["content-type"], "image/webp");
    assert_eq!(shown.headers["cache-control"], "no-store");
    let known = [("if-none-match", shown.headers["etag"].to_str().unwrap())];
    let unchanged = zhang.with(Method::GET, &one, &known, "").await;
    assert_eq!((unchanged.status, unchanged.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(zhang.open(&format!("{address}/2")).await.problem().as_deref(), Some("not-found"));
    assert_eq!(zhang.open(&format!("{address}/x")).await.problem().as_deref(), Some("malformed"));

    // Who seals does not examine; and another office has nothing of that number.
    let foreign = [("x-form-token", token.as_str())];
    let (mut gao, token) = with_token(&customs, "gao").await;
    let refused = gao.with(Method::POST, &address, &[("x-form-token", &token)], WEBP).await;
    assert_eq!(refused.problem().as_deref(), Some("not-permitted"), "{refused:?}");
    let unsent = wu.with(Method::POST, &address, &foreign, WEBP).await;
    assert_eq!(unsent.problem().as_deref(), Some("foreign-form"), "{unsent:?}");
    let office = OfficeCode::parse("2917").unwrap();
    customs.site().admit("sun", Standing::Customs { office, role: Role::Examiner });
    let (mut sun, token) = with_token(&customs, "sun").await;
    for path in [&address, &one] {
        assert_eq!(sun.open(path).await.problem().as_deref(), Some("not-found"));
    }
    let refused = sun.with(Method::POST, &address, &[("x-form-token", &token)], WEBP).await;
    assert_eq!(refused.problem().as_deref(), Some("not-found"), "{refused:?}");
}

/// A program of somebody who signed in, and the session's token.
async fn with_token<'c>(customs: &'c Customs, name: &str) -> (Browser<'c>, String) {
    let mut browser = customs.site().signed_in(name).await;
    browser.accept = "application/json";
    let session = json_of(&browser.open("/api/v1/session").await);
    let token = session["form_token"].as_str().unwrap().to_owned();
    (browser, token)
}
