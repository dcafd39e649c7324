// SPDX-License-Identifier: Apache-2.0

use super::disk::put_data_on_loop;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "disk-full",
    what: "the small file system under the data folder is full",
    apply,
    settled: |_, node| settled::log_says(node, &["no space left on device"]),
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    node.stop_etcd()?;
    put_data_on_loop(node, 192)?;
    // Until it fails, and then the last blocks, too.
    for block in ["1M", "4k"] {
        let filler = format!("of=/var/lib/etcd/filler-{block}");
        let size = format!("bs={block}");
        node.run([
            "dd",
            "if=/dev/zero",
            &filler,
            &size,
            "oflag=append",
            "conv=notrunc",
        ])?
        .try_it();
    }
    node.start_etcd()
}
