//! The fuzz target `canonical`.

#![cfg_attr(fuzzing, no_main)]

tongguan_fuzz::target!(tongguan_fuzz::canonical::check);
