//! Tests.
pub mod wrapped;
