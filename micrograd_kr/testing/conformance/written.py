"""The outcomes of the checks as a score, as JUnit XML for a CI system, and as a Markdown table for a README."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from .suite import Outcome


def score(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """How many checks are right, of how many that could be run.

    >>> score([Outcome("leaves", []), Outcome("functions", [], "no tanh")])
    (1, 1)
    """
    ran = [outcome for outcome in outcomes if not outcome.skipped]
    return sum(not outcome.findings for outcome in ran), len(ran)


def skipped(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Each check that was skipped, and why."""
    return {outcome.check: outcome.skipped for outcome in outcomes if outcome.skipped}


def as_markdown(name: str, outcomes: Sequence[Outcome], lang: str = "en") -> str:
    """A table with a line for each check, under the score.

    >>> print(as_markdown("Mine", [Outcome("leaves", []), Outcome("functions", [], "no tanh")]))
    **Mine: 1 of 1 checks right, 1 skipped**
    <BLANKLINE>
    | check | verdict | |
    |---|---|---|
    | leaves | right | |
    | functions | skipped | no tanh |
    """
    right, ran = score(outcomes)
    lines = [f"**{name}: {right} of {ran} checks right, {len(outcomes) - ran} skipped**", ""]
    lines += ["| check | verdict | |", "|---|---|---|"]
    for outcome in outcomes:
        verdict = "wrong" if outcome.findings else "skipped" if outcome.skipped else "right"
        said = outcome.findings[0].say(lang).splitlines()[0] if outcome.findings else outcome.skipped
        cells = [outcome.check, verdict, said.replace("|", "\\|")]
        lines.append("| " + " | ".join(cells).rstrip() + " |")
    return "\n".join(lines)


def as_junit(name: str, outcomes: Sequence[Outcome], lang: str = "en") -> str:
    """JUnit XML: a test case for each check, with the sentence and the code of what is wrong.

    >>> as_junit("Mine", [Outcome("leaves", [])])[:60]
    '<testsuite name="Mine" tests="1" failures="0" skipped="0"><t'
    """
    right, ran = score(outcomes)
    counts = {"tests": str(len(outcomes)), "failures": str(ran - right), "skipped": str(len(outcomes) - ran)}
    suite = ElementTree.Element("testsuite", {"name": name, **counts})
    for outcome in outcomes:
        case = ElementTree.SubElement(suite, "testcase", {"classname": name, "name": outcome.check})
        for finding in outcome.findings:
            text = finding.say(lang)
            ElementTree.SubElement(case, "failure", {"message": text.splitlines()[0]}).text = text
        if outcome.skipped and not outcome.findings:
            ElementTree.SubElement(case, "skipped", {"message": outcome.skipped})
    return ElementTree.tostring(suite, encoding="unicode")
