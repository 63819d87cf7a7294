//! Passwords: how they are stored, verified and judged.
//!
//! One hash with the standard cost takes 64 MiB and tens of milliseconds: callers run it on a blocking thread, never on the
//! event loop, and bound how many run at once (SEC-059). The block is allocated for one hash and freed with it; the
//! allocator returns it to the operating system when that thread ends, so a thread that idles for ever would keep it.

mod common;
mod django;
mod rules;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use thiserror::Error;

pub use rules::{MAX_CHARACTERS, MIN_CHARACTERS, Rules, Weakness};

use crate::secret::{equal_in_constant_time, random_bytes};

/// Above these a stored hash is refused rather than computed: a row with absurd parameters must not stop the server.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_PASSES: u32 = 32;

/// What one hash costs (RFC 9106; SEC-058).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// 64 MiB, 3 passes, 1 lane: the second recommended option of RFC 9106, section 4, with one lane.
    pub const STANDARD: Cost = Cost {
        memory_kib: 65_536,
        passes: 3,
    };
    /// The least that is accepted: 19 MiB and 2 passes.
    pub const LEAST: Cost = Cost {
        memory_kib: 19_456,
        passes: 2,
    };

    /// A cost from the configuration.
    ///
    /// # Errors
    /// When it is below [`Cost::LEAST`] or beyond what any server should pay.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Cost, CostError> {
        if memory_kib < Cost::LEAST.memory_kib || passes < Cost::LEAST.passes {
            return Err(CostError::TooLow { memory_kib, passes });
        }
        if memory_kib > MAX_MEMORY_KIB || passes > MAX_PASSES {
            return Err(CostError::TooHigh { memory_kib, passes });
        }
        Ok(Cost { memory_kib, passes })
    }
}

impl Default for Cost {
    fn default() -> Self {
        Cost::STANDARD
    }
}

/// Why a cost is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CostError {
    /// A guesser would be too fast.
    #[error(
        "password hashing with {memory_kib} KiB and {passes} passes is too weak: use at least 19456 KiB and 2 passes"
    )]
    TooLow { memory_kib: u32, passes: u32 },
    /// The server would be too slow.
    #[error(
        "password hashing with {memory_kib} KiB and {passes} passes is too costly: use at most 1048576 KiB and 32 passes"
    )]
    TooHigh { memory_kib: u32, passes: u32 },
}

/// Why a password could not be hashed or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// The stored text is no hash of a kind that this program knows.
    #[error("the stored password hash has an unknown form")]
    UnknownHash,
    /// The memory for the computation could not be had.
    #[error("no memory to compute a password hash")]
    OutOfMemory,
}

/// The outcome of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Another password.
    Wrong,
    /// The right one, stored as it should be.
    Right,
    /// The right one, but stored with another algorithm or cost: hash it again and store that (SEC-058, SEC-060).
    RightButOutdated,
}

/// Hashes a password with Argon2id, version 19, a random 16-byte salt and a 32-byte tag.
///
/// The answer is a PHC string such as `$argon2id$v=19$m=65536,t=3,p=1$…$…`.
///
/// # Errors
/// [`PasswordError::OutOfMemory`] when the block cannot be allocated.
pub fn hash(password: &str, cost: Cost) -> Result<String, PasswordError> {
    hash_with_salt(password, cost, &random_bytes::<16>())
}

/// Verifies a password against a stored Argon2 or Django PBKDF2 hash.
///
/// # Errors
/// [`PasswordError::UnknownHash`] when the stored text is neither (Django's unusable marker `!…` is [`Verdict::Wrong`]).
pub fn verify(password: &str, stored: &str, cost: Cost) -> Result<Verdict, PasswordError> {
    if too_long(password) {
        return Ok(Verdict::Wrong);
    }
    if stored.starts_with('!') {
        // Takes as long as a wrong password does: an account without a password must not stand out (SEC-061).
        verify_nobody(password, cost)?;
        return Ok(Verdict::Wrong);
    }
    if stored.starts_with(django::PREFIX) {
        let right = django::verify(password, stored).ok_or(PasswordError::UnknownHash)?;
        return Ok(if right {
            Verdict::RightButOutdated
        } else {
            Verdict::Wrong
        });
    }
    verify_argon2(password, stored, cost)
}

/// Does the work of a verification for an account that does not exist, so that the answer takes as long (SEC-061).
///
/// # Errors
/// As [`hash`].
pub fn verify_nobody(password: &str, cost: Cost) -> Result<(), PasswordError> {
    if too_long(password) {
        return Ok(());
    }
    hash_with_salt(password, cost, &[0; 16]).map(|_| ())
}

/// A password longer than any that can have been set is wrong without work.
fn too_long(password: &str) -> bool {
    // A character has at most four bytes; the cheap test comes first.
    password.len() > MAX_CHARACTERS * 4
}

fn hash_with_salt(password: &str, cost: Cost, salt: &[u8; 16]) -> Result<String, PasswordError> {
    // One lane: lanes would only help with threads of our own, and the cost of a guess is the same.
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).map_err(|_| PasswordError::UnknownHash)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = hasher
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|_| PasswordError::OutOfMemory)?;
    Ok(hash.to_string())
}

fn verify_argon2(password: &str, stored: &str, cost: Cost) -> Result<Verdict, PasswordError> {
    let parsed = PasswordHash::new(stored).map_err(|_| PasswordError::UnknownHash)?;
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(|_| PasswordError::UnknownHash)?;
    let version = match parsed.version {
        Some(version) => Version::try_from(version).map_err(|_| PasswordError::UnknownHash)?,
        None => Version::V0x10,
    };
    let params = Params::try_from(&parsed).map_err(|_| PasswordError::UnknownHash)?;
    let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else {
        return Err(PasswordError::UnknownHash);
    };
    if params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_PASSES || params.p_cost() > 16 {
        return Err(PasswordError::UnknownHash);
    }
    let current = algorithm == Algorithm::Argon2id
        && version == Version::V0x13
        && params.m_cost() == cost.memory_kib
        && params.t_cost() == cost.passes
        && params.p_cost() == 1
        && salt.len() == 16
        && expected.len() == 32;
    let mut computed = vec![0; expected.len()];
    Argon2::new(algorithm, version, params)
        .hash_password_into(password.as_bytes(), &salt, &mut computed)
        .map_err(|_| PasswordError::OutOfMemory)?;
    Ok(
        match (equal_in_constant_time(&computed, expected.as_bytes()), current) {
            (false, _) => Verdict::Wrong,
            (true, true) => Verdict::Right,
            (true, false) => Verdict::RightButOutdated,
        },
    )
}

#[cfg(test)]
mod tests;
