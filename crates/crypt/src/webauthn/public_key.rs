//! Public keys of credentials as COSE writes them (RFC 9052 §7, RFC 9053, RFC 8230), and the signatures of W3C WebAuthn
//! §6.5.5. A credential's key has the members that its kind needs and no other (§5.8.5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use p256::ecdsa::signature::Verifier as _;

use super::Refusal;
use super::cbor::Reader;

/// ECDSA with P-256 and SHA-256.
pub(super) const ES256: i64 = -7;
/// EdDSA with Ed25519.
pub(super) const EDDSA: i64 = -8;
/// RSASSA-PKCS1-v1_5 with SHA-256.
pub(super) const RS256: i64 = -257;

/// An RSA signature of 4,096 bits has 512 bytes; the others are shorter.
const MAX_SIGNATURE: usize = 512;
/// RSA moduli in bytes: 2,048 to 4,096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
/// 65537, which every authenticator uses.
const EXPONENT: &[u8] = &[1, 0, 1];

const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const ED25519: i64 = 6;

/// A key that can check signatures: on its curve, or of a length that counts.
#[derive(Debug)]
pub(super) enum PublicKey<'a> {
    Es256(Box<p256::ecdsa::VerifyingKey>),
    EdDsa(Box<ed25519_dalek::VerifyingKey>),
    Rs256 { modulus: &'a [u8] },
}

/// The members -1, -2, -3 of a COSE key: numbers or bytes by its kind.
#[derive(Default)]
struct Members<'a> {
    curve: Option<i64>,
    first: Option<&'a [u8]>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

impl<'a> PublicKey<'a> {
    /// Reads a key from the front of the bytes, and gives what follows it.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Refusal> {
        let mut reader = Reader::new(bytes);
        let key = read(&mut reader).ok_or(Refusal::PublicKey)?;
        Ok((key, reader.rest()))
    }

    /// Whether the signature is of this key over the message.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        if signature.len() > MAX_SIGNATURE {
            return Err(Refusal::Signature);
        }
        let right = match self {
            PublicKey::Es256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            PublicKey::EdDsa(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            PublicKey::Rs256 { modulus } => {
                let key = DecodingKey::from_rsa_raw_components(modulus, EXPONENT);
                let signature = URL_SAFE_NO_PAD.encode(signature);
                jsonwebtoken::crypto::verify(&signature, message, &key, Algorithm::RS256).unwrap_or(false)
            }
        };
        if right { Ok(()) } else { Err(Refusal::Signature) }
    }
}

fn read<'a>(reader: &mut Reader<'a>) -> Option<PublicKey<'a>> {
    let pairs = reader.map()?;
    let (mut kind, mut algorithm, mut members) = (None, None, Members::default());
    for _ in 0..pairs {
        match reader.integer()? {
            KEY_TYPE => once(&mut kind, reader.integer()?)?,
            ALGORITHM => once(&mut algorithm, reader.integer()?)?,
            // A curve's number, or the modulus of RSA.
            -1 => {
                let mut ahead = *reader;
                match ahead.integer() {
                    Some(curve) => {
                        once(&mut members.curve, curve)?;
                        *reader = ahead;
                    }
                    None => once(&mut members.first, reader.bytes()?)?,
                }
            }
            -2 => once(&mut members.second, reader.bytes()?)?,
            -3 => once(&mut members.third, reader.bytes()?)?,
            _ => return None,
        }
    }
    match (kind?, algorithm?, members) {
        (
            EC2,
            ES256,
            Members {
                curve: Some(P256),
                first: None,
                second: Some(x),
                third: Some(y),
            },
        ) if x.len() == 32 && y.len() == 32 => {
            let point = [&[4], x, y].concat();
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            Some(PublicKey::Es256(Box::new(key)))
        }
        (
            OKP,
            EDDSA,
            Members {
                curve: Some(ED25519),
                first: None,
                second: Some(x),
                third: None,
            },
        ) => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(x.try_into().ok()?).ok()?;
            (!key.is_weak()).then(|| PublicKey::EdDsa(Box::new(key)))
        }
        (
            RSA,
            RS256,
            Members {
                curve: None,
                first: Some(modulus),
                second: Some(EXPONENT),
                third: None,
            },
        ) if MODULUS.contains(&modulus.len()) && modulus[0] != 0 && modulus[modulus.len() - 1] & 1 == 1 => {
            Some(PublicKey::Rs256 { modulus })
        }
        _ => None,
    }
}

/// Sets a member; none when it is there already.
fn once<T>(member: &mut Option<T>, value: T) -> Option<()> {
    if member.is_some() {
        return None;
    }
    *member = Some(value);
    Some(())
}
