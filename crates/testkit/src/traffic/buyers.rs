//! Made-up buyers: identity numbers of an area that is not assigned, names put together by chance.

use rust_decimal::Decimal;
use tongguan_domain::money::Amount;
use tongguan_domain::person::Identity;

use super::build::Purchase;
use super::dice::Dice;
use super::goods::yuan;
use super::numbers;
use crate::parcels::buyer;

const FAMILIES: [&str; 20] = [
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "杨", "朱", "许", "何", "吕", "张",
    "孔", "曹", "严", "华",
];
const GIVEN: [&str; 20] = [
    "一诺", "子涵", "浩宇", "欣怡", "梓萱", "宇轩", "诗涵", "俊杰", "雨桐", "思远", "佳琪", "明轩",
    "若曦", "天佑", "静怡", "文博", "晓彤", "嘉豪", "梦瑶", "志强",
];

/// What somebody who buys often may spend in all, so that the year's allowance is never in doubt.
const MOST_OFTEN: u64 = 2_400_000;

/// How much rice somebody who buys often may buy in all, in kilograms: what the positive list admits for a
/// person and year.
const MOST_RICE_KG: u32 = 20;

/// A made-up name.
pub fn name(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(&FAMILIES), dice.pick(&GIVEN))
}

/// Person number `n` under a made-up name that always is the same for that number; it begins with
/// `prefix`.
pub fn person(n: u64, prefix: &str) -> Identity {
    let mut dice = Dice::new(0, "name", n);
    let Identity { id_type, number, .. } = buyer(n);
    Identity::new(&id_type, &number, &format!("{prefix}{}", name(&mut dice)))
}

/// Somebody who buys nothing, for parcel `number` alone: until a mismatch is found the declaration counts in
/// the year of whomever it names, and many parcels under one name would be too much for one year.
pub fn stranger(number: u64) -> Identity {
    person(numbers::FIRST_STRANGER + number, "")
}

/// Those who buy often, and what each has spent and bought of rice, in kilograms.
#[derive(Debug)]
pub struct Regulars {
    bought: Vec<(Amount, Decimal)>,
}

impl Regulars {
    /// So many, who have bought nothing yet.
    pub fn new(how_many: u64) -> Self {
        let how_many = usize::try_from(how_many.max(1)).unwrap_or(1);
        Self { bought: vec![(Amount::ZERO, Decimal::ZERO); how_many] }
    }

    /// One of them who can still buy all that, whose account is charged; `None` if the one chosen by
    /// chance cannot.
    pub fn buy(&mut self, purchase: &Purchase, dice: &mut Dice) -> Option<Identity> {
        let n = dice.below(self.bought.len() as u64);
        let (spent, rice) = self.bought.get_mut(usize::try_from(n).ok()?)?;
        let total = *spent + purchase.dutiable();
        let bags = purchase.lines.iter().filter(|line| line.hs.starts_with("10063020"));
        let kilograms = *rice + bags.map(|line| line.net_kg).sum::<Decimal>();
        (total <= yuan(MOST_OFTEN) && kilograms <= MOST_RICE_KG.into()).then(|| {
            (*spent, *rice) = (total, kilograms);
            person(n, "")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::goods::ORDINARY;
    use tongguan_domain::time::Moment;

    #[test]
    fn a_regular_buys_no_more_rice_than_a_year_admits() {
        let mut dice = Dice::new(1, "rice", 0);
        let rice = ORDINARY.iter().find(|goods| goods.hs.starts_with("10063020")).unwrap();
        let purchase = Purchase {
            number: 1,
            order_no: None,
            buyer: person(1, ""),
            lines: vec![rice.buy(5, &mut dice)],
            freight: Amount::ZERO,
            insurance: Amount::ZERO,
            discount: Amount::ZERO,
            bonded: false,
            office: "2900",
            at: Moment::from_micros(0),
            paid_at: Moment::from_micros(0),
        };
        let mut regulars = Regulars::new(1);
        let bought = [(); 5].map(|()| regulars.buy(&purchase, &mut dice).is_some());
        assert_eq!(bought, [true, true, true, true, false]);
    }
}
