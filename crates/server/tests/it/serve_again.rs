//! A request that a process died with: its key is free again within seconds.

use std::thread::park_timeout;
use std::time::Duration;

use serde_json::json;

use crate::serve::{Service, on_sqlite};

const FIRST: &str = "correct horse battery";
const SECOND: &str = "another correct staple";

#[test]
fn a_request_that_a_process_died_with_may_be_sent_again() {
    let mut service = Service::start(on_sqlite, "[people]\nsecond_factor_required = false\n");
    service.admit("auditor", "auditor", "");
    let cookie = service.sign_in("auditor");
    let session = service.with(&cookie, "/api/v1/session").json();
    let token = session["form_token"].as_str().unwrap().to_owned();
    let store = service.store();
    // Passwords take long to check, so most requests are caught; one that is not is another attempt.
    let (mut present, mut next) = (FIRST, SECOND);
    for attempt in 0..20 {
        let key = format!("attempt-{attempt}");
        let headers = [
            ("cookie", cookie.as_str()),
            ("x-form-token", token.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let body = json!({ "present": present, "password": next }).to_string();
        let address = format!("{}/api/v1/account/password", service.base);
        let agent = service.agent.clone();
        let is_unanswered = || {
            let row = store.read(|view| view.answered_request("auditor", &key)).unwrap();
            row.map(|row| row.answer.is_none())
        };
        let died = std::thread::scope(|scope| {
            let (headers, body) = (&headers, body.as_bytes());
            let sent = scope.spawn(move || {
                let request = headers.iter().fold(agent.post(address), |request, (name, value)| {
                    request.header(*name, *value)
                });
                drop(request.send(body));
            });
            while is_unanswered().is_none() && !sent.is_finished() {}
            service.kill();
            sent.join().unwrap();
            is_unanswered() == Some(true)
        });
        service.serve_again();
        if died {
            answered_in_the_end(&service, &headers, body.as_bytes());
            return;
        }
        (present, next) = (next, present);
    }
    panic!("no request was caught under way");
}

/// Sends it again, as often as it is told to.
fn answered_in_the_end(service: &Service, headers: &[(&str, &str)], body: &[u8]) {
    // What is told grows with the time that it has been held: a minute is told after a minute.
    let mut told_to_wait = 0;
    while told_to_wait < 60 {
        let told = service.post("/api/v1/account/password", headers, body);
        // Where the process died after the change, the present password is another one by now.
        if told.status == 204 || told.problem() == "refused" {
            return;
        }
        assert_eq!(told.problem(), "under-way", "{told:?}");
        told_to_wait = told.headers["retry-after"].to_str().unwrap().parse().unwrap();
        park_timeout(Duration::from_millis(500));
    }
    panic!("it is held for longer than seconds");
}
