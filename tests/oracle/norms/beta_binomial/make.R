# Beta-binomial distribution of raw scores: method of moments and maximum likelihood, by optim from the definition.
source("../../support/common.R")
seed <- 913; set.seed(seed)
size <- 24; n <- 400; raw <- rbinom(n, size, rbeta(n, 3.2, 1.9)); write_table(data.frame(raw = raw), "input.csv")
ll <- function(a, b, x = raw) lchoose(size, x) + lbeta(x + a, size - x + b) - lbeta(a, b)
m1 <- mean(raw); m2 <- mean(raw^2); den <- size * (m2 / m1 - m1 - 1) + m1; am <- (size * m1 - m2) / den; bm <- (size - m1) * (size - m2 / m1) / den
f <- function(p) -sum(ll(exp(p[1]), exp(p[2]))); g <- function(p) { a <- exp(p[1]); b <- exp(p[2]); -c(a * sum(digamma(raw + a) - digamma(size + a + b) - digamma(a) + digamma(a + b)), b * sum(digamma(size - raw + b) - digamma(size + a + b) - digamma(b) + digamma(a + b))) }
o <- optim(log(c(am, bm)), f, g, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000)); a <- exp(o$par[1]); b <- exp(o$par[2]); message("gradient: ", signif(max(abs(g(o$par))), 3))
write_table(pairs_table(c(moments_alpha = am, moments_beta = bm, ml_alpha = a, ml_beta = b, ml_log_likelihood = -o$value, ml_mean = size * a / (a + b), ml_sd = sqrt(size * a * b * (a + b + size) / ((a + b)^2 * (a + b + 1))))), "expected.csv")
p <- exp(ll(a, b, 0:size)); pr <- 100 * (cumsum(p) - p / 2); write_table(data.frame(raw = 0:size, probability = p, percentile_rank = pr, t_score = 50 + 10 * qnorm(pr / 100)), "expected_table.csv")
write_case("Beta-binomial norms of one group: alpha and beta by moments and by maximum likelihood, probabilities, percentile ranks, T scores.", "optim(method = 'BFGS') on the log likelihood in make.R", character(), synthetic, own_license, seed, list(size = size),
  list(tol("expected.csv", "value", 1e-9, 1e-6, "maximum of the likelihood, both sides converged hard; the likelihood and moments are far nearer"), tol("expected_table.csv", c("probability", "percentile_rank", "t_score"), 1e-9, 1e-6, "from the parameters above")),
  reference = "Skellam (1948), Journal of the Royal Statistical Society B 10, 257-261 (the distribution)")
