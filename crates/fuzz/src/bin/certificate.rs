//! The fuzz target `certificate`.

#![cfg_attr(fuzzing, no_main)]

tongguan_fuzz::target!(tongguan_fuzz::certificate::check);
