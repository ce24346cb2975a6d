//! The product as an outsider sees it, on the embedded database.

mod allowance;
mod arrival;
mod changes;
mod clearing;
mod closing;
mod faults;
mod guarantee;
mod lanes;
mod numbers;
mod repetition;
mod support;
mod waiting;
