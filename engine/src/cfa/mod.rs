//! Confirmatory structure: whether items follow the scales that an instrument declares.
