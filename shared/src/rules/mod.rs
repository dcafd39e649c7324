//! The rules: from an observation to findings, pure functions.
