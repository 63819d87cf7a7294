//! Figures about the server in the text form of Prometheus. None of them has a name, an address or a tenant in it
//! (SEC-223): what can be counted is the process, its connections, and requests by method and status.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Method, StatusCode};

/// Upper bounds of the times that answers take, in seconds.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// Whatever else a client makes up.
const OTHER: &str = "other";

/// Counters of one server.
pub struct Metrics {
    started: SystemTime,
    /// By method ([`METHODS`], then [`OTHER`]) and first digit of the status (1 to 5).
    requests: [[AtomicU64; 5]; METHODS.len() + 1],
    /// By [`BOUNDS`], each without those below; the last has no bound.
    times: [AtomicU64; BOUNDS.len() + 1],
    total_micros: AtomicU64,
    in_flight: AtomicI64,
    connections: AtomicI64,
    handshakes: AtomicU64,
    failed_handshakes: AtomicU64,
    /// Seconds since 1970 at which the certificate ends; 0 without one.
    certificate_end: AtomicI64,
    failed_renewals: AtomicU64,
    weakened: AtomicI64,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            started: SystemTime::now(),
            requests: Default::default(),
            times: Default::default(),
            total_micros: AtomicU64::new(0),
            in_flight: AtomicI64::new(0),
            connections: AtomicI64::new(0),
            handshakes: AtomicU64::new(0),
            failed_handshakes: AtomicU64::new(0),
            certificate_end: AtomicI64::new(0),
            failed_renewals: AtomicU64::new(0),
            weakened: AtomicI64::new(0),
        }
    }
}

/// Something that is going on, until this value goes.
pub(crate) struct Going {
    metrics: Arc<Metrics>,
    gauge: fn(&Metrics) -> &AtomicI64,
}

impl Drop for Going {
    fn drop(&mut self) {
        (self.gauge)(&self.metrics).fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// The certificate that is shown ends then, in seconds since 1970.
    pub fn certificate(&self, ends: i64) {
        self.certificate_end.store(ends, Ordering::Relaxed);
    }

    /// A new certificate was not to be had; the old one stays.
    pub fn renewal_failed(&self) {
        self.failed_renewals.fetch_add(1, Ordering::Relaxed);
    }

    /// So many settings weaken something (SEC-140).
    pub(crate) fn weakened(&self, settings: usize) {
        self.weakened
            .store(i64::try_from(settings).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn handshake(&self, succeeded: bool) {
        let counter = if succeeded {
            &self.handshakes
        } else {
            &self.failed_handshakes
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connection(self: &Arc<Self>) -> Going {
        self.begin(|metrics| &metrics.connections)
    }

    pub(crate) fn request(self: &Arc<Self>) -> Going {
        self.begin(|metrics| &metrics.in_flight)
    }

    fn begin(self: &Arc<Self>, gauge: fn(&Metrics) -> &AtomicI64) -> Going {
        gauge(self).fetch_add(1, Ordering::Relaxed);
        Going {
            metrics: self.clone(),
            gauge,
        }
    }

    pub(crate) fn answered(&self, method: &Method, status: StatusCode, took: Duration) {
        let row = METHODS
            .iter()
            .position(|known| *known == method.as_str())
            .unwrap_or(METHODS.len());
        let column = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.requests[row][column].fetch_add(1, Ordering::Relaxed);
        let seconds = took.as_secs_f64();
        let slot = BOUNDS
            .iter()
            .position(|bound| seconds <= *bound)
            .unwrap_or(BOUNDS.len());
        self.times[slot].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.total_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// The text form, version 0.0.4.
    pub(crate) fn render(&self, database_up: bool) -> String {
        let mut page = Page::default();
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        page.head("labelkeep_build_info", "gauge", "The program that runs.");
        page.line("labelkeep_build_info", &version, 1);
        page.one(
            "labelkeep_database_up",
            "gauge",
            "Whether the database answers.",
            u8::from(database_up),
        );
        self.render_requests(&mut page);
        let get = |gauge: &AtomicI64| gauge.load(Ordering::Relaxed);
        page.one(
            "labelkeep_http_requests_in_flight",
            "gauge",
            "Requests that are being answered.",
            get(&self.in_flight),
        );
        page.one(
            "labelkeep_connections",
            "gauge",
            "Open connections of all ports.",
            get(&self.connections),
        );
        page.head(
            "labelkeep_tls_handshakes_total",
            "counter",
            "TLS handshakes by their outcome.",
        );
        for (outcome, counter) in [("ok", &self.handshakes), ("failed", &self.failed_handshakes)] {
            let count = counter.load(Ordering::Relaxed);
            page.line("labelkeep_tls_handshakes_total", &[("outcome", outcome)], count);
        }
        let end = get(&self.certificate_end);
        if end > 0 {
            let help = "When the certificate that is shown ends.";
            page.one("labelkeep_tls_certificate_end_timestamp_seconds", "gauge", help, end);
        }
        let failed = self.failed_renewals.load(Ordering::Relaxed);
        let help = "New certificates that could not be used or had.";
        page.one("labelkeep_tls_certificate_failures_total", "counter", help, failed);
        let help = "Settings that leave something weaker than it could be.";
        page.one("labelkeep_weakened_settings", "gauge", help, get(&self.weakened));
        let since = self.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        page.one(
            "process_start_time_seconds",
            "gauge",
            "When the process started.",
            since,
        );
        process(&mut page);
        page.0
    }

    fn render_requests(&self, page: &mut Page) {
        let name = "labelkeep_http_requests_total";
        page.head(name, "counter", "Answers by method and class of status.");
        for (method, row) in METHODS.iter().chain([&OTHER]).zip(&self.requests) {
            for (class, counter) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().zip(row) {
                let count = counter.load(Ordering::Relaxed);
                if count > 0 {
                    page.line(name, &[("method", method), ("status", class)], count);
                }
            }
        }
        let name = "labelkeep_http_request_duration_seconds";
        page.head(name, "histogram", "Time until the head of the answer.");
        let bucket = format!("{name}_bucket");
        let mut sum = 0;
        for (bound, counter) in BOUNDS.iter().zip(&self.times) {
            sum += counter.load(Ordering::Relaxed);
            page.line(&bucket, &[("le", &bound.to_string())], sum);
        }
        sum += self.times[BOUNDS.len()].load(Ordering::Relaxed);
        page.line(&bucket, &[("le", "+Inf")], sum);
        let seconds = Duration::from_micros(self.total_micros.load(Ordering::Relaxed)).as_secs_f64();
        page.line(&format!("{name}_sum"), &[], seconds);
        page.line(&format!("{name}_count"), &[], sum);
    }
}

/// What the kernel says of this process; nothing where it says nothing.
fn process(page: &mut Page) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = status.lines().find_map(|line| {
        line.strip_prefix("VmRSS:")?
            .trim()
            .strip_suffix("kB")?
            .trim()
            .parse::<u64>()
            .ok()
    });
    if let Some(kibibytes) = kibibytes {
        page.one(
            "process_resident_memory_bytes",
            "gauge",
            "Memory in use.",
            kibibytes * 1024,
        );
    }
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in parentheses, which may hold blanks: fields 14 and 15 are time in hundredths of a second.
    let ticks = stat.rsplit_once(')').and_then(|(_, rest)| {
        let fields: Vec<u64> = rest.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
        (fields.len() == 2).then(|| fields.iter().sum::<u64>())
    });
    if let Some(ticks) = ticks {
        page.one(
            "process_cpu_seconds_total",
            "counter",
            "Processor time used.",
            ticks as f64 / 100.0,
        );
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        page.one("process_open_fds", "gauge", "Open files and sockets.", open.count());
    }
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// The values of labels come from lists in this file: they need no escapes.
    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        let _ = match labels.is_empty() {
            true => writeln!(self.0, "{name} {value}"),
            false => writeln!(self.0, "{name}{{{}}} {value}", labels.join(",")),
        };
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.line(name, &[], value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_223_figures_have_labels_from_fixed_lists_only() {
        let metrics = Arc::new(Metrics::default());
        let made_up = Method::from_bytes(b"ADA-AT-EXAMPLE").expect("a method");
        metrics.answered(&Method::GET, StatusCode::OK, Duration::from_millis(7));
        metrics.answered(&made_up, StatusCode::METHOD_NOT_ALLOWED, Duration::from_secs(60));
        let open = metrics.connection();
        let text = metrics.render(true);
        for line in [
            "labelkeep_http_requests_total{method=\"GET\",status=\"2xx\"} 1",
            "labelkeep_http_requests_total{method=\"other\",status=\"4xx\"} 1",
            "labelkeep_http_request_duration_seconds_bucket{le=\"0.005\"} 0",
            "labelkeep_http_request_duration_seconds_bucket{le=\"0.01\"} 1",
            "labelkeep_http_request_duration_seconds_bucket{le=\"10\"} 1",
            "labelkeep_http_request_duration_seconds_bucket{le=\"+Inf\"} 2",
            "labelkeep_http_request_duration_seconds_sum 60.007",
            "labelkeep_connections 1",
            "labelkeep_database_up 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("ADA"), "{text}");
        assert!(!text.contains("certificate_end"), "there is none: {text}");
        drop(open);
        assert!(metrics.render(false).contains("labelkeep_connections 0\n"));
    }
}
