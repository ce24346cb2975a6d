//! The desk of the test: parties that are registered, folders that are fed, the process that is killed,
//! and the ledger of acknowledgements that nothing of the product can reach.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use tongguan_application::clearing::record::DocumentKind;
use tongguan_application::delivery::pending;
use tongguan_domain::time::Moment;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::cast::{Cast, Signing};
use tongguan_testkit::parcels::{Messages, Parcel, parcel, sweeten};

use super::Chance;
use crate::gateway::{Gateway, names, registration};
use crate::run::tongguan_in;

/// Parcels that one message tells of.
const PARCELS: u64 = 3;

pub struct Desk {
    folder: TempDir,
    cast: Cast,
    /// `--data DIR` or `--database URL`.
    place: [String; 2],
    target: Target,
    /// All that were ever sent.
    pub parcels: Vec<Parcel>,
    /// By the name of its file, what a message tells of and its bytes.
    sent: BTreeMap<String, Message>,
    /// The names of the files that were seen to be acknowledged.
    pub acknowledged: BTreeSet<String>,
}

/// A message that was sent.
#[derive(Clone)]
pub struct Message {
    pub kind: DocumentKind,
    /// The places of its parcels among all.
    pub parcels: std::ops::Range<usize>,
    text: String,
}

impl Desk {
    pub fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let place = ["--data".to_owned(), data.to_str().unwrap().to_owned()];
        Self::set_up(folder, place, Target::Sqlite(data))
    }

    pub fn on_postgres(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = ["--database".to_owned(), url.to_owned()];
        Self::set_up(folder, place, Target::Postgres(url.to_owned()))
    }

    /// Lets processes reach the database over a wire; the proofs look at it directly.
    pub fn over_wire(mut self, url: &str) -> Self {
        self.place = ["--database".to_owned(), url.to_owned()];
        self
    }

    /// Starts to move the embedded database to a server.
    pub fn migrate(&self, url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tongguan"));
        command.current_dir(self.folder.path()).args(["migrate", "--data", "data", "--to", url]);
        command
    }

    /// From now on works there.
    pub fn moved_to(&mut self, url: &str) {
        self.place = ["--database".to_owned(), url.to_owned()];
        self.target = Target::Postgres(url.to_owned());
    }

    /// Registers the cast, with the guarantee of the platform.
    fn set_up(folder: TempDir, place: [String; 2], target: Target) -> Self {
        let cast = Cast::new(11, Signing::Sm2).unwrap();
        for name in ["inbox", "trust"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let root = cast.authority().certificate().to_pem();
        fs::write(folder.path().join("trust/root.pem"), root).unwrap();
        let parties = registration(&cast, |_| true, "1000000.00");
        fs::write(folder.path().join("parties.toml"), parties).unwrap();
        let arguments = ["registry", "import", "parties.toml", &place[0], &place[1]];
        let run = tongguan_in(folder.path(), &arguments, "");
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        let (parcels, sent) = (Vec::new(), BTreeMap::new());
        Self { folder, cast, place, target, parcels, sent, acknowledged: BTreeSet::new() }
    }

    /// Messages of new parcels arrive, in any order, and some that were acknowledged arrive again.
    pub fn receive(&mut self, groups: u64, chance: &mut Chance) {
        const KINDS: [DocumentKind; 4] = [
            DocumentKind::Order,
            DocumentKind::Payment,
            DocumentKind::Waybill,
            DocumentKind::Declaration,
        ];
        let at = Moment::parse_wire("20260302095900").unwrap();
        for _ in 0..groups {
            let first = self.parcels.len();
            let numbers = first as u64 + 1..;
            let group = numbers.take(usize::try_from(PARCELS).unwrap());
            self.parcels.extend(group.map(|n| some_limited(n, at)));
            let parcels = first..self.parcels.len();
            let messages =
                Messages::of(&self.cast, &self.parcels[parcels.clone()], first as u64 + 1).unwrap();
            for (kind, text) in KINDS.into_iter().zip(messages.into_array()) {
                self.drop_file(Message { kind, parcels: parcels.clone(), text }, chance);
            }
        }
        let often = self.acknowledged.len() as u64 / groups + 1;
        let again = self.acknowledged.iter().filter(|_| chance.below(often) == 0);
        let again: Vec<_> = again.map(|name| self.sent[name].clone()).collect();
        for message in again {
            self.drop_file(message, chance);
        }
    }

    fn drop_file(&mut self, message: Message, chance: &mut Chance) {
        // Files are taken in the order of their names.
        let name = format!("{:05}-{}.xml", chance.below(100_000), self.sent.len());
        let path = self.folder.path().join("inbox").join(&name);
        let draft = path.with_extension("part");
        fs::write(&draft, &message.text).unwrap();
        fs::rename(draft, path).unwrap();
        self.sent.insert(name, message);
    }

    /// The names of what lies in the inbox.
    pub fn inbox(&self) -> BTreeSet<String> {
        names(&self.folder.path().join("inbox"))
    }

    /// The names of what was acknowledged.
    pub fn done(&self) -> BTreeSet<String> {
        names(&self.folder.path().join("inbox/done"))
    }

    /// The responses, finished ones only.
    pub fn answers(&self) -> Vec<PathBuf> {
        let outbox = self.folder.path().join("outbox");
        let mailboxes = fs::read_dir(outbox).into_iter().flatten().flatten();
        mailboxes
            .flat_map(|mailbox| {
                names(&mailbox.path()).into_iter().map(move |name| (mailbox.path(), name))
            })
            .filter(|(_, name)| !name.starts_with('.'))
            .map(|(mailbox, name)| mailbox.join(name))
            .collect()
    }

    /// Drafts of responses, which nobody may read.
    pub fn drafts(&self) -> usize {
        let outbox = fs::read_dir(self.folder.path().join("outbox")).unwrap().flatten();
        outbox
            .flat_map(|mailbox| names(&mailbox.path()))
            .filter(|name| name.starts_with('.'))
            .count()
    }

    /// Whether a process has got as far as its inbox.
    pub fn has_begun(&self) -> bool {
        self.folder.path().join("inbox/done").is_dir()
    }

    /// Takes down what is acknowledged by now; what was stays so.
    pub fn note_acknowledgements(&mut self) {
        let done = self.done();
        let gone: Vec<_> = self.acknowledged.difference(&done).collect();
        assert!(gone.is_empty(), "acknowledged, and not any more: {gone:?}");
        let refused = names(&self.folder.path().join("inbox/refused"));
        assert!(refused.is_empty(), "refused: {refused:?}");
        self.acknowledged = done;
    }

    /// What was sent and acknowledged.
    pub fn acknowledged_messages(&self) -> impl Iterator<Item = &Message> {
        self.acknowledged.iter().map(|name| &self.sent[name])
    }

    /// How many files were sent.
    pub fn sent(&self) -> usize {
        self.sent.len()
    }

    /// The store, while no process or one on PostgreSQL has it open.
    pub fn store(&self) -> Store {
        let now = Moment::from_micros(0);
        Store::open(&self.target, StoreSettings::default(), now).unwrap()
    }

    /// Whether every file is answered and every response delivered.
    pub fn is_at_rest(&self) -> bool {
        self.inbox().is_empty() && pending(&self.store(), "folder", 1).unwrap().places.is_empty()
    }

    /// Starts the process.
    pub fn watch(&self) -> Gateway {
        Gateway::start(self.command("--watch"), self.folder.path().join("stderr"))
    }

    /// Answers what still lies there, undisturbed.
    pub fn answer_the_rest(&mut self) {
        let output = self.command("--once").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.note_acknowledgements();
    }

    fn command(&self, how: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tongguan"));
        command
            .current_dir(self.folder.path())
            .args(["gateway", "--inbox", "inbox", "--outbox", "outbox", how, "--parcel-numbers"])
            .args(["--key-file", "key"])
            .args(&self.place);
        command
    }
}

/// The `n`th parcel; every third has goods whose quantity is limited for a person and year.
pub fn some_limited(n: u64, at: Moment) -> Parcel {
    let mut parcel = parcel(n, at).unwrap();
    if is_limited(n) {
        sweeten(&mut parcel, 500);
    }
    parcel
}

/// Whether the quantity of the `n`th parcel's goods is limited.
pub fn is_limited(n: u64) -> bool {
    n.is_multiple_of(3)
}
