//! Where the data lies: the settings of SQLite and PostgreSQL.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use labelkeep_net::Roots;
use labelkeep_store::{DbSettings, PostgresSettings, SslMode};
use url::Url;

use crate::options::Values;

/// Reads the settings; the first that is wrong is the error. The installation's own authorities are trusted here too
/// (SEC-019).
pub(crate) fn read(values: &Values, data_folder: &Path, roots: &Roots) -> anyhow::Result<DbSettings> {
    let mut settings = match named(values, data_folder)? {
        DbSettings::Postgres(settings) => settings,
        file => return Ok(file),
    };
    settings.further_roots = roots.added_pem().to_vec();
    let near = is_near(&settings.host);
    // Plain text never leaves the machine (SEC-013).
    if settings.ssl_mode == SslMode::Disable && !near {
        bail!(
            "POSTGRE_SSL_MODE: disable is allowed on loopback only, and {} is elsewhere",
            settings.host
        );
    }
    if let Some((_, key)) = &settings.ssl_identity {
        crate::certificates::check_mode(key).context("POSTGRE_SSLKEY")?;
    }
    Ok(DbSettings::Postgres(settings))
}

/// Whether the connection leaves this machine and could end at somebody else's server.
pub(crate) fn is_weak(values: &Values) -> anyhow::Result<bool> {
    // Where an embedded database lies does not matter to the question.
    Ok(match named(values, Path::new("/"))? {
        DbSettings::Postgres(settings) => settings.ssl_mode != SslMode::VerifyFull && !is_near(&settings.host),
        DbSettings::Sqlite(_) => false,
    })
}

fn is_near(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    host.starts_with('/') || bare == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn named(values: &Values, data_folder: &Path) -> anyhow::Result<DbSettings> {
    if let Some(text) = values.text("DATABASE_URL") {
        return from_url(text).with_context(|| values.source("DATABASE_URL"));
    }
    match values.text("DJANGO_DB").unwrap_or("sqlite") {
        "sqlite" => {
            let file = values
                .text("DATABASE_NAME")
                .map_or_else(|| data_folder.join("labelkeep.sqlite3"), PathBuf::from);
            Ok(DbSettings::Sqlite(std::path::absolute(file)?))
        }
        "default" | "postgresql" => {
            let user = values
                .text("POSTGRE_USER")
                .context("POSTGRE_USER must be given for PostgreSQL")?;
            let mode = values.text("POSTGRE_SSL_MODE").unwrap_or("verify-full");
            let file = |name| values.text(name).map(PathBuf::from);
            Ok(DbSettings::Postgres(PostgresSettings {
                host: values.text("POSTGRE_HOST").unwrap_or("localhost").to_owned(),
                port: u16::try_from(values.number("POSTGRE_PORT", 1, 65_535)?)?,
                user: user.to_owned(),
                password: values.text("POSTGRE_PASSWORD").map(str::to_owned),
                name: values.text("POSTGRE_NAME").unwrap_or("postgres").to_owned(),
                ssl_mode: ssl_mode(mode).with_context(|| values.source("POSTGRE_SSL_MODE"))?,
                ssl_root_cert: file("POSTGRE_SSLROOTCERT"),
                further_roots: Vec::new(),
                ssl_identity: identity(file("POSTGRE_SSLCERT"), file("POSTGRE_SSLKEY"))?,
            }))
        }
        other => bail!(
            "{}: \"{other}\" is not sqlite, default or postgresql",
            values.source("DJANGO_DB")
        ),
    }
}

fn identity(certificate: Option<PathBuf>, key: Option<PathBuf>) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("POSTGRE_SSLKEY is missing; POSTGRE_SSLCERT is set"),
        (None, Some(_)) => bail!("POSTGRE_SSLCERT is missing; POSTGRE_SSLKEY is set"),
    }
}

/// No text of an error repeats the address: it holds a password.
fn from_url(text: &str) -> anyhow::Result<DbSettings> {
    if let Some(path) = text.strip_prefix("sqlite://") {
        if !path.starts_with('/') {
            bail!("sqlite:// must be followed by an absolute path");
        }
        return Ok(DbSettings::Sqlite(PathBuf::from(path)));
    }
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
    let url = url.context("this is neither postgresql://… nor sqlite:///…")?;
    let decode = |text: &str| -> anyhow::Result<String> {
        // The form decoding of the url crate reads + as a blank, so that plus signs are kept apart first.
        let query = format!("x={}", text.replace('+', "%2B"));
        let pair = url::form_urlencoded::parse(query.as_bytes()).next();
        Ok(pair.map(|(_, value)| value.into_owned()).unwrap_or_default())
    };
    if url.username().is_empty() {
        bail!("the role is missing: postgresql://ROLE:PASSWORD@HOST/NAME");
    }
    let mut settings = PostgresSettings {
        host: url
            .host_str()
            .filter(|host| !host.is_empty())
            .unwrap_or("localhost")
            .to_owned(),
        port: url.port().unwrap_or(5_432),
        user: decode(url.username())?,
        password: url.password().map(&decode).transpose()?,
        name: decode(url.path().trim_start_matches('/'))?,
        ssl_mode: SslMode::VerifyFull,
        ssl_root_cert: None,
        further_roots: Vec::new(),
        ssl_identity: None,
    };
    if settings.name.is_empty() {
        settings.name.clone_from(&settings.user);
    }
    let (mut certificate, mut key) = (None, None);
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "sslmode" => settings.ssl_mode = ssl_mode(&value)?,
            "sslrootcert" => settings.ssl_root_cert = Some(PathBuf::from(value.into_owned())),
            "sslcert" => certificate = Some(PathBuf::from(value.into_owned())),
            "sslkey" => key = Some(PathBuf::from(value.into_owned())),
            "host" => settings.host = value.into_owned(),
            other => bail!("the parameter {other} is not known"),
        }
    }
    settings.ssl_identity = identity(certificate, key)?;
    Ok(DbSettings::Postgres(settings))
}

fn ssl_mode(text: &str) -> anyhow::Result<SslMode> {
    match text {
        "disable" => Ok(SslMode::Disable),
        "require" => Ok(SslMode::Require),
        "verify-ca" => Ok(SslMode::VerifyCa),
        "verify-full" => Ok(SslMode::VerifyFull),
        "allow" | "prefer" => {
            bail!("\"{text}\" lets the server choose plain text; say verify-full, verify-ca or require")
        }
        other => bail!("\"{other}\" is not verify-full, verify-ca, require or disable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&'static str, &str)]) -> anyhow::Result<PostgresSettings> {
        match read(&Values::of(pairs), Path::new("/tmp/data"), &Roots::default())? {
            DbSettings::Postgres(settings) => Ok(settings),
            DbSettings::Sqlite(_) => bail!("PostgreSQL was asked for"),
        }
    }

    fn refusal(pairs: &[(&'static str, &str)]) -> String {
        format!("{:#}", settings(pairs).expect_err("refused"))
    }

    #[test]
    fn sec_013_plain_text_to_postgresql_stays_on_the_machine() {
        let postgres = [("DJANGO_DB", "default"), ("POSTGRE_USER", "labels")];
        let with = |more: &[(&'static str, &str)]| settings(&[&postgres, more].concat());
        let usual = with(&[]).expect("fine");
        assert_eq!(
            (usual.ssl_mode, usual.port, usual.name.as_str()),
            (SslMode::VerifyFull, 5432, "postgres")
        );
        assert!(with(&[("POSTGRE_SSL_MODE", "disable")]).is_ok());
        assert!(with(&[("POSTGRE_SSL_MODE", "disable"), ("POSTGRE_HOST", "db.example")]).is_err());
        assert!(with(&[("POSTGRE_SSL_MODE", "prefer")]).is_err());
        assert!(
            refusal(&[("DATABASE_URL", "postgresql://a:secret@db.example/x?sslmode=disable")]).contains("loopback")
        );
        assert!(!refusal(&[("DATABASE_URL", "mysql://a:secret@db.example/x")]).contains("secret"));
        // What is weaker than it should be is said, whichever way it was set.
        let weak = |more: &[(&'static str, &str)]| is_weak(&Values::of(&[&postgres, more].concat())).expect("fine");
        let far = ("POSTGRE_HOST", "db.example");
        assert!(weak(&[far, ("POSTGRE_SSL_MODE", "require")]) && weak(&[far, ("POSTGRE_SSL_MODE", "verify-ca")]));
        assert!(!weak(&[far]) && !weak(&[("POSTGRE_SSL_MODE", "require")]));
        assert!(weak(&[("DATABASE_URL", "postgresql://a@db.example/x?sslmode=require")]));
    }

    #[test]
    fn sec_207_the_role_must_be_given() {
        assert!(refusal(&[("DJANGO_DB", "default")]).contains("POSTGRE_USER"));
        assert!(refusal(&[("DATABASE_URL", "postgresql://db.example/x")]).contains("role"));
    }

    #[test]
    fn a_database_url_is_read_in_full() {
        let url = "postgresql://la%40bel:p%2B+a@127.0.0.1:5433/tasks?sslmode=require&sslrootcert=/ca.pem";
        let settings = settings(&[("DATABASE_URL", url)]).expect("fine");
        assert_eq!(
            (settings.user.as_str(), settings.password.as_deref()),
            ("la@bel", Some("p++a"))
        );
        assert_eq!(
            (settings.host.as_str(), settings.port, settings.name.as_str()),
            ("127.0.0.1", 5433, "tasks")
        );
        assert_eq!(
            (settings.ssl_mode, settings.ssl_root_cert),
            (SslMode::Require, Some("/ca.pem".into()))
        );
    }

    #[test]
    fn sec_014_a_client_certificate_comes_with_its_key() {
        let postgres = [("DJANGO_DB", "default"), ("POSTGRE_USER", "labels")];
        assert!(
            refusal(&[&postgres[..], &[("POSTGRE_SSLCERT", "/c.pem")]].concat()).contains("POSTGRE_SSLKEY is missing")
        );
        let url = "postgresql://a@localhost/x?sslkey=/c.key";
        assert!(refusal(&[("DATABASE_URL", url)]).contains("POSTGRE_SSLCERT is missing"));
        let url = "postgresql://a@localhost/x?sslkey=/no/such.key&sslcert=/c.pem";
        assert!(refusal(&[("DATABASE_URL", url)]).contains("/no/such.key"));
    }
}
