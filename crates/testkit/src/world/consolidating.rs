//! Consolidation in the world.

use tongguan_application::clearing::consolidation::FormalRecord;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::rows;
use tongguan_application::consolidation::{
    ConsolidationError, ConsolidationWork, Done, Plan, prospects, request,
};
use tongguan_application::deciding::Directly;
use tongguan_application::pipeline::commit;
use tongguan_storage::ClosedExport;

use super::{Sent, World};
use crate::exports::Export;

impl World {
    /// Brings every open request to consolidate to its end, and gives what that leads to.
    ///
    /// # Panics
    /// When it cannot.
    pub fn consolidate(&mut self) -> (Done, Sent) {
        self.consolidate_by(ConsolidationWork::default())
    }

    /// Merges one portion of so many declarations at most, as a process does that is then killed: the
    /// next one begins with what is stored. `None` where nothing is left.
    ///
    /// # Panics
    /// When it cannot.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its consolidation")]
    pub fn consolidate_portion(&mut self, most: usize) -> Option<Done> {
        let (store, pack) = (self.store.clone(), self.intake.knowledge.pack.clone());
        let mut work = ConsolidationWork::in_portions_of(most);
        let done = work.step(&store, &pack, &mut |commands| {
            self.carry_out(&commands);
            Ok::<_, ConsolidationError>(())
        });
        self.restart();
        done.expect("consolidated")
    }

    /// Brings every open request to its end; between the reading of the first portion and its commit,
    /// something else happens. Gives how many portions were refused beside what was done.
    ///
    /// # Panics
    /// When it cannot.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its consolidation")]
    pub fn consolidate_while(&mut self, meanwhile: impl FnOnce(&mut Self)) -> (Done, usize) {
        let (store, pack) = (self.store.clone(), self.intake.knowledge.pack.clone());
        let (mut meanwhile, mut refused) = (Some(meanwhile), 0);
        let done = ConsolidationWork::default().run(
            &store,
            &pack,
            &mut |commands| {
                if let Some(meanwhile) = meanwhile.take() {
                    meanwhile(self);
                }
                let engine = self.engine.as_mut().expect("a running engine");
                refused +=
                    commit(engine, &[], &commands, &*self.clock).expect("committed").refused.len();
                self.clock.advance_millis(1000);
                Ok::<_, ConsolidationError>(())
            },
            &mut |_| (),
        );
        (done.expect("consolidated"), refused)
    }

    #[expect(clippy::expect_used, reason = "a test cannot go on without its consolidation")]
    fn consolidate_by(&mut self, mut work: ConsolidationWork) -> (Done, Sent) {
        let (store, pack) = (self.store.clone(), self.intake.knowledge.pack.clone());
        let done = work.run(
            &store,
            &pack,
            &mut |commands| {
                self.carry_out(&commands);
                Ok::<_, ConsolidationError>(())
            },
            &mut |_| (),
        );
        (done.expect("consolidated"), Sent::of(self.deliver()))
    }

    /// Opens the office's own requests for what is planned; gives how many.
    ///
    /// # Panics
    /// When it cannot.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its consolidation")]
    pub fn open_requests(&mut self, plan: Plan) -> usize {
        let registry = self.intake.knowledge.registry.clone();
        let found = prospects(&self.store, &registry, plan).expect("prospects");
        for prospect in &found {
            let engine = self.engine.as_mut().expect("a running engine");
            let mut decides = Directly::with(engine, &*self.clock);
            request(&mut decides, &registry, plan.month, *prospect).expect("requested");
            self.clock.advance_millis(1000);
        }
        found.len()
    }

    /// Every formal declaration, in order of the numbers.
    ///
    /// # Panics
    /// When they cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its forms")]
    pub fn formal_declarations(&self) -> Vec<FormalRecord> {
        let rows = self.store.read(|view| view.all_formal_declarations()).expect("forms");
        rows.into_iter().map(|row| rows::read_formal(row).expect("a form")).collect()
    }

    /// How a departed parcel stands among what left.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its row")]
    pub fn closed(&self, export: &Export) -> Option<ClosedExport> {
        let key = rows::closed_export(&self.export(export)?)?.key();
        self.store.read(|view| view.closed_exports(&[key])).expect("a row").pop()
    }

    #[expect(clippy::expect_used, reason = "a test cannot go on without its command")]
    fn carry_out(&mut self, commands: &[Incoming]) {
        let engine = self.engine.as_mut().expect("a running engine");
        let committed = commit(engine, &[], commands, &*self.clock).expect("committed");
        assert!(committed.refused.is_empty(), "{:?}", committed.refused);
        self.clock.advance_millis(1000);
    }
}
