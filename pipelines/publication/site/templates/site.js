"use strict";
// Tables sort by their heads and filter by a word or a list; without this script they are plain tables.
(() => {
  const plain = text => text.normalize("NFKC").toLowerCase().trim();

  const sortable = table => {
    new Tablesort(table);
    for (const head of table.tHead.rows[0].cells) {
      head.addEventListener("keydown", event => {
        if (event.key === " ") { event.preventDefault(); head.click(); }
      });
    }
  };

  const filterable = (table, tools) => {
    const rows = [...table.tBodies[0].rows];
    const texts = new Map(rows.map(row => [row, plain(row.textContent)]));
    const cellText = (row, column) => row.cells[column].textContent.trim();
    const word = tools.querySelector("input");
    const lists = [...tools.querySelectorAll("select")];
    const output = tools.querySelector("output");
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
    tools.addEventListener("input", show);
    show();
    tools.hidden = false;
  };

  for (const holder of document.querySelectorAll(".table")) {
    const table = holder.querySelector("table");
    const tools = holder.querySelector(".tools");
    sortable(table);
    if (tools) filterable(table, tools);
  }

  // A link into a closed part opens it.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
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
