// Sets the theme before the first paint. An own file, as the content policy allows no inline script.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    let chosen = 'auto';
    try {
      chosen = localStorage.getItem('labelkeep-theme') ?? 'auto';
    } catch {
      // Storage is switched off: the system's theme it is.
    }
    root.dataset.theme = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
  };
  apply();
  dark.addEventListener('change', apply);
  window.addEventListener('labelkeep-theme', apply);
})();
