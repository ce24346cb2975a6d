//! An archive of messages at `/ceb`.

use std::io::{Cursor, Write as _};

use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Service, Told, on_sqlite};

fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn send(service: &Service, archive: &[u8]) -> Told {
    service.post("/ceb", &[("content-type", "application/zip"), ("accept-language", "en")], archive)
}

#[test]
fn each_message_of_an_archive_is_answered_in_its_place() {
    let service = Service::start(on_sqlite, "");
    let [order, payment, waybill, declaration] = service.messages(1);
    let told = send(
        &service,
        &packed(&[
            ("1/order.xml", order.as_bytes()),
            ("garbage.xml", b"<CEB311Message>"),
            ("1/payment.xml", payment.as_bytes()),
            ("1/waybill.xml", waybill.as_bytes()),
            ("1/declaration.xml", declaration.as_bytes()),
        ]),
    );
    assert_eq!(told.status, 200, "{told:?}");
    let told = told.json();
    assert_eq!((&told["taken"], &told["refused"]), (&4.into(), &1.into()), "{told}");
    let messages = told["messages"].as_array().unwrap();
    let answered: Vec<_> = messages
        .iter()
        .map(|message| (message["name"].as_str().unwrap(), message["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        answered,
        [
            ("1/order.xml", 200),
            ("garbage.xml", 422),
            ("1/payment.xml", 200),
            ("1/waybill.xml", 200),
            ("1/declaration.xml", 200)
        ]
    );
    assert_eq!(messages[4]["message"], "CEB621");
    assert_eq!(messages[1]["type"], "urn:tongguan:problem:unreadable");
    assert!(messages[1]["title"].as_str().unwrap().starts_with("the message was received"));
    assert!(!messages[1]["defects"].as_array().unwrap().is_empty(), "{told}");

    // They were taken in like single ones: the parcel is released.
    let mailbox = service.cast.carrier.mailbox().to_owned();
    let key = service.key(&mailbox);
    let mut texts = String::new();
    let mut next = format!("/mailbox/{mailbox}?after=0");
    while !texts.contains("CEB816Message") {
        let read = service.get(&format!("{next}&wait=30"), key["key"].as_str()).json();
        assert!(!read["letters"].as_array().unwrap().is_empty(), "no tax bill came: {texts}");
        texts.push_str(&read["letters"].to_string());
        next = read["next"].as_str().unwrap().to_owned();
    }
}

#[test]
fn messages_of_more_bytes_than_may_be_on_their_way_follow_each_other() {
    // Room for an archive and 64 KiB of its messages.
    let service = Service::start(on_sqlite, "[limits]\nmessage_kib = 64\nkib_in_flight = 128\n");
    let messages: Vec<_> = (1..=20).flat_map(|n| service.messages(n)).collect();
    assert!(messages.iter().map(String::len).sum::<usize>() > 4 << 16);
    let names: Vec<_> = (1..=messages.len()).map(|n| format!("{n}.xml")).collect();
    let entries: Vec<_> =
        names.iter().map(String::as_str).zip(messages.iter().map(String::as_bytes)).collect();
    // In three archives, as each may be as long as a message.
    for entries in entries.chunks(28) {
        let told = send(&service, &packed(entries)).json();
        assert_eq!(told["taken"], Value::from(entries.len()), "{told}");
    }
}

#[test]
fn an_archive_that_is_not_taken_is_told_as_a_whole() {
    let service = Service::start(on_sqlite, "[limits]\nmessage_kib = 64\n");
    let whole = packed(&[("a.xml", b"<a/>")]);
    let bomb = packed(&[("bomb.xml", &vec![b' '; 60 << 10])]);
    let nested = packed(&[("more.zip", &whole)]);
    for archive in [&b"PK"[..], &whole[..whole.len() - 4], &packed(&[]), &bomb, &nested] {
        let told = send(&service, archive);
        assert_eq!((told.status, told.problem()), (422, "unfit-archive".to_owned()));
    }
    let long = send(&service, &vec![0; 65 << 10]);
    assert_eq!((long.status, long.problem()), (413, "too-long".to_owned()));
}
