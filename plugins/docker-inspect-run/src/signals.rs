use shared::docker::recreate::Stop;
use shared::output::Printer;

/// A wish to stop that Ctrl-C (and a SIGTERM) sets. Further ones change nothing: what is being
/// put back must be put back.
pub fn stop_on_signal(printer: Printer) -> Stop {
    let (sender, stop) = Stop::new();
    tokio::spawn(async move {
        let mut first = true;
        loop {
            wait().await;
            let text = if first {
                "stopping: the old container is put back after this step"
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
async fn wait() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return interrupt().await;
    };
    tokio::select! {
        () = interrupt() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn wait() {
    interrupt().await;
}

async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        // The system cannot tell: then there is nothing to wait for.
        std::future::pending::<()>().await;
    }
}
