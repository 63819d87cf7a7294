//! Password hashing and memory, under the allocator that the server uses. The only test of its process, so that no other
//! moves the figures.

#![cfg(target_os = "linux")]

use std::time::Duration;

use labelkeep_crypt::password::{Cost, hash, verify_nobody};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A figure of `/proc/self/status`, in KiB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn sec_061_the_hash_for_nobody_is_computed_and_its_memory_is_given_back() {
    let before = status("VmRSS:");
    // Where the server hashes: on a thread that ends some seconds after its last work. The allocator keeps freed pages for
    // a second, and the end of the thread returns what has been free for longer to the operating system.
    let hashing = std::thread::spawn(|| {
        verify_nobody("correct horse", Cost::STANDARD).unwrap();
        hash("correct horse", Cost::STANDARD).unwrap();
        std::thread::sleep(Duration::from_millis(1_100));
    });
    hashing.join().unwrap();
    let (peak, after) = (status("VmHWM:"), status("VmRSS:"));
    assert!(
        peak >= before + 60 * 1024,
        "no hash was computed: peak {peak} KiB, before {before} KiB"
    );
    assert!(
        peak <= before + 100 * 1024,
        "one hash at a time takes one block: peak {peak} KiB, before {before} KiB"
    );
    assert!(
        after < before + 8 * 1024,
        "the memory stays: {after} KiB after, {before} KiB before"
    );
}
