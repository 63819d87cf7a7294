//! One client cannot take the server from the others: slow senders, large pages, long statements.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use labelkeep_testkit::{Engine, KitOptions, Value, json, on_both_databases};
use tempfile::TempDir;

use crate::program::{Started, program};
use crate::work::project;

/// Sends `begin`, then a byte every half second, until the server closes; gives what it said and how long it took.
fn trickle(url: &str, begin: &str, piece: &[u8]) -> (String, Duration) {
    let authority = url
        .strip_prefix("http://")
        .expect("a URL")
        .replace("localhost", "127.0.0.1");
    let mut stream = TcpStream::connect(authority).expect("a connection");
    stream
        .set_read_timeout(Some(Duration::from_millis(500)))
        .expect("a time limit");
    stream.write_all(begin.as_bytes()).expect("sent");
    let begun = Instant::now();
    let mut answer = Vec::new();
    loop {
        let mut part = [0; 1024];
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(number) => answer.extend_from_slice(&part[..number]),
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                if stream.write_all(piece).is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it is never closed: {}",
            String::from_utf8_lossy(&answer)
        );
    }
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

#[test]
fn sec_224_slow_senders_are_given_up_while_others_are_served() {
    let folder = TempDir::new().expect("a folder");
    let started = Started::new(&mut program(&folder));
    let url = started.url();
    let slow: Vec<_> = (0..8)
        .map(|number| {
            let url = url.clone();
            std::thread::spawn(move || {
                if number % 2 == 0 {
                    // A head that never ends.
                    trickle(&url, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: ", b"a")
                } else {
                    // A body of which a byte comes now and then.
                    let head = "POST /api/token/refresh/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{";
                    trickle(&url, head, b" ")
                }
            })
        })
        .collect();
    for _ in 0..20 {
        let begun = Instant::now();
        let answer = started.raw(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
    for (number, sender) in slow.into_iter().enumerate() {
        let (answer, took) = sender.join().expect("a sender");
        assert!(took < Duration::from_secs(50), "{number}: {took:?}");
        assert!(!answer.starts_with("HTTP/1.1 200"), "{number}: {answer}");
    }
}

/// Mebibytes of memory that a process has taken at most since `forget_peak`.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    number.expect("a number") / 1024
}

fn forget_peak(process: u32) {
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").expect("it is ours");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_230_imports_and_exports_take_less_memory_than_their_data() {
    let folder = TempDir::new().expect("a folder");
    let started = Started::new(&mut program(&folder));
    let owner = labelkeep_testkit::Client::at(&started.url());
    owner
        .sign_up("/user/signup/", "ada@example.com", labelkeep_testkit::PASSWORD)
        .await;
    let (id, _) = project(&owner, 0, json!({})).await;
    let text = "a few words that somebody has written down, ".repeat(200);
    let tasks: Vec<String> = (0..8_000)
        .map(|number| format!("{{\"text\":\"{number} {text}\"}}"))
        .collect();
    let body = format!("[{}]", tasks.join(","));
    let size = body.len() as u64 / 1024 / 1024;
    assert!(size >= 64, "{size} MiB");
    // The hash of a password has taken 64 MiB for a moment.
    forget_peak(started.id());
    let before = peak(started.id());
    let request = owner.with_csrf(owner.request(reqwest::Method::POST, &format!("/api/projects/{id}/import")));
    let request = request.header("content-type", "application/json").body(body);
    assert_eq!(owner.send(request).await.expect(201).json()["task_count"], 8_000);
    let taken = peak(started.id()).saturating_sub(before);
    assert!(taken < size / 2, "{taken} MiB for an import of {size} MiB");
    forget_peak(started.id());
    let before = peak(started.id());
    for format in ["JSON", "CSV"] {
        let path = format!("/api/projects/{id}/export?exportType={format}&download_all_tasks=true");
        let export = owner.get(&path).await.expect(200);
        assert!(export.bytes.len() as u64 / 1024 / 1024 >= size, "{format}");
    }
    let taken = peak(started.id()).saturating_sub(before);
    assert!(taken < size / 2, "{taken} MiB for exports of {size} MiB");
}

on_both_databases! {
    async fn sec_227_no_page_of_a_list_is_larger_than_its_cap(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1_003, json!({})).await;
        assert_eq!(tasks.len(), 1_003);
        let long = |value: &Value| value["tasks"].as_array().or(value["results"].as_array()).or(value.as_array()).map_or(0, Vec::len);
        for size in ["1001", "100000", "9999999999"] {
            let page = owner.get(&format!("/api/tasks/?project={id}&page_size={size}")).await;
            assert!(page.status == 400 || long(&page.json()) <= 1_000, "{size}: {}", long(&page.json()));
        }
        for path in [
            "/api/projects/", "/api/organizations/1/memberships", "/api/audit/", "/api/activity-logs/", "/api/users/", "/api/workspaces/",
            &format!("/api/projects/{id}/tasks/"), &format!("/api/tasks/?project={id}"), &format!("/api/predictions/?project={id}"),
        ] {
            let joint = if path.contains('?') { '&' } else { '?' };
            for query in ["page=0", "page=-1", "page=9223372036854775807", "page=99999999999999999999999", "page_size=-5", "page_size=0", "page_size=x", "page=1.5", "limit=-1", "offset=-1", "page_size=-1&page=9"] {
                let reply = owner.get(&format!("{path}{joint}{query}")).await;
                assert!(reply.status < 500, "{path}{joint}{query}: {}", reply.text);
            }
        }
    }

    async fn sec_210_the_database_bounds_statements_and_waiting(kit: Kit) {
        let db = &kit.services().db;
        match kit.engine {
            Engine::Postgres => {
                for (name, most) in [("statement_timeout", "30s"), ("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "1min")] {
                    let sql: &'static str = format!("SELECT current_setting('{name}')").leak();
                    let (value,): (String,) = db.one(sql, vec![]).await.expect("a setting");
                    assert_eq!(value, most, "{name}");
                }
            }
            Engine::Sqlite => {
                let (value,): (i64,) = db.one("SELECT timeout FROM pragma_busy_timeout", vec![]).await.expect("a setting");
                assert!((1..=30_000).contains(&value), "{value}");
            }
        }
    }

    async fn sec_247_it_is_said_whom_to_tell(kit: Kit, KitOptions::default().with("LABELKEEP_SECURITY_CONTACT", "mailto:security@example.com")) {
        let text = kit.anonymous().get("/.well-known/security.txt").await.expect(200);
        assert!(text.header("content-type").starts_with("text/plain"));
        assert!(text.text.contains("Contact: mailto:security@example.com") && text.text.contains("Expires: 20"), "{}", text.text);
    }

    async fn sec_160_sec_212_a_nul_is_refused_or_replaced_wherever_it_comes(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        for path in ["/api/projects/1%00/", "/data/upload/1/a%00.png", "/api/%00", "/projects/%00"] {
            owner.get(path).await.expect(400);
        }
        for path in ["/api/projects/?title=a%00b", "/api/users/?search=%00", "/api/audit/?action=%00", "/user/login/?next=%00", "/storage-data/uploaded/?filepath=%00"] {
            let reply = owner.get(path).await;
            assert!(reply.status < 500, "{path}: {} {}", reply.status, reply.text);
        }
        let client = kit.anonymous();
        for body in ["email=a%00b%40example.com&password=x", "email=owner%40example.com&password=%00"] {
            client.get("/user/login/").await.expect(200);
            let token = client.csrf().unwrap_or_default();
            let request = client.request(reqwest::Method::POST, "/user/login/").header("content-type", "application/x-www-form-urlencoded");
            let reply = client.send(request.body(format!("csrfmiddlewaretoken={token}&{body}"))).await;
            assert!(reply.status < 500, "{body}: {}", reply.status);
        }
        let reply = owner.patch(&format!("/api/projects/{id}/"), json!({ "description": "a\u{0}b" })).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
    }
}
