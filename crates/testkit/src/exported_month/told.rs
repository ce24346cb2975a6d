//! What a document was told, in the order of time.

/// All that a document was told: when, and its status.
#[derive(Debug, Default)]
pub struct Told {
    answers: Vec<(u64, i32)>,
    /// In which hearing the last new answer came, and the last time that it was told before that.
    hearing: u64,
    before: Option<u64>,
}

/// A new answer that is not later than what was told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandsStill {
    /// When something was told before.
    pub before: u64,
    /// The time of the new answer.
    pub at: u64,
}

impl Told {
    /// Takes an answer in. What was told once may be told again; what is new in a hearing must be later than
    /// all that was told before it, and not earlier than what came before in the same one.
    ///
    /// # Errors
    /// [`StandsStill`]; the answer is not taken in.
    pub fn hear(&mut self, hearing: u64, at: u64, status: i32) -> Result<(), StandsStill> {
        if self.answers.contains(&(at, status)) {
            return Ok(());
        }
        let last = self.last().map(|(at, _)| at);
        if self.hearing != hearing {
            (self.hearing, self.before) = (hearing, last);
        }
        for (before, is_behind) in [(self.before, self.before >= Some(at)), (last, last > Some(at))]
        {
            if let Some(before) = before.filter(|_| is_behind) {
                return Err(StandsStill { before, at });
            }
        }
        self.answers.push((at, status));
        Ok(())
    }

    /// The last that it was told.
    pub fn last(&self) -> Option<(u64, i32)> {
        self.answers.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger::{Ledger, kinds};
    use super::super::{ExportedMonth, MonthError};
    use super::*;
    use crate::answers::Answer;
    use crate::world::Sent;

    #[test]
    fn the_ledger_names_the_list_whose_time_stands_still() {
        let mut ledger = Ledger::of(ExportedMonth { seed: 1, merchants: 3, declarations: 72 });
        let mut hear = |status| {
            let answer = Answer {
                message: "CEB604",
                guid: format!("{:08X}-0000-4000-8000-{:012X}", kinds::LIST, 1),
                status,
                at: "20261101100000000".into(),
                text: String::new(),
                provisional_no: None,
                declaration_no: None,
            };
            ledger.hear(&Sent { messages: vec![], answers: vec![answer], bills: vec![] });
            ledger.check_answers()
        };
        let stands_still = |checked: Result<(), MonthError>| {
            let wrong = checked.unwrap_err().to_string();
            (wrong.contains("the time of a new answer"), wrong)
        };
        for (status, expected) in [(2, false), (2, false), (120, true)] {
            let (found, wrong) = stands_still(hear(status));
            assert_eq!(found, expected, "{status}: {wrong}");
            assert!(wrong.starts_with("merchant 33019E"), "{wrong}");
        }
    }

    #[test]
    fn a_new_run_is_later_and_a_repeat_is_none() {
        let mut told = Told::default();
        for (hearing, at, status) in
            [(1, 5, 2), (1, 5, 3), (1, 6, 120), (2, 5, 3), (2, 6, 120), (3, 7, 800), (3, 7, 899)]
        {
            assert_eq!(told.hear(hearing, at, status), Ok(()), "{hearing} {at} {status}");
        }
        assert_eq!(told.last(), Some((7, 899)));
        for (hearing, at) in [(3, 6), (4, 7), (5, 3)] {
            let wrong = told.hear(hearing, at, 100 + i32::try_from(hearing).unwrap());
            assert_eq!(wrong.map_err(|wrong| wrong.at), Err(at));
        }
    }
}
