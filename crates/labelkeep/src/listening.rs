//! Where the server listens and how: the settings of ports, TLS and proxies. Plain HTTP is for one machine, or for what
//! stands behind a declared proxy; everything else is refused here with a line that says what to set (SEC-002, SEC-009).

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use labelkeep_api::StrictTransport;
use labelkeep_net::IpNet;
use url::Url;

use crate::options::Values;

/// Ports, and what is spoken there.
#[derive(Debug, Clone)]
pub struct Listening {
    /// One person's mode.
    pub local: bool,
    /// Where the product is; port 0 takes a free one.
    pub address: SocketAddr,
    /// What is spoken there.
    pub tls: TlsMode,
    /// Where plain HTTP is led to TLS.
    pub redirect: Option<SocketAddr>,
    /// Where health and metrics are.
    pub monitoring: Option<SocketAddr>,
    /// Whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// The configured origin, without a path.
    pub public_origin: Option<String>,
    /// The origin at which files of people are handed out, if it is another one (`MEDIA_ORIGIN`, SEC-164).
    pub media_origin: Option<String>,
    /// Whether browsers are told to come back over TLS only.
    pub strict_transport: StrictTransport,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain HTTP: local mode, or TLS is the work of a proxy.
    Plain,
    /// PEM files of the operator: chain, key.
    Files(PathBuf, PathBuf),
    /// Made by ourselves.
    Generated,
    /// Fetched from an authority.
    #[cfg(feature = "acme")]
    Acme(crate::certificates::acme::AcmeSettings),
}

impl TlsMode {
    /// What begins the addresses.
    pub fn scheme(&self) -> &'static str {
        match self {
            TlsMode::Plain => "http",
            _ => "https",
        }
    }
}

/// Settings that have no part in local mode.
const OF_SERVERS: [&str; 5] = [
    "TLS_MODE",
    "TLS_CERT_FILE",
    "TLS_KEY_FILE",
    "LABELKEEP_REDIRECT_PORT",
    "LABELKEEP_HSTS_PRELOAD",
];

impl Listening {
    /// Reads the settings; the first that is wrong is the error.
    pub fn read(values: &Values) -> anyhow::Result<Listening> {
        if values.boolean("LABELKEEP_LOCAL")? {
            local(values)
        } else {
            server(values)
        }
    }

    /// For a command that serves nobody: only links are made of it, so that nothing is refused.
    pub fn of_a_command(values: &Values) -> anyhow::Result<Listening> {
        let host = values.text("HOST").and_then(|text| Url::parse(text).ok());
        Ok(Listening {
            local: true,
            address: SocketAddr::new(LOOPBACK, port(values, "PORT")?),
            // Whether the server speaks TLS, as far as the settings say it: a link with the other scheme is led there.
            tls: match OF_SERVERS.iter().any(|name| values.is_set(name)) {
                true => tls_mode(values).unwrap_or(TlsMode::Plain),
                false => TlsMode::Plain,
            },
            redirect: None,
            monitoring: None,
            trusted_proxies: Vec::new(),
            public_origin: host.map(|url| url.origin().ascii_serialization()),
            media_origin: None,
            strict_transport: StrictTransport::Off,
        })
    }

    /// The server's address for people, when it listens there.
    pub(crate) fn url(&self, listens: SocketAddr) -> String {
        self.public_origin.clone().unwrap_or_else(|| {
            let name = if listens.is_ipv6() { "[::1]" } else { "localhost" };
            format!("{}://{name}:{}", self.tls.scheme(), listens.port())
        })
    }

    /// The names for certificates, that of the product first.
    pub(crate) fn public_names(&self) -> Vec<String> {
        [&self.public_origin, &self.media_origin]
            .into_iter()
            .filter_map(|origin| Url::parse(origin.as_deref()?).ok())
            .filter_map(|url| Some(url.host_str()?.trim_matches(['[', ']']).to_owned()))
            .collect()
    }
}

/// Local mode is asked for by name and stays on the machine (SEC-141).
fn local(values: &Values) -> anyhow::Result<Listening> {
    if values.is_set("TRUSTED_PROXIES") {
        bail!(
            "{}: local mode has no proxies in front of it",
            values.source("TRUSTED_PROXIES")
        );
    }
    if let Some(name) = OF_SERVERS.iter().find(|name| values.is_set(name)) {
        bail!(
            "{}: local mode speaks plain HTTP on loopback; leave --local out for a server with TLS",
            values.source(name)
        );
    }
    let address = address(values, "INTERNAL_HOST")?.unwrap_or(LOOPBACK);
    if !address.is_loopback() {
        bail!(
            "{}: local mode listens on a loopback address only, not on {address}",
            values.source("INTERNAL_HOST")
        );
    }
    let public = public_url(values)?;
    if let Some(url) = &public
        && !(is_loopback_name(url) && url.scheme() == "http")
    {
        bail!(
            "{}: local mode answers to http://localhost, http://127.0.0.1 and http://[::1] only, not to {url}; leave --local \
             out for a server with TLS",
            values.source("HOST")
        );
    }
    Ok(Listening {
        local: true,
        address: SocketAddr::new(address, port(values, "PORT")?),
        tls: TlsMode::Plain,
        redirect: None,
        monitoring: monitoring(values)?,
        trusted_proxies: Vec::new(),
        public_origin: public.map(|url| url.origin().ascii_serialization()),
        media_origin: None,
        strict_transport: StrictTransport::Off,
    })
}

fn server(values: &Values) -> anyhow::Result<Listening> {
    let tls = tls_mode(values)?;
    let public = public_url(values)?;
    let trusted_proxies = proxies(values)?;
    // Strangers can reach it once it is told by which name they come (SEC-012).
    let is_public = public.as_ref().is_some_and(|url| !is_loopback_name(url));
    let default = if is_public && tls != TlsMode::Plain {
        ANY
    } else {
        LOOPBACK
    };
    let address = SocketAddr::new(
        address(values, "INTERNAL_HOST")?.unwrap_or(default),
        port(values, "PORT")?,
    );
    match &tls {
        TlsMode::Plain => plain_is_fine(values, address, public.as_ref(), &trusted_proxies)?,
        _ => {
            if public.as_ref().is_some_and(|url| url.scheme() != "https") {
                bail!(
                    "{}: this server speaks TLS, so that its address begins with https://; for TLS in front of it set \
                     TLS_MODE=proxy",
                    values.source("HOST")
                );
            }
        }
    }
    #[cfg(feature = "acme")]
    if matches!(tls, TlsMode::Acme(_))
        && !public
            .as_ref()
            .and_then(Url::domain)
            .is_some_and(|name| name != "localhost")
    {
        bail!("LABEL_STUDIO_HOST is missing: the name that ACME proves, as in https://labels.example");
    }
    let redirect = match (values.text("LABELKEEP_REDIRECT_PORT"), &tls) {
        (None, _) => None,
        (Some(_), TlsMode::Plain) => {
            bail!("LABELKEEP_REDIRECT_PORT: with TLS_MODE=proxy it is the proxy that leads plain HTTP to https://")
        }
        (Some(_), _) => Some(SocketAddr::new(address.ip(), port(values, "LABELKEEP_REDIRECT_PORT")?)),
    };
    Ok(Listening {
        local: false,
        address,
        redirect,
        monitoring: monitoring(values)?,
        trusted_proxies,
        strict_transport: strict_transport(values, &tls, is_public)?,
        media_origin: media_origin(values, public.as_ref())?,
        public_origin: public.map(|url| url.origin().ascii_serialization()),
        tls,
    })
}

/// Exactly one source is active (SEC-002).
fn tls_mode(values: &Values) -> anyhow::Result<TlsMode> {
    let (certificate, key) = (values.text("TLS_CERT_FILE"), values.text("TLS_KEY_FILE"));
    let default = if certificate.is_some() || key.is_some() {
        "files"
    } else {
        "generated"
    };
    let mode = values.text("TLS_MODE").unwrap_or(default);
    if mode != "files" && default == "files" {
        bail!(
            "{}: {mode} and certificate files exclude each other; leave one of them out",
            values.source("TLS_MODE")
        );
    }
    match (mode, certificate, key) {
        ("files", Some(certificate), Some(key)) => Ok(TlsMode::Files(certificate.into(), key.into())),
        ("files", None, _) => bail!("TLS_CERT_FILE is missing: the PEM file of the certificate and its chain"),
        ("files", _, None) => bail!("TLS_KEY_FILE is missing: the PEM file of the certificate's private key"),
        ("generated", ..) => Ok(TlsMode::Generated),
        ("proxy", ..) => Ok(TlsMode::Plain),
        #[cfg(feature = "acme")]
        ("acme", ..) => Ok(TlsMode::Acme(crate::certificates::acme::AcmeSettings::read(values)?)),
        #[cfg(not(feature = "acme"))]
        ("acme", ..) => bail!(
            "{}: this program was built without ACME; build it with `--features acme`, or use certificate files",
            values.source("TLS_MODE")
        ),
        (other, ..) => bail!(
            "{}: \"{other}\" is not files, generated, acme or proxy",
            values.source("TLS_MODE")
        ),
    }
}

/// Plain HTTP stays on the machine, or comes from proxies that are named (SEC-009).
fn plain_is_fine(values: &Values, address: SocketAddr, public: Option<&Url>, proxies: &[IpNet]) -> anyhow::Result<()> {
    if !address.ip().is_loopback() && proxies.is_empty() {
        bail!(
            "{}: plain HTTP on {address} could be read on its way; give TLS_CERT_FILE and TLS_KEY_FILE, or TLS_MODE=generated, \
             or name the proxies that speak TLS in TRUSTED_PROXIES, or listen on 127.0.0.1",
            values.source("INTERNAL_HOST")
        );
    }
    match public {
        Some(url) if url.scheme() == "http" && !is_loopback_name(url) => bail!(
            "{}: people reach a server over TLS only; its address begins with https://",
            values.source("HOST")
        ),
        None if !proxies.is_empty() => {
            bail!("LABEL_STUDIO_HOST is missing: the address at the proxy, as in https://labels.example")
        }
        _ => Ok(()),
    }
}

/// Not with a certificate that browsers do not know: after the header they would offer no way past it (SEC-008).
fn strict_transport(values: &Values, tls: &TlsMode, is_public: bool) -> anyhow::Result<StrictTransport> {
    let preload = values.boolean("LABELKEEP_HSTS_PRELOAD")?;
    Ok(match tls {
        TlsMode::Generated => StrictTransport::Off,
        _ if !is_public => StrictTransport::Off,
        _ if preload => StrictTransport::Preload,
        _ => StrictTransport::On,
    })
}

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const ANY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

fn address(values: &Values, name: &'static str) -> anyhow::Result<Option<IpAddr>> {
    match values.text(name) {
        None => Ok(None),
        Some("localhost") => Ok(Some(LOOPBACK)),
        Some(text) => {
            let address = text.trim_matches(['[', ']']).parse();
            let address = address.with_context(|| format!("{}: \"{text}\" is not an IP address", values.source(name)));
            Ok(Some(address?))
        }
    }
}

fn port(values: &Values, name: &'static str) -> anyhow::Result<u16> {
    Ok(u16::try_from(values.number(name, 0, 65_535)?)?)
}

/// Nobody but the operator's network is meant to reach it: on loopback unless said otherwise (SEC-012).
fn monitoring(values: &Values) -> anyhow::Result<Option<SocketAddr>> {
    if values.text("LABELKEEP_MONITORING_PORT").is_none() {
        return Ok(None);
    }
    let address = address(values, "LABELKEEP_MONITORING_HOST")?.unwrap_or(LOOPBACK);
    Ok(Some(SocketAddr::new(
        address,
        port(values, "LABELKEEP_MONITORING_PORT")?,
    )))
}

fn proxies(values: &Values) -> anyhow::Result<Vec<IpNet>> {
    let read = |text: &String| {
        let network = text
            .parse::<IpNet>()
            .ok()
            .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        let network = network.with_context(|| {
            format!(
                "{}: \"{text}\" is neither an address nor a network such as 10.0.0.0/8",
                values.source("TRUSTED_PROXIES")
            )
        })?;
        if network.prefix_len() == 0 {
            bail!(
                "{}: {text} is everybody; name the proxies",
                values.source("TRUSTED_PROXIES")
            );
        }
        Ok(network)
    };
    values.list("TRUSTED_PROXIES").iter().map(read).collect()
}

fn public_url(values: &Values) -> anyhow::Result<Option<Url>> {
    let Some(text) = values.text("HOST") else {
        return Ok(None);
    };
    let source = values.source("HOST");
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.with_context(|| format!("{source}: \"{text}\" does not start with http:// or https://"))?;
    if url.path() != "/" {
        bail!("{source}: Labelkeep serves at the root; \"{}\" is a path", url.path());
    }
    Ok(Some(url))
}

/// Files are at another host than the product, or cookies of the one would be seen at the other, and under the same protection.
fn media_origin(values: &Values, public: Option<&Url>) -> anyhow::Result<Option<String>> {
    let Some(text) = values.text("MEDIA_ORIGIN") else {
        return Ok(None);
    };
    let source = values.source("MEDIA_ORIGIN");
    let Some(public) = public else {
        bail!("{source}: the address of the product must be given as well (LABEL_STUDIO_HOST)");
    };
    let url = Url::parse(text)
        .ok()
        .filter(|url| {
            url.scheme() == public.scheme() && url.path() == "/" && url.query().is_none() && url.fragment().is_none()
        })
        .with_context(|| {
            let scheme = public.scheme();
            format!("{source}: \"{text}\" is not an origin such as {scheme}://files.labels.example")
        })?;
    let is_other = url.domain().is_some_and(|name| Some(name) != public.domain()) && !is_loopback_name(&url);
    if !is_other {
        bail!("{source}: files of people need a host name of their own, not {url}");
    }
    Ok(Some(url.origin().ascii_serialization()))
}

fn is_loopback_name(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> anyhow::Result<Listening> {
        let mut all = vec![("LABELKEEP_LOCAL", "false")];
        all.extend_from_slice(pairs);
        Listening::read(&Values::of(&all))
    }

    fn refusal(pairs: &[(&'static str, &str)]) -> String {
        let line = format!("{:#}", read(pairs).expect_err("refused"));
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    }

    #[test]
    fn sec_002_a_server_without_settings_speaks_tls_on_loopback() {
        let listening = read(&[]).expect("the defaults");
        assert_eq!(listening.tls, TlsMode::Generated);
        assert_eq!(listening.address.to_string(), "127.0.0.1:8080");
        assert_eq!(listening.url(listening.address), "https://localhost:8080");
        assert_eq!(listening.strict_transport, StrictTransport::Off);
        assert!(listening.redirect.is_none() && listening.monitoring.is_none() && !listening.local);
    }

    #[test]
    fn sec_002_one_source_of_the_certificate() {
        let files = [("TLS_CERT_FILE", "/a.pem"), ("TLS_KEY_FILE", "/a.key")];
        assert_eq!(
            read(&files).expect("fine").tls,
            TlsMode::Files("/a.pem".into(), "/a.key".into())
        );
        assert!(refusal(&[files[0], files[1], ("TLS_MODE", "proxy")]).contains("exclude each other"));
        assert!(refusal(&[files[0]]).contains("TLS_KEY_FILE is missing"));
        assert!(refusal(&[files[1]]).contains("TLS_CERT_FILE is missing"));
        assert!(refusal(&[("TLS_MODE", "files")]).contains("TLS_CERT_FILE is missing"));
        assert!(refusal(&[("TLS_MODE", "off")]).contains("\"off\" is not"));
    }

    #[test]
    fn sec_009_plain_http_is_for_one_machine_and_for_declared_proxies() {
        let plain = ("TLS_MODE", "proxy");
        let host = ("HOST", "https://labels.example");
        assert_eq!(
            read(&[plain]).expect("on loopback").url(([127, 0, 0, 1], 1).into()),
            "http://localhost:1"
        );
        assert!(read(&[plain, host]).expect("fine").address.ip().is_loopback());
        let line = refusal(&[plain, host, ("INTERNAL_HOST", "0.0.0.0")]);
        for word in [
            "0.0.0.0:8080",
            "TLS_CERT_FILE",
            "TLS_KEY_FILE",
            "TLS_MODE=generated",
            "TRUSTED_PROXIES",
            "127.0.0.1",
        ] {
            assert!(line.contains(word), "{word} in {line}");
        }
        let proxies = ("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1");
        let behind = read(&[plain, host, proxies, ("INTERNAL_HOST", "0.0.0.0")]).expect("fine");
        assert_eq!(behind.trusted_proxies.len(), 2);
        assert_eq!(behind.strict_transport, StrictTransport::On);
        assert!(refusal(&[plain, proxies]).contains("LABEL_STUDIO_HOST is missing"));
        assert!(refusal(&[plain, ("HOST", "http://labels.example")]).contains("https://"));
        assert!(refusal(&[plain, host, ("TRUSTED_PROXIES", "0.0.0.0/0")]).contains("everybody"));
        assert!(refusal(&[plain, host, ("TRUSTED_PROXIES", "nginx")]).contains("\"nginx\""));
        assert!(refusal(&[plain, host, ("LABELKEEP_REDIRECT_PORT", "80")]).contains("LABELKEEP_REDIRECT_PORT"));
        // A proxy may speak TLS to us, too.
        assert_eq!(read(&[host, proxies]).expect("fine").tls, TlsMode::Generated);
    }

    #[test]
    fn sec_008_sec_012_a_public_host_opens_the_port_and_asks_for_strict_transport() {
        let files = [
            ("TLS_CERT_FILE", "/a.pem"),
            ("TLS_KEY_FILE", "/a.key"),
            ("HOST", "https://labels.example:8443/"),
        ];
        let listening = read(&files).expect("fine");
        assert_eq!(listening.address.to_string(), "0.0.0.0:8080");
        assert_eq!(listening.url(listening.address), "https://labels.example:8443");
        assert_eq!(listening.public_names(), ["labels.example"]);
        assert_eq!(listening.strict_transport, StrictTransport::On);
        let preload = [&files[..], &[("LABELKEEP_HSTS_PRELOAD", "true")]].concat();
        assert_eq!(read(&preload).expect("fine").strict_transport, StrictTransport::Preload);
        let generated = read(&[files[2]]).expect("fine");
        assert_eq!(generated.strict_transport, StrictTransport::Off);
        assert!(refusal(&[("HOST", "http://labels.example")]).contains("TLS_MODE=proxy"));
        assert!(refusal(&[("HOST", "https://labels.example/studio")]).contains("path"));
        let ports = read(&[
            ("LABELKEEP_REDIRECT_PORT", "8081"),
            ("LABELKEEP_MONITORING_PORT", "9090"),
        ])
        .expect("fine");
        assert_eq!(
            ports.redirect.map(|address| address.to_string()).as_deref(),
            Some("127.0.0.1:8081")
        );
        assert_eq!(
            ports.monitoring.map(|address| address.to_string()).as_deref(),
            Some("127.0.0.1:9090")
        );
    }

    #[test]
    fn sec_141_local_mode_stays_on_the_machine() {
        let local = |pairs: &[(&'static str, &'static str)]| read(&[&[("LABELKEEP_LOCAL", "true")], pairs].concat());
        let line = |pairs: &[(&'static str, &'static str)]| format!("{:#}", local(pairs).expect_err("refused"));
        let listening = local(&[]).expect("the defaults");
        assert!(listening.address.ip().is_loopback() && listening.local && listening.tls == TlsMode::Plain);
        assert!(line(&[("INTERNAL_HOST", "0.0.0.0")]).contains("loopback"));
        assert!(line(&[("HOST", "https://labels.example")]).contains("local mode"));
        assert!(line(&[("TRUSTED_PROXIES", "10.0.0.1")]).contains("proxies"));
        assert!(line(&[("TLS_MODE", "acme")]).contains("leave --local out"));
        let named = local(&[("HOST", "http://localhost:9090/")]).expect("fine");
        assert_eq!(named.public_origin.as_deref(), Some("http://localhost:9090"));
    }
}
