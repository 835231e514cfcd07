//! Nothing: the examples beside this file are the package.

#![forbid(unsafe_code)]
