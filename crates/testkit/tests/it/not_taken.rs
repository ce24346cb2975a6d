//! Messages that are read, but that nothing acts on yet.

use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Answer, Profile, read};
use tongguan_messages::response::Quoted;
use tongguan_messages::sample::sample;

use crate::support::world;

/// What the office acts on.
const TAKEN: [MessageType; 19] = [
    MessageType::Ceb213,
    MessageType::Ceb215,
    MessageType::Ceb303,
    MessageType::Ceb311,
    MessageType::Ceb403,
    MessageType::Ceb411,
    MessageType::Ceb505,
    MessageType::Ceb507,
    MessageType::Ceb509,
    MessageType::Ceb511,
    MessageType::Ceb513,
    MessageType::Ceb603,
    MessageType::Ceb605,
    MessageType::Ceb607,
    MessageType::Ceb621,
    MessageType::Ceb623,
    MessageType::Ceb625,
    MessageType::Ceb701,
    MessageType::Ceb711,
];

#[test]
fn every_other_request_is_refused_in_its_own_response_and_says_why() {
    let mut world = world();
    let requests = MessageType::ALL.into_iter().filter(|message| message.is_request());
    for message in requests.filter(|message| !TAKEN.contains(message)) {
        let answered = world.submit([&*sample(message).unwrap()]);
        let [answered] = &answered[..] else { panic!("{message:?}: {answered:?}") };
        let text = std::str::from_utf8(&answered.xml).unwrap();
        let reading = read(&roxmltree::Document::parse(text).unwrap(), Profile::Strict).unwrap();
        assert_eq!(reading.defects, [], "{text}");
        assert_eq!(Some(reading.message), message.response());
        let Ok(Answer::Response(response)) = &reading.answers[0].outcome else { panic!("{text}") };
        assert_eq!(response.status, 100);
        assert_eq!(response.text, format!("{}报文类型的业务尚未开通", message.code()));
        let provisional = response.quote.get(Quoted::PROVISIONAL_NO);
        let length = if response.quote.has(Quoted::PROVISIONAL_NO) { 18 } else { 0 };
        assert_eq!(provisional.len(), length, "{text}");
    }
}
