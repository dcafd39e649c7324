// SPDX-License-Identifier: Apache-2.0

use shared::docker::recreate::Stop;
use shared::output::Printer;

#[cfg(unix)]
use crate::plugin_socket;

/// A wish to stop. Ctrl-C, a SIGTERM, a lost terminal and a docker that runs this as its plugin and
/// ends set it. Further ones change nothing: what is being put back must be put back.
pub fn stop_on_signal(printer: Printer) -> Stop {
    let (sender, stop) = Stop::new();
    tokio::spawn(async move {
        let mut signals = Signals::new();
        let mut first = true;
        loop {
            signals.next().await;
            let text = if first {
                "stopping: what was begun is put back after this step"
            } else {
                "still putting the old container back"
            };
            printer.note(text);
            first = false;
            // Nobody listens any more when the work is done.
            let _ = sender.send(true);
        }
    });
    stop
}

#[cfg(unix)]
struct Signals {
    all: Vec<tokio::signal::unix::Signal>,
    docker: Option<plugin_socket::Docker>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        Self {
            all: kinds
                .into_iter()
                .filter_map(|kind| signal(kind).ok())
                .collect(),
            docker: plugin_socket::connect(),
        }
    }

    /// Waits for the next one, for ever where the system tells of none.
    async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let came = self
                .all
                .iter_mut()
                .any(|one| one.poll_recv(context).is_ready());
            let ended = self
                .docker
                .as_mut()
                .is_some_and(|docker| docker.poll_ended(context).is_ready());
            if ended {
                // It ends once.
                self.docker = None;
            }
            if came || ended {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // The system cannot tell: then there is nothing to wait for.
            std::future::pending::<()>().await;
        }
    }
}
