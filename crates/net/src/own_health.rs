//! The one request that the program makes to itself: whether the server beside it is well, for probes of containers that hold
//! nothing but the program (SEC-252). No name is looked up, nothing that a user wrote is part of it.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long a step may take; probes have time limits of a few seconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// More than the answer has; what is longer does not come from us.
const LONGEST: u64 = 4_096;

/// Asks the monitoring port whether requests can be served: the status and the body of the answer.
pub fn ask(monitoring: SocketAddr) -> std::io::Result<(u16, String)> {
    let address = SocketAddr::new(reachable(monitoring.ip()), monitoring.port());
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    write!(
        connection,
        "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    connection.take(LONGEST).read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "this is no answer over HTTP"))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok((status, body.trim().to_owned()))
}

/// A server on all addresses is on loopback, too.
fn reachable(listens: IpAddr) -> IpAddr {
    match listens {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}
