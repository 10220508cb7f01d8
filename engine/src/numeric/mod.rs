//! Functions of numbers: the only home of exponentials and logarithms, so that results do not depend on the platform.
//! Everything here ends after a bounded number of steps, whatever the argument.

pub mod bivariate_normal;
pub mod distribution;
pub mod eigen;
pub mod eigenvalues;
pub mod elementary;
pub mod fisher_z;
pub mod gamma;
pub mod minimize;
pub mod normal;
pub mod normal_interval;
pub mod root;
