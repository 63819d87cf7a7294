//! `labelkeep-fuzz [--seconds N] [target …]`

#![allow(clippy::print_stdout, clippy::print_stderr)] // It talks to a person at a terminal.

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use labelkeep_fuzz::{corpus, search, targets};

fn main() -> ExitCode {
    let mut seconds = 60;
    let mut wanted = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--seconds" {
            let Some(number) = arguments.next().and_then(|text| text.parse().ok()) else {
                eprintln!("--seconds needs a number");
                return ExitCode::FAILURE;
            };
            seconds = number;
        } else if targets().any(|target| target.name == argument) {
            wanted.push(argument);
        } else {
            let names: Vec<_> = targets().map(|target| target.name).collect();
            eprintln!("there is no target {argument}; there are {}", names.join(", "));
            return ExitCode::FAILURE;
        }
    }
    // Panics are what is looked for; one line each is enough.
    std::panic::set_hook(Box::new(|_| {}));
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(1, |since| since.as_nanos() as u64);
    let mut outcome = ExitCode::SUCCESS;
    for target in targets() {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == target.name) {
            continue;
        }
        let note = std::env::temp_dir().join(format!("labelkeep-fuzz-{}", target.name));
        println!(
            "{}: {seconds} s, seed {seed}; an input that ends the process is left in {}",
            target.name,
            note.display()
        );
        let end = Instant::now() + Duration::from_secs(seconds);
        let found = search(target, seed, Some(&note), |_| Instant::now() >= end);
        println!(
            "{}: {} inputs, {} kinds of answers",
            target.name, found.tried, found.kinds
        );
        let _ = std::fs::remove_file(&note);
        if let Some((bytes, reason)) = found.failure {
            let file = corpus(target).join(format!("{:016x}", name(&bytes)));
            let kept = std::fs::create_dir_all(corpus(target)).and_then(|()| std::fs::write(&file, &bytes));
            eprintln!("{}: FAILED: {reason}", target.name);
            match kept {
                Ok(()) => eprintln!("the input is kept in {}", file.display()),
                Err(error) => eprintln!("the input could not be kept ({error}): {bytes:?}"),
            }
            outcome = ExitCode::FAILURE;
        }
    }
    outcome
}

/// FNV-1a: a name for an input.
fn name(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
