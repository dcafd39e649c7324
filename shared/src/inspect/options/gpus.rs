// SPDX-License-Identifier: Apache-2.0

//! `HostConfig.DeviceRequests`: CDI devices (`--device`) and all others (`--gpus`).

use serde_json::Value;

use crate::inspect::csv;
use crate::inspect::json::{at, int, is_empty, list, pairs, text, texts};
use crate::inspect::spec::RunSpec;

const FIELD: &str = "HostConfig.DeviceRequests";

pub(super) fn emit(request: &Value, spec: &mut RunSpec) {
    let devices = texts(at(request, "DeviceIDs"));
    let is_cdi = text(at(request, "Driver")) == "cdi"
        && int(at(request, "Count")) == 0
        && is_empty(at(request, "Capabilities"))
        && is_empty(at(request, "Options"));
    if is_cdi
        && devices
            .iter()
            .all(|device| device.contains('/') && device.contains('='))
    {
        for device in devices {
            spec.option("--device", device, FIELD);
        }
        return;
    }
    match gpus(request) {
        Ok(value) => spec.option("--gpus", value, FIELD),
        Err(why) => spec.loss(FIELD, why),
    }
}

/// The value of `--gpus` from which docker's client makes this request (docker/cli `opts/gpus.go`).
fn gpus(request: &Value) -> Result<String, String> {
    let count = int(at(request, "Count"));
    let devices = texts(at(request, "DeviceIDs"));
    let mut fields = Vec::new();
    match text(at(request, "Driver")) {
        "" => {}
        driver => fields.push(format!("driver={driver}")),
    }
    match (count, devices.is_empty()) {
        (-1, _) => fields.push("count=all".to_owned()),
        (0, false) => {}
        (count, _) => fields.push(format!("count={count}")),
    }
    if !devices.is_empty() {
        if devices
            .iter()
            .any(|device| device.contains(',') || device.is_empty())
        {
            return Err("a device's name has a comma, at which docker cuts".to_owned());
        }
        fields.push(format!("device={}", devices.join(",")));
    }
    let [capabilities] = list(at(request, "Capabilities")) else {
        return Err("--gpus makes exactly one list of capabilities".to_owned());
    };
    match texts(capabilities).as_slice() {
        ["gpu"] => {}
        [others @ .., "gpu"] if others.iter().all(|one| !one.contains(',')) => {
            fields.push(format!("capabilities={}", others.join(",")));
        }
        _ => return Err("--gpus always puts \"gpu\" at the end of the capabilities".to_owned()),
    }
    let options: Vec<String> = pairs(at(request, "Options"))
        .into_iter()
        .map(|(key, value)| format!("{key}={}", text(value)))
        .collect();
    if !options.is_empty() {
        let inner = csv::record(options.iter().map(String::as_str))?;
        fields.push(format!("options={inner}"));
    }
    match fields.as_slice() {
        [only] if only == "count=all" => Ok("all".to_owned()),
        [] => Ok("count=0".to_owned()),
        fields => Ok(csv::record(fields.iter().map(String::as_str))?),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::gpus;

    #[test]
    fn requests_become_the_value_that_makes_them() {
        let value = |request| gpus(&request).map_err(|why: String| why);
        assert_eq!(
            value(json!({"Count": -1, "Capabilities": [["gpu"]], "Options": {}})),
            Ok("all".to_owned())
        );
        assert_eq!(
            value(
                json!({"Count": 0, "DeviceIDs": ["0", "GPU-1"], "Capabilities": [["compute", "gpu"]]})
            ),
            Ok("\"device=0,GPU-1\",capabilities=compute".to_owned())
        );
        assert_eq!(
            value(
                json!({"Count": 2, "Driver": "nvidia", "Capabilities": [["gpu"]], "Options": {"a": "b,c"}})
            ),
            Ok("driver=nvidia,count=2,\"options=\"\"a=b,c\"\"\"".to_owned())
        );
        assert!(value(json!({"Count": 1, "Capabilities": [["gpu", "compute"]]})).is_err());
        assert!(value(json!({"Count": 1, "Capabilities": [["gpu"], ["tpu"]]})).is_err());
    }
}
