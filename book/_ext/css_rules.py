"""Read style sheets, and leave out what no page can use.

Themes bring rules for everything that some page of some site might hold. A rule counts here as used unless
it is certain that it matches nothing: when one of the names that its selector requires (of an element, a
class or an id) stands neither in the markup of a page nor in a script. What a rule's ``:not()``, ``:is()``
and the like ask for is not held against it.

Only what style sheets of themes hold is read: rules, at-rules that hold rules, and blocks of declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

GROUPS = ("@media", "@supports", "@container", "@layer", "@scope")
"""At-rules that hold rules."""

TOKEN = re.compile(
    r"""/\*.*?\*/ | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | url\(\s*[^"')\s][^)]*\) | \\. | .""",
    re.DOTALL | re.VERBOSE,
)
NAME = re.compile(r"([.#]?)((?:[\w-]|[^\x00-\x7f]|\\.)+)")
WORD = re.compile(r"[\w-]+")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
SCRIPT = re.compile(r"(<(script|style)\b[^>]*>)(.*?)</\2>", re.DOTALL)
TAG = re.compile(r"""<[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*>""")
VARIABLE = re.compile(r"--[\w-]+")


@dataclass(frozen=True)
class Rule:
    """A rule of a style sheet: what stands before the brace, and what is between the braces.

    ``declarations`` is the text between the braces, or None for a statement without braces; ``rules`` holds
    the rules of an at-rule that groups others.
    """

    head: str
    declarations: str | None = None
    rules: tuple[Rule, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether the rule holds rules."""
        return self.head.startswith(GROUPS) and self.declarations is None

    def __str__(self) -> str:
        if self.is_group:
            return f"{self.head}{{{''.join(map(str, self.rules))}}}"
        return f"{self.head};" if self.declarations is None else f"{self.head}{{{self.declarations}}}"


def licences(text: str) -> list[str]:
    """The comments that ask to be kept."""
    return re.findall(r"/\*!.*?\*/", text, re.DOTALL)


def parse(text: str) -> tuple[Rule, ...]:
    """The rules of a style sheet, without comments.

    Raises:
        ValueError: A brace is missing, or one too many.
    """
    tokens = [token for token in TOKEN.findall(text) if not token.startswith("/*")]
    rules, end = _rules(tokens, 0)
    if end != len(tokens):
        raise ValueError("the style sheet closes a brace that it did not open")
    return rules


def _rules(tokens: list[str], at: int) -> tuple[tuple[Rule, ...], int]:
    """The rules from a place on, and the place of the brace that ends them, or the end."""
    found: list[Rule] = []
    start = at
    while at < len(tokens) and tokens[at] != "}":
        if tokens[at] not in "{;":
            at += 1
            continue
        head = _shorten("".join(tokens[start:at]))
        if tokens[at] == ";":
            found += [Rule(head)] if head else []
        elif head.startswith(GROUPS):
            rules, at = _rules(tokens, at + 1)
            found.append(Rule(head, rules=rules))
        else:
            end = _closing(tokens, at)
            found.append(Rule(head, _shorten("".join(tokens[at + 1 : end]))))
            at = end
        if at == len(tokens):
            raise ValueError(f"the braces of {head!r} are not closed")
        at += 1
        start = at
    return tuple(found), at


def _closing(tokens: list[str], at: int) -> int:
    """The place of the brace that closes the one at a place."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place] == "{") - (tokens[place] == "}")
        if depth == 0:
            return place
    return len(tokens)


def _shorten(text: str) -> str:
    """A text with single blanks, and none that says nothing; strings stay as they are."""
    parts = re.split(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", text.strip())
    short = [
        part if place % 2 else re.sub(r"\s*([;,{}])\s*", r"\1", re.sub(r"\s+", " ", part))
        for place, part in enumerate(parts)
    ]
    return "".join(short)


def split(text: str, mark: str) -> list[str]:
    """The parts of a text between marks that stand outside brackets and strings."""
    parts, depth = [""], 0
    for token in TOKEN.findall(text):
        depth += (token in ("(", "[")) - (token in (")", "]"))
        if token == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return [part for part in parts if part.strip()]


@dataclass
class Used:
    """What the pages of a site hold that a style sheet can name."""

    elements: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    """Every word of a script, which may make an element, a class or an id of it; and of inline styles."""

    def __str__(self) -> str:
        return "\n".join(" ".join(sorted(names)) for names in vars(self).values())

    def __ior__(self, other: Used) -> Used:
        self.elements |= other.elements
        self.classes |= other.classes
        self.ids |= other.ids
        self.words |= other.words
        return self

    @classmethod
    def by_page(cls, page: str) -> Used:
        """What one page holds."""
        used = cls()
        used.read_page(page)
        return used

    @classmethod
    def by_script(cls, script: str) -> Used:
        """What one script holds."""
        used = cls()
        used.read_script(script)
        return used

    def read_page(self, page: str) -> None:
        """Add what a page holds."""
        page = COMMENT.sub("", page)
        for _, _, text in SCRIPT.findall(page):
            self.words.update(WORD.findall(text))
        # A page has each of its tags many times over.
        for tag in set(TAG.findall(SCRIPT.sub(r"\1", page))):
            reader = _Names(self)
            reader.feed(tag)

    def read_script(self, script: str) -> None:
        """Add the words of a script."""
        self.words.update(WORD.findall(script))

    def may_match(self, selector: str) -> bool:
        """Whether a selector could match; False only if a name that it requires is nowhere."""
        kinds = {"": self.elements, ".": self.classes, "#": self.ids}
        for kind, written in NAME.findall(_required(selector)):
            name = re.sub(r"\\(.)", r"\1", written)
            name = name if kind else name.lower()
            if name not in kinds[kind] and name not in self.words:
                return False
        return True


class _Names(HTMLParser):
    """Collects elements, classes, ids and the words of their styles and scripts."""

    def __init__(self, used: Used) -> None:
        super().__init__()
        self.used = used

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.used.elements.add(tag)
        for name, value in attrs:
            if name == "class":
                self.used.classes.update((value or "").split())
            elif name == "id":
                self.used.ids.add(value or "")
            elif name == "style" or name.startswith("on"):
                self.used.words.update(WORD.findall(value or ""))


def _required(selector: str) -> str:
    """A selector without strings, attributes, arguments and states: the names that are left must exist."""
    kept, depth = "", 0
    for token in TOKEN.findall(selector):
        depth -= token in (")", "]")
        if depth == 0 and token not in (")", "]", "(", "[") and len(token) < 3:
            kept += token
        depth += token in ("(", "[")
    return re.sub(r"(?<!\\)::?[\w-]+", "", kept)


def prune(rules: tuple[Rule, ...], used: Used, shipped: Callable[[str], bool]) -> tuple[Rule, ...]:
    """The rules that a page can use.

    Args:
        rules: Those of a style sheet.
        used: What the pages hold.
        shipped: Whether the file at an address of the style sheet is there; fonts without a file go.
    """
    kept = tuple(_pruned(rules, used))
    named = set(WORD.findall(" ".join(_declared(kept, re.compile("animation")))))
    kept = tuple(_without(kept, lambda rule: _is_idle(rule, named, shipped)))
    return _without_unread_variables(kept, used.words)


def _pruned(rules: tuple[Rule, ...], used: Used) -> Iterator[Rule]:
    for rule in rules:
        if rule.is_group:
            inner = tuple(_pruned(rule.rules, used))
            if inner:
                yield replace(rule, rules=inner)
        elif rule.head.startswith("@") or rule.declarations is None:
            yield rule
        elif selectors := [one for one in split(rule.head, ",") if used.may_match(one)]:
            yield replace(rule, head=",".join(selectors))


def _without(rules: tuple[Rule, ...], is_idle: Callable[[Rule], bool]) -> Iterator[Rule]:
    for rule in rules:
        if rule.is_group:
            inner = tuple(_without(rule.rules, is_idle))
            if inner:
                yield replace(rule, rules=inner)
        elif not is_idle(rule):
            yield rule


def _is_idle(rule: Rule, animations: set[str], shipped: Callable[[str], bool]) -> bool:
    """Whether a rule declares nothing, or an animation that no rule names, or a font without a file."""
    text = rule.declarations or ""
    if rule.head.startswith("@") and "keyframes" in rule.head:
        return rule.head.split()[-1] not in animations
    if rule.head == "@font-face":
        addresses = re.findall(r"""url\(\s*["']?([^"')]+)""", text)
        return bool(addresses) and not any(shipped(address) for address in addresses)
    return rule.declarations == ""


def _declared(rules: tuple[Rule, ...], wanted: re.Pattern[str]) -> Iterator[str]:
    """The declarations whose property contains a pattern."""
    for rule in rules:
        yield from _declared(rule.rules, wanted)
        if rule.declarations:
            yield from (one for one in split(rule.declarations, ";") if wanted.search(one.partition(":")[0]))


def _without_unread_variables(rules: tuple[Rule, ...], words: set[str]) -> tuple[Rule, ...]:
    """The rules without custom properties that neither a rule nor a script reads."""
    while True:
        text = "".join(map(str, rules))
        read = set(re.findall(r"var\(\s*(--[\w-]+)", text)) | words
        unread = set(VARIABLE.findall(text)) - read
        shorter = tuple(_without(tuple(_forget(rules, unread)), lambda rule: rule.declarations == ""))
        if shorter == rules:
            return rules
        rules = shorter


def _forget(rules: tuple[Rule, ...], unread: set[str]) -> Iterator[Rule]:
    for rule in rules:
        if rule.is_group:
            yield replace(rule, rules=tuple(_forget(rule.rules, unread)))
        elif rule.declarations is None or rule.head.startswith("@") or "{" in rule.declarations:
            yield rule
        else:
            kept = [
                one for one in split(rule.declarations, ";") if one.partition(":")[0].strip() not in unread
            ]
            yield replace(rule, declarations=";".join(kept))
