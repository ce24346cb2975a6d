//! CSV of order lines to messages of orders; see `docs/reference/message.md`.

use clap::Args;
use csv::StringRecord;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{MessageType, TRANSFER};
use tongguan_messages::content::derived_guid;
use tongguan_messages::json::{Converted, Json, Refused, to_message};
use tongguan_messages::read::Profile;
use tongguan_messages::write::Style;

use super::super::message_type;
use super::columns::{Columns, Elements};
use super::lines::{Gathered, gather};

/// How a CSV file is read.
#[derive(Debug, Args)]
pub struct OrderLines {
    /// Read a CSV file of order lines, and write messages of this type: CEB311 for imports, CEB303
    /// for exports.
    #[arg(long, value_name = "TYPE", value_parser = order_type)]
    orders: Option<MessageType>,
    /// What an element says wherever no column does, such as BaseTransfer/dxpId=DXPENT0000000001; may be
    /// given several times.
    #[arg(long, value_name = "NAME=VALUE", requires = "orders")]
    set: Vec<String>,
}

/// The bytes are no UTF-8.
static CSV_NOT_UTF8: Rule = Rule {
    code: "csv-not-utf-8",
    official: None,
    zh: "不是UTF-8编码（可能是GB18030）：请另存为“CSV UTF-8”，或用iconv -f GB18030 -t UTF-8转换",
    en: "it is not UTF-8, but perhaps GB18030: save it as \"CSV UTF-8\", or convert it with iconv -f GB18030 -t UTF-8",
};

/// There is no row below the header.
static CSV_EMPTY: Rule =
    Rule { code: "csv-empty", official: None, zh: "没有订单", en: "there is no order in it" };

/// Most defects that are told.
const MOST: usize = 1000;

fn order_type(text: &str) -> Result<MessageType, String> {
    let orders = [MessageType::Ceb303, MessageType::Ceb311];
    message_type(text)
        .ok()
        .filter(|message| orders.contains(message))
        .ok_or_else(|| "messages of orders are CEB311 and CEB303".to_owned())
}

impl OrderLines {
    /// Which messages are made; `None` when the file is no CSV.
    pub const fn message(&self) -> Option<MessageType> {
        self.orders
    }

    /// Makes the messages.
    ///
    /// # Errors
    /// Everything that is wrong, by line and column.
    pub fn convert(
        &self,
        bytes: &[u8],
        message: MessageType,
        at: Moment,
        profile: Profile,
        style: Style,
    ) -> Result<Vec<Converted<String>>, Refused> {
        let (columns, orders) = self.read(bytes, message, at)?;
        let most = message.layout().documents.max;
        let (mut made, mut refused) = (Vec::new(), Vec::new());
        for orders in orders.chunks(most) {
            let json = written(message, &columns, orders);
            match to_message(&json, profile, style) {
                Ok(converted) if converted.findings.is_empty() => made.push(converted),
                Ok(converted) => refused.extend(placed(converted.findings, orders, &columns)),
                Err(wrong) => refused.extend(placed(wrong.defects, orders, &columns)),
            }
        }
        all_right(refused).map(|()| made)
    }

    /// The orders, complete.
    fn read(
        &self,
        bytes: &[u8],
        message: MessageType,
        at: Moment,
    ) -> Result<(Columns, Vec<Gathered>), Refused> {
        let text = str::from_utf8(bytes)
            .map_err(|error| Defect::at(&CSV_NOT_UTF8, format!("byte {}", error.valid_up_to())))?;
        let text = text.trim_start_matches('\u{feff}');
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        // Text in memory that is UTF-8 is always CSV of some kind.
        let header = csv.headers().cloned().unwrap_or_default();
        let elements = Elements::of(message.layout()).ok_or(Defect::at(&CSV_EMPTY, ""))?;
        let columns = Columns::read(elements, &header, &self.set)
            .map_err(|defects| Refused { defects, omitted: 0 })?;
        let mut defects = Vec::new();
        let records = csv.records().map(Result::unwrap_or_default);
        let mut orders = gather(records.filter(is_filled), &columns, &mut defects);
        all_right(defects)?;
        if orders.is_empty() {
            return Err(Defect::at(&CSV_EMPTY, "").into());
        }
        for order in &mut orders {
            order.complete(message, at);
        }
        Ok((columns, orders))
    }
}

fn is_filled(record: &StringRecord) -> bool {
    record.iter().any(|cell| !cell.trim().is_empty())
}

fn all_right(mut defects: Vec<Defect>) -> Result<(), Refused> {
    let omitted = defects.len().saturating_sub(MOST);
    defects.truncate(MOST);
    if defects.is_empty() { Ok(()) } else { Err(Refused { defects, omitted }) }
}

/// One message, as JSON.
fn written(message: MessageType, columns: &Columns, orders: &[Gathered]) -> Json {
    let layout = message.layout();
    let guids = orders.iter().filter_map(|order| order.head.get("guid"));
    let guid = derived_guid([message.code()].into_iter().chain(guids));
    let documents = orders.iter().map(|order| {
        let Elements { head, line } = columns.elements();
        let lines = order.lines.iter().map(|(_, line)| line.json()).collect();
        [(head.name, order.head.json()), (line.name, lines)].into_iter().collect::<Json>()
    });
    let members = [
        ("@guid", Json::from(guid.as_str())),
        ("@version", Json::from("1.0")),
        (layout.document, documents.collect()),
        (TRANSFER.name, transfer(columns, orders)),
    ];
    [(layout.root, members.into_iter().collect::<Json>())].into_iter().collect()
}

/// Who transfers: the merchant of the first order, unless something else is said.
fn transfer(columns: &Columns, orders: &[Gathered]) -> Json {
    let merchant = |name| orders.first().and_then(|order| order.head.get(name));
    let fields = TRANSFER.fields.iter().enumerate();
    let said = fields.filter_map(|(position, field)| {
        let given = columns.given().find(|(target, _)| target.transfer == Some(position));
        let usual = match field.name {
            "copCode" => merchant("ebcCode"),
            "copName" => merchant("ebcName"),
            "dxpMode" => Some("DXP"),
            _ => None,
        };
        let text = given.map(|(_, text)| text).or(usual)?;
        Some((field.name, Json::from(text)))
    });
    said.collect()
}

/// The defects by line and column instead of by the places of a message that nobody has seen.
fn placed<'o>(
    defects: Vec<Defect>,
    orders: &'o [Gathered],
    columns: &'o Columns,
) -> impl Iterator<Item = Defect> + 'o {
    defects.into_iter().map(move |defect| match place(&defect.pointer, orders, columns) {
        Some(pointer) => Defect { pointer, ..defect },
        None => defect,
    })
}

/// The line and column of a pointer such as `/CEB311Message/Order[3]/OrderList[2]/qty`.
fn place(pointer: &str, orders: &[Gathered], columns: &Columns) -> Option<String> {
    let mut steps = pointer.split('/').skip(2).map(step);
    let (_, order) = steps.next()?;
    let order = orders.get(order?.checked_sub(1)?)?;
    let Elements { head, line } = columns.elements();
    let within = steps.next();
    let name = steps.next().map_or("", |(name, _)| name);
    Some(match within {
        Some((entity, Some(number))) if entity == line.name => {
            let (row, _) = order.lines.get(number.checked_sub(1)?)?;
            columns.place(*row, name, |it| it.line.is_some() && it.line == line.find(name))
        }
        _ => columns.place(order.row, name, |it| it.head.is_some() && it.head == head.find(name)),
    })
}

/// A step of a pointer, and which of several of that name: `Order[3]`.
fn step(text: &str) -> (&str, Option<usize>) {
    match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((name, number)) => (name, number.parse().ok()),
        None => (text, None),
    }
}
