//! Signing in with a passkey: as the second step, or alone. The forms offer it by a script; these are the routes that the
//! script asks. Each question belongs to the one browser that asked: by the cookie of the waiting sign-in, or by that of
//! the CSRF token.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use labelkeep_services::accounts::{self, Given, PasskeyAnswer, SecondStep, SignIn, SignedIn};
use serde::{Deserialize, Serialize};

use super::login::{PROVIDER_ONLY, agent, csrf_holds};
use super::second_factor::waiting;
use super::{cookies, next, second_factor};
use crate::accounts::passkey_model::{AnswerIn, AssertionIn, CredentialIn, QuestionOut};
use crate::extract::{Body, ClientAddress, pre_session_secret};
use crate::wire::answer;
use crate::{ApiError, ApiResult, App};

/// The same for an unknown passkey, a wrong signature and a person who is no longer here (SEC-061).
const REFUSED: &str = "This passkey was not accepted. Use another one, or your password.";

/// A passkey's answer, and where to go afterwards.
#[derive(Deserialize)]
pub(crate) struct SignInBody {
    state: String,
    credential: CredentialIn<AssertionIn>,
    #[serde(default)]
    next: Option<String>,
    /// Keep the session when the browser closes.
    #[serde(default)]
    persist_session: bool,
}

impl SignInBody {
    /// The answer, and where to go.
    fn parts(self) -> (PasskeyAnswer, Option<String>) {
        let answer = AnswerIn {
            state: self.state,
            credential: self.credential,
        };
        (answer.into(), self.next)
    }
}

#[derive(Serialize)]
struct NextOut<'a> {
    next: &'a str,
}

/// `POST /user/login/passkey/begin/`
pub(crate) async fn begin(State(app): State<App>, headers: HeaderMap) -> ApiResult<Response> {
    guard(&headers, &app)?;
    let browser = pre_session_secret(&headers, &app);
    answer::ok(&QuestionOut::from(accounts::ask_who(&app.services, &browser).await?))
}

/// `POST /user/login/passkey/finish/`
pub(crate) async fn finish(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SignInBody>,
) -> ApiResult<Response> {
    guard(&headers, &app)?;
    let wish = SignIn {
        email: String::new(),
        password: String::new(),
        persistent: body.persist_session,
        address,
        agent: agent(&headers),
    };
    let browser = pre_session_secret(&headers, &app);
    let (given, next) = body.parts();
    let target = next::safe(next.as_deref());
    match accounts::sign_in_by_passkey(&app.services, &browser, &given, wish).await? {
        SignedIn::Session(session) => {
            let mut response = answer::ok(&NextOut { next: target })?;
            cookies::clear_step(&app, &mut response);
            cookies::set_session(&app, &mut response, &session);
            Ok(response)
        }
        SignedIn::ProviderOnly => Err(ApiError::forbidden(PROVIDER_ONLY)),
        SignedIn::No | SignedIn::SecondStep(_) => Err(ApiError::bad_request(REFUSED)),
    }
}

/// `POST /user/second-factor/passkey/begin/`
pub(crate) async fn begin_second(State(app): State<App>, headers: HeaderMap) -> ApiResult<Response> {
    guard(&headers, &app)?;
    let id = waiting(&headers, &app).unwrap_or_default();
    match accounts::ask_second_step(&app.services, id).await? {
        Some(question) => answer::ok(&QuestionOut::from(question)),
        None => Err(ApiError::bad_request(second_factor::OVER)),
    }
}

/// `POST /user/second-factor/passkey/finish/`
pub(crate) async fn finish_second(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SignInBody>,
) -> ApiResult<Response> {
    guard(&headers, &app)?;
    let id = waiting(&headers, &app).unwrap_or_default();
    let (given, next) = body.parts();
    match accounts::second_step(&app.services, id, Given::Passkey(&given), address, agent(&headers)).await? {
        SecondStep::Session(session) => {
            let next = next::safe(next.as_deref());
            let mut response = answer::ok(&NextOut { next })?;
            cookies::clear_step(&app, &mut response);
            cookies::set_session(&app, &mut response, &session);
            Ok(response)
        }
        SecondStep::Wrong => Err(ApiError::bad_request("This passkey was not accepted. Use another one.")),
        SecondStep::Over => Err(ApiError::bad_request(second_factor::OVER)),
    }
}

/// As the forms: our origin, and the token that goes with the cookie (SEC-038).
fn guard(headers: &HeaderMap, app: &App) -> ApiResult<()> {
    if csrf_holds(headers, app, "") {
        return Ok(());
    }
    Err(ApiError::forbidden("The page was too old. Reload it and try again."))
}
