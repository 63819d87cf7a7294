//! Passwords, tokens, sessions' secrets, and the sealing of stored secrets.
//!
//! This room is pure: bytes in, bytes out. It reads no file, asks no clock (times are parameters, in whole seconds since
//! 1970-01-01 UTC) and knows no database. Its one tie to the machine is the operating system's source of random bytes.
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`password`] | Argon2id hashes, hashes moved from Django, the rules that a new password must meet |
//! | [`secret`] | random session ids, links and legacy tokens; their SHA-256; comparison in constant time |
//! | [`canonical`], [`chain`] | JSON in one form; the hash chain of the audit log and its signed checkpoints |
//! | [`csrf`] | the token that a form or a script sends back, masked anew for each answer |
//! | [`jwt`] | refresh and access tokens signed with Ed25519 |
//! | [`totp`] | one-time codes of authenticator apps, recovery codes |
//! | [`webauthn`] | passkeys: what a relying party checks |
//! | [`personal`] | encryption of personal details in records, under a key of each person |
//! | [`sealing`] | encryption of secrets that the database must keep in a readable form |

pub mod canonical;
pub mod chain;
pub mod csrf;
pub mod jwt;
pub mod password;
pub mod personal;
pub mod sealing;
pub mod secret;
pub mod totp;
pub mod webauthn;

pub use chain::CheckpointKey;
pub use csrf::CsrfSecret;
pub use jwt::{SigningKey, SigningKeys};
pub use personal::PersonalKey;
pub use sealing::{KeyRing, Place};
pub use secret::Secret;
pub use totp::TotpSecret;
