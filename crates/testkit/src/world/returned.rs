//! What lies in the world's store of exports that came back.

use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::export_returns;
use tongguan_domain::readmission::ReturnedByLine;

use super::World;
use crate::exports::Export;

impl World {
    /// The returns of an exported parcel, in order.
    ///
    /// # Panics
    /// When they cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its returns")]
    pub fn export_returns(&self, export: &Export) -> Vec<ExportReturnRecord> {
        let id = self.export(export).expect("an export declaration").id;
        self.store.read(|view| export_returns::of(view, &[id])).expect("returns")
    }

    /// How much of each line of an exported parcel is back.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its returns")]
    pub fn returned_by_line(&self, export: &Export) -> ReturnedByLine {
        let id = self.export(export).expect("an export declaration").id;
        let back = self.store.read(|view| export_returns::returned_by_line(view, &[id]));
        back.expect("returns").remove(&id).unwrap_or_default()
    }
}
