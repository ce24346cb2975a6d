//! The same message of a bonded zone again: it is told where the list or gate pass stands that its number names.

use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::commerce::Action;
use tongguan_messages::zone::ZoneMessage;

use super::Desk;
use super::told::{pass_told, result, told_of};
use crate::clearing::zone::{ListRecord, Lodged, PassRecord, Referenced};

impl Desk<'_, '_, '_> {
    /// What the enterprise's number names, if the message is a copy of one that was acted on under it: of one
    /// that lodged or deleted what stands there, or what stood there before.
    pub(super) fn acted_on_already(&self) -> Option<Referenced> {
        let is_a_copy = self.acted_on().contains(&self.document.fingerprint);
        self.draft.referenced(&self.document.reference()).filter(|_| is_a_copy).cloned()
    }

    /// The messages that were acted on under the enterprise's number.
    pub(super) fn acted_on(&self) -> Vec<[u8; 16]> {
        let of = |lodged: &Lodged| lodged.messages.clone();
        let messages = match self.draft.referenced(&self.document.reference()) {
            Some(Referenced::List(key)) => {
                self.draft.list(key).and_then(|list| list.lodged.as_ref()).map(of)
            }
            Some(Referenced::Pass(number)) => self.draft.pass(number).map(|pass| of(&pass.lodged)),
            None => None,
        };
        messages.unwrap_or_default()
    }

    /// Tells where it stands.
    pub(super) fn repeat(&mut self, standing: &Referenced) {
        match standing {
            Referenced::List(key) => {
                if let Some(list) = self.draft.list(key).cloned() {
                    self.repeat_list(&list);
                }
            }
            Referenced::Pass(number) => {
                if let Some(pass) = self.draft.pass(number).cloned() {
                    self.repeat_pass(&pass);
                }
            }
        }
    }

    /// Tells where a list stands.
    pub(super) fn repeat_list(&mut self, standing: &ListRecord) {
        let Some(lodged) = &standing.lodged else { return };
        self.receive(&lodged.provisional_no);
        if let Some((_, _, by)) = standing.steps.last() {
            let step = (standing.state, self.circumstances.at, by);
            self.tell(told_of(standing, lodged, step, result(standing.state)));
        }
    }

    /// Tells where a gate pass stands.
    pub(super) fn repeat_pass(&mut self, standing: &PassRecord) {
        let action = match standing.state {
            GatePassState::Approved | GatePassState::Passed => Action::Create,
            GatePassState::GivenUp => Action::Delete,
        };
        self.receive(&standing.lodged.provisional_no);
        self.tell(pass_told(standing, ZoneMessage::Sas221, action, standing.since));
    }
}
