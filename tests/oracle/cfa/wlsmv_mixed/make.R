# Confirmatory factor analysis of items with two to five categories, some answers missing, two items with a common cause that the model does not have.
source("../../support/common.R"); source("../../support/cfa.R")
seed <- 1606; set.seed(seed); n <- 450
L <- matrix(0, 9, 3); L[1:3, 1] <- c(.8, .7, .6); L[4:6, 2] <- c(.75, .7, .55); L[7:9, 3] <- c(.7, -.65, .6)
f <- matrix(rnorm(n * 3), n) %*% chol(matrix(c(1, .5, -.3, .5, 1, .4, -.3, .4, 1), 3)); method <- rnorm(n)
y <- f %*% t(L) + matrix(rnorm(n * 9), n) * rep(sqrt(1 - rowSums(L^2)), each = n); y[, 2] <- y[, 2] + .5 * method; y[, 5] <- y[, 5] + .5 * method
cuts <- list(0, c(-1, .2, 1.1), c(-.5, .8), c(.6), c(-1, .2, 1.1), c(-1.5, -.5, .5, 1.5), c(-.2), c(-.8, .1, .9, 1.6), c(-.3, .9))
x <- sapply(1:9, function(j) as.integer(findInterval(y[, j], cuts[[j]]) + 1L)); colnames(x) <- sprintf("i%02d", 1:9)
x <- punch_holes(x, .005); write_table(x, "input.csv")
model <- "verbal =~ i01 + i02 + i03\nnumber =~ i04 + i05 + i06\nspeed =~ i07 + i08 + i09"
d <- as.data.frame(x); fit <- cfa(model, d, ordered = names(d), estimator = "WLSMV", std.lv = TRUE)
stopifnot(lavInspect(fit, "converged")); message("largest gradient ", signif(max(abs(lavInspect(fit, "gradient"))), 2), "; complete ", lavInspect(fit, "nobs"))
e <- parameterEstimates(fit, standardized = TRUE)
write_table(data.frame(left = e$lhs, operator = e$op, right = e$rhs, estimate = e$est, se = e$se, z = e$z, standardized = e$std.all)[e$op %in% c("=~", "|", "~~"), ], "expected.csv")
want <- c("npar", "fmin", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "cfi", "tli", "cfi.scaled", "tli.scaled", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "rmsea.pvalue.scaled", "srmr")
m <- fitMeasures(fit)[want]; names(m) <- gsub("[.]", "_", names(m)); write_table(pairs_table(unclass(m)), "expected_fit.csv")
# The asymptotic covariances of the polychoric correlations.
g <- lavInspect(fit, "gamma"); co <- grepl("~~", rownames(g)); r <- lavInspect(fit, "sampstat")$cov
g <- g[co, co]; at <- strsplit(rownames(g), "~~"); keep <- which(upper.tri(g, diag = TRUE), arr.ind = TRUE)
write_table(data.frame(first = rownames(g)[keep[, 1]], second = rownames(g)[keep[, 2]], gamma = g[keep]), "expected_gamma.csv")
write_table(data.frame(pair = rownames(g), correlation = sapply(at, function(p) r[p[1], p[2]])), "expected_correlations.csv")
write_case("Three factors of items with two to five categories, one loading below 0, missing answers and a misspecified model: weighted least squares.",
  "lavaan::cfa(model, ordered = names(x), estimator = 'WLSMV', std.lv = TRUE)", "lavaan", synthetic, own_license, seed,
  list(identification = "factor variances 1", model = model, parameterization = "delta", test = "mean and variance adjusted (scaled and shifted)", missing = "listwise", rmsea_divisor = "n - 1"),
  list(tol("expected.csv", c("estimate", "standardized"), 1e-4, 1e-4, "iterative minimum; empty se = fixed value"),
    tol("expected.csv", c("se", "z"), 1e-3, 1e-3, "robust (sandwich) standard errors of WLSMV"),
    tol("expected_correlations.csv", "correlation", 1e-5, 1e-5, "iterative maximum of the package"),
    tol("expected_gamma.csv", "gamma", 1e-4, 1e-4, "moves with the correlations"),
    tol("expected_fit.csv", "value", 1e-3, 1e-4, "chi-square = n times twice the minimum; srmr as lavaan (without means)")))
