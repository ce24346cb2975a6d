//! The catalogue: goods that the built-in positive list and rates know, and a few that they refuse.

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::{HsCode, Pack};
use tongguan_domain::money::Amount;

use super::dice::Dice;

/// Goods as they are sold.
#[derive(Debug, Clone, Copy)]
pub struct Goods {
    /// 商品编码.
    pub hs: &'static str,
    /// 商品名称.
    pub name: &'static str,
    /// 规格型号.
    pub specification: &'static str,
    /// Where they come from.
    pub origin: &'static str,
    /// The unit they are sold in.
    pub unit: &'static str,
    /// Lowest and highest price of one, in yuan.
    pub yuan: (u64, u64),
    /// Most of them in one line.
    pub most: u64,
    /// The first statutory unit, and how many thousandths of it one holds.
    pub statutory: (&'static str, u64),
    /// The second statutory unit, likewise.
    pub second: Option<(&'static str, u64)>,
    /// Net weight of one, in grams.
    pub grams: u64,
}

/// One line of a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// 企业商品货号.
    pub item_no: String,
    /// 商品名称, as the seller calls it.
    pub name: String,
    /// 规格型号.
    pub specification: String,
    /// 商品编码.
    pub hs: String,
    /// 原产国.
    pub origin: String,
    /// 计量单位.
    pub unit: String,
    /// How many.
    pub quantity: u64,
    /// The price of one.
    pub price: Amount,
    /// First statutory unit, and the line's quantity in it.
    pub statutory: (String, Decimal),
    /// Second statutory unit, likewise.
    pub second: Option<(String, Decimal)>,
    /// Net weight of the line in kilograms.
    pub net_kg: Decimal,
}

impl Bought {
    /// The price of the line.
    pub fn total(&self) -> Amount {
        Amount::new(self.price.value() * Decimal::from(self.quantity))
    }
}

macro_rules! goods {
    ($($hs:literal $name:literal $specification:literal $origin:literal $unit:literal
       $from:literal..$to:literal most $most:literal
       $statutory:literal $thousandths:literal $($second:literal $also:literal)? ; $grams:literal g)+) => {
        [$(Goods {
            hs: $hs, name: $name, specification: $specification, origin: $origin, unit: $unit,
            yuan: ($from, $to), most: $most, statutory: ($statutory, $thousandths),
            second: goods!(@second $($second $also)?), grams: $grams,
        }),+]
    };
    (@second) => { None };
    (@second $unit:literal $thousandths:literal) => { Some(($unit, $thousandths)) };
}

/// What people buy. Prices lie on both sides of every threshold of the consumption tax.
pub const ORDINARY: [Goods; 16] = goods! {
    "1901101090" "婴儿配方奶粉" "示例牌|3段|900克/罐" "609" "122" 120..260 most 6 "035" 900; 900 g
    "9619001100" "婴儿纸尿裤" "示例牌|L码|54片/包" "116" "125" 90..180 most 4 "035" 1900; 1900 g
    "3304990029" "保湿面霜" "示例牌|50克/瓶" "133" "142" 90..400 most 4 "035" 50 "011" 1000; 50 g
    "3304990029" "臻萃抗皱面霜" "示例牌|30克/瓶" "305" "142" 600..2400 most 1 "035" 30 "011" 1000; 30 g
    "3304990039" "身体乳液" "示例牌|200毫升/瓶" "305" "142" 80..380 most 3 "035" 200 "011" 1000; 200 g
    "3304990049" "补水面膜" "示例牌|25克/片" "133" "020" 5..14 most 40 "035" 25 "011" 1000; 25 g
    "3304990049" "奢护面膜" "示例牌|25克/片" "116" "020" 16..60 most 10 "035" 25 "011" 1000; 25 g
    "2204210000" "干红葡萄酒" "示例庄园|750毫升/瓶" "305" "142" 90..600 most 6 "095" 750 "035" 750; 750 g
    "2208300000" "单一麦芽威士忌" "示例牌|700毫升/瓶" "303" "142" 220..900 most 2 "095" 700 "035" 700; 700 g
    "2203000000" "精酿啤酒" "示例牌|500毫升/瓶" "304" "142" 8..25 most 24 "095" 500 "035" 500; 500 g
    "9102110000" "石英手表" "示例牌|不锈钢表壳" "116" "008" 600..4500 most 1 "008" 1000; 90 g
    "4202210090" "牛皮手提包" "示例牌|牛皮|中号" "307" "007" 800..3000 most 1 "035" 900 "007" 1000; 900 g
    "4901990000" "英文原版小说" "示例出版社|平装" "303" "132" 40..200 most 5 "035" 400; 400 g
    "0409000000" "麦卢卡蜂蜜" "示例牌|500克/瓶" "609" "142" 120..500 most 3 "035" 500; 500 g
    "1006302090" "茉莉香米" "示例牌|1千克/袋" "136" "136" 25..60 most 5 "035" 1000; 1000 g
    "2501001100" "海盐" "示例牌|250克/罐" "305" "122" 20..70 most 4 "035" 250; 250 g
};

/// Single pieces above the single-transaction limit: taxed in full.
pub const LUXURIES: [Goods; 3] = goods! {
    "4202210090" "限量牛皮手提包" "示例牌|牛皮|限量" "307" "007" 5200..9000 most 1 "035" 1100 "007" 1000; 1100 g
    "9101110000" "金壳石英手表" "示例牌|18K金表壳" "305" "008" 10000..16000 most 1 "008" 1000; 120 g
    "9102110000" "高级石英手表" "示例牌|陶瓷表壳" "116" "008" 5500..9900 most 1 "008" 1000; 110 g
};

/// Uses up most of a year's allowance.
pub const DEAREST: Goods = goods! {
    "9101110000" "金壳石英手表" "示例牌|18K金表壳" "305" "008" 22500..23500 most 1 "008" 1000; 120 g
}[0];
/// One piece of exactly the yearly limit.
pub const AT_THE_LIMIT: Goods = goods! {
    "9101110000" "金壳石英手表" "示例牌|18K金表壳" "305" "008" 26000..26000 most 1 "008" 1000; 120 g
}[0];
/// Below the single limit, and too much after [`DEAREST`].
pub const ONE_TOO_MANY: Goods = goods! {
    "4202210090" "牛皮手提包" "示例牌|牛皮|大号" "307" "007" 4000..4600 most 1 "035" 900 "007" 1000; 900 g
}[0];
/// Two of them are above the single limit.
pub const DEAR: Goods = goods! {
    "9102110000" "石英手表" "示例牌|不锈钢表壳" "116" "008" 2900..4000 most 1 "008" 1000; 90 g
}[0];
/// Not on the positive list.
pub const UNLISTED: Goods = goods! {
    "8703234110" "小轿车模型" "示例牌|1比18" "304" "001" 300..900 most 1 "001" 1000; 800 g
}[0];
/// On the positive list for bonded import only.
pub const BONDED_ONLY: Goods = goods! {
    "0306149090" "冻帝王蟹腿" "示例牌|1千克/盒" "304" "140" 300..700 most 1 "035" 1000; 1000 g
}[0];
/// Three kilograms; the positive list admits two.
pub const TOO_MUCH_SUGAR: Goods = goods! {
    "1701991090" "白砂糖" "示例牌|3千克/袋" "305" "136" 30..60 most 1 "035" 3000; 3000 g
}[0];
/// Little enough by itself; the positive list admits two kilograms for a person and year.
pub const SUGAR: Goods = goods! {
    "1701991090" "黄冰糖" "示例牌|1.2千克/袋" "305" "136" 20..40 most 1 "035" 1200; 1200 g
}[0];
/// The positive list admits printers' ink at home only.
pub const OTHER_INK: Goods = goods! {
    "3215190090" "工业喷码油墨" "示例牌|500毫升" "304" "142" 60..120 most 1 "035" 500; 500 g
}[0];
/// On the positive list, without a rate.
pub const UNRATED: Goods = goods! {
    "0410004100" "鲜蜂王浆" "示例牌|250克/瓶" "609" "142" 150..300 most 1 "035" 250; 250 g
}[0];

impl Goods {
    /// Whether the law of that day knows a rate for them.
    pub fn is_rated(&self, pack: &Pack, day: Date) -> bool {
        self.hs.parse::<HsCode>().is_ok_and(|hs| pack.rates(hs, day).is_some())
    }

    /// So many of them, at a price within the range.
    pub fn buy(&self, quantity: u64, dice: &mut Dice) -> Bought {
        let fen = dice.between(self.yuan.0 * 10, self.yuan.1 * 10) * 10;
        let each = |thousandths: u64| thousandth(thousandths * quantity);
        let statutory = (self.statutory.0.to_owned(), each(self.statutory.1));
        Bought {
            item_no: format!("SKU-{}-{:03}", &self.hs[..4], fen / 100 % 1000),
            name: self.name.to_owned(),
            specification: self.specification.to_owned(),
            hs: self.hs.to_owned(),
            origin: self.origin.to_owned(),
            unit: self.unit.to_owned(),
            quantity,
            price: yuan(fen),
            statutory,
            second: self.second.map(|(unit, thousandths)| (unit.to_owned(), each(thousandths))),
            net_kg: each(self.grams),
        }
    }
}

/// That many thousandths.
pub fn thousandth(n: u64) -> Decimal {
    Decimal::from(n) / Decimal::ONE_THOUSAND
}

/// That many fen as an amount in yuan.
pub fn yuan(fen: u64) -> Amount {
    Amount::new(Decimal::from(fen) / Decimal::ONE_HUNDRED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_law_knows_what_it_should_and_not_the_rest() {
        let (pack, day) = (Pack::builtin(), date(2026, 3, 2));
        let listed = |goods: &Goods| pack.positive(goods.hs.parse().unwrap(), day).count() > 0;
        let odd = [&DEAREST, &ONE_TOO_MANY, &DEAR, &SUGAR];
        for goods in ORDINARY.iter().chain(&LUXURIES).chain(odd) {
            assert!(goods.is_rated(&pack, day) && listed(goods), "{}", goods.name);
        }
        assert!(!listed(&UNLISTED));
        assert!(listed(&UNRATED) && !UNRATED.is_rated(&pack, day));
    }

    #[test]
    fn units_and_origins_are_in_the_tables() {
        let (pack, day) = (Pack::builtin(), date(2026, 3, 2));
        let odd = [UNLISTED, BONDED_ONLY, TOO_MUCH_SUGAR, SUGAR, OTHER_INK, UNRATED];
        for goods in ORDINARY.iter().chain(&LUXURIES).chain(&odd) {
            assert!(pack.country(goods.origin, day).is_some(), "{}", goods.origin);
            for unit in [goods.unit, goods.statutory.0] {
                assert!(pack.unit(unit, day).is_some(), "{unit}");
            }
        }
    }
}
