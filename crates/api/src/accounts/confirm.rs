//! Proving again who one is (SEC-032).

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::accounts::{self, Confirmation};
use serde::{Deserialize, Serialize};

use super::passkey_model::AnswerIn;
use crate::ApiResult;
use crate::extract::{Body, SignedIn};
use crate::wire::{Time, answer};

#[derive(Serialize)]
struct ConfirmationOut {
    recent: bool,
    confirmed_until: Time,
    methods: Vec<&'static str>,
}

impl From<Confirmation> for ConfirmationOut {
    fn from(confirmation: Confirmation) -> Self {
        ConfirmationOut {
            recent: confirmation.recent,
            confirmed_until: Time(confirmation.until),
            methods: confirmation.methods,
        }
    }
}

/// What proves it.
#[derive(Deserialize)]
pub(crate) struct ConfirmIn {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    passkey: Option<AnswerIn>,
}

/// `GET /api/current-user/confirm/`
pub(crate) async fn read(State(services): State<Services>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    answer::ok(&ConfirmationOut::from(
        accounts::confirmation(&services, &caller).await?,
    ))
}

/// `POST /api/current-user/confirm/`
pub(crate) async fn confirm(
    State(services): State<Services>,
    SignedIn(caller): SignedIn,
    Body(body): Body<ConfirmIn>,
) -> ApiResult<Response> {
    let confirmation = match (body.passkey, body.code) {
        (Some(answer), _) => accounts::confirm_passkey(&services, &caller, &answer.into()).await?,
        (None, Some(code)) => accounts::confirm_code(&services, &caller, &code).await?,
        (None, None) => accounts::confirm_password(&services, &caller, body.password).await?,
    };
    answer::ok(&ConfirmationOut::from(confirmation))
}
