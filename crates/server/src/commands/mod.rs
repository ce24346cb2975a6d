//! The command line, a public interface: one file for each command.
//!
//! Every command has `--help`, offers `--json` where a machine may read it, exits with 0 only on
//! success, and says what is wrong as "what, where, what to do".

mod access;
mod archive;
mod backup;
mod bench;
mod bonded;
mod codes;
mod consolidate;
mod deciding;
mod defects;
mod demo;
mod doctor;
mod export;
mod facility;
mod gateway;
mod history;
mod keys;
mod message;
mod migrate;
mod office;
mod people;
mod place;
mod quarantine;
mod rebuild;
mod registry;
mod relay;
mod retention;
mod returns;
mod review;
mod serve;
mod tax;
mod transit;
mod verify_log;
mod webhook;
mod worker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::log;

/// An open single window for cross-border e-commerce (跨境电子商务单一窗口).
#[derive(Debug, Parser)]
#[command(name = "tongguan", version, about, max_term_width = 100)]
pub struct Tongguan {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Access(access::Access),
    Archive(archive::Archive),
    Backup(backup::Backup),
    Bench(bench::Bench),
    Bonded(bonded::Bonded),
    Codes(codes::Codes),
    Consolidate(consolidate::Consolidate),
    Doctor(doctor::Doctor),
    Demo(demo::Demo),
    Export(export::Export),
    Facility(facility::Facility),
    Gateway(gateway::Gateway),
    Keys(keys::Keys),
    Office(office::Office),
    People(people::People),
    Quarantine(quarantine::Quarantine),
    Rebuild(rebuild::Rebuild),
    Registry(registry::Registry),
    Relay(relay::Relay),
    Message(message::Message),
    Migrate(migrate::Migrate),
    Retention(retention::Retention),
    #[command(name = "return")]
    Returns(returns::Returns),
    Review(review::Review),
    Serve(serve::Serve),
    Tax(tax::Tax),
    Transit(transit::Transit),
    VerifyLog(verify_log::VerifyLog),
    Webhook(webhook::Webhook),
    Worker(worker::Worker),
}

impl Tongguan {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        if !matches!(self.command, Command::Serve(_)) {
            log::plain();
        }
        match self.command {
            Command::Access(access) => access.run(),
            Command::Archive(archive) => archive.run(),
            Command::Backup(backup) => backup.run(),
            Command::Bench(bench) => bench.run(),
            Command::Bonded(bonded) => bonded.run(),
            Command::Codes(codes) => codes.run(),
            Command::Consolidate(consolidate) => consolidate.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Demo(demo) => demo.run(),
            Command::Export(export) => export.run(),
            Command::Facility(facility) => facility.run(),
            Command::Gateway(gateway) => gateway.run(),
            Command::Keys(keys) => keys.run(),
            Command::Office(office) => office.run(),
            Command::People(people) => people.run(),
            Command::Quarantine(quarantine) => quarantine.run(),
            Command::Rebuild(rebuild) => rebuild.run(),
            Command::Registry(registry) => registry.run(),
            Command::Relay(relay) => relay.run(),
            Command::Message(message) => message.run(),
            Command::Migrate(migrate) => migrate.run(),
            Command::Retention(retention) => retention.run(),
            Command::Returns(returns) => returns.run(),
            Command::Review(review) => review.run(),
            Command::Serve(serve) => serve.run(),
            Command::Tax(tax) => tax.run(),
            Command::Transit(transit) => transit.run(),
            Command::VerifyLog(verify_log) => verify_log.run(),
            Command::Webhook(webhook) => webhook.run(),
            Command::Worker(worker) => worker.run(),
        }
    }
}
