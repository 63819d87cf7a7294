//! Password hashing and memory, under the system's allocator, as in the server. The only test of its process, so that no other
//! moves the figures.

#![cfg(target_os = "linux")]

use labelkeep_crypt::password::{Cost, hash, verify_nobody};

/// A figure of `/proc/self/status`, in KiB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn sec_061_the_hash_for_nobody_is_computed_and_its_memory_is_given_back() {
    let before = status("VmRSS:");
    verify_nobody("correct horse", Cost::STANDARD).unwrap();
    hash("correct horse", Cost::STANDARD).unwrap();
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
