//! A made-up parcel out of bonded stock: one pack of nappies of the enterprise's account book.

use rust_decimal::Decimal;
use tongguan_domain::ids::IdError;
use tongguan_domain::money::Amount;
use tongguan_messages::sample::Parcel;

use super::enterprise::Enterprise;
use super::premises::ITEM;

impl Enterprise {
    /// Has the sample parcel come out of the enterprise's bonded stock (1210): one piece for 100 yuan, free of
    /// freight.
    pub(super) fn take_from_stock(&self, parcel: &mut Parcel) -> Result<(), IdError> {
        let price = Amount::new(Decimal::from(100));
        let Parcel { order, payment, waybill, declaration, .. } = parcel;
        drop(order.lines.drain(..1));
        drop(declaration.items.drain(..1));
        for line in &mut order.lines {
            (line.number, line.quantity) = (1, Decimal::ONE);
            (line.price, line.total_price) = (price, price);
        }
        for item in &mut declaration.items {
            (item.number, item.quantity) = (1, Decimal::ONE);
            (item.price, item.total_price) = (price, price);
            item.statutory_quantity = Decimal::new(19, 1);
            item.account_item = Some(ITEM.into());
        }
        (order.goods_value, order.paid, payment.amount) = (price, price, price);
        (order.freight, order.tax_withheld, declaration.freight) =
            (Amount::ZERO, Amount::ZERO, Amount::ZERO);
        (declaration.mode, declaration.departure_country) = ("1210".into(), "142".into());
        declaration.bonded.account_book = Some(self.book()?.as_str().into());
        (declaration.gross_weight_kg, declaration.net_weight_kg) =
            (Decimal::from(2), Decimal::new(19, 1));
        waybill.gross_weight_kg = declaration.gross_weight_kg;
        Ok(())
    }
}
