//! What to do, in what order, in one transaction: the use cases.
//!
//! Every use case has the same four beats: load, decide, write, commit. Nothing here calls the outside
//! world inside a transaction; [`ports`] are asked before, on worker threads, and rows of the outbox are
//! delivered afterwards.
//!
//! | module | what it does |
//! |---|---|
//! | [`intake`] | bytes to judged documents, on worker threads |
//! | [`clearing`] | a batch of documents, loaded, decided, written, committed |
//! | [`consolidation`] | closed exports merged into formal declarations |
//! | [`bonded`] | account books: registered, moved by hand, counted, reported |
//! | [`facility`] | master bills compared with what entered |
//! | [`due`] | what time and topped-up guarantees lead to |
//! | [`not_departed`] | released exports that have not left |
//! | [`checking`] | what is wrong with a message, without taking it in |
//! | [`review`] | what officers see and decide |
//! | [`casework`] | which officer has taken a case on, and what waits for a second one |
//! | [`returns`] | exported goods that came back: what officers decide, what a consolidation leaves out |
//! | [`quarantine`] | parcels that are looked at before they enter the supervised place |
//! | [`transit`] | goods under seal on their way to the port |
//! | [`returns`] | imported goods that come back |
//! | [`originals`] | messages as they were received, kept and read again |
//! | [`delivery`] | rows of the outbox to messages |
//! | [`mailboxes`] | messages to the mailboxes of those who fetch them |
//! | [`webhooks`] | messages of a mailbox pushed to addresses of its owner |
//! | [`relay`] | messages that another window decides: sent there, answered from there |
//! | [`parcels`] | lists of parcels by party, kept beside clearing |
//! | [`following`] | reading what was decided, for what is kept beside clearing |
//! | [`deciding`] | commands of officers and enterprises, carried out wherever the writer is |
//! | [`people`] | who signs in, and what proves that it is them |
//! | [`unmasking`] | the full data of persons, for a stated reason |
//! | [`guarantees`] | guarantees as officers list them, and what two of them change |
//! | [`gate`] | whether what stands at the gate may pass |
//! | [`pictures`] | pictures of examinations |
//! | [`tracking`] | where a parcel stands, for whoever follows it |
//! | [`evidence`] | what platforms are asked for of payments, and what comes of it |
//! | [`enquiry`] | what may be looked at, within the reach of whoever asks |
//! | [`reception`] | messages and commands from many hands into one pipeline |
//! | [`access`] | keys by which programs may read a mailbox |
//! | [`answered`] | requests that were answered: the same one again is not acted on twice |
//! | [`reconciliation`] | a database held against itself: balances, originals, mailboxes |
//! | [`pipeline`] | threads: refine side by side, commit in order |
//! | [`registry`], [`codes`], [`settings`] | what changes rarely: parties, law, offices |
//! | [`filing`] | what enterprises file, reviewed by officers until it is registered |
//! | [`history`] | who changed what, from where, and when; who decided what |
//! | [`keys`] | the ring of keys that seal: which one does, and how one is taken out of use |
//! | [`transparency`] | the verifiable log: what was decided and answered, in a tree that nobody rewrites unseen |
//! | [`archiving`] | months that are over, as files that other engines read |
//! | [`retention`] | what is kept until when, held, and erased when its time is over |
//! | [`operating`], [`board`] | what whoever runs the service looks at: how it stands now, and what was measured of the last day |
//! | [`learning`] | taking up changes of those without a new start |
//! | [`processes`] | the processes that clear in one database, and which of them does what nobody asks for |
//! | [`numbering`] | ids and official numbers |
//! | [`sandbox`] | test enterprises for whoever wants to try, in a service that is nothing else |
//! | [`ports`] | what is needed of the outside world |

#[cfg(test)]
#[macro_use]
mod desk;

pub mod access;
pub mod answered;
pub mod archiving;
pub mod board;
pub mod bonded;
pub mod cancellations;
pub mod casework;
pub mod checking;
pub mod clearing;
pub mod codes;
pub mod consolidation;
pub mod deciding;
pub mod delivery;
pub mod digest;
pub mod draws;
pub mod due;
pub mod enquiry;
pub mod evidence;
pub mod export_returns;
pub mod facility;
pub mod figures;
pub mod filing;
pub mod following;
pub mod gate;
pub mod guarantees;
pub mod history;
pub mod intake;
pub mod keys;
pub mod learning;
pub mod mailboxes;
pub mod not_departed;
pub mod numbering;
pub mod operating;
pub mod originals;
pub mod parameters;
pub mod parcels;
pub mod people;
pub mod pictures;
pub mod pipeline;
pub mod ports;
pub mod processes;
pub mod quarantine;
pub mod reception;
pub mod reconciliation;
pub mod refusals;
pub mod registry;
pub mod relay;
pub mod retention;
pub mod returns;
pub mod review;
pub mod sandbox;
pub mod settings;
pub mod tracking;
pub mod transit;
pub mod transparency;
pub mod unmasking;
pub mod webhooks;
