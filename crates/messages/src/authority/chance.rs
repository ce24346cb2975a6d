//! Chance that repeats itself: the same keys for the same seed.

use std::convert::Infallible;

use sha2::{Digest, Sha256};
use sm2::elliptic_curve::rand_core::{TryCryptoRng, TryRng};

/// A generator of keys for tests and the demo: SHA-256 of a seed and a counter. Whoever knows the
/// seed knows the keys.
#[derive(Debug, Clone)]
pub struct SeededChance {
    seed: u64,
    block: u64,
    unused: Vec<u8>,
}

impl SeededChance {
    /// The generator of `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { seed, block: 0, unused: Vec::new() }
    }

    fn byte(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.unused.pop() {
                return byte;
            }
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(self.block.to_be_bytes())
                .finalize();
            self.block += 1;
            self.unused = block.to_vec();
        }
    }
}

impl TryRng for SeededChance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(std::array::from_fn(|_| self.byte())))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(std::array::from_fn(|_| self.byte())))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| self.byte());
        Ok(())
    }
}

impl TryCryptoRng for SeededChance {}
