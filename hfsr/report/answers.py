"""The claims as the book prints them: tables and sentences in HTML, from `hfsr.report.claims`."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

import pandas as pd

from hfsr.report import strip
from hfsr.report.claims import Answer, Line
from hfsr.report.compared import difference
from hfsr.report.folded import csv_link
from hfsr.report.judged import judged, verdict
from hfsr.report.printed import SETS
from hfsr.report.registration import Claim, Contrast, Registration
from hfsr.report.verdict import Verdict

PRINTED = 3  # intervals in one list
RIGHT = "float:right;margin-left:0.6em"  # here, as JupyterLab has no style of the book's
KEY = (
    "<p>Bars are intervals, in units of each line's margin, the grey band: to scale up to two margins, logarithmic beyond. "
    "To the right is what is claimed; the mark's shape says the verdict, an open diamond the paper's effect.</p>"
)


def untested(claim: Claim) -> str:
    """Why nothing here decides a claim; a page of the book that is named there becomes a link.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> '<a href="../book/scale.html">' in untested(claims.claims("div2k")[0].claim)
    True
    """
    return re.sub(r"book/\w+", r'<a href="../\g<0>.html">a page of this book</a>', escape(claim.untested or ""))


def by_question(answers: Sequence[Answer], registered: Registration) -> dict[str, list[Answer]]:
    """The claims below the questions that they answer, in the registration's order; those that nothing tests come last.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> list(by_question(claims.claims("div2k", "random"), registration.read()))
    ['Section III.A: does it matter which elements?', 'Not tested']
    """
    groups = {
        question: [each for each in answers if each.lines and each.lines[0].contrast.family == family]
        for family, question in registered.families.items()
    }
    groups["Not tested"] = [each for each in answers if not each.lines]
    return {question: own for question, own in groups.items() if own}


def counted(answers: Iterable[Answer]) -> str:
    """How many of them have which verdict.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> counted(claims.claims("matters", "as-printed", "random"))
    '2 supported, 1 refuted'
    """
    counts = Counter(each.verdict for each in answers)
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in Verdict if counts[outcome])


def full(answers: Sequence[Answer], registered: Registration) -> str:
    """The claims page: a folded table a question, with the paper's words and effect, ours with its interval, the verdict.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> "+0.010 dB, excluded" in full(claims.claims("as-printed"), registration.read())
    True
    """
    parts = []
    for question, own in by_question(answers, registered).items():
        summary = f"{escape(question)} <em>{counted(own)}</em>"
        table = _table(("Claim", "Here, and in the paper", "Verdict"), map(_full_row, own), "prose claims")
        link = csv_link(question.partition(":")[0], pd.DataFrame(map(_plain, own)).set_index("claim"))
        parts.append(f'<details class="folded"><summary>{summary}</summary>{link}{table}</details>')
    return "\n".join(parts)


def headline(answers: Sequence[Answer], others: Sequence[Answer] = ()) -> str:
    """A page's answer: claims, each with its verdict, our difference with its interval, and the paper's; others folded below.

    More than three intervals are drawn (`hfsr.report.strip`), not printed.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> headline(claims.claims("matters"))
    '<ul class="answer"><li>The selected elements teach more than those left out: <strong class="verdict-supported">...'
    """
    are_drawn = sum(map(_has_interval, [*answers, *others])) > PRINTED
    shown, more = ("".join(_headline(each, are_drawn) for each in part) for part in (answers, others))
    folded = (
        f'<details class="others"><summary>{len(others)} more registered claim{"s" * (len(others) != 1)} of this page</summary>'
        f'<ul class="answer">{more}</ul></details>'
    )
    return f'<ul class="answer">{shown}</ul>{KEY if are_drawn else ""}{folded if others else ""}'


def listed(table: pd.DataFrame) -> str:
    """`hfsr.report.compared.registered_contrasts` as a table of sentences that fits a page.

    Examples
    --------
    >>> listed(pd.DataFrame()).count("<tr>")
    1
    """
    columns = {
        "Claim": "{claim}",
        "Contrast": "{contrast}, on {on} ({stage})",
        "Claimed, and what matters": "{claimed}; margin {margin}: {reason}",
        "Seeds, half-width expected": "{seeds} {expected}",
    }
    rows = (tuple(escape(form.format_map(row)) for form in columns.values()) for row in table.to_dict("records"))
    return _table(columns, rows, "prose")


def sentences(table: pd.DataFrame) -> str:
    """A table of sentences, its index first, that wraps them.

    Examples
    --------
    >>> sentences(pd.DataFrame({"done": ["a < b"]}, pd.Index(["one"], name="design"))).count("<td><p>a &lt; b</p></td>")
    1
    """
    lines = table.reset_index()
    return _table(map(str, lines), (tuple(_wrapped(str(cell)) for cell in row) for row in lines.to_numpy()), "prose")


def _wrapped(text: str) -> str:
    """Text that wraps inside an address: one wider than its column would push the next ones off the page."""
    return re.sub(r"(?<=\w)([/.])(?=[\w~])", r"\1<wbr>", escape(text)) if "://" in text else escape(text)


def _has_interval(answer: Answer) -> bool:
    line = answer.shown
    return line is not None and line.measured is not None and line.contrast.direction != "close"


def _headline(answer: Answer, is_drawn: bool) -> str:
    said = f"{escape(answer.claim.claim.rstrip('.'))}: {judged(answer)}."
    if not (line := answer.shown) or not line.measured:
        return f"<li>{said}</li>"
    contrast = line.contrast
    ours = escape(line.measured.shown(contrast.digits, contrast.unit))
    compared = escape(_compared(contrast))
    if not _has_interval(answer):  # to the paper or a rule: without seeds, and with no other number beside it
        return f"<li>{said} {compared}: <strong>{ours}</strong>.</li>"
    theirs = f" (the paper: {escape(_theirs(contrast))})" if contrast.paper is not None else ""
    if is_drawn:
        mean = escape(f"{line.measured.estimate.mean:+.{contrast.digits}f} {contrast.unit}".strip())
        interval = f'<span class="verdict-{answer.verdict.name.lower()}" style="{RIGHT}">{strip.drawn(line)}</span>'
        return f"<li>{interval}{said} {compared}: <strong>{mean}</strong>{theirs}; {line.seeds}.</li>"
    return f"<li>{said} {compared}: <strong>{ours}</strong>{theirs}; {line.seeds}.</li>"


def _full_row(answer: Answer) -> tuple[str, ...]:
    claim, line = answer.claim, answer.shown
    quoted = f"<details><summary>the paper's words</summary>“{escape(claim.words)}”</details>"
    ours = _ours(line) if line else untested(claim)
    where = f"<br><em>Tested at</em> {escape(answer.tested_at)}" if answer.tested_at else ""
    return (
        f'{escape(claim.claim)} <a href="..{claim.page}.html">{escape(claim.place)}</a>{quoted}',
        ours + where + _behind(answer),
        verdict(answer.verdict) + (f"<br>{answer.stage}" if answer.stage else ""),
    )


def _plain(answer: Answer) -> dict[str, str]:
    """The same as a row of a CSV."""
    line, contrast = answer.shown, answer.shown.contrast if answer.shown else None
    measured = line.measured if line else None
    return {
        "claim": answer.claim.claim,
        "place": answer.claim.place,
        "contrast": _compared(contrast) if contrast else "",
        "here": measured.shown(contrast.digits, contrast.unit)
        if contrast and measured
        else answer.claim.untested or "",
        "seeds": line.seeds if line else "",
        "paper": _theirs(contrast) if contrast else "",
        "tested at": answer.tested_at,
        "stage": answer.stage or "",
        "verdict": str(answer.verdict),
    }


def _compared(contrast: Contrast) -> str:
    return f"{difference(contrast)}, on {SETS.get(contrast.on, contrast.on)}"


def _theirs(contrast: Contrast) -> str:
    if contrast.paper is None:
        return "no number"
    sign = "" if contrast.direction == "close" else "+"
    return f"{contrast.paper:{sign}.{contrast.digits}f} {contrast.unit}".strip()


def _ours(line: Line) -> str:
    """Our difference with its interval, and the paper's beside it."""
    if line.measured is None:
        return f"{escape(difference(line.contrast))}: not measured yet"
    text = line.measured.shown(line.contrast.digits, line.contrast.unit)
    seeds = "" if line.contrast.direction == "close" else f", {line.seeds}"
    said = f"{_compared(line.contrast)}: {text}{seeds}"
    if line.contrast.paper is None:
        return escape(said)
    excluded = {None: "", True: ", excluded", False: ", included"}[line.excludes_paper]
    return f"{escape(said)}; the paper: {escape(_theirs(line.contrast))}{excluded}"


def _behind(answer: Answer) -> str:
    """All contrasts of a claim, folded."""
    if not answer.lines:
        return ""
    items = []
    for line in answer.lines:
        contrast, files = line.contrast, line.measured.records if line.measured else ()
        margin = f"margin {contrast.margin:g} {contrast.unit}".strip()
        items.append(
            f"<li>{_ours(line)}. {escape(contrast.stage.capitalize())}, {escape(margin)}: {verdict(line.verdict)}."
            + (_records(files) if files else "")
            + "</li>"
        )
    return f"<details><summary>all contrasts, with their records</summary><ul>{''.join(items)}</ul></details>"


def _records(files: Sequence[str]) -> str:
    """The names of files, folded: they are many, and would stand between one contrast and the next."""
    count = f"{len(files)} record{'s' * (len(files) != 1)}"
    return f"<details><summary>{count}</summary><code>{escape(', '.join(files))}</code></details>"


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]], classes: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "\n".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="table {classes}"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>'
