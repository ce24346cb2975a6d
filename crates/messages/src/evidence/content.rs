//! What an envelope holds, from its JSON to the domain and back.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tongguan_domain::evidence::{Channel, EvidenceGoods, EvidenceOrder, Network, PaymentEvidence};
use tongguan_domain::ids::{OrderNumber, PaymentTransaction};
use tongguan_domain::money::Amount;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;

use super::said::Said;
use super::upload::Upload;

/// Digits of an amount before and behind the point (N19,5).
const AMOUNT_DIGITS: (usize, usize) = (19, 5);

/// A field is missing or is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {expected}")]
pub struct FieldDefect {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What should stand there.
    pub expected: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireHead {
    guid: Option<Said>,
    inital_request: Option<Said>,
    inital_response: Option<Said>,
    ebp_code: Option<Said>,
    pay_code: Option<Said>,
    pay_transaction_id: Option<Said>,
    total_amount: Option<Said>,
    currency: Option<Said>,
    ver_dept: Option<Said>,
    pay_type: Option<Said>,
    trading_time: Option<Said>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireOrder {
    order_no: Option<Said>,
    #[serde(default)]
    goods_info: Vec<WireGoods>,
    recp_account: Option<Said>,
    recp_code: Option<Said>,
    recp_name: Option<Said>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireGoods {
    gname: Option<Said>,
    item_link: Option<Said>,
}

/// Reads what an envelope holds.
///
/// # Errors
/// All that is wrong, by field.
pub fn read(upload: &Upload) -> Result<PaymentEvidence, Vec<FieldDefect>> {
    let head: WireHead = part(upload.head(), "/payExchangeInfoHead", "an object of the fields")?;
    let lists: Vec<WireOrder> =
        part(upload.lists(), "/payExchangeInfoLists", "a list of objects of the fields")?;
    let mut reading = Reading::default();
    let orders: Vec<_> =
        (0..).zip(&lists).filter_map(|(place, order)| reading.order(place, order)).collect();
    if lists.is_empty() {
        reading.note("/payExchangeInfoLists".to_owned(), "at least one order");
    }
    let evidence = reading.head(&head, orders);
    match evidence {
        Some(evidence) if reading.defects.is_empty() => Ok(evidence),
        _ => Err(reading.defects),
    }
}

/// Writes `payExchangeInfoHead` and `payExchangeInfoLists`.
pub fn write(evidence: &PaymentEvidence) -> (String, String) {
    let mut head = Map::new();
    let mut put = |name: &str, value: &str| head.insert(name.to_owned(), json!(value));
    put("guid", &evidence.guid);
    put("initalRequest", &evidence.request);
    put("initalResponse", &evidence.response);
    put("ebpCode", evidence.platform.as_str());
    put("payCode", evidence.institution.as_str());
    put("payTransactionId", evidence.transaction.as_str());
    put("totalAmount", &evidence.amount.to_string());
    put("currency", &evidence.currency);
    put("verDept", evidence.verified_by.to_wire());
    if let Some(channel) = evidence.channel {
        put("payType", channel.to_wire());
    }
    put("tradingTime", &evidence.traded_at.to_wire_seconds());
    let orders = evidence.orders.iter().map(|order| {
        let goods = order.goods.iter();
        let goods = goods.map(|it| json!({"gname": it.name, "itemLink": it.links.join(";")}));
        json!({
            "orderNo": order.order_no.as_str(),
            "goodsInfo": goods.collect::<Vec<_>>(),
            "recpAccount": order.payee_account,
            "recpCode": order.payee_code,
            "recpName": order.payee_name,
        })
    });
    (Value::Object(head).to_string(), Value::Array(orders.collect()).to_string())
}

fn part<'t, T: Deserialize<'t>>(
    json: &'t str,
    pointer: &str,
    expected: &'static str,
) -> Result<T, Vec<FieldDefect>> {
    let defect = |_| vec![FieldDefect { pointer: pointer.to_owned(), expected }];
    serde_json::from_str(json).map_err(defect)
}

/// Fields that are being read, and what was wrong with them so far.
#[derive(Default)]
struct Reading {
    defects: Vec<FieldDefect>,
}

impl Reading {
    fn note(&mut self, pointer: String, expected: &'static str) {
        self.defects.push(FieldDefect { pointer, expected });
    }

    fn required<T>(
        &mut self,
        pointer: String,
        said: Option<&Said>,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = said.and_then(|said| read(said.0.trim()));
        if value.is_none() {
            self.note(pointer, expected);
        }
        value
    }

    fn optional<T>(
        &mut self,
        pointer: String,
        said: Option<&Said>,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let said = said.filter(|said| !said.0.trim().is_empty())?;
        self.required(pointer, Some(said), expected, read)
    }

    fn head(&mut self, head: &WireHead, orders: Vec<EvidenceOrder>) -> Option<PaymentEvidence> {
        let at = |field: &str| format!("/payExchangeInfoHead/{field}");
        let said = Option::as_ref;
        let code = "a code of at most 18 characters";
        let original = "the original text, at most 8000 characters";
        let guid = self.required(at("guid"), said(&head.guid), "1 to 36 characters", up_to(36));
        let request =
            self.required(at("initalRequest"), said(&head.inital_request), original, up_to(8_000));
        let response = self.required(
            at("initalResponse"),
            said(&head.inital_response),
            original,
            up_to(8_000),
        );
        let platform = self.required(at("ebpCode"), said(&head.ebp_code), code, party);
        let institution = self.required(at("payCode"), said(&head.pay_code), code, party);
        let transaction = self.required(
            at("payTransactionId"),
            said(&head.pay_transaction_id),
            "1 to 60 characters",
            |text| PaymentTransaction::parse(text).ok(),
        );
        let amount = self.required(
            at("totalAmount"),
            said(&head.total_amount),
            "an amount, at most 19 digits and 5 decimals",
            amount,
        );
        let currency = self.required(
            at("currency"),
            said(&head.currency),
            "customs' code, at most 4 characters",
            up_to(4),
        );
        let verified_by =
            self.required(at("verDept"), said(&head.ver_dept), "1, 2 or 3", Network::from_wire);
        let channel =
            self.optional(at("payType"), said(&head.pay_type), "1 to 4", Channel::from_wire);
        let traded_at = self.required(
            at("tradingTime"),
            said(&head.trading_time),
            "a time such as 20181212041803",
            Moment::parse_wire,
        );
        Some(PaymentEvidence {
            guid: guid?,
            request: request?,
            response: response?,
            platform: platform?,
            institution: institution?,
            transaction: transaction?,
            amount: amount?,
            currency: currency?,
            verified_by: verified_by?,
            channel,
            traded_at: traded_at?,
            orders,
        })
    }

    fn order(&mut self, place: usize, order: &WireOrder) -> Option<EvidenceOrder> {
        let at = |field: &str| format!("/payExchangeInfoLists/{place}/{field}");
        let said = Option::as_ref;
        let order_no =
            self.required(at("orderNo"), said(&order.order_no), "1 to 60 characters", |text| {
                OrderNumber::parse(text).ok()
            });
        if order.goods_info.is_empty() {
            self.note(at("goodsInfo"), "at least one of the goods");
        }
        let mut goods = Vec::with_capacity(order.goods_info.len());
        for (n, one) in (0..).zip(&order.goods_info) {
            goods.extend(self.goods(&at(&format!("goodsInfo/{n}")), one));
        }
        let account = said(&order.recp_account);
        let payee_account =
            self.required(at("recpAccount"), account, "1 to 60 characters", up_to(60));
        let payee_code = self.optional(
            at("recpCode"),
            said(&order.recp_code),
            "at most 18 characters",
            up_to(18),
        );
        let payee_name = self.required(
            at("recpName"),
            said(&order.recp_name),
            "1 to 100 characters",
            up_to(100),
        );
        Some(EvidenceOrder {
            order_no: order_no?,
            goods,
            payee_account: payee_account?,
            payee_code,
            payee_name: payee_name?,
        })
    }

    /// Goods without a link are read: that there is none is a finding about the platform, and no reason to refuse
    /// the rest of what it hands over.
    fn goods(&mut self, pointer: &str, goods: &WireGoods) -> Option<EvidenceGoods> {
        let name = self.required(
            format!("{pointer}/gname"),
            goods.gname.as_ref(),
            "1 to 250 characters",
            up_to(250),
        );
        let link = self.optional(
            format!("{pointer}/itemLink"),
            goods.item_link.as_ref(),
            "links, at most 3000 characters",
            up_to(3_000),
        );
        let links = link.as_deref().unwrap_or_default().split(';');
        let links = links.map(str::trim).filter(|link| !link.is_empty());
        Some(EvidenceGoods { name: name?, links: links.map(Into::into).collect() })
    }
}

fn up_to(most: usize) -> impl Fn(&str) -> Option<Box<str>> {
    move |text| (!text.is_empty() && text.chars().count() <= most).then(|| text.into())
}

fn party(text: &str) -> Option<PartyCode> {
    PartyCode::parse(text).ok()
}

fn amount(text: &str) -> Option<Amount> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (most, decimals) = AMOUNT_DIGITS;
    let is_short = whole.len() + fraction.len() <= most && fraction.len() <= decimals;
    let is_one = !whole.is_empty() && digits(whole) && digits(fraction) && is_short;
    Decimal::from_str_exact(text).ok().filter(|_| is_one).map(Amount::new)
}

#[cfg(test)]
mod tests;
