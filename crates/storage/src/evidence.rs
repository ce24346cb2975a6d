//! Payment evidence: what platforms are asked for, how far each question has come, and what they uploaded,
//! sealed.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::seal::KeyId;
use crate::tx::{Tx, View};

row! {
    /// A demand for the payment evidence of a declaration (调取支付相关原始数据).
    pub struct EvidenceDemandRow in "evidence_demand", key 3 {
        /// The declaration's partition.
        partition: Partition,
        /// The declaration.
        declaration_id: DeclarationId,
        /// Which demand about it: 0 where chance chose it, officers' from 1.
        n: i64,
        /// 申报地海关.
        office: String,
        /// The platform that is asked.
        platform_id: PartyId,
        /// 订单编号 that it is asked about.
        order_no: OrderNumber,
        /// Who wants it; absent where chance chose it.
        officer: Option<String>,
        /// Why, in words.
        reason: Option<String>,
        /// When it was demanded.
        demanded_at: Moment,
        /// How many minutes the platform has from when it is asked first.
        minutes: i64,
        /// Where it stands, by the application's numbering.
        state: i64,
        /// The number under which the platform is asked (`sessionID`), once it was.
        session: Option<String>,
        /// Until when the platform may upload, once it was asked.
        answer_by: Option<Moment>,
        /// How often it was asked.
        attempts: i64,
        /// When the next thing is to be done about it; absent where nothing is.
        next_at: Option<Moment>,
        /// When the platform said that it is going to upload.
        agreed_at: Option<Moment>,
        /// What went wrong last.
        failure: Option<String>,
        /// When it was uploaded.
        uploaded_at: Option<Moment>,
        /// SHA-256 of what was uploaded.
        digest: Option<[u8; 32]>,
        /// SHA-256 of the certificate that it was signed with.
        certificate: Option<[u8; 32]>,
        /// How many findings there are, once it is known.
        findings: Option<i64>,
        /// What was compared and found, in a stored form.
        body: Option<Vec<u8>>,
    }
}

row! {
    /// What a platform uploaded, as it came (`payExInfoStr`).
    pub struct EvidenceUploadRow in "evidence_upload", key 3 {
        /// The declaration's partition.
        partition: Partition,
        /// The declaration.
        declaration_id: DeclarationId,
        /// Which demand about it.
        n: i64,
        /// The period of the key that seals it.
        period: String,
        /// The key of the ring that this key was made under.
        key_id: KeyId,
        /// Compressed, then sealed.
        body: Vec<u8>,
    }
}

impl Replaceable for EvidenceDemandRow {
    const INDEXED: &[&str] = &["office", "demanded_at"];
}

/// The exact key of a demand: partition, declaration, number.
pub type EvidenceKey = (Partition, DeclarationId, i64);

/// Which demands of an office are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceWanted<'a> {
    /// Of which office; of all where absent.
    pub office: Option<&'a str>,
    /// Those alone that led to findings.
    pub with_findings: bool,
    /// Behind this one, in the order of the list.
    pub before: Option<(Moment, DeclarationId, i64)>,
}

impl View<'_> {
    /// The demands about declarations, in order of their keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn evidence_demands(
        &mut self,
        declarations: &[(Partition, DeclarationId)],
    ) -> Result<Vec<EvidenceDemandRow>, StorageError> {
        self.load(declarations)
    }

    /// The demand of that session.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn evidence_session(
        &mut self,
        session: &str,
    ) -> Result<Option<EvidenceDemandRow>, StorageError> {
        Ok(self.select("WHERE session = $1", &[session.cell()])?.pop())
    }

    /// The demand about which something is to be done at `now` for longest, of those of other platforms than
    /// these.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn due_evidence(
        &mut self,
        now: Moment,
        but: &[PartyId],
    ) -> Result<Option<EvidenceDemandRow>, StorageError> {
        // Written out, because a list cannot be bound.
        let but: Vec<_> = but.iter().map(ToString::to_string).collect();
        let others = match but.as_slice() {
            [] => String::new(),
            busy => format!("AND platform_id NOT IN ({}) ", busy.join(", ")),
        };
        let tail = format!("WHERE next_at <= $1 {others}ORDER BY next_at LIMIT 1");
        Ok(self.select(&tail, &[now.cell()])?.pop())
    }

    /// The demands of an office, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn evidence_list(
        &mut self,
        wanted: EvidenceWanted<'_>,
        limit: i64,
    ) -> Result<Vec<EvidenceDemandRow>, StorageError> {
        let mut values = vec![limit.cell()];
        let mut conditions = Vec::new();
        if let Some(office) = &wanted.office {
            values.push(office.cell());
            conditions.push(format!("office = ${}", values.len()));
        }
        if wanted.with_findings {
            conditions.push("findings > 0".to_owned());
        }
        if let Some((at, id, n)) = &wanted.before {
            values.extend([at.cell(), id.cell(), n.cell()]);
            let [a, b, c] = [2, 1, 0].map(|back| values.len() - back);
            conditions.push(format!("(demanded_at, declaration_id, n) < (${a}, ${b}, ${c})"));
        }
        let condition = match conditions.as_slice() {
            [] => String::new(),
            all => format!("WHERE {} ", all.join(" AND ")),
        };
        let order = "ORDER BY demanded_at DESC, declaration_id DESC, n DESC LIMIT $1";
        self.select(&format!("{condition}{order}"), &values)
    }

    /// The platforms about which something was found upon a demand of that office at or after `since`, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn platforms_found(
        &mut self,
        office: &str,
        since: Moment,
    ) -> Result<Vec<PartyId>, StorageError> {
        let text = "SELECT DISTINCT platform_id FROM evidence_demand \
                    WHERE office = $1 AND demanded_at >= $2 AND findings > 0 ORDER BY platform_id";
        let mut platforms = Vec::new();
        self.query(text, &[office.cell(), since.cell()], &mut |view| {
            platforms.push(view.columns("evidence_demand").next("platform_id")?);
            Ok(())
        })?;
        Ok(platforms)
    }

    /// What was uploaded upon a demand.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn evidence_upload(
        &mut self,
        key: EvidenceKey,
    ) -> Result<Option<EvidenceUploadRow>, StorageError> {
        Ok(self.load(&[key])?.pop())
    }
}

impl Tx<'_> {
    /// A demand, kept from other writers until the end of the transaction.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_evidence_demand(
        &mut self,
        key: EvidenceKey,
    ) -> Result<Option<EvidenceDemandRow>, StorageError> {
        Ok(self.lock(&[key])?.pop())
    }
}
