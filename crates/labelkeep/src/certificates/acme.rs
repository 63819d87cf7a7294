//! A certificate by ACME (RFC 8555), built in with the feature `acme`. Names are proved over TLS on the server's own port
//! (RFC 8737), or over HTTP on the port that leads to it. Until the first certificate is there, and whenever the authority
//! cannot be reached, the server shows what it has.

use std::collections::HashMap;
use std::future::Future;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, HttpClient,
    Identifier, NewAccount, NewOrder, OrderStatus, RetryPolicy,
};
use labelkeep_api::server::Challenges;
use labelkeep_net::{Client, Consumer, Exchange, Limits, Policy, PolicySettings, Roots, Url};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use super::generated::Generated;
use super::{Certificate, Shown, check_mode, seconds_now};
use crate::options::Values;

/// The pause after a failure, doubled by each further one: authorities count failures by the hour.
const FIRST_PAUSE: Duration = Duration::from_secs(120);
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 3_600);

/// Where certificates are asked for, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeSettings {
    /// Address of the directory.
    pub directory: Url,
    /// Whom the authority writes to, as a URI.
    pub contact: Option<String>,
    /// Whether names are proved over HTTP.
    pub by_http: bool,
}

impl AcmeSettings {
    pub(crate) fn read(values: &Values) -> anyhow::Result<AcmeSettings> {
        let text = values.text("LABELKEEP_ACME_DIRECTORY").unwrap_or_default();
        let directory = Url::parse(text).ok().filter(|url| url.scheme() == "https");
        let by_http = match values.text("LABELKEEP_ACME_CHALLENGE").unwrap_or_default() {
            "tls-alpn-01" => false,
            "http-01" if values.text("LABELKEEP_REDIRECT_PORT").is_some() => true,
            "http-01" => {
                bail!("LABELKEEP_ACME_CHALLENGE: http-01 is answered on LABELKEEP_REDIRECT_PORT, which is not set")
            }
            other => bail!("LABELKEEP_ACME_CHALLENGE: \"{other}\" is neither tls-alpn-01 nor http-01"),
        };
        let contact = values.text("LABELKEEP_ACME_CONTACT").map(str::to_owned);
        if let Some(contact) = &contact
            && !contact.starts_with("mailto:")
        {
            bail!("LABELKEEP_ACME_CONTACT: \"{contact}\" does not start with mailto:");
        }
        Ok(AcmeSettings {
            directory: directory
                .with_context(|| format!("LABELKEEP_ACME_DIRECTORY: \"{text}\" does not start with https://"))?,
            contact,
            by_http,
        })
    }
}

pub(crate) struct Acme {
    settings: AcmeSettings,
    names: Vec<String>,
    folder: PathBuf,
    /// Shown until there is another.
    meanwhile: Generated,
    roots: Roots,
    challenges: Challenges,
    pause: Duration,
    next: Instant,
}

impl Acme {
    pub(super) fn new(settings: AcmeSettings, data_folder: &Path, names: Vec<String>, roots: &Roots) -> Acme {
        Acme {
            settings,
            folder: data_folder.join("tls/acme"),
            meanwhile: Generated::new(data_folder, names.clone()),
            names,
            roots: roots.clone(),
            challenges: Challenges::default(),
            pause: FIRST_PAUSE,
            next: Instant::now(),
        }
    }

    pub(super) fn challenges(&self) -> &Challenges {
        &self.challenges
    }

    pub(super) fn first(&self) -> anyhow::Result<Certificate> {
        match self.stored() {
            Some(stored) => Ok(stored),
            None => self.meanwhile.current(),
        }
    }

    pub(super) async fn newer(&mut self, shown: &Shown) -> anyhow::Result<Option<Certificate>> {
        if self.stored().is_some_and(|stored| !is_due(&stored)) || Instant::now() < self.next {
            return Ok(None);
        }
        let ordered = self.order(shown).await;
        shown.end_challenges();
        self.challenges.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.pause = match ordered {
            Ok(_) => FIRST_PAUSE,
            Err(_) => (self.pause * 2).min(LONGEST_PAUSE),
        };
        self.next = Instant::now() + self.pause;
        ordered.map(Some).with_context(|| {
            format!(
                "no certificate for {} from {}",
                self.names.join(", "),
                self.settings.directory
            )
        })
    }

    async fn order(&self, shown: &Shown) -> anyhow::Result<Certificate> {
        let account = self.account().await.context("the account")?;
        let identifiers: Vec<_> = self.names.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account
            .new_order(&NewOrder::new(&identifiers))
            .await
            .context("the order")?;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let kind = if self.settings.by_http {
                ChallengeType::Http01
            } else {
                ChallengeType::TlsAlpn01
            };
            let mut challenge = authorization
                .challenge(kind)
                .context("the authority offers no such proof")?;
            let answer = challenge.key_authorization();
            if self.settings.by_http {
                let mut challenges = self.challenges.write().unwrap_or_else(PoisonError::into_inner);
                challenges.insert(challenge.token.clone(), answer.as_str().to_owned());
            } else {
                let name = challenge.identifier().to_string();
                let proof = proof(&name, answer.digest().as_ref())?;
                shown.add_challenge(name, proof);
            }
            challenge.set_ready().await?;
        }
        let patience = RetryPolicy::new().timeout(Duration::from_secs(120));
        let status = order.poll_ready(&patience).await?;
        if status != OrderStatus::Ready {
            bail!("the name could not be proved ({status:?})");
        }
        let key = order.finalize().await?;
        let chain = order.poll_certificate(&patience).await?;
        let certificate = Certificate::from_pem(chain.as_bytes(), key.as_bytes())?;
        // The key goes first and the chain last: a pair that is not whole does not match, and is asked for anew.
        self.write("key.pem", key.as_bytes())?;
        self.write("certificate.pem", chain.as_bytes())?;
        Ok(certificate)
    }

    /// The account at this authority; made at the first time.
    async fn account(&self) -> anyhow::Result<Account> {
        let builder = || -> anyhow::Result<_> { Ok(Account::builder_with_http(Box::new(self.way_out()?))) };
        let directory = self.settings.directory.to_string();
        let mut accounts: HashMap<String, serde_json::Value> = match std::fs::read(self.folder.join("accounts.json")) {
            Ok(content) => serde_json::from_slice(&content).context("accounts.json is damaged")?,
            Err(_) => HashMap::new(),
        };
        if let Some(known) = accounts.get(&directory) {
            let credentials: AccountCredentials = serde_json::from_value(known.clone())?;
            return Ok(builder()?.from_credentials(credentials).await?);
        }
        let contact: Vec<&str> = self.settings.contact.as_deref().into_iter().collect();
        let wanted = NewAccount {
            contact: &contact,
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let (account, credentials) = builder()?.create(&wanted, directory.clone(), None).await?;
        accounts.insert(directory, serde_json::to_value(credentials)?);
        self.write("accounts.json", &serde_json::to_vec(&accounts)?)?;
        Ok(account)
    }

    /// The operator chooses the authority, which may well be in a private network; our own services stay out of reach.
    fn way_out(&self) -> anyhow::Result<WayOut> {
        let port = self.settings.directory.port_or_known_default().unwrap_or(443);
        let settings = PolicySettings {
            protection: false,
            allowed_ports: port.to_string(),
            ..PolicySettings::default()
        };
        Ok(WayOut(Client::new(Policy::new(&settings)?, &self.roots)))
    }

    fn stored(&self) -> Option<Certificate> {
        let key = self.folder.join("key.pem");
        check_mode(&key).ok()?;
        let chain = std::fs::read(self.folder.join("certificate.pem")).ok()?;
        let certificate = Certificate::from_pem(&chain, &std::fs::read(key).ok()?).ok()?;
        let parsed = rustls::server::ParsedCertificate::try_from(certificate.key.end_entity_cert().ok()?).ok()?;
        for name in &self.names {
            let name = rustls::pki_types::ServerName::try_from(name.clone()).ok()?;
            rustls::client::verify_server_name(&parsed, &name).ok()?;
        }
        Some(certificate)
    }

    fn write(&self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let (path, beside) = (self.folder.join(name), self.folder.join(format!("{name}.new")));
        let _ = std::fs::remove_file(&beside);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(beside, path)?;
        Ok(())
    }
}

/// Two thirds of its life are over.
fn is_due(certificate: &Certificate) -> bool {
    let life = certificate.ends - certificate.begins;
    seconds_now() >= certificate.begins + life / 3 * 2
}

/// The certificate that proves a name over TLS (RFC 8737 §3).
fn proof(name: &str, digest: &[u8]) -> anyhow::Result<Arc<CertifiedKey>> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let chain = vec![certificate.der().clone()];
    // Not `from_der`, which reads the certificate: it does not know this extension, and it is critical.
    let key = rustls::crypto::ring::sign::any_supported_type(&der)?;
    Ok(Arc::new(CertifiedKey::new(chain, key)))
}

/// ACME's requests, by the one way out of the process.
struct WayOut(Client);

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_secs(60),
    total: Duration::from_secs(60),
    max_bytes: 1024 * 1024,
    redirects: 0,
};

impl HttpClient for WayOut {
    fn request(
        &self,
        request: http::Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>> {
        let client = self.0.clone();
        Box::pin(async move {
            let other = |error: Box<dyn std::error::Error + Send + Sync>| instant_acme::Error::Other(error);
            let (parts, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let exchange = Exchange {
                method: parts.method,
                url: parts.uri.to_string(),
                headers: parts.headers,
                body: body.to_bytes().to_vec(),
            };
            let answer = client.exchange(Consumer::SignIn, exchange, LIMITS).await;
            let answer = answer.map_err(|error| other(error.into()))?;
            let mut response = http::Response::new(Full::new(Bytes::from(answer.body)));
            *response.status_mut() = http::StatusCode::from_u16(answer.status).map_err(|error| other(error.into()))?;
            *response.headers_mut() = answer.headers;
            Ok(BytesResponse::from(response))
        })
    }
}
