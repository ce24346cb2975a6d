//! What officers do about exports, each by the use case behind its command: `quarantine register`, `review
//! decide`, `transit seal`, `transit check`, `return export accept`.

use anyhow::Context as _;
use tongguan_application::clearing::incoming::ExportReturnRuling;
use tongguan_application::deciding::Directly;
use tongguan_application::export_returns::{self, Found as FoundReturn, Verdict};
use tongguan_application::quarantine;
use tongguan_application::review::{self, Decision, Found};
use tongguan_application::transit::{self, Officer, Outcome};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{DeclarationId, OfficeCode, VehiclePlate};
use tongguan_domain::transit::Sighting;
use tongguan_testkit::traffic::exports::{
    ComingBack, Consignment, ExportedParcel, Journey, VEHICLE,
};

use super::super::mail::Mail;
use super::super::run::OFFICER;
use super::super::stage::Stage;
use super::number;

/// The officers of a day.
pub struct Officers<'o, 'e> {
    /// Where.
    pub stage: &'o Stage,
    /// About what.
    pub parcels: &'o [ExportedParcel],
    /// What decides.
    pub decides: &'o mut Directly<'e>,
}

impl Officers<'_, '_> {
    /// Registers what quarantine found of the parcels that it looks at; gives how many.
    ///
    /// # Errors
    /// When something that must be possible is not.
    pub fn look_for_diseases(&mut self) -> anyhow::Result<usize> {
        let mut acts = 0;
        for parcel in self.parcels {
            let Some(finding) = parcel.story.finding() else { continue };
            let id = self.declaration(parcel)?;
            quarantine::register(self.decides, id, finding, OFFICER, "现场检疫")?;
            acts += 1;
        }
        Ok(acts)
    }

    /// Rules on what was examined, and leaves the rest in the queue; gives how many rulings.
    ///
    /// # Errors
    /// As [`Self::look_for_diseases`].
    pub fn rule(&mut self) -> anyhow::Result<usize> {
        let ruling = |parcel: &ExportedParcel| parcel.story.ruling();
        self.decide(ruling, |ruling| match ruling {
            Ruling::Refuse => "description",
            _ => "in-order",
        })
    }

    /// Takes released goods back (退关); gives how many.
    ///
    /// # Errors
    /// As [`Self::look_for_diseases`].
    pub fn take_back(&mut self) -> anyhow::Result<usize> {
        let withdrawn = |parcel: &ExportedParcel| parcel.story.withdrawal().map(Ruling::Withdraw);
        self.decide(withdrawn, |_| "企业申请退关")
    }

    /// Seals the goods that go to the port; gives how many seals.
    ///
    /// # Errors
    /// As [`Self::look_for_diseases`].
    pub fn seal(&mut self, consignments: &[Consignment]) -> anyhow::Result<usize> {
        let vehicle = VehiclePlate::parse(VEHICLE)?;
        for consignment in consignments {
            let ids = self.declarations(consignment)?;
            let officer = of(consignment.office);
            let sealed = transit::seal(self.decides, &ids, &consignment.seal, &vehicle, &officer)?;
            all_done(&sealed)?;
        }
        Ok(consignments.len())
    }

    /// Looks at seals and vehicles at the port; gives at how many.
    ///
    /// # Errors
    /// As [`Self::look_for_diseases`].
    pub fn check(&mut self, consignments: &[Consignment]) -> anyhow::Result<usize> {
        let mut checked = 0;
        for consignment in consignments {
            let Journey::ToThePort(condition) = consignment.journey else { continue };
            let seal = consignment.seal.clone();
            let seen = Sighting { seal, condition, vehicle: VehiclePlate::parse(VEHICLE)? };
            let ids = self.declarations(consignment)?;
            let officer = of(consignment.port);
            all_done(&transit::check(self.decides, &ids, &seen, &officer)?)?;
            checked += 1;
        }
        Ok(checked)
    }

    /// Lets in goods that came back otherwise than it was asked; gives how many.
    ///
    /// # Errors
    /// As [`Self::look_for_diseases`].
    pub fn let_in(&mut self, mail: &Mail) -> anyhow::Result<usize> {
        let Stage { product, .. } = self.stage;
        let mut acts = 0;
        for parcel in self.parcels {
            if parcel.story.coming_back() != Some(ComingBack::LetIn) {
                continue;
            }
            let number = number(parcel, mail).context("what came back has no number")?;
            let found = product.store.read(|view| export_returns::find(view, number.as_str()))?;
            let FoundReturn::One(record) = found else {
                anyhow::bail!("not one return of {number} is stored")
            };
            let (officer, reason) = (OFFICER.to_owned(), "in-order".to_owned());
            let verdict = Verdict::Ruling { ruling: ExportReturnRuling::Accept, officer, reason };
            let decision = export_returns::Decision { id: record.id, verdict };
            export_returns::decide(self.decides, &decision)?;
            acts += 1;
        }
        Ok(acts)
    }

    /// Decides about every parcel that `ruling` gives one for.
    fn decide(
        &mut self,
        ruling: impl Fn(&ExportedParcel) -> Option<Ruling>,
        reason: impl Fn(Ruling) -> &'static str,
    ) -> anyhow::Result<usize> {
        let product = &self.stage.product;
        let mut acts = 0;
        for parcel in self.parcels {
            let Some(ruling) = ruling(parcel) else { continue };
            let (officer, reason) = (OFFICER.to_owned(), reason(ruling).to_owned());
            let declaration = self.declaration(parcel)?;
            let (approver, seen) = (None, None);
            let decision = Decision { declaration, ruling, officer, reason, approver, seen };
            review::decide(self.decides, &product.knowledge.pack, &decision)?;
            acts += 1;
        }
        Ok(acts)
    }

    fn declarations(&self, consignment: &Consignment) -> anyhow::Result<Vec<DeclarationId>> {
        let parcels = consignment.parcels.iter().filter_map(|place| self.parcels.get(*place));
        parcels.map(|parcel| self.declaration(parcel)).collect()
    }

    /// The declaration of a parcel, as officers find it.
    fn declaration(&self, parcel: &ExportedParcel) -> anyhow::Result<DeclarationId> {
        let product = &self.stage.product;
        let order_no = parcel.documents.order.order_no.as_str();
        match review::find(&product.store, order_no, product.clock.now())? {
            Found::One(id) => Ok(id),
            found => anyhow::bail!("not one declaration of order {order_no} is stored: {found:?}"),
        }
    }
}

fn of(office: OfficeCode) -> Officer {
    Officer { name: OFFICER.to_owned(), office }
}

fn all_done(outcomes: &[Outcome]) -> anyhow::Result<()> {
    for Outcome { declaration, outcome } in outcomes {
        if let Err(why) = outcome {
            anyhow::bail!("the goods of declaration {declaration}: {why}");
        }
    }
    Ok(())
}
