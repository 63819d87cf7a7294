//! The port for probes and Prometheus.

use labelkeep_testkit::{KitOptions, on_both_databases};

on_both_databases! {
    async fn sec_012_sec_223_health_and_metrics_have_a_port_of_their_own(kit: Kit, KitOptions::default().with("LABELKEEP_MONITORING_PORT", "0")) {
        let owner = kit.owner().await;
        owner.get("/api/projects/").await.expect(200);
        owner.get("/api/projects/4711/").await.expect(404);
        let port = kit.running().monitoring.expect("a port");
        assert!(port.ip().is_loopback(), "on loopback unless told otherwise");
        let get = async |path: &str| {
            let answer = reqwest::get(format!("http://127.0.0.1:{}{path}", port.port())).await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        };
        for path in ["/health", "/health/", "/health/live", "/health/ready"] {
            assert_eq!(get(path).await, (200, r#"{"status": "UP"}"#.to_owned()), "{path}");
        }
        let (status, text) = get("/metrics").await;
        assert_eq!(status, 200);
        let value = |line: &str| -> f64 {
            let found = text.lines().find_map(|found| found.strip_prefix(line)).unwrap_or_else(|| panic!("{line} in\n{text}"));
            found.trim().parse().expect("a number")
        };
        assert!(value(r#"labelkeep_http_requests_total{method="GET",status="2xx"}"#) >= 2.0);
        assert!(value(r#"labelkeep_http_requests_total{method="GET",status="4xx"}"#) >= 1.0);
        assert!(value("labelkeep_http_request_duration_seconds_count") >= 4.0);
        assert!(value("process_resident_memory_bytes") > 1e6 && value("process_open_fds") > 3.0);
        assert_eq!(value("labelkeep_database_up"), 1.0);
        for word in ["example.com", "4711", "127.0.0.1", "/api/"] {
            assert!(!text.contains(word), "{word} in\n{text}");
        }
        // Nothing of the product is there, and nothing of this is at the product's port.
        assert_eq!(get("/api/version/").await.0, 404);
        assert_eq!(owner.get("/metrics").await.expect(200).text, "");
    }
}
