//! The fuzz target `reader`.

#![cfg_attr(fuzzing, no_main)]

tongguan_fuzz::target!(tongguan_fuzz::reader::check);
