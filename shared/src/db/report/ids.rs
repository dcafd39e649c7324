// SPDX-License-Identifier: Apache-2.0

use serde::Serializer;

/// Ids are hex strings in the JSON, as etcd prints them: as numbers they would lose digits in
/// readers that know only doubles.
pub(crate) fn hex_id<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{id:x}"))
}
