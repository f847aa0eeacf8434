// The page that explores the adverse events: the form, the counts, the plot, the listing. What is chosen is in the
// address, so that it can be shared and the back button undoes it. Counting is in count.js.
(() => {
  "use strict";
  const root = document.getElementById("explorer");
  if (!root || !globalThis.explorer?.data) return;

  const { data, el, plural } = explorer;
  const SPLITS = ["term", "intensity", "relation", "serious", "infusional", "thromboembolic", "action", "cycle"];
  const FLAGS = ["serious", "infusional", "thromboembolic"];
  const LINES = 10; // lines of a long table, and of the plot
  const ROWS = 25; // rows of the listing, and how many more at a time
  const MARKS = { determined: "∴", bounded: "§", illustrative: "‡" };
  const facet = Object.fromEntries(data.facets.map((one) => [one.key, one]));
  const claims = root.dataset.claims;

  let state = { selection: {}, by: SPLITS[0], patient: null };
  let order = { key: "patient", down: false };
  let allLines = false;
  let shownRows = ROWS;
  let rendered = false;

  // What is chosen, in words ----------------------------------------------------------------------------------

  function words(key, places) {
    const labels = places.map((place) => facet[key].options[place].label);
    if (FLAGS.includes(key)) return labels.map((label) => (label === "yes" ? "" : "not ") + facet[key].label.toLowerCase()).join(" or ");
    if (key === "cycle") return `${labels.length > 1 ? "cycles" : "cycle"} ${labels.join(", ")}`;
    if (key === "relation") {
      const judged = labels.filter((label) => label !== "not related");
      return [judged.length ? `${judged.join(" or ")} relation` : "", ...labels.filter((label) => label === "not related")]
        .filter(Boolean).join(" or ");
    }
    return labels.join(" or ");
  }

  const chosen = () => data.facets.filter(({ key }) => key in state.selection);
  // What to begin with, where nothing is chosen: a title, and the address.
  const EXAMPLES = {
    "Related events": "relation=probable,possible",
    "Related headaches by cycle": "term=headache&relation=probable,possible&by=cycle",
    "Severe events": "intensity=severe",
    "Serious events": "serious=yes",
    "Thromboembolic events": "thromboembolic=yes",
    "Events for which the drug was withdrawn": "action=withdrawn",
  };

  const filterInWords = () => chosen().map(({ key }) => words(key, state.selection[key])).join("; ") || "all events";

  // The address ------------------------------------------------------------------------------------------------

  const addressOf = (changed) => `#${explorer.format({ ...state, ...changed }, data, SPLITS)}`;

  function go(changed) {
    const target = addressOf(changed);
    if (target !== (location.hash || "#")) {
      history.pushState(null, "", target === "#" ? location.pathname + location.search : target);
    }
    read();
  }

  // An address either holds a state or names a place on the page, which leaves the state as it is.
  function read() {
    const hash = location.hash.slice(1);
    const place = hash && !hash.includes("=") && document.getElementById(hash);
    if (place && rendered) return;
    const found = explorer.parse(place ? "" : hash, data, SPLITS);
    const same = JSON.stringify([found.state.selection, found.state.by]) === JSON.stringify([state.selection, state.by]);
    if (!same) { shownRows = ROWS; allLines = false; }
    state = found.state;
    ignored.textContent = found.ignored.length
      ? `The address names what this page does not have, and it was left out: ${found.ignored.join(", ")}.` : "";
    ignored.hidden = !found.ignored.length;
    render();
    patient.show(state.patient);
  }

  // The form -----------------------------------------------------------------------------------------------------

  const form = el("form", { class: "x-form", "aria-label": "Filter the events" });
  const ignored = el("p", { class: "x-ignored", role: "alert", hidden: true });

  function choice(key, place, label, kind, checked = false) {
    return el("label", { class: "x-choice" },
      el("input", { type: kind, name: key, value: place, checked }), el("span", {}, label));
  }

  const legend = (text, note) => el("legend", {}, text, note ? el("small", {}, ` ${note}`) : null);

  function boxes(key, note) {
    return el("fieldset", { class: `x-facet x-${key}` }, legend(facet[key].label, note),
      el("div", { class: "x-choices" }, facet[key].options.map(({ label }, place) => choice(key, place, label, "checkbox"))));
  }

  function flag(key) {
    return el("fieldset", { class: "x-facet" }, legend(facet[key].label),
      el("div", { class: "x-choices" }, choice(key, "", "any", "radio", true),
        facet[key].options.map(({ label }, place) => choice(key, place, label, "radio"))));
  }

  function terms() {
    const search = el("input", { type: "search", autocomplete: "off", spellcheck: "false", "aria-label": "Find a term in the list" });
    const list = el("div", { class: "x-terms", role: "group", "aria-label": "Terms" },
      facet.term.options.map(({ label }, place) => choice("term", place, label, "checkbox")));
    const none = el("p", { class: "sb-note", hidden: true }, "No term has these letters.");
    search.addEventListener("input", () => {
      const asked = search.value.trim().toLowerCase();
      for (const label of list.children) label.hidden = !label.textContent.toLowerCase().includes(asked);
      none.hidden = [...list.children].some((label) => !label.hidden);
    });
    return el("fieldset", { class: "x-facet x-term" }, legend(facet.term.label),
      el("details", {}, el("summary", {}, el("span", { id: "x-terms-chosen" }, "any of "), `${facet.term.options.length} terms`),
        search, list, none));
  }

  function start() {
    form.append(
      boxes("treatment"), boxes("period"), boxes("cycle"),
      boxes("relation", "related: possible or probable"), boxes("intensity"),
      ...FLAGS.map(flag), boxes("action"), terms(),
    );
    form.addEventListener("change", (event) => {
      const { name } = event.target;
      if (!(name in facet)) return;
      const places = [...form.querySelectorAll(`input[name="${name}"]:checked`)].filter(({ value }) => value !== "").map(({ value }) => Number(value));
      const selection = { ...state.selection };
      delete selection[name];
      if (places.length) selection[name] = places;
      go({ selection });
    });
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  function syncForm() {
    for (const input of form.querySelectorAll("input[name]")) {
      const places = state.selection[input.name];
      input.checked = input.value === "" ? !places : Boolean(places?.includes(Number(input.value)));
    }
    const number = state.selection.term?.length ?? 0;
    document.getElementById("x-terms-chosen").textContent = number ? `${number} of ` : "any of ";
  }

  // The answer: what fits, and a card for each column ------------------------------------------------------------

  const status = el("p", { id: "x-status", class: "x-status", role: "status", "aria-live": "polite", tabindex: -1 });
  const chips = el("div", { class: "x-chips" });
  const cards = el("ul", { class: "x-cards" });
  const answer = el("section", { "aria-labelledby": "x-counts" },
    el("h2", { id: "x-counts" }, "Patients and events"), status, chips, cards);

  function without(key) {
    const selection = { ...state.selection };
    delete selection[key];
    return selection;
  }

  function renderChips() {
    const removal = (label, selection) => el("button", {
      type: "button", class: "x-chip",
      on: { click: () => { go({ selection }); status.focus(); } },
    }, label);
    const buttons = chosen().map(({ key }) => {
      const text = words(key, state.selection[key]);
      const button = removal([explorer.short(text, 60), el("span", { "aria-hidden": "true" }, " ×")], without(key));
      button.setAttribute("aria-label", `Remove the filter: ${text}`);
      return button;
    });
    if (buttons.length > 1) buttons.push(removal("Remove all", {}));
    const examples = Object.entries(EXAMPLES).map(([title, address]) => el("a", {
      href: `#${address}`, class: "x-chip", on: { click: () => status.focus() },
    }, title));
    chips.replaceChildren(...(buttons.length ? buttons : [el("span", {}, "For example:"), ...examples]));
  }

  const standing = (known) => (!known ? "illustrative" : "printed" in known ? "published" : known.kind);
  const fixed = (known) => ["published", "determined"].includes(standing(known));
  const marked = (known) => (standing(known) === "published" ? null : el("sup", {}, MARKS[standing(known)]));

  // What the article prints of a count, with its verdict, and how far it fixes the rest.
  function saidOf(known) {
    const link = (one) => el("a", { href: `${claims}#${one.claim}` }, one.at);
    const verdict = (one) => el("span", { class: `sb-verdict ${one.verdict}` }, one.verdict);
    const printed = Object.entries(known).filter(([, one]) => "printed" in one);
    const said = [];
    if (printed.length) {
      const text = printed.map(([what, one]) => (what === "percent" ? `${one.printed}%` : `${one.printed} ${what}`)).join(", ");
      const worst = printed.find(([, one]) => one.verdict !== "reproduced") ?? printed[0];
      said.push(el("p", { class: "x-printed" }, link(worst[1]), ` prints ${text} `, verdict(worst[1])));
    }
    for (const what of ["patients", "events"]) {
      const one = known[what];
      if (one && !("printed" in one)) {
        said.push(el("p", {}, one.low === one.high
          ? `The number of ${what} is not printed, but follows ${MARKS.determined}`
          : `The article leaves ${one.low} to ${one.high} ${what} ${MARKS.bounded}`));
      }
    }
    if (!["patients", "percent", "events"].some((what) => what in known)) said.push(el("p", {}, `Illustrative ${MARKS.illustrative}: no printed number fixes it`));
    return said;
  }

  function card(column) {
    const found = explorer.count(data, state.selection, column);
    const known = explorer.known(data, state.selection, column);
    const percent = explorer.ratio(found.patients, found.atRisk);
    // Who is at risk, and for how many cycles, is known of whole columns only.
    const exposed = "cycle" in state.selection ? {} : data.known[column.id];
    const settled = fixed(known.events) && (found.events === 0 || fixed(exposed.cycles));
    const rate = { kind: settled ? "determined" : "illustrative" };
    return el("li", {},
      el("h3", {}, explorer.symbol(column), el("span", {}, column.treatment, " ", el("small", {}, column.period))),
      el("p", { class: "x-number" }, percent, percent === explorer.ABSENT ? null : [el("span", {}, "%"), marked(known.patients ?? known.percent)]),
      el("p", {}, el("strong", {}, `${found.patients}`), marked(known.patients), ` of ${plural(found.atRisk, "patient")} at risk`, marked(exposed.atRisk)),
      el("p", {}, el("strong", {}, plural(found.events, "event")), marked(known.events), ` in ${plural(found.cycles, "cycle")}`, marked(exposed.cycles)),
      el("p", {}, `${explorer.ratio(found.events, found.cycles)} per 100 cycles`, found.cycles ? marked(rate) : null),
      el("div", { class: "x-said" }, saidOf(known)));
  }

  function renderCounts(columns, found) {
    const patients = new Set(found.map((row) => data.events.patient[row])).size;
    const filtered = chosen().length > 0;
    status.textContent = !columns.length ? "Nobody was at risk: no patient received placebo in the extension period."
      : !found.length ? `No event fits: ${filterInWords()}. Remove a filter to see events.`
        : filtered ? `${plural(found.length, "event")} in ${plural(patients, "patient")}: ${filterInWords()}.`
          : `All ${found.length} treatment-emergent events, in ${patients} of ${data.patients.length} patients.`;
    cards.replaceChildren(...columns.map(card));
  }

  // The split: a table, and the same as a plot ---------------------------------------------------------------------

  const by = el("select", { id: "x-by", on: { change: () => go({ by: by.value }) } },
    SPLITS.map((key) => el("option", { value: key }, facet[key].label.toLowerCase())));
  const figure = el("div", { class: "x-figure" });
  const splitTable = el("div", { class: "sb-block" });
  const moreLines = el("button", { type: "button", on: { click: () => { allLines = !allLines; render(); } } });
  const splitPart = el("section", { "aria-labelledby": "x-split" },
    el("h2", { id: "x-split" }, "Side by side"),
    el("p", { class: "x-controls" }, el("label", { for: "x-by" }, "One line for each "), by),
    figure, splitTable, el("p", { class: "x-controls" }, moreLines));

  // A condition that narrows a line to itself leads to it.
  function lineLink(line) {
    const selection = { ...state.selection, [state.by]: [line.place] };
    const follow = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go({ selection });
      status.focus();
    };
    return el("a", { href: addressOf({ selection }), on: { click: follow } }, line.label);
  }

  function cells(count, known, withRisk) {
    const cell = (text, one) => {
      // That nobody at risk had an event follows from the words.
      const kind = count.atRisk ? standing(one) : "published";
      return el("td", { class: kind === "illustrative" ? "num illustrative" : "num" }, text,
        kind === "published" ? null : el("sup", {}, MARKS[kind]));
    };
    const percent = explorer.ratio(count.patients, count.atRisk);
    const patients = withRisk ? `${count.patients}/${count.atRisk}` : `${count.patients}`;
    return [
      cell(percent === explorer.ABSENT ? percent : `${patients} (${percent}%)`, known.patients),
      cell(`${count.events}`, known.events),
    ];
  }

  function renderSplit(columns, found) {
    splitPart.hidden = !columns.length || !found.length;
    if (splitPart.hidden) return;
    by.value = state.by;
    const lines = explorer.split(data, state.selection, state.by, columns);
    const ownRisk = state.by === "cycle";
    const label = facet[state.by].label;
    const title = `Patients and events by ${label.toLowerCase()}: ${filterInWords()}`;
    const shown = allLines || lines.length <= LINES + 2 ? lines : lines.slice(0, LINES);
    const name = (line) => (state.by === "cycle" ? `Cycle ${line.label}` : FLAGS.includes(state.by)
      ? words(state.by, [line.place]) : line.label);
    const named = shown.map((line) => ({ ...line, label: name(line).replace(/^./, (letter) => letter.toUpperCase()) }));
    // The plot leaves out what it would say twice: the parts of all IVIg, where cycles tell the periods apart.
    const parts = ownRisk ? ["ivig_p1", "ivig_ext"] : ["ivig_ext"];
    const drawn = columns.some(({ id }) => id === "ivig_all") ? columns.filter(({ id }) => !parts.includes(id)) : columns;
    const width = Math.min(700, Math.max(280, root.clientWidth));
    figure.replaceChildren(
      el("p", { class: "x-legend", "aria-hidden": "true" }, drawn.map((column) => el("span", {}, explorer.symbol(column), column.label))),
      explorer.chart(named.slice(0, LINES + 2).map((line) => ({ ...line, counts: line.counts.filter((_, i) => drawn.includes(columns[i])) })),
        drawn, `Plot of the percentage of patients by ${label.toLowerCase()}: ${filterInWords()}`, width));
    const whole = columns.map((column) => explorer.count(data, state.selection, column));
    const row = (heading, counts, selection, group) => el("tr", { class: group },
      el("th", { scope: "row" }, heading),
      counts.map((count, i) => cells(count, explorer.known(data, selection, columns[i]), ownRisk)));
    splitTable.replaceChildren(
      el("div", { class: "sb-table", role: "region", tabindex: 0, "aria-label": title },
        el("table", { class: "dataframe sb x-split" },
          el("caption", {}, title.replace(/^./, (letter) => letter.toUpperCase())),
          el("thead", {},
            el("tr", {}, el("th", { scope: "col", rowspan: 2 }, label),
              columns.map((column, i) => el("th", { scope: "colgroup", colspan: 2 }, `${column.label} (n\u00a0=\u00a0${whole[i].atRisk})`))),
            el("tr", {}, columns.map(() => [el("th", { scope: "col" }, "Patients (%)"), el("th", { scope: "col" }, "Events")]))),
          el("tbody", {}, row("Any that fits", whole, state.selection)),
          el("tbody", {}, named.map((line) => row(lineLink(line), line.counts, { ...state.selection, [state.by]: [line.place] }))))),
      el("div", { class: "sb-notes" },
        ownRisk ? el("p", {}, "The patients at risk are those who received that cycle.") : null,
        drawn.length < columns.length ? el("p", {}, "The plot leaves out periods that are part of all IVIg.") : null,
        el("p", {}, `${MARKS.illustrative} illustrative: an artefact of this reconstruction, not a finding. ${MARKS.bounded} bounded: the article `
          + `leaves a range. ${MARKS.determined} not printed, but fixed by what is printed. Unmarked: printed in the article.`)));
    moreLines.textContent = allLines ? `Show the first ${LINES} only` : `Show all ${lines.length} lines`;
    moreLines.parentElement.hidden = lines.length <= LINES + 2;
  }

  // The listing -----------------------------------------------------------------------------------------------------

  const optionOf = (key, row) => facet[key].options[data.events[key][row]];
  const LISTING = [
    { key: "patient", head: "Patient", value: (row) => data.patients[data.events.patient[row]].id },
    { key: "term", head: "Term", value: (row) => optionOf("term", row).label },
    { key: "column", head: "On", value: (row) => `${optionOf("treatment", row).label}, ${optionOf("period", row).label.split(" ")[0]}` },
    { key: "cycle", head: "Cycle", number: true, value: (row) => data.events.cycle[row] + 1 },
    { key: "start", head: "Day of onset", number: true, value: (row) => data.events.start[row], shown: (value) => value.toFixed(1) },
    { key: "duration", head: "Days", number: true, value: (row) => data.events.duration[row], shown: (value) => (value === null ? explorer.ABSENT : `${value}`) },
    { key: "intensity", head: "Intensity", value: (row) => data.events.intensity[row], shown: (_, row) => optionOf("intensity", row).label },
    { key: "relation", head: "Relation", value: (row) => data.events.relation[row], shown: (_, row) => optionOf("relation", row).label },
    { key: "kinds", head: "Kind", value: (row) => explorer.kinds(data, row).join(", ") },
  ];

  const heads = LISTING.map((column) => el("th", { scope: "col", class: column.number ? null : "text" },
    el("button", { type: "button", on: { click: () => {
      order = { key: column.key, down: order.key === column.key && !order.down };
      renderListing(current);
    } } }, column.head, el("span", { class: "x-arrow", "aria-hidden": "true" }))));
  const body = el("tbody");
  const listed = el("p", { class: "x-status" });
  const moreRows = el("button", { type: "button", on: { click: () => {
    const first = shownRows;
    shownRows += ROWS * 4;
    renderListing(current);
    body.rows[first]?.querySelector("button")?.focus();
  } } }, `Show ${ROWS * 4} more`);
  const download = el("button", { type: "button", on: { click: save } }, "Download as CSV");
  const caption = el("caption");
  const frame = el("div", { class: "sb-table", role: "region", tabindex: 0, "aria-label": "Listing of the events" },
    el("table", { class: "dataframe sb x-listing" }, caption, el("thead", {}, el("tr", {}, heads)), body));
  const listingPart = el("section", { "aria-labelledby": "x-events" },
    el("h2", { id: "x-events" }, "The synthetic events"), listed,
    el("div", { class: "sb-block" }, frame), el("p", { class: "x-controls" }, moreRows, download));
  let current = [];

  function sorted(found) {
    const column = LISTING.find(({ key }) => key === order.key);
    const compare = (one, other) => {
      const [a, b] = [column.value(one), column.value(other)];
      if (a === b) return one - other;
      if (a === null || b === null) return a === null ? 1 : -1;
      return (a < b ? -1 : 1) * (order.down ? -1 : 1);
    };
    return [...found].sort(compare);
  }

  function renderListing(found) {
    current = found;
    listingPart.hidden = !found.length;
    LISTING.forEach((column, i) => {
      if (column.key === order.key) heads[i].setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else heads[i].removeAttribute("aria-sort");
    });
    const rows = sorted(found).slice(0, shownRows);
    caption.textContent = `Synthetic adverse events: ${filterInWords()}`;
    listed.textContent = rows.length < found.length ? `The first ${rows.length} of ${found.length} events. A patient’s number opens the patient.`
      : `${plural(found.length, "event")}. A patient’s number opens the patient.`;
    body.replaceChildren(...rows.map((row) => el("tr", {}, LISTING.map((column, i) => {
      const value = column.value(row);
      if (i === 0) {
        return el("th", { scope: "row" }, el("button", {
          type: "button", class: "x-open", "data-patient": value, "aria-haspopup": "dialog", on: { click: () => go({ patient: value }) },
        }, value));
      }
      return el("td", { class: column.number ? "num" : null }, column.shown ? column.shown(value, row) : `${value}`);
    }))));
    moreRows.hidden = rows.length === found.length;
  }

  // All events that fit, with the codes of the data, as adae.csv has them.
  function file() {
    const coded = data.facets.filter(({ key }) => key !== "term");
    const head = ["STUDYID", "USUBJID", "AESEQ", "AEDECOD", "AEBODSYS", "AEGRPTRM", ...coded.map(({ variable }) => variable),
      "AEOUT", "AELATENC", "ADURN", "DAYS_SINCE_FIRST_INFUSION"];
    const rows = sorted(current).map((row) => [
      "PRODERM-SYNTHETIC", data.patients[data.events.patient[row]].id, data.events.number[row],
      data.events.words.decod[data.events.decod[row]], data.events.words.bodsys[data.events.bodsys[row]], optionOf("term", row).value,
      ...coded.map(({ key }) => optionOf(key, row).value),
      data.events.words.outcome[data.events.outcome[row]], data.events.latency[row], data.events.duration[row], data.events.start[row],
    ]);
    return explorer.csv([head, ...rows]);
  }

  function save() {
    const address = URL.createObjectURL(new Blob([file()], { type: "text/csv;charset=utf-8" }));
    el("a", { href: address, download: "synthetic-events.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  // The page ------------------------------------------------------------------------------------------------------------

  function render() {
    const found = explorer.events(data, state.selection);
    const columns = explorer.columns(data, state.selection);
    syncForm();
    renderChips();
    renderCounts(columns, found);
    renderSplit(columns, found);
    renderListing(found);
    rendered = true;
  }

  const patient = explorer.drawer(data, (id) => go({ patient: id }));
  const filters = el("details", { class: "x-filters", open: matchMedia("(min-width: 48rem)").matches },
    el("summary", {}, "Filters"), form);
  start();
  root.replaceChildren(ignored, filters, answer, splitPart, listingPart, patient.dialog);
  root.hidden = false;
  Object.assign(explorer, { file });

  addEventListener("popstate", read);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    render();
  });
  read();
})();
