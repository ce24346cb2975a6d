//! How much memory a message asks for: every allocation of this thread is counted.
//!
//! The sum of all allocations grows with the square of a message long before a person waits for it,
//! and it is the same on every machine, which time is not.

#![expect(unsafe_code, reason = "an allocator that counts is an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Runs `work` on a message of `length` bytes.
///
/// # Panics
/// When `work` allocates more in all than a message of that length may ask for.
pub fn bounded<T>(length: usize, work: impl FnOnce() -> T) -> T {
    let before = ALLOCATED.get();
    let result = work();
    let asked = ALLOCATED.get() - before;
    let most = BASE + PER_BYTE * length;
    assert!(
        asked <= most,
        "{length} bytes made the code allocate {asked}, at most {most} are allowed"
    );
    result
}

/// What a short message full of faults may ask for: a thousand findings and more.
const BASE: usize = 8 << 20;
/// What each byte may ask for: the tree and its attributes cost about a hundred.
const PER_BYTE: usize = 512;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(place, layout, size) }
    }
}

fn count(bytes: usize) {
    // Not in force while a thread ends; nothing is measured then.
    let _ = ALLOCATED.try_with(|allocated| allocated.set(allocated.get().wrapping_add(bytes)));
}
