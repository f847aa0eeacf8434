// Asks the scripts of the page what test_explorer_counts.py has put into `asked`, and leaves the answers as JSON.
const places = ({ options }, chosen) => chosen.map((name) => options.findIndex((one) => one.key === name));
const selected = (chosen) => Object.fromEntries(explorer.data.facets.filter(({ key }) => key in chosen)
  .map((facet) => [facet.key, places(facet, chosen[facet.key]).sort((a, b) => a - b)]));
const selections = asked.selections.map(selected);
const inColumns = (tell) => selections.map((selection) =>
  explorer.data.columns.map((column) => tell(explorer.data, selection, column)));

// An address gives back what was chosen.
function there(selection) {
  const text = explorer.format({ selection, by: "cycle", patient: "SYN-010" }, explorer.data, ["term", "cycle"]);
  const { state, ignored } = explorer.parse(text, explorer.data, ["term", "cycle"]);
  const sorted = (one) => JSON.stringify(Object.entries(one).sort());
  return ignored.length === 0 && state.by === "cycle" && state.patient === "SYN-010"
    && sorted(state.selection) === sorted(selection);
}

document.getElementById("answer").textContent = JSON.stringify({
  counts: inColumns((...where) => {
    const { atRisk, cycles, patients, events } = explorer.count(...where);
    return [atRisk, cycles, patients, events, explorer.ratio(patients, atRisk), explorer.ratio(events, cycles)];
  }),
  known: inColumns(explorer.known),
  ratios: asked.ratios.map(([part, whole]) => explorer.ratio(part, whole)),
  whole: asked.ratios.map(([part, whole]) => explorer.ratio(part, whole, { decimals: 0 })),
  harmless: asked.texts.map(explorer.harmless),
  csv: explorer.csv([["a", "b"], [asked.texts[0], asked.texts[10]], [null, 1.5]]),
  addresses: selections.map(there),
  strange: explorer.parse(asked.strange, explorer.data, ["term"]),
});
