//! Agreement of raters on a person (360°), and what of it may be shown.
