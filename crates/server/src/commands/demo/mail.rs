//! The mail: everything that the parties were answered, read from the messages that they receive.

use std::collections::{BTreeMap, HashMap, HashSet};

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

impl Mail {
    /// Reads all of it, as it was rendered for delivery.
    ///
    /// # Errors
    /// When a response cannot be rendered, or is no XML.
    pub fn read(product: &Product) -> anyhow::Result<Self> {
        let mut mail = Self::default();
        let keyring = product.keyring.clone();
        let mut follower = Follower::open(CONSUMER, &product.store, keyring, true)?;
        loop {
            let round = follower.next_round()?;
            if round.is_end() {
                return Ok(mail);
            }
            for dispatch in &round.dispatches {
                let message = &dispatch.rendered;
                *mail.messages.entry(message.message).or_default() += 1;
                let text = std::str::from_utf8(&message.xml)?;
                mail.take(text).with_context(|| format!("answer {}", message.key))?;
            }
            follower.acknowledge(&round)?;
        }
    }

    fn take(&mut self, xml: &str) -> anyhow::Result<()> {
        let tree = roxmltree::Document::parse(xml)?;
        for node in tree.descendants().filter(roxmltree::Node::is_element) {
            let child = |name: &str| {
                let found = node.children().find(|child| child.tag_name().name() == name);
                found.and_then(|child| child.text()).unwrap_or_default().to_owned()
            };
            match node.tag_name().name() {
                "TaxHeadRd" if self.bills.insert(child("taxNo")) => {
                    self.tax.duty += child("customsTax").parse::<Decimal>()?;
                    self.tax.consumption_tax += child("consumptionTax").parse::<Decimal>()?;
                    self.tax.vat += child("valueAddedTax").parse::<Decimal>()?;
                    self.tax.bills += 1;
                }
                "TaxHeadRd" => {}
                name if name.ends_with("Return") => {
                    let answer = Answer {
                        status: child("returnStatus").parse()?,
                        at: child("returnTime"),
                        text: child("returnInfo"),
                    };
                    if name == "MessageReturn" {
                        self.refusals.insert(child("oriCopMsgId"), answer);
                    } else {
                        keep_latest(&mut self.answers, child("guid"), answer);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
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
