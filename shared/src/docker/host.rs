// SPDX-License-Identifier: Apache-2.0

use std::fmt;
use std::path::PathBuf;

use super::EngineError;

/// The address of an engine, as `DOCKER_HOST`, `--host` or a context gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DockerHost {
    /// `unix:///path`.
    Unix {
        /// The socket's path.
        path: PathBuf,
    },
    /// `tcp://host:port`, `http://host:port`; TLS is decided beside it.
    Tcp {
        /// Host name or address, IPv6 without brackets.
        host: String,
        /// Port; 2375, or 2376 with TLS, where none is given.
        port: Option<u16>,
        /// `https://` was given.
        https: bool,
    },
    /// `ssh://[user@]host[:port][/path]`.
    Ssh {
        /// The login name; without one ssh's own choice.
        user: Option<String>,
        /// Host name, or an alias of ssh's configuration.
        host: String,
        /// Port; without one ssh's own choice.
        port: Option<u16>,
        /// The engine's socket on that host; without one docker's own choice there.
        path: Option<String>,
    },
}

impl DockerHost {
    /// The engine that docker uses where nothing is said.
    pub fn default_local() -> Self {
        Self::Unix {
            path: PathBuf::from("/var/run/docker.sock"),
        }
    }

    /// Parses an address. A bare `host:port` is `tcp://`, as docker's `--host` has it.
    pub fn parse(value: &str) -> Result<Self, EngineError> {
        let bad = |why: &str| EngineError::BadHost {
            value: value.to_owned(),
            why: why.to_owned(),
        };
        let value_trimmed = value.trim();
        if value_trimmed.is_empty() {
            return Err(bad("it is empty"));
        }
        let (scheme, rest) = match value_trimmed.split_once("://") {
            Some((scheme, rest)) => (scheme, rest),
            None => ("tcp", value_trimmed),
        };
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix {
                path: PathBuf::from(rest),
            }),
            "unix" => Err(bad("a unix socket needs an absolute path")),
            "tcp" | "http" | "https" => {
                let rest = rest.strip_suffix('/').unwrap_or(rest);
                if rest.contains('/') {
                    return Err(bad("a path after the port is not supported"));
                }
                let (host, port) = host_and_port(rest).map_err(bad)?;
                Ok(Self::Tcp {
                    host,
                    port,
                    https: scheme == "https",
                })
            }
            "ssh" => parse_ssh(rest).map_err(bad),
            "npipe" => Err(bad("named pipes exist on windows only")),
            "fd" => Err(bad("fd:// is for the engine, not for its clients")),
            _ => Err(bad("the scheme is none of unix, ssh, tcp, http, https")),
        }
    }

    /// The path of the socket where the engine is reached through one on this machine.
    pub fn local_socket(&self) -> Option<&std::path::Path> {
        match self {
            Self::Unix { path } => Some(path),
            _ => None,
        }
    }
}

fn parse_ssh(rest: &str) -> Result<DockerHost, &'static str> {
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (user, address) = match authority.rsplit_once('@') {
        Some((user, address)) => (Some(user), address),
        None => (None, authority),
    };
    if user.is_some_and(|user| user.contains(':')) {
        return Err("a password in the address is not supported");
    }
    // ssh would take a leading dash as an option.
    if user.is_some_and(|user| user.is_empty() || user.starts_with('-')) || address.starts_with('-')
    {
        return Err("user and host must not be empty or begin with a dash");
    }
    let (host, port) = host_and_port(address)?;
    Ok(DockerHost::Ssh {
        user: user.map(str::to_owned),
        host,
        port,
        path: Some(path)
            .filter(|path| !matches!(*path, "" | "/"))
            .map(str::to_owned),
    })
}

/// Splits `host`, `host:port`, `[v6]` and `[v6]:port`.
fn host_and_port(text: &str) -> Result<(String, Option<u16>), &'static str> {
    let (host, port) = if let Some(bracketed) = text.strip_prefix('[') {
        let (host, after) = bracketed
            .split_once(']')
            .ok_or("the bracket is not closed")?;
        match after {
            "" => (host, None),
            _ => (
                host,
                Some(
                    after
                        .strip_prefix(':')
                        .ok_or("after the bracket only :PORT")?,
                ),
            ),
        }
    } else {
        match text.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err("an IPv6 address must stand in brackets");
            }
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    if host.is_empty() {
        return Err("it has no host name");
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@') {
        return Err("the host name has characters that no host name has");
    }
    let port = match port {
        None => None,
        Some(port) => match port.parse::<u16>() {
            Ok(number) if number > 0 => Some(number),
            _ => return Err("the port is not a number from 1 to 65535"),
        },
    };
    Ok((host.to_owned(), port))
}

impl fmt::Display for DockerHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracketed = |host: &str| {
            if host.contains(':') {
                format!("[{host}]")
            } else {
                host.to_owned()
            }
        };
        match self {
            Self::Unix { path } => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port, https } => {
                let scheme = if *https { "https" } else { "tcp" };
                write!(f, "{scheme}://{}", bracketed(host))?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
            Self::Ssh {
                user,
                host,
                port,
                path,
            } => {
                f.write_str("ssh://")?;
                if let Some(user) = user {
                    write!(f, "{user}@")?;
                }
                f.write_str(&bracketed(host))?;
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
                f.write_str(path.as_deref().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_and_shown_as_given() {
        for text in [
            "unix:///var/run/docker.sock",
            "tcp://10.0.0.1:2376",
            "tcp://[fd00::1]:2375",
            "https://engine.example:2376",
            "ssh://node",
            "ssh://me@node:2222",
            "ssh://me@[fd00::1]:2222/run/user/1000/docker.sock",
        ] {
            assert_eq!(
                DockerHost::parse(text)
                    .map(|host| host.to_string())
                    .as_deref(),
                Ok(text)
            );
        }
    }

    #[test]
    fn wrong_addresses_are_errors_that_name_them() {
        for text in [
            "",
            "  ",
            "unix://relative",
            "ftp://x",
            "tcp://",
            "tcp://a:b",
            "tcp://a:0",
            "tcp://a:70000",
            "tcp://fd00::1:2375",
            "tcp://[fd00::1",
            "ssh://",
            "ssh://-oProxyCommand=x",
            "ssh://-l@host",
            "ssh://u:secret@host",
            "npipe:////./pipe/x",
            "tcp://h:1/path",
        ] {
            let Err(EngineError::BadHost { value, .. }) = DockerHost::parse(text) else {
                panic!("{text} was taken");
            };
            assert_eq!(value, text);
        }
    }
}
