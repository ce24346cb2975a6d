//! `serve`: what it tells Prometheus.

use std::collections::BTreeSet;
use std::net::TcpListener;

use crate::run::tongguan_in;
use crate::serve::{Service, on_sqlite};

const PAGE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/metrics.md"));

/// The names in the page's table, with their kinds, without those that only a service with standbys has.
fn documented() -> BTreeSet<(String, String)> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `tongguan_"));
    let rows = rows.filter(|line| !line.starts_with("| `tongguan_standby_"));
    rows.map(|row| {
        let mut cells = row.split('|').skip(1).map(|cell| cell.trim().trim_matches('`'));
        (cells.next().unwrap().to_owned(), cells.next().unwrap().to_owned())
    })
    .collect()
}

#[test]
fn everything_that_is_measured_is_documented_and_names_nobody() {
    // Given back at once, for the service; two that ask get two.
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // A window that relays, although nothing is to be relayed.
    let relay = "[relay]\nmailbox = 'DXPLOC1'\noutbox = 'up'\ninbox = 'down'\n";
    let settings = format!("{relay}[metrics]\nlisten = '{listen}'\n");
    let service = Service::start(on_sqlite, &settings);
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let issued = service.key(&mailbox);
    service.clear(1);
    let letters = format!("/mailbox/{mailbox}?after=0&wait=30");
    assert_eq!(service.get(&letters, issued["key"].as_str()).status, 200);
    assert_eq!(service.post("/ceb", &[], b"<a/>").status, 422);
    // What no platform was asked for is answered in the announcement's own form.
    let upload = "/ceb2grab/grab/realTimeDataUpload";
    assert_eq!(service.post(upload, &[], b"payExInfoStr=none").status, 200);
    // Of what was copied once, the age is told.
    let place = service.place.each_ref().map(String::as_str);
    let made = ["backup", "make", place[0], place[1]];
    let made = tongguan_in(service.folder.path(), &made, "");
    assert_eq!(made.status, 0, "{}{}", made.out, made.err);
    let scrape = || {
        let mut answer = service.agent.get(format!("http://{listen}/metrics")).call().unwrap();
        answer.body_mut().read_to_string().unwrap()
    };
    let mut text = scrape();
    // The desk tells of its batches from time to time, the relay of its rounds, the distributor of what it read.
    let at_last = [
        "tongguan_batches_total",
        "tongguan_relay_sent_total",
        "tongguan_relay_fetched_total",
        "tongguan_refused_total",
    ];
    while at_last.iter().any(|name| !text.contains(name)) {
        text = scrape();
    }
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let measured: BTreeSet<_> = kinds
        .map(|line| line.split_once(' ').unwrap())
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect();
    assert_eq!(measured, documented(), "{text}");
    for wanted in [
        r#"tongguan_http_requests_total{route="/mailbox/{dxp}",method="GET",status="2xx"} 1"#,
        r#"tongguan_http_requests_total{route="/ceb",method="POST",status="2xx"} 4"#,
        r#"tongguan_messages_total{message="CEB311",outcome="taken"} 1"#,
        r#"tongguan_messages_total{message="none",outcome="refused"} 1"#,
        r#"tongguan_documents_total{message="CEB621"} 1"#,
        r#"tongguan_bytes_in_flight 0"#,
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!text.contains(&mailbox), "{text}");
    assert_eq!(service.get("/metrics", None).status, 404, "it is on a listener of its own");
}
