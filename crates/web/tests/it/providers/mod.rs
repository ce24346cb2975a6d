//! Signing in with OpenID Connect, as a browser does it, at a provider on this machine.

mod accounts;
mod flow;
mod logout;
mod refusals;

use axum::http::StatusCode;
use tongguan_application::people::{Policy, Provider, Terms};
use tongguan_testkit::provider::OpenIdProvider;

use crate::fixture::{Answer, Browser, PATIENCE, Site};

/// The pages, and two providers, of which the second is `other`.
struct Stage {
    site: Site,
    corp: OpenIdProvider,
    other: OpenIdProvider,
}

impl Stage {
    fn new(policy: Policy) -> Self {
        Self::with(policy, |_| {})
    }

    /// Where `corp` is known on other terms.
    fn with(policy: Policy, change: impl FnOnce(&mut Terms)) -> Self {
        let mut both = None;
        let site = Site::with_providers(policy, |clock| {
            let (corp, other) =
                (OpenIdProvider::start(clock.clone()), OpenIdProvider::start(clock.clone()));
            let mut terms = corp.terms("corp");
            change(&mut terms);
            let all = [terms, other.terms("other")].map(|it| Provider::new(it).unwrap());
            both = Some((corp, other));
            (all.to_vec(), PATIENCE)
        });
        let (corp, other) = both.unwrap();
        Self { site, corp, other }
    }

    /// Somebody who has accepted the invitation with the account that `corp` signs in to.
    async fn admit(&self, sign_in: &str, standing: tongguan_domain::access::Standing) {
        let code = self.site.invite(sign_in, standing);
        let mut browser = self.site.browser();
        let begun = browser.open(&format!("/invitation/{code}/oidc/corp")).await;
        let accepted = self.come_back(&mut browser, &begun).await;
        assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{accepted:?}");
    }

    /// What becomes of a browser that signs in at `corp`.
    async fn sign_in(&self, browser: &mut Browser<'_>) -> Answer {
        let begun = browser.open("/sign-in/oidc/corp?next=/account").await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{begun:?}");
        self.come_back(browser, &begun).await
    }

    /// What becomes of a browser that was sent to `corp`.
    async fn come_back(&self, browser: &mut Browser<'_>, sent: &Answer) -> Answer {
        browser.open(&here(&self.corp.visit(sent.location()))).await
    }

    /// Links the account that `corp` signs in to.
    async fn link(&self, browser: &mut Browser<'_>, password: &str) -> Answer {
        let token = browser.form_token().await;
        let form = [("form_token", token.as_str()), ("provider", "corp"), ("present", password)];
        let onward = browser.send("/account/providers", &form).await;
        if onward.status != StatusCode::OK {
            return onward;
        }
        let url = onward.headers["refresh"].to_str().unwrap().strip_prefix("0;url=").unwrap();
        browser.open(&here(&self.corp.visit(url))).await
    }
}

/// An address of ours without its origin.
fn here(url: &str) -> String {
    url.strip_prefix("http://localhost:8080").unwrap_or_else(|| panic!("{url}")).to_owned()
}

/// Whether somebody has signed in with a browser.
async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    browser.open("/account").await.status == StatusCode::OK
}
