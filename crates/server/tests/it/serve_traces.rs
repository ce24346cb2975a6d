//! `serve`: what it tells a collector of traces, and what it must not.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::serve::{Service, on_sqlite};

/// A collector that keeps what it is told.
struct Collector {
    address: SocketAddr,
    told: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                while let Some((line, body)) = request(&mut reader) {
                    assert_eq!(line, "POST /v1/traces HTTP/1.1");
                    kept.lock().unwrap_or_else(PoisonError::into_inner).extend(body);
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    reader.get_mut().write_all(answer).unwrap();
                }
            }
        });
        Self { address, told }
    }

    /// Whether something stands in what was told; protobuf has texts as they are.
    fn holds(&self, wanted: &[u8]) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.windows(wanted.len()).any(|window| window == wanted)
    }
}

/// The first line and the body of the next request.
fn request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let heads: Vec<_> =
        reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let first = heads.first()?.clone();
    let length = heads.iter().find_map(|head| {
        let (name, value) = head.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some((first, body))
}

#[test]
fn a_request_is_told_with_its_parts_and_without_what_it_was_about() {
    let collector = Collector::start();
    let settings =
        format!("[traces]\nendpoint = 'http://{}'\nfollow_callers = true\n", collector.address);
    let mut service = Service::start(on_sqlite, &settings);
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let issued = service.key(&mailbox);
    let [order, ..] = service.messages(1);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assert_eq!(service.post("/ceb", &[("traceparent", parent)], order.as_bytes()).status, 200);
    let letters = format!("/mailbox/{mailbox}?after=0&wait=30");
    assert_eq!(service.get(&letters, issued["key"].as_str()).status, 200);
    // What was not told yet is told at the end.
    service.end();
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    for wanted in [b"POST /ceb".as_slice(), b"store for good", b"GET /mailbox/{dxp}", &trace] {
        assert!(collector.holds(wanted), "{}", String::from_utf8_lossy(wanted));
    }
    assert!(!collector.holds(mailbox.as_bytes()), "an address that was asked for was told");
}

#[test]
fn a_stranger_s_trace_is_not_gone_on_with_unless_that_is_set_and_a_share_of_nothing_tells_nothing()
{
    let collector = Collector::start();
    let settings = format!("[traces]\nendpoint = 'http://{}'\n", collector.address);
    let mut service = Service::start(on_sqlite, &settings);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assert_eq!(service.post("/ceb", &[("traceparent", parent)], b"<a/>").status, 422);
    service.end();
    assert!(collector.holds(b"POST /ceb"));
    assert!(!collector.holds(&0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes()));

    let unasked = Collector::start();
    let settings = format!("[traces]\nendpoint = 'http://{}'\nshare = 0.0\n", unasked.address);
    let mut service = Service::start(on_sqlite, &settings);
    assert_eq!(service.post("/ceb", &[("traceparent", parent)], b"<a/>").status, 422);
    service.end();
    assert!(!unasked.holds(b"POST /ceb"));
}

#[test]
fn a_collector_that_is_away_keeps_nobody_waiting() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut service =
        Service::start(on_sqlite, &format!("[traces]\nendpoint = 'http://{address}'\n"));
    service.clear(1);
    service.end();
}
