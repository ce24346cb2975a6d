//! What may follow what, of a request to cancel.

use std::collections::BTreeSet;

use tongguan_domain::commerce::Filing;
use tongguan_domain::ids::{Guid, MessageId, PartyId};
use tongguan_domain::time::Moment;

use super::*;
use crate::clearing::record::{ClaimKey, DocumentKey, DossierKey, Source};

const STATES: [DocumentState; 5] = [
    DocumentState::Stored,
    DocumentState::Entered,
    DocumentState::Refused,
    DocumentState::Deleted,
    DocumentState::Pending,
];

/// A request that differs from what stands, and is newer.
fn request(action: Action, stage: Stage) -> FiledDocument {
    let kind = DocumentKind::ExportCancellation;
    let claim = ClaimKey { kind, party: PartyId(1), number: "29162026E000000001".into() };
    let dossier = DossierKey::of_claim(&claim);
    let ClaimKey { kind, party, number } = claim;
    let guid = Guid::parse("00000001-0000-4000-8000-000000000002").unwrap();
    FiledDocument {
        key: DocumentKey { dossier, kind, party, number },
        name: "29162026E000000001".into(),
        filing: Filing { guid, action, sent_at: Moment::from_micros(2), stage },
        content: [2; 16],
        verdict: Err(Vec::new()),
    }
}

fn standing(state: DocumentState) -> DocumentRecord {
    DocumentRecord {
        key: request(Action::Create, Stage::Declared).key,
        guid: Guid::parse("00000001-0000-4000-8000-000000000001").unwrap(),
        sent_at: Moment::from_micros(1),
        content: [1; 16],
        state,
        source: Source { message: MessageId(1), ordinal: 1 },
        response_seq: 1,
        replied_at: Moment::from_micros(1),
        facts: None,
    }
}

/// The lines of the diagram. What is declared is approved, or refused where its declaration does not
/// allow it; what stands there live then stays.
fn ways() -> BTreeSet<String> {
    // What an officer does about one that waits stands in `cancellation/ruling.rs`, not here.
    let ruled = [("Entered", "approved"), ("Refused", "refused")];
    let mut ways: BTreeSet<_> =
        ruled.iter().map(|(to, what)| format!("    Pending --> {to}: {what}")).collect();
    for state in STATES.map(Some).into_iter().chain([None]) {
        let from = state.map_or("[*]".to_owned(), |state| format!("{state:?}"));
        let mut way = |to: &str, what: &str| ways.insert(format!("    {from} --> {to}: {what}"));
        for action in [Action::Create, Action::Change, Action::Delete] {
            for stage in [Stage::Stored, Stage::Declared] {
                let standing = state.map(standing);
                match admit(standing.as_ref(), &request(action, stage), true) {
                    Admission::Delete => {
                        way("Deleted", "deleted");
                    }
                    admitted @ (Admission::Admit | Admission::Change) => {
                        let changes = admitted == Admission::Change;
                        if stage == Stage::Stored {
                            way("Stored", if changes { "changed" } else { "stored" });
                            continue;
                        }
                        way("Entered", "approved");
                        way("Pending", "put before an officer");
                        if !state.is_some_and(DocumentState::is_live) {
                            way("Refused", "refused");
                        }
                    }
                    Admission::Repeat | Admission::Refuse(_) => {}
                }
            }
        }
    }
    ways
}

#[test]
fn the_page_shows_every_way_of_a_request_to_cancel_and_no_other() {
    let page = include_str!("../../../../../../docs/reference/lifecycles.md");
    let part = page.split("## Request to cancel\n").nth(1).unwrap();
    let shown: BTreeSet<String> = part
        .split("\n## ")
        .next()
        .unwrap()
        .lines()
        .filter(|line| line.contains(": ") && line.contains("-->"))
        .map(str::to_owned)
        .collect();
    let wanted: Vec<String> = ways().into_iter().collect();
    assert_eq!(shown, ways(), "it should hold\n{}", wanted.join("\n"));
}

#[test]
fn nothing_follows_an_approved_request() {
    assert!(!ways().iter().any(|way| way.contains("Entered -->")));
}
