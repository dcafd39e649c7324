// SPDX-License-Identifier: Apache-2.0

use std::future::Future;
use std::time::Duration;

/// How long a live answer may take. Past that what is known without the network has to do: a
/// person waits at the prompt, and 300 ms is what is felt as a pause.
pub const PATIENCE: Duration = Duration::from_millis(250);

/// What the future yields within [`PATIENCE`], on a runtime of its own.
pub fn within<T>(future: impl Future<Output = Option<T>>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await });
    // A name look-up that hangs must not hold the prompt when the runtime goes.
    runtime.shutdown_background();
    answer.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_come_is_not_waited_for() {
        assert_eq!(within(async { Some(1) }), Some(1));
        assert_eq!(within(std::future::pending::<Option<u8>>()), None);
    }
}
