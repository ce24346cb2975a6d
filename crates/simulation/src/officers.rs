//! Who decides: officers about what is under review, and parties about what they have got.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use tongguan_application::clearing::incoming::{Incoming, ReturnCommand, ReturnEvent};
use tongguan_application::ports::Clock as _;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{DeclarationId, DeclarationNumber, ReturnId};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::requests::{cancellation, import_return};

use crate::process::Handed;
use crate::simulation::Simulation;
use crate::trade::{Intent, Trade};

/// What was asked for already, by the place of the trade.
#[derive(Debug, Default)]
pub(crate) struct Errands {
    cancelled: BTreeSet<usize>,
    sent_back: BTreeSet<usize>,
}

impl Errands {
    pub(crate) fn has_asked_to_cancel(&self, trade: usize) -> bool {
        self.cancelled.contains(&trade)
    }
}

/// The number of the request to send a trade's goods back: that of [`import_return`].
pub(crate) fn return_guid(trade: usize) -> String {
    format!("{:08X}-0000-4000-8000-{:012X}", 23, trade + 1)
}

impl Simulation {
    /// Somebody looks at one parcel and does what is next.
    pub(crate) fn see_to_a_case(&self) {
        let parcels = self.trades.len() + self.exports.len();
        let place = self.throw(|dice| dice.below(parcels as u64));
        self.see_to(usize::try_from(place).unwrap_or(0), true);
    }

    /// Does what is next of one parcel, imports before exports; `waits` where a party is still to be given the time
    /// to cancel. Gives whether there was something.
    pub(crate) fn see_to(&self, place: usize, waits: bool) -> bool {
        let Some(trade) = self.trades.get(place) else {
            let export = place.checked_sub(self.trades.len()).and_then(|at| self.exports.get(at));
            let Some(export) = export else { return false };
            let guid = export.declaration.filing.guid.as_str();
            let under_review = matches!(self.last(guid), Some(300 | 500));
            let sql = "SELECT declaration_id FROM export_declaration WHERE order_no = ?1";
            let order_no = export.declaration.order_no.as_str();
            return under_review && self.rule(sql, order_no, Ruling::Accept);
        };
        let last = self.last(trade.guid());
        let asked = self.errands.borrow().cancelled.contains(&place);
        match last {
            Some(300) if trade.intent == Intent::Cancel && !asked => self.cancel(place, trade),
            Some(300 | 500) if trade.intent != Intent::Cancel || !waits => {
                let ruling = match (trade.pleases, last) {
                    (false, Some(300)) => Ruling::Refuse,
                    (false, _) => Ruling::ShipBack,
                    (true, _) => Ruling::Accept,
                };
                let sql = "SELECT declaration_id FROM declaration WHERE order_no = ?1 AND state IN (300, 500)";
                self.rule(sql, trade.order_no(), ruling)
            }
            Some(800 | 899) if trade.intent == Intent::SendBack => self.send_back(place, trade),
            _ => false,
        }
    }

    fn last(&self, guid: &str) -> Option<i32> {
        self.heard.borrow().of(guid).and_then(super::heard::Told::last)
    }

    fn number_of(&self, trade: &Trade) -> Option<DeclarationNumber> {
        let number = self.heard.borrow().of(trade.guid())?.declaration_no.clone()?;
        DeclarationNumber::parse(&number).ok()
    }

    fn cancel(&self, place: usize, trade: &Trade) -> bool {
        let Some(number) = self.number_of(trade) else { return false };
        let request = cancellation(&trade.parcel, &number, place as u64 + 1, self.clock.now());
        let Ok(request) = request else { return false };
        self.errands.borrow_mut().cancelled.insert(place);
        self.ask(&Document::Cancellation(Box::new(request)))
    }

    fn send_back(&self, place: usize, trade: &Trade) -> bool {
        if !self.errands.borrow().sent_back.contains(&place) {
            let Some(number) = self.number_of(trade) else { return false };
            let all = [(0, Decimal::ONE)];
            let (n, now) = (place as u64 + 1, self.clock.now());
            let Ok(request) = import_return(&trade.parcel, &number, n, now, &all) else {
                return false;
            };
            self.errands.borrow_mut().sent_back.insert(place);
            return self.ask(&Document::Return(Box::new(request)));
        }
        let event = match self.last(&return_guid(place)) {
            Some(120) => {
                ReturnEvent::Back { packages: 1, damage: None, recorder: "李保管".to_owned() }
            }
            Some(300) => ReturnEvent::Examined { finding: Ok(()), officer: "王关员".to_owned() },
            _ => return false,
        };
        let sql =
            "SELECT declaration_id, return_id FROM import_return WHERE order_no = ?1 AND open = 1";
        let found = self.inspect(|connection| {
            connection.query_row(sql, [trade.order_no()], |row| Ok((row.get(0)?, row.get(1)?)))
        });
        let Ok((declaration, id)) = found else { return false };
        let (declaration, id) = (DeclarationId(declaration), ReturnId(id));
        self.command(Incoming::Return(ReturnCommand { declaration, id, event }))
    }

    /// A party asks for something, by one more message.
    fn ask(&self, document: &Document) -> bool {
        let put = self.post.borrow_mut().put(self.setting.cast, std::slice::from_ref(document));
        put.is_ok()
    }

    fn rule(&self, sql: &str, order_no: &str, ruling: Ruling) -> bool {
        let Ok(id) = self.number(sql, order_no) else { return false };
        self.command(Incoming::Ruling {
            declaration: DeclarationId(id),
            ruling,
            officer: "王关员".to_owned(),
            reason: "单货不符".to_owned(),
            reassessed: None,
            only_at: None,
        })
    }

    fn command(&self, command: Incoming) -> bool {
        let Some(seat) = self.somebody() else { return false };
        let mut seats = self.seats.borrow_mut();
        let process = seats.get_mut(seat).and_then(|seat| seat.process.as_mut());
        let Some(process) = process else { return false };
        let line = format!("{} takes {command:?}", process.name);
        let ticket = process.pipeline.command(vec![command], None);
        process.under_way.insert(ticket, Handed::Command);
        drop(seats);
        self.note(&line);
        true
    }
}
