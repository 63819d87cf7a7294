//! Questions to a directory (LDAP): over TLS only, with verification, to an address that passed the guard (SEC-080).

use std::collections::HashMap;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchEntry, SearchOptions, StdStream};
use tokio::time::timeout;
use url::Url;

use crate::client::Limits;
use crate::error::NetError;
use crate::policy::Consumer;
use crate::target::{Target, TargetHost};
use crate::{Client, dial, tls};

/// All that one sign-in may take.
const TOTAL: Duration = Duration::from_secs(5);
/// `invalidCredentials`, RFC 4511 §4.1.9.
const INVALID_CREDENTIALS: u32 = 49;
/// `sizeLimitExceeded`
const SIZE_LIMIT_EXCEEDED: u32 = 4;

/// A question: is there exactly one entry that the filter finds, and is this its password?
#[derive(Clone)]
pub struct DirectoryQuestion {
    /// `ldaps://host:port`, or `ldap://host:port` with `start_tls`.
    pub url: String,
    /// Begin TLS in a plain connection before anything is said.
    pub start_tls: bool,
    /// Name and password of an account that may search.
    pub reader: (String, String),
    /// Where people are.
    pub base: String,
    /// RFC 4515, with values that went through [`escape`].
    pub filter: String,
    /// The attributes to read.
    pub attributes: Vec<String>,
    /// The person's password; none only looks the entry up.
    pub password: Option<String>,
}

/// What the directory knows of a person.
#[derive(Debug, Clone)]
pub struct DirectoryEntry {
    /// Its distinguished name.
    pub dn: String,
    /// By name in lower case.
    pub attributes: HashMap<String, Vec<String>>,
}

/// A value for a filter (RFC 4515 §3): nothing in it is syntax.
pub fn escape(value: &str) -> String {
    ldap3::ldap_escape(value).into_owned()
}

impl Client {
    /// Asks a directory; `None` when there is no such entry, more than one, or the password is not its. An empty password
    /// is never sent: many directories take it for an anonymous sign-in that succeeds (RFC 4513 §5.1.2). Referrals are not
    /// followed.
    ///
    /// # Errors
    /// See [`NetError`]; an answer that makes no sense is [`NetError::UnsupportedAnswer`].
    pub async fn ask_directory(&self, question: DirectoryQuestion) -> Result<Option<DirectoryEntry>, NetError> {
        if question.password.as_deref().is_some_and(str::is_empty) {
            return Ok(None);
        }
        let client = self.clone();
        // The protocol library panics on some answers that are not well-formed: in a task of its own that is an error.
        let task = tokio::spawn(async move { timeout(TOTAL, client.ask(question)).await });
        match task.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(NetError::TimedOut),
            Err(_) => Err(NetError::UnsupportedAnswer),
        }
    }

    async fn ask(&self, question: DirectoryQuestion) -> Result<Option<DirectoryEntry>, NetError> {
        let (reader, password) = &question.reader;
        let mut ldap = self.connect_directory(&question.url, question.start_tls).await?;
        let bound = ldap.simple_bind(reader, password).await.map_err(failed)?;
        bound.success().map_err(failed)?;
        let options = SearchOptions::new().sizelimit(2).timelimit(TOTAL.as_secs() as i32);
        let found = ldap
            .with_search_options(options)
            .search(
                &question.base,
                Scope::Subtree,
                &question.filter,
                question.attributes.clone(),
            )
            .await
            .map_err(failed)?;
        let (mut entries, result) = (found.0, found.1);
        if result.rc != 0 && result.rc != SIZE_LIMIT_EXCEEDED {
            return Err(failed(LdapError::LdapResult { result }));
        }
        entries.retain(|entry| !entry.is_ref());
        let (Some(entry), true) = (entries.pop(), entries.is_empty()) else {
            return Ok(None);
        };
        let entry = SearchEntry::construct(entry);
        let _ = ldap.unbind().await;
        if let Some(password) = &question.password {
            // A connection of its own: nothing is ever asked under the person's name.
            let mut ldap = self.connect_directory(&question.url, question.start_tls).await?;
            let bound = ldap.simple_bind(&entry.dn, password).await.map_err(failed)?;
            let _ = ldap.unbind().await;
            match bound.rc {
                0 => {}
                INVALID_CREDENTIALS => return Ok(None),
                _ => return Err(failed(LdapError::LdapResult { result: bound })),
            }
        }
        Ok(Some(DirectoryEntry {
            dn: entry.dn,
            attributes: entry
                .attrs
                .into_iter()
                .map(|(name, values)| (name.to_ascii_lowercase(), values))
                .collect(),
        }))
    }

    async fn connect_directory(&self, url: &str, start_tls: bool) -> Result<Ldap, NetError> {
        let url = Url::parse(url).map_err(|_| NetError::InvalidUrl {
            reason: "it cannot be read",
        })?;
        let encrypted = url.scheme() == "ldaps" || (url.scheme() == "ldap" && start_tls);
        let (Some(host), true) = (url.host_str(), encrypted) else {
            let reason = "it must begin with ldaps://, or with ldap:// and StartTLS";
            return Err(NetError::InvalidUrl { reason });
        };
        let port = url.port().unwrap_or(if url.scheme() == "ldaps" { 636 } else { 389 });
        // The guard knows hosts and ports of web addresses.
        let target = Target::parse(&format!("https://{host}:{port}/"))?;
        let limits = Limits::sign_in();
        let addresses = self.checked_addresses(Consumer::SignIn, &target, limits).await?;
        let stream = match self.proxy() {
            Some(proxy) => {
                let proxy_addresses = self.proxy_addresses(limits).await?;
                proxy.tunnel(&proxy_addresses, host, port).await?
            }
            None => dial::connect(&addresses, port).await?,
        };
        let name = match target.host() {
            TargetHost::Name(name) => name.clone(),
            TargetHost::Address(_) => host.to_owned(),
        };
        let url = Url::parse(&format!("{}://{name}:{port}", url.scheme()));
        let url = url.map_err(|_| NetError::InvalidUrl {
            reason: "it cannot be read",
        })?;
        let settings = LdapConnSettings::new()
            .set_conn_timeout(TOTAL)
            .set_starttls(start_tls)
            .set_config(std::sync::Arc::new(tls::without_protocols(self.tls())))
            .set_std_stream(StdStream::Tcp(stream.into_std().map_err(|_| NetError::Unreachable)?));
        let (connection, ldap) = LdapConnAsync::from_url_with_settings(settings, &url)
            .await
            .map_err(failed)?;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::info!(%error, "the connection to a directory ended");
            }
        });
        Ok(ldap)
    }
}

/// The cause is for the log: it may name hosts and accounts.
fn failed(error: LdapError) -> NetError {
    tracing::warn!(%error, "a directory did not answer as hoped");
    match error {
        LdapError::Timeout { .. } => NetError::TimedOut,
        LdapError::Io { .. } => NetError::Unreachable,
        _ => NetError::UnsupportedAnswer,
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn sec_080_values_of_a_filter_are_no_syntax() {
        assert_eq!(escape("*)(uid=*"), "\\2a\\29\\28uid=\\2a");
        assert_eq!(escape("a\\b\0"), "a\\5cb\\00");
    }
}
