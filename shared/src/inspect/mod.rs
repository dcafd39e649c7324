//! From `docker inspect` back to the command.
