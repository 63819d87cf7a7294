//! Sign-in by other services, against real ones on loopback.

mod directory;
mod ldap;
mod oidc;
mod provider;
mod rights;

/// Says that a test could not run, past the capture of the test harness: a skip must be seen.
fn skipped(why: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED: single sign-on ({why})");
}
