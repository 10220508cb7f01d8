# Standard errors of measurement at each score: binomial and Keats for right answers, halves for a Likert scale.
source("../../support/common.R")
seed <- 207; set.seed(seed)

# Right answers to 20 items.
b <- simulate_binary(rnorm(400), runif(20, .7, 1.8), rnorm(20)); write_table(b, "binary.csv")
k <- ncol(b); right <- rowSums(b)
kr20 <- k / (k - 1) * (1 - sum(apply(b, 2, var)) / var(right))
kr21 <- k / (k - 1) * (1 - mean(right) * (k - mean(right)) / (k * var(right)))
write_table(pairs_table(c(kr20 = kr20, kr21 = kr21)), "expected_coefficients.csv")
lord <- sqrt(0:k * (k - 0:k) / (k - 1))
write_table(data.frame(n_right = 0:k, binomial = lord, keats = lord * sqrt((1 - kr20) / (1 - kr21))), "expected_right.csv")

# A Likert scale of ten items in odd and even halves.
x <- simulate_likert(500, matrix(c(.75, .7, .7, .65, .6, .65, .6, .55, .6, .5), 10), c(-1.3, -.4, .6, 1.4)); write_table(x, "input.csv")
odd <- rowSums(x[, seq(1, 10, 2)]); even <- rowSums(x[, seq(2, 10, 2)])
total <- odd + even; d <- odd - even; d2 <- (d - mean(d))^2
least <- 40
# Thorndike (1951): SD of the difference within a group of scores. Score groups: from the lowest score up until there are at least `least` people; what is left joins the last group.
n_of <- table(total); group <- integer(0); g <- 1; size <- 0
for (s in names(n_of)) { group[s] <- g; size <- size + n_of[[s]]; if (size >= least) { g <- g + 1; size <- 0 } }
if (size > 0) group[group == g] <- g - 1
member <- group[as.character(total)]
by_group <- function(v, f) as.vector(tapply(v, member, f))
write_table(data.frame(group = sort(unique(member)), lowest = by_group(total, min), highest = by_group(total, max), mean_score = by_group(total, mean), n = by_group(total, length), standard_error = by_group(d, sd)), "expected_groups.csv")
# Mollenkopf (1949): the squared difference as a polynomial of the total.
smooth <- function(degree) { v <- predict(lm(d2 ~ poly(total, degree)), data.frame(total = min(total):max(total))); ifelse(v > 0, sqrt(pmax(v, 0)), NA) }
write_table(data.frame(score = min(total):max(total), degree1 = smooth(1), degree2 = smooth(2), degree3 = smooth(3), degree4 = smooth(4)), "expected_smoothed.csv")
write_table(pairs_table(c(overall = sqrt(mean(d2)))), "expected_overall.csv")
write_case("Standard error of measurement at each score: binomial (Lord) and Keats for right answers; differences of odd and even halves, their SD by score group (Thorndike) and their square as a polynomial (Mollenkopf), for a Likert scale.",
  "definitions in base R; lm(d2 ~ poly(total, degree))", character(), synthetic, own_license, seed, list(least = least, variance_divisor = "n - 1 in formulas 20 and 21 and within score groups; n for the squared differences of all"),
  list(closed("expected_coefficients.csv", "value"), closed("expected_right.csv", c("binomial", "keats")), closed("expected_groups.csv", c("lowest", "highest", "mean_score", "n", "standard_error")),
    closed("expected_smoothed.csv", paste0("degree", 1:4), "least squares by QR on both sides; the root of a small variance loses digits", rel = 1e-9), closed("expected_overall.csv", "value")),
  reference = "Lord (1955), doi:10.1177/001316445501500401; Keats (1957), doi:10.1007/BF02289207; Mollenkopf (1949), Psychometrika 14, 189-229")
