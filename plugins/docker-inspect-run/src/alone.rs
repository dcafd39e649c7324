// SPDX-License-Identifier: Apache-2.0

//! Two people on call may start the same work: on one machine the second run is refused, and what
//! a run on another machine has begun is not taken for broken off.

use std::hash::{DefaultHasher, Hasher as _};

use shared::error::ShownError;

/// Held as long as this run works on a container. The system lets go of it when the process ends,
/// however it ends.
pub struct Alone {
    #[cfg(target_os = "linux")]
    _name: Option<std::os::unix::net::UnixListener>,
}

/// Takes the work on a container of an engine; refuses where another run on this machine has it.
pub fn take(engine: &str, container: &str) -> Result<Alone, ShownError> {
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::net::{SocketAddr, UnixListener};
        // A name in the kernel only, the same for all users: no file is left behind.
        let name = format!("docker-inspect-run/{:016x}", hash(&(engine, container)));
        match SocketAddr::from_abstract_name(name).and_then(|it| UnixListener::bind_addr(&it)) {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(
                ShownError::refused(format!("another run is at work on \"{container}\""))
                    .hinted("wait until it is done, then run this again"),
            ),
            // Where the system has no such names, nobody is kept out.
            other => Ok(Alone { _name: other.ok() }),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (engine, container);
        Ok(Alone {})
    }
}

/// This machine in eight digits, for the names that tell who began something.
pub fn this_machine() -> String {
    let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let host = rustix::system::uname();
    let name = host.nodename().to_string_lossy().into_owned();
    format!("{:08x}", hash(&(id.trim(), name)) & 0xffff_ffff)
}

fn hash(what: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_run_has_a_container() {
        let name = format!("test-{}", std::process::id());
        let first = take("engine", &name);
        assert!(first.is_ok());
        if cfg!(target_os = "linux") {
            assert!(take("engine", &name).is_err());
        }
        assert!(take("other engine", &name).is_ok());
        drop(first);
        assert!(take("engine", &name).is_ok());
    }

    #[test]
    fn a_machine_is_eight_digits() {
        let machine = this_machine();
        assert_eq!(machine.len(), 8);
        assert_eq!(machine, this_machine());
        assert!(machine.bytes().all(|b| b.is_ascii_hexdigit()));
    }
}
