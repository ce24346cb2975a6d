//! What is read is what was written, and each fault has its place.

use super::*;
use tongguan_domain::time::Moment;

fn evidence() -> PaymentEvidence {
    PaymentEvidence {
        guid: "9D55BA71-55DE-41F4-8B50-C36C83B3B530".into(),
        request: "https://pay.example/gateway?out_trade_no=1&amount=99".into(),
        response: "ok".into(),
        platform: PartyCode::parse("1100000002").unwrap(),
        institution: PartyCode::parse("312226T001").unwrap(),
        transaction: PaymentTransaction::parse("2018121222001354081010726129").unwrap(),
        amount: Amount::new("999.99".parse().unwrap()),
        currency: "142".into(),
        verified_by: Network::Other,
        channel: Some(Channel::App),
        traded_at: Moment::parse_wire("20181212041803").unwrap(),
        orders: vec![EvidenceOrder {
            order_no: OrderNumber::parse("SO1710301150602574003").unwrap(),
            goods: vec![EvidenceGoods {
                name: "lhy-gnsku3".into(),
                links: vec!["http://m.shop.example/1".into(), "http://m.shop.example/2".into()],
            }],
            payee_account: "OSA571908863132601".into(),
            payee_code: Some("91110000000000000X".into()),
            payee_name: "某某收款企业".into(),
        }],
    }
}

/// An envelope around head and list; nobody signed it.
fn around(head: &str, lists: &str) -> Upload {
    let text = format!(
        "{{\"sessionID\":\"S\",\"payExchangeInfoHead\":{head},\"payExchangeInfoLists\":{lists},\
         \"serviceTime\":1,\"certNo\":\"1\",\"signValue\":\"\"}}"
    );
    Upload::read(&text).unwrap()
}

fn wrong(head: &str, lists: &str) -> Vec<String> {
    read(&around(head, lists)).unwrap_err().into_iter().map(|defect| defect.pointer).collect()
}

#[test]
fn what_is_written_is_read_again() {
    let (head, lists) = write(&evidence());
    assert_eq!(read(&around(&head, &lists)), Ok(evidence()));
}

#[test]
fn an_amount_may_be_a_number_and_keeps_its_digits() {
    let (head, lists) = write(&evidence());
    let amount = |text: &str| {
        let head = head.replace("\"999.99\"", text);
        read(&around(&head, &lists)).map(|evidence| evidence.amount.to_string())
    };
    assert_eq!(amount("99999999999999.00001"), Ok("99999999999999.00001".to_owned()));
    assert_eq!(amount("\"0.10\""), Ok("0.1".to_owned()));
    for text in ["-1", "1e3", "0.000001", "\"\"", "\".5\"", "true", "100000000000000000000"] {
        assert!(amount(text).is_err(), "{text}");
    }
}

#[test]
fn every_fault_is_told_by_its_place() {
    let (head, lists) = write(&evidence());
    assert_eq!(wrong("1", &lists), ["/payExchangeInfoHead"]);
    assert_eq!(wrong(&head, "{}"), ["/payExchangeInfoLists"]);
    assert_eq!(wrong(&head, "[]"), ["/payExchangeInfoLists"]);
    let late = head.replace("20181212041803", "yesterday").replace(",\"verDept\":\"3\"", "");
    assert_eq!(
        wrong(&late, &lists.replace("lhy-gnsku3", "")),
        [
            "/payExchangeInfoLists/0/goodsInfo/0/gname",
            "/payExchangeInfoHead/verDept",
            "/payExchangeInfoHead/tradingTime",
        ]
    );
    let long = head.replace("\"ok\"", &format!("\"{}\"", "长".repeat(8_001)));
    assert_eq!(wrong(&long, &lists), ["/payExchangeInfoHead/initalResponse"]);
    let fits = head.replace("\"ok\"", &format!("\"{}\"", "长".repeat(8_000)));
    assert!(read(&around(&fits, &lists)).is_ok());
}

#[test]
fn goods_without_a_link_are_read_all_the_same() {
    let (head, lists) = write(&evidence());
    let bare = lists.replace("http://m.shop.example/1;http://m.shop.example/2", " ; ");
    assert_eq!(read(&around(&head, &bare)).unwrap().orders[0].goods[0].links, []);
}
