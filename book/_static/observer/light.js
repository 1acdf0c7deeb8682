/* Light or dark, as the reader's system is: in the book its theme does this. */
document.documentElement.dataset.theme =
  matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
