"use strict";
// Tables sort by their heads, filter by a word or a list, and are saved as CSV; charts answer to the pointer and are
// saved. Without this script tables are plain tables and charts plain pictures.
(() => {
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  const plain = text => text.normalize("NFKC").toLowerCase().trim();
  const NOTHING = ["", "—"];

  // Saving
  const save = (name, content, type) => {
    const link = document.createElement("a");
    link.href = type ? URL.createObjectURL(new Blob([content], { type })) : content;
    link.download = name.replace(/[^\w.-]+/g, "-");
    link.click();
  };
  // A text that a spreadsheet would take for a formula is marked as text.
  const quoted = value => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = rows => "\ufeff" + rows.map(row => row.map(quoted).join(",")).join("\r\n") + "\r\n";

  const cellValue = cell => {
    const text = [...cell.childNodes].filter(node => !node.classList?.contains("note"))
      .map(node => node.textContent).join("").trim();
    if (NOTHING.includes(text)) return "";
    return cell.dataset.sort && /^-?[\d,.]+%?$/.test(text) ? Number(cell.dataset.sort) : text;
  };
  const saveTable = (holder, table) => {
    const heads = [...table.tHead.rows[0].cells].map(head => head.textContent.trim());
    const rows = [...table.tBodies[0].rows].filter(row => !row.hidden).map(row => [...row.cells].map(cellValue));
    save(`${holder.id}.csv`, csv([heads, ...rows]), "text/csv");
  };

  // What is chosen in a table stands in the address: #table?q=word&c3=choice&sort=4&down=1
  const address = () => {
    const [id, query = ""] = location.hash.slice(1).split("?");
    return [decodeURIComponent(id), new URLSearchParams(query)];
  };
  const remember = (holder, word, lists, heads) => {
    const kept = new URLSearchParams();
    if (word?.value) kept.set("q", word.value);
    for (const list of lists) if (list.value) kept.set(`c${list.dataset.column}`, list.value);
    const sorted = heads.findIndex(head => head.hasAttribute("aria-sort"));
    if (sorted >= 0) kept.set("sort", sorted);
    if (sorted >= 0 && heads[sorted].getAttribute("aria-sort") === "descending") kept.set("down", 1);
    const query = kept.toString();
    history.replaceState(null, "", `#${encodeURIComponent(holder.id)}${query && "?" + query}`);
  };

  const lively = holder => {
    const table = holder.querySelector("table");
    const tools = holder.querySelector(".tools");
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    const word = tools.querySelector("input");
    const lists = [...tools.querySelectorAll("select")];
    const output = tools.querySelector("output");
    const texts = new Map(rows.map(row => [row, plain(row.textContent)]));
    const cellText = (row, column) => row.cells[column].textContent.trim();

    new Tablesort(table);
    for (const head of heads) {
      head.addEventListener("keydown", event => {
        if (event.key === " ") { event.preventDefault(); head.click(); }
      });
    }
    for (const list of lists) {
      const values = new Set(rows.map(row => cellText(row, list.dataset.column)));
      for (const value of [...values].sort((a, b) => a.localeCompare(b, document.documentElement.lang))) {
        list.add(new Option(value, value));
      }
    }
    const show = () => {
      const words = plain(word.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const fits = words.every(part => texts.get(row).includes(part))
          && lists.every(list => !list.value || cellText(row, list.dataset.column) === list.value);
        row.hidden = !fits;
        shown += fits;
      }
      output.textContent = output.dataset.form.replace("{n}", shown).replace("{all}", rows.length);
    };
    const restore = () => {
      const [id, kept] = address();
      if (id !== holder.id) return;
      const sorted = heads[kept.get("sort") ?? -1];
      const wanted = kept.get("down") ? "descending" : "ascending";
      for (let turn = 0; sorted && sorted.getAttribute("aria-sort") !== wanted && turn < 2; turn++) sorted.click();
      if (word) {
        word.value = kept.get("q") ?? "";
        for (const list of lists) list.value = kept.get(`c${list.dataset.column}`) ?? "";
        show();
      }
      const closed = holder.closest("details");
      if (closed) closed.open = true;
      holder.scrollIntoView();
    };
    if (word) {
      tools.addEventListener("input", () => { show(); remember(holder, word, lists, heads); });
      show();
    }
    tools.querySelector("[data-save]").addEventListener("click", () => saveTable(holder, table));
    tools.hidden = false;
    if (location.hash) restore();
    addEventListener("hashchange", restore);
    table.addEventListener("afterSort", () => remember(holder, word, lists, heads));
  };
  for (const holder of document.querySelectorAll(".table")) lively(holder);

  // Charts: the runtime of Vega is loaded for the first of them that is pointed at or saved.
  let loaded;
  const vega = () => loaded ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = folder + "vega.js";
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  const answering = async figure => {
    if (figure.dataset.isLive) return;
    figure.dataset.isLive = "yes";
    await vega();
    const holder = document.createElement("div");
    const options = { renderer: "svg", actions: false, defaultStyle: false };
    await vegaEmbed(holder, JSON.parse(figure.dataset.spec), options);
    const old = figure.querySelector("svg");
    const fresh = holder.querySelector("svg");
    for (const name of ["role", "aria-labelledby", "aria-describedby"]) fresh.setAttribute(name, old.getAttribute(name));
    fresh.removeAttribute("width");
    fresh.removeAttribute("height");
    fresh.prepend(...old.querySelectorAll(":scope > title, :scope > desc"));
    figure.querySelector(".picture").replaceChildren(holder);
  };
  const inLines = (text, most) => {
    const lines = [""];
    let room = most;
    for (const part of text.match(/[\x21-\xff]+\s*|./gu) ?? []) {
      const width = [...part].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);
      if (width > room) { lines.push(""); room = most; }
      lines[lines.length - 1] += part;
      room -= width;
    }
    return lines;
  };
  // A picture that leaves the page takes along what stands around it there.
  const drawn = async figure => {
    await vega();
    const spec = JSON.parse(figure.dataset.spec);
    delete spec.config.axis;
    Object.assign(spec, {
      autosize: { type: "pad" }, padding: 18, background: "#ffffff",
      title: {
        text: inLines(figure.querySelector(".self").textContent, 64), anchor: "start", frame: "bounds", fontSize: 16,
        subtitle: [figure.dataset.about, figure.dataset.source].flatMap(text => inLines(text, 84)), subtitleFontSize: 12,
        offset: 14,
      },
    });
    const { view } = await vegaEmbed(document.createElement("div"), spec, { renderer: "svg", actions: false, defaultStyle: false });
    return view;
  };
  const saveChart = {
    csv: figure => {
      const spec = JSON.parse(figure.dataset.spec);
      const columns = Object.entries(spec.usermeta.columns);
      const rows = spec.data.values.map(row => columns.map(([field]) => row[field]));
      const foot = [figure.querySelector(".self").textContent, figure.dataset.about, figure.dataset.source];
      save(`${figure.id}.csv`, csv([columns.map(([, title]) => title), ...rows, [], ...foot.map(text => [text])]), "text/csv");
    },
    svg: async figure => save(`${figure.id}.svg`, await (await drawn(figure)).toSVG(), "image/svg+xml"),
    png: async figure => save(`${figure.id}.png`, await (await drawn(figure)).toImageURL("png", 2)),
  };
  for (const figure of document.querySelectorAll("figure[data-spec]")) {
    figure.addEventListener("pointerenter", () => answering(figure), { once: true });
    for (const button of figure.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => saveChart[button.dataset.save](figure));
    }
    figure.querySelector(".save").hidden = false;
  }

  // A link into a closed part opens it.
  const open = () => {
    const [id] = address();
    const target = id && document.getElementById(id);
    const details = target && target.closest("details");
    if (details) { details.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", open);
  open();

  // What is closed on the screen is printed all the same.
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) { details.open = true; closed.push(details); }
  });
  addEventListener("afterprint", () => { while (closed.length) closed.pop().open = false; });
})();
