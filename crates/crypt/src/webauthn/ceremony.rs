//! The two ceremonies: a new credential (W3C WebAuthn §7.1), and a proof with a known one (§7.2).

use sha2::{Digest as _, Sha256};

use super::authenticator_data::AuthenticatorData;
use super::cbor::Reader;
use super::client_data::{self, Ceremony};
use super::public_key::PublicKey;
use super::{MAX_USER_HANDLE, Refusal, RelyingParty};
use crate::secret::equal_in_constant_time;

/// An attestation object with a chain of certificates has about 6 KiB.
const MAX_ATTESTATION_OBJECT: usize = 32 * 1_024;

/// What a browser answers when a passkey was made.
#[derive(Debug, Clone, Copy)]
pub struct Registration<'a> {
    /// `response.clientDataJSON`
    pub client_data_json: &'a [u8],
    /// `response.attestationObject`
    pub attestation_object: &'a [u8],
}

/// A credential that may be stored. That no account has its id yet is for the caller to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// Its id, 1 to 1,023 bytes.
    pub id: Vec<u8>,
    /// Its public key as COSE writes it; [`StoredCredential`] wants it back.
    pub public_key: Vec<u8>,
    /// How many signatures the authenticator has made with it; 0 where it does not count.
    pub sign_count: u32,
    /// It may be copied to other devices of its owner.
    pub backup_eligible: bool,
    /// It has been.
    pub backed_up: bool,
}

/// A credential as it was stored.
#[derive(Debug, Clone, Copy)]
pub struct StoredCredential<'a> {
    /// [`NewCredential::public_key`]
    pub public_key: &'a [u8],
    /// The counter of the last use.
    pub sign_count: u32,
    /// [`NewCredential::backup_eligible`], which never changes.
    pub backup_eligible: bool,
    /// The user handle of the account to which it belongs.
    pub user_handle: &'a [u8],
}

/// What a browser answers when a passkey was used.
#[derive(Debug, Clone, Copy)]
pub struct Assertion<'a> {
    /// `response.clientDataJSON`
    pub client_data_json: &'a [u8],
    /// `response.authenticatorData`
    pub authenticator_data: &'a [u8],
    /// `response.signature`
    pub signature: &'a [u8],
    /// `response.userHandle`, which authenticators may leave out when they were told which credentials to use.
    pub user_handle: Option<&'a [u8]>,
}

/// What to remember of a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The counter of now.
    pub sign_count: u32,
    /// The credential is on more than one device.
    pub backed_up: bool,
}

/// Checks the answer to a registration. The attestation statement is passed over: we ask for none, and trust none.
///
/// # Errors
/// The first check that fails.
pub fn verify_registration(
    rp: &RelyingParty,
    challenge: &[u8],
    answer: Registration<'_>,
) -> Result<NewCredential, Refusal> {
    client_data::check(answer.client_data_json, Ceremony::Registration, rp, challenge)?;
    let data = AuthenticatorData::parse(authenticator_data(answer.attestation_object)?)?;
    data.check(rp)?;
    let credential = data.credential.as_ref().ok_or(Refusal::AuthenticatorData)?;
    Ok(NewCredential {
        id: credential.id.to_vec(),
        public_key: credential.cose_key.to_vec(),
        sign_count: data.sign_count,
        backup_eligible: data.backup_eligible(),
        backed_up: data.backed_up(),
    })
}

/// Checks the answer to a request for a proof. Who is to be signed in must be known by the credential (`handle_needed`) when
/// nobody has said before who they are.
///
/// # Errors
/// The first check that fails.
pub fn verify_assertion(
    rp: &RelyingParty,
    challenge: &[u8],
    stored: StoredCredential<'_>,
    answer: Assertion<'_>,
    handle_needed: bool,
) -> Result<Used, Refusal> {
    let handle_fits = match answer.user_handle {
        Some(handle) => handle.len() <= MAX_USER_HANDLE && equal_in_constant_time(handle, stored.user_handle),
        None => !handle_needed,
    };
    if !handle_fits {
        return Err(Refusal::UserHandle);
    }
    client_data::check(answer.client_data_json, Ceremony::Assertion, rp, challenge)?;
    let data = AuthenticatorData::parse(answer.authenticator_data)?;
    if data.credential.is_some() {
        return Err(Refusal::AuthenticatorData);
    }
    data.check(rp)?;
    if data.backup_eligible() != stored.backup_eligible {
        return Err(Refusal::Backup);
    }
    let (key, rest) = PublicKey::parse(stored.public_key)?;
    if !rest.is_empty() {
        return Err(Refusal::PublicKey);
    }
    let client_data_hash = Sha256::digest(answer.client_data_json);
    let message = [answer.authenticator_data, client_data_hash.as_slice()].concat();
    key.verify(&message, answer.signature)?;
    if (data.sign_count != 0 || stored.sign_count != 0) && data.sign_count <= stored.sign_count {
        return Err(Refusal::Counter);
    }
    Ok(Used {
        sign_count: data.sign_count,
        backed_up: data.backed_up(),
    })
}

/// The authenticator data of an attestation object (§6.5.4).
fn authenticator_data(object: &[u8]) -> Result<&[u8], Refusal> {
    if object.len() > MAX_ATTESTATION_OBJECT {
        return Err(Refusal::AttestationObject);
    }
    let mut reader = Reader::new(object);
    let data = read_object(&mut reader).ok_or(Refusal::AttestationObject)?;
    if reader.rest().is_empty() {
        Ok(data)
    } else {
        Err(Refusal::AttestationObject)
    }
}

fn read_object<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    if reader.map()? != 3 {
        return None;
    }
    let (mut data, mut format, mut statement) = (None, None, None);
    for _ in 0..3 {
        match reader.text()? {
            "authData" if data.is_none() => data = Some(reader.bytes()?),
            "fmt" if format.is_none() => format = Some(reader.text()?),
            "attStmt" if statement.is_none() => {
                let mut inside = *reader;
                inside.map()?;
                statement = Some(reader.skip()?);
            }
            _ => return None,
        }
    }
    data
}
