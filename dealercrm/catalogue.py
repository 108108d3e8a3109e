"""The Japanese catalogues, kept without gettext's own tools: a clean machine has none.

Texts come from each app's Python and templates, in a fixed order and without dates or line numbers, so that
a change of words is a change of those words only.
"""

import re
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

LANGUAGE = "ja"
HOUSE = "dealercrm"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
METADATA = {
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PLACEHOLDER = re.compile(
    r"%(?:\(\w+\))?[-+#0]*\d*(?:\.\d+)?[sdifr]"
    r"|(?<!\{)\{\w*(?:![rsa])?(?::[^{}]*)?\}(?!\})"
)


class Catalogue:
    """The texts of one app: `collected()` from its sources, `path` with what has been translated."""

    def __init__(self, base, app):
        self.base = Path(base)
        self.app = app
        self.path = self.base / "locale" / app / LANGUAGE / "LC_MESSAGES" / "django.po"

    def merged(self):
        """The catalogue as it should be: every text of the sources, with the translations there are."""
        known = {_key(entry): entry for entry in self._entries()}
        merged = polib.POFile(wrapwidth=0)
        merged.metadata = METADATA
        for key, flags in sorted(self.collected().items(), key=lambda item: _sortable(item[0])):
            merged.append(_entry(key, flags, known.get(key)))
        return merged

    def collected(self):
        """{(context, text, plural): flags} of everything marked for translation in the app."""
        texts = {}
        for source in [*self._python(), *self._templates()]:
            for _line, message, _comments, context in extract("python", BytesIO(source), KEYWORDS):
                text, plural = message if isinstance(message, tuple) else (message, None)
                if text:
                    flags = {"python-format"} if _uses_percent(text) or _uses_percent(plural) else set()
                    texts.setdefault((context, text, plural), set()).update(flags)
        return texts

    def write(self):
        """Writes the merged catalogue; whether the file changed."""
        text = str(self.merged())
        if self._text() == text:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text, encoding="utf-8")
        return True

    def compile(self):
        """Writes the .mo that Django reads, when it is older than the catalogue."""
        compiled = self.path.with_suffix(".mo")
        if not self.path.exists():
            return
        if not compiled.exists() or compiled.stat().st_mtime_ns <= self.path.stat().st_mtime_ns:
            scratch = compiled.with_suffix(f".{id(self)}.tmp")
            polib.pofile(str(self.path)).save_as_mofile(str(scratch))
            scratch.replace(compiled)

    def problems(self):
        """What is wrong, a sentence each: not collected, not translated, unsure, with placeholders that don't fit."""
        merged = self.merged()
        if self._text() != str(merged):
            yield f"{self.app}: the catalogue is not up to date; run `make messages`."
        for entry in merged:
            said = [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())
            if entry.fuzzy:
                yield f"{self.app}: unsure: {entry.msgid!r}"
            elif not all(said):
                yield f"{self.app}: not translated: {entry.msgid!r}"
            elif any(_has_bare_percent(entry, text) for text in said):
                yield f"{self.app}: write %% for a percent sign: {entry.msgid!r} → {said}"
            elif any(not _same_placeholders(entry, text) for text in said):
                yield f"{self.app}: other placeholders: {entry.msgid!r} → {said}"

    def _python(self):
        for path in sorted((self.base / self.app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.read_bytes()

    def _templates(self):
        folder = self.base / "templates"
        pages = list(folder.glob("*.html")) if self.app == HOUSE else []
        for owned in OWNED_TEMPLATES.get(self.app, [self.app]):
            pages += [page for page in (folder / owned).rglob("*.*") if page.suffix in {".html", ".txt"}]
        for path in sorted(pages):
            yield _as_python(templatize(path.read_text(encoding="utf-8"), origin=str(path)))

    def _entries(self):
        return polib.pofile(str(self.path)) if self.path.exists() else []

    def _text(self):
        return self.path.read_text(encoding="utf-8") if self.path.exists() else None


def clashes(catalogues):
    """Texts said differently in two catalogues, a sentence each: Django merges them all, and one would win unseen."""
    said = {}
    for catalogue in catalogues:
        for entry in catalogue.merged():
            translation = entry.msgstr or tuple(entry.msgstr_plural.values())
            app, other = said.setdefault((entry.msgctxt, entry.msgid), (catalogue.app, translation))
            if any(translation) and any(other) and translation != other:
                yield f"{catalogue.app}: {entry.msgid!r} is {translation!r} here, {other!r} in {app}: add a context."


OWNED_TEMPLATES = {"stores": ["stores", "account"]}
"""Sign-in pages lie where allauth looks for them, but their words belong to the app that owns staff."""


def _as_python(templatized):
    """Without indentation, which in a page says nothing but in Python would be a fault."""
    return "\n".join(line.lstrip() for line in templatized.splitlines()).encode()


def _key(entry):
    return (entry.msgctxt, entry.msgid, entry.msgid_plural or None)


def _sortable(key):
    context, text, plural = key
    return (text, context or "", plural or "")


def _entry(key, flags, known):
    context, text, plural = key
    entry = polib.POEntry(msgctxt=context, msgid=text, flags=sorted(flags))
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = known.msgstr_plural if known else {0: ""}
    elif known:
        entry.msgstr = known.msgstr
    if known:
        entry.tcomment = known.tcomment
        entry.flags += ["fuzzy"] if known.fuzzy else []
    return entry


def _uses_percent(text):
    return any(found.startswith("%") for found in PLACEHOLDER.findall(text or ""))


def _has_bare_percent(entry, translation):
    """Where placeholders are filled in: it would break them, and Django would show the English instead, unseen."""
    is_filled_in = "python-format" in entry.flags
    return is_filled_in and "%" in PLACEHOLDER.sub("", translation.replace("%%", ""))


def _same_placeholders(entry, translation):
    """A translation must use the same placeholders; a plural's may leave the number of the singular out."""
    ours = sorted(PLACEHOLDER.findall(translation))
    return ours in [sorted(PLACEHOLDER.findall(text)) for text in (entry.msgid, entry.msgid_plural) if text]
