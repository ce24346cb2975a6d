//! Filings from end to end, on both engines.

use jiff::civil::date;
use tongguan_codelists::Pack;
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::{
    Act, FilingId, FilingKind, FilingState, FilingStatus, GoodsReader, Matter, NotAllowed, Officer,
    Taking, Texts, read_enterprise,
};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::party::{PartyCode, Role, Standing};
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::TrustStore;

use super::*;
use crate::desk::{Desk, cause, noon};
use crate::history::{About, Actor, ChangeKind, Register, Subject, events};
use crate::registry::file::{self as registry_file, Format};
use crate::registry::{self, snapshot};

on_both_engines! {
    an_enterprise_is_registered_by_its_filing_and_changed_by_the_next,
    goods_are_registered_with_the_officers_code_and_replaced_by_a_change,
    what_is_returned_is_corrected_and_nothing_is_filed_twice,
    a_certificate_counts_while_its_filing_stands,
    what_stands_is_suspended_ended_expired_and_let_stand_again,
    a_code_of_another_party_is_refused_when_it_is_filed_and_when_it_is_approved,
    goods_are_imported_without_a_filing,
    what_waits_is_counted_and_listed,
    an_office_reviews_what_names_it_and_what_names_none,
}

const OWN: PartyId = PartyId(1);

fn named(name: &str) -> Actor {
    Actor { name: name.to_owned(), ..Actor::default() }
}

fn filer() -> Filer {
    Filer { party: OWN, by: named("clerk"), office: None }
}

fn enterprise(name: &str, credit_code: &str) -> Matter {
    let texts = [
        ("name", name),
        ("customs_code", "3301960A2B"),
        ("credit_code", credit_code),
        ("roles", "merchant"),
    ];
    Matter::Enterprise(read_enterprise(&texts.into_iter().collect(), &[]).unwrap())
}

fn goods(item: &str, code: &str) -> Matter {
    let texts = [
        ("itemNo", item),
        ("gcode", code),
        ("gname", "面霜"),
        ("gmodel", "50ml/瓶"),
        ("unit", "瓶"),
        ("unit1", "千克"),
        ("qty1", "0.05"),
        ("netWeight", "0.05"),
    ];
    let reader = GoodsReader::new(&Pack::builtin(), date(2026, 11, 23));
    Matter::Goods(Box::new(reader.read(&texts.into_iter().collect::<Texts>()).unwrap()))
}

fn lodge(desk: &Desk, matter: Matter, at: Moment) -> Result<FilingId, &'static str> {
    match file(&desk.store, &filer(), vec![matter], at).unwrap().pop().unwrap() {
        Lodged::New(id) | Lodged::Corrected(id) => Ok(id),
        Lodged::Wrong(defect) => Err(defect.rule.code),
    }
}

fn officer() -> Officer {
    Officer { sign_in: "zhang".to_owned(), name: "张".to_owned() }
}

fn act(desk: &Desk, id: FilingId, act: Act, at: Moment) -> Result<Filing, FilingError> {
    let decision = Decision {
        filing: id,
        act,
        officer: officer(),
        reason: "核对无误".to_owned(),
        cause: cause(),
        minutes: 30,
        office: None,
    };
    decide(&desk.store, decision, at)
}

fn approve() -> Act {
    Act::Approve { hs_code: None, valid_to: None }
}

/// The party is registered, by a filing.
fn with_enterprise(desk: &Desk) -> FilingId {
    let id = lodge(desk, enterprise("某某商贸", "91350100M000100Y43"), noon(1)).unwrap();
    act(desk, id, approve(), noon(1)).unwrap();
    id
}

fn an_enterprise_is_registered_by_its_filing_and_changed_by_the_next(desk: &Desk) {
    assert_eq!(lodge(desk, goods("A", "3304990029"), noon(1)), Err("filing-not-registered"));
    let first = lodge(desk, enterprise("某某商贸", "91350100M000100Y43"), noon(1)).unwrap();
    assert!(desk.store.read(snapshot).unwrap().party(OWN).is_none(), "nobody has approved it");
    let own = Decision {
        filing: first,
        act: approve(),
        officer: Officer { sign_in: "clerk".to_owned(), name: String::new() },
        reason: String::new(),
        cause: cause(),
        minutes: 30,
        office: None,
    };
    let refused = decide(&desk.store, own, noon(1));
    assert!(matches!(refused, Err(FilingError::NotAllowed(NotAllowed::OwnFiling))));
    act(desk, first, approve(), noon(2)).unwrap();
    let code = PartyCode::parse("91350100M000100Y43").unwrap();
    let known = desk.store.read(snapshot).unwrap();
    assert!(known.acting(&code, Role::Merchant, date(2026, 11, 2), "/x").is_ok());

    let same = lodge(desk, enterprise("某某商贸", "91350100M000100Y43"), noon(3));
    assert_eq!(same, Err("filing-unchanged"));
    let second = lodge(desk, enterprise("某某商贸二", "91350100M000100Y43"), noon(3)).unwrap();
    assert_eq!(desk.store.read(snapshot).unwrap().party(OWN).unwrap().name, "某某商贸");
    act(desk, second, approve(), noon(4)).unwrap();
    assert_eq!(desk.store.read(snapshot).unwrap().party(OWN).unwrap().name, "某某商贸二");
    let replaced = desk.store.read(|view| one(view, first)).unwrap().unwrap();
    assert!(matches!(replaced.state, FilingState::Replaced { by, .. } if by == second));

    let of_registry =
        desk.store.read(|view| events(view, Register::Registry, About::Everything, None, 9));
    let of_registry = of_registry.unwrap();
    assert_eq!(of_registry.len(), 2, "each approval is one change of the registry");
    assert_eq!(of_registry[0].entry.subject, Subject::Party(OWN));
    assert_eq!(of_registry[0].entry.fields[0].before, "某某商贸");
    let filing = desk.store.read(|view| one(view, second)).unwrap().unwrap();
    let told = desk.store.read(|view| events_of(view, &filing)).unwrap();
    let states: Vec<_> = told
        .iter()
        .map(|event| (event.entry.change, event.entry.fields[0].after.as_str()))
        .collect();
    assert_eq!(states, [(ChangeKind::Changed, "approved"), (ChangeKind::Added, "filed")]);
    let field = &told[1].entry.fields[1];
    assert_eq!((field.before.as_str(), field.after.as_str()), ("某某商贸", "某某商贸二"));
}

fn goods_are_registered_with_the_officers_code_and_replaced_by_a_change(desk: &Desk) {
    with_enterprise(desk);
    let first = lodge(desk, goods("A", "3304990029"), noon(2)).unwrap();
    let other = Act::Approve { hs_code: Some("3304990099".into()), valid_to: None };
    act(desk, first, other, noon(2)).unwrap();
    let registered = || desk.store.read(|view| goods_of(view, OWN, "A")).unwrap();
    let standing = registered().unwrap();
    assert_eq!(&*standing.goods.goods.hs_code, "3304990099");
    assert_eq!(standing.filing, Some(first));
    let filed = desk.store.read(|view| one(view, first)).unwrap().unwrap();
    assert_eq!(filed.matter.proposed_code(), Some("3304990029"), "what was proposed stays");
    let told = desk.store.read(|view| events_of(view, &filed)).unwrap();
    let code = told[0].entry.fields.iter().find(|field| field.name == "gcode").unwrap();
    assert_eq!((code.before.as_str(), code.after.as_str()), ("3304990029", "3304990099"));

    assert_eq!(lodge(desk, goods("A", "3304990099"), noon(3)), Err("filing-unchanged"));
    let second = lodge(desk, goods("A", "3304990039"), noon(3)).unwrap();
    assert_eq!(&*registered().unwrap().goods.goods.hs_code, "3304990099", "it stands beside");
    act(desk, second, approve(), noon(4)).unwrap();
    assert_eq!(&*registered().unwrap().goods.goods.hs_code, "3304990039");
    let first = desk.store.read(|view| one(view, first)).unwrap().unwrap();
    assert_eq!(first.state.status(date(2026, 11, 4)), FilingStatus::Replaced);
    let registry = desk.store.read(|view| view.revision(Register::Registry)).unwrap();
    assert_eq!(registry, 1, "goods are not read again by those who clear");
}

fn what_is_returned_is_corrected_and_nothing_is_filed_twice(desk: &Desk) {
    with_enterprise(desk);
    let id = lodge(desk, goods("A", "3304990029"), noon(2)).unwrap();
    assert_eq!(lodge(desk, goods("A", "3304990039"), noon(2)), Err("filing-waits"));
    let no_reason = Decision {
        filing: id,
        act: Act::Return,
        officer: officer(),
        reason: " ".to_owned(),
        cause: cause(),
        minutes: 30,
        office: None,
    };
    let refused = decide(&desk.store, no_reason, noon(2));
    assert!(matches!(refused, Err(FilingError::NotAllowed(NotAllowed::ReasonNeeded))));
    act(desk, id, Act::Return, noon(3)).unwrap();
    let corrected = file(&desk.store, &filer(), vec![goods("A", "3304990039")], noon(4)).unwrap();
    assert_eq!(corrected, [Lodged::Corrected(id)]);
    let filing = desk.store.read(|view| one(view, id)).unwrap().unwrap();
    assert_eq!(filing.state, FilingState::Filed);
    assert_eq!(filing.matter.proposed_code(), Some("3304990039"));
    let stranger = Filer { party: PartyId(2), by: named("x"), office: None };
    let foreign = withdraw(&desk.store, &stranger, id, noon(5));
    assert!(matches!(foreign, Err(FilingError::Unknown(_))));
    withdraw(&desk.store, &filer(), id, noon(5)).unwrap();
    let late = act(desk, id, approve(), noon(6));
    assert!(matches!(late, Err(FilingError::NotAllowed(NotAllowed::Elsewhere(_)))));
    assert!(lodge(desk, goods("A", "3304990039"), noon(6)).is_ok(), "it may be filed again");
}

fn a_certificate_counts_while_its_filing_stands(desk: &Desk) {
    with_enterprise(desk);
    let certificate = registry::sample::issued(&registry::sample::authority(1), 7, [2026, 2030]);
    let trust = TrustStore::default();
    let read = |text: &[u8], at| read_certificate(text, &trust, at);
    let codes = |defect: Result<_, Defect>| defect.unwrap_err().rule.code;
    let filed = read(certificate.to_pem().as_bytes(), noon(2)).unwrap();
    assert_eq!(read(certificate.der(), noon(2)).unwrap(), filed);
    let packed =
        certificate.to_pem().lines().filter(|line| !line.starts_with('-')).collect::<String>();
    assert_eq!(read(packed.as_bytes(), noon(2)).unwrap(), filed, "base64 of its DER");
    let authority = registry::sample::certificate(1);
    assert_eq!(codes(read(authority.der(), noon(2))), "filing-certificate-unfit");
    assert_eq!(codes(read(b"hello", noon(2))), "filing-certificate-unreadable");
    let after = Moment::start_of(date(2031, 1, 1));
    let expired = read(certificate.der(), after).unwrap_err();
    assert_eq!(expired.rule.code, "filing-certificate-unfit");
    assert!(
        expired.message_zh().contains("过期") && expired.message_en().contains("not valid after")
    );

    let facts = CertificateFacts::of(&filed, "乙", &[], &trust, noon(2)).unwrap();
    assert_eq!((facts.key, facts.made_out_to), ("SM2", MadeOutTo::Name));
    assert!(matches!(facts.trust, TrustNote::NotTrusted(..)));
    let id = lodge(desk, Matter::Certificate(filed.clone()), noon(2)).unwrap();
    let counts = || {
        let registry = desk.store.read(snapshot).unwrap();
        registry.certified(certificate.digest()).map(|party| party.id)
    };
    assert_eq!(counts(), None);
    act(desk, id, approve(), noon(3)).unwrap();
    assert_eq!(counts(), Some(OWN));
    assert_eq!(lodge(desk, Matter::Certificate(filed.clone()), noon(3)), Err("filing-unchanged"));
    act(desk, id, Act::Suspend, noon(4)).unwrap();
    assert_eq!(counts(), None);
    act(desk, id, Act::Reopen { valid_to: None }, noon(5)).unwrap();
    assert_eq!(counts(), Some(OWN));
    act(desk, id, Act::End, noon(6)).unwrap();
    assert_eq!(counts(), None);
    let filing = desk.store.read(|view| one(view, id)).unwrap().unwrap();
    let own = filing.state.approval().unwrap().valid_to;
    assert_eq!(own, Some(filed.valid_to.china_day()), "it stands as long as it is valid itself");
}

fn what_stands_is_suspended_ended_expired_and_let_stand_again(desk: &Desk) {
    let of_enterprise = with_enterprise(desk);
    let id = lodge(desk, goods("A", "3304990029"), noon(2)).unwrap();
    let until = Act::Approve { hs_code: None, valid_to: Some(date(2026, 11, 5)) };
    act(desk, id, until, noon(2)).unwrap();
    let found = |status, day| {
        let query = Query { status: Some(status), ..Query::default() };
        let found =
            desk.store.read(|view| list(view, Scope::Party(OWN), &query, None, 9, noon(day)));
        found.unwrap().iter().any(|filing| filing.id == id)
    };
    assert!(found(FilingStatus::Approved, 5) && !found(FilingStatus::Expired, 5));
    assert!(found(FilingStatus::Expired, 6) && !found(FilingStatus::Approved, 6));
    act(desk, id, Act::Reopen { valid_to: None }, noon(6)).unwrap();
    assert!(found(FilingStatus::Approved, 6));
    act(desk, id, Act::Suspend, noon(6)).unwrap();
    let registered = || desk.store.read(|view| goods_of(view, OWN, "A")).unwrap();
    assert!(registered().unwrap().is_suspended);
    act(desk, id, Act::End, noon(7)).unwrap();
    assert_eq!(registered(), None);
    let next = lodge(desk, goods("A", "3304990029"), noon(7)).unwrap();
    act(desk, next, approve(), noon(7)).unwrap();
    let twice = act(desk, id, Act::Reopen { valid_to: None }, noon(8));
    assert!(
        matches!(twice, Err(FilingError::NotAllowed(NotAllowed::OtherStands(by))) if by == next)
    );

    let party = || desk.store.read(snapshot).unwrap().party(OWN).cloned().unwrap();
    act(desk, of_enterprise, Act::Suspend, noon(8)).unwrap();
    assert_eq!(party().standing, Standing::Suspended);
    act(desk, of_enterprise, Act::Reopen { valid_to: None }, noon(9)).unwrap();
    assert!(party().is_active_on(date(2026, 11, 9)));
    act(desk, of_enterprise, Act::End, noon(9)).unwrap();
    assert!(!party().is_active_on(date(2026, 11, 9)));
}

fn a_code_of_another_party_is_refused_when_it_is_filed_and_when_it_is_approved(desk: &Desk) {
    with_enterprise(desk);
    let other = Filer { party: PartyId(2), by: named("other"), office: None };
    let same = enterprise("乙", "91350100M000100Y43");
    let lodged = file(&desk.store, &other, vec![same], noon(2)).unwrap();
    assert!(
        matches!(&lodged[..], [Lodged::Wrong(defect)] if defect.rule.code == "filing-code-taken")
    );
    // Free when it is filed, somebody's when it is to be approved.
    let credit = credit_code("9111000010000000");
    let texts = [("name", "丙"), ("credit_code", credit.as_str()), ("roles", "merchant")];
    let third = Filer { party: PartyId(3), by: named("third"), office: None };
    let filed = read_enterprise(&texts.into_iter().collect(), &[]).unwrap();
    let lodged = file(&desk.store, &third, vec![Matter::Enterprise(filed)], noon(2)).unwrap();
    let [Lodged::New(id)] = lodged[..] else { panic!("{lodged:?}") };
    let text = format!("[[party]]\nname = \"丁\"\ncodes = [\"{credit}\"]\nroles = [\"carrier\"]\n");
    let entries = registry_file::read(&text, Format::Toml, &registry::sample::no_files).unwrap();
    registry::import(&mut desk.store.writer().unwrap(), &entries.parties, &cause(), noon(3))
        .unwrap();
    let revision = || desk.store.read(|view| view.revision(Register::Registry)).unwrap();
    let before = revision();
    let refused = act(desk, id, approve(), noon(4));
    assert!(matches!(refused, Err(FilingError::Wrong(_))));
    assert_eq!(revision(), before, "nothing is left behind");
}

/// With the check character that GB 32100 asks for.
fn credit_code(beginning: &str) -> String {
    let mut codes =
        "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().map(|check| format!("{beginning}1{check}"));
    let is_one = |code: &String| {
        use tongguan_domain::party::CodeKind;
        PartyCode::parse(code).unwrap().kind() == CodeKind::CreditCode
    };
    codes.find(is_one).unwrap()
}

fn goods_are_imported_without_a_filing(desk: &Desk) {
    with_enterprise(desk);
    let code = PartyCode::parse("3301960A2B").unwrap();
    let of = |matter| match matter {
        Matter::Goods(goods) => *goods,
        other => panic!("{other:?}"),
    };
    let [a, b] = [of(goods("A", "3304990029")), of(goods("B", "3304990029"))];
    let import = |goods: &[_], at| import_goods(&desk.store, &code, goods, &cause(), at).unwrap();
    assert_eq!(import(&[a.clone(), b.clone()], noon(2)), [2, 0, 0]);
    let changed = of(goods("B", "3304990099"));
    assert_eq!(import(&[a, changed], noon(3)), [0, 1, 1]);
    let all = desk.store.read(|view| goods_after(view, Some(OWN), (OWN, ""), 9)).unwrap();
    let codes: Vec<_> = all.iter().map(|one| &*one.goods.goods.hs_code).collect();
    assert_eq!(codes, ["3304990029", "3304990099"]);
    let nobody = PartyCode::parse("9999999999").unwrap();
    let refused = import_goods(&desk.store, &nobody, &[], &cause(), noon(3));
    assert!(matches!(refused, Err(GoodsError::UnknownParty(_))));
}

fn what_waits_is_counted_and_listed(desk: &Desk) {
    with_enterprise(desk);
    let matters = ["A", "B", "C"].map(|item| goods(item, "3304990029")).to_vec();
    let lodged = file(&desk.store, &filer(), matters, noon(2)).unwrap();
    let [Lodged::New(a), Lodged::New(b), Lodged::New(c)] = lodged[..] else { panic!("{lodged:?}") };
    let ids = |kind, after| {
        let rows =
            desk.store.read(|view| waiting(view, Scope::All, kind, FilingId(after), 9)).unwrap();
        rows.iter().map(|filing| filing.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 0), [a, b, c]);
    assert_eq!(ids(Some(FilingKind::Enterprise), 0), []);
    take_up(&desk.store, b, officer(), &cause(), Taking::IfFree, 30, noon(3)).unwrap();
    let li = Officer { sign_in: "li".to_owned(), name: "李".to_owned() };
    let held = take_up(&desk.store, b, li.clone(), &cause(), Taking::IfFree, 30, noon(3));
    assert!(matches!(held, Err(FilingError::NotAllowed(NotAllowed::Taken(_)))));
    give_back(&desk.store, b, "zhang", &cause(), noon(3)).unwrap();
    take_up(&desk.store, b, li, &cause(), Taking::IfFree, 30, noon(3)).unwrap();
    let decided = act(desk, b, approve(), noon(3));
    assert!(matches!(decided, Err(FilingError::NotAllowed(NotAllowed::Taken(_)))));
    act(desk, a, approve(), noon(3)).unwrap();
    assert_eq!(ids(None, 0), [b, c]);
    let counted = desk.store.read(|view| count_waiting(view, Scope::All)).unwrap();
    assert_eq!(counted, [Waiting { kind: FilingKind::Goods, count: 2, oldest: noon(2) }]);
    let query = Query { text: "B".to_owned(), ..Query::default() };
    let found = desk.store.read(|view| list(view, Scope::All, &query, None, 9, noon(3))).unwrap();
    assert_eq!(found.iter().map(|filing| filing.id).collect::<Vec<_>>(), [b]);
}

fn an_office_reviews_what_names_it_and_what_names_none(desk: &Desk) {
    let [here, there] = ["2916", "0100"].map(|code| OfficeCode::parse(code).unwrap());
    let of = |office| Filer { office, ..filer() };
    let lodged = |filer: Filer, matter, at| match file(&desk.store, &filer, vec![matter], at) {
        Ok(lodged) => match lodged[..] {
            [Lodged::New(id) | Lodged::Corrected(id)] => id,
            _ => panic!("{lodged:?}"),
        },
        Err(error) => panic!("{error}"),
    };
    let waits_for = |office| {
        let rows =
            desk.store.read(|view| waiting(view, Scope::Office(office), None, FilingId(0), 9));
        rows.unwrap().iter().map(|filing| filing.id).collect::<Vec<_>>()
    };
    let decided = |office, filing, act, at| {
        let officer = Officer { sign_in: "li".to_owned(), name: "李".to_owned() };
        let reason = "核对无误".to_owned();
        let decision =
            Decision { filing, act, officer, cause: cause(), reason, minutes: 30, office };
        decide(&desk.store, decision, at)
    };
    // Nobody has reviewed the enterprise yet: any office may.
    let enterprise = enterprise("某某商贸", "91350100M000100Y43");
    let own = lodged(of(Some(here)), enterprise, noon(1));
    assert_eq!((waits_for(here), waits_for(there)), (vec![own], vec![]));
    let foreign = decided(Some(there), own, approve(), noon(1));
    assert!(matches!(foreign, Err(FilingError::Unknown(id)) if id == own), "{foreign:?}");
    decided(Some(here), own, approve(), noon(1)).unwrap();

    let a = lodged(filer(), goods("A", "3304990029"), noon(2));
    let b = lodged(of(Some(there)), goods("B", "3304990029"), noon(2));
    assert_eq!((waits_for(here), waits_for(there)), (vec![a], vec![b]), "where it was reviewed");
    let counted = desk.store.read(|view| count_waiting(view, Scope::Office(there))).unwrap();
    assert_eq!(counted.iter().map(|it| it.count).collect::<Vec<_>>(), [1]);
    decided(Some(there), b, Act::Return, noon(2)).unwrap();
    assert_eq!(lodged(filer(), goods("B", "3304990039"), noon(3)), b);
    assert_eq!(waits_for(there), [b], "what is corrected goes on where it was");
    let query = Query::default();
    let listed = |scope| {
        let rows = desk.store.read(|view| list(view, scope, &query, None, 9, noon(3))).unwrap();
        rows.iter().map(|filing| filing.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(Scope::Office(here)), [a, own]);
    assert_eq!(listed(Scope::Party(OWN)), [b, a, own]);
    decided(None, b, approve(), noon(3)).unwrap();
}
