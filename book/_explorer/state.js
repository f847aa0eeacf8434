// What is chosen, as the address has it, and rows as the text of a file: texts in, texts out, no page.
((explorer) => {
  "use strict";

  // The address after the hash: #relation=probable,possible&by=intensity&patient=SYN-010
  function parse(text, data, splits) {
    const state = { selection: {}, by: splits[0], patient: null };
    const ignored = [];
    for (const [key, value] of new URLSearchParams(text)) {
      const facet = data.facets.find((one) => one.key === key);
      if (facet) {
        const places = [];
        for (const name of value.split(",")) {
          const place = facet.options.findIndex((option) => option.key === name);
          if (place === -1) ignored.push(`${key}=${name}`);
          else if (!places.includes(place)) places.push(place);
        }
        if (places.length) state.selection[key] = places.sort((a, b) => a - b);
      } else if (key === "by" && splits.includes(value)) {
        state.by = value;
      } else if (key === "patient" && data.patients.some(({ id }) => id === value)) {
        state.patient = value;
      } else {
        ignored.push(value ? `${key}=${value}` : key);
      }
    }
    return { state, ignored };
  }

  function format({ selection, by, patient }, data, splits) {
    const parts = data.facets
      .filter(({ key }) => selection[key]?.length)
      .map(({ key, options }) => `${key}=${selection[key].map((place) => options[place].key).join(",")}`);
    if (by !== splits[0]) parts.push(`by=${by}`);
    if (patient) parts.push(`patient=${patient}`);
    return parts.join("&");
  }

  // No spreadsheet may take a text for a formula; the same rule as for the book's other files
  // (safetybook.spreadsheets.harmless).
  function harmless(text) {
    if (/^[-+−]?\d+(?:\.\d+)?$/.test(text)) return text;
    return /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  }

  // RFC 4180, with the mark by which Excel knows UTF-8.
  function csv(table) {
    const cell = (value) => {
      const text = harmless(value === null || value === undefined ? "" : String(value));
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return `\ufeff${table.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
  }

  Object.assign(explorer, { csv, format, harmless, parse });
})(globalThis.explorer ??= {});
