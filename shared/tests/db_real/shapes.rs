// SPDX-License-Identifier: Apache-2.0

//! Workloads that make databases of different shapes.

use serde_json::json;

use crate::etcd::Etcd;
use crate::http::b64;

/// What is written into an etcd.
pub type Shape = (&'static str, fn(&Etcd));

/// All shapes.
pub const SHAPES: [Shape; 10] = [
    ("empty", |_| ()),
    ("one key", |etcd| etcd.put("a", b"1")),
    ("huge values", huge_values),
    ("deep tree", deep_tree),
    ("leases", leases),
    ("auth", auth),
    ("compacted", compacted),
    ("compacted at a deletion", compacted_at_a_deletion),
    ("everything deleted", everything_deleted),
    ("defragmented", defragmented),
];

/// Values that look different each time without being random.
pub fn value(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}

/// Pods, services and objects of a custom resource.
pub fn kubernetes(etcd: &Etcd, objects: u64, bytes: usize) {
    etcd.put_all((0..objects).map(|n| {
        let key = match n % 4 {
            0 => format!("/registry/services/specs/default/svc-{n}"),
            1 => format!("/registry/example.com/widgets/ns-{}/w-{n}", n % 7),
            _ => format!("/registry/pods/ns-{}/pod-{n}", n % 9),
        };
        (key, value(n, bytes))
    }));
}

fn huge_values(etcd: &Etcd) {
    // The largest goes past what is held in memory at once.
    for (n, bytes) in [(1, 1 << 20), (2, 3 << 20), (3, 9 << 20), (4, 100)] {
        etcd.put(&format!("/registry/secrets/default/s{n}"), &value(n, bytes));
    }
}

fn deep_tree(etcd: &Etcd) {
    etcd.put_all((0..60_000u64).map(|n| (format!("/registry/events/ns/e-{n}"), value(n, 40))));
}

fn leases(etcd: &Etcd) {
    for n in 1..=300 {
        etcd.call("/v3/lease/grant", &json!({ "ID": n, "TTL": 100_000 }));
        let key = b64(format!("/registry/leases/kube-system/l{n}"));
        etcd.call(
            "/v3/kv/put",
            &json!({ "key": key, "value": b64("v"), "lease": n }),
        );
    }
}

fn auth(etcd: &Etcd) {
    for role in ["root", "reader"] {
        etcd.call("/v3/auth/role/add", &json!({ "name": role }));
    }
    for user in ["root", "app"] {
        etcd.call(
            "/v3/auth/user/add",
            &json!({ "name": user, "password": "swordfish" }),
        );
    }
    etcd.call(
        "/v3/auth/user/grant",
        &json!({ "user": "root", "role": "root" }),
    );
    kubernetes(etcd, 50, 200);
}

fn compacted(etcd: &Etcd) {
    kubernetes(etcd, 3000, 300);
    kubernetes(etcd, 1500, 200);
    let middle = etcd.revision();
    etcd.delete("/registry/services/specs/default/svc-0");
    etcd.compact(middle);
    kubernetes(etcd, 700, 100);
    etcd.delete("/registry/services/specs/default/svc-4");
}

fn compacted_at_a_deletion(etcd: &Etcd) {
    kubernetes(etcd, 100, 100);
    etcd.delete("/registry/services/specs/default/svc-8");
    etcd.compact(etcd.revision());
    kubernetes(etcd, 20, 100);
}

fn everything_deleted(etcd: &Etcd) {
    kubernetes(etcd, 200, 100);
    etcd.compact(etcd.revision());
    etcd.call(
        "/v3/kv/deleterange",
        &json!({ "key": b64([0]), "range_end": b64([0]) }),
    );
}

fn defragmented(etcd: &Etcd) {
    compacted(etcd);
    etcd.call("/v3/maintenance/defragment", &json!({}));
}
