# The peer of benches/alpha.rs: psych::alpha on simulated answers of the same shape, once complete and once with holes.
# Prints elapsed seconds. Rscript benches/peers/psych_alpha.R [respondents] [items]
suppressMessages(library(psych))
given <- as.integer(commandArgs(trailingOnly = TRUE))
n <- if (length(given) > 0) given[1] else 200000L
k <- if (length(given) > 1) given[2] else 100L
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)

# Six categories, one factor, loading .6 for every item.
trait <- rnorm(n)
x <- vapply(seq_len(k), function(j) findInterval(0.6 * trait + 0.8 * rnorm(n), c(-1.5, -0.75, 0, 0.75, 1.5)) + 1L, integer(n))
colnames(x) <- sprintf("i%03d", seq_len(k))

seconds <- function(x) system.time(a <- psych::alpha(x, check.keys = FALSE, warnings = FALSE))[["elapsed"]]
cat("psych", as.character(packageVersion("psych")), "on", R.version.string, "\n")
cat(sprintf("alpha/%d_items/%d_respondents/complete: %.2f s\n", k, n, seconds(x)))
x[runif(length(x)) < 0.02] <- NA
cat(sprintf("alpha/%d_items/%d_respondents/two_percent_missing: %.2f s\n", k, n, seconds(x)))
