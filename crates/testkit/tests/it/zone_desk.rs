//! The desk of a bonded zone, for the tests: an account book, what is sent, what is answered.

use rust_decimal::Decimal;
use tongguan_application::bonded::{
    By, ListError, ZoneDone, bonded_lists, report, take_list_step, zone_events,
};
use tongguan_application::clearing::zone::{ListKey, Referenced};
use tongguan_application::delivery::Rendered;
use tongguan_application::due::{DueError, DueWork};
use tongguan_application::ports::Clock as _;
use tongguan_domain::bonded::declared::{Binding, CarriedGoods, DeclaredList, DeclaredPass};
use tongguan_domain::bonded::list::{BondedListState, BondedListStep};
use tongguan_domain::ids::{BondedListNumber, GatePassNumber, ZoneReference};
use tongguan_messages::write::Style;
use tongguan_messages::zone::{ZoneMessage, sample, write_list, write_pass};
use tongguan_testkit::bonded::{open_with, stock_key};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

/// A world with an account book and nothing in stock.
pub fn world_with_book(on: On) -> World {
    let world = World::with(on(Beginning::unsigned()));
    open_with(&world.store, 0, sent_at());
    world
}

pub fn list() -> DeclaredList {
    sample::list().unwrap()
}

pub fn sent_list(world: &mut World, list: &DeclaredList) -> Vec<Told> {
    sent_list_as(world, "M1", list)
}

/// A list in a message of that number.
pub fn sent_list_as(world: &mut World, message: &str, list: &DeclaredList) -> Vec<Told> {
    sent_lists(world, &[(message, list.clone())])
}

/// Lists in one batch, each in a message of that number.
pub fn sent_lists(world: &mut World, lists: &[(&str, DeclaredList)]) -> Vec<Told> {
    let messages = lists.iter().map(|(message, list)| {
        let envelope = sample::envelope(message, ZoneMessage::Inv101);
        write_list(&envelope, list, Style::Compact).unwrap()
    });
    let messages: Vec<_> = messages.collect();
    told(&world.submit(messages.iter().map(String::as_str)))
}

pub fn sent_pass(world: &mut World, pass: &DeclaredPass) -> Vec<Told> {
    sent_pass_as(world, "M2", pass)
}

/// A gate pass in a message of that number.
pub fn sent_pass_as(world: &mut World, message: &str, pass: &DeclaredPass) -> Vec<Told> {
    let envelope = sample::envelope(message, ZoneMessage::Sas121);
    told(&world.submit([write_pass(&envelope, pass, Style::Compact).unwrap().as_str()]))
}

/// The gate pass of the `n`th of several vehicles that share a list: items with unit and quantity.
pub fn vehicle(
    lists: &[BondedListNumber],
    n: i32,
    goods: &[(&str, Option<&str>, i64)],
) -> DeclaredPass {
    let mut pass = sample::pass(lists).unwrap();
    pass.reference = ZoneReference::parse(&format!("HF{n}")).unwrap();
    pass.binding = Some(Binding::SeveralVehicles);
    let carried = (1..).zip(goods).map(|(number, (item, unit, quantity))| CarriedGoods {
        number,
        item: item.parse_item(),
        unit: unit.map(Into::into),
        quantity: Decimal::from(*quantity),
    });
    pass.goods = carried.collect();
    pass
}

/// An answer: its message, its result, the number that it gives, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub message: &'static str,
    pub result: String,
    pub number: String,
    /// 申报类型 (`typecd`).
    pub action: String,
    pub why: String,
}

pub fn told(rendered: &[Rendered]) -> Vec<Told> {
    rendered.iter().map(Told::of).collect()
}

impl Told {
    fn of(rendered: &Rendered) -> Self {
        assert_eq!(rendered.mailboxes, ["DXPENT0000000001"]);
        let xml = std::str::from_utf8(&rendered.xml).unwrap();
        let tree = roxmltree::Document::parse(xml).unwrap();
        let text = |names: &[&str]| {
            let named = |node: &roxmltree::Node<'_, '_>| names.contains(&node.tag_name().name());
            let texts: Vec<_> = tree.descendants().filter(named).filter_map(|n| n.text()).collect();
            texts.join("|").trim().to_owned()
        };
        let why = match rendered.message {
            "CommonResponeMessage" => text(&["CheckInfo"]),
            _ => text(&["note"]),
        };
        let number = text(&["businessId", "SeqNo"]);
        let (result, action) = (text(&["DealFlag", "manageResult"]), text(&["typecd"]));
        Self { message: rendered.message, result, number, action, why }
    }
}

pub fn heads(told: &[Told]) -> Vec<(&str, &str)> {
    told.iter().map(|told| (told.message, told.result.as_str())).collect()
}

pub const TAKEN: (&str, &str) = ("CommonResponeMessage", "0");
pub const TURNED_AWAY: (&str, &str) = ("CommonResponeMessage", "-1");

pub fn step(
    world: &World,
    number: &str,
    step: BondedListStep,
    pass: Option<&str>,
) -> Result<BondedListState, ListError> {
    let (book, number) = (stock_key().unwrap().book, BondedListNumber::parse(number).unwrap());
    let by = officer();
    let pass = pass.map(|pass| GatePassNumber::parse(pass).unwrap());
    let mut writer = world.store.writer().unwrap();
    let which = (&book, &number);
    take_list_step(&mut writer, which, step, pass.as_ref(), &by, &caused(), world.clock.now())
        .map(|list| list.state)
}

/// What a gateway tells in its next round.
pub fn news(world: &mut World) -> Vec<Told> {
    let (store, now) = (world.store.clone(), world.clock.now());
    let mut answers = Vec::new();
    let settings = tongguan_application::clearing::settings::Settings::default();
    let done = DueWork::default().run::<DueError>(&store, &settings, now, &mut |commands| {
        for command in commands {
            answers.extend(world.carry_out_raw(command));
        }
        Ok(())
    });
    assert!(done.unwrap().told > 0 || answers.is_empty());
    told(&answers)
}

/// What officers did with a list or gate pass.
pub fn done(world: &World, of: &Referenced) -> Vec<ZoneDone> {
    let events = world.store.read(|view| Ok::<_, ListError>(zone_events(view, of).unwrap()));
    let events = events.unwrap();
    assert!((1..).zip(&events).all(|(n, event)| event.n == n), "without gap: {events:?}");
    assert!(events.iter().all(|event| event.by == officer() && event.of == *of), "{events:?}");
    events.into_iter().map(|event| event.done).collect()
}

/// The list of that number, as [`done`] wants it.
pub fn of_list(number: &str) -> Referenced {
    let number = BondedListNumber::parse(number).unwrap();
    Referenced::List(ListKey { book: stock_key().unwrap().book, number })
}

/// The gate pass of that number.
pub fn of_pass(number: &str) -> Referenced {
    Referenced::Pass(GatePassNumber::parse(number).unwrap())
}

/// Who takes every step.
pub fn officer() -> By {
    By { officer: "关员甲".into(), reason: "入区".into() }
}

pub fn states(world: &World) -> Vec<BondedListState> {
    let book = stock_key().unwrap().book;
    let lists = world.store.read(|view| Ok::<_, ListError>(bonded_lists(view, &book).unwrap()));
    lists.unwrap().into_iter().map(|list| list.state).collect()
}

pub fn in_stock(world: &World) -> String {
    let book = stock_key().unwrap().book;
    let items = world.store.read(|view| report(view, &book, None, (None, None))).unwrap();
    items[0].now.on_hand().to_string()
}

/// Made-up identifiers.
pub trait Parsed {
    fn parse_id(&self) -> tongguan_domain::ids::AccountBookNumber;
    fn parse_item(&self) -> tongguan_domain::ids::AccountItemNumber;
    fn parse_office(&self) -> tongguan_domain::ids::OfficeCode;
}

impl Parsed for str {
    fn parse_id(&self) -> tongguan_domain::ids::AccountBookNumber {
        tongguan_domain::ids::AccountBookNumber::parse(self).unwrap()
    }

    fn parse_item(&self) -> tongguan_domain::ids::AccountItemNumber {
        tongguan_domain::ids::AccountItemNumber::parse(self).unwrap()
    }

    fn parse_office(&self) -> tongguan_domain::ids::OfficeCode {
        tongguan_domain::ids::OfficeCode::parse(self).unwrap()
    }
}
