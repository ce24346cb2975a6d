//! `tongguan bench parse` and `bench verify`: one message again and again, on one thread.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use tongguan_application::ports::Clock;
use tongguan_messages::read::{self, Profile};
use tongguan_messages::signature::{Policy, SignatureBlock};
use tongguan_messages::xml::{Limits, Source};
use tongguan_testkit::cast::Cast;
use tongguan_testkit::parcels::{Messages, parcel};

use super::input::SEED;
use super::{Sign, per};
use crate::clock::SystemClock;

/// Read a signed declaration message (621) again and again: checked text, tree, documents.
#[derive(Debug, Args)]
pub struct Parse {
    #[command(flatten)]
    message: Message,
}

/// Verify the signature of a declaration message (621) again and again.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    message: Message,
}

#[derive(Debug, Args)]
struct Message {
    /// How many times.
    #[arg(long, default_value_t = 2_000)]
    rounds: u32,
    /// How the message is signed.
    #[arg(long, value_enum, default_value = "sm2")]
    sign: Sign,
    /// How many documents it holds, 1 to 100.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100))]
    documents_per_message: u64,
    /// Write the message there, too, so that other programs can read it.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Measured {
    rounds: u32,
    message_bytes: usize,
    /// Microseconds for one message: checking the text and making the tree.
    tree_us: f64,
    /// Microseconds for one message: what the command measures, beyond the tree.
    work_us: f64,
    messages_per_second: f64,
}

impl Parse {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        self.message.measure(|tree, _| {
            let reading = read::read(tree, Profile::Tolerant)
                .map_err(|defect| anyhow::anyhow!(defect.message_en()))?;
            anyhow::ensure!(reading.is_valid(), "the message is not valid");
            Ok(())
        })
    }
}

impl Verify {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            self.message.sign != Sign::None,
            "an unsigned message cannot be verified: choose --sign sm2 or rsa"
        );
        let policy = Policy::china();
        self.message.measure(|tree, cast| {
            let block = SignatureBlock::find(tree)?;
            block.verify(&cast.carrier.certificate, &policy, None)?;
            Ok(())
        })
    }
}

impl Message {
    fn measure(
        &self,
        work: impl Fn(&roxmltree::Document<'_>, &Cast) -> anyhow::Result<()>,
    ) -> anyhow::Result<ExitCode> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let cast = Cast::new(SEED, self.sign.into())?;
        let at = clock.now();
        let parcels = (1..=self.documents_per_message)
            .map(|n| parcel(n, at))
            .collect::<Result<Vec<_>, _>>()?;
        let text = Messages::of(&cast, &parcels, 1)?.declarations;
        if let Some(file) = &self.file {
            let failed = || format!("cannot write {}", file.display());
            std::fs::write(file, &text).with_context(failed)?;
        }
        let (mut tree_us, mut work_us) = (0, 0);
        for _ in 0..self.rounds {
            let start = clock.now().micros();
            let source = Source::read(text.as_bytes(), &Limits::default())?;
            let tree = source.tree()?;
            let middle = clock.now().micros();
            work(&tree, &cast).context("the made-up message does not pass")?;
            tree_us += middle - start;
            work_us += clock.now().micros() - middle;
        }
        let rounds = i64::from(self.rounds);
        let measured = Measured {
            rounds: self.rounds,
            message_bytes: text.len(),
            tree_us: per(tree_us, rounds),
            work_us: per(work_us, rounds),
            messages_per_second: per(rounds * 1_000_000, tree_us + work_us),
        };
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&measured)?)?;
        } else {
            let Measured { message_bytes, tree_us, work_us, messages_per_second, .. } = measured;
            writeln!(
                out,
                "a message of {message_bytes} bytes: tree {tree_us} µs, work {work_us} µs, \
                 {messages_per_second} messages a second on one thread"
            )?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
