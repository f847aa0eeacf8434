// Filters the table of all claims: by words, by verdict, by part of the article. The table is complete
// without this script. The state is kept in the address, so that a filtered list can be shared.
(() => {
  const form = document.getElementById("ledger-filter");
  const table = document.getElementById("ledger");
  if (!form || !table) return;

  const status = form.querySelector('[role="status"]');
  const frame = table.closest(".sb-table");

  // Letters without accents, one kind of dash, one blank: what a reader types finds what is printed.
  const plain = (text) =>
    text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[\u2010-\u2015\u2212]/g, "-")
      .replace(/\s+/g, " ").trim().toLowerCase();

  const groups = [...table.tBodies].map((body) => ({
    body,
    part: body.dataset.part,
    claims: [...body.rows].slice(1).map((row) => ({
      row,
      verdict: row.querySelector(".sb-verdict").textContent,
      text: plain(`${[...row.cells].map((cell) => cell.textContent).join(" ")} ${body.dataset.part} ${row.id}`),
    })),
  }));
  const total = groups.reduce((sum, { claims }) => sum + claims.length, 0);

  function apply() {
    const words = plain(form.elements.words.value).split(" ").filter(Boolean);
    const verdict = form.elements.verdict.value;
    const part = form.elements.part.value;
    let shown = 0;
    for (const { body, part: own, claims } of groups) {
      let inGroup = 0;
      for (const claim of claims) {
        const matches = (!part || part === own) && (!verdict || verdict === claim.verdict)
          && words.every((word) => claim.text.includes(word));
        claim.row.hidden = !matches;
        inGroup += matches;
      }
      body.hidden = inGroup === 0;
      shown += inGroup;
    }
    status.textContent = shown === total ? `All ${total} claims`
      : shown === 0 ? "No claim matches"
        : `${shown} of ${total} claims`;
    frame.scrollTop = 0;
  }

  function remember() {
    const state = new URLSearchParams();
    for (const name of ["words", "verdict", "part"]) {
      const value = form.elements[name].value.trim();
      if (value) state.set(name, value);
    }
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  // An address either holds a filter or names a place on the page, which no filter may then hide.
  function recall() {
    const hash = location.hash.slice(1);
    const filter = new URLSearchParams(hash.includes("=") ? hash : "");
    for (const name of ["words", "verdict", "part"]) {
      form.elements[name].value = filter.get(name) ?? "";
      if (form.elements[name].selectedIndex === -1) form.elements[name].value = "";
    }
    apply();
    const target = hash && !hash.includes("=") && document.getElementById(decodeURIComponent(hash));
    if (target) target.scrollIntoView({ block: table.contains(target) ? "center" : "start" });
  }

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { apply(); remember(); }, 150);
  });
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", recall);

  form.hidden = false;
  recall();
})();
