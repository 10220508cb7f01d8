#!/usr/bin/env Rscript
# Seconds that psych::polychoric takes for 2,800 respondents, 25 items with six categories: five factors of five items, as in
# ../polychoric.rs. The best of five runs, without reading or writing.
suppressMessages(library(psych))
set.seed(1)
n <- 2800
k <- 25
loadings <- rep(c(.7, .6, .5, .65, .55), 5)
factors <- matrix(rnorm(n * 5), n)
answers <- sapply(seq_len(k), function(item) {
  loading <- loadings[item]
  value <- loading * factors[, (item - 1) %/% 5 + 1] + sqrt(1 - loading^2) * rnorm(n)
  findInterval(value, c(-1.5, -.8, -.1, .6, 1.3)) + 1L
})
seconds <- replicate(5, system.time(polychoric(answers, correct = 0))[["elapsed"]])
cat(sprintf("psych %s, %s: polychoric of %d respondents x %d items: %.3f s\n", packageVersion("psych"), R.version.string, n, k, min(seconds)))
