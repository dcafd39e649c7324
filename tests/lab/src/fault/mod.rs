// SPDX-License-Identifier: Apache-2.0

//! The faults: each is done to a real node, and undone by healing the lab.
//! One file per fault, and one line in `list.rs`.

mod bolt;
mod certificate;
mod change;
mod disk;
mod fault_type;
mod list;
mod settled;
mod wal;

mod cert_expired;
mod cert_foreign;
mod datadir_not_writable;
mod db_locked;
mod db_truncated;
mod disk_full;
mod disk_read_only;
mod diverged_data;
mod force_new_cluster_fired;
mod foreign_single_member;
mod learner_stuck;
mod leftover_force_new_cluster;
mod member_never_started;
mod members_down;
mod meta_both;
mod multiref;
mod name_not_in_list;
mod node_drop;
mod node_link_down;
mod nospace_alarm;
mod page_beyond_end;
mod page_oob;
mod page_zeroed;
mod port_taken;
mod process_paused;
mod slow_disk;
mod stale_data;
mod wal_missing;
mod wal_record;
mod wal_tail;
mod wiped_new_other_list;
mod wrong_peer_url;

pub use fault_type::Fault;

pub(crate) use change::label;
pub(crate) use disk::take_away;
