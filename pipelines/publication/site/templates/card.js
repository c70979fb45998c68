"use strict";
// Shows a card, or several side by side, from the data of the release; texts from data only ever become text.
(() => {
  const { make, say, label, of, kept } = ceping;
  const holder = document.getElementById("card");
  const NONE = "—";
  const LEAST = 0.0005;
  // Of a node, in the order in which the data hold them.
  const [CODE, SCORE, USED, WEIGHTED, SHARE, RAW, WHY, IMPUTED, VETOED, CHANGE, NEEDED, SIZE, ERROR, EVIDENCE] = Array(14).keys();

  // Of two equally near hundredths the even one, as all other pages have it.
  const points = value => {
    if (value === null || value === undefined) return NONE;
    const below = Math.floor(value * 100);
    return Math.abs(value * 8) % 2 === 1 ? ((below % 2 ? below + 1 : below) / 100).toFixed(2) : value.toFixed(2);
  };
  const percent = value => value === null || value === undefined ? NONE : `${(value * 100).toFixed(1)}%`;
  const digits = value => value === null || value === undefined ? NONE : String(Number(value.toPrecision(6)));
  const count = value => value === null || value === undefined ? NONE : value.toLocaleString("en");
  const indexOf = code => kept.frame.indices[code] ?? { names: [code, code], nodes: {}, page: "" };
  const nodeOf = (index, code) => indexOf(index).nodes[code] ?? { names: [code, code] };
  const className = code => label("rank_class", code) !== code ? label("rank_class", code)
    : label("group", code) !== code ? label("group", code) : label("subject_kind", code);

  // The table: a head of columns, rows of cells; a cell is a text, an element or a list of them.
  const table = (caption, heads, rows, extra = {}) => {
    const content = value => Array.isArray(value) ? value : [value ?? NONE];
    const isEmpty = value => value === "" || Array.isArray(value) && !value.length;
    const cell = (value, index) => make("td", { role: "cell", class: [heads[index].css, isEmpty(value) && "empty"].filter(Boolean).join(" ") || null, "data-label": heads[index].text }, ...content(value));
    const line = row => make("tr", { role: "row" }, make("th", { role: "rowheader", scope: "row", class: row.class }, ...content(row.cells[0])),
      ...row.cells.slice(1).map((value, index) => cell(value, index + 1)));
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption },
      make("table", { class: ["stacked", extra.class].filter(Boolean).join(" "), role: "table" },
        make("caption", { class: "away" }, caption),
        make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads.map(head => make("th", { role: "columnheader", scope: "col", class: head.css }, head.text)))),
        make("tbody", { role: "rowgroup" }, ...rows.map(line))));
  };
  const head = (key, css = null) => ({ text: say(key), css });
  const svg = (name, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // A score as a bar from 0 to 100 over the quartiles of its class, with their median as a line.
  const bar = (score, spread) => {
    const told = say("bar_text", { score: points(score), median: points(spread?.[1]), low: points(spread?.[0]), high: points(spread?.[2]) });
    const drawn = svg("svg", { viewBox: "0 0 100 12", class: "meter", role: "img", "aria-label": told, preserveAspectRatio: "none" });
    drawn.append(svg("rect", { x: 0, y: 0, width: 100, height: 12, class: "ground" }));
    if (spread) drawn.append(svg("rect", { x: spread[0], y: 0, width: Math.max(spread[2] - spread[0], 0.5), height: 12, class: "spread" }));
    if (score !== null) drawn.append(svg("rect", { x: 0, y: 3.5, width: Math.max(score, 0.3), height: 5, class: "score" }));
    if (spread) drawn.append(svg("rect", { x: spread[1] - 0.4, y: 0, width: 0.8, height: 12, class: "median" }));
    return drawn;
  };

  const spreadOf = (index, node) => kept.frame.spreads[index.index_code]?.[index.rank_class]?.[node];
  const standing = index => index.subject_rank === null ? say("unranked", { reason: label("null_reason", index.unranked_reason) })
    : [say("rank_of", { rank: count(index.subject_rank), count: count(index.ranked_count) }), index.tied_count > 1 ? ` ${say("tied", { count: index.tied_count })}` : ""].join("");
  const spanOf = span => span && span[0] !== null ? `${count(span[0])}–${count(span[1])}` : NONE;
  // The places it may have, from the first that is not out of reach to the first that is as good as certain.
  const chanceOf = index => {
    const all = index.chances ?? [];
    const likely = all.filter(([, chance], at) => chance >= LEAST && !(at && all[at - 1][1] >= 1 - LEAST));
    return (likely.length ? likely : all.slice(-1)).map(([top, chance]) => say("chance_of", { count: top, chance: percent(chance) }));
  };
  const passed = index => index.is_passed === null ? NONE : say(index.is_passed ? "yes" : "no");

  const identity = card => {
    const rows = [
      ["kind", label("subject_kind", card.kind)], ["code", card.code ?? card.id], ["organiser", card.organiser],
      ["level", label("group", card.level)], ["system", label("system", card.system)], ["url", card.url],
      ["status", label("operating_status", card.status)],
    ];
    const places = ceping.placesOf(card.region).flatMap(([code, zh, en, , paged], at) => [
      at ? " · " : "", paged ? make("a", { href: ceping.regionAddress(code) }, of([zh, en])) : of([zh, en])]);
    return make("dl", { class: "identity" },
      ...rows.filter(([, value]) => value).flatMap(([key, value]) => [make("dt", {}, say(key)), make("dd", { lang: key === "organiser" ? "zh-CN" : null }, value)]),
      ...(places.length ? [make("dt", {}, say("region")), make("dd", {}, ...places)] : []));
  };

  const ranks = card => {
    const hasPass = card.indices.some(index => index.is_passed !== null);
    const hasBefore = card.indices.some(index => index.before);
    const heads = [head("index"), head("class"), head("rank", "n"), head("score", "n"), head("span", "n"), head("chance"), head("coverage", "n"),
      ...(hasPass ? [head("passed")] : []), ...(hasBefore ? [head("before_column", "n")] : [])];
    return table(say("ranks"), heads, card.indices.map(index => ({ cells: [
      of(indexOf(index.index_code).names), className(index.rank_class), standing(index), points(index.index_score), spanOf(index.span),
      chanceOf(index).flatMap((text, at) => at ? [make("br"), text] : [text]), percent(index.index_coverage),
      ...(hasPass ? [passed(index)] : []),
      ...(hasBefore ? [index.before ? say("rank_of", { rank: count(index.before.subject_rank), count: count(index.before.ranked_count) }) : NONE] : []),
    ] })));
  };

  const evidence = node => (node[EVIDENCE] ?? []).flatMap(([source, rows], at) => {
    const text = say(rows === 1 ? "evidence_of_one" : "evidence_of", { source: label("source", source), count: count(rows) });
    return at ? [make("br"), text] : [text];
  });
  const needed = node => node[CHANGE] === null ? "" : say(node[CHANGE], { value: digits(node[NEEDED]) });
  // Ranks if what was not measured stood low or high in its class, where they were drawn: the last two of the span.
  const missingRanks = index => {
    const [low, high] = (index.span ?? []).slice(-2).sort((a, b) => a - b);
    return low === null || low === undefined ? null : say("missing_ranks", { low: count(low), high: count(high) });
  };
  const missingShare = index => 1 - (index.index_coverage ?? 1);

  const tree = index => {
    const name = of(indexOf(index.index_code).names);
    const heads = [head("indicator"), head("score", "n"), head("bar"), head("median", "n"), head("weight", "n"), head("adds", "n"), head("value", "n"), head("evidence", "wide"),
      ...(index.next_rank === null ? [] : [{ text: say("needed"), css: "n" }])];
    const depths = {};
    const rows = index.nodes.map(node => {
      const known = nodeOf(index.index_code, node[CODE]);
      const depth = depths[node[CODE]] = known.parent ? (depths[known.parent] ?? 0) + 1 : 0;
      const spread = spreadOf(index, node[CODE]);
      const score = node[SCORE] === null ? [make("span", { class: "gap" }, label("null_reason", node[WHY]) || say("missing"))]
        : [points(node[SCORE]), ...[node[IMPUTED] && say("imputed"), node[VETOED] && say("vetoed")].filter(Boolean).map(text => make("span", { class: "note" }, text))];
      return { class: `depth-${Math.min(depth, 4)}`, cells: [of(known.names), score, [bar(node[SCORE], spread)],
        spread ? [points(spread[1]), make("span", { class: "note" }, `${points(spread[0])}–${points(spread[2])}`)] : NONE,
        percent(node[USED] ?? known.share), points(node[WEIGHTED]), known.leaf ? digits(node[RAW]) : "", evidence(node),
        ...(index.next_rank === null ? [] : [needed(node)])] };
    });
    const told = [
      index.subject_rank === null ? standing(index) : null,
      index.subject_rank === 1 ? say("first") : index.next_rank === null ? null : say("next", { rank: count(index.next_rank), score: points(index.next_score) }),
      index.bounds ? say("bounds", { share: percent(missingShare(index)), low: points(index.bounds[0]), high: points(index.bounds[1]) }) : null,
      missingRanks(index),
    ];
    return make("section", {}, make("h3", {}, name), ...told.filter(Boolean).map(text => make("p", {}, text)),
      table(say("tree", { index: name }), heads, rows, { class: "tree" }));
  };

  const titleOf = row => kept.frame.titles[`${row.series_code}/${row.title_code}`];
  const titleName = row => of(titleOf(row)?.names) || row.title_code;
  const awards = card => {
    const parts = [];
    if (card.awards.length) {
      const heads = [head("title"), head("class"), head("score", "n"), head("rank", "n"), head("outcome"), head("reason")];
      parts.push(table(say("awards"), heads, card.awards.map(row => ({ cells: [
        titleOf(row) ? make("a", { href: `${ceping.root}${ceping.pages}series/${titleOf(row).page}.html` }, titleName(row)) : titleName(row),
        of(kept.frame.classes[row.rank_class]) || className(row.rank_class), points(row.award_score), count(row.award_rank),
        say(row.is_winner ? "won" : "lost"), [of([row.reason_zh, row.reason_en]), row.note_zh && make("span", { class: "note" }, of([row.note_zh, row.note_en]))].filter(Boolean)] }))));
    } else parts.push(make("p", {}, say("no_awards")));
    if (card.held.length) {
      parts.push(make("h3", {}, say("held")), make("ul", {}, ...card.held.map(row => make("li", {}, say("held_of", { year: row.award_year, title: titleName(row) })))));
    }
    return parts;
  };

  const checks = card => card.checks.length ? table(say("checks"),
    [head("day"), head("tier"), head("result"), head("fault"), head("mended"), head("days", "n")],
    card.checks.map(row => ({ cells: [row.day, label("group", row.tier), row.is_passed === null ? NONE : say(row.is_passed ? "yes" : "no"),
      row.failure_reason ? label("group", row.failure_reason) : "", row.is_passed === false ? row.mended ?? say("not_mended") : "", row.is_passed === false ? count(row.days) : ""] })))
    : make("p", {}, say("no_checks"));

  const appeals = () => {
    const { appeal_until: until, appeal_to: to, collected_until: collected } = kept.frame.facts;
    return [until ? make("p", {}, say("appeal_until", { day: of(until) })) : null, to ? make("p", {}, of(to)) : null,
      collected ? make("p", { class: "note" }, say("collected", { day: of(collected) })) : null];
  };

  const section = (key, ...content) => make("section", {}, make("h2", {}, say(key)), ...content.flat());
  const show = card => {
    document.title = `${card.name} · ${document.title}`;
    holder.replaceChildren(...[
      make("p", { class: "kicker" }, say("card")),
      make("h1", { lang: "zh-CN" }, card.name),
      identity(card),
      make("p", { class: "onward" }, make("a", { href: `${ceping.root}${ceping.pages}compare.html?s=${encodeURIComponent(card.id).replaceAll("%3A", ":")}` }, say("compare"))),
      section("ranks", ranks(card), make("p", { class: "note" }, say("legend")), ...card.indices.map(tree)),
      section("awards", ...awards(card)),
      section("checks", checks(card)),
      section("appeals", ...appeals()),
    ].filter(Boolean));
  };

  // Side by side: a row a fact, a column a subject.
  const MOST = 5;
  const compare = cards => {
    const heads = [head("indicator"), ...cards.map(card => ({ text: card.name, css: "n" }))];
    const link = card => make("a", { href: ceping.cardAddress(card.id), lang: "zh-CN" }, card.name);
    const parts = [table(say("compare"), [head("indicator"), ...cards.map(card => ({ text: card.name }))], [
      { cells: [say("card"), ...cards.map(link)] },
      { cells: [say("kind"), ...cards.map(card => label("subject_kind", card.kind))] },
      { cells: [say("level"), ...cards.map(card => label("group", card.level))] },
      { cells: [say("region"), ...cards.map(card => ceping.placesOf(card.region).map(([, zh, en]) => of([zh, en])).join(" · ") || NONE)] },
      { cells: [say("awards"), ...cards.map(card => card.awards.filter(row => row.is_winner).map(titleName).flatMap((text, at) => at ? [make("br"), text] : [text]))].map(cell => Array.isArray(cell) && !cell.length ? NONE : cell) },
      { cells: [say("checks"), ...cards.map(card => card.checks.map(row => `${row.day} ${row.is_passed === null ? NONE : say(row.is_passed ? "yes" : "no")}`).flatMap((text, at) => at ? [make("br"), text] : [text]))].map(cell => Array.isArray(cell) && !cell.length ? NONE : cell) },
    ])];
    for (const code of Object.keys(kept.frame.indices)) {
      const found = cards.map(card => card.indices.find(index => index.index_code === code));
      if (!found.some(Boolean)) continue;
      const known = indexOf(code);
      const depths = {};
      const rows = [
        { cells: [say("rank"), ...found.map(index => index ? standing(index) : NONE)] },
        { cells: [say("span"), ...found.map(index => index ? spanOf(index.span) : NONE)] },
        { cells: [say("class"), ...found.map(index => index ? className(index.rank_class) : NONE)] },
        { cells: [say("coverage"), ...found.map(index => index ? percent(index.index_coverage) : NONE)] },
        ...Object.entries(known.nodes).map(([node, about]) => {
          const depth = depths[node] = about.parent ? (depths[about.parent] ?? 0) + 1 : 0;
          return { class: `depth-${Math.min(depth, 4)}`, cells: [of(about.names), ...found.map(index => {
            const row = index?.nodes.find(one => one[CODE] === node);
            if (!row) return NONE;
            return row[SCORE] === null ? make("span", { class: "gap" }, label("null_reason", row[WHY])) : [points(row[SCORE]), bar(row[SCORE], spreadOf(index, node))];
          })] };
        }),
      ];
      parts.push(make("h2", {}, of(known.names)), table(of(known.names), heads, rows, { class: "tree" }));
    }
    return parts;
  };
  const chooser = (ids, go) => {
    const input = make("input", { type: "search", autocomplete: "off", id: "add" });
    const list = make("ul", { class: "found" });
    input.addEventListener("input", () => {
      const found = ceping.search(input.value).filter(entry => entry.id && !ids.includes(entry.id)).slice(0, 8);
      list.replaceChildren(...found.map(entry => {
        const button = make("button", { type: "button" }, say("add"));
        button.addEventListener("click", () => go([...ids, entry.id]));
        return make("li", {}, button, " ", make("span", { lang: "zh-CN" }, entry.name), " ", make("span", { class: "note" }, entry.note));
      }));
    });
    return make("div", { class: "chooser" }, make("p", {}, make("label", { for: "add" }, say("add_more", { count: MOST - ids.length }), " "), input), list);
  };

  const load = async ids => {
    await ceping.ready();
    await Promise.all([...new Set(ids.map(shard))].map(number => ceping.read(String(number), "cards").catch(() => {})));
    return ids.map(id => [id, kept.cards?.[id]]);
  };
  // The number of the shard: CRC-32 of the id, as the release was written by.
  const shard = id => {
    let sum = -1;
    for (const byte of new TextEncoder().encode(id)) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
    return ((sum ^ -1) >>> 0) % kept.frame.shards;
  };

  const run = async () => {
    const ids = [...new Set(new URLSearchParams(location.search).getAll("s"))].slice(0, MOST);
    const isCard = holder.dataset.view === "card";
    if (isCard && !ids.length) return;
    await ceping.ready();
    const found = await load(isCard ? ids.slice(0, 1) : ids);
    const unknown = found.filter(([, card]) => !card).map(([id]) => make("p", { class: "gap" }, say("unknown", { id })));
    const cards = found.map(([, card]) => card).filter(Boolean);
    if (isCard) {
      if (cards.length) show(cards[0]); else holder.prepend(...unknown);
      return;
    }
    const go = chosen => { location.search = chosen.map(id => `s=${encodeURIComponent(id).replaceAll("%3A", ":")}`).join("&"); };
    const chosen = cards.map(card => card.id);
    holder.replaceChildren(...unknown,
      make("ul", { class: "chosen" }, ...cards.map(card => {
        const button = make("button", { type: "button" }, say("remove"));
        button.addEventListener("click", () => go(chosen.filter(id => id !== card.id)));
        return make("li", {}, make("span", { lang: "zh-CN" }, card.name), " ", button);
      })),
      ...(chosen.length < MOST ? [chooser(chosen, go)] : []), ...(cards.length ? compare(cards) : []));
  };
  run().catch(() => { holder.prepend(make("p", { class: "gap", role: "alert" }, kept.frame ? say("unread") : "!")); });
})();
