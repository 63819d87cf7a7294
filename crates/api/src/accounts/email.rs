//! The caller's own address.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::{Services, accounts};
use serde::{Deserialize, Serialize};

use crate::ApiResult;
use crate::extract::{Body, SignedIn};
use crate::wire::{FieldChoice, answer};

/// The new address, and the password that shows who wants it.
#[derive(Deserialize)]
pub(crate) struct EmailIn {
    email: String,
    password: String,
}

#[derive(Serialize)]
struct EmailOut {
    email: String,
    pending_email: Option<String>,
}

/// `POST /api/current-user/email/`
pub(crate) async fn change(
    State(services): State<Services>,
    SignedIn(caller): SignedIn,
    choice: FieldChoice,
    Body(body): Body<EmailIn>,
) -> ApiResult<Response> {
    let state = accounts::request_email_change(&services, &caller, &body.email, body.password).await?;
    let out = EmailOut {
        email: caller.actor.email,
        pending_email: state.pending,
    };
    answer::json(StatusCode::ACCEPTED, &choice, &out)
}

/// `DELETE /api/current-user/email/`: forgets the address that waits for its confirmation
pub(crate) async fn cancel(State(services): State<Services>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    accounts::cancel_email_change(&services, &caller).await?;
    Ok(answer::no_content())
}

/// `POST /api/current-user/verify-email/`
pub(crate) async fn verify(
    State(services): State<Services>,
    SignedIn(caller): SignedIn,
    choice: FieldChoice,
) -> ApiResult<Response> {
    accounts::request_verification(&services, &caller).await?;
    answer::json(StatusCode::ACCEPTED, &choice, &serde_json::json!({}))
}
