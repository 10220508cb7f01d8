# Velicer's minimum average partial test, from its definition and from psych.
source("../../support/common.R"); suppressMessages(library(psych))
seed <- 1603; set.seed(seed)
L <- matrix(0, 12, 3); L[1:4, 1] <- c(.75, .7, .65, .6); L[5:8, 2] <- c(.8, .7, .6, .55); L[9:12, 3] <- c(.7, .7, .6, .6)
x <- simulate_likert(400, L, c(-1.5, -.6, .3, 1.2), matrix(c(1, .3, .2, .3, 1, .25, .2, .25, 1), 3)); write_table(x, "input.csv")
R <- cor(x); p <- ncol(R); e <- eigen(R, symmetric = TRUE)
# Squares (Velicer, 1976) and fourth powers (Velicer, Eaton & Fava, 2000) of the partial correlations after m components.
averages <- t(vapply(0:(p - 1), function(m) {
  A <- e$vectors[, seq_len(m), drop = FALSE] %*% diag(sqrt(e$values[seq_len(m)]), m)
  partial <- cov2cor(R - A %*% t(A)); q <- partial[lower.tri(partial)]
  c(mean(q^2), mean(q^4))
}, c(0, 0)))
# psych begins with one component; it averages squares over all cells off the diagonal, which is the same.
from_psych <- suppressWarnings(suppressMessages(vss(R, n = p, n.obs = nrow(x), fm = "minres", rotate = "none", plot = FALSE)))$map[1:(p - 1)]
stopifnot(max(abs(from_psych - averages[-1, 1])) < 1e-12)
write_table(data.frame(n_components = 0:(p - 1), average_squared = averages[, 1], average_fourth = averages[, 2], psych_map = c(NA, from_psych)), "expected.csv")
write_table(pairs_table(c(n_components_squared = which.min(averages[, 1]) - 1, n_components_fourth = which.min(averages[, 2]) - 1)), "expected_number.csv")
write_case("Velicer's minimum average partial test: average squared and fourth-power partial correlations after 0 to 11 components, and where they are lowest.",
  "own computation in base R; psych::vss(R, n = 12)$map", "psych", synthetic, own_license, seed,
  list(components = "principal components of the correlations; 0 components are the correlations themselves"),
  list(tol("expected.csv", c("average_squared", "average_fourth", "psych_map"), 1e-12, 1e-8, "closed form from eigenvectors; the last components divide by small remaining variances"),
       tol("expected_number.csv", "value", 0, 0, "a count")))
