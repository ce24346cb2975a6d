//! One suite for both engines: every statement runs on SQLite (a temporary file) and on PostgreSQL.

#[cfg(test)]
#[macro_use]
mod fixture;
#[cfg(test)]
mod access;
#[cfg(test)]
mod answered;
#[cfg(test)]
mod balance;
#[cfg(test)]
mod bonded;
#[cfg(test)]
mod claim;
#[cfg(test)]
mod consolidation;
#[cfg(test)]
mod distribution;
#[cfg(test)]
mod document;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod export;
#[cfg(test)]
mod export_return;
#[cfg(test)]
mod filing;
#[cfg(test)]
mod follow;
#[cfg(test)]
mod health;
#[cfg(test)]
mod import_return;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod migration;
#[cfg(test)]
mod office_parcel;
#[cfg(test)]
mod partition;
#[cfg(test)]
mod party_parcel;
#[cfg(test)]
mod past;
#[cfg(test)]
mod person;
#[cfg(test)]
mod pooled;
#[cfg(test)]
mod process;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod relayed;
#[cfg(test)]
mod response;
#[cfg(test)]
mod seal;
#[cfg(test)]
mod signal;
mod slice;
#[cfg(test)]
mod standby;
#[cfg(test)]
mod transaction;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod transit;
#[cfg(test)]
mod webhook;
#[cfg(test)]
mod zone;
