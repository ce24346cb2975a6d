//! `tongguan bench seal`: the same bytes sealed and opened again and again, on one thread, by each cipher.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use tongguan_application::ports::Clock as _;
use tongguan_storage::seal::{Cipher, Keyring, Ring, RingKey};

use super::per;
use crate::clock::SystemClock;

/// Seal and open the same bytes again and again, by each cipher: key, nonce, encryption and tag, without compression.
#[derive(Debug, Args)]
pub struct Seal {
    /// How many times.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How many bytes.
    #[arg(long, default_value_t = 16_384, value_parser = clap::value_parser!(u32).range(1..=64 << 20))]
    bytes: u32,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Measured {
    cipher: &'static str,
    rounds: u32,
    bytes: u32,
    /// Microseconds for one sealing.
    seal_us: f64,
    /// Microseconds for one opening.
    open_us: f64,
    /// Millions of bytes that are sealed in a second.
    sealed_megabytes_per_second: f64,
    opened_megabytes_per_second: f64,
}

impl Seal {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let measured: Vec<_> =
            Cipher::ALL.into_iter().map(|cipher| self.measure(cipher)).collect::<Result<_, _>>()?;
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&measured)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        for one in measured {
            writeln!(
                out,
                "{}: {} bytes sealed in {} µs ({} MB/s), opened in {} µs ({} MB/s) on one thread",
                one.cipher,
                one.bytes,
                one.seal_us,
                one.sealed_megabytes_per_second,
                one.open_us,
                one.opened_megabytes_per_second,
            )?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn measure(&self, cipher: Cipher) -> anyhow::Result<Measured> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("key");
        let ring = Ring::create(&path, cipher)?;
        let Some(id) = ring.keys().next().map(RingKey::id) else {
            anyhow::bail!("the ring that was made has no key");
        };
        let keyring = Keyring::open(&path, id, 0)?;
        let plain = vec![7; usize::try_from(self.bytes)?];
        let mut sealed = keyring.seal_secret("bench", &plain)?;
        let start = SystemClock.now();
        for _ in 0..self.rounds {
            sealed = keyring.seal_secret("bench", &plain)?;
        }
        let middle = SystemClock.now();
        for _ in 0..self.rounds {
            keyring.open_secret("bench", &sealed)?;
        }
        let end = SystemClock.now();
        let rounds = i64::from(self.rounds);
        let (seal_us, open_us) = (middle.micros() - start.micros(), end.micros() - middle.micros());
        let all_bytes = rounds * i64::from(self.bytes);
        Ok(Measured {
            cipher: cipher.name(),
            rounds: self.rounds,
            bytes: self.bytes,
            seal_us: per(seal_us, rounds),
            open_us: per(open_us, rounds),
            sealed_megabytes_per_second: per(all_bytes, seal_us),
            opened_megabytes_per_second: per(all_bytes, open_us),
        })
    }
}
