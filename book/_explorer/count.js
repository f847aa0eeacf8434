// The rules of counting, as the book's Python has them (safetybook.estimands, results, rounding), and nothing
// else: no page, no state. A test compares the numbers with the engine's over a grid of filters.
//
// A selection maps a facet's key to the places of the options chosen; a facet that is left out admits
// everything, an empty list nothing. Exposure facets (treatment, period, cycle) restrict infusions and events
// alike, and so who is at risk; the others restrict events.
((explorer) => {
  "use strict";

  const ABSENT = "–"; // a percentage of nobody

  function both(one, other) {
    const found = { ...one };
    for (const [key, places] of Object.entries(other)) {
      found[key] = key in one ? one[key].filter((place) => places.includes(place)) : places;
    }
    return found;
  }

  // The rows of a table whose facets all have an option that was chosen, by their place.
  function rows(table, selection, keys) {
    const conditions = keys
      .filter((key) => key in selection)
      .map((key) => [table[key], new Set(selection[key])]);
    const found = [];
    for (let row = 0; row < table.patient.length; row += 1) {
      if (conditions.every(([column, places]) => places.has(column[row]))) found.push(row);
    }
    return found;
  }

  const keysOf = (data, side) => data.facets.filter((facet) => facet.side === side).map((facet) => facet.key);
  const distinct = (table, found) => new Set(found.map((row) => table.patient[row])).size;

  // Infusion cycles that a selection admits.
  const exposure = (data, selection) => rows(data.cycles, selection, keysOf(data, "exposure"));

  // Treatment-emergent events that a selection admits.
  const events = (data, selection) =>
    rows(data.events, selection, data.facets.map((facet) => facet.key)).filter((row) => data.events.emergent[row]);

  // What a column shows of a selection. A patient counts once, and is at risk if infused in the column.
  function count(data, selection, column) {
    const asked = both(column.where, selection);
    const infused = exposure(data, asked);
    const found = events(data, asked);
    return {
      atRisk: distinct(data.cycles, infused),
      cycles: infused.length,
      patients: distinct(data.events, found),
      events: found.length,
    };
  }

  // A decimal text of scale × part / whole, rounded half up. All steps are on whole numbers, which doubles hold
  // exactly, so that no tie is lost.
  function ratio(part, whole, { scale = 100, decimals = 1 } = {}) {
    if (whole === 0) return ABSENT;
    const doubled = 2 * scale * part * 10 ** decimals + whole;
    const units = (doubled - (doubled % (2 * whole))) / (2 * whole);
    const digits = String(units).padStart(decimals + 1, "0");
    return decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
  }

  // The selection again for each option of a facet that it admits: one line of a table each. Options without an
  // event in any column are left out where there are many of them.
  function split(data, selection, key, columns) {
    const facet = data.facets.find((one) => one.key === key);
    const admitted = selection[key] ?? facet.options.map((_, place) => place);
    const lines = admitted.map((place) => ({
      place,
      label: facet.options[place].label,
      counts: columns.map((column) => count(data, { ...selection, [key]: [place] }, column)),
    }));
    if (key !== "term") return lines;
    // As the book's tables of terms: the most patients in the last column first, then by the alphabet.
    const leading = columns.length - 1;
    return lines
      .filter(({ counts }) => counts.some(({ events: n }) => n > 0))
      .sort((a, b) => b.counts[leading].patients - a.counts[leading].patients || a.place - b.place);
  }

  // The columns that a selection leaves: not those without its treatment or period, and none that would repeat
  // another one because the selection has taken a period away.
  function columns(data, selection) {
    const left = data.columns.filter(({ where }) =>
      Object.entries(where).every(([key, places]) =>
        !(key in selection) || places.some((place) => selection[key].includes(place))));
    return left.filter((column) => {
      const period = selection.period;
      return "period" in column.where || !period || period.length > 1;
    });
  }

  // Where the book's knowledge of a count is kept: the column, then the facets of events.
  function address(data, selection, column) {
    const parts = keysOf(data, "event")
      .filter((key) => key in selection)
      .filter((key) => selection[key].length < data.facets.find((one) => one.key === key).options.length)
      .map((key) => `${key}=${[...selection[key]].sort((a, b) => a - b).join(",")}`)
      .sort();
    return [column.id, ...parts].join("/");
  }

  // What is known of wider filters in a column, with the filters read back from their addresses.
  const widerIn = new Map();
  function entries(data, column) {
    if (!widerIn.has(column.id)) {
      widerIn.set(column.id, Object.entries(data.known).filter(([key]) => key.split("/")[0] === column.id).map(([key, told]) => [
        key.split("/").slice(1).map((part) => part.split("="))
          .map(([name, places]) => [name, new Set(places.split(",").map(Number))]),
        told,
      ]));
    }
    return widerIn.get(column.id);
  }

  const isZero = (one) => one && (one.printed === "0" ? one.verdict === "reproduced" : one.low === 0 && one.high === 0);

  // What the book knows of the count: of single cycles nothing; where a wider filter has no event, neither has this.
  function known(data, selection, column) {
    const found = "cycle" in selection ? {} : data.known[address(data, selection, column)] ?? {};
    const none = { kind: "determined", low: 0, high: 0 };
    const wider = (conditions) =>
      conditions.every(([key, places]) => key in selection && selection[key].every((place) => places.has(place)));
    const empty = !(found.events && found.patients)
      && entries(data, column).some(([conditions, told]) => (isZero(told.events) || isZero(told.patients)) && wider(conditions));
    return empty ? { patients: none, events: none, ...found } : found;
  }

  Object.assign(explorer, { ABSENT, both, columns, count, events, exposure, known, ratio, split });
})(globalThis.explorer ??= {});
