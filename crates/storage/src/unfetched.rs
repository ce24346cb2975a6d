//! What lies in mailboxes and was not fetched.

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::tx::View;

/// A mailbox in which something lies that its owner has not fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfetchedMail {
    /// The mailbox.
    pub mailbox: DxpId,
    /// How many places.
    pub count: i64,
    /// When the response was decided that lies at the first of them; nothing where that is not stored any more.
    pub first_at: Option<Moment>,
}

impl View<'_> {
    /// The mailboxes in which something lies behind the place up to which their owners have said to have read, and
    /// up to which webhooks have pushed; at most `limit`, in the order of their names.
    ///
    /// Costs some look-ups by index for each mailbox, whatever lies in it: the next name, its last place, how far it
    /// was read and pushed, its first place behind that, what lies there. There are as many mailboxes as receivers; nothing that
    /// grows with the parcels is counted or read through.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn unfetched(&mut self, limit: i64) -> Result<Vec<UnfetchedMail>, StorageError> {
        let text = "WITH RECURSIVE box(dxp_id) AS (SELECT MIN(dxp_id) FROM mailbox UNION ALL \
                    SELECT (SELECT MIN(m.dxp_id) FROM mailbox AS m WHERE m.dxp_id > box.dxp_id) \
                    FROM box WHERE box.dxp_id IS NOT NULL), \
                    seen(dxp_id, last_n, done_n) AS (SELECT box.dxp_id, \
                    (SELECT MAX(m.n) FROM mailbox AS m WHERE m.dxp_id = box.dxp_id), \
                    (SELECT COALESCE(MAX(done.n), 0) FROM (\
                    SELECT r.n FROM mail_read AS r WHERE r.dxp_id = box.dxp_id UNION ALL \
                    SELECT w.n FROM webhook AS w WHERE w.mailbox = box.dxp_id) AS done) \
                    FROM box WHERE box.dxp_id IS NOT NULL) \
                    SELECT seen.dxp_id, seen.last_n - seen.done_n AS unfetched, (SELECT p.recorded_at \
                    FROM mailbox AS m JOIN response AS p ON p.partition = m.partition AND p.seq = m.seq \
                    WHERE m.dxp_id = seen.dxp_id AND m.n = seen.done_n + 1) AS first_at \
                    FROM seen WHERE seen.last_n > seen.done_n ORDER BY seen.dxp_id LIMIT $1";
        let mut unfetched = Vec::new();
        self.query(text, &[limit.cell()], &mut |view| {
            let mut columns = view.columns("mailbox");
            unfetched.push(UnfetchedMail {
                mailbox: columns.next("dxp_id")?,
                count: columns.next("unfetched")?,
                first_at: columns.next("first_at")?,
            });
            Ok(())
        })?;
        Ok(unfetched)
    }
}
