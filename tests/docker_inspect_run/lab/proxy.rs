// SPDX-License-Identifier: Apache-2.0

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// When something is to happen at a changing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the engine gets the call.
    Before,
    /// After the engine has done it, before the tool hears of that.
    After,
}

/// Stands between the tool and an engine, counts the calls that change something and does
/// something at one of them.
pub struct Proxy {
    pub socket: PathBuf,
    calls: Arc<AtomicUsize>,
}

impl Proxy {
    /// `act` is called at the changing call number `at` (from 0), once; it says whether the call
    /// (or its answer) still goes through.
    pub fn start(
        engine: &Path,
        at: usize,
        when: When,
        act: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("inspect-run-{}-proxy-{number}.sock", std::process::id());
        let socket = std::env::temp_dir().join(name);
        let listener = UnixListener::bind(&socket).unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let (engine, counter, act) = (engine.to_owned(), Arc::clone(&calls), Arc::new(act));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = UnixStream::connect(&engine) else {
                    continue;
                };
                let (counter, act) = (Arc::clone(&counter), Arc::clone(&act));
                std::thread::spawn(move || {
                    carry(client, server, &counter, at, when, &*act);
                });
            }
        });
        Self { socket, calls }
    }

    /// How many changing calls there were.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// The tool sends a request only when it has the answer to the one before.
fn carry(
    mut client: UnixStream,
    mut server: UnixStream,
    calls: &AtomicUsize,
    at: usize,
    when: When,
    act: &(dyn Fn() -> bool + Send + Sync),
) {
    let (mut back_from, mut back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let due = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut bytes = [0; 65536];
            while let Ok(count @ 1..) = back_from.read(&mut bytes) {
                if due.swap(0, Ordering::SeqCst) == 1 && !act() {
                    break;
                }
                if back_to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            let _ = back_to.shutdown(std::net::Shutdown::Both);
        });
        let mut bytes = [0; 65536];
        while let Ok(count @ 1..) = client.read(&mut bytes) {
            let changes = bytes.starts_with(b"POST ") || bytes.starts_with(b"DELETE ");
            if changes && calls.fetch_add(1, Ordering::SeqCst) == at {
                match when {
                    When::Before if !act() => break,
                    When::Before => {}
                    When::After => due.store(1, Ordering::SeqCst),
                }
            }
            if server.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = server.shutdown(std::net::Shutdown::Both);
    });
}
