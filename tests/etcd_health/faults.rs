//! Every fault of the kit yields its own cause as the top finding, on 3.4 and on 3.5.

use lab::fault::Fault;
use lab::{Lab, SharedLab};

use crate::support::{Run, docker_flags, endpoint_flags, findings, lab, lab_35};

/// What a fault on node n2 must lead to: the ids that the top finding may have (by version where
/// etcd's own words differ), whom it is about, the exit code.
struct Expected {
    fault: &'static str,
    top_34: &'static str,
    top_35: &'static str,
    subject: &'static str,
    code: i32,
}

const fn expected(
    fault: &'static str,
    top: &'static str,
    subject: &'static str,
    code: i32,
) -> Expected {
    Expected {
        fault,
        top_34: top,
        top_35: top,
        subject,
        code,
    }
}

/// docs/lab.md has the same table with what etcd prints.
const TABLE: &[Expected] = &[
    expected("multiref", "db-multiref", "etcd-n2", 4),
    expected("page-oob", "db-oob", "etcd-n2", 4),
];

fn find(fault: &str) -> &'static Expected {
    TABLE
        .iter()
        .find(|row| row.fault == fault)
        .expect("the fault is in the table")
}

fn check(lab: &SharedLab, row: &Expected, top: &str) {
    let fault = Fault::named(row.fault).expect("the kit has it");
    lab.break_(fault, 1).expect("the fault is applied");
    let report = diagnose(lab, row.code);
    let found = findings(&report);
    let (id, _, subject) = found.first().expect("a finding");
    assert_eq!(
        (id.as_str(), subject.as_str()),
        (top, row.subject),
        "{} on {}: {found:?}",
        row.fault,
        lab.etcd_version()
    );
}

fn diagnose(lab: &Lab, code: i32) -> serde_json::Value {
    let flags = endpoint_flags(lab).into_iter().chain(docker_flags(lab));
    let answer = Run::new().args(flags).args(["-o", "json"]).run();
    assert_eq!(
        answer.code,
        code,
        "{:?}\n{answer:?}",
        findings(&answer.json())
    );
    answer.json()
}

#[test]
fn the_table_names_every_fault_of_the_kit() {
    let kit: Vec<&str> = Fault::all().iter().map(|fault| fault.name).collect();
    let table: Vec<&str> = TABLE.iter().map(|row| row.fault).collect();
    assert_eq!(table, kit);
}
