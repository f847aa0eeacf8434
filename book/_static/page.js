// What the frame of a page does beyond the theme's script: the list of chapters folds away on a wide screen,
// and what scrolls within the page can be seen to, and takes the focus. In place of the theme's second script,
// which takes the focus from a button that is pressed.
(() => {
  const wide = matchMedia("(min-width: 992px)");
  const chapters = document.getElementById("pst-primary-sidebar");
  const button = document.querySelector(".primary-toggle");

  // Before the theme's own listener, which opens the list as a dialogue on narrow screens.
  button?.addEventListener("click", (event) => {
    if (!wide.matches) return;
    event.stopImmediatePropagation();
    const hidden = chapters.classList.toggle("pst-sidebar-hidden");
    button.setAttribute("aria-expanded", String(!hidden));
  }, true);

  const SCROLLERS = ".bd-article :is(.sb-table, .pst-scrollable-table-container, .cell_output > .output, pre)";

  function mark(frame) {
    const rest = frame.scrollWidth - frame.clientWidth;
    frame.classList.toggle("sb-more-left", frame.scrollLeft > 1);
    // Less than a letter is nothing to scroll for.
    frame.classList.toggle("sb-more-right", rest - frame.scrollLeft > 8);
    // The theme decides this once, when what is folded away has no width.
    if (rest > 0 || frame.scrollHeight > frame.clientHeight) frame.tabIndex = 0;
  }

  // A table that must scroll anyway gives its words room: see .sb-scrolls in the style sheet.
  const widths = new WeakMap();
  function fit(frame) {
    if (widths.get(frame) === frame.clientWidth) return;
    widths.set(frame, frame.clientWidth);
    frame.classList.remove("sb-scrolls");
    frame.classList.toggle("sb-scrolls", frame.scrollWidth - frame.clientWidth > 8);
  }

  const watcher = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      fit(target);
      mark(target);
    }
  });
  for (const frame of document.querySelectorAll(SCROLLERS)) {
    frame.addEventListener("scroll", () => mark(frame), { passive: true });
    watcher.observe(frame);
  }
})();
