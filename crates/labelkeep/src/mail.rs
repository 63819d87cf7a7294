//! The settings of the mail server (`EMAIL_…`, `FROM_EMAIL`).

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use labelkeep_net::Roots;
use labelkeep_net::smtp::{Mailer, SmtpSecurity, SmtpSettings};

use crate::options::Values;

/// The mail server, if one is named. Mails hold links that open accounts: they leave this machine over TLS only (SEC-017).
pub(crate) fn settings(values: &Values) -> anyhow::Result<Option<SmtpSettings>> {
    let Some(host) = values.text("EMAIL_HOST") else {
        return Ok(None);
    };
    let security = match (values.boolean("EMAIL_USE_SSL")?, values.boolean("EMAIL_USE_TLS")?) {
        (true, _) => SmtpSecurity::Tls,
        (false, true) => SmtpSecurity::StartTls,
        (false, false) if matches!(host, "localhost" | "127.0.0.1" | "::1") => SmtpSecurity::None,
        (false, false) => bail!(
            "{}: mail to {host} would leave this machine in plain text; set it to true, or EMAIL_USE_SSL",
            values.source("EMAIL_USE_TLS")
        ),
    };
    let usual = match security {
        SmtpSecurity::Tls => 465,
        SmtpSecurity::StartTls => 587,
        SmtpSecurity::None => 25,
    };
    let port = match values.text("EMAIL_PORT") {
        Some(_) => u16::try_from(values.number("EMAIL_PORT", 1, 65_535)?)?,
        None => usual,
    };
    let login = match (values.text("EMAIL_HOST_USER"), values.text("EMAIL_HOST_PASSWORD")) {
        (Some(user), Some(password)) => Some((user.to_owned(), password.to_owned())),
        (None, None) => None,
        (Some(_), None) => bail!("EMAIL_HOST_PASSWORD is missing; EMAIL_HOST_USER is set"),
        (None, Some(_)) => bail!("EMAIL_HOST_USER is missing; EMAIL_HOST_PASSWORD is set"),
    };
    let file = |name| values.text(name).map(PathBuf::from);
    let identity = match (file("EMAIL_SSL_CERTFILE"), file("EMAIL_SSL_KEYFILE")) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => bail!("EMAIL_SSL_CERTFILE and EMAIL_SSL_KEYFILE belong together; one of them is missing"),
    };
    let from = values
        .text("FROM_EMAIL")
        .context("FROM_EMAIL must be given with EMAIL_HOST")?;
    let settings = SmtpSettings {
        host: host.to_owned(),
        port,
        security,
        identity,
        login,
        timeout: Duration::from_secs(values.number("EMAIL_TIMEOUT", 1, 600)?.unsigned_abs()),
        from: from.to_owned(),
    };
    // What is wrong with it is said before anything is opened.
    Mailer::new(&settings, &Roots::default())?;
    Ok(Some(settings))
}
