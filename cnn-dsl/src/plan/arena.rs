//! Places in the arena by lifetime.
