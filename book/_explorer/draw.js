// Elements, and the plot of percentages. Text goes in as text, never as markup.
((explorer) => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }

  const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
  const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

  // One colour and shape per treatment, as in every figure of the book; hollow where the first period is not alone.
  const COLOURS = { IVIg: "var(--sb-colour-1, #0072b2)", Placebo: "var(--sb-colour-2, #d55e00)" };
  const look = (column) => ({
    colour: COLOURS[column.treatment] ?? COLOURS.IVIg,
    hollow: column.id !== "ivig_p1" && column.id !== "placebo_p1",
    shape: column.treatment === "Placebo" ? "square" : column.treatment === "IVIg" ? "circle" : "diamond",
  });

  function mark({ colour, hollow, shape }, x, y, size = 4) {
    const paint = {
      fill: hollow ? "var(--pst-color-background)" : colour, stroke: colour, "stroke-width": 1.6,
    };
    if (shape === "circle") return svg("circle", { cx: x, cy: y, r: size, ...paint });
    const half = shape === "square" ? size * 0.9 : size * 1.25;
    const points = shape === "square"
      ? [[-half, -half], [half, -half], [half, half], [-half, half]]
      : [[0, -half], [half, 0], [0, half], [-half, 0]];
    return svg("path", {
      d: `M${points.map(([dx, dy]) => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`).join("L")}Z`, ...paint,
    });
  }

  const symbol = (column) =>
    svg("svg", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true", class: "x-symbol" },
      mark(look(column), 7, 7));

  // A round number at or above what is shown, and the steps to it.
  function scale(largest) {
    const steps = [1, 2, 5, 10, 20, 25];
    const step = steps.find((one) => largest <= 4 * one) ?? 25;
    return { end: Math.max(step, Math.ceil(largest / step) * step), step };
  }

  // One line of the plot per line of the table, in it one mark per column at the percentage of patients.
  function chart(lines, columns, title, width) {
    const narrow = width < 520;
    const left = narrow ? 7 : 190;
    const right = 46;
    const gap = 13;
    const head = narrow ? 19 : 6;
    const height = head + columns.length * gap + 7;
    const percent = (count) => explorer.ratio(count.patients, count.atRisk);
    const values = lines.flatMap(({ counts }) => counts.map((count) => Number(percent(count)) || 0));
    const { end, step } = scale(Math.max(1, ...values));
    const x = (value) => left + ((width - left - right) * value) / end;
    const bottom = lines.length * height + 4;
    const told = lines.map(({ label, counts }) =>
      `${label}: ${columns.map((column, i) => `${column.label} ${percent(counts[i])}%`).join(", ")}`);
    const drawing = svg("svg", {
      viewBox: `0 0 ${width} ${bottom + 38}`, width, height: bottom + 38, role: "img", class: "x-chart",
      "aria-label": `${title}. ${told.join(". ")}.`,
    });
    for (let at = 0; at <= end; at += step) {
      drawing.append(
        svg("line", { x1: x(at), x2: x(at), y1: 0, y2: bottom, class: at ? "x-grid" : "x-axis" }),
        svg("text", { x: x(at), y: bottom + 15, "text-anchor": at ? "middle" : narrow ? "start" : "middle" }, `${at}`),
      );
    }
    drawing.append(
      svg("text", { x: narrow ? left : x(end / 2), y: bottom + 32, "text-anchor": narrow ? "start" : "middle" },
        "Percentage of the patients at risk"));
    lines.forEach(({ label, counts }, line) => {
      const top = line * height;
      const middle = top + head + ((columns.length - 1) * gap) / 2 + 6;
      drawing.append(narrow
        ? svg("text", { x: left, y: top + 14, class: "x-label" }, label)
        : svg("text", { x: left - 12, y: middle + 4, "text-anchor": "end", class: "x-label" }, short(label, 27)));
      columns.forEach((column, i) => {
        const text = percent(counts[i]);
        if (text === explorer.ABSENT) return;
        const y = top + head + i * gap + 6;
        const own = look(column);
        drawing.append(
          svg("line", { x1: x(0), x2: x(Number(text)), y1: y, y2: y, stroke: own.colour, "stroke-width": 1.6 }),
          mark(own, x(Number(text)), y),
          svg("text", { x: x(Number(text)) + 9, y: y + 4, class: "x-value" }, text),
        );
      });
    });
    return drawing;
  }

  const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

  Object.assign(explorer, { chart, el, look, mark, short, svg, symbol });
})(globalThis.explorer ??= {});
