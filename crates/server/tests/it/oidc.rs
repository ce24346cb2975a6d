//! Providers of identity in the settings of the service as it is shipped.

use std::fs;
use std::sync::Arc;

use tongguan_domain::time::Moment;
use tongguan_testkit::clock::MockClock;
use tongguan_testkit::provider::OpenIdProvider;

use crate::run::tongguan_in;
use crate::serve::{Service, on_sqlite};

fn settings(issuer: &str) -> String {
    format!(
        "address = 'http://localhost:8080'\n[[oidc]]\nid = 'corp'\nname_zh = '单位账号'\n\
         name_en = 'company account'\nissuer = '{issuer}'\nclient_id = 'window:1'\n\
         client_secret_file = 'secret'\n"
    )
}

#[test]
fn the_settings_name_a_provider_and_browsers_are_sent_to_it() {
    let clock = Arc::new(MockClock::at(Moment::parse_wire("20261123120000").unwrap()));
    let provider = OpenIdProvider::start(clock);
    let mut service = Service::start(on_sqlite, "");
    service.end();
    let file = service.folder.path().join("tongguan.toml");
    let plain = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{plain}{}", settings(&provider.issuer))).unwrap();
    let run = tongguan_in(service.folder.path(), &["serve", "--config", "tongguan.toml"], "");
    assert_ne!(run.status, 0, "it does not start without the secret");
    let wanted = "`[[oidc]]` `corp`: cannot read";
    assert!(run.err.contains(wanted) && run.err.contains("secret"), "{}", run.err);
    fs::write(service.folder.path().join("secret"), "s3cret\n").unwrap();
    service.serve_again();
    let get = |path: &str| service.agent.get(format!("{}{path}", service.base)).call().unwrap();
    let page = get("/sign-in").body_mut().read_to_string().unwrap();
    assert!(page.contains("用单位账号登录"), "{page}");
    let sent = get("/sign-in/oidc/corp");
    let location = sent.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(&format!("{}/authorize?", provider.issuer)), "{location}");
    let back = provider.visit(location);
    assert!(back.starts_with("http://localhost:8080/sign-in/oidc/corp/answer?code="), "{back}");
}
