//! A URL that was parsed once, by the WHATWG rules, and is used as parsed (SEC-128, SEC-129).
//!
//! The parser brings all spellings of an IPv4 address (decimal, octal, hexadecimal, short, full-width, percent-encoded) to
//! one, and names to punycode in lower case. What it would silently repair is refused before it gets the text.

use std::net::IpAddr;

use url::{Host, Url};

use crate::NetError;

/// The longest URL that is taken, in bytes.
pub const MAX_LENGTH: usize = 2_048;

/// A checked `http` or `https` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    host: TargetHost,
    port: u16,
}

/// The host of a [`Target`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetHost {
    /// A name in lower case and punycode, without a dot at the end.
    Name(String),
    /// A literal address.
    Address(IpAddr),
}

impl Target {
    /// Parses a URL that a person gave. Spaces around it are dropped.
    ///
    /// # Errors
    /// [`NetError::InvalidUrl`] with the reason.
    pub fn parse(text: &str) -> Result<Self, NetError> {
        let text = text.trim_matches(' ');
        refuse_repairable(text)?;
        Self::from_url(Url::parse(text).map_err(|_| invalid("it cannot be read"))?)
    }

    /// The target of a redirect, relative to this one.
    ///
    /// # Errors
    /// [`NetError::InvalidRedirect`] when it is no URL of the kind that is taken; [`NetError::InsecureRedirect`].
    pub fn redirected(&self, location: &str) -> Result<Self, NetError> {
        refuse_repairable(location).map_err(|_| NetError::InvalidRedirect)?;
        let url = self.url.join(location).map_err(|_| NetError::InvalidRedirect)?;
        let next = Self::from_url(url).map_err(|_| NetError::InvalidRedirect)?;
        if self.url.scheme() == "https" && next.url.scheme() != "https" {
            return Err(NetError::InsecureRedirect);
        }
        Ok(next)
    }

    fn from_url(mut url: Url) -> Result<Self, NetError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid("it must begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("it must not hold a user name or password"));
        }
        if url.as_str().len() > MAX_LENGTH {
            return Err(invalid("it is longer than 2048 characters"));
        }
        let port = url.port_or_known_default().ok_or_else(|| invalid("it has no port"))?;
        if port == 0 {
            return Err(invalid("it has no port"));
        }
        let host = match url.host() {
            Some(Host::Ipv4(address)) => TargetHost::Address(address.into()),
            Some(Host::Ipv6(address)) => TargetHost::Address(address.into()),
            Some(Host::Domain(name)) => {
                let plain = name.strip_suffix('.').unwrap_or(name).to_owned();
                if plain.is_empty() || plain.split('.').any(str::is_empty) || plain.len() > 253 {
                    return Err(invalid("its host name cannot be read"));
                }
                if plain.len() != name.len() {
                    url.set_host(Some(&plain))
                        .map_err(|_| invalid("its host name cannot be read"))?;
                }
                TargetHost::Name(plain)
            }
            None => return Err(invalid("it has no host")),
        };
        url.set_fragment(None);
        Ok(Target { url, host, port })
    }

    /// The URL as it will be asked for, without a fragment.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host.
    pub fn host(&self) -> &TargetHost {
        &self.host
    }

    /// The port, given or implied by the scheme.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl std::fmt::Display for TargetHost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TargetHost::Name(name) => formatter.write_str(name),
            TargetHost::Address(address) => address.fmt(formatter),
        }
    }
}

/// What the WHATWG parser would change without a word: other programs read such a text differently.
fn refuse_repairable(text: &str) -> Result<(), NetError> {
    if text.len() > MAX_LENGTH {
        return Err(invalid("it is longer than 2048 characters"));
    }
    if text.chars().any(char::is_control) {
        return Err(invalid("it holds control characters"));
    }
    if text.contains('\\') {
        return Err(invalid("it holds a backslash"));
    }
    Ok(())
}

fn invalid(reason: &'static str) -> NetError {
    NetError::InvalidUrl { reason }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sec_129_every_spelling_of_an_address_becomes_the_address() {
        for text in [
            "http://127.0.0.1/",
            "http://127.0.0.1./",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.0.0.1/",
            "http://0X7F.0x0.0x0.0x1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://127.1/",
            "http://127.0.1/",
            "http://127.0.0.01/",
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http://①②⑦.⓪.⓪.①/",
            "http://%31%32%37.0.0.1/",
            "http://127.0.0.%31/",
            "HTTP://127.0.0.1:80/",
            " http://127.0.0.1 ",
            "http:127.0.0.1",
            "http:///127.0.0.1",
        ] {
            let target = Target::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                target.host(),
                &TargetHost::Address("127.0.0.1".parse().unwrap()),
                "{text}"
            );
            assert_eq!(
                (target.port(), target.url().as_str()),
                (80, "http://127.0.0.1/"),
                "{text}"
            );
        }
        for (text, expected) in [
            ("http://[::1]/", "::1"),
            ("http://[0:0:0:0:0:0:0:1]/", "::1"),
            ("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"),
            ("http://[::FFFF:7F00:1]/", "::ffff:127.0.0.1"),
            ("http://0/", "0.0.0.0"),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.host(), &TargetHost::Address(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn sec_129_names_lose_case_and_dot_and_become_punycode() {
        for (text, expected) in [
            ("http://LocalHost/", "localhost"),
            ("http://localhost./", "localhost"),
            ("https://ｌｏｃａｌｈｏｓｔ/", "localhost"),
            ("http://metadata.GOOGLE.internal./", "metadata.google.internal"),
            ("http://bücher.example/", "xn--bcher-kva.example"),
            ("http://XN--BCHER-KVA.example/", "xn--bcher-kva.example"),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.host(), &TargetHost::Name(expected.into()), "{text}");
            assert_eq!(
                target.url().host_str(),
                Some(expected),
                "what is used is what is checked"
            );
        }
    }

    #[test]
    fn sec_128_urls_of_other_kinds_are_refused() {
        for text in [
            "",
            "example.com/data.json",
            "/data.json",
            "file:///etc/passwd",
            "ftp://example.com/",
            "gopher://example.com/",
            "data:text/plain,x",
            "javascript:alert(1)",
            "redis://example.com/",
            "http://",
            "http://./",
            "http://../",
            "http://a..b/",
            "http://example.com../",
            "http://user@example.com/",
            "http://user:password@example.com/",
            "http://:password@example.com/",
            "http://example.com\\@127.0.0.1/",
            "http:\\\\example.com/",
            "http://exam\tple.com/",
            "http://example.com/\n",
            "http://example.com/\r\nHost: other",
            "http://example.com/\u{0}",
            "http://example.com/\u{85}",
            "http://[fe80::1%25eth0]/",
            "http://[fe80::1%eth0]/",
            "http://[::1/",
            "http://256.256.256.256/",
            "http://1.2.3.4.5/",
            "http://0x100000000/",
            "http://example.com:0/",
            "http://example.com:65536/",
            "http://exa mple.com/",
            "http://exa%00mple.com/",
        ] {
            assert!(
                matches!(Target::parse(text), Err(NetError::InvalidUrl { .. })),
                "{text:?}"
            );
        }
        let path = "x".repeat(MAX_LENGTH);
        assert!(Target::parse(&format!("http://example.com/{path}")).is_err());
        assert!(
            Target::parse(&format!("http://example.com/{}", "ä".repeat(600))).is_err(),
            "as sent, escaped"
        );
    }

    #[test]
    fn sec_137_redirects_are_parsed_as_strictly() {
        let target = Target::parse("https://example.com/a/b?c").unwrap();
        assert_eq!(
            target.redirected("../d").unwrap().url().as_str(),
            "https://example.com/d"
        );
        assert_eq!(
            target.redirected("//other.example/").unwrap().url().as_str(),
            "https://other.example/"
        );
        assert_eq!(
            target.redirected("http://example.com/"),
            Err(NetError::InsecureRedirect)
        );
        for location in [
            "file:///etc/passwd",
            "http://user@example.com/",
            "/a\\b",
            "/a\nb",
            "https://[::1%25x]/",
        ] {
            assert_eq!(
                target.redirected(location),
                Err(NetError::InvalidRedirect),
                "{location:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_without_fault(text in any::<String>(), location in any::<String>()) {
            if let Ok(target) = Target::parse(&text) {
                prop_assert!(matches!(target.url().scheme(), "http" | "https"));
                let _ = target.redirected(&location);
            }
        }
    }
}
