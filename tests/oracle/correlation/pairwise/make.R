# Pearson and Spearman correlations of pairs of items with missing answers, each over the respondents of the pair.
source("../../support/common.R")
seed <- 404; set.seed(seed)
x <- punch_holes(simulate_likert(250, matrix(c(.8, .7, -.6, .5, .3), 5), c(-1.2, -.3, .6, 1.4)), .12)
write_table(x, "input.csv")
pairs <- t(combn(ncol(x), 2))
rows <- do.call(rbind, lapply(seq_len(nrow(pairs)), function(i) {
  a <- x[, pairs[i, 1]]; b <- x[, pairs[i, 2]]; ok <- !is.na(a) & !is.na(b)
  all <- complete.cases(x)
  data.frame(first = colnames(x)[pairs[i, 1]], second = colnames(x)[pairs[i, 2]], n = sum(ok),
    pearson = cor(x, use = "pairwise")[pairs[i, 1], pairs[i, 2]],
    spearman = cor(x, use = "pairwise", method = "spearman")[pairs[i, 1], pairs[i, 2]],
    pearson_p = cor.test(a, b)$p.value,
    spearman_p = suppressWarnings(cor.test(a, b, method = "spearman", exact = FALSE)$p.value),
    pearson_listwise = cor(a[all], b[all]), spearman_listwise = cor(a[all], b[all], method = "spearman"))
}))
print(rows)
write_table(rows, "expected.csv")
write_case("Pearson and Spearman correlations with missing answers, over the respondents of each pair and over the complete ones; two-sided p values.",
  "cor(use = \"pairwise\"), cor(method = \"spearman\"), cor.test(), cor.test(method = \"spearman\", exact = FALSE)", character(), synthetic, own_license, seed,
  list(missing = "12 percent at random", spearman_p = "t approximation"),
  list(closed("expected.csv", c("pearson", "spearman", "pearson_listwise", "spearman_listwise"), rel = 1e-12),
    tol("expected.csv", c("pearson_p", "spearman_p"), 1e-14, 1e-9, "t distribution; small p values come from differences in the tail"),
    tol("expected.csv", "n", 0, 0, "a count")))
