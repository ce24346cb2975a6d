//! Filters of the list of parcels, kept under names.

use axum::http::StatusCode;
use tongguan_domain::access::{Role, Standing};

use super::Stage;
use crate::fixture::{Answer, Browser};

async fn act(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Answer {
    let token = browser.form_token().await;
    let all = [&[("form_token", token.as_str())], fields].concat();
    browser.send("/parcels/views", &all).await
}

fn keep<'f>(name: &'f str, status: &'f str) -> [(&'f str, &'f str); 3] {
    [("act", "keep"), ("name", name), ("status", status)]
}

#[tokio::test]
async fn a_filter_is_kept_called_otherwise_and_deleted() {
    let stage = Stage::set();
    let mut merchant = stage.merchant().await;
    let all = merchant.open("/parcels").await;
    assert!(!all.body.contains("Keep this filter as"), "all is no filter: {}", all.body);
    let filtered = merchant.open("/parcels?status=800&direction=import").await;
    assert!(filtered.body.contains("Keep this filter as"), "{}", filtered.body);
    assert!(filtered.body.contains("name=\"status\" value=\"800\""), "{}", filtered.body);
    let kept = act(
        &mut merchant,
        &[("act", "keep"), ("name", " Gone <b> "), ("status", "800"), ("direction", "import")],
    )
    .await;
    assert_eq!(kept.location(), "/parcels?status=800&direction=import", "{kept:?}");
    let list = merchant.open("/parcels").await;
    let link = "<a href=\"/parcels?status=800&amp;direction=import\">Gone &lt;b&gt;</a>";
    assert!(list.body.contains(link), "{}", list.body);
    // The same name stands for what was kept last.
    act(&mut merchant, &keep("Gone <b>", "899")).await;
    let views = merchant.open("/parcels/views").await;
    assert!(views.body.contains("/parcels?status=899\"") && !views.body.contains("status=800"));
    let renamed =
        act(&mut merchant, &[("act", "rename"), ("name", "Gone <b>"), ("to", "已离境")]).await;
    assert_eq!(renamed.location(), "/parcels/views", "{renamed:?}");
    act(&mut merchant, &keep("Refused", "100")).await;
    let taken =
        act(&mut merchant, &[("act", "rename"), ("name", "Refused"), ("to", "已离境")]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains("Another view has that name."), "{}", taken.body);
    act(&mut merchant, &[("act", "delete"), ("name", "已离境")]).await;
    let views = merchant.open("/parcels/views").await;
    assert!(!views.body.contains("已离境") && views.body.contains("Refused"), "{}", views.body);
}

#[tokio::test]
async fn views_are_the_persons_own_and_bounded() {
    let stage = Stage::set();
    let mut merchant = stage.merchant().await;
    act(&mut merchant, &keep("Refused", "100")).await;
    // A colleague sees none of them and changes none.
    let party = stage.world.cast.merchant.party.id;
    stage.site.admit("colleague", Standing::Enterprise { party, role: Role::Clerk });
    let mut colleague = stage.site.signed_in("colleague").await;
    assert!(!colleague.open("/parcels").await.body.contains("Refused</a>"));
    let empty = colleague.open("/parcels/views").await;
    assert!(empty.body.contains("There are none yet."), "{}", empty.body);
    for fields in [
        &[("act", "delete"), ("name", "Refused")][..],
        &[("act", "rename"), ("name", "Refused"), ("to", "x")],
        &[("act", "steal"), ("name", "Refused")],
    ] {
        assert_eq!(act(&mut colleague, fields).await.status, StatusCode::NOT_FOUND, "{fields:?}");
    }
    let long = "x".repeat(41);
    for name in ["", "  ", &long, "a%00b"] {
        let refused = act(&mut merchant, &keep(name, "100")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    assert_eq!(act(&mut merchant, &keep("x", "soon")).await.status, StatusCode::BAD_REQUEST);
    for n in 2..=20 {
        assert_eq!(
            act(&mut merchant, &keep(&format!("view {n}"), "100")).await.status,
            StatusCode::SEE_OTHER,
            "{n}"
        );
    }
    let refused = act(&mut merchant, &keep("one more", "100")).await;
    assert!(refused.body.contains("At most 20 are kept."), "{}", refused.body);
    let again = act(&mut merchant, &keep("Refused", "300")).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "one that is there is replaced");
}
