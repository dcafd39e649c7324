//! Plain data of the pipeline: no I/O in here.
