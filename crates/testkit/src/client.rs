//! HTTP clients as people and scripts have them.

use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A client: anonymous, or with what it was given.
pub struct Client {
    http: reqwest::Client,
    base: String,
    /// `Authorization` for every request.
    authorization: Option<String>,
    /// The CSRF token of the last cookie.
    csrf: Mutex<Option<String>>,
}

/// An answer, read in full.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, lossy where it is no text.
    pub text: String,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.status, self.text))
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Fails unless the status is this.
    #[track_caller]
    pub fn expect(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Client {
    /// Somebody unknown to the server at this address, without a slash at its end.
    pub fn at(base: &str) -> Client {
        Client::new(base, None)
    }

    pub(crate) fn new(base: &str, trusted: Option<&[u8]>) -> Client {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let mut builder = reqwest::Client::builder();
        if let Some(pem) = trusted {
            builder = builder.tls_certs_only([reqwest::Certificate::from_pem(pem).expect("a certificate")]);
        }
        let http = builder
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true)
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client");
        Client {
            http,
            base: base.to_owned(),
            authorization: None,
            csrf: Mutex::new(None),
        }
    }

    /// With `Authorization: Token …`.
    pub fn token(mut self, token: &str) -> Client {
        self.authorization = Some(format!("Token {token}"));
        self
    }

    /// With `Authorization: Bearer …`.
    pub fn bearer(mut self, token: &str) -> Client {
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    /// The CSRF token of the last cookie.
    pub fn csrf(&self) -> Option<String> {
        self.csrf.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A request to be completed by the caller and sent with [`Client::send`]: credentials, but no CSRF token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        }
    }

    /// Sends a request and notes the CSRF cookie.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for line in headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|line| line.to_str().ok())
        {
            let line = line.strip_prefix("__Host-").unwrap_or(line);
            if let Some(value) = line.strip_prefix("csrftoken=").and_then(|rest| rest.split(';').next()) {
                let value = Some(value.to_owned()).filter(|value| !value.is_empty());
                *self.csrf.lock().unwrap_or_else(PoisonError::into_inner) = value;
            }
        }
        let bytes = response.bytes().await.expect("a whole answer").to_vec();
        Reply {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.write(Method::POST, path, Some(body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.write(Method::PATCH, path, Some(body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.write(Method::PUT, path, Some(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.write(Method::DELETE, path, None).await
    }

    async fn write(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut request = self.with_csrf(self.request(method, path));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    /// The request with the CSRF token of the cookie, as a script of ours sends it.
    pub fn with_csrf(&self, request: RequestBuilder) -> RequestBuilder {
        match self.csrf() {
            Some(token) => request.header(
                HeaderName::from_static("x-csrftoken"),
                HeaderValue::from_str(&token).expect("a token is plain text"),
            ),
            None => request,
        }
    }

    /// POST of an ordinary form with its CSRF field.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf().unwrap_or_default();
        let mut all = vec![("csrfmiddlewaretoken", csrf.as_str())];
        all.extend_from_slice(fields);
        self.send(self.request(Method::POST, path).form(&all)).await
    }

    /// Shows the sign-up form and sends it.
    pub async fn sign_up(&self, path: &str, email: &str, password: &str) -> Reply {
        self.get(path).await.expect(200);
        self.form(path, &[("email", email), ("password", password)]).await
    }

    /// Shows the sign-in form and sends it.
    pub async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.get("/user/login/").await;
        self.form("/user/login/", &[("email", email), ("password", password)])
            .await
    }
}
