// One synthetic patient on a time axis: infusion cycles with rate and dose, premedication, events.
((explorer) => {
  "use strict";
  const { el, svg, look, mark, short } = explorer;

  const WEEK = 7;
  const week = (days) => days / WEEK;
  const rowsOf = (table, patient) => table.patient.flatMap((one, row) => (one === patient ? [row] : []));
  const treatmentOf = (data, row) => data.facets.find(({ key }) => key === "treatment")
    .options[data.cycles.treatment[row]].label;
  const column = (treatment) => ({ treatment, id: treatment === "Placebo" ? "placebo_p1" : "ivig_p1" });
  const option = (data, key, place) => data.facets.find((facet) => facet.key === key).options[place].label;
  const related = (data, row) => ["probable", "possible"].includes(option(data, "relation", data.events.relation[row]));
  const plural = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

  function drugs(data, patient) {
    const found = new Map();
    for (const row of rowsOf(data.premedication, patient)) {
      const cycle = data.premedication.cycle[row];
      found.set(cycle, [...(found.get(cycle) ?? []), data.premedication.drug[row]]);
    }
    return found;
  }

  // What an event is, in words that stand beside its mark and in the table.
  function kinds(data, row) {
    return [
      ...["serious", "infusional", "thromboembolic"].filter((key) => option(data, key, data.events[key][row]) === "yes"),
      ...(option(data, "action", data.events.action[row]) === "drug withdrawn" ? ["drug withdrawn"] : []),
    ];
  }

  function axis(data, patient, width) {
    const { cycles, events } = data;
    const given = rowsOf(cycles, patient);
    const suffered = rowsOf(events, patient);
    const premedicated = drugs(data, patient);
    const last = Math.max(...given.map((row) => cycles.end[row]), ...suffered.map((row) => events.end[row] ?? events.start[row]));
    const weeks = Math.max(16, Math.ceil(week(last) / 4) * 4);
    const left = 12;
    const right = 12;
    const x = (days) => left + ((width - left - right) * week(days)) / weeks;
    const narrow = width < 560;
    const top = 22;
    const tall = 56;
    const base = top + 16 + tall;
    const fastest = Math.max(...data.cycles.rate);
    const pre = base + 36;
    const start = pre + (premedicated.size ? 26 : 8) + 22;
    const step = 19;
    const bottom = start + suffered.length * step + 2;
    const parts = [];
    const text = (at, y, words, extra = {}) => svg("text", { x: at, y, ...extra }, words);

    for (let at = 0; at <= weeks; at += narrow ? 8 : 4) {
      parts.push(
        svg("line", { x1: x(at * WEEK), x2: x(at * WEEK), y1: top, y2: bottom, class: "x-grid" }),
        text(x(at * WEEK), bottom + 15, `${at}`, { "text-anchor": at ? "middle" : "start" }),
      );
    }
    parts.push(
      text(left, bottom + 32, "Weeks since the first infusion"),
      text(left, 13, "Highest rate (mL/kg/min); dose (g/kg) below", { class: "x-label" }),
      svg("line", { x1: left, x2: width - right, y1: base, y2: base, class: "x-axis" }),
    );
    const bar = Math.max(6, (x(28) - x(0)) * 0.2);
    for (const row of given) {
      const own = look(column(treatmentOf(data, row)));
      const size = (tall * (cycles.rate[row] ?? 0)) / fastest;
      const placebo = treatmentOf(data, row) === "Placebo";
      const middle = x(cycles.start[row]) + bar / 2;
      parts.push(
        svg("rect", {
          x: x(cycles.start[row]), y: base - size, width: bar, height: size, stroke: own.colour, "stroke-width": 1.4,
          fill: placebo ? "var(--pst-color-background)" : own.colour,
        }),
        text(middle, base - size - 4, rate(cycles.rate[row]), { "text-anchor": "middle", class: "x-value" }),
        text(middle, base + 15, placebo ? "0" : cycles.dose[row].toFixed(1), { "text-anchor": "middle", class: "x-value" }),
      );
      if (premedicated.has(cycles.cycle[row] + 1)) {
        parts.push(svg("path", { d: `M${middle - 5} ${pre + 12}h10l-5 -9z`, class: "x-ink" }));
      }
    }
    if (premedicated.size) parts.push(text(left, pre - 3, "Premedication", { class: "x-label" }));
    parts.push(text(left, start - 9, suffered.length ? "Events, from onset to resolution" : "No event", { class: "x-label" }));
    suffered.forEach((row, line) => {
      const y = start + line * step + 6;
      const from = x(events.start[row]);
      const open = events.end[row] === null;
      const to = open ? width - right : x(events.end[row]);
      const own = { ...look(column(option(data, "treatment", events.treatment[row]))), hollow: !related(data, row) };
      const words = [option(data, "term", events.term[row]), option(data, "intensity", events.intensity[row]),
        ...kinds(data, row).filter((kind) => kind !== "infusional")].join(", ");
      const after = Math.max(to, from + 5) + 6;
      const room = (width - right - after) / 6.6;
      parts.push(
        svg("line", { x1: from, x2: to, y1: y, y2: y, stroke: own.colour, "stroke-width": 2, "stroke-dasharray": open ? "4 3" : null }),
        mark(own, from, y),
        room > Math.min(words.length, 18) && !open
          ? text(after, y + 4, short(words, Math.floor(room)), { class: "x-value" })
          : text(from - 9, y + 4, short(words, Math.max(8, Math.floor((from - left) / 6.6))), { class: "x-value", "text-anchor": "end" }),
      );
    });
    const told = [
      `Time axis of synthetic patient ${data.patients[patient].id} over ${weeks} weeks`,
      ...given.map((row) => `cycle ${cycles.cycle[row] + 1} in week ${Math.round(week(cycles.start[row]))}: `
        + `${treatmentOf(data, row)}, highest rate ${rate(cycles.rate[row])} mL/kg/min`),
      ...suffered.map((row) => `${option(data, "term", events.term[row])} in week ${Math.round(week(events.start[row]))}`),
    ];
    return svg("svg", {
      viewBox: `0 0 ${width} ${bottom + 38}`, width, height: bottom + 38, role: "img", class: "x-chart",
      "aria-label": `${told.join("; ")}. The tables below say the same.`,
    }, parts);
  }

  const rate = (value) => (value === null ? explorer.ABSENT : value.toFixed(2));

  function facts(data, patient) {
    const one = data.patients[patient];
    return [
      `${one.sex === "F" ? "Woman" : "Man"} of ${one.age} years, randomised to ${one.arm === "IVIg" ? "IVIg" : "placebo"}`,
      one.switched === "Y" ? "switched treatment in the first period" : "",
      one.status === "COMPLETED" ? "completed the study" : one.reason ? `left the study: ${one.reason.toLowerCase()}` : "left the study",
      one.article ? `stands for patient ${one.article} of the article` : "",
    ].filter(Boolean).join("; ");
  }

  function table(caption, heads, body) {
    return el("div", { class: "sb-block" },
      el("div", { class: "sb-table", role: "region", tabindex: 0, "aria-label": caption },
        el("table", { class: "dataframe sb" },
          el("caption", {}, caption),
          el("thead", {}, el("tr", {}, heads.map(([head, kind]) => el("th", { scope: "col", class: kind }, head)))),
          el("tbody", {}, body.map((cells) => el("tr", {},
            cells.map((cell, i) => (i ? el("td", { class: heads[i][1] ?? "num" }, cell) : el("th", { scope: "row" }, cell)))))))));
  }

  function tables(data, patient) {
    const { cycles, events } = data;
    const premedicated = drugs(data, patient);
    const given = rowsOf(cycles, patient).map((row) => [
      `${cycles.cycle[row] + 1}`, treatmentOf(data, row), cycles.start[row].toFixed(1), `${cycles.days[row]}`,
      cycles.dose[row].toFixed(1), rate(cycles.rate[row]), (premedicated.get(cycles.cycle[row] + 1) ?? []).join(", "),
    ]);
    const suffered = rowsOf(events, patient).map((row) => [
      option(data, "term", events.term[row]), `${events.cycle[row] + 1}`, events.start[row].toFixed(1),
      events.duration[row] === null ? explorer.ABSENT : `${events.duration[row]}`,
      option(data, "intensity", events.intensity[row]), option(data, "relation", events.relation[row]),
      kinds(data, row).join(", "), events.words.outcome[events.outcome[row]],
    ]);
    return [
      table(`Infusion cycles of synthetic patient ${data.patients[patient].id}`, [
        ["Cycle"], ["Treatment", "text"], ["Day of start"], ["Days"], ["Dose (g/kg)"], ["Highest rate (mL/kg/min)"],
        ["Premedication", "text"]], given),
      suffered.length ? table(`Adverse events of synthetic patient ${data.patients[patient].id}`, [
        ["Term"], ["Cycle"], ["Day of onset"], ["Days"], ["Intensity", "text"], ["Relation", "text"], ["Kind", "text"],
        ["Outcome", "text"]], suffered) : null,
    ];
  }

  // The drawer. `go` is told which patient to show next, or null when it is closed.
  function drawer(data, go) {
    const title = el("h2", { id: "x-patient", tabindex: -1 });
    const body = el("div", { class: "x-drawer-body" });
    const step = (by) => () => go(data.patients[(shown + by + data.patients.length) % data.patients.length].id);
    const dialog = el("dialog", { class: "x-drawer", "aria-labelledby": "x-patient" },
      el("div", { class: "x-drawer-head" }, title,
        el("div", { class: "x-buttons" },
          el("button", { type: "button", on: { click: step(-1) } }, "Previous"),
          el("button", { type: "button", on: { click: step(1) } }, "Next"),
          el("button", { type: "button", on: { click: () => go(null) } }, "Close"))),
      body);
    // Escape, and a click beside the drawer.
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); go(null); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) go(null); });
    let shown = 0;
    let opener = null;

    function show(id) {
      if (id === null) {
        if (!dialog.open) return;
        dialog.close();
        const back = opener?.isConnected ? opener : document.querySelector(`[data-patient="${data.patients[shown].id}"]`);
        (back ?? document.getElementById("x-status"))?.focus();
        return;
      }
      shown = data.patients.findIndex((one) => one.id === id);
      title.replaceChildren("Synthetic patient ", data.patients[shown].id);
      if (!dialog.open) {
        opener = document.activeElement === document.body ? null : document.activeElement;
        dialog.showModal();
      }
      const number = rowsOf(data.events, shown).length;
      body.replaceChildren(
        el("p", {}, `${facts(data, shown)}. ${plural(rowsOf(data.cycles, shown).length, "infusion cycle")}, ${plural(number, "event")}.`),
        el("p", { class: "sb-note" }, "A patient of the reconstruction, not of the trial: it agrees with the article, "
          + "and says nothing about anyone beyond it."),
        el("div", { class: "x-figure" }, axis(data, shown, Math.min(900, Math.max(300, body.clientWidth)))),
        el("p", { class: "sb-note x-key" },
          "Filled bars are IVIg, hollow ones placebo. Filled marks are events possibly or probably related to the "
          + "study drug, hollow ones others; circles on IVIg, squares on placebo. A dashed line did not resolve. "
          + "A triangle is a premedicated cycle."),
        ...tables(data, shown).filter(Boolean),
      );
      dialog.scrollTop = 0;
      title.focus();
    }

    return { dialog, show };
  }

  Object.assign(explorer, { drawer, kinds, plural });
})(globalThis.explorer ??= {});
