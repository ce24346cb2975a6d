//! `serve`: what it tells its operator, and what it must not.

use std::fs;

use serde_json::Value;

use crate::serve::{Service, on_sqlite};

/// What the service has said, line by line, once there is a line for which `is_last` holds.
fn said(service: &Service, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
    let path = service.folder.path().join("stderr");
    loop {
        let text = fs::read_to_string(&path).unwrap();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines: Vec<Value> = whole
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect();
        if lines.iter().any(&is_last) {
            return lines;
        }
    }
}

/// The texts between the tags of a message that are long enough to mean something, in bytes.
fn texts(message: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(message).unwrap();
    let texts = document.descendants().filter_map(|node| node.text());
    let texts = texts.map(str::trim).filter(|text| text.len() >= 6);
    texts.map(str::to_owned).collect()
}

#[test]
fn the_log_of_a_whole_parcel_holds_nothing_of_what_was_sent() {
    let service = Service::start(on_sqlite, "[log]\nformat = 'json'\nlevel = 'debug'\n");
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let issued = service.key(&mailbox);
    let key = issued["key"].as_str().unwrap();
    service.clear(1);
    let [order, ..] = service.messages(1);
    // What is refused, broken or asked for in vain is told of as little.
    let broken = order.replace("</ceb:Order>", "");
    assert_ne!(broken, order);
    assert_eq!(service.post("/ceb?name=ZhangSan", &[], broken.as_bytes()).status, 422);
    assert_eq!(service.get("/mailbox/330102199001011234?after=7", Some(key)).status, 403);
    assert_eq!(service.get("/330102199001011234", None).status, 404);
    let read = service.get(&format!("/mailbox/{mailbox}?after=0&wait=30"), Some(key));
    assert_eq!(read.status, 200);
    service.post("/ceb", &[("x-request-id", "0af7651916cd43dd8448eb211c80319c")], b"<a/>");
    let is_last = |line: &Value| line["span"]["id"] == "0af7651916cd43dd8448eb211c80319c";
    let lines = said(&service, is_last);

    let requests = lines.iter().filter(|line| line["message"] == "answered");
    let requests: Vec<_> = requests
        .map(|line| (line["method"].as_str(), line["route"].as_str(), line["status"].as_u64()))
        .collect();
    let (get, post) = (Some("GET"), Some("POST"));
    let mailboxes = Some("/mailbox/{dxp}");
    let mut wanted = vec![(post, Some("/ceb"), Some(200)); 4];
    wanted.push((post, Some("/ceb"), Some(422)));
    wanted.push((get, mailboxes, Some(403)));
    wanted.push((get, Some("none"), Some(404)));
    wanted.push((get, mailboxes, Some(200)));
    wanted.push((post, Some("/ceb"), Some(422)));
    assert_eq!(requests, wanted, "{lines:#?}");
    let bytes: Vec<_> = lines.iter().filter_map(|line| line["bytes"].as_u64()).collect();
    assert!(bytes.contains(&u64::try_from(read.body.len()).unwrap()), "{bytes:?}");

    // Times and the numbers of requests come from nobody, and are long enough to look like anything.
    let without = |mut line: Value| {
        line["timestamp"].take();
        line["span"].take();
        line.to_string()
    };
    let log = lines.into_iter().map(without).collect::<Vec<_>>().join("\n");
    let mut secrets: Vec<_> = service.messages(1).iter().flat_map(|text| texts(text)).collect();
    assert!(secrets.len() > 100, "{secrets:?}");
    secrets.extend([key, &mailbox, "ZhangSan", "330102199001011234"].map(str::to_owned));
    for secret in secrets {
        assert!(!log.contains(&secret), "`{secret}` stands in the log:\n{log}");
    }
}

#[test]
fn the_log_is_as_short_as_it_was_asked_for() {
    let service = Service::start(on_sqlite, "[log]\nlevel = 'warn'\n");
    assert_eq!(service.get("/health", None).status, 200);
    let mut service = service;
    service.end();
    let said = fs::read_to_string(service.folder.path().join("stderr")).unwrap();
    assert_eq!(said, "");
}
