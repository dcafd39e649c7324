// SPDX-License-Identifier: Apache-2.0

use super::options;
use super::{EngineFacts, Request, RunSpec};

/// The command that makes what `request` asks for. Everything it cannot say is in its losses.
pub fn run_spec(request: &Request, facts: &EngineFacts) -> RunSpec {
    let mut spec = RunSpec {
        name: request.name.clone(),
        losses: request.losses.clone(),
        ..RunSpec::default()
    };
    spec.image = spec.word(request.image.clone(), "Config.Image");
    options::emit(request, facts, &mut spec);
    spec
}
