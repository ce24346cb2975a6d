//! What must hold in the end: of what the parties heard, and of what lies in the database.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_application::mailboxes::Mailboxes;
use tongguan_application::ports::Clock as _;
use tongguan_application::reconciliation::reconcile;
use tongguan_application::transparency::walk;
use tongguan_storage::{Store, StoreSettings};

use crate::SimulationError;
use crate::simulation::Simulation;
use crate::trade::{Flaw, Trade};

/// Questions to the database whose answer is 0 when all is well, and what is wrong otherwise.
const NONE_OF_THESE: [(&str, &str); 14] = [
    (
        "SELECT COUNT(*) FROM message m LEFT JOIN message_bundle b ON b.message_id = m.bundle \
         WHERE b.message_id IS NULL",
        "messages have no original",
    ),
    ("SELECT COUNT(*) FROM waiting", "declarations wait for ever"),
    ("SELECT COUNT(*) FROM inbox", "documents lie in the inbox"),
    ("SELECT COUNT(*) FROM held", "documents are held"),
    (
        "SELECT COUNT(*) FROM declaration WHERE state IN (2, 399) OR queue IS NOT NULL",
        "declarations do not go on",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT invt_no FROM declaration WHERE invt_no IS NOT NULL \
         UNION ALL SELECT invt_no FROM export_declaration WHERE invt_no IS NOT NULL) \
         GROUP BY invt_no HAVING COUNT(*) > 1 UNION ALL SELECT 0 LIMIT 1",
        "numbers of declarations were given twice",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT pre_no FROM declaration UNION ALL \
         SELECT pre_no FROM export_declaration) GROUP BY pre_no HAVING COUNT(*) > 1 \
         UNION ALL SELECT 0 LIMIT 1",
        "provisional numbers were given twice",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT order_no, platform_id FROM declaration \
         WHERE state IN (800, 899) GROUP BY 1, 2 HAVING COUNT(*) > 1)",
        "orders were released twice",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT dxp_id FROM mailbox GROUP BY 1 \
         HAVING MIN(n) <> 1 OR MAX(n) <> COUNT(*))",
        "mailboxes have gaps",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT 1 FROM mailbox GROUP BY dxp_id, partition, seq \
         HAVING COUNT(*) > 1)",
        "responses lie in a mailbox twice",
    ),
    (
        "SELECT COUNT(*) FROM response r WHERE r.kind IN (1, 2) AND NOT EXISTS (SELECT 1 \
         FROM mailbox m WHERE m.partition = r.partition AND m.seq = r.seq)",
        "responses lie in no mailbox",
    ),
    (
        "SELECT COUNT(*) FROM mailbox m WHERE NOT EXISTS (SELECT 1 FROM response r \
         WHERE r.partition = m.partition AND r.seq = m.seq)",
        "letters are of no response",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT tax_no FROM tax_bill WHERE status = 1 GROUP BY 1 \
         HAVING COUNT(*) > 1)",
        "numbers of tax bills were given twice",
    ),
    (
        "SELECT COUNT(*) FROM partition p JOIN response r USING (partition) \
         WHERE r.seq >= p.next_seq",
        "sequences lie behind what they have numbered",
    ),
];

impl Simulation {
    /// Checks everything; what is wrong is noted.
    pub(crate) fn check(&self) -> Result<(), SimulationError> {
        if !self.wrong.borrow().is_empty() {
            return Ok(());
        }
        self.check_rows()?;
        self.check_messages()?;
        self.check_answers();
        self.check_trades();
        self.check_exports();
        self.check_balances()?;
        self.check_log()?;
        self.check_letters()?;
        self.check_by_the_product()
    }

    fn check_rows(&self) -> Result<(), SimulationError> {
        for (question, wrong) in NONE_OF_THESE {
            let found = self.inspect(|connection| {
                connection.query_row(question, [], |row| row.get::<_, i64>(0))
            })?;
            if found != 0 {
                self.is_wrong(format!("{wrong}: {found}"));
            }
        }
        Ok(())
    }

    /// What was acknowledged is stored.
    fn check_messages(&self) -> Result<(), SimulationError> {
        let stored: Vec<i64> = self.column("SELECT message_id FROM message")?;
        let stored = BTreeSet::from_iter(stored);
        for id in self.acknowledged.borrow().iter() {
            if !stored.contains(&id.0) {
                self.is_wrong(format!("message {} was acknowledged and is lost", id.0));
            }
        }
        Ok(())
    }

    /// Whoever reads a mailbox again reads what was read there before.
    fn check_letters(&self) -> Result<(), SimulationError> {
        let store = Store::open(&self.target(), StoreSettings::default(), self.clock.now())?;
        let mailboxes = Mailboxes::open(&store, self.setting.keyring.clone(), true)?;
        let heard = self.heard.borrow();
        for mailbox in heard.read.keys() {
            let mut after = 0;
            while let Ok(letters) = mailboxes.letters(mailbox, Some(after), 500)
                && !letters.is_empty()
            {
                for letter in &letters {
                    if heard.reads_otherwise(mailbox, letter) {
                        self.is_wrong(format!("letter {} of {mailbox} reads otherwise", letter.n));
                    }
                    after = letter.n;
                }
            }
            let (pushed, wrong) = self.setting.receiver.came();
            wrong.into_iter().for_each(|wrong| self.is_wrong(wrong));
            if self.setting.pushed() == Some(mailbox) && pushed != after {
                self.is_wrong(format!("{pushed} of {after} letters of {mailbox} were pushed"));
            }
            if heard.read.get(mailbox) != Some(&after) {
                self.is_wrong(format!("{mailbox} cannot be read behind {after}"));
            }
        }
        Ok(())
    }

    /// Every document was answered.
    fn check_answers(&self) {
        let heard = self.heard.borrow();
        for posted in &self.post.borrow().messages {
            for guid in posted.guids.iter().filter(|guid| heard.of(guid).is_none()) {
                self.is_wrong(format!("document {guid} was never answered"));
            }
        }
    }

    fn check_trades(&self) {
        let mut used: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for (place, trade) in self.trades.iter().enumerate() {
            let order_no = trade.order_no();
            let heard = self.heard.borrow();
            let Some(told) = heard.of(trade.guid()) else { continue };
            let bills = heard.bills.get(order_no).cloned().unwrap_or_default();
            if !told.has(800) {
                if !bills.is_empty() {
                    self.is_wrong(format!("{order_no} was billed and not released"));
                }
                if self.had_to_pass(place, trade) {
                    let (intent, statuses) = (trade.intent, &told.statuses);
                    self.is_wrong(format!("{order_no} was not released: {intent:?} {statuses:?}"));
                }
                continue;
            }
            if !trade.may_pass() {
                self.is_wrong(format!("{order_no} was released although {:?}", trade.flaw));
            }
            let parcel = &trade.parcel;
            for key in [
                ("payment", parcel.payment.transaction.as_str()),
                ("waybill", parcel.waybill.number.as_str()),
            ] {
                if let Some(other) = used.insert(key, order_no) {
                    self.is_wrong(format!("{order_no} and {other} share {key:?}"));
                }
            }
            if !matches!(bills.as_slice(), [bill] if bill.total == trade.tax()) {
                let owed = trade.tax();
                self.is_wrong(format!(
                    "{order_no} owes {owed} fen of tax and was billed {bills:?}"
                ));
            }
        }
    }

    /// Whether nothing was in the way of a trade.
    fn had_to_pass(&self, place: usize, trade: &Trade) -> bool {
        let is_shared = self
            .trades
            .get(place + 1)
            .is_some_and(|next| matches!(next.flaw, Flaw::PaidTwiceOver | Flaw::ShippedTwiceOver));
        let is_seen = self.scenario.yellow_per_10_000 + self.scenario.red_per_10_000 > 0;
        let asked = self.errands.borrow().has_asked_to_cancel(place);
        trade.flaw == Flaw::Sound
            && !is_shared
            && trade.regular.is_none()
            && (trade.pleases || !is_seen)
            && !asked
    }

    fn check_exports(&self) {
        let heard = self.heard.borrow();
        for export in &self.exports {
            let told = heard.of(export.declaration.filing.guid.as_str());
            if told.and_then(super::heard::Told::last) != Some(899) {
                let (number, told) = (&export.declaration.order_no, told.map(|it| &it.statuses));
                self.is_wrong(format!("export {number} has not left: {told:?}"));
            }
        }
    }

    /// What the product finds wrong itself: its reconciliation, and the walk through its log.
    fn check_by_the_product(&self) -> Result<(), SimulationError> {
        let store = Store::open(&self.target(), StoreSettings::default(), self.clock.now())?;
        let keyring = &self.setting.keyring;
        match reconcile(&store, Some(keyring), &mut |_| {}) {
            Ok(done) => done.disagreements.iter().for_each(|it| self.is_wrong(it.to_string())),
            Err(error) => self.is_wrong(format!("it cannot be reconciled: {error}")),
        }
        match walk(&store, keyring, &[], &mut |_, _| {}) {
            Ok(walked) if walked.is_sound() => {}
            Ok(walked) => self.is_wrong(format!("the log is wrong: {:?}", walked.findings)),
            Err(error) => self.is_wrong(format!("the log cannot be walked through: {error}")),
        }
        for wrong in store.damage()? {
            self.is_wrong(format!("the file is damaged: {wrong}"));
        }
        Ok(())
    }
}
