//! Every route holds its permission: for nobody, for a role that has it, and for every role that has not.

use axum::http::StatusCode;
use tongguan_domain::access::{Permission, Role};
use tongguan_web::{Needs, Route};

use crate::fixture::{Answer, Browser, Site, lenient, standing_of};

/// An address of a route: its parts are numbers of nothing.
pub fn address(route: &Route) -> String {
    let mut address = String::new();
    let mut parts = route.path.split('{');
    address.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (_, rest) = part.split_once('}').unwrap();
        address.push('1');
        address.push_str(rest);
    }
    address
}

async fn ask(browser: &mut Browser<'_>, route: &Route) -> Answer {
    browser.accept = "application/json";
    browser.request(route.method.clone(), &address(route), "").await
}

#[tokio::test]
async fn nobody_gets_past_a_route_that_needs_something() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    for route in &site.routes {
        let answer = ask(&mut browser, route).await;
        let refused = matches!(answer.problem().as_deref(), Some("sign-in-needed" | "no-key"))
            || answer.body.contains("\"invalid_client\"");
        let wanted = match (route.needs, route.path.as_str()) {
            // What is uploaded is answered in a form of its own, whoever sends it.
            (Needs::Nothing | Needs::Signature, _) => false,
            // A message is believed for its signature; a key only tells whose it is.
            (Needs::MailboxKey, "/ceb") => false,
            _ => true,
        };
        assert_eq!(refused, wanted, "{route:?}: {answer:?}");
        assert_eq!(answer.status == StatusCode::UNAUTHORIZED, wanted, "{route:?}: {answer:?}");
    }
}

#[tokio::test]
async fn each_role_passes_where_it_may_and_nowhere_else() {
    let site = Site::new(lenient());
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Program) {
        site.admit(role.name(), standing_of(role));
        let mut browser = site.signed_in(role.name()).await;
        for route in &site.routes {
            let answer = ask(&mut browser, route).await;
            let wanted = matches!(route.needs, Needs::May(permission) if !permission.is_of(role));
            let refused = answer.problem().as_deref() == Some("not-permitted");
            assert_eq!(refused, wanted, "{role:?} {route:?}: {answer:?}");
            assert_ne!(answer.problem().as_deref(), Some("sign-in-needed"), "{role:?} {route:?}");
            assert!(!answer.status.is_server_error(), "{role:?} {route:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn whoever_lacks_the_second_factor_gets_nowhere() {
    let site = Site::new(tongguan_application::people::Policy::default());
    site.admit("zhang", standing_of(Role::Officer));
    let mut browser = site.signed_in("zhang").await;
    for route in &site.routes {
        let answer = ask(&mut browser, route).await;
        let wanted = matches!(route.needs, Needs::Known | Needs::May(_));
        let refused = answer.problem().as_deref() == Some("second-factor-needed");
        assert_eq!(refused, wanted, "{route:?}: {answer:?}");
    }
}

#[tokio::test]
async fn no_route_that_writes_takes_a_form_of_elsewhere() {
    let site = Site::new(lenient());
    site.admit("wang", standing_of(Role::Supervisor));
    let mut browser = site.signed_in("wang").await;
    for route in site.routes.iter().filter(|route| route.method != axum::http::Method::GET) {
        // No browser sends what these need of its own accord.
        if matches!(route.needs, Needs::MailboxKey | Needs::ClientCredentials | Needs::Signature) {
            continue;
        }
        browser.accept = "application/json";
        let body = "form_token=made-up&sign_in=a&password=b&again=c&code=1&present=x";
        let answer = browser.request(route.method.clone(), &address(route), body).await;
        let problem = answer.problem();
        let refused = matches!(problem.as_deref(), Some("foreign-form" | "not-permitted"));
        assert!(refused, "{route:?}: {answer:?}");
    }
}

#[test]
fn the_page_of_permissions_is_the_table() {
    let page = include_str!("../../../../docs/reference/people.md");
    for permission in Permission::ALL {
        let roles: Vec<_> = permission.of().iter().map(|role| role.name()).collect();
        let line =
            page.lines().find(|line| line.starts_with(&format!("| `{}` |", permission.name())));
        let line = line.unwrap_or_else(|| panic!("{} is missing", permission.name()));
        assert!(line.ends_with(&format!("| {} |", roles.join(", "))), "{line}");
    }
}
