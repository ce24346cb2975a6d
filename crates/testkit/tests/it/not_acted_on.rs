//! Requests that the office reads and does not act on: each is answered, in its own kind of response.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use roxmltree::Document;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Answer, Profile, read};
use tongguan_messages::sample::sample;
use tongguan_testkit::world::World;

/// What the office acts on.
const ACTED_ON: [MessageType; 5] = [
    MessageType::Ceb311,
    MessageType::Ceb411,
    MessageType::Ceb511,
    MessageType::Ceb513,
    MessageType::Ceb621,
];

#[test]
fn a_request_that_is_not_acted_on_is_answered_in_its_own_kind() {
    let requests = MessageType::ALL.into_iter().filter(|message| message.is_request());
    for message in requests.filter(|message| !ACTED_ON.contains(message)) {
        let mut world = World::start();
        let signed = world.cast.carrier.sign(&sample(message).unwrap()).unwrap();
        let responses = world.submit([&*signed]);
        let [response] = &responses[..] else {
            panic!("{message:?}: {} responses", responses.len())
        };
        assert_eq!(Some(response.message), message.response().map(MessageType::code));
        let text = str::from_utf8(&response.xml).unwrap();
        let mut reading = read(&Document::parse(text).unwrap(), Profile::Strict).unwrap();
        assert!(reading.is_valid(), "{:?}", reading.defects);
        let Ok(Answer::Response(answer)) = reading.answers.remove(0).outcome else {
            panic!("no response: {text}")
        };
        assert!(answer.text.contains("尚未开通"), "{text}");
    }
}
