//! The program itself: how it starts, what it refuses, how it ends, what it logs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) fn program(folder: &TempDir) -> Command {
    program_in(&folder.path().join("data"))
}

/// The same with the folder of its data itself.
pub(crate) fn program_in(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labelkeep"));
    command
        .env_clear()
        .env("HOME", data.parent().expect("a folder"))
        .args(["start", "--port", "0", "--data-dir"])
        .arg(data);
    command
}

/// A program that has said that it is ready, with the port that it says.
pub(crate) struct Started {
    child: Child,
    /// What it has logged so far.
    log: Arc<Mutex<String>>,
    /// Reads that from the first line on: a full pipe would stop it.
    reader: Option<JoinHandle<()>>,
    lines: Vec<String>,
    port: u16,
}

impl Started {
    pub(crate) fn new(command: &mut Command) -> Started {
        Started::with_tls(command.arg("--local"))
    }

    /// The same without local mode.
    pub(crate) fn with_tls(command: &mut Command) -> Started {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut logged = BufReader::new(child.stderr.take().expect("a pipe"));
        let log = Arc::<Mutex<String>>::default();
        let so_far = log.clone();
        let log_reader = std::thread::spawn(move || {
            let mut line = String::new();
            while logged.read_line(&mut line).is_ok_and(|length| length > 0) {
                so_far.lock().unwrap_or_else(PoisonError::into_inner).push_str(&line);
                line.clear();
            }
        });
        let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.starts_with("Listens on")) {
            let mut line = String::new();
            if reader.read_line(&mut line).expect("text") == 0 {
                let _ = log_reader.join();
                panic!("it ended: {}", log.lock().unwrap_or_else(PoisonError::into_inner));
            }
            lines.push(line.trim_end().to_owned());
        }
        // "Listens on 127.0.0.1:8080 (HTTP)."
        let address = lines.last().and_then(|line| line.split_whitespace().nth(2));
        let port = address
            .and_then(|address| address.rsplit(':').next()?.parse().ok())
            .expect("a port");
        child.stdout = Some(reader.into_inner());
        Started {
            child,
            log,
            reader: Some(log_reader),
            lines,
            port,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What it said until it was ready.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Sends `request` as it is and reads the answer to its end.
    pub(crate) fn raw(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).expect("sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Its address, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time limit");
        stream
    }

    /// Waits until it has logged this.
    pub(crate) fn wait_for_log(&self, text: &str) {
        let begun = Instant::now();
        while !self.logged().contains(text) {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "not logged: {text}\n{}",
                self.logged()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn logged(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ends");
    }

    /// Ends it as a service manager does; gives what it logged.
    pub(crate) fn terminate(mut self) -> (bool, String) {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(status.success());
        if let Some(reader) = self.reader.take() {
            reader.join().expect("it reads to the end");
        }
        (self.child.wait().expect("it ends").success(), self.logged())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "one clear line: {text}");
    text
}

#[test]
fn it_says_where_it_is_and_ends_in_order() {
    let folder = TempDir::new().expect("a folder");
    let started = Started::new(&mut program(&folder));
    assert!(
        started.lines[0].contains("is ready: http://localhost:"),
        "{:?}",
        started.lines
    );
    assert!(
        started.lines[1].contains(folder.path().to_str().expect("text")),
        "{:?}",
        started.lines
    );
    assert!(
        started
            .raw(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .contains("\"UP\"")
    );
    let (orderly, log) = started.terminate();
    assert!(orderly, "{log}");
    assert_eq!(log, "", "a quiet start and end");
    // The same data again.
    let again = Instant::now();
    let started = Started::new(&mut program(&folder));
    assert!(again.elapsed() < Duration::from_secs(5));
    assert!(started.terminate().0);
}

#[test]
fn a_wrong_start_says_one_clear_line() {
    let folder = TempDir::new().expect("a folder");
    for (name, value, part) in [
        ("LABELKEEP_NO_SUCH", "1", "LABELKEEP_NO_SUCH is not a setting"),
        ("LABEL_STUDIO_LOG_LEVEL", "LOUD", "LABEL_STUDIO_LOG_LEVEL: \"LOUD\""),
        ("DJANGO_DB", "mysql", "DJANGO_DB"),
        ("LABEL_STUDIO_HOST", "https://labels.example", "LABEL_STUDIO_HOST"),
        (
            "LABEL_STUDIO_USER_TOKEN",
            "short",
            "LABEL_STUDIO_USER_TOKEN: must have more than 5 characters",
        ),
        ("CUSTOM_CA_CERTS", "/no/such/file.pem", "/no/such/file.pem"),
        (
            "USER_ADDITIONAL_BANNED_SUBNETS",
            "10.0.0.0/99",
            "USER_ADDITIONAL_BANNED_SUBNETS",
        ),
    ] {
        let line = refusal(
            &program(&folder)
                .arg("--local")
                .env(name, value)
                .output()
                .expect("the program"),
        );
        assert!(line.contains(part), "{name}: {line}");
    }
}

#[test]
fn sec_012_a_port_that_is_taken_stops_the_start() {
    let folder = TempDir::new().expect("a folder");
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("its number").port().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_labelkeep"));
    command
        .env_clear()
        .args(["start", "--local", "--port", &port, "--data-dir"])
        .arg(folder.path());
    let line = refusal(&command.output().expect("the program"));
    assert!(line.contains(&format!("127.0.0.1:{port}")), "{line}");
}

#[test]
fn a_second_server_on_the_same_data_is_refused_until_the_first_has_ended() {
    let folder = TempDir::new().expect("a folder");
    let mut first = Started::new(&mut program(&folder));
    let line = refusal(&program(&folder).arg("--local").output().expect("the program"));
    assert!(line.contains("another Labelkeep uses the database"), "{line}");
    // As in a power cut: nothing is left behind that would keep the next start away.
    first.child.kill().expect("killed");
    first.child.wait().expect("ended");
    assert!(Started::new(&mut program(&folder)).terminate().0);
}

#[test]
fn sec_200_a_lost_master_key_stops_the_start() {
    let folder = TempDir::new().expect("a folder");
    let mut command = program(&folder);
    command
        .env("LABEL_STUDIO_USERNAME", "ada@example.com")
        .env("LABEL_STUDIO_PASSWORD", "a long walk by the sea");
    assert!(Started::new(&mut command).terminate().0);
    let key = folder.path().join("data/keys/master.key");
    std::fs::rename(&key, folder.path().join("elsewhere")).expect("moved");
    let line = refusal(&program(&folder).arg("--local").output().expect("the program"));
    assert!(line.contains("is missing, but the database holds secrets"), "{line}");
    assert!(!key.exists(), "no new key was made");
    std::fs::rename(folder.path().join("elsewhere"), &key).expect("moved back");
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("changed");
    let line = refusal(&program(&folder).arg("--local").output().expect("the program"));
    assert!(line.contains("others can read it"), "{line}");
}

#[test]
fn sec_010_sec_224_heads_that_mean_trouble_are_refused() {
    let folder = TempDir::new().expect("a folder");
    let started = Started::new(&mut program(&folder));
    let get = |path: &str, headers: &str| {
        started.raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n").as_bytes())
    };
    assert!(get("/health", "").starts_with("HTTP/1.1 200"));
    assert!(get(&format!("/{}", "a".repeat(9_000)), "").starts_with("HTTP/1.1 414"));
    assert!(get("/health", &format!("X-Long: {}\r\n", "a".repeat(40_000))).starts_with("HTTP/1.1 431"));
    assert!(get("/health", &"X-Many: 1\r\n".repeat(120)).starts_with("HTTP/1.1 431"));
    for headers in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "X-Folded: a\r\n b\r\n",
        "X-Bare: a\rb\r\n",
        "Host: localhost\r\n",
    ] {
        let answer = get("/health", headers);
        assert!(answer.starts_with("HTTP/1.1 400"), "{headers:?}: {answer}");
    }
}

#[test]
fn a_refusal_arrives_whatever_the_size_of_the_body_that_nobody_reads() {
    let folder = TempDir::new().expect("a folder");
    let started = Started::new(&mut program(&folder));
    let post =
        |length: usize| format!("POST /api/projects/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
    // Larger than what sockets hold: closed at once, the connection would be reset under the sender.
    let large = [post(24 * 1024 * 1024).into_bytes(), vec![b'x'; 24 * 1024 * 1024]].concat();
    let answer = started.raw(&large).to_lowercase();
    assert!(
        answer.starts_with("http/1.1 401") && answer.contains("connection: close"),
        "{answer}"
    );
    assert!(answer.ends_with('}'), "the whole of it: {answer}");
    // Who waits to be asked is refused before sending it.
    let asks = post(1_000).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    assert!(started.raw(asks.as_bytes()).starts_with("HTTP/1.1 401"));
    // Behind a small one the connection goes on, and the next head is watched from its first byte.
    let small = post(4) + "\r\n\r\n";
    for (headers, status) in [
        ("", "200"),
        ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "400"),
    ] {
        let mut stream = started.connect();
        stream.write_all(small.as_bytes()).expect("sent");
        let mut answer = [0; 4_096];
        let length = stream.read(&mut answer).expect("an answer");
        assert!(answer.starts_with(b"HTTP/1.1 401") && answer[..length].ends_with(b"}"));
        write!(
            stream,
            "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[test]
fn sec_213_the_log_holds_no_secret() {
    let folder = TempDir::new().expect("a folder");
    let mut command = program(&folder);
    command
        .env("LOG_LEVEL", "DEBUG")
        .env("LABEL_STUDIO_USERNAME", "ada@example.com");
    command
        .env("LABEL_STUDIO_PASSWORD", "marked-secret-password")
        .env("LABEL_STUDIO_USER_TOKEN", "marked-secret-token");
    let started = Started::new(&mut command);
    for (method, path, header, body) in [
        ("GET", "/api/users/?token=marked-secret-query", "X-A: 1", ""),
        (
            "GET",
            "/user/signup/?token=marked-secret-link",
            "Cookie: session_local=marked-secret-cookie",
            "",
        ),
        ("GET", "/api/users/", "Authorization: Token marked-secret-header", ""),
        ("GET", "/api/users/", "Authorization: Token marked-secret-token", ""),
        ("GET", "/api/users/", "Authorization: Bearer marked-secret-bearer", ""),
        ("GET", "/api/users/", "X-Api-Key: marked-secret-key", ""),
        (
            "POST",
            "/api/token/refresh/",
            "Content-Type: application/json",
            r#"{"refresh":"marked-secret-refresh"}"#,
        ),
        (
            "POST",
            "/user/login/",
            "Content-Type: application/x-www-form-urlencoded",
            "email=a@b.c&password=marked-secret-form",
        ),
        (
            "POST",
            "/api/users/",
            "Content-Type: application/json",
            r#"{"marked-secret-body":"#,
        ),
    ] {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        assert!(started.raw(request.as_bytes()).starts_with("HTTP/1.1 "), "{path}");
    }
    let (orderly, log) = started.terminate();
    assert!(orderly);
    assert_eq!(
        log.matches("request").count().min(9),
        9,
        "each request has its line: {log}"
    );
    assert!(!log.contains("marked-secret"), "{log}");
}
