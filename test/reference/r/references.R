# Makes references.json from data/*.csv: Rscript references.R (R 4.2.2, MASS 7.3-58.2).
# Standard errors are R's own: expected information, dispersion by Pearson (Gamma) or by n - p (lm).
#
# R stops when the deviance changes by less than 1e-8 and takes the errors from the weights before the last step: at
# its defaults birthwt's errors are off by 2e-5. So every fit is restarted from its own answer until it stands still.

tight <- glm.control(epsilon = 1e-14, maxit = 100)
still <- function(fit) {
  if (inherits(fit, "glm")) for (k in 1:40) fit <- update(fit, start = coef(fit), control = tight)
  fit
}
# glm.nb with its two steps repeated until neither moves.
negative_binomial <- function(formula, data) {
  fit <- MASS::glm.nb(formula, data, control = tight)
  theta <- fit$theta
  for (k in 1:40) {
    fit <- glm(formula, MASS::negative.binomial(theta), data, start = coef(fit), control = tight)
    theta <- MASS::theta.ml(fit$y, fitted(fit), limit = 100, eps = 1e-12)
  }
  density <- dnbinom(fit$y, size = theta, mu = fitted(fit), log = TRUE)
  fit$call <- call("glm.nb", formula, substitute(data))
  list(fit = fit, theta = as.numeric(theta), SE.theta = attr(theta, "SE"), logLik = sum(density))
}
read <- function(name) read.csv(file.path("data", paste0(name, ".csv")), stringsAsFactors = TRUE)

insurance <- read("Insurance")
insurance$District <- factor(insurance$District)
insurance$Group <- factor(insurance$Group, levels = c("<1l", "1-1.5l", "1.5-2l", ">2l"))
insurance$Age <- factor(insurance$Age, levels = c("<25", "25-29", "30-35", ">35"))
warpbreaks <- read("warpbreaks")
warpbreaks$tension <- factor(warpbreaks$tension, levels = c("L", "M", "H"))
clotting <- read("clotting")
menarche <- read("menarche")
titanic <- read("Titanic")
titanic[1:4] <- lapply(titanic[1:4], function(x) factor(x, unique(x))) # first level first, as in datasets::Titanic
ships <- subset(read("ships"), service > 0)
anorexia <- read("anorexia")
birthwt <- read("birthwt")
infert <- read("infert")
esoph <- read("esoph")
quine <- read("quine")
mtcars <- read("mtcars")
stackloss <- read("stackloss")
nmes <- read("nmes")
nmes$health <- relevel(nmes$health, "average")

# Equal rows collapsed into one with its frequency: weights that must give the answer of the whole table.
key <- do.call(paste, quine)
days <- quine[!duplicated(key), ]
days$freq <- as.vector(table(key)[key[!duplicated(key)]])
write.csv(days, file.path("data", "quine_counts.csv"), row.names = FALSE)

fits <- list(
  logit_birthwt = glm(low ~ age + lwt + factor(race) + smoke + ptl + ht + ui + ftv, binomial, birthwt),
  logit_infert = glm(case ~ spontaneous + induced, binomial, infert),
  logit_titanic = glm(Survived ~ Class + Sex + Age, binomial, titanic, weights = Freq),
  binom_esoph = glm(cbind(ncases, ncontrols) ~ agegp + alc + tob, binomial, esoph),
  probit_menarche = glm(cbind(Menarche, Total - Menarche) ~ Age, binomial("probit"), menarche),
  cloglog_menarche = glm(cbind(Menarche, Total - Menarche) ~ Age, binomial("cloglog"), menarche),
  pois_insurance = glm(Claims ~ District + Group + Age + offset(log(Holders)), poisson, insurance),
  pois_quine = glm(Days ~ Eth + Sex + Age + Lrn, poisson, quine),
  pois_quine_counts = glm(Days ~ Eth + Sex + Age + Lrn, poisson, days, weights = freq),
  pois_ships = glm(incidents ~ type + factor(year) + factor(period) + offset(log(service)), poisson, ships),
  pois_warpbreaks = glm(breaks ~ wool * tension, poisson, warpbreaks),
  gamma_clotting = glm(lot1 ~ log(u), Gamma("inverse"), clotting),
  gammalog_clotting = glm(lot1 ~ log(u), Gamma("log"), clotting),
  gauss_anorexia = glm(Postwt ~ Prewt + Treat + offset(Prewt), gaussian, anorexia),
  lm_mtcars = lm(mpg ~ wt + hp + qsec, mtcars),
  lm_stackloss = lm(stack.loss ~ ., stackloss),
  nb_quine = negative_binomial(Days ~ Eth + Sex + Age + Lrn, quine),
  nb_nmes = negative_binomial(visits ~ hospital + health + chronic + gender + school + insurance, nmes),
  nb_ships = negative_binomial(incidents ~ type + factor(period) + offset(log(service)), ships)
)
fits <- lapply(fits, still)

number <- function(x) ifelse(is.na(x), "null", sprintf("%.15g", x))
object <- function(x) paste0("{", paste0('"', names(x), '": ', number(x), collapse = ", "), "}")
`%||%` <- function(a, b) if (is.null(a)) b else a
entry <- function(id) {
  model <- fits[[id]]
  f <- if (inherits(model, "lm")) model else model[["fit"]]
  s <- if (inherits(model, "lm")) summary(f) else summary(f, dispersion = 1)
  value <- model[["logLik"]] %||% as.numeric(logLik(f))
  dispersion <- if (inherits(f, "glm")) s$dispersion else s$sigma^2
  call <- gsub(", control = tight|, start = coef.fit.", "", paste(trimws(deparse(f$call, 500)), collapse = " "))
  call <- gsub('"', "'", call)
  paste0(
    '  "', id, '": {\n',
    '    "call": "', call, '",\n',
    '    "n": ', nobs(f), ', "p": ', length(coef(f)), ",\n",
    '    "coef": ', object(coef(f)), ",\n",
    '    "se": ', object(coef(s)[, "Std. Error"]), ",\n",
    '    "logLik": ', number(value), ', "deviance": ', number(deviance(f)), ', "dispersion": ', number(dispersion),
    ', "theta": ', number(model[["theta"]] %||% NA), ', "seTheta": ', number(model[["SE.theta"]] %||% NA), "\n  }"
  )
}
cat("{\n", paste(vapply(names(fits), entry, ""), collapse = ",\n"), "\n}\n", sep = "", file = "references.json")
