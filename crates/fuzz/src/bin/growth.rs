//! The fuzz target `growth`.

#![cfg_attr(fuzzing, no_main)]

tongguan_fuzz::target!(tongguan_fuzz::growth::check);
