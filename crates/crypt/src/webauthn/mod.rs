//! Passkeys: the relying party's part of Web Authentication (W3C WebAuthn Level 3, §7.1 and §7.2), bytes in, verdict out.
//!
//! Only what a sign-in needs is here: no attestation statement is read, for none is trusted (we ask for `none`), and no
//! extension is used. Three algorithms are taken: ES256, EdDSA with Ed25519, RS256. All bytes come from outside; every
//! length is bounded, and what is left over after the last part is refused.
//!
//! | file | what |
//! | --- | --- |
//! | `cbor` | a reader of the part of CBOR that authenticators write |
//! | `client_data` | what the browser signs about the page: type, challenge, origin |
//! | `authenticator_data` | what the authenticator signs: whose page, who was there, counter, new credential |
//! | `public_key` | COSE keys, and signatures made with them |
//! | `ceremony` | the two ceremonies that use all of it |

mod authenticator_data;
mod cbor;
mod ceremony;
mod client_data;
mod public_key;

#[cfg(test)]
mod tests;

pub use ceremony::{
    Assertion, NewCredential, Registration, StoredCredential, Used, verify_assertion, verify_registration,
};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// COSE numbers of the algorithms that are taken, the preferred one first.
pub const ALGORITHMS: [i64; 3] = [public_key::ES256, public_key::EDDSA, public_key::RS256];
/// Most bytes of a credential's id (§5.8.3).
pub const MAX_CREDENTIAL_ID: usize = 1_023;
/// Most bytes of a user handle (§5.4.3).
pub const MAX_USER_HANDLE: usize = 64;

/// Whom passkeys are for: this server under its public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    origin: String,
    id_hash: [u8; 32],
}

impl RelyingParty {
    /// `id` is the host's name without port; `origin` is what the browser calls the page: scheme, host and port.
    pub fn new(id: &str, origin: &str) -> Self {
        RelyingParty {
            id: id.to_owned(),
            origin: origin.to_owned(),
            id_hash: Sha256::digest(id.as_bytes()).into(),
        }
    }

    /// The host's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The only origin whose pages may use the passkeys.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// Why an answer of a browser or an authenticator is not taken. For logs and the audit trail: whoever sent the answer is
/// told that it was refused, not why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not the JSON that browsers make, or too much of it.
    #[error("client data of an unknown form")]
    ClientData,
    /// Made for the other ceremony.
    #[error("client data of another ceremony")]
    Type,
    /// Not the answer to our question.
    #[error("another challenge")]
    Challenge,
    /// Made for another site.
    #[error("another origin")]
    Origin,
    /// Made in a frame of another site.
    #[error("made in a frame of another site")]
    CrossOrigin,
    /// Not of the form of §6.5.4.
    #[error("attestation object of an unknown form")]
    AttestationObject,
    /// Not of the form of §6.1.
    #[error("authenticator data of an unknown form")]
    AuthenticatorData,
    /// The authenticator made it for another relying party.
    #[error("another relying party")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody was present")]
    Presence,
    /// The authenticator did not check who it was.
    #[error("the user was not verified")]
    Verification,
    /// Backed up without being eligible, or no longer what it was at registration.
    #[error("contradictory backup flags")]
    Backup,
    /// No credential id, or one that is too long.
    #[error("credential id of an unknown form")]
    CredentialId,
    /// Not one of [`ALGORITHMS`], or a key that is none.
    #[error("public key of an unknown form")]
    PublicKey,
    /// The credential belongs to another account.
    #[error("another user handle")]
    UserHandle,
    /// Not signed by the credential.
    #[error("wrong signature")]
    Signature,
    /// The counter did not grow: the authenticator may have been cloned.
    #[error("the signature counter did not grow")]
    Counter,
}

impl Refusal {
    /// A word for the audit trail.
    pub fn word(self) -> &'static str {
        match self {
            Refusal::ClientData => "client_data",
            Refusal::Type => "type",
            Refusal::Challenge => "challenge",
            Refusal::Origin => "origin",
            Refusal::CrossOrigin => "cross_origin",
            Refusal::AttestationObject => "attestation_object",
            Refusal::AuthenticatorData => "authenticator_data",
            Refusal::RelyingParty => "relying_party",
            Refusal::Presence => "presence",
            Refusal::Verification => "verification",
            Refusal::Backup => "backup",
            Refusal::CredentialId => "credential_id",
            Refusal::PublicKey => "public_key",
            Refusal::UserHandle => "user_handle",
            Refusal::Signature => "signature",
            Refusal::Counter => "counter",
        }
    }
}
