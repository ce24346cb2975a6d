//! The fuzz target `verifier`.

#![cfg_attr(fuzzing, no_main)]

tongguan_fuzz::target!(tongguan_fuzz::verifier::check);
