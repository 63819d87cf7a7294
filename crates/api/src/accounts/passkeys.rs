//! Passkeys of one's own. Like every factor they are named and removed one by one; what is shown of them is theirs.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::accounts::{self, NewPasskeyAnswer, NewPasskeyQuestion};
use serde::{Deserialize, Serialize};

use super::factors::{ConfirmedOut, FactorOut};
use super::passkey_model::{CredentialIn, Descriptor, Kind, QuestionOut};
use crate::ApiResult;
use crate::extract::{Body, Enrolling, SignedIn};
use crate::wire::{Base64Url, answer};

/// `GET /api/current-user/passkeys/`
pub(crate) async fn list(State(services): State<Services>, Enrolling(caller): Enrolling) -> ApiResult<Response> {
    let own = accounts::own_factors(&services, &caller).await?;
    let passkeys = own.factors.into_iter().filter(|row| row.kind == "passkey");
    answer::ok(&passkeys.map(FactorOut::from).collect::<Vec<_>>())
}

/// What `navigator.credentials.create` takes (W3C WebAuthn §5.4, as JSON).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreationOptions {
    rp: RelyingPartyOut,
    user: UserOut,
    challenge: Base64Url,
    pub_key_cred_params: Vec<Parameters>,
    /// Milliseconds.
    timeout: i64,
    exclude_credentials: Vec<Descriptor>,
    authenticator_selection: Selection,
    attestation: &'static str,
}

#[derive(Serialize)]
struct RelyingPartyOut {
    id: String,
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserOut {
    id: Base64Url,
    name: String,
    display_name: String,
}

#[derive(Serialize)]
struct Parameters {
    #[serde(rename = "type")]
    kind: Kind,
    alg: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    require_resident_key: bool,
    user_verification: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BeginOut {
    state: String,
    public_key: CreationOptions,
}

impl From<NewPasskeyQuestion> for BeginOut {
    fn from(new: NewPasskeyQuestion) -> Self {
        let question = new.question;
        BeginOut {
            state: question.state,
            public_key: CreationOptions {
                rp: RelyingPartyOut {
                    id: question.rp.id().to_owned(),
                    name: "Labelkeep",
                },
                user: UserOut {
                    id: Base64Url(new.user_handle),
                    name: new.email,
                    display_name: new.display_name,
                },
                challenge: Base64Url(question.challenge),
                pub_key_cred_params: accounts::PASSKEY_ALGORITHMS
                    .into_iter()
                    .map(|alg| Parameters {
                        kind: Kind::PublicKey,
                        alg,
                    })
                    .collect(),
                timeout: question.seconds * 1_000,
                exclude_credentials: question.credentials.into_iter().map(Descriptor::from).collect(),
                authenticator_selection: Selection {
                    // It signs in by itself: it has to know whose it is.
                    resident_key: "required",
                    require_resident_key: true,
                    user_verification: "required",
                },
                attestation: "none",
            },
        }
    }
}

/// `POST /api/current-user/passkeys/begin/`
pub(crate) async fn begin(State(services): State<Services>, Enrolling(caller): Enrolling) -> ApiResult<Response> {
    accounts::require_recent(&services, &caller).await?;
    answer::ok(&BeginOut::from(accounts::begin_passkey(&services, &caller).await?))
}

/// The answer of `navigator.credentials.create` (W3C WebAuthn §5.1, as JSON), and what the passkey is called.
#[derive(Deserialize)]
pub(crate) struct FinishIn {
    state: String,
    name: String,
    credential: CredentialIn<AttestationIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttestationIn {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    attestation_object: Base64Url,
    #[serde(default)]
    transports: Vec<String>,
}

/// `POST /api/current-user/passkeys/finish/`: the only time that the recovery codes are shown
pub(crate) async fn finish(
    State(services): State<Services>,
    Enrolling(caller): Enrolling,
    Body(body): Body<FinishIn>,
) -> ApiResult<Response> {
    let credential = body.credential;
    let (passkey, codes) = accounts::finish_passkey(
        &services,
        &caller,
        NewPasskeyAnswer {
            state: body.state,
            name: body.name,
            id: credential.id.0,
            client_data_json: credential.response.client_data_json.0,
            attestation_object: credential.response.attestation_object.0,
            transports: credential.response.transports,
        },
    )
    .await?;
    answer::created(&ConfirmedOut::of(passkey, codes.as_deref()))
}

/// `POST /api/current-user/confirm/passkey/`: asks for a passkey as proof
pub(crate) async fn ask_to_confirm(
    State(services): State<Services>,
    SignedIn(caller): SignedIn,
) -> ApiResult<Response> {
    let question = accounts::ask_to_confirm(&services, &caller).await?;
    answer::ok(&QuestionOut::from(question))
}
