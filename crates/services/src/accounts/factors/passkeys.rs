//! Passkeys: making one, and judging what a browser answers with one (SEC-072). The checks of the standard are
//! [`labelkeep_crypt::webauthn`]; here is which credential it is, whose, and for what.

use labelkeep_crypt::webauthn::{
    Assertion, Registration, RelyingParty, StoredCredential, Used, verify_assertion, verify_registration,
};
use labelkeep_crypt::{Secret, secret::random_bytes};
use labelkeep_store::accounts::factors::{self as store, FactorRow, NewPasskey};

use super::enrol::{self, clean_name, in_force, session};
use super::question::{self, Answered, Asked, Purpose, SECONDS};
use crate::accounts::Caller;
use crate::{Invalid, Result, ServiceError, Services};

/// Bytes of a user handle.
const HANDLE: usize = 32;
/// Ways in which an authenticator is reached, as browsers name them; others are not kept.
const TRANSPORTS: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/// A credential that the browser may use, or must not make again.
#[derive(Debug, Clone)]
pub struct KnownCredential {
    /// Its id.
    pub id: Vec<u8>,
    /// How it is reached.
    pub transports: Vec<String>,
}

impl KnownCredential {
    fn of(row: FactorRow) -> Option<Self> {
        Some(KnownCredential {
            id: row.credential?,
            transports: row
                .transports
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// What a browser needs to ask an authenticator.
#[derive(Debug)]
pub struct PasskeyQuestion {
    /// The relying party.
    pub rp: RelyingParty,
    /// What is to be signed.
    pub challenge: Vec<u8>,
    /// The question, sealed: it comes back with the answer.
    pub state: String,
    /// How long it may be answered, in seconds.
    pub seconds: i64,
    /// The account's passkeys; none where nobody has said who they are.
    pub credentials: Vec<KnownCredential>,
}

/// The same for a new passkey.
#[derive(Debug)]
pub struct NewPasskeyQuestion {
    /// The question; its credentials are those that are there already.
    pub question: PasskeyQuestion,
    /// The handle of the account.
    pub user_handle: Vec<u8>,
    /// What the authenticator shows of the account.
    pub email: String,
    /// The person's name, or their address.
    pub display_name: String,
}

/// A browser's answer with a new passkey.
#[derive(Debug)]
pub struct NewPasskeyAnswer {
    /// [`PasskeyQuestion::state`]
    pub state: String,
    /// What the person calls it.
    pub name: String,
    /// The credential's id.
    pub id: Vec<u8>,
    /// What the browser says.
    pub client_data_json: Vec<u8>,
    /// What the authenticator says.
    pub attestation_object: Vec<u8>,
    /// How it is reached.
    pub transports: Vec<String>,
}

/// A browser's answer with a passkey that is there.
#[derive(Debug)]
pub struct PasskeyAnswer {
    /// [`PasskeyQuestion::state`]
    pub state: String,
    /// The credential's id.
    pub id: Vec<u8>,
    /// What the browser says.
    pub client_data_json: Vec<u8>,
    /// What the authenticator says.
    pub authenticator_data: Vec<u8>,
    /// Its signature.
    pub signature: Vec<u8>,
    /// The handle of the account, which authenticators may leave out when they were told the credential.
    pub user_handle: Option<Vec<u8>>,
}

/// What an answer is worth.
#[derive(Debug)]
pub(super) struct Judged {
    /// The question, to be used up.
    pub(super) question: Answered,
    /// Whose passkey it claims to be.
    pub(super) account_id: Option<i64>,
    /// The passkey and what to remember of its use; else a word about what was wrong, for the audit trail.
    pub(super) verdict: Result<(i64, Used), &'static str>,
}

/// Asks for a new passkey.
pub async fn begin_passkey(services: &Services, caller: &Caller) -> Result<NewPasskeyQuestion> {
    let session = session(caller)?;
    let rp = question::needed(services)?;
    let account_id = caller.actor.account_id;
    enrol::room_for_one_more(services, account_id).await?;
    if store::handle(&services.db, account_id).await?.is_none() {
        let fresh: [u8; HANDLE] = random_bytes();
        services
            .db
            .write(move |tx| Box::pin(async move { store::set_handle(tx, account_id, &fresh).await }))
            .await?;
    }
    let user_handle = store::handle(&services.db, account_id).await?.unwrap_or_default();
    let actor = &caller.actor;
    let name = format!("{} {}", actor.first_name, actor.last_name).trim().to_owned();
    Ok(NewPasskeyQuestion {
        question: ask(services, rp, Asked(Purpose::Register, &session), Some(account_id)).await?,
        user_handle,
        email: actor.email.clone(),
        display_name: if name.is_empty() { actor.email.clone() } else { name },
    })
}

/// Puts a new passkey in force. The first factor of an account comes with recovery codes.
pub async fn finish_passkey(
    services: &Services,
    caller: &Caller,
    answer: NewPasskeyAnswer,
) -> Result<(FactorRow, Option<Vec<Secret>>)> {
    let session = session(caller)?;
    let rp = question::needed(services)?;
    let name = clean_name(&answer.name)?;
    let question = question::answered(services, Asked(Purpose::Register, &session), &answer.state)?;
    let registration = Registration {
        client_data_json: &answer.client_data_json,
        attestation_object: &answer.attestation_object,
    };
    let made = verify_registration(&rp, &question.challenge, registration)
        .map_err(|refusal| refusal.to_string())
        .and_then(|made| {
            let same = made.id == answer.id;
            same.then_some(made).ok_or_else(|| "another credential id".to_owned())
        });
    let account_id = caller.actor.account_id;
    let (now, actor) = (services.now(), caller.actor.clone());
    let transports = TRANSPORTS
        .into_iter()
        .filter(|word| answer.transports.iter().any(|said| said == word));
    let transports = transports.collect::<Vec<_>>().join(" ");
    let again = services.clone();
    let done = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                question.spend(tx, now).await?;
                let made = match made {
                    Ok(made) => made,
                    // Committed all the same: the question is used up.
                    Err(reason) => return Ok(Err(reason)),
                };
                let new = NewPasskey {
                    account_id,
                    name,
                    credential: made.id,
                    public_key: made.public_key,
                    sign_count: i64::from(made.sign_count),
                    backup_eligible: made.backup_eligible,
                    backed_up: made.backed_up,
                    transports,
                    at: now,
                };
                let id = store::insert_passkey(tx, &new).await.map_err(|error| {
                    if error.is_unique_violation() {
                        Invalid::whole("This passkey is registered already.").into()
                    } else {
                        ServiceError::from(error)
                    }
                })?;
                let codes = in_force(&again, tx, &actor, &session, ("passkey", id, &new.name), now).await?;
                Ok::<_, ServiceError>(Ok((id, codes)))
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    let (id, codes) = done.map_err(|reason| {
        tracing::info!(account = account_id, reason, "a new passkey was refused");
        Invalid::whole("The browser's answer was not accepted. Try again, or use another passkey.")
    })?;
    let row = store::find(&services.db, account_id, id).await?;
    Ok((row.ok_or(ServiceError::NotFound("Factor"))?, codes))
}

/// The question to a browser; `account_id` tells whose passkeys it may use.
pub(super) async fn ask(
    services: &Services,
    rp: RelyingParty,
    asked: Asked<'_>,
    account_id: Option<i64>,
) -> Result<PasskeyQuestion> {
    let credentials = match account_id {
        Some(id) => store::confirmed(&services.db, id).await?,
        None => Vec::new(),
    };
    let question = question::ask(services, asked);
    Ok(PasskeyQuestion {
        rp,
        challenge: question.challenge,
        state: question.state,
        seconds: SECONDS,
        credentials: credentials.into_iter().filter_map(KnownCredential::of).collect(),
    })
}

/// Judges an answer; `account_id` is who was asked, none where the passkey says who it is.
///
/// # Errors
/// When it answers no open question of this browser, and when the database fails. A wrong answer is a verdict.
pub(super) async fn judge(
    services: &Services,
    asked: Asked<'_>,
    account_id: Option<i64>,
    answer: &PasskeyAnswer,
) -> Result<Judged> {
    let rp = question::needed(services)?;
    let question = question::answered(services, asked, &answer.state)?;
    let row = store::passkey(&services.db, &answer.id).await?;
    let Some(row) = row.filter(|row| account_id.is_none_or(|id| id == row.account_id)) else {
        return Ok(Judged {
            question,
            account_id,
            verdict: Err("unknown"),
        });
    };
    let user_handle = store::handle(&services.db, row.account_id).await?.unwrap_or_default();
    let stored = StoredCredential {
        public_key: &row.data,
        sign_count: u32::try_from(row.sign_count).unwrap_or(u32::MAX),
        backup_eligible: row.backup_eligible,
        user_handle: &user_handle,
    };
    let assertion = Assertion {
        client_data_json: &answer.client_data_json,
        authenticator_data: &answer.authenticator_data,
        signature: &answer.signature,
        user_handle: answer.user_handle.as_deref(),
    };
    let verdict = verify_assertion(&rp, &question.challenge, stored, assertion, account_id.is_none());
    Ok(Judged {
        question,
        account_id: Some(row.account_id),
        verdict: verdict.map(|used| (row.id, used)).map_err(|refusal| refusal.word()),
    })
}
