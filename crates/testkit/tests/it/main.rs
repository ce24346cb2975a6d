//! The product as an outsider sees it.

mod allowance;
mod arrival;
mod changes;
mod clearing;
mod closing;
mod engines;
mod faults;
mod guarantee;
mod lanes;
mod numbers;
mod repetition;
mod support;
mod waiting;
