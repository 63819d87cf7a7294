//! A real OpenID provider (`e2e/oidc`), and a browser that goes there and back.

use std::path::Path;
use std::process::Stdio;

use labelkeep_testkit::{Client, Kit, Reply, Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

pub(super) const SECRET: &str = "a-secret-of-the-client-at-the-provider";

/// A provider that is gone with this value.
pub(super) struct Provider {
    pub(super) issuer: String,
    _process: Child,
    /// Kept open: the provider would die of what it writes to a closed pipe.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    /// Starts one that knows these people; none where its package is not installed (`scripts/setup oidc`).
    pub(super) async fn start(kit: &Kit, people: Value) -> Option<Provider> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/oidc");
        if !folder.join("node_modules/oidc-provider").exists() {
            super::skipped("no OpenID provider; run scripts/setup oidc");
            return None;
        }
        let mut process = Command::new("node")
            .arg("provider.mjs")
            .current_dir(folder)
            .env("REDIRECT_URI", format!("{}/sso/oidc/callback/", kit.url()))
            .env("CLIENT_SECRET", SECRET)
            .env("PEOPLE", people.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let line = loop {
            let line = lines.next_line().await.expect("a line").expect("the issuer");
            if line.starts_with('{') {
                break line;
            }
        };
        let line: Value = serde_json::from_str(&line).expect("JSON");
        Some(Provider {
            issuer: line["issuer"].as_str().expect("an issuer").to_owned(),
            _process: process,
            _output: lines,
        })
    }

    /// Settings that name it.
    pub(super) fn settings(&self) -> Value {
        json!({"enabled": true, "issuer": self.issuer, "client_id": "labelkeep", "client_secret": SECRET,
            "button_text": "Sign in with Example"})
    }

    /// What comes next from its token endpoint is a lie of this kind.
    pub(super) async fn lie(&self, kind: &str) {
        let answer = reqwest::Client::new()
            .post(format!("{}/twist?{kind}", self.issuer))
            .send()
            .await;
        assert_eq!(answer.expect("an answer").status().as_u16(), 204);
    }

    /// Lets a person sign in there; gives the path by which the browser comes back.
    pub(super) async fn visit(&self, address: &str, person: &str) -> String {
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true)
            .no_proxy()
            .build()
            .expect("a browser");
        let mut address = address.to_owned();
        for _ in 0..6 {
            if address.contains("/interaction/") {
                address = format!("{address}?person={person}");
            }
            let answer = browser.get(&address).send().await.expect("an answer");
            let status = answer.status();
            let location = answer
                .headers()
                .get("location")
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned);
            let Some(location) = location else {
                panic!("{status} at {address}: {}", answer.text().await.unwrap_or_default());
            };
            if let Some(back) = location.find("/sso/oidc/callback/") {
                return location[back..].to_owned();
            }
            address = if location.starts_with('/') {
                format!("{}{location}", self.issuer)
            } else {
                location
            };
        }
        panic!("the provider sends the browser round in circles");
    }

    /// A whole sign-in: there and back.
    pub(super) async fn sign_in(&self, client: &Client, person: &str) -> Reply {
        let there = client
            .get("/sso/oidc/start/?organization=1&next=/projects/7/")
            .await
            .expect(302);
        let back = self.visit(there.header("location"), person).await;
        client.get(&back).await
    }
}
