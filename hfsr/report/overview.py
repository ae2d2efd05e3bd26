"""All claims at one look, the figure and table of the first page: the paper's effect, ours with its interval, the verdict."""

from collections.abc import Iterable, Sequence
from html import escape

from hfsr.report import strip
from hfsr.report.answers import by_question, counted, untested
from hfsr.report.claims import Answer
from hfsr.report.judged import judged, verdict
from hfsr.report.registration import Registration
from hfsr.report.verdict import Verdict

HEADS = ("Claim", f"In margins<br>{strip.axis()}", "Tested at", "Verdict here")


def overview(answers: Sequence[Answer], registered: Registration) -> str:
    """The claims below the questions that they answer, a line each; those that wait for their runs in one line a question.

    Parameters
    ----------
    answers : sequence of Answer
        All claims.
    registered : Registration
        Whose families are the questions.

    Returns
    -------
    str
        A table in HTML.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> page = overview(claims.claims("matters", "random"), registration.read())
    >>> page.count("<tbody>"), page.count("does it matter which elements? <em>2 supported</em>")
    (1, 1)
    """
    head = "".join(f"<th>{name}</th>" for name in HEADS)
    body = "\n".join(_group(question, own) for question, own in by_question(answers, registered).items())
    return f'<table class="table prose overview"><thead><tr>{head}</tr></thead>\n{body}\n</table>'


def _group(question: str, own: Sequence[Answer]) -> str:
    rows = [_row(each) for each in own if each.verdict != Verdict.NOT_MEASURED]
    if waiting := [each.claim.claim for each in own if each.verdict == Verdict.NOT_MEASURED]:
        rows.append(f'<td colspan="4"><p>{verdict(Verdict.NOT_MEASURED)}: {escape(" ".join(waiting))}</p></td>')
    head = f'<th colspan="4" scope="rowgroup">{escape(question)} <em>{counted(own)}</em></th>'
    return f"<tbody>{''.join(_line(row) for row in (head, *rows))}</tbody>"


def _line(cells: str) -> str:
    return f"<tr>{cells}</tr>"


def _row(answer: Answer) -> str:
    name = f'{escape(answer.claim.claim)} <a href="..{answer.claim.page}.html">{escape(answer.claim.place)}</a>'
    if not answer.lines:
        return (
            f'{_cells([name])}<td colspan="2"><p>{untested(answer.claim)}</p></td>{_cells([verdict(answer.verdict)])}'
        )
    return _cells([name, _ours(answer), escape(answer.tested_at), judged(answer)])


def _ours(answer: Answer) -> str:
    """The interval, drawn in the verdict's colour; the number where what is claimed is no difference of rows."""
    line = answer.shown
    if line is None or line.measured is None:
        return ""
    if line.contrast.direction == "close":
        return escape(line.measured.shown(line.contrast.digits, line.contrast.unit))
    return f'<span class="verdict-{answer.verdict.name.lower()}">{strip.drawn(line)}</span>'


def _cells(texts: Iterable[str]) -> str:
    return "".join(f"<td><p>{text}</p></td>" for text in texts)
