//! Made-up exported parcels of a test enterprise: signed messages from the order to the departure.

use tongguan_domain::ids::{FunctionalReference, OrderNumber, WaybillNumber};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{ceb303, ceb505, ceb507, ceb509, ceb603, ceb607};
use tongguan_messages::sample;

use super::enterprise::{Enterprise, Kind};
use super::parcel::{ParcelError, Signed};

impl Enterprise {
    /// The messages of its `n`th parcel, which is exported: those before officers have looked, and those after.
    pub(super) fn exported(
        &self,
        order_no: &OrderNumber,
        n: u64,
        at: Moment,
    ) -> Result<(Vec<Signed>, Vec<Signed>), ParcelError> {
        let parcel = self.export_documents(order_no, n, at)?;
        let [_, merchant, _, carrier] = Kind::ALL.map(|kind| self.member(kind));
        let (order, waybill, declaration) = (&parcel.order, &parcel.waybill, &parcel.declaration);
        let (arrival, bill, departure) = (&parcel.arrival, &parcel.master_bill, &parcel.departure);
        let before = vec![
            ("CEB303.xml", self.signed(merchant, 31, n, |e| ceb303::write(e, [order]))?),
            ("CEB505.xml", self.signed(carrier, 32, n, |e| ceb505::write(e, [waybill]))?),
            ("CEB603.xml", self.signed(carrier, 33, n, |e| ceb603::write(e, [declaration]))?),
            ("CEB507.xml", self.signed(carrier, 34, n, |e| ceb507::write(e, [arrival]))?),
        ];
        let afterwards = vec![
            ("CEB607.xml", self.signed(carrier, 35, n, |e| ceb607::write(e, [bill]))?),
            ("CEB509.xml", self.signed(carrier, 36, n, |e| ceb509::write(e, [departure]))?),
        ];
        Ok((before, afterwards))
    }

    fn export_documents(
        &self,
        order_no: &OrderNumber,
        n: u64,
        at: Moment,
    ) -> Result<sample::ExportParcel, ParcelError> {
        let mut parcel = sample::export_parcel()?;
        let waybill_no = WaybillNumber::parse(&format!("SE{:03}{n:06}CN", self.number))?;
        let reference =
            |kind: &str| FunctionalReference::parse(&format!("SBX{kind}{:03}{n:011}", self.number));
        let [platform, merchant, _, carrier] = Kind::ALL.map(|kind| &self.member(kind).party);
        let sample::ExportParcel {
            order,
            waybill,
            declaration,
            arrival,
            master_bill,
            departure,
            ..
        } = &mut parcel;
        for (kind, filing) in (21..).zip([
            &mut order.filing,
            &mut waybill.filing,
            &mut declaration.filing,
            &mut arrival.filing,
            &mut master_bill.filing,
            &mut departure.filing,
        ]) {
            (filing.guid, filing.sent_at) = (self.guid(kind, n)?, at);
        }
        order.order_no = order_no.clone();
        (order.platform, order.merchant) = (platform.clone(), merchant.clone());
        (waybill.carrier, waybill.number) = (carrier.clone(), waybill_no.clone());
        waybill.merchant = Some(merchant.code.clone());
        waybill.merchant_name = Some(merchant.name.as_str().into());
        (declaration.order_no, declaration.waybill_no) = (order_no.clone(), waybill_no.clone());
        (declaration.platform, declaration.merchant) = (platform.clone(), merchant.clone());
        (declaration.carrier, declaration.declarant) = (carrier.clone(), carrier.clone());
        declaration.producer = merchant.clone();
        (declaration.office, declaration.port) = (self.office, self.office);
        declaration.exported_on = at.china_day();
        declaration.reference = reference("X")?;
        (arrival.operator, arrival.carrier) = (carrier.clone(), carrier.clone());
        (master_bill.declarant, master_bill.carrier) = (carrier.clone(), carrier.clone());
        departure.carrier = carrier.clone();
        (arrival.office, master_bill.office, departure.office) =
            (self.office, self.office, self.office);
        (arrival.reference, master_bill.reference, departure.reference) =
            (reference("A")?, reference("M")?, reference("D")?);
        departure.left_at = at;
        for parcel in arrival.parcels.iter_mut().chain(&mut departure.parcels) {
            parcel.waybill_no = waybill_no.clone();
        }
        for line in &mut master_bill.parcels {
            line.waybill_no = waybill_no.clone();
        }
        Ok(parcel)
    }
}
