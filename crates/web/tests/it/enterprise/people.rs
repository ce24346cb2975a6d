//! People of the own organisation, and the own sessions.

use axum::http::{Method, StatusCode};
use tongguan_domain::access::{Role, Standing};

use super::Stage;
use crate::fixture::{PASSWORD, standing_of};
use crate::interface::json_of;

impl Stage {
    fn admit_clerk(&self) {
        let party = self.world.cast.merchant.party.id;
        self.site.admit("clerk", Standing::Enterprise { party, role: Role::Clerk });
    }
}

#[tokio::test]
async fn somebody_is_invited_and_chooses_a_password() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let token = browser.form_token().await;
    let form = |sign_in, role| {
        [
            ("form_token", token.clone()),
            ("sign_in", sign_in),
            ("name", "Wang".into()),
            ("role", role),
        ]
    };
    let good = form("wang".to_owned(), "clerk".to_owned());
    let good = good.each_ref().map(|(name, value)| (*name, value.as_str()));
    let invited = browser.send("/people", &good).await;
    assert_eq!(invited.status, StatusCode::OK, "{invited:?}");
    let (_, rest) = invited.body.split_once("<pre>").unwrap();
    let link = rest.split('<').next().unwrap();
    let link = link.strip_prefix("http://localhost:8080").expect("a whole address").to_owned();
    assert!(!browser.open("/people").await.body.contains(&link), "it is shown once");
    let mut newcomer = stage.site.browser();
    let chosen = [("password", "quite a long phrase"), ("again", "quite a long phrase")];
    let accepted = newcomer.send(&link, &chosen).await;
    assert!(accepted.status.is_redirection() || accepted.status.is_success(), "{accepted:?}");
    let taken = browser.send("/people", &good).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains("is taken"), "{}", taken.body);
    assert!(taken.body.contains("value=\"wang\"") && taken.body.contains("value=\"Wang\""));
    assert!(taken.body.contains("value=\"clerk\" selected"), "{}", taken.body);
    // What is not the enterprise's to give.
    for role in ["officer", "system-administrator", "program", "emperor"] {
        let form = form("zhao".to_owned(), role.to_owned());
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        let refused = browser.send("/people", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{role}");
        assert!(refused.body.contains("value=\"zhao\""), "what was filled in stays: {role}");
    }
}

#[tokio::test]
async fn an_administrator_manages_the_own_people_and_nobody_else() {
    let stage = Stage::set();
    stage.admit_clerk();
    stage.site.admit("officer", standing_of(Role::Officer));
    let (mut merchant, mut exporter) = (stage.merchant().await, stage.exporter().await);
    let own = merchant.open("/people").await;
    assert!(own.body.contains("href=\"/people/clerk\""), "{}", own.body);
    assert!(!own.body.contains("/people/exporter") && !own.body.contains("/people/officer"));
    let (token, foreign) = (merchant.form_token().await, exporter.form_token().await);
    for act in ["", "/role", "/invite", "/access"] {
        let address = format!("/people/clerk{act}");
        let form = [("form_token", foreign.as_str()), ("role", "reader"), ("access", "shut-out")];
        let answer = match act {
            "" => exporter.open(&address).await,
            _ => exporter.send(&address, &form).await,
        };
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
    }
    let mut clerk = stage.site.signed_in("clerk").await;
    assert_eq!(clerk.open("/people").await.status, StatusCode::FORBIDDEN);
    let change = [("form_token", token.as_str()), ("role", "reader")];
    assert_eq!(merchant.send("/people/clerk/role", &change).await.location(), "/people/clerk");
    assert!(merchant.open("/people/clerk").await.body.contains("Enterprise reader"));
    assert_eq!(clerk.open("/parcels").await.status, StatusCode::SEE_OTHER, "the session has ended");
    let shut = [("form_token", token.as_str()), ("access", "shut-out")];
    merchant.send("/people/clerk/access", &shut).await;
    let form = [("sign_in", "clerk"), ("password", PASSWORD), ("next", "/")];
    let refused = stage.site.browser().send("/sign-in", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = [("form_token", token.as_str()), ("access", "let-in")];
    merchant.send("/people/clerk/access", &again).await;
    stage.site.signed_in("clerk").await;
}

#[tokio::test]
async fn nobody_shuts_out_himself_or_the_last_administrator() {
    let stage = Stage::set();
    let mut merchant = stage.merchant().await;
    let token = merchant.form_token().await;
    let shut = [("form_token", token.as_str()), ("access", "shut-out")];
    let own = merchant.send("/people/merchant/access", &shut).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "{own:?}");
    assert!(own.body.contains("to himself"), "{}", own.body);
    assert!(merchant.open("/people/merchant").await.body.contains("This is you"));
    // A system administrator takes the last one of an enterprise no sooner.
    stage.site.admit("system", Standing::System);
    let mut system = stage.site.signed_in("system").await;
    let token = system.form_token().await;
    let shut = [("form_token", token.as_str()), ("access", "shut-out")];
    let last = system.send("/people/merchant/access", &shut).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY, "{last:?}");
    assert!(last.body.contains("last administrator"), "{}", last.body);
    let party = stage.world.cast.merchant.party.id.to_string();
    let form = [("form_token", token.as_str()), ("role", "clerk"), ("organisation", &party)];
    let demoted = system.send("/people/merchant/role", &form).await;
    assert_eq!(demoted.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(demoted.body.contains("value=\"clerk\" selected"), "{}", demoted.body);
    // With another one it may be.
    let party = stage.world.cast.merchant.party.id;
    let role = Role::EnterpriseAdministrator;
    stage.site.admit("second", Standing::Enterprise { party, role });
    assert_eq!(system.send("/people/merchant/access", &shut).await.location(), "/people/merchant");
}

#[tokio::test]
async fn one_sees_and_ends_the_own_sessions() {
    let stage = Stage::set();
    let (mut here, mut there) = (stage.merchant().await, stage.merchant().await);
    let mut other = stage.exporter().await;
    let page = here.open("/account").await;
    assert_eq!(page.body.matches("/account/sessions/").count(), 1, "{}", page.body);
    let link = page.body.split("action=\"/account/sessions/").nth(1).unwrap();
    let address = format!("/account/sessions/{}", link.split('"').next().unwrap());
    // Nobody ends another's.
    let token = other.form_token().await;
    other.changes_nothing = true;
    other.send(&address, &[("form_token", &token)]).await;
    assert_eq!(there.open("/account").await.status, StatusCode::OK);
    let token = here.form_token().await;
    assert_eq!(here.send(&address, &[("form_token", &token)]).await.location(), "/account");
    assert_eq!(there.open("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.open("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_runs_the_system_finds_organisations_and_invites_for_those_that_are_there() {
    let stage = Stage::set();
    stage.site.admit("admin", standing_of(Role::SystemAdministrator));
    let merchant = &stage.world.cast.merchant.party;
    let mut browser = stage.site.signed_in("admin").await;
    let list = browser.open("/organisations").await;
    let number = merchant.id.to_string();
    assert!(list.body.contains(&merchant.name) && list.body.contains(merchant.codes[0].as_str()));
    assert!(
        list.body.contains(&format!("href=\"/people?organisation={number}\"")),
        "{}",
        list.body
    );
    let code = merchant.codes[0].as_str().to_lowercase();
    let found = browser.open(&format!("/organisations?q={code}")).await;
    assert!(found.body.contains(&merchant.name), "{}", found.body);
    assert!(!found.body.contains(&stage.world.cast.exporter.party.name), "{}", found.body);
    let none = browser.open("/organisations?q=nobody-is-called-so").await;
    assert!(none.body.contains("No organisation"), "{}", none.body);
    let own = browser.open(&format!("/people?organisation={number}")).await;
    assert!(own.body.contains("href=\"/people/merchant\""), "{}", own.body);
    assert!(!own.body.contains("href=\"/people/exporter\""), "{}", own.body);
    assert!(own.body.contains(&format!("value=\"{number}\"")), "the form names it: {}", own.body);

    let token = browser.form_token().await;
    let form = |organisation| {
        [
            ("form_token", token.as_str()),
            ("sign_in", "wang"),
            ("name", "Wang"),
            ("role", "clerk"),
            ("organisation", organisation),
        ]
    };
    browser.changes_nothing = true;
    let refused = browser.send("/people", &form("999")).await;
    browser.changes_nothing = false;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    assert!(refused.body.contains("No organisation has the number 999"), "{}", refused.body);
    assert!(refused.body.contains("value=\"999\"") && refused.body.contains("value=\"wang\""));
    assert_eq!(browser.send("/people", &form(&number)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_is_let_in_by_the_interface_acts_for_a_party_that_is_there_or_for_a_new_one() {
    let stage = Stage::set();
    stage.site.admit("admin", standing_of(Role::SystemAdministrator));
    let mut browser = stage.site.signed_in("admin").await;
    let token = browser.form_token().await;
    browser.accept = "application/json";
    let headers = [("x-form-token", token.as_str())];
    let person = |sign_in: &str, organisation: &str| {
        serde_json::json!({
            "sign_in": sign_in, "name": "Wang", "role": "clerk", "organisation": organisation,
        })
    };
    let people = "/api/v1/people";
    let refused = browser.json(Method::POST, people, &headers, &person("zhao", "999")).await;
    assert_eq!(json_of(&refused)["errors"][0]["pointer"], "/organisation", "{refused:?}");
    let new = browser.json(Method::POST, people, &headers, &person("zhao", "new")).await;
    assert_eq!(new.status, StatusCode::CREATED, "{new:?}");
    let zhao = json_of(&browser.open("/api/v1/people/zhao").await);
    let given: i64 = zhao["organisation"].as_str().unwrap().parse().unwrap();
    let last = stage.world.cast.actors().map(|actor| actor.party.id.0).into_iter().max().unwrap();
    assert_eq!(given, last + 1, "a number that nobody has");
    // A role changes although the enterprise is not registered yet.
    let role = serde_json::json!({ "role": "reader" });
    let changed = browser.json(Method::POST, "/api/v1/people/zhao", &headers, &role).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    let listed = json_of(&browser.open("/api/v1/organisations?limit=2").await);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    let rest = json_of(&browser.open(listed["next"].as_str().unwrap()).await);
    assert_ne!(rest["items"][0], listed["items"][1], "{rest}");
    // An administrator of an enterprise sees the own one.
    let mut own = stage.merchant().await;
    own.accept = "application/json";
    let listed = json_of(&own.open("/api/v1/organisations").await);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["items"][0]["people"], "1", "{listed}");
}
