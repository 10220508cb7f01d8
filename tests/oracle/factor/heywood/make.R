# One factor of difficult matrices: a Heywood case, held at the smallest uniqueness, and correlations of no complete data.
source("../../support/common.R"); source("../../support/factor.R")
lowest <- .005
heywood <- matrix(c(1, .82, .80, .70, .55, .82, 1, .55, .50, .40, .80, .55, 1, .48, .45, .70, .50, .48, 1, .30, .55, .40, .45, .30, 1), 5)
indefinite <- matrix(c(1, .8, .1, .5, .8, 1, .8, .4, .1, .8, 1, .5, .5, .4, .5, 1), 4)
stopifnot(min(eigen(heywood, TRUE)$values) > .01, min(eigen(indefinite, TRUE)$values) < -.1)
pad <- function(m, name) { out <- data.frame(matrix = name, row = seq_len(nrow(m))); for (j in 1:5) out[[paste0("r", j)]] <- if (j <= ncol(m)) m[, j] else NA; out }
write_table(rbind(pad(heywood, "heywood"), pad(indefinite, "indefinite")), "input.csv")

# Minres with the bound: half the sum of squared residuals, many starts, the lowest; polished by nlminb at its tightest.
minres_bounded <- function(R) {
  f <- function(u) { L <- minres_loadings(R, u, 1); E <- R - L %*% t(L); diag(E) <- 1 - u - rowSums(L^2); sum(E^2) / 2 }
  g <- function(u) { L <- minres_loadings(R, u, 1); -(1 - u - rowSums(L^2)) }
  best <- NULL
  for (s in 1:40) { u <- runif(ncol(R), .05, .95)
    for (i in 1:6) { o <- nlminb(u, f, g, lower = lowest, upper = 1, control = list(rel.tol = 1e-15, x.tol = 1e-15, abs.tol = 0, iter.max = 5000, eval.max = 10000)); u <- o$par }
    if (is.null(best) || o$objective < best$objective) best <- o }
  free <- best$par > lowest + 1e-9 & best$par < 1 - 1e-9; message("minres: largest free gradient ", max(abs(g(best$par)[free])), ", at the bound ", toString(round(g(best$par)[!free], 3)))
  stopifnot(max(abs(g(best$par)[free])) < 1e-8, all(g(best$par)[!free & best$par < .5] > 0))
  list(loadings = minres_loadings(R, best$par, 1), uniqueness = best$par)
}
# Principal axes with the same bound on every step.
axes_bounded <- function(R) {
  u <- rep(.5, ncol(R))
  for (i in 1:200000) { L <- minres_loadings(R, u, 1); new <- pmax(1 - rowSums(L^2), lowest); if (max(abs(new - u)) < 1e-14) break; u <- new }
  list(loadings = L, uniqueness = u)
}
# Maximum likelihood: stats::factanal holds uniquenesses at the same bound.
ml_bounded <- function(R) {
  o <- factanal(covmat = R, factors = 1, n.obs = 200, rotation = "none", control = list(nstart = 20, lower = lowest, opt = list(factr = 1, pgtol = 0, maxit = 5000)))
  L <- unclass(o$loadings); list(loadings = L * if (sum(L) < 0) -1 else 1, uniqueness = o$uniquenesses)
}
set.seed(1604)
rows <- function(name, method, s) data.frame(matrix = name, method = method, item = seq_along(s$uniqueness), loading = as.vector(s$loadings), uniqueness = unname(s$uniqueness), at_bound = unname(s$uniqueness) <= lowest * 1.000001)
expected <- rbind(rows("heywood", "minres", minres_bounded(heywood)), rows("heywood", "principal_axis", axes_bounded(heywood)), rows("heywood", "ml", ml_bounded(heywood)),
  rows("indefinite", "minres", minres_bounded(indefinite)), rows("indefinite", "principal_axis", axes_bounded(indefinite)))
write_table(expected, "expected.csv")
write_case("One factor of a matrix with a Heywood case and of one that is not positive definite: minres, principal axis and maximum likelihood with uniquenesses of at least .005.",
  "own minres (nlminb from 40 starts) and principal axes with the bound; stats::factanal(lower = .005)", character(), "matrices written in make.R", own_license, 1604,
  list(lowest_uniqueness = lowest),
  list(tol("expected.csv", c("loading", "uniqueness"), 1e-5, 0, "minres and principal axes to 1e-8; factanal's L-BFGS-B ends within about 2e-6"), tol("expected.csv", "at_bound", 0, 0, "an item is at the bound or not")))
