// SPDX-License-Identifier: Apache-2.0

use tokio::sync::watch;

/// The user's wish to stop. The work looks at it between its steps: a call that the engine has
/// begun is waited for, because it goes on without its caller.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// The wish, and what sets it (`send(true)`).
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether to stop.
    pub fn is_wanted(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is wanted, maybe for ever.
    pub async fn wanted(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|wanted| *wanted).await.is_err() {
            // Nobody is left who could want it.
            std::future::pending::<()>().await;
        }
    }
}
