//! What lies in the world's store, for tests that look behind the responses.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::{Incoming, ReturnCommand, ReturnEvent};
use tongguan_application::clearing::record::{
    DeclarationRecord, DocumentKey, DocumentKind, DossierKey, ExportRecord, Facts, ReturnRecord,
};
use tongguan_application::clearing::rows;
use tongguan_codelists::HsLine;
use tongguan_domain::allowance::{Allowance, AllowanceKey, QuantityAllowance, QuantityKey};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::quantity::Measure;
use tongguan_storage::{Guarantee, Partition};

use super::{Sent, World, guarantee};
use crate::audit;
use crate::exports::Export;
use crate::parcels::Parcel;

impl World {
    /// The declaration of a parcel on the cast's platform, if one was stored.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its declaration")]
    pub fn declaration(&self, parcel: &Parcel) -> Option<DeclarationRecord> {
        let key = DocumentKey {
            dossier: DossierKey::of_order(&parcel.declaration.order_no),
            kind: DocumentKind::Declaration,
            party: self.cast.platform.party.id,
            number: "".into(),
        };
        self.store.read(|view| audit::declaration(view, &key)).expect("a declaration")
    }

    /// The returns of a parcel's goods, in order of request.
    ///
    /// # Panics
    /// When they cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its returns")]
    pub fn returns(&self, parcel: &Parcel) -> Vec<ReturnRecord> {
        let Some(declaration) = self.declaration(parcel) else { return Vec::new() };
        let key = (declaration.document.dossier.partition, declaration.id);
        let rows = self.store.read(|view| view.returns_of(&[key])).expect("returns");
        rows.into_iter().map(|row| rows::read_return(row).expect("a return")).collect()
    }

    /// Lets something happen to the newest return of a parcel's goods.
    ///
    /// # Errors
    /// Why it was not possible.
    ///
    /// # Panics
    /// When nothing was returned.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its return")]
    pub fn happens(&mut self, parcel: &Parcel, event: ReturnEvent) -> Result<Sent, Undecidable> {
        let newest = self.returns(parcel).pop().expect("a return");
        let (declaration, id) = (newest.declaration, newest.id);
        self.decide(Incoming::Return(ReturnCommand { declaration, id, event }))
    }

    /// The export declaration of a parcel, if one was stored.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its declaration")]
    pub fn export(&self, export: &Export) -> Option<ExportRecord> {
        let dossier = DossierKey::of_order(&export.declaration.order_no);
        let code = &export.declaration.merchant.code;
        let merchant = self.intake.knowledge.registry.named(code)?.id;
        let number = DocumentKind::Export.code();
        let key = (dossier.partition, &*dossier.order_no, number, merchant, "");
        let row = self.store.read(|view| {
            let id = view.documents(&[key])?.pop().and_then(|row| {
                match rows::read_document(row).expect("a document").facts.as_deref() {
                    Some(Facts::Export(id)) => Some(*id),
                    _ => None,
                }
            });
            let keys: Vec<_> = id.iter().map(|id| (dossier.partition, *id)).collect();
            Ok::<_, tongguan_storage::StorageError>(view.exports(&keys)?.pop())
        });
        row.expect("a row").map(|row| rows::read_export(row).expect("an export"))
    }

    /// Gives an officer's ruling on an exported parcel.
    ///
    /// # Errors
    /// Why it was not possible.
    ///
    /// # Panics
    /// When no such declaration is stored.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its declaration")]
    pub fn rule(&mut self, export: &Export, ruling: Ruling) -> Result<Sent, Undecidable> {
        let declaration = self.export(export).expect("an export declaration").id;
        let (officer, reason) = ("王关员".to_owned(), String::new());
        self.decide(Incoming::Ruling {
            declaration,
            ruling,
            officer,
            reason,
            reassessed: None,
            only_at: None,
        })
    }

    /// The rows of everything that is stored under a parcel's order number.
    ///
    /// # Panics
    /// When they cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its rows")]
    pub fn rows(&self, parcel: &Parcel) -> Vec<tongguan_storage::Document> {
        let order_no = &parcel.declaration.order_no;
        let order = (Partition::of_order(order_no), order_no.as_str());
        self.store.read(|view| view.documents_of_orders(&[order])).expect("documents")
    }

    /// What the buyer of a declaration has of a year's allowance.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its figures")]
    pub fn allowance(&self, declaration: &DeclarationRecord, year: i16) -> Allowance {
        let person = declaration.facts.buyer.person;
        let key = AllowanceKey { person, year };
        let row = (rows::allowance_bucket(key), person.to_bytes(), i64::from(year));
        let stored = self.store.read(|view| view.allowances(&[row])).expect("an allowance").pop();
        stored.map_or_else(Allowance::default, |stored| Allowance {
            reserved: stored.reserved,
            used: stored.used,
        })
    }

    /// What the buyer of a declaration has taken of a line whose quantity is limited, in a year.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its figures")]
    pub fn quantity(
        &self,
        declaration: &DeclarationRecord,
        line: HsLine,
        measure: Measure,
        year: i16,
    ) -> QuantityAllowance {
        let of = AllowanceKey { person: declaration.facts.buyer.person, year };
        let row = rows::quantity_key(&QuantityKey { of, line, measure });
        let stored = self.store.read(|view| view.quantity_allowances(&[row])).expect("an account");
        let account = stored.first().map(|row| rows::read_quantity(row).expect("a row").1);
        account.unwrap_or_default()
    }

    /// Grants the guarantee of a party anew, or for the first time.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn grant(&self, guarantor: PartyId, granted: Money) {
        self.write_guarantee(guarantee(guarantor, granted));
    }

    /// Writes a guarantee whose term may be over.
    ///
    /// # Panics
    /// When it cannot be written.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its guarantee")]
    pub fn write_guarantee(&self, guarantee: Guarantee) {
        let mut writer = self.store.writer().expect("a writer");
        writer.transaction(|tx| tx.grant(&[guarantee])).expect("granted");
    }

    /// What the platform's guarantee stands at.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its figures")]
    pub fn guarantee(&self) -> Guarantee {
        let guarantees = self.store.read(|view| view.all_guarantees()).expect("guarantees");
        guarantees.into_iter().next().expect("the platform's guarantee")
    }
}
