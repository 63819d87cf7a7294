//! Personal access tokens: a long-lived refresh token and access tokens of five minutes (SEC-098, SEC-099, SEC-100).
//!
//! Both are JWTs signed with Ed25519 (RFC 7519, RFC 8037), checked as RFC 8725 asks: one algorithm, a type of its own for
//! each kind, issuer and audience. Clients read `token_type`, `exp` and `user_id` (a string) from the claims. The signature
//! is not the last word: each refresh token's `jti` is a row, access tokens name it, and the caller looks that row up.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Secret;
use crate::secret::{hash_secret, hexadecimal, random_bytes};

/// How long an access token lives, in seconds.
pub const ACCESS_SECONDS: i64 = 300;

const ISSUER: &str = "labelkeep";
const AUDIENCE: &str = "labelkeep-api";
/// The longest token that is looked at, in bytes. Ours have about 500.
const MAX_TOKEN_LENGTH: usize = 4_096;

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// No JWT, or one of another issuer, audience or shape.
    #[error("the token is malformed")]
    Malformed,
    /// Signed with a key that is not in the ring.
    #[error("the token was signed with an unknown key")]
    UnknownKey,
    /// The signature does not belong to the content.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// A refresh token where an access token is needed, or the reverse.
    #[error("the token is of another kind")]
    WrongKind,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// Why a stored signing key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the stored signing key is not an Ed25519 key in PKCS #8 form")]
pub struct SigningKeyError;

/// One Ed25519 key with the id that token headers name (`kid`).
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    pkcs8: Zeroizing<Vec<u8>>,
    public: DecodingKey,
}

impl SigningKey {
    /// A new random key with a random id of 16 hexadecimal characters.
    pub fn generate() -> Self {
        let seed = Zeroizing::new(random_bytes::<32>());
        let document = ed25519_dalek::SigningKey::from_bytes(&seed)
            .to_pkcs8_der()
            .expect("a key that was just made can be written");
        let id = hexadecimal(&random_bytes::<8>());
        SigningKey::from_pkcs8(id, document.as_bytes()).expect("a key that was just written can be read")
    }

    /// The key that was stored under this id.
    ///
    /// # Errors
    /// When the bytes are not an Ed25519 key in PKCS #8 (DER) form.
    pub fn from_pkcs8(id: String, pkcs8: &[u8]) -> Result<Self, SigningKeyError> {
        let key = ed25519_dalek::SigningKey::from_pkcs8_der(pkcs8).map_err(|_| SigningKeyError)?;
        let public = DecodingKey::from_ed_der(key.verifying_key().as_bytes());
        Ok(SigningKey {
            id,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            public,
        })
    }

    /// The id, for the primary key of its row.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The private key in PKCS #8 (DER) form, to be sealed and stored.
    pub fn to_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What a token says. Times are seconds since 1970-01-01 UTC.
#[derive(Serialize, Deserialize)]
struct Claims {
    token_type: String,
    exp: i64,
    iat: i64,
    jti: String,
    user_id: String,
    iss: String,
    aud: String,
    sub: String,
    /// In access tokens: the row of the refresh token that they come from, as base64 of its `jti`'s SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
}

/// The two kinds, told apart by `typ` in the header and `token_type` in the claims.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Refresh,
    Access,
}

impl Kind {
    fn typ(self) -> &'static str {
        match self {
            Kind::Refresh => "refresh+jwt",
            // RFC 9068.
            Kind::Access => "at+jwt",
        }
    }

    fn token_type(self) -> &'static str {
        match self {
            Kind::Refresh => "refresh",
            Kind::Access => "access",
        }
    }
}

/// A refresh token that was just made.
#[derive(Debug)]
pub struct NewRefreshToken {
    /// The whole token, shown once.
    pub token: Secret,
    /// Its first two parts, for lists: they name the token but cannot stand for it.
    pub listed: String,
    /// SHA-256 of its `jti`, the key of its row.
    pub jti_hash: [u8; 32],
}

/// A token whose signature and times were found right. Whether it was revoked is for the row of `jti_hash` to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    /// The account.
    pub user_id: i64,
    /// The row of the refresh token, or of the refresh token behind an access token: SHA-256 of its `jti`.
    pub jti_hash: [u8; 32],
    /// The end of its life, in seconds since 1970-01-01 UTC.
    pub expires_at: i64,
}

/// The keys that sign and verify. The first signs; all verify, so that a new key can come in while tokens of the old one
/// live on.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    keys: Vec<SigningKey>,
}

impl SigningKeys {
    /// A ring of the key that signs and of others that only verify.
    pub fn new(current: SigningKey, others: impl IntoIterator<Item = SigningKey>) -> Self {
        SigningKeys {
            keys: std::iter::once(current).chain(others).collect(),
        }
    }

    /// Makes a refresh token for an account.
    ///
    /// `now` and `expires_at` are seconds since 1970-01-01 UTC.
    pub fn issue_refresh(&self, user_id: i64, now: i64, expires_at: i64) -> NewRefreshToken {
        let jti = Secret::link_token();
        let token = self.sign(Kind::Refresh, user_id, now, expires_at, jti.expose(), None);
        let end = token.rfind('.').unwrap_or(token.len());
        NewRefreshToken {
            listed: token[..end].to_owned(),
            jti_hash: jti.hash(),
            token: Secret::new(token),
        }
    }

    /// Makes an access token from a refresh token that was verified and whose row is alive. It lives
    /// [`ACCESS_SECONDS`], but not longer than the refresh token.
    pub fn issue_access(&self, refresh: &VerifiedToken, now: i64) -> Secret {
        let expires_at = now.saturating_add(ACCESS_SECONDS).min(refresh.expires_at);
        let jti = Secret::link_token();
        let row = URL_SAFE_NO_PAD.encode(refresh.jti_hash);
        Secret::new(self.sign(Kind::Access, refresh.user_id, now, expires_at, jti.expose(), Some(row)))
    }

    /// Verifies a whole refresh token.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify_refresh(&self, token: &str, now: i64) -> Result<VerifiedToken, TokenError> {
        let claims = self.verify(Kind::Refresh, token, now)?;
        Ok(VerifiedToken {
            user_id: account_of(&claims)?,
            jti_hash: hash_secret(&claims.jti),
            expires_at: claims.exp,
        })
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// See [`TokenError`]; a refresh token in its place is [`TokenError::WrongKind`].
    pub fn verify_access(&self, token: &str, now: i64) -> Result<VerifiedToken, TokenError> {
        let claims = self.verify(Kind::Access, token, now)?;
        let row = claims
            .refresh
            .as_deref()
            .and_then(|row| URL_SAFE_NO_PAD.decode(row).ok());
        Ok(VerifiedToken {
            user_id: account_of(&claims)?,
            jti_hash: row.and_then(|row| row.try_into().ok()).ok_or(TokenError::Malformed)?,
            expires_at: claims.exp,
        })
    }

    fn sign(&self, kind: Kind, user_id: i64, now: i64, exp: i64, jti: &str, refresh: Option<String>) -> String {
        let key = &self.keys[0];
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(kind.typ().to_owned());
        header.kid = Some(key.id.clone());
        let claims = Claims {
            token_type: kind.token_type().to_owned(),
            exp,
            iat: now,
            jti: jti.to_owned(),
            user_id: user_id.to_string(),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user_id.to_string(),
            refresh,
        };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(&key.pkcs8))
            .expect("the key was read once when it came into the ring, and the claims are plain texts and numbers")
    }

    fn verify(&self, kind: Kind, token: &str, now: i64) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(TokenError::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
        if header.alg != Algorithm::EdDSA || header.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        let id = header.kid.as_deref().ok_or(TokenError::UnknownKey)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.id == id)
            .ok_or(TokenError::UnknownKey)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // This room has no clock: the time is checked below against the caller's.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.public, &validation)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenError::BadSignature,
                _ => TokenError::Malformed,
            })?
            .claims;
        if header.typ.as_deref() != Some(kind.typ()) || claims.token_type != kind.token_type() {
            return Err(TokenError::WrongKind);
        }
        if claims.exp <= now {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

fn account_of(claims: &Claims) -> Result<i64, TokenError> {
    if claims.user_id != claims.sub {
        return Err(TokenError::Malformed);
    }
    claims.user_id.parse().map_err(|_| TokenError::Malformed)
}

/// The row that a refresh token names, without asking for its signature: for revoking a token by the two parts that a list
/// shows. It proves nothing; the `jti` has 256 random bits, so that only somebody who has seen the token can name it.
pub fn named_row(token: &str) -> Option<[u8; 32]> {
    #[derive(Deserialize)]
    struct Named {
        jti: String,
    }
    if token.len() > MAX_TOKEN_LENGTH {
        return None;
    }
    let mut parts = token.split('.');
    let (Some(_), Some(claims), _, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice::<Named>(&claims)
        .ok()
        .map(|named| hash_secret(&named.jti))
}

/// Which key a token says that it was signed with (`kid`), without asking whether that is true.
pub fn named_key(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        kid: String,
    }
    let (header, _) = token.split_once('.').filter(|_| token.len() <= MAX_TOKEN_LENGTH)?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    serde_json::from_slice::<Named>(&header).ok().map(|named| named.kid)
}

#[cfg(test)]
mod tests;
