//! Pictures are taken at the examination's terminal and looked at by the office; terminals are heard, and silenced.

use axum::http::{Method, StatusCode};
use tongguan_domain::access::{Role, Standing};

use crate::customs::{Customs, opened};
use crate::fixture::{Answer, Browser};

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
