//! Who subscribed to a message (`BaseSubscribe`) finds its responses, or the message itself, in a mailbox.

use serde_json::Value;

use super::{Service, on_sqlite};

/// The message with subscriptions, signed anew by the merchant.
fn subscribed(service: &Service, message: &str, subscriptions: &[(&str, &str)]) -> String {
    let (begin, end) = ("<ds:Signature", "</ds:Signature>");
    let (before, rest) = message.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let subscriptions: String = subscriptions
        .iter()
        .map(|(status, mailbox)| {
            format!(
                "<ceb:BaseSubscribe><ceb:status>{status}</ceb:status><ceb:dxpMode>DXP</ceb:dxpMode>\
                 <ceb:dxpAddress>{mailbox}</ceb:dxpAddress></ceb:BaseSubscribe>"
            )
        })
        .collect();
    let unsigned = format!("{before}{subscriptions}{after}");
    service.cast.merchant.sign(&unsigned).unwrap()
}

fn kinds(read: &Value) -> Vec<String> {
    let letters = read["letters"].as_array().unwrap().iter();
    let messages = letters.flat_map(|letter| letter["messages"].as_array().unwrap());
    let mut kinds: Vec<_> =
        messages.map(|message| message["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

#[test]
fn subscribers_find_what_they_subscribed_to() {
    let service = Service::start(on_sqlite, "");
    let [order, ..] = service.messages(1);
    let wanted = [("ALL", "DXPALL"), ("DATA", "DXPDATA"), ("RET", "DXPRET")];
    let order = subscribed(&service, &order, &wanted);
    assert_eq!(service.post("/ceb", &[], order.as_bytes()).status, 200);
    // Ended in order, everything that was decided is distributed.
    let mut service = service;
    service.start_again();
    let sender = service.cast.merchant.mailbox().to_owned();
    for (mailbox, expected) in [
        (sender.as_str(), &["CEB312"][..]),
        ("DXPALL", &["CEB311", "CEB312"]),
        ("DXPDATA", &["CEB311"]),
        ("DXPRET", &["CEB312"]),
    ] {
        let key = service.key(mailbox);
        let read = service.get(&format!("/mailbox/{mailbox}?after=0"), key["key"].as_str()).json();
        assert_eq!(kinds(&read), expected, "{mailbox}: {read}");
        let letters = read["letters"].as_array().unwrap().iter();
        let mut messages = letters.flat_map(|letter| letter["messages"].as_array().unwrap());
        let copy = messages.find(|message| message["type"] == "CEB311");
        assert!(copy.is_none_or(|copy| copy["xml"] == order.as_str()), "a copy is byte for byte");
    }
}
