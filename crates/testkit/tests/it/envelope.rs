//! Messages in envelopes of the exchange platform.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use roxmltree::Document;
use tongguan_application::delivery::Rendered;
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::FormatRefusal;
use tongguan_messages::dxp::{self, Additions, DxpHead, DxpMessage};
use tongguan_messages::read::{Answer, Profile, read};
use tongguan_testkit::cast::Signing;
use tongguan_testkit::parcels::{Messages, parcel};
use tongguan_testkit::world::{Beginning, World};

const NUMBER: &str = "TG/2026 0001";
const SENDER: &str = "DXPENT0000000009";

fn messages(world: &World) -> Messages {
    let now = Moment::parse_wire("20260302095900").unwrap();
    Messages::of(&world.cast, &[parcel(1, now).unwrap()], 1).unwrap()
}

fn envelope(message_type: &str, content: &str) -> String {
    dxp::write(&DxpMessage {
        head: DxpHead {
            number: NUMBER.into(),
            sender: DxpId::parse(SENDER).unwrap(),
            receivers: vec![DxpId::parse("DXPEDCCEB0000002").unwrap()],
            created_at: Moment::parse_wire("20260302095900").unwrap(),
            message_type: message_type.into(),
        },
        data: content.as_bytes().to_vec(),
        additions: Additions::default(),
    })
    .unwrap()
}

/// The only response, which is a format refusal.
fn refusal(responses: &[Rendered]) -> (FormatRefusal, Vec<String>) {
    let [response] = responses else { panic!("{} responses", responses.len()) };
    let text = str::from_utf8(&response.xml).unwrap();
    let mut reading = read(&Document::parse(text).unwrap(), Profile::Strict).unwrap();
    assert!(reading.is_valid(), "{:?}", reading.defects);
    let Ok(Answer::FormatRefusal(refusal)) = reading.answers.remove(0).outcome else {
        panic!("no format refusal: {text}")
    };
    (*refusal, response.mailboxes.clone())
}

#[test]
fn messages_in_envelopes_are_answered_like_bare_ones() {
    let (mut bare, mut enveloped) = (World::start(), World::start());
    let sent = messages(&bare).into_array();
    let types = ["CEB311Message", "ceb411", "", "CEB621Message"];
    let wrapped: Vec<_> = types.iter().zip(&sent).map(|(kind, m)| envelope(kind, m)).collect();
    let expected = bare.submit(sent.iter().map(String::as_str));
    let answered = enveloped.submit(wrapped.iter().map(String::as_str));
    let seen = |responses: &[Rendered]| -> Vec<_> {
        responses.iter().map(|r| (r.message, r.key.clone(), r.mailboxes.clone())).collect()
    };
    assert_eq!(answered.len(), 5);
    let (mut expected, mut answered) = (seen(&expected), seen(&answered));
    expected.sort();
    answered.sort();
    assert_eq!(answered, expected);
}

#[test]
fn a_refusal_quotes_the_number_and_the_content_of_the_envelope() {
    let mut world = World::start();
    let broken = "<order>1</order>";
    let (refusal, mailboxes) = refusal(&world.submit([&*envelope("CEB311Message", broken)]));
    assert_eq!((&*refusal.original_id, &*refusal.original), (NUMBER, broken));
    assert_eq!((refusal.status, &*refusal.original_type), (-1, "Unknown"));
    assert!(refusal.text.contains("[order]"), "{}", refusal.text);
    assert_eq!(mailboxes, [SENDER]);
}

#[test]
fn a_broken_envelope_is_refused_whole_and_its_sender_is_told() {
    let mut world = World::start();
    let sent = envelope("CEB311Message", &messages(&world).orders);
    let time = "<dxp:CreatTime>2026-03-02T09:59:00</dxp:CreatTime>";
    assert!(sent.contains(time));
    let sent = sent.replace(time, "<dxp:CreatTime>yesterday</dxp:CreatTime>");
    let (refusal, mailboxes) = refusal(&world.submit([&*sent]));
    assert_eq!((refusal.status, &*refusal.original_id), (-1, NUMBER));
    assert!(refusal.text.contains("/DxpMsg/TransInfo/CreatTime"), "{}", refusal.text);
    assert_eq!(refusal.original, sent);
    assert_eq!(mailboxes, [SENDER]);
}

#[test]
fn an_envelope_of_another_namespace_and_one_without_number_are_refused_under_the_files_name() {
    let sent = |world: &World| envelope("CEB311Message", &messages(world).orders);
    for (from, to) in [
        (dxp::NAMESPACE, "http://example.com/dxp"),
        ("<dxp:CopMsgId>TG/2026 0001</dxp:CopMsgId>", ""),
    ] {
        let mut world = World::start();
        let sent = sent(&world).replace(from, to);
        let (refusal, _) = refusal(&world.submit([&*sent]));
        assert_eq!((refusal.status, &*refusal.original_id), (-1, "test.xml"));
    }
}

#[test]
fn content_that_is_no_message_is_placed_in_the_envelope() {
    for (content, expected) in [
        ("<a>", "（/DxpMsg/Data: byte 3）"),
        ("<!DOCTYPE a><a/>", "不允许DTD"),
        ("", "/DxpMsg/Data: byte 0"),
    ] {
        let mut world = World::start();
        let (refusal, _) = refusal(&world.submit([&*envelope("", content)]));
        assert!(refusal.text.contains(expected), "{content}: {}", refusal.text);
        assert_eq!(refusal.status, -1);
    }
    // An envelope in an envelope is no business message.
    let mut world = World::start();
    let (refusal, _) = refusal(&world.submit([&*envelope("", &envelope("", "<a/>"))]));
    assert!(refusal.text.contains("[DxpMsg]"), "{}", refusal.text);
}

#[test]
fn an_envelope_that_announces_another_message_is_refused_and_both_are_named() {
    for announced in ["CEB411Message", "CEB999"] {
        let mut world = World::start();
        let sent = envelope(announced, &messages(&world).orders);
        let (refusal, _) = refusal(&world.submit([&*sent]));
        assert_eq!((refusal.status, &*refusal.original_type), (-1, "CEB311Message"));
        let named = format!("[{announced}]与业务报文[CEB311Message]不一致");
        assert!(refusal.text.contains(&named), "{}", refusal.text);
        assert!(refusal.text.contains("/DxpMsg/TransInfo/MsgType"), "{}", refusal.text);
    }
}

#[test]
fn the_envelopes_sender_answers_for_a_message_that_names_none() {
    let mut world = World::with(Beginning { signing: Signing::None, ..Beginning::default() });
    let orders = messages(&world).orders;
    let nameless = orders.replace(world.cast.merchant.mailbox(), " ");
    assert_ne!(nameless, orders);
    let responses = world.submit([&*envelope("CEB311", &nameless)]);
    assert!(responses.iter().all(|response| response.mailboxes == [SENDER]), "{responses:?}");
    assert_eq!(responses.len(), 1);
}

#[test]
fn a_number_that_is_too_long_is_cut() {
    let mut world = World::start();
    let sent = envelope("", "<a/>").replace(NUMBER, &"号".repeat(100_000));
    let responses = world.submit([&*sent]);
    // The key of a refusal is the number as it was stored.
    assert_eq!(responses[0].key, "号".repeat(255));
    assert_eq!(refusal(&responses).0.original_id, responses[0].key);
}
