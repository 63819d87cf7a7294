//! Hashes that Django made: `pbkdf2_sha256$<rounds>$<salt>$<base64 of 32 bytes>`.
//!
//! Accounts that move in from Label Studio keep them until their next sign-in (SEC-060).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Sha256;

use crate::secret::equal_in_constant_time;

/// How such a hash begins.
pub(super) const PREFIX: &str = "pbkdf2_sha256$";

/// Django raises its default by some ten per cent a release (1,000,000 in 5.1): room for many years, and a bound on what a
/// damaged row can cost.
const MAX_ROUNDS: u32 = 10_000_000;

/// Whether the password is right; `None` when the text is not such a hash.
pub(super) fn verify(password: &str, stored: &str) -> Option<bool> {
    let mut parts = stored.strip_prefix(PREFIX)?.splitn(3, '$');
    let rounds: u32 = parts.next()?.parse().ok()?;
    let salt = parts.next()?;
    let expected = STANDARD.decode(parts.next()?).ok()?;
    if rounds == 0 || rounds > MAX_ROUNDS || expected.len() != 32 {
        return None;
    }
    let mut computed = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt.as_bytes(), rounds, &mut computed);
    Some(equal_in_constant_time(&computed, &expected))
}
