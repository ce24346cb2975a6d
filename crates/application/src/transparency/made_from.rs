//! What responses are made from besides their own rows: tax bills, formal declarations, the message that is answered.

use std::collections::HashMap;

use tongguan_domain::ids::{DeclarationId, MessageId, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::logged::StoredMadeFrom;
use tongguan_storage::{FormalRow, Message, Partition, Response, StorageError, TaxBill, View};

use crate::clearing::write::response_kind;
use crate::delivery::{billed, consolidated};
use crate::numbering::partition_of;

/// For each of these responses what it is made from, in order.
///
/// # Errors
/// [`StorageError`].
pub(super) fn made_from(
    view: &mut View<'_>,
    rows: &[Response],
) -> Result<Vec<Vec<StoredMadeFrom>>, StorageError> {
    let bills: Vec<_> = rows.iter().map(billed).collect();
    let formals: Vec<_> = rows.iter().map(consolidated).collect();
    let of_bills: Vec<_> = rows
        .iter()
        .zip(&bills)
        .filter_map(|(row, it)| Some((row.partition, it.as_ref()?.0)))
        .collect();
    let of_formals: Vec<_> =
        formals.iter().flatten().map(|(bucket, number)| (*bucket, number.as_str())).collect();
    let of_messages: Vec<_> = rows
        .iter()
        .filter(|row| quotes_its_message(row))
        .map(|row| key_of(row.message_id))
        .collect();
    let mut found = Found::default();
    for bill in view.tax_bills(&of_bills)? {
        found.bills.entry(bill.declaration_id).or_default().push(bill);
    }
    for formal in view.formal_declarations(&of_formals)? {
        found.formals.insert(formal.entry_id.clone(), formal);
    }
    for message in view.messages(&of_messages)? {
        found.messages.insert(message.message_id, message);
    }
    let each = rows.iter().zip(&bills).zip(&formals);
    Ok(each.map(|((row, bills), formal)| found.of(row, bills.as_ref(), formal.as_ref())).collect())
}

#[derive(Default)]
struct Found {
    bills: HashMap<DeclarationId, Vec<TaxBill>>,
    formals: HashMap<String, FormalRow>,
    messages: HashMap<MessageId, Message>,
}

impl Found {
    fn of(
        &self,
        row: &Response,
        bills: Option<&(DeclarationId, Vec<i64>)>,
        formal: Option<&(Partition, String)>,
    ) -> Vec<StoredMadeFrom> {
        let mut all = Vec::new();
        if let Some((declaration, places)) = bills {
            let bills = self.bills.get(declaration).into_iter().flatten();
            all.extend(bills.filter(|bill| places.contains(&bill.n)).map(bill));
        }
        let formal = formal.and_then(|(_, number)| self.formals.get(number));
        all.extend(formal.map(formal_declaration));
        let message = self.messages.get(&row.message_id).filter(|_| quotes_its_message(row));
        all.extend(message.map(|message| StoredMadeFrom::Message {
            message_id: message.message_id.0,
            origin: message.origin.clone(),
            digest: message.digest,
        }));
        all
    }
}

/// Whether the message that it answers stands in it, whole or in part.
fn quotes_its_message(row: &Response) -> bool {
    let kinds = [response_kind::MALFORMED, response_kind::COPY, response_kind::PASSED_ON];
    kinds.contains(&row.kind)
}

fn key_of(id: MessageId) -> (Partition, MessageId) {
    (partition_of(id.0), id)
}

fn bill(row: &TaxBill) -> StoredMadeFrom {
    StoredMadeFrom::Bill {
        partition: row.partition.0,
        declaration_id: row.declaration_id.0,
        n: row.n,
        tax_no: row.tax_no.clone(),
        status: row.status,
        duty: row.duty.fen(),
        consumption_tax: row.consumption_tax.fen(),
        vat: row.vat.fen(),
        at: row.at.micros(),
        body: row.body.clone(),
    }
}

fn formal_declaration(row: &FormalRow) -> StoredMadeFrom {
    StoredMadeFrom::Formal {
        bucket: row.bucket.0,
        entry_id: row.entry_id.clone(),
        merchant_id: row.merchant_id.0,
        made_at: row.made_at.micros(),
        body: row.body.clone(),
    }
}

/// The rows again.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) bills: Vec<TaxBill>,
    pub(super) formal: Option<FormalRow>,
    pub(super) message: Option<Message>,
}

impl Rows {
    pub(super) fn add(&mut self, one: StoredMadeFrom) {
        let at = Moment::from_micros;
        match one {
            StoredMadeFrom::Bill {
                partition,
                declaration_id,
                n,
                tax_no,
                status,
                duty,
                consumption_tax,
                vat,
                at: made_at,
                body,
            } => self.bills.push(TaxBill {
                partition: Partition(partition),
                declaration_id: DeclarationId(declaration_id),
                n,
                tax_no,
                status,
                duty: Money::from_fen(duty),
                consumption_tax: Money::from_fen(consumption_tax),
                vat: Money::from_fen(vat),
                at: at(made_at),
                body,
            }),
            StoredMadeFrom::Formal { bucket, entry_id, merchant_id, made_at, body } => {
                self.formal = Some(FormalRow {
                    bucket: Partition(bucket),
                    entry_id,
                    merchant_id: PartyId(merchant_id),
                    made_at: at(made_at),
                    body,
                });
            }
            StoredMadeFrom::Message { message_id, origin, digest } => {
                let id = MessageId(message_id);
                // What no response is made from is left empty.
                self.message = Some(Message {
                    partition: partition_of(message_id),
                    message_id: id,
                    received_at: at(0),
                    kind: None,
                    guid: None,
                    sender: None,
                    origin,
                    digest,
                    documents: 0,
                    state: 0,
                    verdict: None,
                    bundle: id,
                    start: 0,
                    length: 0,
                });
            }
        }
    }
}
