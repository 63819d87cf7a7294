//! What every handler can reach: the services and the settings of the web side.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use ipnet::IpNet;
use labelkeep_services::Services;

use crate::Weakness;
use crate::metrics::Metrics;
use crate::middleware::cross_origin::CrossOrigin;

/// Settings that only HTTP reads; made once from the options table.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// One person's mode: loopback names only, plain HTTP (SEC-141).
    pub local: bool,
    /// Public origin without a path (`http://localhost:8080`), when `--host` gives one. Absolute links use it.
    pub public_origin: Option<String>,
    /// Proxies whose `X-Forwarded-…` headers count (`TRUSTED_PROXIES`).
    pub trusted_proxies: Vec<IpNet>,
    /// Whether browsers are told to come back over TLS only (SEC-008).
    pub strict_transport: StrictTransport,
    /// Further names that may stand in `Host` (`ALLOWED_HOSTS`).
    pub allowed_hosts: Vec<String>,
    /// Further origins whose pages may send changes (`CSRF_TRUSTED_ORIGINS`).
    pub csrf_trusted_origins: Vec<String>,
    /// Where to go after signing out (`LOGOUT_REDIRECT_URL`); empty for the start page.
    pub logout_redirect: String,
    /// Largest JSON or form body that is not an import, in bytes (SEC-153).
    pub json_max_bytes: usize,
    /// Largest body of an annotation or draft, in bytes.
    pub work_max_bytes: usize,
    /// Feature flags that were set by the environment.
    pub feature_flags: Vec<(String, bool)>,
    /// Whom to tell about a weakness, as a URI (`LABELKEEP_SECURITY_CONTACT`).
    pub security_contact: Option<String>,
    /// Addresses that the browser may fetch besides ours (`CSP_CONNECT_ORIGINS`).
    pub csp_connect_origins: Vec<String>,
    /// The only other places that pictures, sound and video may come from (`CSP_MEDIA_ORIGINS`); none: any, over TLS.
    pub csp_media_origins: Option<Vec<String>>,
    /// Pages of which other origins may read answers (SEC-049, SEC-050).
    pub cross_origin: CrossOrigin,
    /// What settings leave weaker than it could be (SEC-262).
    pub weaknesses: Vec<Weakness>,
}

/// `Strict-Transport-Security` (RFC 6797).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrictTransport {
    /// Not sent: with a generated certificate, which browsers could then never be told to accept, and on loopback.
    Off,
    /// For a year, with all names below ours.
    On,
    /// The same, and may be built into browsers.
    Preload,
}

/// The state of the router. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of [`App`].
pub struct Parts {
    /// What the product does.
    pub services: Services,
    /// Settings of this room.
    pub settings: WebSettings,
    /// Figures for the operator.
    pub metrics: Arc<Metrics>,
    /// How many requests run now, by whom.
    pub(crate) in_flight: crate::middleware::limits::InFlight,
}

impl App {
    /// Puts the parts together.
    pub fn new(services: Services, settings: WebSettings) -> Self {
        let metrics = Arc::<Metrics>::default();
        metrics.weakened(settings.weaknesses.len());
        App(Arc::new(Parts {
            services,
            settings,
            metrics,
            in_flight: Default::default(),
        }))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<App> for Services {
    fn from_ref(app: &App) -> Services {
        app.services.clone()
    }
}
