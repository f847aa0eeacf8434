// A table that goes on beyond its frame fades at that edge, so that a reader sees there is more to scroll to.
(() => {
  const frames = document.querySelectorAll(".sb-table, .pst-scrollable-table-container, .cell_output > .output.text_html");

  function mark(frame) {
    const rest = frame.scrollWidth - frame.clientWidth;
    frame.classList.toggle("sb-more-left", frame.scrollLeft > 1);
    frame.classList.toggle("sb-more-right", rest - frame.scrollLeft > 1);
  }

  // A frame within a folded part has no width until it unfolds.
  const watcher = new ResizeObserver((changes) => changes.forEach(({ target }) => mark(target)));
  for (const frame of frames) {
    frame.addEventListener("scroll", () => mark(frame), { passive: true });
    watcher.observe(frame);
  }
})();
