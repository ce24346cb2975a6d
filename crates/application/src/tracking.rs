//! Following a parcel (包裹查询): where it stands, for whoever knows its number and the end of a telephone number on it.
//!
//! The digits are never stored: a keyed mark of number and digits is made when order and waybill come in, and
//! compared here ([decision 36](../../../../docs/decisions/0036-following-a-parcel.md)). No original is opened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::follower;
use tongguan_domain::ids::{OfficeCode, OrderNumber, PartyId, WaybillNumber};
use tongguan_domain::party::Role;
use tongguan_domain::person::TelephoneEnding;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Partition, View};

use crate::clearing::record::{
    ClaimKey, DeclarationRecord, DocumentKey, DocumentKind, DocumentRecord, DocumentState,
    DossierKey, Facts,
};
use crate::clearing::rows::{read_claim, read_declaration, read_document};
use crate::enquiry::Enquiries;
use crate::intake::KeyedMarker;
use crate::numbering::{made_at, partition_of};
use crate::review::ReviewError;

/// Lets parcels be followed.
pub struct Tracking {
    enquiries: Arc<Enquiries>,
    keyring: Arc<Keyring>,
}

/// The number of an order or of a waybill, as somebody has it who follows the parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedNumber(WaybillNumber);

/// Where a parcel stands, without anything of whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// What has happened, the first first.
    pub steps: Vec<(Step, Moment)>,
    /// Where it stands.
    pub standing: Standing,
    /// Since when, where that is known.
    pub since: Option<Moment>,
    /// 申报地海关, once it was declared.
    pub office: Option<OfficeCode>,
}

/// Something that has happened to a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The order came (订单).
    Ordered,
    /// The record of the payment came (支付单).
    Paid,
    /// The waybill came (运单).
    Shipped,
    /// It was declared (清单申报).
    Declared,
    /// Customs released it (放行).
    Released,
    /// It was delivered (妥投).
    Delivered,
}

/// Where a parcel stands, as far as everybody may know who follows it. To whom goods were handed that customs
/// keeps, and whether a guarantee is too small, is told to nobody here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not declared: nothing but some of its documents came.
    Announced,
    /// Declared, and waits for these documents.
    Incomplete(Vec<Step>),
    /// An officer looks at the documents.
    InReview,
    /// The goods are to be examined.
    Examined,
    /// Reviewed, and not released yet.
    Reviewed,
    /// Customs keeps it, or has put it aside.
    Held,
    /// It may go on to the buyer.
    Released,
    /// It was signed for.
    Delivered,
    /// It goes back.
    ShippedBack,
    /// Its declaration was refused, cancelled or deleted.
    NotAdmitted,
}

impl TrackedNumber {
    /// Trims and bounds what somebody has typed; `None` for what is no number.
    pub fn parse(text: &str) -> Option<Self> {
        WaybillNumber::parse(text).ok().map(Self)
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Tracking {
    /// Over what enquiries look at, with marks that were made with `keyring`.
    pub const fn new(enquiries: Arc<Enquiries>, keyring: Arc<Keyring>) -> Self {
        Self { enquiries, keyring }
    }

    /// Where the imported parcel of that order or waybill stands, for whoever knows the end of its buyer's or
    /// consignee's telephone number. A number that nobody has and digits that are wrong give the same: nothing.
    /// Of several parcels the one that was heard of last.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn follow(
        &self,
        number: &TrackedNumber,
        ending: &TelephoneEnding,
    ) -> Result<Option<Followed>, ReviewError> {
        let registry = self.enquiries.registry()?;
        let carriers = registry.parties().filter(|party| party.roles.contains(Role::Carrier));
        let carriers: Vec<_> = carriers.map(|party| party.id).collect();
        self.enquiries.store().read(|view| {
            let mut documents = Vec::new();
            for dossier in dossiers(view, number, &carriers)? {
                documents.extend(lying_in(view, &dossier)?);
            }
            let admitted: Vec<_> =
                documents.iter().filter(|document| self.admits(document, ending)).collect();
            let mut found = Vec::new();
            for document in admitted {
                found.push(followed(view, document, &documents)?);
            }
            Ok(found.into_iter().max_by_key(|parcel| parcel.steps.last().map(|(_, at)| *at)))
        })
    }

    /// Whether a document names a telephone number that ends so.
    fn admits(&self, document: &DocumentRecord, ending: &TelephoneEnding) -> bool {
        let (number, followers) = match document.facts.as_deref() {
            Some(Facts::Order(order)) => (&*document.key.dossier.order_no, &order.followers),
            Some(Facts::Waybill(waybill)) => (waybill.number.as_str(), &waybill.followers),
            _ => return false,
        };
        let shown = follower(number, ending, &KeyedMarker(&self.keyring)).to_bytes();
        document.state.is_live()
            && followers
                .iter()
                .any(|known| verify_slices_are_equal(&known.to_bytes(), &shown).is_ok())
    }
}

/// Where documents of an order or waybill of that number may lie.
fn dossiers(
    view: &mut View<'_>,
    number: &TrackedNumber,
    carriers: &[PartyId],
) -> Result<BTreeSet<Place>, ReviewError> {
    let claim = |party: &PartyId| ClaimKey {
        kind: DocumentKind::Waybill,
        party: *party,
        number: number.as_str().into(),
    };
    let keys: Vec<_> = carriers.iter().map(claim).collect();
    let rows: Vec<_> =
        keys.iter().map(|key| (key.bucket(), key.kind.code(), key.party, &*key.number)).collect();
    let mut places = BTreeSet::new();
    for row in view.claims(&rows)? {
        let Some(claim) = read_claim(row)? else { continue };
        let Some(dossier) = claim.document else { continue };
        places.insert(if dossier.order_no.is_empty() {
            // A waybill that does not say its order lies at its claim.
            let ClaimKey { kind, party, number } = claim.key;
            Place::Waybill(DocumentKey { dossier, kind, party, number })
        } else {
            Place::Order(dossier)
        });
    }
    if let Ok(order_no) = OrderNumber::parse(number.as_str()) {
        places.insert(Place::Order(DossierKey::of_order(&order_no)));
    }
    Ok(places)
}

/// Where documents lie.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Under an order.
    Order(DossierKey),
    /// At the claim of a waybill that does not say its order.
    Waybill(DocumentKey),
}

fn lying_in(view: &mut View<'_>, place: &Place) -> Result<Vec<DocumentRecord>, ReviewError> {
    let rows = match place {
        Place::Order(dossier) => {
            view.documents_of_orders(&[(dossier.partition, &*dossier.order_no)])?
        }
        Place::Waybill(key) => view.documents(&[key.row()])?,
    };
    Ok(rows.into_iter().map(read_document).collect::<Result<_, _>>()?)
}

/// What is known of the parcel of an order or waybill, from the documents beside it.
fn followed(
    view: &mut View<'_>,
    admitted: &DocumentRecord,
    documents: &[DocumentRecord],
) -> Result<Followed, ReviewError> {
    let declared = declaration(view, admitted, documents)?;
    let lodged = declared.as_ref().map(|(record, _)| record);
    let platform = lodged.map(|record| record.facts.platform);
    let platform =
        platform.or((admitted.key.kind == DocumentKind::Order).then_some(admitted.key.party));
    let mut steps = BTreeMap::new();
    for document in documents.iter().filter(|document| document.state.is_live()) {
        let Some(step) = step(document, platform) else { continue };
        steps.entry(step).or_insert(made_at(document.source.message.0));
    }
    let refused = documents.iter().find(|document| {
        document.key.kind == DocumentKind::Declaration
            && document.state == DocumentState::Refused
            && platform.is_some_and(|platform| document.key.party == platform)
    });
    let (standing, since) = match (&declared, refused) {
        (Some((record, since)), _) => (standing(record, &steps), Some(*since)),
        (None, Some(refused)) => (Standing::NotAdmitted, Some(refused.replied_at)),
        (None, None) => (Standing::Announced, None),
    };
    if let Some((record, _)) = &declared {
        steps.insert(Step::Declared, made_at(record.id.0));
        if let ImportState::Released(release) | ImportState::Closed(release) = &record.state {
            steps.insert(Step::Released, release.released_at);
        }
        steps.extend(delivered(view, record)?);
    }
    let (standing, since) = match (standing, steps.get(&Step::Delivered)) {
        (Standing::Released, Some(at)) => (Standing::Delivered, Some(*at)),
        (standing, _) => (standing, since),
    };
    let mut steps: Vec<_> = steps.into_iter().collect();
    steps.sort_by_key(|(_, at)| *at);
    let office = declared.map(|(record, _)| record.facts.office);
    Ok(Followed { steps, standing, since, office })
}

/// The declaration of the parcel of an order or waybill, and since when it stands so.
fn declaration(
    view: &mut View<'_>,
    admitted: &DocumentRecord,
    documents: &[DocumentRecord],
) -> Result<Option<(DeclarationRecord, Moment)>, ReviewError> {
    let ids = documents.iter().filter_map(|document| match document.facts.as_deref() {
        Some(Facts::Declaration(id)) => Some((partition_of(id.0), *id)),
        _ => None,
    });
    let mut ids: Vec<_> = ids.collect();
    if let Some(Facts::Waybill(waybill)) = admitted.facts.as_deref() {
        let claim = (
            Partition::of_claim(
                DocumentKind::Waybill.code(),
                waybill.carrier,
                waybill.number.as_str(),
            ),
            DocumentKind::Waybill.code(),
            waybill.carrier,
            waybill.number.as_str(),
        );
        let named = view.claims(&[claim])?.into_iter().filter_map(|claim| claim.declaration_id);
        ids.extend(named.map(|id| (partition_of(id.0), id)));
    }
    ids.sort_unstable();
    ids.dedup();
    for row in view.declarations(&ids)? {
        let since = row.updated_at;
        let record = read_declaration(row)?;
        let is_its_own = match admitted.facts.as_deref() {
            Some(Facts::Order(_)) => {
                record.document.dossier == admitted.key.dossier
                    && record.facts.platform == admitted.key.party
            }
            Some(Facts::Waybill(waybill)) => {
                (record.facts.carrier, &record.facts.waybill_no)
                    == (waybill.carrier, &waybill.number)
            }
            _ => false,
        };
        if is_its_own {
            return Ok(Some((record, since)));
        }
    }
    Ok(None)
}

/// What the arrival of a document was a step of; of an order that several platforms have, their own.
fn step(document: &DocumentRecord, platform: Option<PartyId>) -> Option<Step> {
    let is_of = |party: PartyId| platform.is_none_or(|platform| platform == party);
    match document.facts.as_deref()? {
        Facts::Order(order) => is_of(order.platform).then_some(Step::Ordered),
        Facts::Payment(payment) => is_of(payment.platform).then_some(Step::Paid),
        Facts::Waybill(_) => Some(Step::Shipped),
        _ => None,
    }
}

/// That the parcel of a declaration was signed for: the delivery lies at the claim of its waybill.
fn delivered(
    view: &mut View<'_>,
    record: &DeclarationRecord,
) -> Result<Option<(Step, Moment)>, ReviewError> {
    let facts = &record.facts;
    let number: Arc<str> = facts.waybill_no.as_str().into();
    let claim = ClaimKey { kind: DocumentKind::Waybill, party: facts.carrier, number };
    let dossier = DossierKey::of_claim(&claim);
    let ClaimKey { party, number, .. } = claim;
    let key = DocumentKey { dossier, kind: DocumentKind::Delivery, party, number };
    let Some(row) = view.documents(&[key.row()])?.pop() else { return Ok(None) };
    let document = read_document(row)?;
    Ok(match document.facts.as_deref() {
        Some(Facts::Delivery(delivery)) if document.state.is_live() => {
            Some((Step::Delivered, delivery.happened_at))
        }
        _ => None,
    })
}

fn standing(record: &DeclarationRecord, steps: &BTreeMap<Step, Moment>) -> Standing {
    match &record.state {
        ImportState::Stored(_) => Standing::Announced,
        ImportState::Waiting { .. } => {
            let wanted = [Step::Ordered, Step::Paid, Step::Shipped].into_iter();
            Standing::Incomplete(wanted.filter(|step| !steps.contains_key(step)).collect())
        }
        ImportState::InReview(_) => Standing::InReview,
        ImportState::UnderExamination(_) => Standing::Examined,
        ImportState::AwaitingEntry(_) | ImportState::AwaitingGuarantee(_) => Standing::Reviewed,
        ImportState::Detained { .. } | ImportState::Suspended(_) => Standing::Held,
        ImportState::Released(_) | ImportState::Closed(_) => Standing::Released,
        ImportState::ShippedBack(_) => Standing::ShippedBack,
        ImportState::Cancelled(_) | ImportState::Refused | ImportState::Deleted => {
            Standing::NotAdmitted
        }
    }
}
