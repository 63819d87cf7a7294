//! A mail server for tests: takes what it is given, and tells it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, OnceLock, PoisonError};

use labelkeep_testkit::{Kit, KitOptions};

/// A mail that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// From `RCPT TO`.
    pub(crate) to: String,
    /// Head and text as they came, decoded from quoted-printable.
    pub(crate) text: String,
}

struct Server {
    port: u16,
    taken: Mutex<Vec<Taken>>,
}

/// The one server of this process.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("its number").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || converse(stream));
            }
        });
        Server {
            port,
            taken: Mutex::default(),
        }
    })
}

/// A kit whose server sends mail here.
pub(crate) fn with_mail() -> KitOptions {
    settings().iter().fold(KitOptions::default(), |options, (name, value)| {
        options.with(name, value)
    })
}

/// The settings of a process that knows this mail server.
pub(crate) fn settings() -> [(&'static str, String); 4] {
    [
        ("EMAIL_HOST", "127.0.0.1".to_owned()),
        ("EMAIL_PORT", server().port.to_string()),
        ("EMAIL_USE_TLS", "false".to_owned()),
        ("FROM_EMAIL", "Labelkeep <labels@example.org>".to_owned()),
    ]
}

/// Mails of this kit to an address, oldest first. Each holds the kit's address, which no other has.
pub(crate) fn to(kit: &Kit, address: &str) -> Vec<Taken> {
    let taken = server().taken.lock().unwrap_or_else(PoisonError::into_inner);
    let ours = |mail: &&Taken| mail.to == address && mail.text.contains(kit.url());
    taken.iter().filter(ours).cloned().collect()
}

/// Waits for as many mails to the address; gives the last one.
pub(crate) async fn wait(kit: &Kit, address: &str, number: usize) -> Taken {
    kit.until("a mail arrives", || async { to(kit, address).len() >= number })
        .await;
    let mails = to(kit, address);
    assert_eq!(mails.len(), number, "{mails:?}");
    mails[number - 1].clone()
}

impl Taken {
    /// The path of the link in the text.
    pub(crate) fn link(&self, kit: &Kit) -> String {
        let mut lines = self.text.lines().filter_map(|line| line.strip_prefix(kit.url()));
        lines
            .find(|path| path.contains("token="))
            .expect("a link")
            .trim()
            .to_owned()
    }
}

/// RFC 5321, as far as a client that behaves needs it. `busy…@` is refused for the time being.
fn converse(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut say = |text: &str| stream.write_all(format!("{text}\r\n").as_bytes()).is_ok();
    let (mut to, mut line) = (String::new(), String::new());
    say("220 test");
    loop {
        line.clear();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let command = line.trim_end().to_owned();
        let word = command
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let going = match word.as_str() {
            "EHLO" => say("250-test") && say("250 8BITMIME"),
            "RCPT" => {
                to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                say(if to.starts_with("busy") {
                    "451 try later"
                } else {
                    "250 fine"
                })
            }
            "DATA" => {
                say("354 go on");
                let text = body(&mut reader);
                let taken = Taken {
                    to: to.clone(),
                    text: decoded(&text),
                };
                server()
                    .taken
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(taken);
                say("250 taken")
            }
            "QUIT" => {
                say("221 bye");
                return;
            }
            _ => say("250 fine"),
        };
        if !going {
            return;
        }
    }
}

fn body(reader: &mut BufReader<TcpStream>) -> String {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == ".\r\n" {
            return text;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

/// Quoted-printable, when the head says so (RFC 2045 §6.7).
fn decoded(text: &str) -> String {
    if !text
        .to_ascii_lowercase()
        .contains("content-transfer-encoding: quoted-printable")
    {
        return text.to_owned();
    }
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let coded = (*first == b'=' && others.len() >= 2)
            .then(|| std::str::from_utf8(&others[..2]).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match coded {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
