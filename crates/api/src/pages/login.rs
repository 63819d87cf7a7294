//! The sign-in form.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use labelkeep_services::ServiceError;
use labelkeep_services::accounts::{self, SignIn, SignedIn};
use labelkeep_services::sso::{self, ProviderButton};
use labelkeep_ui::Page;
use serde::Deserialize;

use super::{cookies, html, next, problem, redirect, second_factor};
use crate::extract::{ClientAddress, Form, MaybeSignedIn, Query, guard_origin, pre_session_secret, pre_session_valid};
use crate::{ApiResult, App};

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub(crate) struct NextQuery {
    #[serde(default)]
    pub(crate) next: Option<String>,
}

/// The same, and whose provider the page offers.
#[derive(Debug, Deserialize)]
pub(crate) struct LoginQuery {
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    organization: Option<i64>,
    /// `set`: comes from the page on which a new password was set.
    #[serde(default)]
    password: String,
}

/// What the form says.
#[derive(Default)]
struct Words<'a> {
    intro: &'static str,
    error: &'a str,
    email: &'a str,
}

/// The form's fields.
#[derive(Deserialize)]
pub(crate) struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    persist_session: Option<String>,
    #[serde(default)]
    csrfmiddlewaretoken: String,
    #[serde(default)]
    next: Option<String>,
}

const TITLE: &str = "Sign in to Labelkeep";
pub(super) const PROVIDER_ONLY: &str = "Your organization signs in by its identity provider, not with a password.";
const PASSWORD_SET: &str = "Your new password is set. Sign in with it now.";
const WRONG: &str = "The email and password you entered don't match.";

/// `GET /user/login/`
pub(crate) async fn show(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Query(query): Query<LoginQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    if caller.is_some() {
        return Ok(redirect(next::safe(query.next.as_deref())));
    }
    if !accounts::any(&app.services).await? {
        return Ok(redirect("/user/signup/"));
    }
    let button = sso::button(&app.services, query.organization).await?;
    let words = Words {
        intro: if query.password == "set" { PASSWORD_SET } else { "" },
        ..Words::default()
    };
    let next = query.next.as_deref();
    Ok(form(&app, &headers, StatusCode::OK, words, next, button.as_ref()))
}

/// `POST /user/login/`
pub(crate) async fn submit(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    ClientAddress(address): ClientAddress,
    Query(query): Query<LoginQuery>,
    headers: HeaderMap,
    Form(login): Form<LoginForm>,
) -> ApiResult<Response> {
    if !csrf_holds(&headers, &app, &login.csrfmiddlewaretoken) {
        return Ok(csrf_failed());
    }
    let target = login
        .next
        .as_deref()
        .filter(|next| !next.is_empty())
        .or(query.next.as_deref());
    if caller.is_some() {
        return Ok(redirect(next::safe(target)));
    }
    let button = sso::button(&app.services, query.organization).await?;
    let wish = SignIn {
        email: login.email.clone(),
        password: login.password,
        persistent: login
            .persist_session
            .is_some_and(|word| !matches!(word.as_str(), "false" | "0" | "off")),
        address,
        agent: agent(&headers),
    };
    let once_more = |status: StatusCode, error: &str| {
        let words = Words {
            error,
            email: &login.email,
            ..Words::default()
        };
        form(&app, &headers, status, words, target, button.as_ref())
    };
    match accounts::sign_in(&app.services, wish).await {
        Ok(SignedIn::Session(session)) => {
            let mut response = redirect(next::safe(target));
            cookies::set_session(&app, &mut response, &session);
            Ok(response)
        }
        Ok(SignedIn::SecondStep(waiting)) => {
            let mut response = redirect(&next::page_then(second_factor::PATH, next::safe(target)));
            cookies::set_step(&app, &mut response, &waiting);
            Ok(response)
        }
        Ok(SignedIn::ProviderOnly) => Ok(once_more(StatusCode::OK, PROVIDER_ONLY)),
        Ok(SignedIn::No) => Ok(once_more(StatusCode::OK, WRONG)),
        Err(error) => again(error, once_more),
    }
}

/// The form with a pre-session token (SEC-038).
fn form(
    app: &App,
    headers: &HeaderMap,
    status: StatusCode,
    words: Words<'_>,
    next: Option<&str>,
    button: Option<&ProviderButton>,
) -> Response {
    let provider = button.map(|button| super::sso::start_path(button.organization_id, next));
    let secret = pre_session_secret(headers, app);
    let next = next.map(|next| next::safe(Some(next))).unwrap_or_default();
    let values = [
        ("csrf", secret.mask()),
        ("error", words.error.to_owned()),
        ("email", words.email.to_owned()),
        ("next", next.to_owned()),
        ("provider", provider.unwrap_or_default()),
        (
            "provider_text",
            button.map(|button| button.text.clone()).unwrap_or_default(),
        ),
    ];
    let mut values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    values.extend([
        ("title", TITLE),
        ("intro", words.intro),
        ("passkeys", super::passkeys(app)),
    ]);
    let mut response = html(app, status, Page::Login, &values);
    cookies::set_csrf(app, &mut response, &secret);
    response
}

/// The three checks of a form that nobody has signed in for: origin, cookie, field.
pub(super) fn csrf_holds(headers: &HeaderMap, app: &App, field: &str) -> bool {
    let sent = headers.get("x-csrftoken").and_then(|value| value.to_str().ok());
    let token = if field.is_empty() {
        sent.unwrap_or_default()
    } else {
        field
    };
    guard_origin(headers, app).is_ok() && pre_session_valid(headers, app, token)
}

/// 403 as a page.
pub(super) fn csrf_failed() -> Response {
    let intro = "The form was too old, or did not come from this server. Go back, reload the page and send it again.";
    problem(StatusCode::FORBIDDEN, "The form was not accepted", intro)
}

/// What a person can do something about goes into the form; the rest is an error as everywhere.
pub(super) fn again(error: ServiceError, form: impl FnOnce(StatusCode, &str) -> Response) -> ApiResult<Response> {
    let trouble = Trouble::of(error)?;
    let mut response = form(trouble.status, &trouble.text);
    trouble.mark(&mut response);
    Ok(response)
}

/// What is said in a form about an error.
pub(super) struct Trouble {
    pub(super) status: StatusCode,
    pub(super) text: String,
    seconds: Option<u64>,
}

impl Trouble {
    pub(super) fn of(error: ServiceError) -> ApiResult<Self> {
        let (status, seconds) = match &error {
            ServiceError::TooMany(seconds) => (StatusCode::TOO_MANY_REQUESTS, Some(*seconds)),
            ServiceError::Busy(seconds) => (StatusCode::SERVICE_UNAVAILABLE, Some(*seconds)),
            ServiceError::Invalid(_) => (StatusCode::OK, None),
            _ => return Err(error.into()),
        };
        let text = match &error {
            ServiceError::Invalid(invalid) => invalid
                .fields
                .iter()
                .flat_map(|(_, texts)| texts.iter())
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" "),
            other => other.to_string(),
        };
        Ok(Trouble { status, text, seconds })
    }

    /// Says when to try again.
    pub(super) fn mark(&self, response: &mut Response) {
        if let Some(seconds) = self.seconds {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
    }
}

pub(super) fn agent(headers: &HeaderMap) -> String {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}
