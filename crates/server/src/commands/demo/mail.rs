//! The mail: everything that the parties were answered, read from the messages that they receive.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Context as _;
use rust_decimal::Decimal;
use tongguan_application::delivery::{pending, render};
use tongguan_storage::seal::DataKey;
use tongguan_storage::{MessageBody, Writer};

use crate::product::Product;

/// The name under which it follows the outbox.
const CONSUMER: &str = "demo";
/// Rows read at a time.
const PAGE: i64 = 5_000;

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
        let mut writer = product.store.writer()?;
        let mut places = BTreeMap::new();
        let mut keys = Keys { product, known: HashMap::new() };
        loop {
            let page = pending(&product.store, CONSUMER, PAGE)?;
            if page.places.is_empty() {
                return Ok(mail);
            }
            for outgoing in &page.rows {
                let rendered = render(outgoing, true, &mut |body| keys.open(&mut writer, body))?;
                for message in rendered {
                    *mail.messages.entry(message.message).or_default() += 1;
                    let text = std::str::from_utf8(&message.xml)?;
                    mail.take(text).with_context(|| format!("answer {}", message.key))?;
                }
            }
            let steps: Vec<_> = page
                .places
                .iter()
                .map(|(partition, to)| {
                    (*partition, places.get(partition).copied().unwrap_or(0), *to)
                })
                .collect();
            writer.transaction(|tx| tx.move_cursors(CONSUMER, &steps))?;
            places.extend(page.places);
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

/// The keys of the months, read once.
struct Keys<'p> {
    product: &'p Product,
    known: HashMap<String, DataKey>,
}

impl Keys<'_> {
    fn open(&mut self, writer: &mut Writer, body: &MessageBody) -> Option<Vec<u8>> {
        if !self.known.contains_key(&body.period) {
            let keyring = &self.product.keyring;
            let key = writer.transaction(|tx| tx.data_key(keyring, &body.period)).ok()?;
            self.known.insert(body.period.clone(), key);
        }
        self.known.get(&body.period)?.open(body.message_id.0, &body.body).ok()
    }
}
