// Runs before the page is drawn. src/ui/hooks/theme.rs writes the same key.
try {
  const theme = localStorage.getItem("rubric-playground.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme is used.
}
