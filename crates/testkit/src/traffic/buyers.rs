//! Made-up buyers: identity numbers of an area that is not assigned, names put together by chance.

use tongguan_domain::money::Amount;
use tongguan_domain::person::Identity;

use super::dice::Dice;
use super::goods::yuan;
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

/// Those who buy often, and what each has spent.
#[derive(Debug)]
pub struct Regulars {
    spent: Vec<Amount>,
}

impl Regulars {
    /// So many, who have bought nothing yet.
    pub fn new(how_many: u64) -> Self {
        let how_many = usize::try_from(how_many.max(1)).unwrap_or(1);
        Self { spent: vec![Amount::ZERO; how_many] }
    }

    /// One of them who can still buy for `value`, whose account is charged; `None` if the one chosen
    /// by chance cannot.
    pub fn buy(&mut self, value: Amount, dice: &mut Dice) -> Option<Identity> {
        let n = dice.below(self.spent.len() as u64);
        let spent = self.spent.get_mut(usize::try_from(n).ok()?)?;
        let total = *spent + value;
        (total <= yuan(MOST_OFTEN)).then(|| {
            *spent = total;
            person(n, "")
        })
    }
}
