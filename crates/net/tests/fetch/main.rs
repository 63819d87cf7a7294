//! Fetching from real servers on loopback, with a resolver that answers what a test wants (SEC-152).

mod content;
mod egress;
mod guard;
mod redirects;
mod refusals;
mod tls;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use labelkeep_net::{Client, Limits, Policy, PolicySettings, Resolver, Roots};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers each path with fixed bytes and remembers the heads of the requests.
pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(answers: &[(&str, String)]) -> Self {
        Self::start_at("127.0.0.1:0", answers).await
    }

    pub async fn start_at(address: &str, answers: &[(&str, String)]) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = requests.clone();
        let answers: HashMap<String, String> = answers
            .iter()
            .map(|(path, answer)| (path.to_string(), answer.clone()))
            .collect();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (seen, answers) = (seen.clone(), answers.clone());
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match socket.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    let head = String::from_utf8(head).unwrap();
                    let path = head.split(' ').nth(1).unwrap().to_owned();
                    seen.lock().unwrap().push(head);
                    match answers.get(&path) {
                        Some(answer) => socket.write_all(answer.as_bytes()).await.unwrap_or_default(),
                        // A path without an answer: the connection stays open and silent.
                        None => std::future::pending().await,
                    }
                });
            }
        });
        Server { address, requests }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub fn ok(content: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{content}", content.len())
}

pub fn redirect(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

/// Answers of a made-up name service; each look-up of a name gives its next list, the last one for ever.
#[derive(Default)]
pub struct Names {
    answers: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    pub fn new(answers: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        let answers = answers
            .iter()
            .map(|(name, lists)| (name.to_string(), lists.iter().map(parse).collect()))
            .collect();
        Arc::new(Names {
            answers,
            asked: Mutex::default(),
        })
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let mut asked = self.asked.lock().unwrap();
            let before = asked.iter().filter(|name| *name == host).count();
            asked.push(host.to_owned());
            let lists = self.answers.get(host).ok_or(io::ErrorKind::NotFound)?;
            Ok(lists[before.min(lists.len() - 1)].clone())
        })
    }
}

/// A client under protection with exceptions for the given `host:port` or `network:port`.
pub fn client(names: &Arc<Names>, allowed: &[String]) -> Client {
    client_with(
        names,
        PolicySettings {
            allowed_destinations: allowed.join(","),
            ..PolicySettings::default()
        },
    )
}

pub fn client_with(names: &Arc<Names>, settings: PolicySettings) -> Client {
    Client::with_resolver(Policy::new(&settings).unwrap(), &Roots::default(), names.clone())
}

pub fn limits() -> Limits {
    Limits {
        total: Duration::from_secs(30),
        ..Limits::import(1_000_000)
    }
}
