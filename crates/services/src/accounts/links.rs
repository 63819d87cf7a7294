//! Links that work once: how they are made. What they do is in [`super::resets`], [`super::email`] and [`super::setup`].

use labelkeep_crypt::{Secret, secret::hash_secret};
use labelkeep_store::accounts::links::LinkRow;

use crate::Services;

const MINUTE: i64 = 60_000_000;
/// How long a reset or a confirmation works (SEC-065).
pub(super) const LIFE: i64 = 30 * MINUTE;

/// A link that was just made. Its token is stored nowhere.
#[derive(Debug)]
pub struct OneTimeLink {
    /// 256 bits.
    pub token: Secret,
    /// Its end, in microseconds.
    pub expires_at: i64,
}

/// What a link does; the database uses the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sets a new password.
    Reset,
    /// Confirms an address.
    Email,
    /// Makes the first account.
    Setup,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Reset => "reset",
            Kind::Email => "email",
            Kind::Setup => "setup",
        }
    }
}

/// Makes a link and the row that knows it.
pub(super) fn make(
    services: &Services,
    kind: Kind,
    account_id: Option<i64>,
    email: &str,
    mailed: bool,
    life: i64,
) -> (LinkRow, OneTimeLink) {
    let (token, now) = (Secret::link_token(), services.now());
    let row = LinkRow {
        token_hash: token.hash().to_vec(),
        account_id,
        kind: kind.word().to_owned(),
        email: email.to_owned(),
        mailed,
        created_at: now,
        expires_at: now + life,
    };
    let expires_at = row.expires_at;
    (row, OneTimeLink { token, expires_at })
}

/// The hash by which a link is found. What is too long for a token is none.
pub(super) fn hash(token: &str) -> [u8; 32] {
    hash_secret(&token[..token.floor_char_boundary(256)])
}

/// Where the page of a reset is.
pub fn reset_path(token: &Secret) -> String {
    format!("/user/reset/?token={}", token.expose())
}

/// Where people sign up with a token.
pub fn signup_path(token: &Secret) -> String {
    format!("/user/signup/?token={}", token.expose())
}

/// Where an address is confirmed.
pub(super) fn verify_path(token: &Secret) -> String {
    format!("/user/verify-email/?token={}", token.expose())
}
