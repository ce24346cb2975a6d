//! The product as an outsider sees it, on the embedded database.

mod arrival;
mod clearing;
mod faults;
mod repetition;
mod support;
