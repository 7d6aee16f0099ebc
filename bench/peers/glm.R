# R's glm. The design matrix is ready, so that glm.fit does nothing but fit; standard errors as summary.glm has them.

folder <- commandArgs(trailingOnly = TRUE)[1]

read_npy <- function(path) {
  con <- file(path, "rb")
  on.exit(close(con))
  head <- rawToChar(readBin(con, "raw", 128)[-(1:10)])
  shape <- as.numeric(strsplit(gsub("[^0-9,]", "", sub(".*\\(", "", sub("\\).*", "", head))), ",")[[1]])
  values <- readBin(con, "double", prod(shape), size = 8, endian = "little")
  if (length(shape) == 2) matrix(values, shape[1], shape[2]) else values
}

numbers <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")

x <- cbind(1, read_npy(file.path(folder, "x.npy")))
y <- read_npy(file.path(folder, "y.npy"))

cat(sprintf('{"versions":{"R":"%s.%s"}}\n', R.version$major, R.version$minor))
input <- file("stdin")
open(input)
while (length(line <- readLines(input, n = 1)) > 0) {
  start <- proc.time()[["elapsed"]]
  fit <- glm.fit(x, y, family = binomial())
  se <- sqrt(diag(chol2inv(fit$qr$qr[seq_len(ncol(x)), , drop = FALSE])))
  ms <- 1000 * (proc.time()[["elapsed"]] - start)
  se[fit$qr$pivot] <- se
  cat(sprintf('{"ms":%.3f,"passes":%d,"estimates":%s,"se":%s}\n', ms, fit$iter, numbers(fit$coefficients), numbers(se)))
}
