# Circumplex criteria of given loadings, and of correlation matrices by way of principal axes.
source("../../support/common.R"); source("../../support/interests.R"); suppressMessages(library(psych))
seed <- 1204; set.seed(seed)
# Loadings: a near circle of 6 and of 8 scales, simple structure, unequal axes, a random one.
at <- function(deg, h) cbind(h * cos(deg * pi / 180), h * sin(deg * pi / 180))
sets <- list(circle6 = at(c(3, 61, 118, 185, 236, 303), runif(6, .55, .75)), circle8 = at(seq(10, 325, 45) + rnorm(8, 0, 4), runif(8, .4, .7)), simple6 = at(c(1, 88, 93, 179, 266, 272), runif(6, .5, .7)), ellipse6 = at(seq(0, 300, 60), 1) %*% diag(c(.8, .5)), random7 = matrix(runif(14, -.8, .8), 7))
write_table(do.call(rbind, lapply(names(sets), function(s) data.frame(set = s, scale = seq_len(nrow(sets[[s]])), first = sets[[s]][, 1], second = sets[[s]][, 2]))), "input_loadings.csv")
crit <- do.call(rbind, lapply(names(sets), function(s) { l <- sets[[s]]; p <- unlist(circ.tests(l, loading = FALSE)[c("gaps", "fisher", "RT", "VT")]); stopifnot(max(abs(p - psych_by_definition(l))) < 1e-9); data.frame(set = s, t(circular_criteria(l)), psych_gaps = p[[1]], psych_fisher = p[[2]], psych_RT = p[[3]], psych_VT = p[[4]]) }))
write_table(crit, "expected.csv"); print(crit)
# Correlations of samples; raw, and as deviations from the person's mean of the standardized scores.
draw <- function(n, l, g) { k <- nrow(l); scale(rnorm(n) * g + matrix(rnorm(2 * n), n) %*% t(l) + matrix(rnorm(n * k), n) * rep(sqrt(1 - g^2 - rowSums(l^2)), each = n)) }
z <- list(circle6 = draw(400, at(seq(0, 300, 60), .6), .2), circle8 = draw(600, at(seq(0, 315, 45), .65), .3), simple6 = draw(500, at(c(0, 90, 90, 180, 270, 270), .65), 0), ellipse6 = draw(800, at(seq(15, 315, 60), 1) %*% diag(c(.7, .5)), .3))
write_table(do.call(rbind, lapply(names(z), function(s) cbind(sample = s, long(cor(z[[s]]), value = "r")))), "input.csv")
# Principal axes with communalities held at 1 at most, repeated until nothing moves; where none is at 1, psych must agree.
axes <- function(r) { h <- apply(abs(r - diag(nrow(r))), 1, max)
  for (i in 1:100000) { m <- r; diag(m) <- h; e <- eigen(m, symmetric = TRUE); l <- e$vectors[, 1:2] %*% diag(sqrt(e$values[1:2])); n <- pmin(1, rowSums(l^2)); d <- max(abs(n - h)); h <- n; if (d < 1e-14) break }
  l <- l / sqrt(pmax(1, rowSums(l^2))); message(i, " steps, largest communality ", max(h)); stopifnot(d < 1e-13)
  if (max(h) < 1) { f <- fa(r, 2, rotate = "none", fm = "pa", SMC = FALSE, min.err = 1e-13, max.iter = 20000); stopifnot(max(abs(f$communality - h)) < 1e-8) }
  l }
cases <- do.call(rbind, lapply(names(z), function(s) do.call(rbind, lapply(c("raw", "deviation"), function(m) { d <- if (m == "raw") z[[s]] else z[[s]] - rowMeans(z[[s]]); l <- axes(cor(d)); data.frame(sample = s, scoring = m, scale = seq_len(nrow(l)), communality = rowSums(l^2), a = l[, 1], b = l[, 2]) }))))
write_table(cases[, 1:4], "expected_communalities.csv")
write_table(do.call(rbind, lapply(split(cases, paste(cases$sample, cases$scoring)), function(d) data.frame(sample = d$sample[1], scoring = d$scoring[1], t(circular_criteria(as.matrix(d[, c("a", "b")])))))), "expected_samples.csv")
write_case("Criteria of circumplex structure: Fisher, gap, variance 2 and rotation test of given loadings and of correlation matrices (principal axes, raw and deviation scoring).", "definitions in base R; psych::circ.tests(loadings, loading = FALSE); psych::fa(r, 2, rotate = \"none\", fm = \"pa\") run to convergence", "psych", synthetic, own_license, seed,
  list(turns = seq(0, 85, 5), variances = "divisor n - 1", deviation = "standardized scores minus the person's mean over the scales", extraction = "two principal axes, unrotated"),
  list(closed("expected.csv", c("fisher", "gap", "variance2", "rotation", "psych_fisher")), tol("expected_communalities.csv", "communality", 1e-6, 1e-6, "principal axes stop when no communality moves by 1e-9; the rest of the way is longer by 1/(1 - rate)"), tol("expected_samples.csv", c("fisher", "gap", "variance2", "rotation"), 1e-6, 1e-5, "follow from the communalities, which stop at 1e-9")),
  reference = "Acton, G. S., & Revelle, W. (2004). Methods of Psychological Research Online, 9(1), 1-27",
  notes = "psych_gaps, psych_RT and psych_VT are information: psych::circ.tests 2.2.9 leaves out the gap that closes the circle, turns by 5 to 45 degrees with a tenth value that stays 0, and divides squared loadings by their total instead of each scale's own. make.R checks that these three differences explain its values to 1e-9.")
