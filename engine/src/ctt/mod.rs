//! Items one at a time (classical test theory): difficulty, discrimination, distractors.
