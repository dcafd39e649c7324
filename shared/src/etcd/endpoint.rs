// SPDX-License-Identifier: Apache-2.0

use std::fmt;

use url::Url;

use super::EtcdError;

/// One etcd address: scheme, host, port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// TLS or not.
    pub tls: bool,
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl Endpoint {
    /// Reads `https://host:port`, `http://host:port` or, as etcdctl does, `host:port`
    /// (TLS when `default_tls`). Without a port it is 2379.
    pub fn parse(text: &str, default_tls: bool) -> Result<Self, EtcdError> {
        let bad = |why: &str| EtcdError::BadEndpoint {
            text: text.to_owned(),
            why: why.to_owned(),
        };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(bad("it is empty"));
        }
        let full = if trimmed.contains("://") {
            trimmed.to_owned()
        } else {
            format!("{}://{trimmed}", if default_tls { "https" } else { "http" })
        };
        let url = Url::parse(&full).map_err(|error| bad(&error.to_string()))?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            "unix" | "unixs" => return Err(bad("unix sockets are not supported")),
            _ => return Err(bad("the scheme must be http or https")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EtcdError::BadEndpoint {
                text: format!("{}://…", url.scheme()),
                why: "user and password do not belong into an endpoint, use `--user`".to_owned(),
            });
        }
        let host = url
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        if host.is_empty() {
            return Err(bad("it has no host"));
        }
        // url drops a port that is the scheme's default (443, 80): look at the text itself.
        let port = url
            .port()
            .or_else(|| explicit_default_port(&full))
            .unwrap_or(2379);
        Ok(Self { tls, host, port })
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

fn explicit_default_port(full: &str) -> Option<u16> {
    let rest = full.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit_once(':')?.1.parse().ok()
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}",
            if self.tls { "https" } else { "http" },
            self.authority()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_etcdctl_reads_them() {
        let cases = [
            ("https://10.0.0.1:2379", Some("https://10.0.0.1:2379")),
            ("10.0.0.1:2379", Some("https://10.0.0.1:2379")),
            ("http://a.example", Some("http://a.example:2379")),
            ("https://a.example:443", Some("https://a.example:443")),
            ("[fe80::1]:2379", Some("https://[fe80::1]:2379")),
            ("https://10.0.0.1:2379/", Some("https://10.0.0.1:2379")),
            ("ftp://a", None),
            ("https://a:b@c:2379", None),
            ("", None),
            ("https://", None),
        ];
        for (text, want) in cases {
            let got = Endpoint::parse(text, true).ok().map(|e| e.to_string());
            assert_eq!(got.as_deref(), want, "{text}");
        }
    }

    #[test]
    fn a_password_in_an_endpoint_is_not_repeated() {
        let error = Endpoint::parse("https://root:s3cret@h:2379", true).unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
