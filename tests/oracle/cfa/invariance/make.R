# Measurement invariance of three correlated factors between two groups: configural, metric, scalar, strict.
source("../../support/common.R"); source("../../support/cfa.R")
seed <- 1605; set.seed(seed)
cuts <- c(-1.8, -1.1, -.4, .3, 1, 1.7); phi <- matrix(c(1, .5, .3, .5, 1, .4, .3, .4, 1), 3)
L <- matrix(0, 9, 3); L[1:3, 1] <- c(.8, .7, .6); L[4:6, 2] <- c(.75, .7, .55); L[7:9, 3] <- c(.7, .65, .6)
# The second group has other factor means, one other loading and one other item mean.
draw <- function(n, loadings, factor_means, item_means) {
  f <- matrix(rnorm(n * 3), n) %*% chol(phi) + rep(factor_means, each = n)
  y <- f %*% t(loadings) + rep(item_means, each = n) + matrix(rnorm(n * 9), n) * rep(sqrt(1 - rowSums(loadings^2)), each = n)
  x <- matrix(as.integer(findInterval(y, cuts) + 1L), n); colnames(x) <- sprintf("i%02d", 1:9); x
}
second <- L; second[5, 2] <- .45
a <- draw(400, L, c(0, 0, 0), rep(0, 9)); b <- draw(300, second, c(.4, -.2, .1), c(0, 0, 0, 0, 0, 0, .3, 0, 0))
x <- data.frame(group = rep(c("a", "b"), c(400, 300)), rbind(a, b)); write_table(x, "input.csv")
model <- "verbal =~ i01 + i02 + i03\nnumber =~ i04 + i05 + i06\nspeed =~ i07 + i08 + i09"
steps <- list(configural = character(), metric = "loadings", scalar = c("loadings", "intercepts"), strict = c("loadings", "intercepts", "residuals"))
fits <- lapply(steps, function(equal) {
  fit <- if (length(equal)) cfa(model, x, estimator = "ML", std.lv = TRUE, group = "group", group.equal = equal) else cfa(model, x, estimator = "ML", std.lv = TRUE, group = "group")
  stopifnot(lavInspect(fit, "converged")); message("largest gradient ", signif(max(abs(lavInspect(fit, "gradient"))), 2)); fit })
want <- c("npar", "fmin", "chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "srmr", "logl", "aic", "bic")
# Free parameters of an equality-constrained model are counted once.
fit_rows <- do.call(rbind, lapply(names(fits), function(s) { f <- fitMeasures(fits[[s]])[want]; data.frame(quantity = gsub("[.]", "_", names(f)), step = s, value = unname(f)) }))
write_table(fit_rows, "expected_fit.csv")
rows <- do.call(rbind, lapply(names(fits), function(s) { e <- parameterEstimates(fits[[s]], standardized = TRUE)
  data.frame(step = s, group = c("a", "b")[e$group], left = e$lhs, operator = e$op, right = e$rhs, estimate = e$est, se = e$se, z = e$z, standardized = e$std.all) }))
write_table(rows, "expected.csv")
std <- do.call(rbind, lapply(names(fits), function(s) { e <- standardizedSolution(fits[[s]]); e <- e[e$op == "=~" | (e$op == "~~" & e$lhs != e$rhs), ]
  data.frame(step = s, group = c("a", "b")[e$group], left = e$lhs, operator = e$op, right = e$rhs, standardized = e$est.std, se = e$se) }))
write_table(std, "expected_standardized.csv")
changes <- do.call(rbind, lapply(2:4, function(i) { t <- lavTestLRT(fits[[i - 1]], fits[[i]]); f <- fitMeasures(fits[[i]]) - fitMeasures(fits[[i - 1]])
  data.frame(quantity = c("chisq_difference", "df_difference", "pvalue", "cfi_change", "rmsea_change", "srmr_change"), step = names(fits)[i],
    value = c(t[2, "Chisq diff"], t[2, "Df diff"], t[2, "Pr(>Chisq)"], f[["cfi"]], f[["rmsea"]], f[["srmr"]])) }))
write_table(changes, "expected_changes.csv")
write_case("Measurement invariance of three factors between two groups: configural, metric, scalar and strict models with means.",
  "lavaan::cfa(model, estimator = 'ML', std.lv = TRUE, group = 'group', group.equal = ...); lavaan::lavTestLRT; lavaan::standardizedSolution", "lavaan", synthetic, own_license, seed,
  list(identification = "factor variances 1 and means 0 in the first group; in the others free once loadings (variances) and intercepts (means) are equal", model = model, covariance_divisor = "n", information = "expected"),
  list(tol("expected.csv", c("estimate", "standardized"), 1e-4, 1e-4, "iterative minimum; empty se = fixed value"),
    tol("expected.csv", c("se", "z"), 1e-3, 1e-3, "expected information"),
    tol("expected_standardized.csv", "standardized", 1e-4, 1e-4, "iterative minimum"),
    tol("expected_standardized.csv", "se", 1e-3, 1e-3, "delta method on expected information"),
    tol("expected_fit.csv", "value", 1e-3, 1e-4, "chi-square = n times twice the minimum; srmr as lavaan (with means)"),
    tol("expected_changes.csv", "value", 1e-4, 1e-4, "differences of chi-squares and of fit measures")))
