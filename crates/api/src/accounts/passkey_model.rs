//! What browsers and the server say to each other about passkeys: the JSON forms of W3C WebAuthn §5.1.8 to §5.1.10.

use labelkeep_services::accounts::{KnownCredential, PasskeyAnswer, PasskeyQuestion};
use serde::{Deserialize, Serialize};

use crate::wire::Base64Url;

/// The one kind of credential.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Kind {
    #[serde(rename = "public-key")]
    PublicKey,
}

/// Names a credential.
#[derive(Serialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "type")]
    kind: Kind,
    id: Base64Url,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transports: Vec<String>,
}

impl From<KnownCredential> for Descriptor {
    fn from(known: KnownCredential) -> Self {
        Descriptor {
            kind: Kind::PublicKey,
            id: Base64Url(known.id),
            transports: known.transports,
        }
    }
}

/// What `navigator.credentials.get` takes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestOptions {
    challenge: Base64Url,
    /// Milliseconds.
    timeout: i64,
    rp_id: String,
    allow_credentials: Vec<Descriptor>,
    user_verification: &'static str,
}

/// A question to the browser. `state` comes back with the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuestionOut {
    state: String,
    public_key: RequestOptions,
}

impl From<PasskeyQuestion> for QuestionOut {
    fn from(question: PasskeyQuestion) -> Self {
        QuestionOut {
            state: question.state,
            public_key: RequestOptions {
                challenge: Base64Url(question.challenge),
                timeout: question.seconds * 1_000,
                rp_id: question.rp.id().to_owned(),
                allow_credentials: question.credentials.into_iter().map(Descriptor::from).collect(),
                user_verification: "required",
            },
        }
    }
}

/// A credential that the browser answers with. Results of extensions are passed over.
#[derive(Deserialize)]
pub(crate) struct CredentialIn<T> {
    pub(crate) id: Base64Url,
    #[serde(rename = "type")]
    _kind: Kind,
    pub(crate) response: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssertionIn {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    authenticator_data: Base64Url,
    signature: Base64Url,
    #[serde(default)]
    user_handle: Option<Base64Url>,
}

/// The answer of `navigator.credentials.get`.
#[derive(Deserialize)]
pub(crate) struct AnswerIn {
    pub(crate) state: String,
    pub(crate) credential: CredentialIn<AssertionIn>,
}

impl From<AnswerIn> for PasskeyAnswer {
    fn from(answer: AnswerIn) -> Self {
        let response = answer.credential.response;
        PasskeyAnswer {
            state: answer.state,
            id: answer.credential.id.0,
            client_data_json: response.client_data_json.0,
            authenticator_data: response.authenticator_data.0,
            signature: response.signature.0,
            user_handle: response.user_handle.map(|handle| handle.0),
        }
    }
}
