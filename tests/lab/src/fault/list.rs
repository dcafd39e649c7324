// SPDX-License-Identifier: Apache-2.0

use super::fault_type::Fault;
use super::*;

/// Every fault, in the order of `docs/lab.md`.
pub(super) const ALL: &[Fault] = &[
    multiref::FAULT,
    page_oob::FAULT,
    page_beyond_end::FAULT,
    page_zeroed::FAULT,
    meta_both::FAULT,
    db_truncated::FAULT,
    db_locked::FAULT,
    wal_record::FAULT,
    wal_tail::FAULT,
    wal_missing::FAULT,
    stale_data::FAULT,
    wiped_new_other_list::FAULT,
    wrong_peer_url::FAULT,
    name_not_in_list::FAULT,
    foreign_single_member::FAULT,
    leftover_force_new_cluster::FAULT,
    force_new_cluster_fired::FAULT,
    member_never_started::FAULT,
    learner_stuck::FAULT,
    port_taken::FAULT,
    datadir_not_writable::FAULT,
    disk_read_only::FAULT,
    disk_full::FAULT,
    slow_disk::FAULT,
    nospace_alarm::FAULT,
    diverged_data::FAULT,
    cert_expired::FAULT,
    cert_foreign::FAULT,
    node_link_down::FAULT,
    node_drop::FAULT,
    process_paused::FAULT,
    members_down::ONE,
    members_down::TWO,
    members_down::THREE,
];
