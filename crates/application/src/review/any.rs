//! A declaration of either direction, as far as review treats them alike.

use tongguan_domain::access::Reach;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, OfficeCode, OrderNumber, PartyId, ProvisionalNumber,
    WaybillNumber,
};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::{self as storage, Partition, StorageError, View};

use crate::clearing::record::{DeclarationRecord, DocumentKey, ExportRecord};
use crate::clearing::rows::{RowError, read_declaration, read_document, read_export};
use crate::numbering::partition_of;

/// Which way the goods go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Into the country (进口).
    Import,
    /// Out of the country (出口).
    Export,
}

/// A declaration (申报清单) as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyDeclaration {
    /// 进口.
    Import(DeclarationRecord),
    /// 出口.
    Export(ExportRecord),
}

/// A row of either table.
pub(crate) enum AnyRow {
    Import(storage::Declaration),
    Export(storage::Export),
}

impl Direction {
    /// The word on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    /// The direction of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Import, Self::Export].into_iter().find(|direction| direction.name() == name)
    }
}

impl AnyDeclaration {
    /// The declaration of that id, if there is one.
    ///
    /// # Errors
    /// [`super::ReviewError`].
    pub(crate) fn of_id(
        view: &mut View<'_>,
        id: DeclarationId,
    ) -> Result<Option<Self>, super::ReviewError> {
        Ok(AnyRow::of_id(view, id)?.map(AnyRow::decode).transpose()?)
    }

    /// Its id.
    pub const fn id(&self) -> DeclarationId {
        match self {
            Self::Import(record) => record.id,
            Self::Export(record) => record.id,
        }
    }

    /// Which way its goods go.
    pub const fn direction(&self) -> Direction {
        match self {
            Self::Import(_) => Direction::Import,
            Self::Export(_) => Direction::Export,
        }
    }

    /// The document that it is.
    pub const fn document(&self) -> &DocumentKey {
        match self {
            Self::Import(record) => &record.document,
            Self::Export(record) => &record.document,
        }
    }

    /// Where the newest response about it is: a sequence number of its partition.
    ///
    /// # Errors
    /// [`super::ReviewError`].
    pub(crate) fn newest_response(
        &self,
        view: &mut View<'_>,
    ) -> Result<Option<(Partition, i64)>, super::ReviewError> {
        let document = self.document();
        let partition = document.dossier.partition;
        if let Self::Export(record) = self {
            return Ok(Some((partition, record.response_seq)));
        }
        let Some(row) = view.documents(&[document.row()])?.pop() else { return Ok(None) };
        Ok(Some((partition, read_document(row)?.response_seq)))
    }

    /// 预录入编号.
    pub const fn provisional_no(&self) -> &ProvisionalNumber {
        match self {
            Self::Import(record) => &record.provisional_no,
            Self::Export(record) => &record.provisional_no,
        }
    }

    /// 清单编号, once given.
    pub const fn number(&self) -> Option<&DeclarationNumber> {
        match self {
            Self::Import(record) => record.state.number(),
            Self::Export(record) => record.state.number(),
        }
    }

    /// The status at which it stands.
    pub const fn status(&self) -> ReturnStatus {
        match self {
            Self::Import(record) => record.state.status(),
            Self::Export(record) => record.state.status(),
        }
    }

    /// What an officer can decide about it where it stands, in the order of the table.
    pub fn rulings(&self) -> Vec<Ruling> {
        let all = Ruling::NAMES.into_iter().map(|(_, ruling)| ruling);
        match self {
            Self::Import(record) => {
                all.filter(|ruling| record.state.clone().rule(*ruling).is_ok()).collect()
            }
            Self::Export(record) => {
                let can = |step| record.state.clone().take(step).is_ok();
                all.filter(|ruling| ruling.export_step().is_some_and(can)).collect()
            }
        }
    }

    /// Who may declare it: its declarant (申报单位) and its merchant (电商企业).
    pub fn declarers(&self) -> [PartyId; 2] {
        match self {
            Self::Import(record) => [record.facts.declarant, record.facts.merchant],
            Self::Export(record) => [record.facts.parties.declarant, record.facts.parties.merchant],
        }
    }

    /// Whose declaration it is: who sees all of it.
    pub fn parties(&self) -> Vec<PartyId> {
        match self {
            Self::Import(record) => {
                let facts = &record.facts;
                vec![facts.platform, facts.merchant, facts.declarant]
            }
            Self::Export(record) => {
                let parties = &record.facts.parties;
                parties.platform.into_iter().chain([parties.merchant, parties.declarant]).collect()
            }
        }
    }

    /// The offices that see it: where it is declared (申报地海关), and the port (口岸海关).
    pub fn offices(&self) -> [OfficeCode; 2] {
        match self {
            Self::Import(record) => [record.facts.office, record.facts.port],
            Self::Export(record) => [record.facts.office, record.facts.port],
        }
    }

    /// Whether it is among what somebody reaches.
    pub fn is_within(&self, reach: Reach) -> bool {
        match reach {
            Reach::Everybody => true,
            Reach::Office(office) => self.offices().contains(&office),
            Reach::Party(party) => self.parties().contains(&party),
            Reach::Nobody => false,
        }
    }

    /// 订单编号.
    pub fn order_no(&self) -> &OrderNumber {
        match self {
            Self::Import(record) => &record.facts.order_no,
            Self::Export(record) => &record.facts.order_no,
        }
    }

    /// 物流运单编号.
    pub fn waybill_no(&self) -> &WaybillNumber {
        match self {
            Self::Import(record) => &record.facts.waybill_no,
            Self::Export(record) => &record.facts.waybill_no,
        }
    }

    /// 申报地海关.
    pub fn office(&self) -> OfficeCode {
        match self {
            Self::Import(record) => record.facts.office,
            Self::Export(record) => record.facts.office,
        }
    }

    /// 电商企业.
    pub fn merchant(&self) -> PartyId {
        match self {
            Self::Import(record) => record.facts.merchant,
            Self::Export(record) => record.facts.parties.merchant,
        }
    }
}

impl AnyRow {
    /// The row of that id: an id is given once, whichever way the goods go.
    pub fn of_id(view: &mut View<'_>, id: DeclarationId) -> Result<Option<Self>, StorageError> {
        let key = [(partition_of(id.0), id)];
        if let Some(import) = view.declarations(&key)?.pop() {
            return Ok(Some(Self::Import(import)));
        }
        Ok(view.exports(&key)?.pop().map(Self::Export))
    }

    pub const fn id(&self) -> DeclarationId {
        match self {
            Self::Import(row) => row.declaration_id,
            Self::Export(row) => row.declaration_id,
        }
    }

    pub fn office(&self) -> &str {
        match self {
            Self::Import(row) => &row.office,
            Self::Export(row) => &row.office,
        }
    }

    pub const fn queue(&self) -> Option<i64> {
        match self {
            Self::Import(row) => row.queue,
            Self::Export(row) => row.queue,
        }
    }

    pub const fn updated_at(&self) -> Moment {
        match self {
            Self::Import(row) => row.updated_at,
            Self::Export(row) => row.updated_at,
        }
    }

    /// Whether an officer has to verify a licence now.
    pub fn awaits_licence(&self) -> Result<bool, RowError> {
        match self {
            Self::Import(_) => Ok(false),
            Self::Export(row) => Ok(read_export(row.clone())?.state.awaits_licence()),
        }
    }

    pub fn decode(self) -> Result<AnyDeclaration, RowError> {
        match self {
            Self::Import(row) => read_declaration(row).map(AnyDeclaration::Import),
            Self::Export(row) => read_export(row).map(AnyDeclaration::Export),
        }
    }
}
