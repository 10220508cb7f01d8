# Standard errors of polychoric correlations with estimated thresholds, tests of fit, missing answers and thresholds of all answers.
source("../../support/common.R"); source("../../support/correlation.R")
suppressMessages(library(lavaan))
seed <- 406; set.seed(seed)
x <- simulate_likert(450, matrix(c(.85, .7, -.55, .4, .75), 5), c(-1.1, -.2, .9)); x[, 5] <- pmax(x[, 5], 3L)
x <- punch_holes(x, .1)
write_table(x, "input.csv")
# As two_step, with thresholds given.
between <- function(a, b, ta, t2) {
  ok <- !is.na(a) & !is.na(b); tb <- table(a[ok], b[ok])
  dens <- function(h, k, r) exp(-(h^2 - 2 * r * h * k + k^2) / (2 * (1 - r^2))) / (2 * pi * sqrt(1 - r^2))
  score <- function(r) { D <- matrix(0, length(ta) + 2, length(t2) + 2); D[1 + seq_along(ta), 1 + seq_along(t2)] <- outer(ta, t2, dens, r = r); i <- nrow(D); j <- ncol(D); P <- cell_probabilities(ta, t2, r); dP <- D[-1, -1] - D[-i, -1] - D[-1, -j] + D[-i, -j]; sum(tb * dP / pmax(P, 1e-300)) }
  uniroot(score, c(-.95, .95), tol = 1e-14)$root
}
pairs <- t(combn(ncol(x), 2))
psych_all <- suppressWarnings(polychoric(x, correct = 0, global = TRUE))$rho
rows <- do.call(rbind, lapply(seq_len(nrow(pairs)), function(i) {
  a <- x[, pairs[i, 1]]; b <- x[, pairs[i, 2]]; ok <- !is.na(a) & !is.na(b); a2 <- a[ok]; b2 <- b[ok]
  two <- two_step(a, b); d <- data.frame(a = ordered(a2), b = ordered(b2))
  est <- lavCor(d, ordered = c("a", "b"), output = "est", se = "standard", control = list(optim.method = "nlminb"))
  est <- est[est$lhs == "a" & est$op == "~~" & est$rhs == "b", ]
  pc <- polychor(table(a2, b2), ML = FALSE, std.err = TRUE)
  # Independence likelihood from the margins.
  tb <- table(a2, b2); n <- sum(tb); zero <- sum(rowSums(tb) * log(rowSums(tb) / n)) + sum(colSums(tb) * log(colSums(tb) / n))
  g <- 2 * (sum(ifelse(tb > 0, tb * log(tb / n), 0)) - two$loglik); df <- length(tb) - nrow(tb) - ncol(tb)
  data.frame(first = colnames(x)[pairs[i, 1]], second = colnames(x)[pairs[i, 2]], n = two$n, rho = two$rho, lavaan_rho = est$est, lavaan_se = est$se, polycor_se = sqrt(pc$var[1, 1]),
    g_squared = g, df = df, g_p = if (df > 0) pchisq(g, df, lower.tail = FALSE) else NA, polycor_chisq = pc$chisq, polycor_df = pc$df,
    independence = 2 * (two$loglik - zero), item_threshold_rho = between(a, b, thresholds_of(a[!is.na(a)]), thresholds_of(b[!is.na(b)])), psych_item_threshold_rho = psych_all[pairs[i, 1], pairs[i, 2]])
}))
rows$g_squared[rows$df == 0] <- NA
print(rows)
write_table(rows, "expected.csv")
write_case("Polychoric correlations with missing answers: standard errors with estimated thresholds (lavaan), tests of bivariate normality and of independence, thresholds over all answers of an item.",
  "own two-step likelihood; lavaan::lavCor(output = \"est\", se = \"standard\") of each pair; polycor::polychor(ML = FALSE, std.err = TRUE); psych::polychoric(correct = 0, global = TRUE)", c("lavaan", "polycor", "psych"), synthetic, own_license, seed,
  list(empty_cells = "no correction", thresholds = "of the pair; item_threshold_rho: of all answers to the item", lavaan_se = "the variance is divided by n - 1; the definition has n"),
  list(tol("expected.csv", c("rho", "item_threshold_rho"), 1e-7, 1e-9, "root of the derivative of the two-step likelihood"),
    tol("expected.csv", c("lavaan_rho"), 1e-5, 0, "lavaan minimizes with its default tolerance"),
    tol("expected.csv", "lavaan_se", 1e-7, 1e-5, "the same sandwich of casewise scores, at a correlation that lavaan found with its default tolerance"),
    tol("expected.csv", "polycor_se", 1e-3, 2e-2, "numerical Hessian of the two-step likelihood, thresholds taken as known"),
    tol("expected.csv", c("g_squared", "g_p", "independence"), 1e-8, 1e-8, "sums of logarithms; the correlation is a root, where they are flat"),
    tol("expected.csv", c("polycor_chisq"), 1e-3, 0, "polycor adds 1e-6 to each count and stops at the tolerance of optimize"),
    tol("expected.csv", c("n", "df", "polycor_df"), 0, 0, "counts"),
    tol("expected.csv", c("psych_item_threshold_rho"), 1e-3, 0, "psych stops at the tolerance of optimize")),
  reference = "Joreskog, K. G. (1994). Psychometrika, 59, 381-389, doi:10.1007/BF02296131")
