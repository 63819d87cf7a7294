//! What the browser says about the page that asked (W3C WebAuthn §5.8.1), and what it must be.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{Refusal, RelyingParty};
use crate::secret::equal_in_constant_time;

/// Browsers write about 150 bytes, and may write more members in times to come.
const MAX: usize = 8 * 1_024;

/// Which ceremony it is, as the browser names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceremony {
    Registration,
    Assertion,
}

impl Ceremony {
    fn name(self) -> &'static str {
        match self {
            Ceremony::Registration => "webauthn.create",
            Ceremony::Assertion => "webauthn.get",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<serde::de::IgnoredAny>,
}

/// Checks it: the ceremony, our challenge, our origin, no frame of another site.
pub(super) fn check(json: &[u8], ceremony: Ceremony, rp: &RelyingParty, challenge: &[u8]) -> Result<(), Refusal> {
    if json.len() > MAX {
        return Err(Refusal::ClientData);
    }
    let data: ClientData = serde_json::from_slice(json).map_err(|_| Refusal::ClientData)?;
    if data.kind != ceremony.name() {
        return Err(Refusal::Type);
    }
    let answered = URL_SAFE_NO_PAD
        .decode(&data.challenge)
        .map_err(|_| Refusal::Challenge)?;
    if !equal_in_constant_time(&answered, challenge) {
        return Err(Refusal::Challenge);
    }
    if data.origin != rp.origin {
        return Err(Refusal::Origin);
    }
    if data.cross_origin || data.top_origin.is_some() {
        return Err(Refusal::CrossOrigin);
    }
    Ok(())
}
