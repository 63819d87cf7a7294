//! What a passkey is asked: a challenge of 256 random bits, good for one ceremony of one browser within five minutes
//! (SEC-072).
//!
//! A question that nobody answers costs the database nothing, so that nobody can fill it by asking: the browser keeps it,
//! sealed for the ceremony and for whom it was asked, and brings it back with the answer. Only an answered one is stored,
//! by its hash, until its time is over: no answer is taken twice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use labelkeep_crypt::secret::random_bytes;
use labelkeep_crypt::webauthn::RelyingParty;
use labelkeep_crypt::{KeyRing, Place};
use labelkeep_store::Tx;
use labelkeep_store::accounts::factors as store;

use crate::{Invalid, Result, ServiceError, Services};

/// How long a question may be answered, in seconds.
pub(super) const SECONDS: i64 = 5 * 60;
const LIFE: i64 = SECONDS * 1_000_000;
const CHALLENGE: usize = 32;
/// Most bytes of a sealed question that are looked at.
const MAX_STATE: usize = 512;

/// For what it is asked. One ceremony's answer is none to another's question.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// A new passkey.
    Register,
    /// The second step of a sign-in.
    SecondStep,
    /// A sign-in by the passkey alone.
    SignIn,
    /// Proving again who one is.
    Confirm,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::Register => "register",
            Purpose::SecondStep => "second_step",
            Purpose::SignIn => "sign_in",
            Purpose::Confirm => "confirm",
        }
    }
}

/// Of whom it is asked: the ceremony, and bytes that only the one browser can name (the hash of its session, of its waiting
/// sign-in, or its CSRF secret).
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a>(pub(super) Purpose, pub(super) &'a [u8]);

/// A fresh question.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) challenge: Vec<u8>,
    /// The same, sealed.
    pub(super) state: String,
}

/// A question of ours that has come back in time.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) challenge: Vec<u8>,
    hash: [u8; 32],
    expires_at: i64,
}

/// This server as browsers know it, when they would offer passkeys for it: an address with a name, and TLS unless the name
/// is that of the machine itself.
pub fn relying_party(services: &Services) -> Option<RelyingParty> {
    let url = url::Url::parse(&services.settings.public_url).ok()?;
    let Some(url::Host::Domain(name)) = url.host() else {
        return None;
    };
    let own_machine = name == "localhost" || name.ends_with(".localhost");
    let secure = url.scheme() == "https" || (url.scheme() == "http" && own_machine);
    secure.then(|| RelyingParty::new(name, &url.origin().ascii_serialization()))
}

/// The same where there is no way without.
pub(super) fn needed(services: &Services) -> Result<RelyingParty> {
    relying_party(services).ok_or_else(|| {
        let text = format!(
            "Browsers offer passkeys only at addresses with a name and TLS. This server's address is {}.",
            services.settings.public_url
        );
        Invalid::whole(text).into()
    })
}

/// Asks.
pub(super) fn ask(services: &Services, asked: Asked<'_>) -> Question {
    asked_at(&services.keys, asked, services.now())
}

fn asked_at(keys: &KeyRing, asked: Asked<'_>, now: i64) -> Question {
    let challenge: [u8; CHALLENGE] = random_bytes();
    let expires_at = now + LIFE;
    let content = [&expires_at.to_be_bytes()[..], &challenge].concat();
    let row = URL_SAFE_NO_PAD.encode(asked.1);
    Question {
        challenge: challenge.to_vec(),
        state: URL_SAFE_NO_PAD.encode(keys.seal(place(asked.0, &row), &content)),
    }
}

/// The question that was answered.
pub(super) fn answered(services: &Services, asked: Asked<'_>, state: &str) -> Result<Answered> {
    answered_at(&services.keys, asked, state, services.now())
}

fn answered_at(keys: &KeyRing, asked: Asked<'_>, state: &str, now: i64) -> Result<Answered> {
    let row = URL_SAFE_NO_PAD.encode(asked.1);
    let content = Some(state)
        .filter(|state| state.len() <= MAX_STATE)
        .and_then(|state| URL_SAFE_NO_PAD.decode(state).ok())
        .and_then(|sealed| keys.open(place(asked.0, &row), &sealed).ok())
        .ok_or_else(too_late)?;
    let (expires_at, challenge) = content.split_first_chunk::<8>().ok_or_else(too_late)?;
    let expires_at = i64::from_be_bytes(*expires_at);
    if expires_at <= now {
        return Err(too_late());
    }
    Ok(Answered {
        challenge: challenge.to_vec(),
        hash: labelkeep_crypt::secret::hash_secret(&URL_SAFE_NO_PAD.encode(challenge)),
        expires_at,
    })
}

impl Answered {
    /// Uses the question up, whether the answer was right or not.
    pub(super) async fn spend(&self, tx: &mut Tx, now: i64) -> Result<()> {
        if store::spend(tx, &self.hash, self.expires_at, now).await? {
            return Ok(());
        }
        Err(too_late())
    }
}

fn too_late() -> ServiceError {
    Invalid::whole("This took too long, or was answered before. Try again.").into()
}

fn place(purpose: Purpose, row: &str) -> Place<'_> {
    Place {
        organization: 0,
        table: "passkey_question",
        column: purpose.word(),
        row,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_072_a_question_is_open_for_five_minutes() {
        let (keys, asked, now) = (KeyRing::generate(), Asked(Purpose::SignIn, b"browser"), 1_000_000);
        let question = asked_at(&keys, asked, now);
        let in_time = answered_at(&keys, asked, &question.state, now + LIFE - 1).expect("in time");
        assert_eq!(in_time.challenge, question.challenge);
        for late in [now + LIFE, now + LIFE + 1, i64::MAX] {
            assert!(answered_at(&keys, asked, &question.state, late).is_err(), "{late}");
        }
    }
}
