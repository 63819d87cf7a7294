//! Requests to the platform that the program runs on: the metadata service of a machine, the credentials of a container. The guard
//! of [`crate::policy`] refuses these addresses always, since who reaches one has the machine's rights. Here nobody but who starts
//! the program names them, and no value of a user is in the request (SEC-134).

use std::net::SocketAddr;

use reqwest::header::ACCEPT_ENCODING;
use tokio::time::{Instant, timeout_at};

use crate::client::{Answer, Client, Exchange, Limits, check_head, unreachable};
use crate::error::NetError;
use crate::policy::Consumer;
use crate::target::{Target, TargetHost};

impl Client {
    /// Sends one request to an address that the installation alone has named, and reads the answer: unchecked, and never by a proxy,
    /// for which the platform is another one. No redirect is followed.
    ///
    /// # Errors
    /// See [`NetError`]; a status that is no success is an answer, not an error.
    pub async fn ask_platform(&self, request: Exchange, limits: Limits) -> Result<Answer, NetError> {
        let deadline = Instant::now() + limits.total;
        self.count();
        let target = Target::parse(&request.url)?;
        let mut builder = self.builder(Consumer::Storage, limits.connect, 0);
        if let TargetHost::Name(name) = target.host() {
            let addresses = self.look_up(name, limits).await?;
            let addresses: Vec<_> = addresses
                .iter()
                .map(|&address| SocketAddr::new(address, target.port()))
                .collect();
            builder = builder.resolve_to_addrs(name, &addresses);
        }
        let client = builder.build().map_err(|error| {
            tracing::error!(%error, "the HTTP client cannot be made");
            NetError::Unreachable
        })?;
        let sending = client
            .request(request.method, target.url().clone())
            .headers(request.headers)
            .header(ACCEPT_ENCODING, "identity")
            .body(request.body)
            .send();
        let response = match timeout_at(deadline, sending).await {
            Err(_) => return Err(NetError::TimedOut),
            Ok(Err(error)) => return Err(unreachable(&target, error)),
            Ok(Ok(response)) => response,
        };
        check_head(response.headers())?;
        Answer::read(response, limits, deadline).await
    }
}
