# Beta-binomial norms over age: log alpha and log beta as polynomials of standardized age, maximum likelihood by optim from the definition.
source("../../support/common.R")
seed <- 914; set.seed(seed)
size <- 30; n <- 900; age <- round(runif(n, 20, 65), 1); u <- (age - 42) / 13
raw <- rbinom(n, size, rbeta(n, exp(1.2 + .35 * u - .12 * u^2), exp(.9 - .2 * u))); d <- data.frame(age, raw); write_table(d, "input.csv")
centre <- mean(age); scale <- sd(age); z <- (age - centre) / scale
xa <- outer(z, 0:2, "^"); xb <- outer(z, 0:1, "^")
nll <- function(p) { a <- exp(xa %*% p[1:3]); b <- exp(xb %*% p[4:5]); -sum(lchoose(size, raw) + lbeta(raw + a, size - raw + b) - lbeta(a, b)) }
gr <- function(p) { a <- exp(xa %*% p[1:3]); b <- exp(xb %*% p[4:5]); ga <- a * (digamma(raw + a) - digamma(size + a + b) - digamma(a) + digamma(a + b)); gb <- b * (digamma(size - raw + b) - digamma(size + a + b) - digamma(b) + digamma(a + b)); -c(crossprod(xa, ga), crossprod(xb, gb)) }
o <- optim(c(1, 0, 0, 1, 0), nll, gr, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000)); o <- optim(o$par, nll, gr, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000)); message("gradient: ", signif(max(abs(gr(o$par))), 3))
h <- optimHess(o$par, nll, gr, control = list(ndeps = rep(1e-5, 5)))
write_table(data.frame(parameter = c("alpha", "alpha", "alpha", "beta", "beta"), power = c(0:2, 0:1), coefficient = o$par, standard_error = sqrt(diag(solve(h)))), "expected_coefficients.csv")
write_table(pairs_table(c(log_likelihood = -o$value, age_mean = centre, age_sd = scale, n = n)), "expected_model.csv")
out <- do.call(rbind, lapply(c(22, 35.5, 48, 64), function(g) { u <- (g - centre) / scale; a <- exp(sum(o$par[1:3] * u^(0:2))); b <- exp(sum(o$par[4:5] * u^(0:1))); x <- 0:size; p <- exp(lchoose(size, x) + lbeta(x + a, size - x + b) - lbeta(a, b)); pr <- 100 * (cumsum(p) - p / 2)
  data.frame(age = g, raw = x, probability = p, percentile_rank = pr, t_score = 50 + 10 * qnorm(pr / 100)) }))
write_table(out, "expected_table.csv")
write_case("Beta-binomial norms over age: log alpha quadratic, log beta linear in standardized age.", "optim(method = 'BFGS') on the log likelihood in make.R", character(), synthetic, own_license, seed, list(size = size, alpha_power = 2, beta_power = 1),
  list(tol("expected_coefficients.csv", "coefficient", 1e-6, 1e-5, "maximum of the likelihood, both sides converged hard"), tol("expected_coefficients.csv", "standard_error", 0, 1e-4, "R differentiates the gradient numerically"),
    tol("expected_model.csv", "value", 1e-9, 1e-9, "value at the maximum"), tol("expected_table.csv", c("probability", "percentile_rank", "t_score"), 1e-7, 1e-5, "from the coefficients above")),
  reference = "Lenhard, Lenhard & Gary (2019), PLoS ONE 14(9), e0222279, doi:10.1371/journal.pone.0222279 (continuous norms); Skellam (1948), Journal of the Royal Statistical Society B 10, 257-261 (the distribution)")
