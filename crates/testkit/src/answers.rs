//! What responses say, read from their bytes as any receiver would.

use roxmltree::{Document as Tree, Node};
use tongguan_application::delivery::Rendered;

/// One status of one response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The message that carries it: `CEB622`.
    pub message: &'static str,
    /// The number of the document that it answers.
    pub guid: String,
    /// 回执状态.
    pub status: i32,
    /// 回执时间, 17 digits.
    pub at: String,
    /// 回执信息.
    pub text: String,
    /// 预录入编号, of a declaration.
    pub provisional_no: Option<String>,
    /// 清单编号, of a declaration that has one.
    pub declaration_no: Option<String>,
}

/// A tax bill (816).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed {
    /// 清单编号.
    pub declaration_no: String,
    /// 电子税单编号.
    pub number: String,
    /// 订单编号.
    pub order_no: String,
    /// 关税, 增值税, 消费税.
    pub taxes: [String; 3],
}

/// Every status of these messages, in their order.
///
/// # Panics
/// When a message is not XML.
pub fn answers(messages: &[Rendered]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for message in messages {
        let text = text(message);
        let tree = tree(&text);
        let statuses = tree.descendants().filter(|node| node.tag_name().name() == "returnStatus");
        answers.extend(statuses.filter_map(|status| Some((status.parent()?, status))).map(
            |(response, status)| {
                let element = |name| child(response, name);
                Answer {
                    message: message.message,
                    guid: element("guid").or_else(|| element("headGuid")).unwrap_or_default(),
                    status: status.text().unwrap_or_default().parse().unwrap_or_default(),
                    at: element("returnTime").unwrap_or_default(),
                    text: element("returnInfo").unwrap_or_default(),
                    provisional_no: element("preNo"),
                    declaration_no: element("invtNo"),
                }
            },
        ));
    }
    answers
}

/// Every tax bill among these messages.
///
/// # Panics
/// When a message is not XML.
pub fn bills(messages: &[Rendered]) -> Vec<Billed> {
    let bills = messages.iter().filter(|message| message.message == "CEB816");
    bills
        .flat_map(|message| {
            let text = text(message);
            let tree = tree(&text);
            let heads = tree.descendants().filter(|node| node.tag_name().name() == "TaxHeadRd");
            heads
                .map(|head| {
                    let element = |name| child(head, name).unwrap_or_default();
                    Billed {
                        declaration_no: element("invtNo"),
                        number: element("taxNo"),
                        order_no: element("orderNo"),
                        taxes: ["customsTax", "valueAddedTax", "consumptionTax"].map(element),
                    }
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn text(message: &Rendered) -> String {
    String::from_utf8_lossy(&message.xml).into_owned()
}

#[expect(clippy::expect_used, reason = "a test cannot go on when the product writes no XML")]
fn tree(text: &str) -> Tree<'_> {
    Tree::parse(text).expect("a response is XML")
}

fn child(parent: Node<'_, '_>, name: &str) -> Option<String> {
    let element = parent.children().find(|node| node.tag_name().name() == name)?;
    Some(element.text().unwrap_or_default().to_owned())
}
