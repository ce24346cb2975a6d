//! The mail: everything that the parties were answered, read from the messages that they receive.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::Context as _;
use rust_decimal::Decimal;
use tongguan_application::delivery::Follower;

use crate::product::Product;

/// The name under which it follows the outbox.
const CONSUMER: &str = "demo";

/// What the parties were answered.
#[derive(Debug, Default)]
pub struct Mail {
    /// The last answer to each document, by its guid.
    pub answers: HashMap<String, Answer>,
    /// The refusals of whole messages, by the message's file name.
    pub refusals: HashMap<String, Answer>,
    /// The tax bills.
    pub tax: Tax,
    /// How many messages were sent to parties, by type.
    pub messages: BTreeMap<&'static str, u64>,
    /// The formal declarations that an export declaration went into, by its 清单编号.
    pub consolidated: HashMap<String, BTreeSet<String>>,
    /// The guids of what was told that it is released.
    released: HashSet<String>,
    bills: HashSet<String>,
}

/// One status of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 回执状态.
    pub status: i32,
    /// 回执时间, as written.
    pub at: String,
    /// 回执信息.
    pub text: String,
    /// 清单编号, once given.
    pub number: Option<String>,
}

/// The sums of the tax bills, in yuan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tax {
    /// 关税.
    pub duty: Decimal,
    /// 消费税.
    pub consumption_tax: Decimal,
    /// 增值税.
    pub vat: Decimal,
    /// How many bills.
    pub bills: u64,
}

impl Tax {
    /// All three.
    pub fn total(&self) -> Decimal {
        self.duty + self.consumption_tax + self.vat
    }
}

impl Mail {
    /// Reads what was sent since it was read last, as it was rendered for delivery.
    ///
    /// # Errors
    /// When a response cannot be rendered, or is no XML.
    pub fn read(&mut self, product: &Product) -> anyhow::Result<()> {
        let keyring = product.keyring.clone();
        let mut follower = Follower::open(CONSUMER, &product.store, keyring, true)?;
        loop {
            let round = follower.next_round()?;
            if round.is_end() {
                return Ok(());
            }
            for dispatch in &round.dispatches {
                let message = &dispatch.rendered;
                *self.messages.entry(message.message).or_default() += 1;
                let text = std::str::from_utf8(&message.xml)?;
                self.take(text).with_context(|| format!("answer {}", message.key))?;
            }
            follower.acknowledge(&round)?;
        }
    }

    /// Whether a document was ever told that it is released.
    pub fn is_released(&self, guid: &str) -> bool {
        self.released.contains(guid)
    }

    fn take(&mut self, xml: &str) -> anyhow::Result<()> {
        let tree = roxmltree::Document::parse(xml)?;
        for node in tree.descendants().filter(roxmltree::Node::is_element) {
            let child = |name| child(node, name);
            match node.tag_name().name() {
                "TaxHeadRd" if self.bills.insert(child("taxNo")) => {
                    self.tax.duty += child("customsTax").parse::<Decimal>()?;
                    self.tax.consumption_tax += child("consumptionTax").parse::<Decimal>()?;
                    self.tax.vat += child("valueAddedTax").parse::<Decimal>()?;
                    self.tax.bills += 1;
                }
                "TaxHeadRd" => {}
                "SummaryResult" => self.take_result(node),
                name if name.ends_with("Return") => {
                    let answer = Answer {
                        status: child("returnStatus").parse()?,
                        at: child("returnTime"),
                        text: child("returnInfo"),
                        number: Some(child("invtNo")).filter(|number| !number.is_empty()),
                    };
                    if name == "MessageReturn" {
                        self.refusals.insert(child("oriCopMsgId"), answer);
                        continue;
                    }
                    if answer.status == RELEASED {
                        self.released.insert(child("guid"));
                    }
                    keep_latest(&mut self.answers, child("guid"), answer);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes what a formal declaration was made of (792).
    fn take_result(&mut self, result: roxmltree::Node<'_, '_>) {
        let tag = |part: &roxmltree::Node<'_, '_>, name: &str| part.tag_name().name() == name;
        let parts = result.children();
        let Some(head) = parts.clone().find(|part| tag(part, "SummaryResultHead")) else { return };
        let formal = child(head, "entryId");
        for line in parts.filter(|part| tag(part, "SummaryResultList")) {
            self.consolidated.entry(child(line, "invtNo")).or_default().insert(formal.clone());
        }
    }
}

/// 放行.
const RELEASED: i32 = 800;

/// The text of a child of that name.
fn child(node: roxmltree::Node<'_, '_>, name: &str) -> String {
    let found = node.children().find(|child| child.tag_name().name() == name);
    found.and_then(|child| child.text()).unwrap_or_default().to_owned()
}

/// Of several answers the one with the largest time counts.
fn keep_latest(answers: &mut HashMap<String, Answer>, guid: String, answer: Answer) {
    match answers.entry(guid) {
        std::collections::hash_map::Entry::Vacant(entry) => {
            entry.insert(answer);
        }
        std::collections::hash_map::Entry::Occupied(mut entry) => {
            if entry.get().at < answer.at {
                entry.insert(answer);
            }
        }
    }
}
