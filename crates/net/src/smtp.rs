//! Mail by SMTP, to the one server that the installation names. The guard of [`crate::policy`] has no say here: nobody but
//! who starts the program chooses that server.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use lettre::address::AddressError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Identity, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use thiserror::Error;

use crate::Roots;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS by STARTTLS; without it no mail is sent (port 587).
    StartTls,
    /// Plain text, for a server on the same machine.
    None,
}

/// The mail server.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection of the connection.
    pub security: SmtpSecurity,
    /// PEM files of a certificate and its key, for servers that ask for one.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// User and password; none where the server asks for none.
    pub login: Option<(String, String)>,
    /// For each step of the conversation.
    pub timeout: Duration,
    /// Whom mails are from: `Labelkeep <labels@example.org>`.
    pub from: String,
}

impl std::fmt::Debug for SmtpSettings {
    /// Without the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// A mail of plain text to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Names the mail in `Message-ID`: one that arrives twice can be told by it.
    pub id: String,
    /// The address.
    pub to: String,
    /// One line; line breaks in it become blanks.
    pub subject: String,
    /// The text.
    pub text: String,
    /// When it was written.
    pub at: SystemTime,
}

/// Why a mail was not taken, or the settings are not usable.
#[derive(Debug, Error)]
pub enum SmtpError {
    #[error("FROM_EMAIL: \"{0}\" is not an address such as Labelkeep <labels@example.org>")]
    From(String),
    #[error("EMAIL_HOST: {0}")]
    Host(String),
    #[error("EMAIL_SSL_CERTFILE, EMAIL_SSL_KEYFILE: {0}")]
    Identity(String),
    #[error("the address cannot be written to")]
    Address(#[source] AddressError),
    #[error("the mail cannot be written: {0}")]
    Content(#[source] lettre::error::Error),
    /// The words of the server or of the network.
    #[error("{0}")]
    Refused(String),
}

/// Sends mails. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Prepares for sending; connects to nothing yet.
    pub fn new(settings: &SmtpSettings, roots: &Roots) -> Result<Mailer, SmtpError> {
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|_| SmtpError::From(settings.from.clone()))?;
        let tls = match settings.security {
            SmtpSecurity::Tls => Tls::Wrapper(parameters(settings, roots)?),
            SmtpSecurity::StartTls => Tls::Required(parameters(settings, roots)?),
            SmtpSecurity::None => Tls::None,
        };
        // "Dangerous" is the builder that assumes nothing; what it is given is above.
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.timeout));
        if let Some((user, password)) = settings.login.clone() {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Mailer {
            transport: builder.build(),
            from,
        })
    }

    /// Sends one mail; when this returns `Ok`, the server has taken it.
    pub async fn send(&self, letter: Letter) -> Result<(), SmtpError> {
        let message = self.message(letter)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(SmtpError::Refused(with_causes(&error))),
        }
    }

    fn message(&self, letter: Letter) -> Result<Message, SmtpError> {
        let to = letter.to.parse().map_err(SmtpError::Address)?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .date(letter.at)
            .subject(one_line(&letter.subject))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(SmtpError::Content)
    }
}

/// What stands in a header is one line, whatever a title or a name holds (SEC-182).
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect()
}

fn parameters(settings: &SmtpSettings, roots: &Roots) -> Result<TlsParameters, SmtpError> {
    let host = |error: lettre::transport::smtp::Error| SmtpError::Host(error.to_string());
    let mut builder = TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    for certificate in roots.added() {
        builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec()).map_err(host)?);
    }
    if let Some((certificate, key)) = &settings.identity {
        let read = |file: &PathBuf| {
            std::fs::read(file).map_err(|error| SmtpError::Identity(format!("{}: {error}", file.display())))
        };
        let damaged = || SmtpError::Identity(format!("{} holds no certificate in PEM form", certificate.display()));
        let der = CertificateDer::from_pem_slice(&read(certificate)?).map_err(|_| damaged())?;
        // Whatever its name says, with rustls the library takes one certificate in DER form here.
        let identity = Identity::from_pem(&der, &read(key)?).map_err(|error| SmtpError::Identity(error.to_string()))?;
        builder = builder.identify_with(identity);
    }
    builder.build_rustls().map_err(host)
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    // The server's words go to the log and into a column: no more than a line of them.
    one_line(&text).chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer() -> Mailer {
        let settings = SmtpSettings {
            host: "localhost".to_owned(),
            port: 2525,
            security: SmtpSecurity::None,
            identity: None,
            login: None,
            timeout: Duration::from_secs(5),
            from: "Labelkeep <labels@example.org>".to_owned(),
        };
        Mailer::new(&settings, &Roots::default()).expect("fine")
    }

    fn letter(to: &str, subject: &str) -> Letter {
        Letter {
            id: "x1".to_owned(),
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: "Hello\r\n.\r\nBcc: none".to_owned(),
            at: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn sec_182_headers_take_no_line_breaks() {
        let message = mailer()
            .message(letter("ada@example.org", "Join Cats\r\nBcc: eve@example.org"))
            .expect("fine");
        let text = String::from_utf8(message.formatted()).expect("text");
        let (head, _) = text.split_once("\r\n\r\n").expect("a body");
        assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
        assert!(head.contains("Message-ID: <x1@example.org>"), "{head}");
        for bad in ["ada@example.org\r\nBcc: eve@example.org", "a b@example.org", "", "ada"] {
            assert!(mailer().message(letter(bad, "x")).is_err(), "{bad}");
        }
    }
}
