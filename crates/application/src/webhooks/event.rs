//! Events (CloudEvents 1.0, structured JSON mode): a message of a mailbox, as its owner's program is told.

use std::fmt::Write as _;

use serde_json::json;
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;

use super::WebhookNumber;
use crate::delivery::Rendered;
use crate::digest::sha256;

/// What the body is, for the header of that name.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// An event, ready to be signed and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, the same each time that it is sent: receivers tell repetitions by it.
    pub id: String,
    /// The event as JSON.
    pub body: Vec<u8>,
}

/// The event of message `ordinal`, from 0, at place `n` of a mailbox.
pub fn of_message(mailbox: &DxpId, n: i64, ordinal: usize, message: &Rendered) -> Event {
    let id = format!("msg_{}_{n}_{ordinal}", digest_of(mailbox));
    let xml = String::from_utf8_lossy(&message.xml);
    let at = message.at.to_string();
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": source(mailbox),
        "type": format!("cn.tongguan.response.{}", message.message),
        "subject": message.key,
        "time": at,
        "datacontenttype": "application/json",
        "data": {"n": n, "type": message.message, "key": message.key, "at": at, "xml": xml},
    });
    Event { id, body: event.to_string().into_bytes() }
}

/// The event by which somebody tries whether a webhook works.
pub fn of_test(mailbox: &DxpId, webhook: WebhookNumber, now: Moment) -> Event {
    let id = format!("msg_{}_test_{}", digest_of(mailbox), now.micros());
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": source(mailbox),
        "type": "cn.tongguan.webhook.test",
        "subject": webhook.to_string(),
        "time": now.to_string(),
        "datacontenttype": "application/json",
        "data": {"webhook": webhook.to_string(), "mailbox": mailbox.as_str()},
    });
    Event { id, body: event.to_string().into_bytes() }
}

/// An id may hold no full stop and goes into a header; the name of a mailbox may hold anything.
fn digest_of(mailbox: &DxpId) -> String {
    let mut text = String::new();
    for byte in sha256(mailbox.as_str().as_bytes()).iter().take(8) {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The mailbox's address, as a reference (RFC 3986).
fn source(mailbox: &DxpId) -> String {
    let mut text = "/mailbox/".to_owned();
    for byte in mailbox.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Rendered {
        Rendered {
            message: "CEB622",
            key: "订单.1".to_owned(),
            at: Moment::parse_wire("20260302100000").unwrap(),
            mailboxes: Vec::new(),
            xml: b"<a/>".to_vec(),
        }
    }

    #[test]
    fn an_event_says_what_the_mailbox_says() {
        let mailbox = DxpId::parse("DXPENT0000000001").unwrap();
        let event = of_message(&mailbox, 7, 1, &message());
        let told: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
        let wanted = json!({
            "specversion": "1.0",
            "id": event.id,
            "source": "/mailbox/DXPENT0000000001",
            "type": "cn.tongguan.response.CEB622",
            "subject": "订单.1",
            "time": "2026-03-02T10:00:00.000+08:00",
            "datacontenttype": "application/json",
            "data": {
                "n": 7,
                "type": "CEB622",
                "key": "订单.1",
                "at": "2026-03-02T10:00:00.000+08:00",
                "xml": "<a/>",
            },
        });
        assert_eq!(told, wanted);
    }

    #[test]
    fn an_id_fits_a_header_and_belongs_to_one_message_of_one_mailbox() {
        let [one, two] = ["A.B 箱", "A.B"].map(|name| DxpId::parse(name).unwrap());
        let ids = [
            of_message(&one, 1, 0, &message()).id,
            of_message(&one, 1, 1, &message()).id,
            of_message(&one, 2, 0, &message()).id,
            of_message(&two, 1, 0, &message()).id,
        ];
        for (at, id) in ids.iter().enumerate() {
            assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{id}");
            assert!(!ids[..at].contains(id), "{id}");
        }
        assert_eq!(ids[0], of_message(&one, 1, 0, &message()).id, "the same again");
        assert_eq!(source(&one), "/mailbox/A.B%20%E7%AE%B1");
    }
}
