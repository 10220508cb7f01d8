# Reliability of composites and differences (Mosier 1943), stratified alpha, limits of a difference of two scores of one person.
source("../../support/common.R")
seed <- 206; set.seed(seed)
alpha <- function(x) ncol(x) / (ncol(x) - 1) * (1 - sum(apply(x, 2, var)) / var(rowSums(x)))

# Three facets of four, three and five items; two of them go together.
loadings <- matrix(0, 12, 3); loadings[1:4, 1] <- c(.8, .7, .6, .7); loadings[5:7, 2] <- c(.75, .65, .6); loadings[8:12, 3] <- c(.7, .6, .5, .6, .55)
phi <- matrix(c(1, .4, .1, .4, 1, .2, .1, .2, 1), 3)
x <- simulate_likert(280, loadings, c(-1.2, -.3, .5, 1.3), phi); write_table(x, "input.csv")
facet <- rep(1:3, c(4, 3, 5)); write_table(data.frame(item = colnames(x), facet = facet), "items.csv")
sums <- vapply(1:3, function(f) rowSums(x[, facet == f]), numeric(nrow(x)))
alphas <- vapply(1:3, function(f) alpha(x[, facet == f]), 0)
total <- rowSums(sums)
stratified <- 1 - sum(apply(sums, 2, var) * (1 - alphas)) / var(total)

# A weighted composite of the facets, from the scores themselves.
weights <- c(1, -.5, 2); score <- drop(sums %*% weights)
error <- sum(weights^2 * apply(sums, 2, var) * (1 - alphas))
R <- cor(sums)
write_table(data.frame(facet = 1:3, weight = weights, sd = apply(sums, 2, sd), reliability = alphas), "scales.csv")
write_table(long(matrix(R, 3, dimnames = list(1:3, 1:3)), "first", "second", "correlation"), "correlations.csv")

# Difference of the first two facets, as observed and standardized.
d <- sums[, 1] - sums[, 2]; z <- scale(sums)
difference <- 1 - (var(sums[, 1]) * (1 - alphas[1]) + var(sums[, 2]) * (1 - alphas[2])) / var(d)
difference_standardized <- (mean(alphas[1:2]) - R[1, 2]) / (1 - R[1, 2])

# One person with T scores 61 and 48 on these scales.
se <- 10 * sqrt(1 - alphas[1:2]); reach <- qnorm(c(.95, .975)) * sqrt(sum(se^2))
write_table(pairs_table(c(alpha = alpha(x), stratified_alpha = stratified, composite_reliability = 1 - error / var(score), composite_sd = sd(score), composite_sem = sqrt(error),
  difference_reliability = difference, difference_sd = sd(d), difference_reliability_standardized = difference_standardized,
  difference90_lower = 13 - reach[1], difference90_upper = 13 + reach[1], difference95_lower = 13 - reach[2], difference95_upper = 13 + reach[2])), "expected.csv")
write_case("Stratified alpha, reliability of a weighted composite and of a difference, limits of a difference of two T scores of one person.", "definitions in base R, on the scores themselves", character(), synthetic, own_license, seed,
  list(variance_divisor = "n - 1", first_t_score = 61, second_t_score = 48), list(closed("expected.csv", "value")),
  reference = "Mosier (1943), Psychometrika 8, 161-168, doi:10.1007/BF02288700; Cronbach, Schoenemann & McKie (1965), Educational and Psychological Measurement 25, 291-312")
