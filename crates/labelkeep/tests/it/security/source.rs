//! What must be true of the source itself: which room reaches out, what is never in it, how it is built.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the checkout")
        .to_owned()
}

/// Files below a folder, without what is built or installed there.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if ["target", "node_modules", "dist", ".git", ".venv", ".cache"].contains(&name.as_ref()) {
            continue;
        }
        match fs::symlink_metadata(&path).expect("an entry").file_type() {
            kind if kind.is_dir() => files(&path, found),
            kind if kind.is_file() => found.push(path),
            _ => {}
        }
    }
}

fn below(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder}");
    found
}

fn crates() -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(root().join("crates"))
        .expect("crates")
        .map(|entry| entry.expect("a crate").path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    all.sort();
    assert!(all.len() > 8);
    all
}

/// A connection or a program that is not begun in `net` is not guarded by it.
#[test]
fn sec_126_only_one_room_of_the_code_reaches_out() {
    const WAYS: [&str; 11] = [
        "TcpStream::connect",
        "TcpSocket",
        "UdpSocket",
        "UnixStream::connect",
        "lookup_host",
        "to_socket_addrs",
        "reqwest::",
        "hyper::client",
        "hyper_util::client",
        "lettre::",
        "ldap3::",
    ];
    // The database's driver has its own connection, to the one server of the configuration.
    for krate in crates() {
        let name = krate.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if ["net", "store", "testkit"].contains(&name.as_str()) {
            continue;
        }
        for path in below(&format!("crates/{name}/src")) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            // Unit tests may knock at doors of their own.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for way in WAYS {
                assert!(
                    !code.contains(way),
                    "{} uses {way}; only crates/net may",
                    path.display()
                );
            }
            assert!(
                !code.contains("std::process::Command") && !code.contains("tokio::process"),
                "{} starts programs",
                path.display()
            );
        }
    }
}

#[test]
fn sec_244_no_crate_of_ours_may_be_unsafe() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace");
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    for krate in crates() {
        let manifest = fs::read_to_string(krate.join("Cargo.toml")).expect("a manifest");
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{} does not take the lints of the workspace",
            krate.display()
        );
    }
}

#[test]
fn sec_239_builds_take_what_the_lock_files_say() {
    // Where the locked packages come from is checked by scripts/check-licences.
    let makefile = fs::read_to_string(root().join("Makefile")).expect("Makefile");
    for line in makefile
        .lines()
        .filter(|line| line.contains("$(CARGO) build") || line.contains("$(CARGO) clippy"))
    {
        assert!(line.contains("--locked"), "{line}");
    }
    assert!(makefile.contains("npm ci --ignore-scripts"));
    for lock in ["Cargo.lock", "web/package-lock.json"] {
        assert!(root().join(lock).is_file(), "{lock}");
    }
}

#[test]
fn sec_242_the_bill_of_materials_names_what_is_in_the_program() {
    let output = std::process::Command::new(root().join("scripts/sbom"))
        .output()
        .expect("scripts/sbom");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bill: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (bill["bomFormat"].as_str(), bill["specVersion"].as_str()),
        (Some("CycloneDX"), Some("1.6"))
    );
    let components = bill["components"].as_array().expect("components");
    for name in ["axum", "rustls", "rusqlite", "react", "ammonia"] {
        let found = components
            .iter()
            .find(|part| part["name"] == name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        assert!(
            found["version"].is_string() && found["licenses"][0]["expression"].is_string(),
            "{found}"
        );
        assert!(
            found["hashes"][0]["content"]
                .as_str()
                .is_some_and(|hash| hash.len() >= 64),
            "{found}"
        );
    }
    assert!(
        !components.iter().any(|part| part["name"] == "proptest"),
        "what only tests use is not shipped"
    );
}

/// No pattern of a person is matched by an engine that goes back: there is none in the program (scripts/check-licences bans them),
/// and the browser makes patterns of its own characters and numbers only.
#[test]
fn sec_228_patterns_are_never_made_of_what_people_write() {
    // file: what it makes a pattern of
    const REVIEWED: [&str; 4] = [
        // a name of the configuration's grammar: word characters
        "ConfigEditor.tsx",
        // the width of a field, one or two digits
        "strftime.ts",
        // ranges of Unicode from a table
        "fonts.ts",
        // the length of a fence or of an indentation
        "blocks.ts",
    ];
    for folder in ["web/app/src", "web/packages"] {
        for path in below(folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let source = path
                .extension()
                .is_some_and(|extension| extension == "ts" || extension == "tsx");
            if !source || path.components().any(|part| part.as_os_str() == "test") || REVIEWED.contains(&name.as_str())
            {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                !text.contains("RegExp("),
                "{} makes a pattern; look where its text comes from",
                path.display()
            );
        }
    }
}

/// What was read from a person becomes text: nothing but the two reviewed places makes markup, and nothing evaluates.
#[test]
fn sec_173_no_page_makes_markup_or_code_of_text() {
    const FORBIDDEN: [&str; 8] = [
        "dangerouslySetInnerHTML",
        ".innerHTML =",
        ".outerHTML =",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function(",
        "setTimeout('",
    ];
    for folder in ["web/app/src", "web/packages"] {
        for path in below(folder) {
            let source = path
                .extension()
                .is_some_and(|extension| extension == "ts" || extension == "tsx");
            if !source || path.components().any(|part| part.as_os_str() == "test") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in FORBIDDEN {
                    let name = word.trim_end_matches('(');
                    let found = code.match_indices(word).any(|(at, _)| {
                        word != "eval("
                            || !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '.')
                    });
                    assert!(!found, "{}:{}: {name}", path.display(), number + 1);
                }
            }
        }
    }
}

/// Windows exchange no messages: there is nothing that another page could send to ours. What is posted goes to workers, which are
/// files of ours.
#[test]
fn sec_184_windows_exchange_no_messages() {
    const WAYS: [&str; 5] = [
        "postMessage(",
        "addEventListener('message'",
        "onmessage",
        "BroadcastChannel(",
        "MessageChannel(",
    ];
    for folder in ["web/app/src", "web/packages"] {
        for path in below(folder) {
            let source = path
                .extension()
                .is_some_and(|extension| extension == "ts" || extension == "tsx");
            if !source || path.components().any(|part| part.as_os_str() == "test") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let of_worker = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().contains("worker"));
            let posts = text.lines().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                WAYS.iter().any(|way| code.contains(way))
            });
            assert!(!posts || of_worker, "{} speaks to another window", path.display());
            let to_window = ["window.", "parent.", "opener", "top.", "contentWindow"];
            if of_worker {
                assert!(
                    !to_window.iter().any(|word| text.contains(word)),
                    "{} is no worker alone",
                    path.display()
                );
            }
        }
    }
}

/// What `scripts/check-advisories` makes of exceptions.
#[test]
fn sec_240_an_exception_has_a_reason_and_an_end() {
    let rules = r#"[advisories]
ignore = ["RUSTSEC-1", { id = "RUSTSEC-2", reason = "later" }, { id = "RUSTSEC-3", reason = "not called; until 2026-01-01" },
    { id = "RUSTSEC-4", reason = "not called; until 2027-01-01" }]"#;
    let script = "import sys, datetime\nfrom importlib.machinery import SourceFileLoader as Loader\n\
        check = Loader('check', sys.argv[1]).load_module()\n\
        ids, wrong = check.exceptions(sys.argv[2], datetime.date(2026, 6, 1))\n\
        print(sorted(ids), len(wrong))\n";
    let output = std::process::Command::new("python3")
        .args(["-B", "-W", "ignore", "-c", script])
        .arg(root().join("scripts/check-advisories"))
        .arg(rules)
        .output()
        .expect("python3");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text, "['RUSTSEC-4'] 3\n", "{}", String::from_utf8_lossy(&output.stderr));
    // Bans and licences are those of one file, for both tools; and `make test` asks both.
    let test = fs::read_to_string(root().join("scripts/test")).expect("scripts/test");
    for script in ["scripts/check-licences", "scripts/check-advisories"] {
        assert!(test.contains(script), "{script}");
    }
    let ours = fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    for line in [
        "unknown-registry = \"deny\"",
        "unknown-git = \"deny\"",
        "crate = \"openssl\"",
        "yanked = \"deny\"",
    ] {
        assert!(ours.contains(line), "{line}");
    }
}

/// Whether a line holds what looks like a secret of a service. The marks are put together here, so that this file holds none.
fn secret(line: &str) -> Option<&'static str> {
    let begins = |mark: &str, length: usize, allowed: fn(u8) -> bool| {
        line.match_indices(mark).any(|(at, _)| {
            let before = line[..at].bytes().next_back();
            let rest = &line.as_bytes()[at + mark.len()..];
            before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
                && rest.len() >= length
                && rest[..length].iter().all(|byte| allowed(*byte))
        })
    };
    let word = |byte: u8| byte.is_ascii_alphanumeric();
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if line.contains(concat!("PRIVATE ", "KEY-----")) && line.contains("BEGIN") {
        return Some("a private key");
    }
    [
        (concat!("AK", "IA"), 16, upper as fn(u8) -> bool, "a key of AWS"),
        (concat!("AS", "IA"), 16, upper, "a key of AWS"),
        (concat!("gh", "p_"), 36, word, "a token of GitHub"),
        (concat!("github_", "pat_"), 22, word, "a token of GitHub"),
        (concat!("gl", "pat-"), 20, word, "a token of GitLab"),
        (
            concat!("xo", "xb-"),
            10,
            |byte| byte.is_ascii_digit(),
            "a token of Slack",
        ),
        (concat!("sk_", "live_"), 16, word, "a key of Stripe"),
        (concat!("AI", "za"), 35, word, "a key of Google"),
        (
            concat!("labelkeep", "-key-1:"),
            44,
            |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
            "a master key",
        ),
    ]
    .into_iter()
    .find_map(|(mark, length, allowed, what)| begins(mark, length, allowed).then_some(what))
}

#[test]
fn sec_246_sec_202_no_secret_is_in_the_source() {
    // It would see one.
    assert!(secret(&format!("key = AK{}{}", "IA", "ABCDEFGHIJKLMNOP")).is_some());
    assert!(secret(&format!("-----BEGIN RSA PRIVATE {}-----", "KEY")).is_some());
    for folder in [
        "crates",
        "web",
        "e2e",
        "scripts",
        "docs",
        "migrations",
        "schema",
        "templates",
        "samples",
        "bench",
    ] {
        for path in below(folder) {
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            for (number, line) in text.lines().enumerate() {
                if let Some(what) = secret(line) {
                    panic!("{}:{} looks like {what}", path.display(), number + 1);
                }
            }
        }
    }
}

/// Statements are texts of the source; what varies is bound. Where a statement is put together, its parts are of the source too,
/// and no text of a request is among the arguments of `format!`: a service never writes SQL.
#[test]
fn sec_206_sec_209_only_the_store_speaks_sql() {
    let words = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE ", "DROP ", "ALTER "];
    for name in ["api", "services", "formats", "labeling", "policy", "crypt", "net"] {
        for path in below(&format!("crates/{name}/src")) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                let begins = words.iter().any(|word| line.contains(&format!("\"{word}")));
                assert!(!begins, "{}: SQL outside of the store: {line}", path.display());
            }
        }
    }
}

#[test]
fn sec_247_the_policy_says_how_to_report_a_weakness() {
    let policy = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    for part in ["Reporting", "within five days", "Supported", "docs/security.md"] {
        assert!(policy.contains(part), "{part}");
    }
}
