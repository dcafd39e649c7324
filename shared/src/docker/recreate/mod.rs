// SPDX-License-Identifier: Apache-2.0

//! Makes a container anew in a container's place, and puts the old one back if that fails.
//!
//! There is no journal: all that a later run needs to know stands in names that the engine keeps.
//!
//! 1. The new one is created, not started, as `NAME-next-TIME`, with the restart policy `no`.
//! 2. The old one is renamed `NAME-before-TIME.POLICY.RETRIES.STATE.NEWID.BY`: from here on its
//!    name says how it was, which container is to take its place and which machine began it.
//! 3. The old one's restart policy becomes `no`, and it is stopped.
//! 4. The new one is renamed `NAME` and started; it must stay up or become healthy, and be what
//!    was asked for; then it gets its restart policy.
//! 5. The old one is renamed `NAME-before-TIME`: done.
//!
//! A run that finds a name of step 2 first puts the old container back ([`recover`]), then begins
//! anew. A container with `--rm` vanishes when it stops: there step 2 makes a stopped copy of it
//! without `--rm`, which holds its anonymous volumes by name and stands for the old one.

mod dependents;
mod error;
mod forward;
mod names;
mod plan;
mod put_back;
mod recover;
mod retry;
mod stop;
mod watch;

pub use dependents::dependents;
pub use error::RecreateError;
pub use forward::{Done, recreate};
pub use names::{InFlight, in_flight_name, kept_name, parse_in_flight, parse_kept, parse_next};
pub use plan::Plan;
pub use put_back::put_back;
pub use recover::{Leftover, leftovers, recover};
pub use stop::Stop;
