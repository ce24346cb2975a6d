//! What a request to consolidate means by its times, its list and its flags.

use tongguan_domain::consolidation::{ConsolidationRequest, GoodsNaming, Grouping, Scope};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{MessageType, ceb701};
use tongguan_messages::read::{Document, Profile, read};
use tongguan_messages::sample::{sample, transfer};
use tongguan_messages::write::{Envelope, Style};

const GUID: &str = "7C0F2A10-0000-4000-8000-00000000000B";
const LIST: &str = "<ceb:SummaryApplyList>";

/// The request in a valid message, or where its values mean nothing.
fn request(text: &str) -> Result<ConsolidationRequest, Vec<String>> {
    let mut reading = read(&roxmltree::Document::parse(text).unwrap(), Profile::Strict).unwrap();
    assert_eq!(reading.defects, [], "{text}");
    match reading.documents.remove(0).outcome {
        Ok(Document::Consolidation(request)) => Ok(*request),
        Ok(other) => panic!("{other:?}"),
        Err(findings) => Err(findings.into_iter().map(|finding| finding.pointer).collect()),
    }
}

/// The sample with these times, and without its list.
fn of_period(times: &str) -> String {
    let text = sample(MessageType::Ceb701).unwrap();
    let (before, after) = text.split_once(LIST).unwrap();
    let (_, after) = after.split_once("</ceb:SummaryApplyList>").unwrap();
    with_times(&format!("{before}{after}"), times)
}

fn with_times(text: &str, times: &str) -> String {
    text.replace("<ceb:summaryFlag>", &format!("{times}<ceb:summaryFlag>"))
}

const START: &str = "<ceb:startTime>20260301000000</ceb:startTime>";
const END: &str = "<ceb:endTime>20260331235959</ceb:endTime>";

#[test]
fn a_period_counts_and_the_list_beside_it_does_not() {
    let period = Scope::Period {
        from: Moment::parse_wire("20260301000000").unwrap(),
        until: Moment::parse_wire("20260331235959").unwrap(),
    };
    let listed = with_times(&sample(MessageType::Ceb701).unwrap(), &format!("{START}{END}"));
    assert!(listed.contains(LIST));
    for text in [of_period(&format!("{START}{END}")), listed] {
        assert_eq!(request(&text).unwrap().scope, period);
    }
}

#[test]
fn a_period_has_two_ends_in_order_and_without_one_there_is_a_list() {
    let head = "/CEB701Message/SummaryApply[1]/SummaryApplyHead";
    let pointer = |name: &str| Err(vec![format!("{head}/{name}")]);
    assert_eq!(request(&of_period(START)), pointer("endTime"));
    assert_eq!(request(&of_period(END)), pointer("startTime"));
    let early = "<ceb:endTime>20260228235959</ceb:endTime>";
    assert_eq!(request(&of_period(&format!("{START}{early}"))), pointer("endTime"));
    let list = "/CEB701Message/SummaryApply[1]/SummaryApplyList".to_owned();
    assert_eq!(request(&of_period("")), Err(vec![list]));
}

#[test]
fn flags_are_read_as_the_standard_means_them_and_written_back() {
    let text = sample(MessageType::Ceb701).unwrap();
    let flagged = |parties: &str, naming: &str| {
        let flags = format!("<ceb:summaryFlag>{parties}</ceb:summaryFlag>");
        let name = format!("<ceb:itemNameFlag>{naming}</ceb:itemNameFlag>");
        text.replace("<ceb:summaryFlag>1</ceb:summaryFlag>", &flags)
            .replace("<ceb:itemNameFlag>1</ceb:itemNameFlag>", &name)
    };
    let transfer = transfer();
    let envelope =
        Envelope { guid: GUID, transfer: &transfer, subscriptions: &[], style: Style::Compact };
    for (parties, naming, expected) in [
        ("1", "1", (Grouping::Consignor, GoodsNaming::Declared)),
        ("2", "0", (Grouping::ConsignorAndProducer, GoodsNaming::Generic)),
        ("2", "2", (Grouping::ConsignorAndProducer, GoodsNaming::Generic)),
    ] {
        let request = request(&flagged(parties, naming)).unwrap();
        assert_eq!((request.grouping, request.naming), expected);
        let written = ceb701::write(&envelope, [&request]).unwrap();
        assert_eq!(self::request(&written), Ok(request));
    }
    assert_eq!(request(&flagged("3", "1")).unwrap_err().len(), 1);
}
