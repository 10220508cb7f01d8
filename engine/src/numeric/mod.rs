//! Functions of numbers: the only home of exponentials and logarithms, so that results do not depend on the platform.

pub mod fisher_z;
pub mod normal;
