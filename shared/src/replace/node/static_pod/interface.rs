// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::node::StaticPodNode;
use super::script;
use crate::replace::node::{Leftover, NewStart, NodeAccess, NodeError, NodeStep, RunRecord, Saved};
use crate::replace::world::{LockHolder, NodeView};

impl NodeAccess for StaticPodNode {
    fn place(&self) -> String {
        self.name()
    }

    /// The helper pods keep the name of the run that they were made for.
    fn work_for(&mut self, _: &str) {}

    fn observe(&self) -> LocalBoxFuture<'_, Result<NodeView, NodeError>> {
        Box::pin(self.look())
    }

    fn look_afresh(&self) {
        self.forget();
    }

    fn definition<'a>(&'a self, new: &'a NewStart) -> LocalBoxFuture<'a, Result<Saved, NodeError>> {
        Box::pin(self.save(new))
    }

    fn lock<'a>(&'a self, holder: &'a LockHolder) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.take_lock(holder))
    }

    fn record<'a>(&'a self, record: &'a RunRecord) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.write_record(record))
    }

    fn release(&self) -> LocalBoxFuture<'_, Result<(), NodeError>> {
        Box::pin(self.unlock())
    }

    fn stop(&self) -> LocalBoxFuture<'_, Result<(), NodeError>> {
        Box::pin(self.bring_down())
    }

    fn set_aside<'a>(
        &'a self,
        stamp: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<(String, String)>, NodeError>> {
        Box::pin(self.move_aside(stamp))
    }

    fn write_start<'a>(
        &'a self,
        new: &'a NewStart,
        stamp: &'a str,
    ) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.stage(new, stamp))
    }

    fn start<'a>(&'a self, saved: &'a Saved) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.move_in(&saved.name))
    }

    fn restore<'a>(&'a self, saved: &'a Saved) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.put_back(saved))
    }

    fn log(&self, lines: u32) -> LocalBoxFuture<'_, Result<Vec<String>, NodeError>> {
        self.watch.log(lines)
    }

    fn leftovers(&self) -> LocalBoxFuture<'_, Result<Vec<Leftover>, NodeError>> {
        Box::pin(self.find_leftovers())
    }

    fn remove_leftover<'a>(
        &'a self,
        leftover: &'a Leftover,
    ) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.remove_for_good(leftover))
    }

    fn commands(&self, step: NodeStep<'_>) -> Vec<String> {
        script::commands(&self.node, step)
    }
}
