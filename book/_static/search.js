// Searches the entries of search-index.js: chapters, sections, tables, figures, terms, and the claims of the
// article. A word is found at the beginning of a word, a number only as a whole. The words stand in the
// address, so that a search can be shared.
(() => {
  const form = document.querySelector(".bd-article form.bd-search");
  const status = document.getElementById("search-status");
  const examples = document.getElementById("search-examples");
  const results = document.getElementById("search-results");
  const FIRST = 20;
  const KINDS = { page: "Chapter", section: "Section", table: "Table", figure: "Figure", term: "Term", claim: "Claim" };
  const WEIGHTS = { page: 8, section: 3, table: 4, figure: 3, term: 6, claim: 0 };

  // Letters without accents, one kind of dash and quote: what a reader types finds what is printed. Each
  // character stays one character, so that places in the plain text are places in the text.
  const plain = (text) =>
    [...text].map((one) => {
      const bare = one.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
      return bare.length === one.length ? bare : one;
    }).join("").replace(/[\u2010-\u2015\u2212]/g, "-").replace(/[\u2018\u2019]/g, "'").replace(/[\u00a0\u2009\u202f]/g, " ");

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

  // 84 is no part of 840, 8.84 or 84.2; a word begins where a word begins.
  function pattern(word) {
    const number = /^[<>=]?\s?\d/.test(word);
    const before = number ? "(?<![\\p{L}\\d]|\\d[.,])" : "(?<![\\p{L}\\d])";
    return new RegExp(before + escaped(word) + (/\d$/.test(word) ? "(?!\\d|[.,]\\d)" : ""), "gu");
  }

  const entries = SEARCH_INDEX.flatMap(([address, found]) => {
    const page = found.find(([kind]) => kind === "page")[2];
    return found.map(([kind, anchor, title, text]) => ({
      kind, title, text, page, anchor,
      address: anchor ? `${address}#${anchor}` : address,
      plainTitle: plain(title), plainText: plain(text), name: plain(anchor),
    }));
  });

  // "Words in quotes" are one word.
  const words = (query) => [...plain(query).matchAll(/"([^"]+)"|[^\s"]+/g)].map(([all, quoted]) => quoted ?? all);

  const count = (text, sought) => [...text.matchAll(sought)].length;

  function score(entry, asked, patterns) {
    let sum = WEIGHTS[entry.kind];
    for (const [place, sought] of patterns.entries()) {
      const inTitle = count(entry.plainTitle, sought);
      const inText = count(entry.plainText, sought);
      const named = entry.name === asked[place] || (entry.kind === "claim" && entry.name.startsWith(asked[place]));
      if (!inTitle && !inText && !named) return 0;
      sum += (inTitle ? 12 : 0) + Math.min(inText, 6) + (entry.name === asked[place] ? 60 : 0);
      if (entry.plainTitle === asked[place]) sum += 30;
    }
    return sum + 1;
  }

  const make = (name, text = "", style = "") => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (style) made.className = style;
    return made;
  };

  // A text with the words found in it marked.
  function marked(element, text, patterns) {
    const ranges = patterns.flatMap((sought) => [...plain(text).matchAll(sought)].map((hit) => [hit.index, hit.index + hit[0].length]))
      .sort((a, b) => a[0] - b[0]);
    let at = 0;
    for (const [start, end] of ranges) {
      if (start < at) continue;
      element.append(text.slice(at, start), make("mark", text.slice(start, end)));
      at = end;
    }
    element.append(text.slice(at));
    return element;
  }

  // The words around the first one found.
  function excerpt(entry, patterns) {
    const places = patterns.map((sought) => entry.plainText.search(sought)).filter((place) => place >= 0);
    const first = places.length ? Math.min(...places) : 0;
    const start = first > 90 ? entry.text.indexOf(" ", first - 80) + 1 : 0;
    const end = entry.text.length > start + 240 ? entry.text.lastIndexOf(" ", start + 230) : entry.text.length;
    return (start ? "… " : "") + entry.text.slice(start, end) + (end < entry.text.length ? " …" : "");
  }

  function item(entry, patterns) {
    const line = make("li");
    const link = marked(make("a"), entry.title, patterns);
    link.href = entry.address;
    const heading = make("p", "", "sb-found");
    heading.append(link);
    const where = entry.kind === "claim" ? entry.anchor : entry.kind === "page" ? "" : entry.page;
    const kind = make("p", [KINDS[entry.kind], where].filter(Boolean).join(" · "), "sb-place");
    line.append(heading, kind);
    if (entry.text) line.append(marked(make("p"), excerpt(entry, patterns), patterns));
    return line;
  }

  function group(title, found, patterns) {
    if (!found.length) return;
    const list = make("ul", "", "sb-results");
    list.append(...found.slice(0, FIRST).map((entry) => item(entry, patterns)));
    results.append(make("h2", `${title} (${found.length})`), list);
    if (found.length <= FIRST) return;
    const more = make("button", `Show all ${found.length}`, "sb-more");
    more.type = "button";
    more.addEventListener("click", () => {
      const rest = found.slice(FIRST).map((entry) => item(entry, patterns));
      list.append(...rest);
      more.remove();
      rest[0].querySelector("a").focus();
    });
    results.append(more);
  }

  function show(query) {
    const asked = words(query);
    results.replaceChildren();
    status.textContent = "";
    examples.hidden = asked.length > 0;
    if (!asked.length) return;
    const patterns = asked.map(pattern);
    const found = entries.map((entry) => ({ entry, points: score(entry, asked, patterns) }))
      .filter(({ points }) => points > 0).sort((a, b) => b.points - a.points).map(({ entry }) => entry);
    status.textContent = found.length === 0 ? `Nothing holds “${query.trim()}”. A number is found only as it is printed, a word by its beginning.`
      : found.length === 1 ? "One place" : `${found.length} places`;
    group("In the chapters", found.filter(({ kind }) => kind !== "claim"), patterns);
    group("Claims of the article", found.filter(({ kind }) => kind === "claim"), patterns);
  }

  const input = form.elements.q;
  function recall() {
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    show(input.value);
  }

  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const state = input.value.trim() ? `?${new URLSearchParams({ q: input.value.trim() })}` : location.pathname;
      history.replaceState(null, "", state);
      show(input.value);
    }, 150);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); show(input.value); });
  window.addEventListener("popstate", recall);
  recall();
  input.focus();
})();
