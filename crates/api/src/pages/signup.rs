//! The sign-up form: for the first account, and for people with a link.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::accounts::{self, Newcomer, SignUpState, SignedUp};
use labelkeep_ui::Page;
use serde::Deserialize;

use super::login::{again, agent, csrf_failed, csrf_holds};
use super::{cookies, html, next, no_referrer, problem, redirect};
use crate::extract::{ClientAddress, Form, MaybeSignedIn, Query, pre_session_secret};
use crate::{ApiResult, App};

/// The link's token, and where to go afterwards.
#[derive(Debug, Deserialize)]
pub(crate) struct SignUpQuery {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    next: Option<String>,
}

/// The form's fields.
#[derive(Deserialize)]
pub(crate) struct SignUpForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    allow_newsletters: Option<bool>,
    #[serde(default)]
    csrfmiddlewaretoken: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    next: Option<String>,
}

/// `GET /user/signup/`
pub(crate) async fn show(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    ClientAddress(address): ClientAddress,
    Query(query): Query<SignUpQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    if caller.is_some() {
        return Ok(redirect(next::safe(query.next.as_deref())));
    }
    let state = accounts::sign_up_state(&app.services, query.token.as_deref(), address).await?;
    let sheet = Sheet {
        token: query.token.unwrap_or_default(),
        next: query.next,
        email: String::new(),
    };
    Ok(form(&app, &headers, &state, StatusCode::OK, "", &sheet))
}

/// `POST /user/signup/`
pub(crate) async fn submit(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    ClientAddress(address): ClientAddress,
    Query(query): Query<SignUpQuery>,
    headers: HeaderMap,
    Form(fields): Form<SignUpForm>,
) -> ApiResult<Response> {
    if !csrf_holds(&headers, &app, &fields.csrfmiddlewaretoken) {
        return Ok(csrf_failed());
    }
    let sheet = Sheet {
        token: query.token.or(fields.token).unwrap_or_default(),
        next: fields.next.filter(|next| !next.is_empty()).or(query.next),
        email: fields.email.clone(),
    };
    if caller.is_some() {
        return Ok(redirect(next::safe(sheet.next.as_deref())));
    }
    let state = accounts::sign_up_state(&app.services, Some(&sheet.token), address).await?;
    if matches!(state, SignUpState::ByProvider(_) | SignUpState::Refused) {
        return Ok(form(&app, &headers, &state, StatusCode::FORBIDDEN, "", &sheet));
    }
    let newcomer = Newcomer {
        email: fields.email,
        password: fields.password,
        token: Some(sheet.token.clone()),
        allow_newsletters: fields.allow_newsletters,
        address,
        agent: agent(&headers),
    };
    match accounts::sign_up(&app.services, newcomer).await {
        Ok(SignedUp::New(session)) => {
            let mut response = redirect(next::safe(sheet.next.as_deref()));
            cookies::set_session(&app, &mut response, &session);
            Ok(response)
        }
        Ok(SignedUp::Known) => Ok(redirect("/user/login/")),
        Err(error) => again(error, |status, text| form(&app, &headers, &state, status, text, &sheet)),
    }
}

/// What the form is shown with again.
struct Sheet {
    token: String,
    next: Option<String>,
    email: String,
}

fn form(
    app: &App,
    headers: &HeaderMap,
    state: &SignUpState,
    status: StatusCode,
    error: &str,
    sheet: &Sheet,
) -> Response {
    let (title, intro) = match state {
        SignUpState::First => (
            "Create the first account".to_owned(),
            "It owns this installation. Others join later with a link from you.".to_owned(),
        ),
        SignUpState::Joins(_, organization) => (format!("Join {organization}"), "Create your account.".to_owned()),
        SignUpState::Invited(invited) => (
            format!("Join {}", invited.title),
            format!("This invitation is for {}.", invited.email),
        ),
        SignUpState::ByProvider(organization) => {
            let title = format!("{organization} signs in by its identity provider");
            let intro = "You need no password and no link: sign in with the provider on the sign-in page, and your \
                         account is made.";
            return no_referrer(problem(StatusCode::FORBIDDEN, &title, intro));
        }
        SignUpState::Refused => {
            let intro = "Sign-up needs a valid invitation link. Ask the people who run this server for a new one.";
            return no_referrer(problem(StatusCode::FORBIDDEN, "An invitation is needed", intro));
        }
    };
    let email = match state {
        SignUpState::Invited(invited) if sheet.email.is_empty() => &invited.email,
        _ => &sheet.email,
    };
    let secret = pre_session_secret(headers, app);
    let csrf = secret.mask();
    let next = sheet
        .next
        .as_deref()
        .map(|next| next::safe(Some(next)))
        .unwrap_or_default();
    let values = [
        ("csrf", csrf.as_str()),
        ("error", error),
        ("email", email),
        ("next", next),
        ("token", &sheet.token),
        ("title", &title),
        ("intro", &intro),
    ];
    let mut response = no_referrer(html(app, status, Page::SignUp, &values));
    cookies::set_csrf(app, &mut response, &secret);
    response
}
