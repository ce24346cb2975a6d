//! Bonded lists and gate passes: what follows from a command.

use tongguan_application::clearing::batch::{BatchError, Committed};
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::delivery::Rendered;
use tongguan_application::pipeline::commit;
use tongguan_application::ports::Clock as _;

use super::World;

impl World {
    /// Carries a command out and gives what it leads to, as it is delivered. The clock moves by a second.
    ///
    /// # Panics
    /// When it cannot be decided or committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its command")]
    pub fn carry_out_raw(&mut self, command: Incoming) -> Vec<Rendered> {
        let engine = self.engine.as_mut().expect("a running engine");
        let committed = commit(engine, &[], &[command], &*self.clock).expect("committed");
        assert!(committed.refused.is_empty(), "{:?}", committed.refused);
        self.clock.advance_millis(1000);
        self.deliver()
    }

    /// Commits commands as one batch, and does not try again.
    ///
    /// # Errors
    /// Those of the engine.
    ///
    /// # Panics
    /// When no engine runs.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its engine")]
    pub fn commit_once(&mut self, commands: &[Incoming]) -> Result<Committed, BatchError> {
        let now = self.clock.now();
        self.engine.as_mut().expect("a running engine").commit(&[], commands, None, now)
    }
}
