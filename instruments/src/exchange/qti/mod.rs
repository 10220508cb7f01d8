//! 1EdTech QTI 3.0.
