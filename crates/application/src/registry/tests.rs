//! Importing into a store, on both engines: what is asked is what is registered afterwards.

use jiff::civil::date;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::{PartyCode, Role};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::TrustStore;
use tongguan_storage::{About, Delta, Partition, Register};

use super::file::{self, Format};
use super::sample::{authority, certificate, issued, no_files};
use super::*;
use crate::desk::{Desk, cause, noon};
use crate::history::{self, Cause, ChangeKind, Event, Subject};

on_both_engines! {
    importing_again_changes_nothing_not_even_the_revision,
    either_code_leads_to_the_one_party,
    a_party_keeps_its_id_through_changes,
    a_code_left_out_is_taken_away,
    codes_of_two_parties_are_refused_and_both_are_named,
    two_entries_for_one_party_are_refused,
    a_suspended_party_may_not_act,
    certificates_are_stopped_when_they_are_left_out_and_left_alone_when_unmentioned,
    a_certificate_of_another_party_is_refused,
    a_delegate_is_charged_by_many_and_may_be_a_party_itself,
    a_delegate_counts_as_long_as_its_certificate_is_trusted,
    a_first_day_left_out_is_the_day_of_the_import_and_stays,
    an_inherited_first_day_is_compared_with_a_new_last_day,
    a_place_is_run_by_a_registered_operator_and_its_changes_are_told,
    a_guarantee_is_granted_changed_and_never_below_what_is_held,
    a_sum_is_raised_by_either_code_and_refused_below_what_is_held,
    nothing_of_a_refused_file_is_imported,
    a_dry_run_says_what_an_import_then_does,
    imports_at_the_same_time_come_one_after_the_other,
    an_import_tells_all_about_a_new_party_and_its_guarantee,
    an_import_tells_what_is_other_than_before,
    certificates_that_come_and_go_are_told_by_their_digests,
    a_changed_sum_is_told_and_an_equal_one_is_not,
    what_is_refused_or_changes_nothing_leaves_no_event,
}

impl Desk {
    fn try_import(&self, entries: &[Entry], day: i8) -> Result<ImportReport, Vec<Defect>> {
        match import(&mut self.store.writer().unwrap(), entries, &cause(), noon(day)) {
            Ok(report) => Ok(report),
            Err(ImportError::Refused(defects)) => Err(defects),
            Err(ImportError::Storage(error)) => panic!("{error}"),
        }
    }

    fn import(&self, entries: &[Entry]) -> ImportReport {
        self.try_import(entries, 1).unwrap()
    }

    fn all(&self) -> Vec<Registered> {
        self.store.read(registered).unwrap()
    }

    fn registry(&self) -> Registry {
        self.store.read(snapshot).unwrap()
    }

    fn revision(&self) -> i64 {
        self.store.read(|view| view.revision(Register::Registry)).unwrap()
    }

    /// Holds tax of released parcels against the guarantee of a party.
    fn hold(&self, party: PartyId, fen: i64) {
        let by = Delta { waiting: 0, taken: fen };
        let key = (Partition::of_party(party), party);
        let mut writer = self.store.writer().unwrap();
        writer.transaction(|tx| tx.change_guarantees(&[(key, by)])).unwrap();
    }
}

/// Parties of a CSV file with the most used columns.
fn parties(lines: &str) -> Vec<Entry> {
    let header = "name,codes,roles,standing,valid_from,valid_to,guarantee.granted";
    file::read(&format!("{header}\n{lines}"), Format::Csv, &no_files).unwrap().parties
}

fn code(text: &str) -> PartyCode {
    PartyCode::parse(text).unwrap()
}

/// The fields that were changed, of all parties.
fn changed(report: &ImportReport) -> Vec<(&'static str, &str, &str)> {
    let fields = report.parties.iter().flat_map(|party| match &party.change {
        Change::Changed(fields) => &fields[..],
        Change::Added | Change::Unchanged => &[],
    });
    fields.map(|change| (change.field, &*change.before, &*change.after)).collect()
}

const PLATFORM: &str = "甲,1100000002;91350100M000100Y43,platform;merchant,,2026-01-01,,500000\n";
const CARRIER: &str = "乙,46121601BC,carrier,,2026-01-01,2026-12-31,\n";

fn importing_again_changes_nothing_not_even_the_revision(desk: &Desk) {
    let entries = parties(&[PLATFORM, CARRIER].concat());
    assert_eq!(desk.import(&entries).counts(), [2, 0, 0]);
    let (all, revision) = (desk.all(), desk.revision());
    assert_eq!((all.len(), revision), (2, 1));
    let again = desk.try_import(&entries, 2).unwrap();
    assert_eq!(again.counts(), [0, 0, 2]);
    assert_eq!((desk.all(), desk.revision()), (all, revision));
}

fn either_code_leads_to_the_one_party(desk: &Desk) {
    desk.import(&parties(PLATFORM));
    let registry = desk.registry();
    let [one, other] = ["1100000002", "91350100m000100y43"].map(code);
    assert_eq!(registry.named(&one), registry.named(&other));
    let day = date(2026, 11, 22);
    assert!(registry.acting(&other, Role::Merchant, day, "/x").is_ok());
    // A file that knows it by one of them alone means it as well.
    let report = desk.import(&parties("丙,91350100M000100Y43,merchant,,,,\n"));
    assert_eq!(report.counts(), [0, 1, 0]);
    assert_eq!(desk.all().len(), 1);
}

fn a_party_keeps_its_id_through_changes(desk: &Desk) {
    desk.import(&parties(&[PLATFORM, CARRIER].concat()));
    let before = desk.registry().named(&code("46121601BC")).unwrap().id;
    let report =
        desk.import(&parties("丁,46121601BC;6104W60029,carrier;declarant,,2026-02-01,,\n"));
    assert_eq!(
        changed(&report),
        [
            ("name", "乙", "丁"),
            ("codes", "46121601BC", "46121601BC, 6104W60029"),
            ("roles", "carrier", "carrier, declarant"),
            ("valid_from", "2026-01-01", "2026-02-01"),
            ("valid_to", "2026-12-31", ""),
        ]
    );
    let registry = desk.registry();
    assert_eq!(registry.named(&code("6104W60029")).unwrap().id, before);
    assert_eq!(registry.named(&code("46121601BC")).unwrap().name, "丁");
    assert_eq!(desk.revision(), 2);
}

fn a_code_left_out_is_taken_away(desk: &Desk) {
    desk.import(&parties(PLATFORM));
    desk.import(&parties("甲,91350100M000100Y43,platform,,,,\n"));
    let registry = desk.registry();
    assert_eq!(registry.named(&code("1100000002")), None);
    assert_eq!(registry.named(&code("91350100M000100Y43")).unwrap().codes.len(), 1);
    // It is free again.
    desk.import(&parties("戊,1100000002,merchant,,,,\n"));
    assert_eq!(desk.registry().named(&code("1100000002")).unwrap().name, "戊");
}

fn codes_of_two_parties_are_refused_and_both_are_named(desk: &Desk) {
    desk.import(&parties(&[PLATFORM, CARRIER].concat()));
    let entries = parties("丙,1100000002;46121601BC,carrier,,,,\n");
    let [defect] = <[Defect; 1]>::try_from(desk.try_import(&entries, 1).unwrap_err()).unwrap();
    assert_eq!(
        (defect.code().as_str(), defect.pointer.as_str()),
        ("codes-of-two-parties", "line 2, codes")
    );
    for text in [defect.message_zh(), defect.message_en()] {
        assert!(text.contains("1100000002, 91350100M000100Y43 (甲); 46121601BC (乙)"), "{text}");
    }
}

fn two_entries_for_one_party_are_refused(desk: &Desk) {
    desk.import(&parties(PLATFORM));
    let entries = parties("甲,1100000002,platform,,,,\n甲,91350100M000100Y43,merchant,,,,\n");
    let defects = desk.try_import(&entries, 1).unwrap_err();
    assert_eq!(defects[0].code(), "same-party");
    assert!(defects[0].message_en().contains("line 2"), "{}", defects[0].message_en());
    // New ones too, when whoever made the entries did not look.
    let twice = [parties(CARRIER), parties(CARRIER)].concat();
    assert_eq!(desk.try_import(&twice, 1).unwrap_err()[0].code(), "same-party");
}

fn a_suspended_party_may_not_act(desk: &Desk) {
    let acts = |desk: &Desk| {
        let day = date(2026, 11, 22);
        let acting = desk.registry().acting(&code("46121601BC"), Role::Carrier, day, "/x").cloned();
        acting.map(|party| party.name).map_err(|defect| defect.code())
    };
    desk.import(&parties(CARRIER));
    assert_eq!(acts(desk), Ok("乙".into()));
    let report = desk.import(&parties("乙,46121601BC,carrier,suspended,,2026-12-31,\n"));
    assert_eq!(changed(&report), [("standing", "active", "suspended")]);
    assert_eq!(acts(desk), Err("-10102".into()));
    desk.import(&parties(CARRIER));
    assert_eq!(acts(desk), Ok("乙".into()));
}

fn certificates_are_stopped_when_they_are_left_out_and_left_alone_when_unmentioned(desk: &Desk) {
    let (one, two) = (certificate(1), certificate(2));
    let [plain] = <[Entry; 1]>::try_from(parties(CARRIER)).unwrap();
    let with = |certificates: &[&_]| {
        let certificates = certificates.iter().copied().cloned().collect();
        [Entry { certificates: Some(certificates), ..plain.clone() }]
    };
    let good = |desk: &Desk| {
        let registry = desk.registry();
        [&one, &two].map(|certificate| registry.certified(certificate.digest()).is_some())
    };
    desk.import(&with(&[&one, &two]));
    assert_eq!(good(desk), [true, true]);
    assert_eq!(desk.import(std::slice::from_ref(&plain)).counts(), [0, 0, 1]);
    let report = desk.import(&with(&[&two]));
    assert_eq!(good(desk), [false, true]);
    let [(field, before, after)] = <[_; 1]>::try_from(changed(&report)).unwrap();
    assert_eq!((field, after), ("certificates", &*fingerprint(two.digest())));
    assert!(before.contains(&fingerprint(one.digest())));
    assert_eq!(desk.all()[0].certificates.len(), 2, "what was signed before stays explained");
    assert_eq!(desk.import(&with(&[&two])).counts(), [0, 0, 1]);
    desk.import(&with(&[]));
    assert_eq!(good(desk), [false, false]);
}

fn a_certificate_of_another_party_is_refused(desk: &Desk) {
    let certificates = Some(vec![certificate(1)]);
    let [platform] = <[Entry; 1]>::try_from(parties(PLATFORM)).unwrap();
    let [carrier] = <[Entry; 1]>::try_from(parties(CARRIER)).unwrap();
    desk.import(&[Entry { certificates: certificates.clone(), ..platform }]);
    let defects = desk.try_import(&[Entry { certificates, ..carrier }], 1).unwrap_err();
    assert_eq!(defects[0].code(), "certificate-of-another-party");
    assert!(defects[0].message_en().contains("(甲)"), "{}", defects[0].message_en());
}

fn a_delegate_is_charged_by_many_and_may_be_a_party_itself(desk: &Desk) {
    let authority = authority(1);
    let broker = issued(&authority, 2, [2026, 2030]);
    let one = |lines, certificates: &[&_], charged: &[&_]| {
        let [entry] = <[Entry; 1]>::try_from(parties(lines)).unwrap();
        let cloned = |all: &[&_]| Some(all.iter().copied().cloned().collect());
        Entry { certificates: cloned(certificates), delegates: cloned(charged), ..entry }
    };
    let itself = one("丙,3301960A2C,declarant,,,,\n", &[&broker], &[]);
    let merchants = [one(PLATFORM, &[], &[&broker]), one(CARRIER, &[], &[&broker])];
    for file in [&merchants[..], std::slice::from_ref(&itself)] {
        desk.import(file);
        assert_eq!(desk.import(file).counts(), [0, 0, file.len()]);
    }
    let owner = desk.registry().certified(broker.digest()).unwrap().name.clone();
    assert_eq!(owner, "丙", "whom it signs messages for");
    let trust = TrustStore::new(vec![authority.certificate().clone()], vec![], vec![]).unwrap();
    let delegates = desk.store.read(|view| delegates(view, &trust, noon(2))).unwrap();
    for merchant in desk.all().iter().filter(|one| one.party.name != "丙") {
        let charged = delegates.at(&[merchant.party.id], noon(2));
        assert_eq!(charged, Some(*broker.digest()), "{}", merchant.party.name);
    }
    let taken = desk.try_import(&[one(CARRIER, &[&broker], &[])], 1).unwrap_err();
    assert_eq!(taken[0].code(), "certificate-of-another-party");
    // One who does without it leaves it to the others.
    desk.import(&[one(PLATFORM, &[], &[])]);
    let left = desk.all().into_iter().map(|one| one.delegate_digests().count()).sum::<usize>();
    assert_eq!(left, 1);
}

fn a_delegate_counts_as_long_as_its_certificate_is_trusted(desk: &Desk) {
    let authority = authority(1);
    let broker = issued(&authority, 2, [2027, 2040]);
    let [entry] = <[Entry; 1]>::try_from(parties(PLATFORM)).unwrap();
    desk.import(&[Entry { delegates: Some(vec![broker.clone()]), ..entry }]);
    let party = desk.all()[0].party.id;
    let charged = |trust: &TrustStore, year| {
        let delegates = desk.store.read(|view| delegates(view, trust, noon(2))).unwrap();
        delegates.at(&[party], Moment::start_of(date(year, 6, 1)))
    };
    let trusting =
        |lists| TrustStore::new(vec![authority.certificate().clone()], vec![], lists).unwrap();
    let (digest, since) = (Some(*broker.digest()), Moment::start_of(date(2026, 11, 1)));
    // The authority ends with 2030.
    for (year, expected) in [(2026, None), (2027, digest), (2030, digest), (2031, None)] {
        assert_eq!(charged(&trusting(vec![]), year), expected, "{year}");
    }
    assert_eq!(charged(&TrustStore::default(), 2027), None, "nobody is trusted");
    for (serial, expected) in [(3, digest), (2, None)] {
        let list = authority.revocation_list(1, since, noon(20), &[(serial, since)]).unwrap();
        assert_eq!(charged(&trusting(vec![list]), 2027), expected, "{serial} is revoked");
    }
}

fn a_first_day_left_out_is_the_day_of_the_import_and_stays(desk: &Desk) {
    let entries = parties("甲,1100000002,platform,,,,1\n");
    desk.try_import(&entries, 3).unwrap();
    let before = desk.all();
    assert_eq!(before[0].party.valid_from, date(2026, 11, 3));
    let guarantee = before[0].guarantee.as_ref().unwrap();
    assert_eq!(guarantee.valid_from, Moment::start_of(date(2026, 11, 3)));
    assert_eq!(desk.try_import(&entries, 9).unwrap().counts(), [0, 0, 1]);
    assert_eq!(desk.all(), before);
}

fn an_inherited_first_day_is_compared_with_a_new_last_day(desk: &Desk) {
    desk.import(&parties(CARRIER));
    let entries = parties("乙,46121601BC,carrier,,,2025-12-31,\n");
    let defects = desk.try_import(&entries, 1).unwrap_err();
    assert_eq!(defects[0].pointer, "line 2, valid_to");
    assert_eq!(defects[0].expected.as_deref(), Some("a day not before 2026-01-01"));
}

fn a_guarantee_is_granted_changed_and_never_below_what_is_held(desk: &Desk) {
    let guarantee = "[party.guarantee]\nvalid_to = 2026-12-31\nreference = '保函1'\ngranted = ";
    let party = "[[party]]\nname = '甲'\ncodes = ['1100000002']\nroles = ['guarantor']\n";
    let with = |sum: &str| {
        let text = format!("{party}{guarantee}{sum}");
        file::read(&text, Format::Toml, &no_files).unwrap().parties
    };
    let report = desk.import(&with("100"));
    let id = report.parties[0].after.party.id;
    assert_eq!(report.regranted().collect::<Vec<_>>(), [id]);
    desk.hold(id, 4_000);
    let report = desk.import(&with("40.00"));
    assert_eq!(changed(&report), [("guarantee.granted", "100.00", "40.00")]);
    assert_eq!(report.regranted().collect::<Vec<_>>(), [id]);
    let defects = desk.try_import(&with("39.99"), 1).unwrap_err();
    assert_eq!(defects[0].code(), "guarantee-below-held");
    assert_eq!(defects[0].expected.as_deref(), Some("40.00"));
    let report = desk.import(&file::read(party, Format::Toml, &no_files).unwrap().parties);
    assert_eq!((report.counts(), report.regranted().count()), ([0, 0, 1], 0), "unmentioned");
    let row = desk.store.read(guarantees).unwrap().remove(&id).unwrap();
    assert_eq!((row.granted.fen(), row.held.fen()), (4_000, 4_000));
    assert_eq!(last_day(&row), Some(date(2026, 12, 31)));
    assert_eq!(row.valid_to, Some(Moment::start_of(date(2027, 1, 1))));
    assert_eq!(row.reference.as_deref(), Some("保函1"));
}

fn a_sum_is_raised_by_either_code_and_refused_below_what_is_held(desk: &Desk) {
    desk.import(&parties(&[PLATFORM, CARRIER].concat()));
    let id = desk.registry().named(&code("1100000002")).unwrap().id;
    desk.hold(id, 100);
    let change = |by: &str, fen| {
        let mut writer = desk.store.writer().unwrap();
        change_granted(&mut writer, &code(by), Money::from_fen(fen), &cause(), noon(2))
    };
    let raised = change("91350100M000100Y43", 60_000_000).unwrap();
    assert_eq!((raised.party, raised.before.fen()), (id, 50_000_000));
    assert_eq!(desk.store.read(guarantees).unwrap()[&id], raised.guarantee);
    assert_eq!(raised.guarantee.granted.fen(), 60_000_000);
    assert_eq!(change("1100000002", 100).unwrap().guarantee.held.fen(), 100);
    let held = Money::from_fen(100);
    assert!(
        matches!(change("1100000002", 99), Err(GrantError::BelowHeld { held: h, .. }) if h == held)
    );
    assert!(matches!(change("46121601BC", 1), Err(GrantError::NoGuarantee(_))));
    assert!(matches!(change("1100000009", 1), Err(GrantError::UnknownParty(_))));
    assert_eq!(desk.store.read(guarantees).unwrap()[&id].granted.fen(), 100);
}

fn nothing_of_a_refused_file_is_imported(desk: &Desk) {
    desk.import(&parties(PLATFORM));
    let (all, revision) = (desk.all(), desk.revision());
    let entries = parties(
        &[
            CARRIER,
            "丙,1100000002,platform,,2026-01-02,2026-01-03,\n",
            "丁,91350100M000100Y43,platform,,,,\n",
        ]
        .concat(),
    );
    assert_eq!(desk.try_import(&entries, 1).unwrap_err().len(), 1);
    assert_eq!((desk.all(), desk.revision()), (all, revision));
}

fn a_dry_run_says_what_an_import_then_does(desk: &Desk) {
    let first = parties(&[PLATFORM, CARRIER].concat());
    let contents = |parties: &[Entry]| file::Contents { parties: parties.to_vec(), places: vec![] };
    let told = desk.store.read(|view| compare(view, &contents(&first), noon(1))).unwrap();
    assert_eq!(compare_with_nothing(&contents(&first), noon(1)).unwrap(), told);
    assert_eq!((desk.all().len(), desk.revision()), (0, 0));
    assert_eq!(desk.import(&first), told);
    let second = parties("乙,46121601BC,carrier,suspended,,,7\n");
    let told = desk.store.read(|view| compare(view, &contents(&second), noon(1))).unwrap();
    assert_eq!(told.counts(), [0, 1, 0]);
    assert_eq!(desk.import(&second), told);
    let reports = told.parties.into_iter().map(|party| party.after);
    assert!(reports.eq(desk.all().into_iter().filter(|one| one.party.name == "乙")));
}

fn imports_at_the_same_time_come_one_after_the_other(desk: &Desk) {
    let customs_code = |n: usize| format!("11000000{n:02}");
    std::thread::scope(|scope| {
        for n in 0..8 {
            let party = format!("甲{n},{},merchant,,,,\n", customs_code(n));
            scope.spawn(move || desk.import(&parties(&party)));
        }
    });
    assert_eq!((desk.all().len(), desk.revision()), (8, 8));
    let registry = desk.registry();
    for n in 0..8 {
        assert_eq!(registry.named(&code(&customs_code(n))).unwrap().name, format!("甲{n}"));
    }
}

impl Desk {
    fn history(&self) -> Vec<Event> {
        let everything = |view: &mut tongguan_storage::View<'_>| {
            history::events(view, Register::Registry, About::Everything, None, 100)
        };
        let mut events = self.store.read(everything).unwrap();
        events.reverse();
        events
    }
}

/// Revision, subject, kind, and each field with its values.
fn told(event: &Event) -> (i64, &Subject, ChangeKind, Vec<[&str; 3]>) {
    let fields = event.entry.fields.iter();
    let fields = fields.map(|field| [&*field.name, &*field.before, &*field.after]);
    (event.revision, &event.entry.subject, event.entry.change, fields.collect())
}

fn an_import_tells_all_about_a_new_party_and_its_guarantee(desk: &Desk) {
    desk.import(&parties(PLATFORM));
    let history = desk.history();
    let party = vec![
        ["name", "", "甲"],
        ["codes", "", "1100000002, 91350100M000100Y43"],
        ["roles", "", "platform, merchant"],
        ["standing", "", "active"],
        ["valid_from", "", "2026-01-01"],
    ];
    let guarantee = vec![["granted", "", "500000.00"], ["valid_from", "", "2026-11-01"]];
    let expected = [
        (1, &Subject::Party(PartyId(1)), ChangeKind::Added, party),
        (1, &Subject::Guarantee(PartyId(1)), ChangeKind::Added, guarantee),
    ];
    assert_eq!(history.iter().map(told).collect::<Vec<_>>(), expected);
}

fn an_import_tells_what_is_other_than_before(desk: &Desk) {
    desk.import(&parties(&[PLATFORM, CARRIER].concat()));
    let changed = "甲,1100000002,platform,suspended,2026-01-01,,600000\n";
    desk.try_import(&parties(&[changed, CARRIER].concat()), 3).unwrap();
    let granted = "乙,46121601BC,carrier,,2026-01-01,2026-12-31,0.5\n";
    desk.try_import(&parties(granted), 4).unwrap();

    let history = desk.history();
    let (first, later) = history.split_at(3);
    assert!(first.iter().all(|event| event.entry.change == ChangeKind::Added));
    let party = vec![
        ["codes", "1100000002, 91350100M000100Y43", "1100000002"],
        ["roles", "platform, merchant", "platform"],
        ["standing", "active", "suspended"],
    ];
    let raised = vec![["granted", "500000.00", "600000.00"]];
    let fresh = vec![["granted", "", "0.50"], ["valid_from", "", "2026-11-04"]];
    let expected = [
        (2, &Subject::Party(PartyId(1)), ChangeKind::Changed, party),
        (2, &Subject::Guarantee(PartyId(1)), ChangeKind::Changed, raised),
        (3, &Subject::Guarantee(PartyId(2)), ChangeKind::Added, fresh),
    ];
    assert_eq!(later.iter().map(told).collect::<Vec<_>>(), expected);
    assert!(history.iter().all(|event| event.cause == cause()));
    assert_eq!(history.iter().map(|event| event.n).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 0]);
    assert_eq!(history.last().unwrap().at, noon(4));

    let of_one = |view: &mut tongguan_storage::View<'_>| {
        history::events(view, Register::Registry, About::Group("1"), None, 100)
    };
    assert_eq!(desk.store.read(of_one).unwrap().len(), 4, "party and guarantee");
}

fn certificates_that_come_and_go_are_told_by_their_digests(desk: &Desk) {
    let entries = |seeds: &[u64]| {
        let mut entries = parties(PLATFORM);
        entries[0].certificates = Some(seeds.iter().map(|seed| certificate(*seed)).collect());
        entries
    };
    desk.import(&entries(&[1]));
    desk.import(&entries(&[2]));
    let history = desk.history();
    let [old, new] = [1, 2].map(|seed| fingerprint(certificate(seed).digest()));
    let fields = vec![["certificates", &*old, &*new]];
    let subject = Subject::Party(PartyId(1));
    assert_eq!(told(history.last().unwrap()), (2, &subject, ChangeKind::Changed, fields));
}

fn a_changed_sum_is_told_and_an_equal_one_is_not(desk: &Desk) {
    desk.import(&parties(PLATFORM));
    let mut writer = desk.store.writer().unwrap();
    let by = Cause::Command("registry guarantee".into());
    let mut grant = |fen| {
        change_granted(&mut writer, &code("1100000002"), Money::from_fen(fen), &by, noon(2))
            .unwrap()
    };
    let same = grant(50_000_000);
    assert_eq!((same.before, same.guarantee.granted), (same.guarantee.granted, same.before));
    assert_eq!((desk.revision(), desk.history().len()), (1, 2));
    grant(1);
    let history = desk.history();
    let last = history.last().unwrap();
    let fields = vec![["granted", "500000.00", "0.01"]];
    assert_eq!(told(last), (2, &Subject::Guarantee(PartyId(1)), ChangeKind::Changed, fields));
    assert_eq!((&last.cause, last.at), (&by, noon(2)));
}

fn what_is_refused_or_changes_nothing_leaves_no_event(desk: &Desk) {
    desk.import(&parties(&[PLATFORM, CARRIER].concat()));
    let history = desk.history();
    desk.try_import(&parties(PLATFORM), 2).unwrap();
    let both = "丙,1100000002;46121601BC,carrier,,,,\n";
    desk.try_import(&parties(both), 2).unwrap_err();
    assert_eq!((desk.revision(), desk.history()), (1, history));
}

fn a_place_is_run_by_a_registered_operator_and_its_changes_are_told(desk: &Desk) {
    let operator = "[[party]]\nname = '场所经营人'\ncodes = ['6104W60029']\n\
                    roles = ['facility-operator']\n";
    let place = |fields: &str| format!("[[place]]\ncode = 'C1'\noffice = '2916'\n{fields}");
    let file = |text: &str| file::read(text, Format::Toml, &no_files).unwrap();
    let import = |text: &str, day| {
        import_file(&mut desk.store.writer().unwrap(), &file(text), &cause(), noon(day))
    };
    let refused = |text: &str| match import(text, 1) {
        Err(ImportError::Refused(defects)) => defects.iter().map(Defect::code).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let sound = place("name = '一号场所'\noperator = '6104W60029'\n");
    assert_eq!(refused(&sound), ["unknown-operator"]);
    let carrier = operator.replace("facility-operator", "carrier");
    assert_eq!(refused(&format!("{sound}{carrier}")), ["no-facility-operator"]);
    assert_eq!((desk.all().len(), desk.revision()), (0, 0), "all of it or nothing");

    // The operator may be registered by the same file.
    let both = format!("{sound}{operator}");
    assert_eq!(compare_with_nothing(&file(&both), noon(1)).unwrap(), import(&both, 1).unwrap());
    let [at] = <[_; 1]>::try_from(desk.store.read(places).unwrap()).unwrap();
    assert_eq!((&*at.name, at.operator), ("一号场所", desk.all()[0].party.id));
    assert_eq!(at.valid_from, noon(1).china_day());
    assert_eq!(import(&both, 2).unwrap().counts(), [0, 0, 2]);
    let renamed = sound.replace("一号", "二号");
    let report = import(&renamed, 3).unwrap();
    assert_eq!(report.counts(), [0, 1, 0]);
    let ends = format!("{renamed}valid_to = 2025-12-31\n");
    assert_eq!(refused(&ends), ["malformed"], "before its first day");

    let told = desk.history();
    let of_place: Vec<_> =
        told.iter().filter(|event| matches!(event.entry.subject, Subject::Place(_))).collect();
    assert_eq!(of_place.len(), 2, "{told:?}");
    let (added, changed) = (&of_place[0].entry, &of_place[1].entry);
    assert_eq!((added.change, changed.change), (ChangeKind::Added, ChangeKind::Changed));
    assert_eq!(
        changed.fields,
        history::Field::changed("name", "一号场所".into(), "二号场所".into())
            .into_iter()
            .collect::<Vec<_>>()
    );
}
