//! A platform is asked for the payment evidence of a parcel, and what it hands over is compared with what customs
//! has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::evidence::{
    Asker, Courier, Demand, Demands, EvidenceError, Stage, Wanted, of,
};
use tongguan_application::history::{Actor, AuditFilter, ChangeKind, Register, Subject, audited};
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::Reach;
use tongguan_domain::evidence::PayerSaid;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::money::Amount;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_gateways::webhook::{Rules, Sender};
use tongguan_messages::evidence::answer::Outcome;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{CertificateRow, PartyCodeRow, PartyRow};
use tongguan_testkit::cast::Actor as Enterprise;
use tongguan_testkit::parcels::Parcel;
use tongguan_testkit::platform::{Manner, Platform, evidence};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    what_an_officer_demands_is_asked_for_uploaded_and_compared,
    what_is_altered_signed_by_another_or_garbled_is_told,
    who_does_not_answer_is_asked_again_until_the_deadline_and_that_is_a_finding,
    what_was_found_has_the_platforms_next_imports_reviewed_for_so_many_days,
    a_share_is_drawn_when_declarations_enter_and_may_be_held_for_review,
    a_platform_without_an_address_cannot_be_asked,
    only_what_is_within_reach_is_demanded_and_seen,
    what_was_uploaded_stands_and_comes_late_at_most,
    several_threads_ask_while_uploads_come_and_none_fails,
    what_does_not_open_keeps_nobody_waiting,
}

fn office() -> OfficeCode {
    OfficeCode::parse("2916").unwrap()
}

fn at_office() -> Reach {
    Reach::Office(office())
}

fn zhang() -> Actor {
    Actor { name: "zhang".into(), ..Actor::default() }
}

/// A world whose enterprises stand in the store, and a platform that is asked at its address.
struct Scene {
    world: World,
    platform: Platform,
    demands: Demands,
    courier: Courier,
}

impl Scene {
    fn new(on: On) -> Self {
        Self::with(on, Settings::default())
    }

    fn with(on: On, settings: Settings) -> Self {
        let world = World::with(on(Beginning { settings, ..Beginning::unsigned() }));
        let platform = Platform::start(&world.cast.platform, None, world.clock.now());
        for actor in world.cast.actors() {
            let is_platform = actor.party.id == world.cast.platform.party.id;
            register(&world, actor, is_platform.then(|| platform.url.clone()));
        }
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        let enquiries = Arc::new(Enquiries::new(world.store.clone()));
        let network = "127.0.0.1/32".parse().unwrap();
        let rules = Rules { http: true, networks: vec![network], ..Rules::default() };
        let sender = Arc::new(Sender::new(rules, Duration::from_secs(2)));
        let courier =
            Courier::open(enquiries.clone(), keyring.clone(), sender, world.clock.clone());
        let (demands, courier) = (Demands::new(enquiries, keyring), courier.unwrap());
        Self { world, platform, demands, courier }
    }

    fn cleared(&mut self, n: u64) -> (Parcel, DeclarationId) {
        let parcel = nth(n);
        self.platform.sells(&parcel);
        self.world.send(&parcel.documents());
        let id = self.world.declaration(&parcel).unwrap().id;
        (parcel, id)
    }

    fn demand(&self, id: DeclarationId) -> i64 {
        let now = self.world.clock.now();
        self.demands.demand(at_office(), id, "价格存疑", &zhang(), now).unwrap()
    }

    /// Asks whoever is to be asked, and hands over what is uploaded upon it.
    fn asked_and_uploaded(&self) -> (Outcome, String) {
        self.courier.run_dry().unwrap();
        let told = self.take(&self.platform.upload());
        self.courier.run_dry().unwrap();
        told
    }

    fn take(&self, upload: &str) -> (Outcome, String) {
        let trust = self.world.cast.trust().unwrap();
        self.demands.take(upload, &trust, self.world.clock.now()).unwrap()
    }

    fn only(&self, id: DeclarationId) -> Demand {
        let [demand] = self.demands.of(at_office(), id).unwrap().try_into().unwrap();
        demand
    }

    fn codes(&self, id: DeclarationId) -> Vec<&'static str> {
        self.only(id).findings().iter().map(|finding| finding.rule.code).collect()
    }
}

/// An enterprise in the store, where officers' pages and this look for it.
fn register(world: &World, actor: &Enterprise, payment_url: Option<String>) {
    let party = &actor.party;
    let row = PartyRow {
        party_id: party.id,
        name: party.name.clone(),
        roles: party.roles.bits(),
        suspended: false,
        valid_from: Moment::start_of(party.valid_from),
        valid_to: None,
        mailbox: party.mailbox.clone(),
        payment_url,
    };
    let codes: Vec<_> = (0..)
        .zip(&party.codes)
        .map(|(place, code)| PartyCodeRow { code: code.clone(), party_id: party.id, place })
        .collect();
    let certificate = CertificateRow {
        party_id: party.id,
        digest: *actor.certificate.digest(),
        der: actor.certificate.der().to_vec(),
        valid_from: actor.certificate.valid_from(),
        valid_to: actor.certificate.valid_until(),
        revoked: false,
        delegate: false,
    };
    let mut writer = world.store.writer().unwrap();
    let written = writer.transaction(|tx| {
        tx.bump(Register::Registry)?;
        tx.upsert(&[row])?;
        tx.upsert(&codes)?;
        tx.upsert(&[certificate])
    });
    written.unwrap();
}

fn what_an_officer_demands_is_asked_for_uploaded_and_compared(on: On) {
    let mut scene = Scene::new(on);
    let (parcel, id) = scene.cleared(1);
    assert_eq!(scene.demand(id), 1);
    let refused = scene.demands.demand(at_office(), id, "x", &zhang(), scene.world.clock.now());
    assert!(matches!(refused, Err(EvidenceError::UnderWay)), "{refused:?}");
    assert_eq!(scene.only(id).stage, Stage::Waiting);
    assert_eq!(scene.asked_and_uploaded(), (Outcome::Taken, String::new()));
    assert_eq!(scene.platform.asked(), [parcel.order.order_no.to_string()]);

    let demand = scene.only(id);
    assert_eq!((demand.stage, demand.attempts), (Stage::Compared, 1));
    assert!(demand.agreed_at.is_some() && demand.uploaded_at.is_some());
    let asker = Asker::Officer { name: "zhang".into(), reason: "价格存疑".into() };
    assert_eq!(demand.asker, asker);
    assert_eq!(demand.findings(), []);
    let facts = demand.compared.unwrap().facts.unwrap();
    assert_eq!((facts.amount, facts.payer), (parcel.payment.amount, PayerSaid::Same));
    assert_eq!(facts.paid_at, Some(parcel.payment.paid_at));
    assert_eq!(facts.goods.len(), parcel.order.lines.len());

    // Everything that happened is recorded, and no person in it.
    let filter = AuditFilter { register: Some(Register::Evidence), ..AuditFilter::default() };
    let mut events = scene.world.store.read(|view| audited(view, &filter, None, 99)).unwrap();
    events.reverse();
    let kinds: Vec<_> = events.iter().map(|event| event.entry.change).collect();
    let (added, changed) = (ChangeKind::Added, ChangeKind::Changed);
    assert_eq!(kinds, [added, changed, changed, changed], "{events:?}");
    assert!(events.iter().all(|event| event.entry.subject == Subject::Declaration(id)));
    let told = format!("{events:?}");
    assert!(!told.contains(&*parcel.payment.payer.number), "{told}");
}

fn what_is_altered_signed_by_another_or_garbled_is_told(on: On) {
    let mut scene = Scene::new(on);
    let (parcel, id) = scene.cleared(1);
    let more = parcel.payment.amount + Amount::new("0.01".parse().unwrap());
    scene.platform.behaves(Manner::ForeignKey);
    scene.demand(id);
    assert_eq!(scene.asked_and_uploaded().0, Outcome::BadSignature);
    let demand = scene.only(id);
    assert_eq!(demand.stage, Stage::Agreed, "it may still upload");
    assert_eq!(demand.failure.as_deref(), Some("uploaded, and was told 20008"));

    scene.platform.behaves(Manner::Garbles);
    scene.world.clock.advance_millis(300_000);
    assert_eq!(scene.asked_and_uploaded().0, Outcome::NoJson);

    scene.platform.behaves(Manner::Alters(more));
    scene.world.clock.advance_millis(300_000);
    assert_eq!(scene.asked_and_uploaded().0, Outcome::Taken);
    assert_eq!(scene.codes(id), ["evidence-amount-payment", "evidence-amount-order"]);
    let texts = scene.only(id).findings().iter().map(|it| it.message_en()).collect::<Vec<_>>();
    let said = format!("{more} was paid, the payment document says {}", parcel.payment.amount);
    assert_eq!(texts[0], said);

    // Something else may be demanded once the first is over, and each stands.
    assert_eq!(scene.demand(id), 2);
    let mut other = evidence(&parcel);
    other.orders[0].goods.remove(0);
    other.request = "11010519491231002X".into();
    scene.platform.behaves(Manner::Honest);
    scene.platform.has(parcel.order.order_no.as_str(), other);
    assert_eq!(scene.asked_and_uploaded().0, Outcome::Taken);
    let found = scene.demands.of(at_office(), id).unwrap();
    let codes = found.iter().map(|it| it.findings().iter().map(|it| it.rule.code).collect());
    let codes: Vec<Vec<_>> = codes.collect();
    assert_eq!(codes[1], ["evidence-payer", "evidence-goods-missing"]);
}

fn who_does_not_answer_is_asked_again_until_the_deadline_and_that_is_a_finding(on: On) {
    let mut scene = Scene::new(on);
    let (_, id) = scene.cleared(1);
    scene.platform.behaves(Manner::Fails(500));
    scene.demand(id);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.platform.asked().len(), 1);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.platform.asked().len(), 1, "nothing is due");
    scene.world.clock.advance_millis(5_000);
    scene.platform.behaves(Manner::Refuses);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.only(id).failure.as_deref(), Some("answered with code 20000"));
    scene.world.clock.advance_millis(15_000);
    scene.platform.behaves(Manner::Silent);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.only(id).attempts, 3);
    assert!(scene.only(id).failure.unwrap().starts_with("no answer within"));

    scene.world.clock.advance_millis(30 * 60_000);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.only(id).stage, Stage::Unanswered);
    assert_eq!(scene.codes(id), ["evidence-unanswered"]);
    assert_eq!(scene.platform.asked().len(), 3);
    let listed = |with_findings| {
        let wanted = Wanted { with_findings, behind: None };
        scene.demands.list(at_office(), wanted, 10).unwrap().rows.len()
    };
    assert_eq!((listed(true), listed(false)), (1, 1));
}

fn drawn_at(evidence_review: bool) -> Settings {
    let own = OfficeSettings {
        evidence_per_10_000: 10_000,
        evidence_review,
        ..OfficeSettings::default()
    };
    Settings { offices: [(office(), own)].into(), ..Settings::default() }
}

fn a_share_is_drawn_when_declarations_enter_and_may_be_held_for_review(on: On) {
    let mut scene = Scene::with(on, drawn_at(false));
    let (parcel, id) = scene.cleared(1);
    let status = |scene: &Scene| scene.world.declaration(&parcel).unwrap().state.status();
    assert_eq!(status(&scene), ReturnStatus::Released);
    assert_eq!(scene.only(id).asker, Asker::Chance);
    assert_eq!(scene.asked_and_uploaded().0, Outcome::Taken);
    assert_eq!(scene.codes(id), [""; 0]);

    scene.world.set_settings(Arc::new(drawn_at(true)));
    let (held, id) = scene.cleared(2);
    let sent = scene.world.declaration(&held).unwrap().state.status();
    assert_eq!(sent, ReturnStatus::InReview);
    assert_eq!(scene.only(id).stage, Stage::Waiting);

    scene.world.set_settings(Arc::new(Settings::default()));
    let (_, id) = scene.cleared(3);
    assert_eq!(scene.demands.of(at_office(), id).unwrap(), []);
}

fn what_was_found_has_the_platforms_next_imports_reviewed_for_so_many_days(on: On) {
    let looking_back = |days| {
        let own = OfficeSettings { evidence_finding_days: days, ..OfficeSettings::default() };
        Settings { offices: [(office(), own)].into(), ..Settings::default() }
    };
    let mut scene = Scene::with(on, looking_back(2));
    let status = |scene: &mut Scene, n| {
        let (parcel, _) = scene.cleared(n);
        scene.world.declaration(&parcel).unwrap().state.status()
    };
    let (_, id) = scene.cleared(1);
    register(&scene.world, &scene.world.cast.platform, None);
    scene.demand(id);
    assert_eq!(status(&mut scene, 2), ReturnStatus::Released, "nothing was found yet");
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.codes(id), ["evidence-no-address"]);
    assert_eq!(status(&mut scene, 3), ReturnStatus::InReview);
    scene.world.set_settings(Arc::new(looking_back(0)));
    assert_eq!(status(&mut scene, 4), ReturnStatus::Released, "nobody looks");
    scene.world.set_settings(Arc::new(looking_back(2)));
    // A batch is some moments later than the clock: around the end it is left and right of it by a minute.
    scene.world.clock.advance_millis(2 * 86_400_000 - 60_000);
    assert_eq!(status(&mut scene, 5), ReturnStatus::InReview, "two days are not over");
    scene.world.clock.advance_millis(120_000);
    assert_eq!(status(&mut scene, 6), ReturnStatus::Released, "it is too long ago");
}

fn a_platform_without_an_address_cannot_be_asked(on: On) {
    let mut scene = Scene::new(on);
    let (_, id) = scene.cleared(1);
    register(&scene.world, &scene.world.cast.platform, None);
    scene.demand(id);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.only(id).stage, Stage::NotAskable);
    assert_eq!(scene.codes(id), ["evidence-no-address"]);
    assert_eq!(scene.platform.asked(), [""; 0]);
}

fn only_what_is_within_reach_is_demanded_and_seen(on: On) {
    let mut scene = Scene::new(on);
    let (_, id) = scene.cleared(1);
    let elsewhere = Reach::Office(OfficeCode::parse("0100").unwrap());
    let platform = Reach::Party(scene.world.cast.platform.party.id);
    let now = scene.world.clock.now();
    for reach in [elsewhere, platform, Reach::Nobody] {
        let refused = scene.demands.demand(reach, id, "x", &zhang(), now);
        assert!(matches!(refused, Err(EvidenceError::Unknown)), "{refused:?}");
    }
    let refused = scene.demands.demand(at_office(), id, " ", &zhang(), now);
    assert!(matches!(refused, Err(EvidenceError::BadReason(_))), "{refused:?}");
    let exported = tongguan_testkit::exports::export(3, sent_at()).unwrap();
    scene.world.send(&exported.documents());
    let export = scene.world.export(&exported).unwrap().id;
    let refused = scene.demands.demand(at_office(), export, "x", &zhang(), now);
    assert!(matches!(refused, Err(EvidenceError::NoImport)), "{refused:?}");

    scene.demand(id);
    for reach in [elsewhere, platform, Reach::Nobody] {
        assert_eq!(scene.demands.of(reach, id).unwrap(), []);
        let listed = scene.demands.list(reach, Wanted::default(), 10).unwrap();
        assert_eq!(listed.rows, []);
    }
    assert_eq!(scene.demands.of(Reach::Everybody, id).unwrap().len(), 1);
}

fn what_was_uploaded_stands_and_comes_late_at_most(on: On) {
    let mut scene = Scene::new(on);
    let (parcel, id) = scene.cleared(1);
    scene.platform.behaves(Manner::Agrees);
    scene.demand(id);
    scene.courier.run_dry().unwrap();
    scene.platform.behaves(Manner::Honest);
    scene.world.clock.advance_millis(300_000);
    scene.courier.run_dry().unwrap();
    let upload = scene.platform.upload();
    scene.world.clock.advance_millis(30 * 60_000);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.codes(id), ["evidence-unanswered"]);
    assert_eq!(scene.take(&upload).0, Outcome::Taken);
    assert_eq!(scene.only(id).stage, Stage::Uploaded);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.codes(id), ["evidence-late"]);

    assert_eq!(scene.take(&upload).0, Outcome::Taken, "the same once more");
    assert_eq!(scene.only(id).stage, Stage::Compared, "and nothing happens twice");
    let session = scene.only(id).session.unwrap();
    let (key, certificate) =
        (scene.world.cast.platform.key(), &scene.world.cast.platform.certificate);
    let mut other = evidence(&parcel);
    other.guid = "ANOTHER".into();
    let (head, lists) = tongguan_messages::evidence::write(&other);
    let signed = |session: &str, certificate, key| {
        let now = scene.world.clock.now();
        let parts = (head.as_str(), lists.as_str());
        tongguan_messages::evidence::upload::Upload::signed(session, parts, now, certificate, key)
            .unwrap()
    };
    assert_eq!(scene.take(&signed(&session, certificate, key)).0, Outcome::OtherUpload);
    assert_eq!(scene.take(&signed("NONE", certificate, key)).0, Outcome::UnknownSession);
    let carrier = &scene.world.cast.carrier;
    let of_carrier = signed(&session, &carrier.certificate, carrier.key());
    assert_eq!(scene.take(&of_carrier).0, Outcome::UnknownCertificate);

    // What lies in the store tells nobody who paid.
    let rows = scene.world.store.read(|view| view.evidence_session(&session)).unwrap().unwrap();
    let key = (rows.partition, id, rows.n);
    let sealed = scene.world.store.read(|view| view.evidence_upload(key)).unwrap().unwrap();
    let number = parcel.payment.payer.number.as_bytes();
    for bytes in [&sealed.body, rows.body.as_ref().unwrap()] {
        assert!(!bytes.windows(number.len()).any(|window| window == number));
    }
}

/// Says that it is over when it is dropped.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn several_threads_ask_while_uploads_come_and_none_fails(on: On) {
    const PARCELS: u64 = 12;
    let mut scene = Scene::with(on, drawn_at(false));
    let ids: Vec<_> = (1..=PARCELS).map(|n| scene.cleared(n).1).collect();
    // The world itself stays on this thread.
    let (courier, store) = (&scene.courier, &scene.world.store);
    let is_open = || {
        let stage = |id: &DeclarationId| of(store, at_office(), *id).unwrap()[0].stage;
        ids.iter().any(|id| stage(id).is_open())
    };
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Also where this thread fails: the others must not go on then.
        let _over = Over(&is_over);
        for _ in 0..3 {
            scope.spawn(|| {
                while is_open() && !is_over.load(Ordering::Relaxed) {
                    courier.run_dry().unwrap();
                }
            });
        }
        for _ in 0..PARCELS {
            let told = scene.take(&scene.platform.upload());
            assert_eq!(told, (Outcome::Taken, String::new()));
        }
        courier.run_dry().unwrap();
    });
    for id in ids {
        assert_eq!((scene.only(id).stage, scene.codes(id)), (Stage::Compared, vec![]));
        assert_eq!(scene.only(id).attempts, 1);
    }
}

fn what_does_not_open_keeps_nobody_waiting(on: On) {
    let mut scene = Scene::new(on);
    let (_, first) = scene.cleared(1);
    let (_, second) = scene.cleared(2);
    scene.demand(first);
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.take(&scene.platform.upload()).0, Outcome::Taken);
    let mut writer = scene.world.store.writer().unwrap();
    writer.transaction(|tx| tx.forget_periods(&[("2026-03",)])).unwrap();
    scene.demand(second);
    assert!(scene.courier.step().is_err(), "it does not open any more");
    scene.courier.run_dry().unwrap();
    assert_eq!(scene.only(first).stage, Stage::Uploaded);
    assert_eq!(scene.only(second).stage, Stage::Agreed, "and the other was asked");
}
