//! The simulation itself: that all is well, that it repeats itself, and that it can fail.

#[cfg(feature = "planted")]
mod planted;
mod seeds;
