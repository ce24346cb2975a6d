//! `tongguan review declare`: a declaration that was only stored is declared by command.

use std::fs;

use jiff::civil::date;
use serde_json::Value;
use tempfile::TempDir;
use tongguan_application::clearing::record::{DocumentKind, DocumentRecord};
use tongguan_application::clearing::rows::read_document;
use tongguan_domain::commerce::Stage;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::key::{Scheme, SigningKey};
use tongguan_storage::stored::event::{StoredCauseV1, StoredEvent};
use tongguan_storage::{Event, Partition, Store, StoreSettings, Target};
use tongguan_testkit::cast::{Cast, Signing};
use tongguan_testkit::parcels::{Parcel, message, parcel};

use crate::gateway::registration;
use crate::run::{Run, tongguan_in};

/// A folder with a database in which the cast is registered.
struct Desk {
    cast: Cast,
    folder: TempDir,
}

impl Desk {
    fn with_guarantee(granted: &str) -> Self {
        let cast = Cast::new(7, Signing::None).unwrap();
        let desk = Self { cast, folder: TempDir::new().unwrap() };
        for name in ["in", "trust"] {
            fs::create_dir(desk.folder.path().join(name)).unwrap();
        }
        desk.trust(&desk.cast);
        let parties = registration(&desk.cast, |_| true, granted);
        fs::write(desk.folder.path().join("parties.toml"), parties).unwrap();
        desk.run(&["registry", "import", "parties.toml"]);
        desk.write_key("declarant.pem", desk.cast.carrier.key());
        desk
    }

    fn write_key(&self, name: &str, key: &SigningKey) {
        fs::write(self.folder.path().join(name), key.to_pem().unwrap()).unwrap();
    }

    /// Trusts the authority of a cast.
    fn trust(&self, cast: &Cast) {
        let root = cast.authority().certificate();
        let name = root.digest().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let path = self.folder.path().join(format!("trust/{name}.pem"));
        fs::write(path, root.to_pem()).unwrap();
    }

    fn declare(&self, number: &str, key: &str) -> Run {
        self.try_to(&["review", "declare", number, "--key", key, "--json"])
    }

    fn database(&self) -> Store {
        let target = Target::Sqlite(self.folder.path().to_owned());
        let at = Moment::parse_wire("20260302100000").unwrap();
        Store::open(&target, StoreSettings::default(), at).unwrap()
    }

    /// What is signed when a parcel's declaration is declared.
    fn statement(&self, parcel: &Parcel) -> String {
        let order_no = &parcel.declaration.order_no;
        let key = (Partition::of_order(order_no), order_no.as_str());
        let rows = self.database().read(|view| view.documents_of_orders(&[key])).unwrap();
        let documents = rows.into_iter().map(|row| read_document(row).unwrap());
        let is_declaration = |one: &DocumentRecord| one.key.kind == DocumentKind::Declaration;
        let content = documents.into_iter().find(is_declaration).unwrap().content;
        let content = u128::from_be_bytes(content);
        let shown = self.run(&["review", "show", order_no.as_str(), "--json"]).json();
        format!("declare {} {content:032x}", shown["pre_no"].as_str().unwrap())
    }

    /// Certificates and signatures of the signed commands in the audit.
    fn signed(&self) -> Vec<([u8; 32], Vec<u8>)> {
        let events = self.database().read(|view| view.unread::<Event>("test", 1000)).unwrap();
        let entries = events.iter().flat_map(|one| StoredEvent::decode(&one.body).unwrap().entries);
        let signed = entries.filter_map(|entry| match entry.cause {
            StoredCauseV1::Signed(certificate, signature) => Some((certificate, signature)),
            _ => None,
        });
        signed.collect()
    }

    fn try_to(&self, arguments: &[&str]) -> Run {
        tongguan_in(self.folder.path(), &[arguments, &["--data", "."]].concat(), "")
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let run = self.try_to(arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
        run
    }

    /// One round of a gateway that takes everything unsigned.
    fn gateway(&self) {
        let unsigned = ["CEB311", "CEB411", "CEB511", "CEB621"].map(|code| ["--unsigned", code]);
        let folders = ["gateway", "--inbox", "in", "--outbox", "out", "--once"];
        self.run(&[folders.as_slice(), unsigned.as_flattened()].concat());
    }

    /// Sends everything about a parcel through a gateway; its declaration is to be stored only.
    fn store(&self, parcel: &Parcel) {
        let [order, payment, waybill, mut declaration] = parcel.documents();
        declaration.filing_mut().stage = Stage::Stored;
        for (n, document) in (1..).zip([order, payment, waybill, declaration]) {
            let text = message(&self.cast, &[document], n).unwrap();
            fs::write(self.folder.path().join(format!("in/{n}.xml")), text).unwrap();
            self.gateway();
        }
        let shown = self.run(&["review", "show", order_no(parcel), "--json"]).json();
        assert_eq!(shown["status"], 1, "{shown}");
    }

    /// How many messages to the declarant tell that a declaration was released.
    fn releases_told(&self) -> usize {
        let outbox = self.folder.path().join("out/DXPENT0000000004");
        let told = fs::read_dir(outbox).unwrap().map(|file| file.unwrap().path());
        let released = "<returnStatus>800</returnStatus>";
        told.filter(|file| fs::read_to_string(file).unwrap().contains(released)).count()
    }
}

fn nth(n: u64) -> Parcel {
    parcel(n, Moment::parse_wire("20260302095900").unwrap()).unwrap()
}

fn order_no(parcel: &Parcel) -> &str {
    parcel.declaration.order_no.as_str()
}

#[test]
fn a_stored_declaration_is_declared_once_and_the_next_gateway_tells_it() {
    let desk = Desk::with_guarantee("1000000");
    let parcel = nth(1);
    desk.store(&parcel);
    let stored = desk.run(&["review", "show", order_no(&parcel), "--json"]).json();
    let number = stored["pre_no"].as_str().unwrap();
    let declared = desk.declare(number, "declarant.pem").json();
    assert_eq!((&declared["id"], &declared["status"]), (&stored["id"], &Value::from(800)));
    let told = declared["responses"].as_array().unwrap().iter();
    let statuses: Vec<_> = told.map(|told| told["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [2, 3, 120, 399, 800]);
    assert_eq!(desk.releases_told(), 0);
    desk.gateway();
    assert_eq!(desk.releases_told(), 1);

    let again = desk.declare(number, "declarant.pem");
    assert_eq!((again.status, again.out.as_str()), (1, ""));
    for says in ["status 800", "only one at status 1", "it is declared already"] {
        assert!(again.err.contains(says), "{says}: {}", again.err);
    }
    desk.gateway();
    assert_eq!(desk.releases_told(), 1);
}

#[test]
fn a_declaration_that_cannot_be_declared_is_told_why() {
    let desk = Desk::with_guarantee("0");
    let (first, mut second) = (nth(1), nth(2));
    second.declaration.waybill_no = first.waybill.number.clone();
    desk.store(&first);
    desk.store(&second);
    let declare = |parcel: &Parcel| {
        desk.try_to(&["review", "declare", order_no(parcel), "--key", "declarant.pem"])
    };
    let queued = declare(&first);
    assert!(queued.out.contains("stands at 399"), "{}{}", queued.out, queued.err);
    let refused = declare(&second);
    assert_eq!(refused.status, 0, "{}", refused.err);
    for says in ["stands at 100", "已被其它清单使用"] {
        assert!(refused.out.contains(says), "{says}: {}", refused.out);
    }
    for (run, says) in
        [(declare(&second), "lodge it anew"), (declare(&nth(9)), "no declaration is known as")]
    {
        assert_eq!((run.status, run.out.as_str()), (1, ""));
        assert!(run.err.contains(says), "{says}: {}", run.err);
    }
}

#[test]
fn only_a_registered_key_declares_and_the_audit_keeps_its_signature() {
    let desk = Desk::with_guarantee("1000000");
    let parcel = nth(1);
    desk.store(&parcel);
    let number = order_no(&parcel);
    let others = Cast::new(8, Signing::None).unwrap();
    desk.write_key("delegate.pem", others.carrier.key());
    desk.write_key("platform.pem", desk.cast.platform.key());
    for (key, says) in [
        ("delegate.pem", "register its certificate first"),
        ("platform.pem", "neither the merchant's nor the declarant's"),
        ("absent.pem", "cannot read absent.pem"),
        ("parties.toml", "cannot use the key in parties.toml"),
    ] {
        let refused = desk.declare(number, key);
        assert_eq!((refused.status, refused.out.as_str()), (1, ""));
        assert!(refused.err.contains(says), "{key}: {}", refused.err);
    }
    assert_eq!(desk.run(&["review", "show", number, "--json"]).json()["status"], 1);

    let delegate = format!("delegates = ['''{}''']\n", others.carrier.certificate.to_pem());
    let merchant = registration(&desk.cast, |actor| actor.party.id.0 == 2, "0");
    let parties = merchant.replacen("certificates", &format!("{delegate}certificates"), 1);
    fs::write(desk.folder.path().join("charged.toml"), parties).unwrap();
    let report = desk.run(&["registry", "import", "charged.toml"]);
    assert!(report.out.contains("delegates: ``"), "{}", report.out);
    let code = desk.cast.merchant.party.codes[0].as_str();
    let shown = desk.run(&["registry", "show", code, "--json"]).json();
    let delegates = shown["certificates"].as_array().unwrap().iter();
    assert_eq!(delegates.filter(|one| one["delegate"] == true).count(), 1, "{shown}");

    let untrusted = desk.declare(number, "delegate.pem");
    assert_eq!((untrusted.status, untrusted.out.as_str()), (1, ""));
    for says in ["does not count: no trusted authority issued it", "`--trust`"] {
        assert!(untrusted.err.contains(says), "{says}: {}", untrusted.err);
    }
    assert_eq!(desk.run(&["review", "show", number, "--json"]).json()["status"], 1);

    desk.trust(&others);
    let declared = desk.declare(number, "delegate.pem");
    assert_eq!(declared.json()["status"], 800, "{}", declared.err);
    let [(certificate, signature)] = <[_; 1]>::try_from(desk.signed()).unwrap();
    assert_eq!(certificate, *others.carrier.certificate.digest());
    let key = others.carrier.certificate.key();
    let statement = desk.statement(&parcel);
    assert!(key.verify(Scheme::Sm2Sm3, statement.as_bytes(), &signature), "{statement}");
}

#[test]
fn a_revoked_key_declares_nothing() {
    let desk = Desk::with_guarantee("1000000");
    let parcel = nth(1);
    desk.store(&parcel);
    let day = |year| Moment::start_of(date(year, 1, 1));
    let revoked = |serial| {
        let authority = desk.cast.authority();
        let list = authority.revocation_list(1, day(2025), day(2044), &[(serial, day(2025))]);
        fs::write(desk.folder.path().join("trust/list.crl"), list.unwrap().to_pem()).unwrap();
        desk.declare(order_no(&parcel), "declarant.pem")
    };
    let declarants = 0x0300_0000_0000_0004;
    let refused = revoked(declarants);
    assert_eq!((refused.status, refused.out.as_str()), (1, ""));
    for says in ["revoked at 2025-01-01", "register the one that counts now"] {
        assert!(refused.err.contains(says), "{says}: {}", refused.err);
    }
    assert_eq!(revoked(declarants + 1).json()["status"], 800);
}
