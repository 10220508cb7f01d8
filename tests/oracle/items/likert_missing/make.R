# Item statistics of a Likert scale with missing answers: psych::alpha on pairwise covariances.
source("../../support/common.R"); suppressMessages(library(psych))
seed <- 303; set.seed(seed)
x <- punch_holes(simulate_likert(250, matrix(c(.8, .7, .6, .65, .5, .45, .3), 7), c(-1.4, -.5, .4, 1.2)), .08)
write_table(x, "input.csv")
a <- suppressWarnings(psych::alpha(x, check.keys = FALSE, warnings = FALSE)); s <- a$item.stats; d <- a$alpha.drop
C <- cov(x, use = "pairwise")
# The item-total correlation that the pairwise covariances imply; psych correlates with the mean of the answered items instead.
total <- rowSums(C) / sqrt(diag(C) * sum(C))
write_table(data.frame(item = colnames(x), n = colSums(!is.na(x)), mean = s$mean, sd = s$sd, item_total_correlation = total, item_total_standardized = s$std.r,
  item_rest_correlation = s$r.drop, alpha_without_item = d$raw_alpha, standardized_alpha_without_item = d$std.alpha, lambda6_without_item = d$`G6(smc)`,
  average_r_without_item = d$average_r, psych_raw_r = s$raw.r), "expected.csv")
complete <- rowSums(x[complete.cases(x), ])
both <- crossprod(!is.na(x))
write_table(pairs_table(c(alpha = a$total$raw_alpha, standardized_alpha = a$total$std.alpha, lambda6_of_correlations = a$total$`G6(smc)`, average_r = a$total$average_r,
  signal_noise = a$total$`S/N`, n_smallest_pair = min(both), n_complete = length(complete), sum_mean_complete = mean(complete), sum_sd_complete = sd(complete), listwise_alpha = {
    y <- x[complete.cases(x), ]; ncol(y) / (ncol(y) - 1) * (1 - sum(apply(y, 2, var)) / var(rowSums(y))) })), "expected_scale.csv")
write_case("Item statistics and alpha of a Likert scale with 8 percent of the answers missing, on pairwise covariances.", "psych::alpha(x, check.keys = FALSE)", "psych", synthetic, own_license, seed,
  list(lowest = 1, highest = 5, missing = "pairwise covariances", item_total_correlation = "from the pairwise covariances; psych's raw.r (column psych_raw_r, information) correlates with the mean of the answered items"),
  list(closed("expected.csv", c("n", "mean", "sd", "item_total_correlation", "item_total_standardized", "item_rest_correlation", "alpha_without_item", "standardized_alpha_without_item", "lambda6_without_item", "average_r_without_item"),
      "closed form; lambda6 inverts a correlation matrix", rel = 1e-9),
    closed("expected_scale.csv", "value", "closed form; lambda6 inverts a correlation matrix", rel = 1e-9)))
