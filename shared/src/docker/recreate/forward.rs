// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::names::{AUTO_REMOVE, InFlight, in_flight_name, kept_name, next_name, stamp};
use super::plan::{dormant, restarts};
use super::retry::patiently;
use super::watch::comes_up;
use super::{Leftover, Plan, RecreateError, Stop, leftovers, put_back};
use crate::docker::{Created, Engine, EngineError};
use crate::inspect::{Request, differing_fields};

/// A container that was made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// ID of the new container.
    pub id: String,
    /// Name of the old one; `None` where it was removed.
    pub old: Option<String>,
    /// What the engine warned of.
    pub warnings: Vec<String>,
}

/// How a forward step ended that did not work.
enum Broken {
    Stopped,
    Engine(&'static str, EngineError),
    NotUp(String),
    NotTheSame(String),
}

/// Makes the container anew. When a step fails, or the user wants it to `stop`, the old one is put
/// back. `say` gets one line before each step.
pub async fn recreate(
    engine: &Engine,
    plan: &Plan,
    say: &dyn Fn(&str),
    stop: &Stop,
) -> Result<Done, RecreateError> {
    let step = |step: &str, source| RecreateError::Step {
        step: step.to_owned(),
        name: plan.name.clone(),
        source: Box::new(source),
    };
    name_is_free(engine, plan).await?;
    // Nothing is touched yet: an image that is gone or a bad option ends it here.
    say(&format!("creating the new container for \"{}\"", plan.name));
    let made = create_next(engine, plan).await;
    let (time, new) = made.map_err(|error| step("creating the new container", error))?;
    let policy = if plan.auto_remove {
        AUTO_REMOVE
    } else {
        plan.policy.0.as_str()
    };
    let old = InFlight {
        name: plan.name.clone(),
        time: time.clone(),
        policy: policy.to_owned(),
        retries: plan.policy.1,
        up: plan.up,
        new_id: new.id.chars().take(12).collect(),
        by: plan.by.clone(),
    };
    let broken = match steps(engine, plan, &old, say, stop).await {
        Ok(()) => return finish(engine, plan, &old, new.id, new.warnings, say).await,
        Err(broken) => broken,
    };
    say(&format!("putting \"{}\" back", plan.name));
    put_back(engine, &old, plan.fresh_volumes).await?;
    let name = plan.name.clone();
    Err(match broken {
        Broken::Stopped => RecreateError::Interrupted { name },
        Broken::Engine(what, error) => step(what, error),
        Broken::NotUp(why) => RecreateError::NotUp { name, why },
        Broken::NotTheSame(why) => RecreateError::NotTheSame { name, why },
    })
}

/// With another name for the new one, that must not be taken.
async fn name_is_free(engine: &Engine, plan: &Plan) -> Result<(), RecreateError> {
    let wanted = &plan.request.name;
    if *wanted == plan.name {
        return Ok(());
    }
    match engine.inspect_container(wanted).await {
        Err(EngineError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(RecreateError::Unfit {
            name: plan.name.clone(),
            why: format!("a container \"{wanted}\" is there already"),
            hint: "choose another `--name`".to_owned(),
        }),
    }
}

/// Creates the new container under a name with the time in it. An engine may still be at work for
/// a run that was killed in the same second: then a later second is taken.
async fn create_next(engine: &Engine, plan: &Plan) -> Result<(String, Created), EngineError> {
    let request = dormant(&plan.request);
    let mut attempt = 0;
    loop {
        let time = stamp(Timestamp::now());
        let next = next_name(&plan.name, &time);
        attempt += 1;
        match create(engine, &next, &request, plan.all_networks).await {
            Ok(new) => return Ok((time, new)),
            Err(EngineError::InConflict { .. }) if attempt < 4 => {
                tokio::time::sleep(Duration::from_millis(1100)).await;
            }
            Err(error) => {
                remove_unused(engine, &next).await;
                return Err(error);
            }
        }
    }
}

/// From the created new container to the one that runs in the old one's place.
async fn steps(
    engine: &Engine,
    plan: &Plan,
    old: &InFlight,
    say: &dyn Fn(&str),
    stop: &Stop,
) -> Result<(), Broken> {
    let go_on = || {
        if stop.is_wanted() {
            Err(Broken::Stopped)
        } else {
            Ok(())
        }
    };
    let at = |what: &'static str| move |error| Broken::Engine(what, error);
    let in_flight = in_flight_name(old);
    if plan.auto_remove {
        say("keeping a copy of the old container, which vanishes when it stops");
        let mut copy = dormant(&plan.old_request);
        copy.host_config
            .insert("AutoRemove".to_owned(), json!(false));
        let made = create(engine, &in_flight, &copy, plan.all_networks).await;
        made.map_err(at("copying the old container"))?;
    } else {
        let renamed = engine.rename_container(&plan.old_id, &in_flight).await;
        renamed.map_err(at("renaming the old container"))?;
        if restarts(&plan.policy.0) {
            let set = engine.set_restart_policy(&plan.old_id, "no", 0).await;
            set.map_err(at("setting the old container's restart policy"))?;
        }
    }
    go_on()?;
    say(&format!("stopping the old container \"{}\"", plan.name));
    match engine.stop_container(&plan.old_id, None).await {
        Err(EngineError::NotFound { .. }) if plan.auto_remove => {}
        other => other.map_err(at("stopping the old container"))?,
    }
    if plan.auto_remove {
        gone(engine, &plan.old_id)
            .await
            .map_err(at("waiting for the old container to vanish"))?;
    }
    go_on()?;
    say("starting the new container");
    let renamed = engine
        .rename_container(&old.new_id, &plan.request.name)
        .await;
    renamed.map_err(at("renaming the new container"))?;
    let started = engine.start_container(&old.new_id).await;
    started.map_err(at("starting the new container"))?;
    go_on()?;
    say("waiting for it to stay up or become healthy");
    let up = tokio::select! {
        biased;
        () = stop.wanted() => return Err(Broken::Stopped),
        up = comes_up(engine, &old.new_id, plan.stay_up, plan.healthy_within) => up,
    };
    if let Some(why) = up.map_err(at("watching the new container"))? {
        return Err(Broken::NotUp(why));
    }
    let (policy, retries) = plan.new_policy();
    if restarts(&policy) {
        let set = engine
            .set_restart_policy(&old.new_id, &policy, retries)
            .await;
        set.map_err(at("setting the new container's restart policy"))?;
    }
    let source = engine
        .source(&old.new_id)
        .await
        .map_err(at("reading the new container"))?;
    go_on()?;
    let fields = differing_fields(&plan.request, &source);
    if fields.is_empty() {
        Ok(())
    } else {
        Err(Broken::NotTheSame(fields.join("; ")))
    }
}

async fn finish(
    engine: &Engine,
    plan: &Plan,
    old: &InFlight,
    id: String,
    warnings: Vec<String>,
    say: &dyn Fn(&str),
) -> Result<Done, RecreateError> {
    let in_flight = in_flight_name(old);
    let kept = kept_name(&old.name, &old.time);
    let named = patiently(
        async || match engine.rename_container(&in_flight, &kept).await {
            // The engine had renamed it and only its answer was lost.
            Err(EngineError::NotFound { .. }) => Ok(()),
            other => other,
        },
    );
    named.await?;
    sweep(engine, old).await;
    if !plan.remove_old {
        return Ok(Done {
            id,
            old: Some(kept),
            warnings,
        });
    }
    say("removing the old container");
    // Its volumes are the new one's now, unless that has fresh ones.
    let removed = patiently(
        async || match engine.remove_container(&kept, false, false).await {
            Err(EngineError::NotFound { .. }) => Ok(()),
            other => other,
        },
    );
    removed.await?;
    Ok(Done {
        id,
        old: None,
        warnings,
    })
}

/// Removes what an engine made late for a run that was killed: it never ran and nobody needs it.
async fn sweep(engine: &Engine, done: &InFlight) {
    let Ok(left) = leftovers(engine, &done.name).await else {
        return;
    };
    for one in left {
        match one {
            Leftover::Unused(name) => remove_unused(engine, &name).await,
            Leftover::InFlight(old) if old.policy == AUTO_REMOVE => {
                remove_unused(engine, &in_flight_name(&old)).await;
            }
            Leftover::InFlight(_) => {}
        }
    }
}

/// Creates a container with all its networks.
pub(super) async fn create(
    engine: &Engine,
    name: &str,
    request: &Request,
    all_networks: bool,
) -> Result<Created, EngineError> {
    let created = engine
        .create_container(Some(name), &request.body(all_networks))
        .await?;
    if !all_networks {
        for endpoint in request.endpoints.iter().skip(1) {
            let settings = Value::Object(endpoint.settings.clone());
            engine
                .connect_network(&endpoint.network, &created.id, &settings)
                .await?;
        }
    }
    Ok(created)
}

/// Removes a container that was created in vain, as far as it is there.
async fn remove_unused(engine: &Engine, name: &str) {
    // The error that led here is what the user is told.
    let _ = engine.remove_container(name, false, false).await;
}

/// Waits until a container is gone.
async fn gone(engine: &Engine, id: &str) -> Result<(), EngineError> {
    for _ in 0..600 {
        match engine.inspect_container(id).await {
            Err(EngineError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
            Ok(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    Err(EngineError::InConflict {
        message: "it is still there after a minute".to_owned(),
    })
}
