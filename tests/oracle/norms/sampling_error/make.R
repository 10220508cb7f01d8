# Standard errors of a norm table: formulas written out person by person, and a bootstrap of people.
source("../../support/common.R")
seed <- 911; set.seed(seed)
n <- 2000; raw <- rbinom(n, 30, rbeta(n, 5, 2.5)); replicates <- 20000
write_table(data.frame(raw = raw), "input.csv")
grid <- 0:30; z <- (grid - mean(raw)) / sd(raw)
# A percentile rank is the mean of 1 (below), 1/2 (level), 0 (above) over people.
parts <- sapply(grid, function(x) (raw < x) + (raw == x) / 2); p <- colMeans(parts)
se_p <- sqrt(colMeans(sweep(parts, 2, p)^2) / n)
d <- raw - mean(raw); m2 <- mean(d^2); s <- sd(raw)
# Delta method from the influence of each person on mean and SD: T = 50 + 10 (x - mean) / SD.
v_mean <- s^2 / n; v_sd <- (mean(d^4) / m2^2 - 1) * s^2 / (4 * n); c_ms <- mean(d^3) / m2^1.5 * s^2 / (2 * n)
se_linear <- 10 * sqrt(v_mean / s^2 + z^2 * v_sd / s^2 + 2 * z * c_ms / s^2)
inside <- grid >= min(raw) & grid <= max(raw)
se_norm <- ifelse(inside, 10 * se_p / dnorm(qnorm(p)), NA)
write_table(data.frame(raw = grid, se_percentile_rank = 100 * se_p, se_linear_t = se_linear, se_normalized_t = se_norm), "expected_formula.csv")
se_sd <- sqrt(s^4 * (mean(d^4) / m2^2 - (n - 3) / (n - 1)) / n) / (2 * s)
write_table(pairs_table(c(mean = s / sqrt(n), sd = se_sd)), "expected_moments.csv")
# The bootstrap.
boot <- array(NA, c(replicates, length(grid), 3)); bm <- bs <- numeric(replicates)
for (b in seq_len(replicates)) { x <- raw[sample.int(n, n, TRUE)]; cnt <- tabulate(x + 1, length(grid)); bm[b] <- mean(x); bs[b] <- sd(x)
  pb <- (cumsum(cnt) - cnt / 2) / n; boot[b, , 1] <- 100 * pb; boot[b, , 2] <- 50 + 10 * (grid - bm[b]) / bs[b]; boot[b, , 3] <- ifelse(pb > 0 & pb < 1, 50 + 10 * qnorm(pb), NA) }
sds <- apply(boot, c(2, 3), sd, na.rm = TRUE); kurt <- apply(boot, c(2, 3), function(v) { v <- v[!is.na(v)]; mean((v - mean(v))^4) / mean((v - mean(v))^2)^2 })
always <- inside & apply(!is.na(boot[, , 3]), 2, all)
message("largest Monte Carlo error of one SD, relative: ", signif(max(sqrt((kurt[always, ] - 1) / (4 * replicates)), na.rm = TRUE), 3))
write_table(data.frame(raw = grid, se_percentile_rank = sds[, 1], se_linear_t = sds[, 2]), "expected_bootstrap.csv")
# A normalized T is finite in every replicate only where every replicate reached its raw score.
write_table(data.frame(raw = grid, se_normalized_t = sds[, 3])[always, ], "expected_bootstrap_normalized.csv")
write_table(pairs_table(c(mean = sd(bm), sd = sd(bs))), "expected_bootstrap_moments.csv")
central <- p >= .05 & p <= .95
write_table(data.frame(raw = grid, se_percentile_rank = sds[, 1], se_linear_t = sds[, 2], se_normalized_t = sds[, 3])[central, ], "expected_central.csv")
columns <- c("se_percentile_rank", "se_linear_t", "se_normalized_t")
mc <- "Monte Carlo error of two independent bootstraps of 20000 replicates: the relative standard error of each SD is sqrt((kurtosis - 1) / 80000), at most 0.6 percent where it is compared; 4 percent is 4.7 times that of the difference"
write_case("Standard errors of a norm table: delta-method formulas, and a bootstrap of people.", "base R, from the definitions in make.R", character(), synthetic, own_license, seed,
  list(n = n, replicates = replicates, percentile_rank = "mid rank"),
  list(closed("expected_formula.csv", columns, "closed form with the normal quantile", rel = 1e-9), closed("expected_moments.csv", "value", rel = 1e-9),
    tol("expected_bootstrap.csv", columns[1:2], 1e-3, 0.04, mc), tol("expected_bootstrap_normalized.csv", "se_normalized_t", 1e-3, 0.04, mc), tol("expected_bootstrap_moments.csv", "value", 0, 0.03, "Monte Carlo error: 4 times sqrt(2) times 0.5 percent"),
    tol("expected_central.csv", columns, 0, 0.04, "the formulas against the bootstrap in R, percentile ranks 5 to 95: 4 times its Monte Carlo error of 0.5 percent, and terms of the next order, about 1 / (n p) = 1 percent, that the formulas leave out")),
  reference = "Efron & Tibshirani (1993), An introduction to the bootstrap, chapter 6")
