// Where a number comes from: a card beside it, on hover, on focus, on a tap. The page is complete without it.
// What the keys in data-from stand for is loaded when a reader first asks; so are the patients behind it.
(() => {
  "use strict";

  const place = document.querySelector(".sb-where");
  if (!place) return;
  const folder = new URL("provenance/", document.currentScript.src);
  const article = place.closest(".bd-article") ?? document.body;
  const toggle = place.querySelector("button");
  const numbers = [...article.querySelectorAll("[data-from]")];
  const inSentence = numbers.filter((number) => number.tagName === "SPAN");
  const hovers = window.matchMedia("(hover: hover)");
  const DELAY = 350;

  const loaded = {};
  const load = (file) => (loaded[file] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(file, folder);
    script.onload = () => resolve(globalThis.provenance);
    script.onerror = reject;
    document.head.append(script);
  }));

  function element(name, text = "", attributes = {}) {
    const node = document.createElement(name);
    if (text) node.textContent = text;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  const link = (text, address) => element("a", text, { href: address });
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const plural = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

  // "0-3 7" is 0, 1, 2, 3 and 7.
  const places = (text) => text === "" ? [] : text.split(" ").flatMap((span) => {
    const [from, to] = span.split("-").map(Number);
    return Array.from({ length: (to ?? from) - from + 1 }, (_, at) => from + at);
  });

  // What a number is -----------------------------------------------------------------------------------

  // The headings of a cell, from the row's to the column's own: what a number is that has no other name.
  function headings(cell) {
    const left = cell.getBoundingClientRect();
    const middle = left.left + left.width / 2;
    const above = [...cell.closest("table").querySelectorAll("thead th")].filter((heading) => {
      const box = heading.getBoundingClientRect();
      return box.left <= middle && middle <= box.right;
    });
    const row = [...cell.parentElement.querySelectorAll("th")];
    return [...row, ...above].map((heading) => heading.innerText.replace(/\s+/g, " ").trim()).filter(Boolean);
  }

  // A percentage says all that its numerator beside it would say.
  function leading(names, accounts) {
    const within = new Set(names.flatMap((name) => (accounts[name].whole && accounts[name].parts) || []));
    const kept = names.filter((name) => !within.has(name));
    return kept.length ? kept : names;
  }

  function entry(list, term, ...parts) {
    if (!parts.some(Boolean)) return;
    const words = element("dd");
    words.append(...parts.filter(Boolean));
    list.append(element("dt", term), words);
  }

  const KINDS = {
    published: "printed in the article",
    determined: "not printed, but fixed by what the article prints",
    bounded: "left a range by what the article prints",
    illustrative: "left open by the article; an artefact of the reconstruction, not a finding",
  };
  const MARKS = { determined: "∴", bounded: "§", illustrative: "‡" };

  function standing([kind, ends, why, meaning]) {
    const words = element("span");
    words.append(element("strong", `${MARKS[kind] ?? ""}${capital(kind)}`), `: ${meaning || KINDS[kind]}.`);
    if (ends) words.append(` Between ${ends.replace(" to ", " and ")}.`);
    if (why) words.append(` ${capital(why)}${/[.!?]$/.test(why) ? "" : "."}`);
    return words;
  }

  // Claims that share a sentence of the article are one: it prints 30, and 57.7.
  function said(ids, data) {
    const [first] = ids.map((id) => data.claims[id]);
    const words = element("span");
    words.append(link(first.location, `${data.links.claims}#${ids[0]}`), `: “${first.quote}”`);
    const found = ids.map((id) => data.claims[id]);
    for (const verdict of new Set(found.map((claim) => claim.verdict))) {
      const alike = found.filter((claim) => claim.verdict === verdict);
      const computed = alike.map((claim) => claim.computed).filter(Boolean);
      words.append(` Prints ${alike.map((claim) => claim.printed).join(", ")}: `, element("strong", verdict));
      words.append(computed.length ? `; the data give ${computed.join(", ")}.` : ".");
    }
    return words;
  }

  // The place that the reader looks at comes first: a table's own claim in a table. The others fold.
  function claims(ids, data, inTable) {
    if (!ids.length) return null;
    const sentences = new Map();
    for (const id of ids) {
      const { location, quote } = data.claims[id];
      const name = `${location}|${quote}`;
      sentences.set(name, [...(sentences.get(name) ?? []), id]);
    }
    const ofTable = ([id]) => /Table|Fig/.test(data.claims[id].location) === inTable;
    const all = [...sentences.values()];
    const [first, ...others] = [...all.filter(ofTable), ...all.filter((one) => !ofTable(one))];
    const words = element("div");
    words.append(said(first, data));
    if (others.length) {
      const more = words.appendChild(element("details"));
      more.append(element("summary", others.length === 1 ? "One more place" : `${others.length} more places`));
      const list = more.appendChild(element("ul"));
      for (const one of others) list.appendChild(element("li")).append(said(one, data));
    }
    return words;
  }

  function ratio(account, data) {
    if (!account.whole) return "";
    const whole = (account.parts ?? [])[1];
    return `${account.part} of ${account.whole}${whole ? ` (${data.accounts[whole].label})` : ""}`;
  }

  function block(name, data, item, of, inTable) {
    const account = data.accounts[name];
    const list = element("dl");
    if (!of) entry(list, "Value", `${account.value} ${account.unit ?? ""}`.trim());
    entry(list, "Numerator and denominator", ratio(account, data));
    entry(list, "What is counted", account.counted ?? "");
    entry(list, "Rule", account.rule ? capital(account.rule) : "");
    if (!of && account.standing) entry(list, "How far it is fixed", standing(account.standing));
    const stated = new Set((of ? item.of : [name]).flatMap((part) => data.accounts[part].claims ?? []));
    stated.delete(item.claim);
    entry(list, "The article", claims([...stated], data, inTable));
    return [list, ...behind(name, data)];
  }

  // The patients and events behind it --------------------------------------------------------------------

  function behind(name, data) {
    const account = data.accounts[name];
    const found = (account.parts ?? []).slice(0, account.unit === "%" ? 1 : 2)
      .concat(name).filter((part) => data.accounts[part].behind);
    const nodes = [];
    for (const part of found) {
      const { events, patients } = data.accounts[part].behind;
      const number = events !== undefined ? plural(places(events).length, "event")
        : plural(new Set(places(patients)).size, "patient");
      const { unit, value } = data.accounts[part];
      const whose = events !== undefined && unit === "patients" ? `${plural(Number(value), "patient")} with ` : "";
      const details = element("details");
      details.append(element("summary", `Behind it: ${whose} ${number} of the synthetic data‡`));
      details.addEventListener("toggle", async () => {
        if (!details.open || details.children.length > 1) return;
        const { records } = await load("records.js");
        details.append(
          element("p", "‡ Synthetic: which patients these are, and when, is an artefact of the reconstruction."),
          rows(data.accounts[part].behind, records, data),
        );
      });
      nodes.push(details);
    }
    return nodes;
  }

  function patient(place, records, data) {
    const id = records.patients[place];
    return data.links.explorer ? link(id, `${data.links.explorer}#patient=${id}`) : id;
  }

  function rows(behind, records, data) {
    const events = behind.events !== undefined && places(behind.events);
    const patients = events ? [] : places(behind.patients);
    const number = behind.rows && places(behind.rows);
    const { values } = behind;
    const lines = events
      ? events.map((event) => [
        patient(records.of[event], records, data),
        ...records.events[event].map((value, column) => value === null ? "–"
          : records.texts.includes(column) ? capital(records.words[value].toLowerCase()) : String(value)),
      ])
      : patients.map((one, at) => [
        patient(one, records, data), ...(number ? [String(number[at])] : []), ...(values ? [String(values[at])] : []),
      ]);
    const heads = events ? ["Patient", ...records.headings]
      : ["Patient", ...(number ? ["Number"] : []), ...(values ? ["Value"] : [])];
    if (heads.length === 1) {
      const list = element("p", "", { class: "sb-origin-patients" });
      lines.forEach(([one], at) => list.append(...(at ? [", ", one] : [one])));
      return list;
    }
    const frame = element("div", "", { class: "sb-origin-rows", role: "region", tabindex: "0", "aria-label": "Synthetic rows" });
    const table = frame.appendChild(element("table"));
    const head = table.createTHead().insertRow();
    head.append(...heads.map((text) => element("th", text, { scope: "col" })));
    const body = table.createTBody();
    for (const line of lines) {
      const row = body.insertRow();
      line.forEach((one) => row.insertCell().append(one));
    }
    return frame;
  }

  // The card ----------------------------------------------------------------------------------------------

  const card = element("div", "", { id: "sb-origin", class: "sb-origin", role: "dialog", "aria-label": "Where this number comes from", tabindex: "-1", hidden: "" });
  const brief = element("div", "", { class: "sb-origin-brief", role: "status" });
  let shown = null;
  let pinned = false;
  let returning = false;
  let waiting;

  function fill(number, data) {
    const item = data.items[number.dataset.from];
    const cell = number.tagName === "TD";
    const of = leading(item.of ?? [], data.accounts);
    const plain = (name) => data.accounts[name].label.replace(/ \(%\)$/, "");
    const title = item.claim ? "Printed in the article"
      : of.length ? of.map(plain).join("; ")
        : item.label ?? (cell ? headings(number).join(" · ") : `“${item.name}” in the code`);
    const text = [...number.childNodes].map((node) => node.innerText ?? node.textContent).join("").trim();
    const list = element("dl");
    const close = element("button", "", { type: "button", class: "sb-origin-close", "aria-label": "Close" });
    close.addEventListener("click", () => hide(true));
    if (item.claim) entry(list, "The article", said([item.claim], data));
    if (item.claim && of.length) entry(list, "What it states", plain(of[0]));
    if (item.s[0]) entry(list, "How far it is fixed", standing(item.s));
    const made = (item.made ?? []).flatMap((name) => [
      element("h3", plain(name)), ...block(name, data, item, false, cell),
    ]);
    const foot = element("p", "", { class: "sb-origin-links" });
    if (item.code) foot.append(link("The code that computes it", item.code));
    for (const name of of) {
      const { explore } = data.accounts[name];
      if (explore) foot.append(link("These events in the explorer", `${data.links.explorer}#${explore}`));
    }
    card.replaceChildren(
      element("p", text, { class: "sb-origin-value" }), close, element("h2", title), list,
      ...of.flatMap((name, at) => [
        ...(at ? [element("h3", plain(name))] : []), ...block(name, data, item, true, cell),
      ]),
      ...(made.length ? [element("h3", "Made from", { class: "sb-origin-made" }), ...made] : []),
      foot,
    );
    return `${title}. ${capital(item.s[0] || "stated")}${item.s[1] ? `, ${item.s[1]}` : ""}. Enter opens the details.`;
  }

  // Below the number, above it where there is no room; on a narrow screen at its foot.
  function settle(number) {
    const narrow = document.documentElement.clientWidth < 600;
    card.classList.toggle("sheet", narrow);
    card.style.cssText = "";
    const target = number.querySelector(".sb-number") ?? number;
    const box = [...target.getClientRects()].at(-1) ?? target.getBoundingClientRect();
    if (narrow) {
      const hidden = box.bottom - (innerHeight - card.offsetHeight) + 16;
      // At once: a smooth scroll would not be over when what folds out asks again.
      if (hidden > 0) scrollBy({ top: hidden, behavior: "instant" });
      return;
    }
    const below = innerHeight - box.bottom - 16;
    const above = box.top - 16;
    const up = card.offsetHeight > below && above > below;
    const room = Math.max(up ? above : below, 160);
    card.style.maxHeight = `${room}px`;
    const left = Math.min(Math.max(box.left - 12, 8), document.documentElement.clientWidth - card.offsetWidth - 8);
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${(up ? box.top - 6 : box.bottom + 6) + scrollY}px`;
    card.style.transform = up ? "translateY(-100%)" : "none";
  }

  async function show(number, { pin = false, enter = false } = {}) {
    clearTimeout(waiting);
    if (shown !== number) {
      hide();
      shown = number;
    }
    const { page } = await load(`${place.dataset.page}.js`);
    if (shown !== number) return;
    if (card.hidden) {
      const words = fill(number, page);
      card.hidden = false;
      settle(number);
      if (!enter) brief.textContent = words;
    }
    number.classList.add("sb-asked");
    pinned ||= pin;
    if (enter) card.focus({ preventScroll: true });
  }

  function hide(back = false) {
    clearTimeout(waiting);
    const number = shown;
    card.hidden = true;
    brief.textContent = "";
    shown = null;
    pinned = false;
    number?.classList.remove("sb-asked");
    if (!back || !number) return;
    // Coming back is not asking again.
    returning = true;
    (focusable(number) ?? number).focus({ preventScroll: true });
    returning = false;
  }

  const later = (action, time) => {
    clearTimeout(waiting);
    waiting = setTimeout(action, time);
  };
  const asked = (target) => target instanceof Element ? target.closest("[data-from]") : null;
  const focusable = (number) => number.tagName === "TD" ? number.querySelector(".sb-number") : number;

  // Hover: after a moment, and for as long as the pointer is on the number or on the card ------------------

  article.addEventListener("pointerover", (event) => {
    const number = asked(event.target);
    if (!number || event.pointerType === "touch" || !hovers.matches || pinned) return;
    if (number === shown) clearTimeout(waiting);
    else later(() => show(number), DELAY);
  });
  article.addEventListener("pointerout", (event) => {
    if (event.pointerType === "touch" || !asked(event.target) || pinned) return;
    if (asked(event.relatedTarget) === asked(event.target) && asked(event.target)) return;
    if (shown?.contains(document.activeElement)) clearTimeout(waiting);
    else later(hide, 300);
  });
  card.addEventListener("pointerenter", () => clearTimeout(waiting));
  card.addEventListener("pointerleave", () => pinned || later(hide, 300));

  // A click or tap keeps the card until Escape, its button, or a click elsewhere ---------------------------

  document.addEventListener("click", (event) => {
    if (card.contains(event.target)) {
      pinned = true;
      if (event.target.closest(".sb-origin-links a")) hide();
      return;
    }
    const number = asked(event.target);
    const selecting = !getSelection().isCollapsed;
    if (number && article.contains(number) && !event.target.closest("a") && !selecting) {
      if (shown === number && pinned) hide();
      else show(number, { pin: true, enter: true });
    } else if (shown) {
      hide();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) {
      event.preventDefault();
      hide(card.contains(document.activeElement));
    } else if (event.key === "Tab" && card.contains(document.activeElement)) {
      leave(event);
    } else if (event.target.classList?.contains("sb-number")) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        show(asked(event.target), { pin: true, enter: true });
      } else {
        step(event);
      }
    }
  });

  // The card stands at the end of the page, but is read where its number is.
  function leave(event) {
    const stops = [...card.querySelectorAll("a, button, summary, [tabindex='0']")].filter((one) => one.offsetParent);
    const edge = event.shiftKey ? [card, stops[0]] : [stops.at(-1)];
    if (!edge.includes(document.activeElement)) return;
    event.preventDefault();
    hide(true);
  }

  article.addEventListener("focusin", (event) => {
    if (returning || !event.target.matches(".sb-number:focus-visible")) return;
    show(asked(event.target));
  });
  article.addEventListener("focusout", (event) => {
    if (event.target.classList.contains("sb-number") && !pinned && !card.contains(event.relatedTarget)) hide();
  });
  card.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !card.contains(event.relatedTarget) && asked(event.relatedTarget) !== shown) hide();
  });
  addEventListener("resize", () => shown && settle(shown));
  // What folds out may need more room, and must not hide the number on a narrow screen.
  card.addEventListener("toggle", () => shown && card.classList.contains("sheet") && settle(shown), true);

  // A table is one stop of the keyboard; arrows move between its numbers -----------------------------------

  const button = { role: "button", "aria-haspopup": "dialog", class: "sb-number" };

  function prepare(table) {
    const cells = [...table.querySelectorAll(":is(td, th)[data-from]")].filter((cell) => !cell.querySelector("a"));
    // The stop is the first number of the body; those of the headings are an arrow away.
    const stop = cells.find((cell) => cell.tagName === "TD") ?? cells[0];
    cells.forEach((cell) => {
      const inner = element("span", "", { ...button, tabindex: cell === stop ? "0" : "-1" });
      inner.append(...cell.childNodes);
      cell.append(inner);
    });
    const region = table.closest("[role=region]");
    if (!region || !cells.length) return;
    // A region that does not scroll sideways needs no stop of its own.
    const measure = () => region.setAttribute("tabindex", region.scrollWidth > region.clientWidth + 1 ? "0" : "-1");
    new ResizeObserver(measure).observe(region);
  }

  function step(event) {
    const cell = event.target.closest("td, th");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = [...cell.parentElement.querySelectorAll(".sb-number")];
    const at = row.indexOf(event.target);
    const next = {
      ArrowLeft: () => row[at - 1],
      ArrowRight: () => row[at + 1],
      Home: () => row[0],
      End: () => row.at(-1),
      ArrowUp: () => vertical(cell, -1),
      ArrowDown: () => vertical(cell, 1),
    }[event.key]?.();
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  function vertical(cell, direction) {
    const lines = [...cell.closest("table").rows];
    const middle = (one) => { const box = one.getBoundingClientRect(); return box.left + box.width / 2; };
    for (let at = lines.indexOf(cell.parentElement) + direction; lines[at]; at += direction) {
      const found = [...lines[at].querySelectorAll(".sb-number")];
      if (found.length) {
        const away = (one) => Math.abs(middle(one.closest("td, th")) - middle(cell));
        return found.reduce((best, one) => (away(one) < away(best) ? one : best));
      }
    }
    return undefined;
  }

  // The button marks the numbers, and makes those of the sentences stops of the keyboard --------------------

  function mark(on) {
    toggle.setAttribute("aria-pressed", on);
    article.classList.toggle("sb-numbers-marked", on);
    for (const number of inSentence) {
      if (on) {
        number.setAttribute("role", "button");
        number.setAttribute("aria-haspopup", "dialog");
        number.tabIndex = 0;
      } else {
        for (const name of ["role", "aria-haspopup", "tabindex"]) number.removeAttribute(name);
      }
      number.classList.toggle("sb-number", on);
    }
  }

  const KEY = "numbers-marked";
  function remember(on) {
    try { localStorage.setItem(KEY, on); } catch { /* Without storage the button works for this page. */ }
  }
  function recall() {
    try { return localStorage.getItem(KEY) === "true"; } catch { return false; }
  }

  toggle.addEventListener("click", () => {
    const on = toggle.getAttribute("aria-pressed") !== "true";
    mark(on);
    remember(on);
  });

  // Code that a link leads to is unfolded.
  function unfold() {
    const cell = /^#code-\d+$/.test(location.hash) && document.querySelector(location.hash);
    const details = cell && cell.querySelector("details.hide");
    if (details) details.open = true;
    if (cell) cell.scrollIntoView();
  }

  article.querySelectorAll("table").forEach(prepare);
  document.body.append(card, brief);
  place.hidden = false;
  mark(recall());
  addEventListener("hashchange", unfold);
  unfold();
})();
