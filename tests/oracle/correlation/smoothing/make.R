# Correlation matrices that are not positive definite, smoothed by eigenvalues and to the nearest correlation matrix.
source("../../support/common.R")
suppressMessages({ library(psych); library(Matrix) })
seed <- 405; set.seed(seed)

# The definition: eigenvalues below the limit are raised, the result is scaled to a diagonal of 1.
by_eigenvalues <- function(r, limit, raised) {
  e <- eigen(r, symmetric = TRUE); v <- ifelse(e$values < limit, raised, e$values)
  m <- e$vectors %*% diag(v) %*% t(e$vectors); d <- 1 / sqrt(diag(m)); m * outer(d, d)
}
# Pairwise correlations of few respondents with many holes, and a matrix of tetrachoric size that no variables can have.
x <- punch_holes(simulate_likert(14, matrix(c(.8, .7, .6, -.6, .5, .4, .7, .5), 8), c(-.8, 0, .8)), .3)
random <- round(cor(x, use = "pairwise"), 6)
stopifnot(!anyNA(random), min(eigen(random)$values) < -.01)
strong <- matrix(c(1, .95, -.4, .7, .95, 1, .5, .6, -.4, .5, 1, .9, .7, .6, .9, 1), 4)
write_table(rbind(cbind(matrix = "pairwise", long(unname(random))), cbind(matrix = "strong", long(strong))), "input.csv")

rows <- list(); sizes <- list()
for (name in c("pairwise", "strong")) {
  r <- unname(if (name == "pairwise") random else strong); n <- nrow(r)
  ours <- by_eigenvalues(r, 1e-12, 1e-10)
  package <- unname(suppressWarnings(cor.smooth(r)))
  near <- nearPD(r, corr = TRUE, do2eigen = FALSE, conv.tol = 1e-15, eig.tol = 1e-15, maxit = 100000)
  nearest <- unname(as.matrix(near$mat))
  message(name, ": psych differs by ", signif(max(abs(ours - package)), 2), ", nearPD ", near$iterations, " rounds, converged ", near$converged)
  low <- lower.tri(r)
  rows[[name]] <- data.frame(matrix = name, row = row(r)[low], column = col(r)[low], smoothed = ours[low], psych_smoothed = package[low], nearest = nearest[low])
  sizes[[name]] <- data.frame(matrix = name, smallest_before = min(eigen(r)$values), n_negative = sum(eigen(r)$values < 0), largest_change = max(abs(ours - r)), largest_change_nearest = max(abs(nearest - r)))
}
print(do.call(rbind, sizes))
write_table(do.call(rbind, rows), "expected.csv")
write_table(do.call(rbind, sizes), "expected_size.csv")
write_case("Correlation matrices with negative eigenvalues made positive definite: eigenvalues raised (definition and psych::cor.smooth), nearest correlation matrix (Matrix::nearPD).",
  "own computation by eigen(); psych::cor.smooth(r); Matrix::nearPD(r, corr = TRUE, do2eigen = FALSE, conv.tol = 1e-15)", c("psych", "Matrix"), synthetic, own_license, seed,
  list(smallest_allowed = 1e-12, raised_to = 1e-10),
  list(tol("expected.csv", c("smoothed", "psych_smoothed"), 1e-9, 0, "eigenvalues of another library; psych also scales the sum of the eigenvalues first, which the diagonal of 1 undoes"),
    tol("expected.csv", "nearest", 1e-7, 0, "nearPD leaves the smallest eigenvalues at 0, we raise them to 1e-8"),
    tol("expected_size.csv", c("smallest_before", "largest_change"), 1e-9, 0, "eigenvalues of another library"),
    tol("expected_size.csv", "largest_change_nearest", 1e-7, 0, "as the nearest matrix"),
    tol("expected_size.csv", "n_negative", 0, 0, "a count")),
  reference = "Higham, N. J. (2002). IMA Journal of Numerical Analysis, 22, 329-343, doi:10.1093/imanum/22.3.329")
