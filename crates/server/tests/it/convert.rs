//! `tongguan message convert` and `list`: messages to JSON and back, order lines and lists.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tongguan_domain::defect::Rule;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::sample::sample;

use crate::run::{Run, tongguan};

fn message(arguments: &[&str], input: &str) -> Run {
    let arguments: Vec<&str> = ["message"].into_iter().chain(arguments.iter().copied()).collect();
    tongguan(&arguments, input)
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.text(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

/// Rule and pointer of every defect of a refusal.
fn refused(arguments: &[&str], input: &str) -> Vec<(String, String)> {
    let arguments: Vec<_> = arguments.iter().copied().chain(["--json"]).collect();
    let run = message(&arguments, input);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let defects = run.json()["defects"].as_array().unwrap().clone();
    defects.iter().map(|it| (text(&it["rule"]), text(&it["pointer"]))).collect()
}

#[test]
fn every_sample_becomes_json_and_is_the_same_message_again() {
    for kind in MessageType::ALL {
        let xml = sample(kind).unwrap();
        let run = message(&["convert", "-"], &xml);
        assert_eq!(run.status, 0, "{}", run.err);
        assert_eq!(run.json().as_object().unwrap().len(), 1);
        let back = message(&["convert", "-"], &run.out);
        assert_eq!(back.status, 0, "{}", back.err);
        if kind != MessageType::Ceb900 {
            assert_eq!(back.out, xml);
        }
        // The schema wants some messages signed, which is for `message sign` to do.
        let strict = if kind.layout().trailer.demands_signature() { "tolerant" } else { "strict" };
        let verdict = message(&["check", "-", "--profile", strict, "--json"], &back.out).json();
        assert_eq!(verdict["valid"], true, "{verdict}");
    }
}

#[test]
fn an_envelope_and_a_signature_are_taken_off() {
    let signed = message(&["sample", "CEB621", "--signed"], "").out;
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &signed);
    let envelope = format!(
        "<DxpMsg xmlns=\"http://www.chinaport.gov.cn/dxp\" ver=\"1.0\"><TransInfo>\
         <CopMsgId>A-1</CopMsgId><SenderId>DXPENT0000000004</SenderId><ReceiverIds>\
         <ReceiverId>DXPEDCCEB0000002</ReceiverId></ReceiverIds><CreatTime>2026-03-02T10:00:00\
         </CreatTime><MsgType>CEB621Message</MsgType></TransInfo><Data>{data}</Data></DxpMsg>"
    );
    let run = message(&["convert", "-"], &envelope);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("CEB621Message") && !run.out.contains("Signature"));
    assert_eq!(run.out, message(&["convert", "-"], &signed).out);
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_nothing_is_written() {
    let folder = Folder::new();
    let text = message(&["convert", "-"], &sample(MessageType::Ceb311).unwrap()).out;
    let wrong = text
        .replacen("\"orderType\": \"I\"", "\"orderType\": 1, \"orderTyp\": \"I\"", 1)
        .replacen("\"acturalPaid\": \"", "\"acturalPaid\": \"x", 1);
    let out = folder.text("out.xml");
    let head = "/CEB311Message/Order[1]/OrderHead";
    assert_eq!(
        refused(&["convert", "-", "--out", &out], &wrong),
        [
            ("key-unknown", "orderTyp"),
            ("value-of-another-type", "orderType"),
            ("not-a-number", "acturalPaid"),
        ]
        .map(|(rule, name)| (rule.to_owned(), format!("{head}/{name}")))
    );
    assert!(!folder.path("out.xml").exists());
    let run = message(&["convert", "-"], &wrong);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert!(run.err.contains("orderTyp: the key is not known here [key-unknown]"), "{}", run.err);
    for (input, rule) in [
        ("order,name\nA,b\n", "neither-xml-nor-json"),
        ("{\"a\": }", "not-json"),
        ("<a/>", "message-unknown"),
    ] {
        assert_eq!(refused(&["convert", "-"], input)[0].0, rule);
    }
}

#[test]
fn a_schema_is_printed_for_every_message() {
    for kind in MessageType::ALL {
        let run = message(&["convert", "--schema", &kind.number().to_string()], "");
        assert_eq!(run.status, 0, "{}", run.err);
        let schema = run.json();
        assert_eq!(schema["required"], json!([kind.root()]));
        assert_eq!(schema["additionalProperties"], false);
    }
}

const HEADER: &str = "orderNo,ebpCode,ebpName,ebcCode,ebcName,buyerRegNo,buyerName,buyerTelephone,\
    buyerIdType,buyerIdNumber,consignee,consigneeTelephone,consigneeAddress,itemName,gmodel,unit,qty,\
    price,country\n";

/// One line of an order, of a quantity at a price.
fn line(order: &str, quantity: &str, price: &str) -> String {
    format!(
        "{order},330196P001,示例平台,330196M002,示例商户,u1,测试人,13800000000,1,\
         990000190001010016,测试人,13800000000,\"示例路1号, 杭州\",面霜,示例牌|50克,142,{quantity},{price},133\n"
    )
}

const IMPORTS: [&str; 5] =
    ["convert", "-", "--orders", "CEB311", "--set=BaseTransfer/dxpId=DXPENT0000000002"];

#[test]
fn order_lines_become_orders_that_check_finds_nothing_in() {
    // A byte-order mark, as spreadsheets write it, and lines of one order apart from each other.
    let csv = format!(
        "\u{feff}{HEADER}{}{}{}",
        line("A-1", "2", "10.50"),
        line("A-2", "1", "99"),
        line("A-1", "1", "0.005")
    );
    let run = message(&IMPORTS, &csv);
    assert_eq!(run.status, 0, "{}", run.err);
    let verdict = message(&["check", "-", "--profile", "strict", "--json"], &run.out).json();
    assert_eq!(verdict["valid"], true, "{verdict}");
    assert_eq!(verdict["documents"], 2);
    assert_eq!(verdict["findings"], json!([]));
    let orders = message(&["convert", "-"], &run.out).json()["CEB311Message"]["Order"].clone();
    let head = &orders[0]["OrderHead"];
    assert_eq!((&head["goodsValue"], &head["acturalPaid"]), (&json!("21.005"), &json!("21.005")));
    assert_eq!(orders[0]["OrderList"][1]["gnum"], "2");
    assert_eq!(orders[0]["OrderList"][1]["currency"], "142");
    let guids = |text: &str| {
        let json = message(&["convert", "-"], text).json();
        let guid = |order: &Value| order["OrderHead"]["guid"].clone();
        let orders = json["CEB311Message"]["Order"].as_array().unwrap().clone();
        orders.iter().map(guid).collect::<Vec<_>>()
    };
    assert_eq!(guids(&run.out), guids(&message(&IMPORTS, &csv).out), "the same orders again");
}

#[test]
fn export_order_lines_become_export_orders() {
    let csv = "orderNo,ebpCode,ebpName,ebcCode,ebcName,currency,itemNo,itemName,unit,qty,price\n\
        E-1,无,无,330196E005,示例出口贸易有限公司,502,S1,真丝围巾,011,2,25\n";
    let arguments =
        ["convert", "-", "--orders", "303", "--set", "BaseTransfer/dxpId=DXPENT0000000005"];
    let run = message(&arguments, csv);
    assert_eq!(run.status, 0, "{}", run.err);
    let verdict = message(&["check", "-", "--profile", "strict", "--json"], &run.out).json();
    assert_eq!((&verdict["valid"], &verdict["findings"]), (&json!(true), &json!([])), "{verdict}");
}

#[test]
fn faults_of_a_csv_file_are_told_by_line_and_column() {
    let disagreeing = line("A-1", "1", "5").replace("示例平台", "另一平台");
    let csv = format!(
        "{HEADER}{}{}{}A-9,short\n{}",
        line("A-1", "2", "10"),
        disagreeing,
        line("", "1", "1"),
        line("A-3", "1", "1")
    );
    assert_eq!(
        refused(&IMPORTS, &csv),
        [
            ("rows-disagree", "line 3, column 3 (ebpName)"),
            ("order-number-missing", "line 4, column 1 (orderNo)"),
            ("cells-miscounted", "line 5"),
        ]
        .map(|(rule, place)| (rule.to_owned(), place.to_owned()))
    );
    let csv = format!("{HEADER}{}{}", line("A-1", "two", "10"), line("A-2", "1", "1.2345678"));
    let csv = csv.replace(",142,1,", ",,1,");
    assert_eq!(
        refused(&IMPORTS, &csv),
        [
            ("not-a-number", "line 2, column 17 (qty)"),
            ("too-many-digits", "line 3 (goodsValue)"),
            ("too-many-digits", "line 3 (acturalPaid)"),
            ("too-many-digits", "line 3, column 18 (price)"),
            ("too-many-digits", "line 3 (totalPrice)"),
            ("element-missing", "line 3, column 16 (unit)"),
        ]
        .map(|(rule, place)| (rule.to_owned(), place.to_owned()))
    );
    let unknown = refused(&IMPORTS, "orderNo,colour,qty,qty\nA,b,1,1\n");
    assert_eq!(
        unknown,
        [("column-unknown", "line 1, column 2"), ("column-repeated", "line 1, column 4")]
            .map(|(rule, place)| (rule.to_owned(), place.to_owned()))
    );
    assert_eq!(refused(&IMPORTS, "ebpCode\nA\n")[0].0, "column-missing");
    assert_eq!(refused(&IMPORTS, HEADER)[0].0, "csv-empty");
}

#[test]
fn gb18030_is_refused_with_advice() {
    let folder = Folder::new();
    let file = folder.write("orders.csv", b"orderNo,ebpName\nA-1,\xca\xbe\xc0\xfd\n");
    let run = message(&["convert", &file, "--orders", "CEB311", "--lang", "en"], "");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("iconv -f GB18030 -t UTF-8"), "{}", run.err);
}

#[test]
fn a_file_that_is_too_large_is_refused_and_not_cut() {
    let folder = Folder::new();
    let lines = "A-1\n".repeat(33 * 1024 * 256);
    let file = folder.write("orders.csv", format!("orderNo\n{lines}"));
    let arguments = ["convert", &file, "--orders", "CEB311"];
    assert_eq!(refused(&arguments, "")[0].0, "message-too-large");
}

#[test]
fn a_hundred_orders_are_one_message_and_more_are_several() {
    let folder = Folder::new();
    let lines: String = (0..101).map(|n| line(&format!("A-{n}"), "1", "1")).collect();
    let csv = format!("{HEADER}{lines}");
    let run = message(&IMPORTS, &csv);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("there are 2 messages: say with --out"), "{}", run.err);
    let out = folder.text("orders.xml");
    let run = message(&[&IMPORTS[..], &["--out", &out]].concat(), &csv);
    assert_eq!(run.status, 0, "{}", run.err);
    for (name, documents) in [("orders-1.xml", 100), ("orders-2.xml", 1)] {
        let verdict = message(&["check", "--json", &folder.text(name)], "").json();
        assert_eq!((&verdict["valid"], &verdict["documents"]), (&json!(true), &json!(documents)));
    }
}

const GOODS: &str = "itemNo,gcode,gname,gmodel,unit,unit1,qty1,unit2,qty2,netWeight\n\
    SKU-E001,6214100000,真丝围巾,示例牌|100%桑蚕丝,011,011,1,035,0.1,0.1\n\
    SKU-E002,9617001900,不锈钢保温杯,示例牌|500毫升,011,011,1,035,0.5,0.5\n";

/// `message list` over the sample's order and waybill.
fn list(folder: &Folder, goods: &str, more: &[&str]) -> Run {
    let order = folder.write("order.xml", sample(MessageType::Ceb303).unwrap());
    let waybill = folder.write("waybill.xml", sample(MessageType::Ceb505).unwrap());
    let goods = folder.write("goods.csv", goods);
    let arguments = [
        "list",
        "--order",
        &order,
        "--waybill",
        &waybill,
        "--goods",
        &goods,
        "--office",
        "2916",
        "--declarant",
        "330198W004=示例国际速递有限公司",
        "--country",
        "502",
        "--transport",
        "5",
        "--mailbox",
        "DXPENT0000000004",
    ];
    message(&[&arguments[..], more].concat(), "")
}

#[test]
fn a_list_is_made_of_order_waybill_and_goods() {
    let folder = Folder::new();
    let run = list(&folder, GOODS, &["--export-on", "2026-03-02"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let verdict = message(&["check", "-", "--profile", "strict", "--json"], &run.out).json();
    assert_eq!((&verdict["valid"], &verdict["findings"]), (&json!(true), &json!([])), "{verdict}");
    let made = message(&["convert", "-"], &run.out).json()["CEB603Message"]["Inventory"][0].clone();
    let sample = message(&["convert", "-"], &sample(MessageType::Ceb603).unwrap()).json();
    let sample = &sample["CEB603Message"]["Inventory"][0];
    for name in ["orderNo", "logisticsNo", "packNo", "grossWeight", "netWeight", "freight"] {
        assert_eq!(made["InventoryHead"][name], sample["InventoryHead"][name], "{name}");
    }
    for (made, sample) in [0, 1].map(|n| (&made["InventoryList"][n], &sample["InventoryList"][n])) {
        for name in ["itemNo", "gcode", "qty", "qty1", "qty2", "unit1", "unit2", "totalPrice"] {
            assert_eq!(made[name], sample[name], "{name}");
        }
    }
}

#[test]
fn what_keeps_a_list_from_being_made_is_told() {
    let folder = Folder::new();
    let run = list(&folder, &GOODS.replace("SKU-E002", "SKU-X"), &[]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("goods SKU-E002 are not registered"), "{}", run.err);
    let run = list(&folder, &GOODS.replace("0.5,0.5", "none,"), &[]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("line 3, column 9 (qty2): `none` is no number"), "{}", run.err);
    assert!(run.err.contains("line 3, column 10 (netWeight): it is empty"), "{}", run.err);
    let run = list(&folder, GOODS, &["--pair", "TGE20260302000001=EX0"]);
    assert!(run.err.contains("no such order or waybill"), "{}", run.err);
}

/// The tables of the reference page cannot fall behind the code.
#[test]
fn the_reference_page_lists_the_rules_of_json_and_of_lists() {
    let page = include_str!("../../../../docs/reference/message.md");
    for rules in [tongguan_messages::json::rules::RULES, tongguan_domain::listing::ALL] {
        let row = |rule: &&Rule| format!("| `{}` | {} | {} |\n", rule.code, rule.zh, rule.en);
        let table: String = rules.iter().map(row).collect();
        assert!(page.contains(&table), "docs/reference/message.md should hold\n{table}");
    }
}
