# Raking (iterative proportional fitting) of a sample to given margins, weighted norm table; written from the definition.
source("../../support/common.R")
seed <- 912; set.seed(seed)
n <- 600
d <- data.frame(sex = sample(c("F", "M"), n, TRUE, c(.68, .32)), age = sample(c("18-29", "30-49", "50+"), n, TRUE, c(.5, .35, .15)), degree = sample(c("none", "school", "university"), n, TRUE, c(.15, .35, .5)))
d$raw <- pmin(40, pmax(0, round(rnorm(n, 20 + 2 * (d$sex == "F") - 3 * (d$age == "50+") + 2 * (d$degree == "university"), 6))))
write_table(d, "input.csv")
margins <- list(sex = c(F = .52, M = .48), age = c("18-29" = .28, "30-49" = .42, "50+" = .30), degree = c(none = .24, school = .46, university = .30))
write_table(do.call(rbind, lapply(names(margins), function(v) data.frame(variable = v, level = names(margins[[v]]), share = margins[[v]]))), "margins.csv")
rake <- function(bounds = c(0, Inf), cycles = 20000) { w <- rep(1, n)
  for (i in seq_len(cycles)) { before <- w
    for (v in names(margins)) { now <- tapply(w, d[[v]], sum) / sum(w); w <- w * (margins[[v]][d[[v]]] / now[d[[v]]]) }
    w <- w / mean(w); w <- pmin(bounds[2], pmax(bounds[1], w)); if (max(abs(w - before)) < 1e-14) break }
  as.numeric(w / mean(w)) }
plain <- rake(); trimmed <- rake(c(.35, 3.2))
key <- unique(data.frame(d[, names(margins)], plain = plain, trimmed = trimmed)); key <- key[do.call(order, key[, names(margins)]), ]
write_table(key, "expected_weights.csv")
summary_of <- function(w, label) { m <- sum(w * d$raw) / sum(w); v <- sum(w * (d$raw - m)^2) / sum(w) * n / (n - 1); r <- c(effective_n = sum(w)^2 / sum(w^2), design_effect = n * sum(w^2) / sum(w)^2, mean = m, sd = sqrt(v),
  se_mean = sqrt(n / (n - 1) * sum((w * (d$raw - m))^2)) / sum(w), smallest = min(w), largest = max(w)); setNames(r, paste(label, names(r), sep = "_")) }
write_table(pairs_table(c(summary_of(plain, "plain"), summary_of(trimmed, "trimmed"))), "expected_summary.csv")
pr <- function(w, x) 100 * sapply(x, function(x) sum(w * (d$raw < x)) + sum(w * (d$raw == x)) / 2) / sum(w)
x <- 0:40; write_table(data.frame(raw = x, plain = pr(plain, x), trimmed = pr(trimmed, x)), "expected_table.csv")
gaps <- do.call(rbind, lapply(names(margins), function(v) data.frame(variable = v, level = names(margins[[v]]), plain = as.numeric(tapply(plain, d[[v]], sum) / n)[match(names(margins[[v]]), sort(unique(d[[v]])))], trimmed = as.numeric(tapply(trimmed, d[[v]], sum) / n)[match(names(margins[[v]]), sort(unique(d[[v]])))])))
write_table(gaps, "expected_shares.csv")
why <- "fixed point of the cycle, iterated in both until weights move by less than 1e-13"
write_case("Raking to three margins, plain and with weights held between 0.35 and 3.2; weighted norm table, effective sample size, design effect.", "base R, from the definitions in make.R", character(), synthetic, own_license, seed,
  list(lower = .35, upper = 3.2, variance = "sum(w (x - m)^2) / sum(w) * n / (n - 1)", standard_error = "linearization, weights taken as given"),
  list(closed("expected_weights.csv", c("plain", "trimmed"), why, rel = 1e-9, abs = 1e-11), closed("expected_summary.csv", "value", why, rel = 1e-9), closed("expected_table.csv", c("plain", "trimmed"), why, rel = 1e-9, abs = 1e-9), closed("expected_shares.csv", c("plain", "trimmed"), why, rel = 1e-9)),
  reference = "Deming & Stephan (1940), The Annals of Mathematical Statistics 11, 427-444, doi:10.1214/aoms/1177731829; Kish (1965), Survey sampling")
