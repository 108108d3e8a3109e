/* Kana from how a name was typed: what the input method was given before it became other characters.
   Only where nothing else stands, or what came from here; what was pasted in part is nobody's to guess.
   A company is sorted by its own name, without the form it has in law. */
(() => {
  "use strict";
  const READING = /^[\u3041-\u3096\u30a1-\u30fa\u30fc]+$/u;
  const katakana = (text) => text.replace(/[\u3041-\u3096]/gu, (sign) => String.fromCharCode(sign.charCodeAt(0) + 96));
  const FORM = "(カブシキ|ユウゲン|ゴウドウ|ゴウシ|ゴウメイ)[カガ]イシャ|(イリョウ|シャカイフクシ|ガッコウ|シュウキョウ|イッパンシャダン|イッパンザイダン)ホウジン";
  const LEGAL_FORM = new RegExp(`^(${FORM})\\s*|\\s*(${FORM})$`, "gu");
  const parts = new WeakMap();
  let reading = "";

  function kanaOf(name, typed) {
    let rest = name.trim();
    let kana = "";
    for (const part of typed) {
      if (!rest.startsWith(part.text)) continue;
      kana += part.kana;
      rest = rest.slice(part.text.length);
      if (/^\s/u.test(rest)) kana += " ";
      rest = rest.trimStart();
    }
    return rest ? "" : kana.trim().replace(LEGAL_FORM, "");
  }

  document.addEventListener("compositionstart", () => { reading = ""; });
  document.addEventListener("compositionupdate", (event) => {
    if (READING.test(event.data)) reading = event.data;
  });
  document.addEventListener("compositionend", (event) => {
    const name = event.target;
    const field = name.matches?.("input[name=name]") ? name.form?.elements.namedItem("kana") : null;
    if (!field || !reading || !event.data || (field.value && field.value !== field.dataset.typed)) return;
    const typed = [...(parts.get(name) || []).filter((part) => part.text !== event.data), { text: event.data, kana: katakana(reading) }];
    parts.set(name, typed.sort((one, other) => name.value.indexOf(one.text) - name.value.indexOf(other.text)));
    const kana = kanaOf(name.value, typed);
    if (!kana) return;
    field.value = kana;
    field.dataset.typed = kana;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
