"use strict";
// The search box of every page and the page of what was found. Names are read once they are asked for, as a script,
// so that it works from disk. Without this script the box leads to the page of what was found, which says so.
const ceping = window.ceping = (() => {
  const kept = {};
  const waiting = {};
  const plain = text => String(text ?? "").normalize("NFKC").toLowerCase().trim();
  const form = document.querySelector("form.find");
  const root = form ? form.dataset.root : "";
  const pages = form ? form.dataset.pages : "";
  const isChinese = document.documentElement.lang.startsWith("zh");
  const of = names => names ? (isChinese ? names[0] : names[1] || names[0]) : "";

  // A data file calls this with what it holds.
  const take = (kind, value) => {
    kept[kind] = kind === "cards" ? { ...kept.cards, ...value } : value;
  };
  const read = (file, kind) => waiting[file] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}cards/${file}.js`;
    script.onload = () => resolve(kept[kind]);
    script.onerror = () => reject(new Error(script.src));
    document.head.append(script);
  });

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter(child => child !== null && child !== undefined && child !== ""));
    return element;
  };
  const say = (key, values = {}) =>
    of(kept.frame.words[key]).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const label = (kind, code) => of(kept.frame.labels[kind]?.[code]) || code || "";

  // The divisions a code lies in, from the province down: each its code, names, division above, and whether it has a page.
  const placesOf = code => {
    const places = [];
    for (let at = code; at && at !== "000000" && kept.names.regions[at]; at = kept.names.regions[at][2]) {
      places.unshift([at, ...kept.names.regions[at]]);
    }
    return places;
  };
  const textOf = code => placesOf(code).map(([at, zh, en]) => `${at} ${zh} ${en ?? ""}`).join(" ");
  const cardAddress = id => `${root}${pages}card.html?s=${encodeURIComponent(id).replaceAll("%3A", ":")}`;
  const regionAddress = code => `${root}${pages}regions/${code}.html`;

  // Each entry with the text it is found by.
  let entries = null;
  const listed = () => entries ??= [
    ...Object.entries(kept.names.regions).filter(([, region]) => region[3]).map(([code, region]) => ({
      address: regionAddress(code), name: of(region), note: say("region_page"),
      text: plain(textOf(code)), sort: plain(region[0]), isRegion: true,
    })),
    ...kept.names.subjects.map(([id, name, kind, level, code]) => {
      const place = placesOf(code).map(([, zh, en]) => of([zh, en])).join(" ");
      const told = [label("subject_kind", kind), label("group", level), place].filter(Boolean).join(" · ");
      return { id, name, address: cardAddress(id), note: told, text: plain(`${id} ${name} ${kind} ${told} ${textOf(code)}`), sort: plain(name) };
    }),
  ];
  const search = query => {
    const words = plain(query).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const rank = entry => entry.sort === words.join(" ") || entry.id === query ? 0
      : entry.sort.startsWith(words[0]) ? (entry.isRegion ? 1 : 2) : entry.isRegion ? 3 : 4;
    return listed().filter(entry => words.every(word => entry.text.includes(word)))
      .map((entry, order) => [rank(entry), order, entry]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([, , entry]) => entry);
  };
  const ready = () => Promise.all([read("frame", "frame"), read("names", "names")]);
  const item = entry => make("li", {}, make("a", { href: entry.address, lang: entry.isRegion ? null : "zh-CN" }, entry.name),
    " ", make("span", { class: "note" }, entry.note));

  const SUGGESTED = 8, SHOWN = 200;
  const suggest = () => {
    const input = form.querySelector("input");
    const list = form.querySelector("ul");
    const output = form.querySelector("output");
    const hide = () => { list.hidden = true; };
    const show = async () => {
      if (!input.value.trim()) { hide(); output.textContent = ""; return; }
      await ready();
      const found = search(input.value);
      list.replaceChildren(...found.slice(0, SUGGESTED).map(item));
      list.hidden = !found.length;
      output.textContent = found.length ? say("found", { count: found.length }) : say("nothing_found");
    };
    input.addEventListener("focus", () => { ready().catch(() => {}); });
    input.addEventListener("input", () => { show().catch(() => {}); });
    form.addEventListener("keydown", event => {
      const links = [...list.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "Escape") { hide(); input.focus(); }
      if (event.key === "ArrowDown" && !list.hidden) { event.preventDefault(); (links[at + 1] ?? links[0]).focus(); }
      if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (links[at - 1] ?? input).focus(); }
    });
    document.addEventListener("click", event => { if (!form.contains(event.target)) hide(); });
  };

  const foundPage = async holder => {
    const query = new URLSearchParams(location.search).get("q") ?? "";
    form.querySelector("input").value = query;
    if (!query.trim()) { form.querySelector("input").focus(); return; }
    await ready();
    const found = search(query);
    const told = found.length > SHOWN ? say("found_more", { count: found.length, shown: SHOWN })
      : found.length ? say("found", { count: found.length }) : say("nothing_found");
    holder.replaceChildren(make("p", { role: "status" }, told), make("ul", { class: "found" }, ...found.slice(0, SHOWN).map(item)));
  };

  if (form) suggest();
  const holder = document.getElementById("found");
  if (form && holder) foundPage(holder).catch(() => {});
  return { take, read, ready, make, say, label, of, placesOf, cardAddress, regionAddress, search, kept, root, pages };
})();
