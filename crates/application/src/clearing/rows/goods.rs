//! Registered goods from their row, as far as declarations are held against them.

use tongguan_domain::filing::declared::StandingGoods;
use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;
use tongguan_storage::RegisteredGoodsRow;

/// Whose they are, their item number, and how they stand.
pub fn read_goods(row: RegisteredGoodsRow) -> (PartyId, Box<str>, StandingGoods) {
    let standing = StandingGoods {
        hs_code: row.hs_code.into(),
        is_suspended: row.suspended,
        valid_to: row.valid_to.map(Moment::china_day),
    };
    (row.party_id, row.item_no.into(), standing)
}
