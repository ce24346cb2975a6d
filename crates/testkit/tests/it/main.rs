//! The product as an outsider sees it, on the embedded database.

mod arrival;
mod clearing;
mod due;
mod faults;
mod repetition;
mod support;
