//! Tax bills and the guarantee.

use tongguan_domain::access::{Role, Standing};
use tongguan_domain::money::Money;
use tongguan_testkit::parcels::parcel;

use super::{Stage, sent_at};

#[tokio::test]
async fn the_bills_of_released_imports_are_listed_for_their_parties_alone() {
    let stage = Stage::set();
    let mut merchant = stage.merchant().await;
    let released = [1, 2].map(|n| {
        let stored = stage.world.declaration(&parcel(n, sent_at()).unwrap()).unwrap();
        stored.state.number().unwrap().to_string()
    });
    let list = merchant.open("/tax-bills").await;
    for number in &released {
        assert!(list.body.contains(&format!("<td>{number}_0</td>")), "{}", list.body);
    }
    let others = stage.exporter().await.open("/tax-bills").await;
    assert!(others.body.contains("There is no tax bill yet"), "{}", others.body);
}

#[tokio::test]
async fn a_guarantor_sees_its_guarantee_and_is_warned_in_time() {
    let stage = Stage::set();
    let party = stage.world.cast.platform.party.id;
    stage.site.admit("platform", Standing::Enterprise { party, role: Role::Reader });
    let mut browser = stage.site.signed_in("platform").await;
    let held = stage.world.guarantee().held;
    let page = browser.open("/guarantee").await;
    assert!(page.body.contains(&format!("CNY {held}")), "{}", page.body);
    assert!(!page.body.contains("nearly used up"), "{}", page.body);
    let home = browser.open("/").await;
    assert!(!home.body.contains("See the guarantee"), "nothing is short: {}", home.body);
    assert!(
        page.body.contains("held at release") && page.body.contains("a document"),
        "{}",
        page.body
    );
    let address = "/api/v1/guarantee/movements?limit=1";
    browser.accept = "application/json";
    let listed: serde_json::Value =
        serde_json::from_str(&browser.open(address).await.body).unwrap();
    browser.accept = "text/html";
    assert_eq!(listed["items"][0]["kind"], "held", "{listed}");
    assert!(
        listed["next"].as_str().unwrap().starts_with("/api/v1/guarantee/movements?limit=1&after=")
    );
    stage.world.grant(party, held.checked_add(Money::from_fen(1)).unwrap());
    assert!(browser.open("/guarantee").await.body.contains("nearly used up"));
    let home = browser.open("/").await;
    assert!(home.body.contains("The guarantee is nearly used up"), "{}", home.body);
}
