// SPDX-License-Identifier: Apache-2.0

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::error::Result;
use crate::lab_type::Lab;
use crate::spec::LabSpec;
use crate::teardown::Watchdog;

/// A lab that the tests of one process share, one test at a time. It is taken down when the
/// process ends, however it ends: a watchdog process of its own session sees to that.
#[derive(Debug)]
pub struct SharedLab {
    guard: MutexGuard<'static, Slot>,
    // Tests change what they like; without a word the next one gets a healed lab.
    changed: bool,
}

#[derive(Debug, Default)]
struct Slot {
    lab: Option<Lab>,
    _watchdog: Option<Watchdog>,
    dirty: bool,
}

/// Names a lab that is up already, to be used instead of one of the tests' own: for a developer who
/// runs one test again and again. It must be what the test asks for; it is healed and stays.
const USE: &str = "LAB_USE";

static SLOTS: OnceLock<Mutex<HashMap<String, &'static Mutex<Slot>>>> = OnceLock::new();

impl Lab {
    /// The lab of this process for `spec`, in its healthy state, brought up at the first call.
    /// The process id becomes part of the name, so that two test processes never meet.
    ///
    /// # Errors
    /// Those of [`Lab::up`] and [`Lab::heal`].
    pub fn shared(mut spec: LabSpec) -> Result<SharedLab> {
        spec.name = format!("{}-{}", spec.name, std::process::id());
        let slot: &'static Mutex<Slot> = {
            let slots = SLOTS.get_or_init(Mutex::default);
            let mut slots = slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots
                .entry(spec.name.clone())
                .or_insert_with(|| Box::leak(Box::default()))
        };
        // A test that failed while it held the lab leaves it dirty, nothing worse.
        let mut guard = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match &guard.lab {
            None if std::env::var_os(USE).is_some() => {
                let name = std::env::var(USE).unwrap_or_default();
                let lab = Self::open(&spec.root, &name)?;
                lab.heal()?;
                guard.lab = Some(lab);
            }
            None => {
                let watchdog = Watchdog::over(&spec)?;
                guard.lab = Some(Self::up(spec)?);
                guard._watchdog = Some(watchdog);
            }
            Some(lab) if guard.dirty => {
                lab.heal()?;
            }
            Some(_) => {}
        }
        guard.dirty = false;
        Ok(SharedLab {
            guard,
            changed: true,
        })
    }
}

impl SharedLab {
    /// Promises that this test has only looked: the next one need not wait for a healed lab.
    pub fn only_looked(&mut self) {
        self.changed = false;
    }
}

impl Deref for SharedLab {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        match &self.guard.lab {
            Some(lab) => lab,
            None => unreachable!("the lab is up before it is handed out"),
        }
    }
}

impl Drop for SharedLab {
    fn drop(&mut self) {
        self.guard.dirty = self.changed;
    }
}
