# The job of ../parallel.rs in psych: parallel analysis of 25 items and 2,800 respondents with 100 random data sets, components and
# factors. Prints seconds of wall time: `Rscript psych_parallel.R [runs]`. psych uses getOption("mc.cores"), by default 2.
suppressMessages(library(psych))
runs <- as.integer(c(commandArgs(TRUE), "3")[1])
n <- 2800; p <- 25; n_draws <- 100
set.seed(25)
shared <- matrix(runif(n * p / 5, -1.5, 1.5), n)[, rep(1:5, each = 5)]
x <- pmin(pmax(round(3.5 + shared + runif(n * p, -1.5, 1.5)), 1), 6)
colnames(x) <- sprintf("i%02d", 1:p)
R <- cor(x)
seconds <- function(job) {
  times <- replicate(runs, system.time(invisible(capture.output(suppressWarnings(suppressMessages(job())))))[["elapsed"]])
  sprintf("%.3f s (median of %s)", median(times), toString(sprintf("%.3f", times)))
}
cat("psych", as.character(packageVersion("psych")), R.version.string, "mc.cores", getOption("mc.cores", 2L), "\n")
# A correlation matrix has no answers to deal out: normal data only.
cat("normal data only       ", seconds(function() fa.parallel(R, n.obs = n, fa = "both", n.iter = n_draws, plot = FALSE)), "\n")
cat("answers dealt out only ", seconds(function() fa.parallel(x, fa = "both", n.iter = n_draws, sim = FALSE, plot = FALSE)), "\n")
cat("both, the default      ", seconds(function() fa.parallel(x, fa = "both", n.iter = n_draws, plot = FALSE)), "\n")
