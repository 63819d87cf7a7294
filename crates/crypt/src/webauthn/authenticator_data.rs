//! What the authenticator signs (W3C WebAuthn §6.1): SHA-256 of the relying party's id (32 bytes), flags (1), counter (4),
//! and where the flags say so a new credential and extensions.

use super::cbor::Reader;
use super::public_key::PublicKey;
use super::{MAX_CREDENTIAL_ID, Refusal, RelyingParty};
use crate::secret::equal_in_constant_time;

/// The largest that can be: a key of 4,096 bits and the longest id, with room for extensions.
const MAX: usize = 8 * 1_024;

const PRESENT: u8 = 1 << 0;
const VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const NEW_CREDENTIAL: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// Its parts.
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8],
    flags: u8,
    pub(super) sign_count: u32,
    pub(super) credential: Option<AttestedCredential<'a>>,
}

/// A credential that was just made.
#[derive(Debug)]
pub(super) struct AttestedCredential<'a> {
    pub(super) id: &'a [u8],
    /// The COSE key, as it came.
    pub(super) cose_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        const WRONG: Refusal = Refusal::AuthenticatorData;
        if bytes.len() > MAX {
            return Err(WRONG);
        }
        let (rp_id_hash, rest) = bytes.split_at_checked(32).ok_or(WRONG)?;
        let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or(WRONG)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(WRONG)?;
        let credential = if flags & NEW_CREDENTIAL != 0 {
            let (_aaguid, after) = rest.split_at_checked(16).ok_or(WRONG)?;
            let (length, after) = after.split_first_chunk::<2>().ok_or(WRONG)?;
            let length = usize::from(u16::from_be_bytes(*length));
            if !(1..=MAX_CREDENTIAL_ID).contains(&length) {
                return Err(Refusal::CredentialId);
            }
            let (id, after) = after.split_at_checked(length).ok_or(WRONG)?;
            let (_, remaining) = PublicKey::parse(after)?;
            rest = remaining;
            let cose_key = &after[..after.len() - remaining.len()];
            Some(AttestedCredential { id, cose_key })
        } else {
            None
        };
        if flags & EXTENSIONS != 0 {
            let mut reader = Reader::new(rest);
            let pairs = reader.map().ok_or(WRONG)?;
            for _ in 0..2 * pairs {
                reader.skip().ok_or(WRONG)?;
            }
            rest = reader.rest();
        }
        if !rest.is_empty() {
            return Err(WRONG);
        }
        Ok(AuthenticatorData {
            rp_id_hash,
            flags,
            sign_count: u32::from_be_bytes(*count),
            credential,
        })
    }

    /// Checks what both ceremonies ask: made for us, somebody was there, and the authenticator knows who.
    pub(super) fn check(&self, rp: &RelyingParty) -> Result<(), Refusal> {
        if !equal_in_constant_time(self.rp_id_hash, &rp.id_hash) {
            return Err(Refusal::RelyingParty);
        }
        if self.flags & PRESENT == 0 {
            return Err(Refusal::Presence);
        }
        if self.flags & VERIFIED == 0 {
            return Err(Refusal::Verification);
        }
        if self.backed_up() && !self.backup_eligible() {
            return Err(Refusal::Backup);
        }
        Ok(())
    }

    /// The credential may be copied to other devices.
    pub(super) fn backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    /// It is.
    pub(super) fn backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}
