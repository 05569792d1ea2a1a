"""Bad data, answered in words that a beginner can act on, before it turns into a strange cost.

>>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
>>> check_labels([0, 1, 5, 1], classes=3)
Traceback (most recent call last):
    ...
micrograd_kr.book.data_checks.BadDataError: the label in row 2 is 5, but with 3 classes a label is 0, 1 or 2. Is this
row mistyped, or does the model need more outputs?
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from .saying import choose


class BadDataError(ValueError):
    """The data cannot be learnt from as they are; the message says where and what to do."""


def check_features(rows: Sequence[Sequence[float]], names: Sequence[str] = ()) -> None:
    """Raise BadDataError unless every row has the same number of features, and every feature is a finite number.

    Args:
        rows: the examples, each a row of features.
        names: what the features are called, for the message.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
    >>> check_features([[1.0, 2.0], [3.0, float("nan")]], names=["area", "rooms"])
    Traceback (most recent call last):
        ...
    micrograd_kr.book.data_checks.BadDataError: 'rooms' is missing in row 1 (nan). Leave this row out, or fill the gap,
    with the mean of the column for instance.
    """
    if len(rows) == 0:
        raise BadDataError(choose("데이터가 비어 있습니다. 파일을 읽었나요?", "there are no rows: was the file read?"))
    width = len(rows[0])
    for index, row in enumerate(rows):
        if len(row) != width:
            raise BadDataError(
                choose(
                    f"{index}번 행에는 특성이 {len(row)}개인데 0번 행에는 {width}개입니다. "
                    "빠지거나 남는 칸을 찾아보세요.",
                    f"row {index} has {len(row)} features, row 0 has {width}. Look for a cell too few or too many.",
                )
            )
        for column, cell in enumerate(row):
            name = names[column] if column < len(names) else choose(f"{column}번 특성", f"feature {column}")
            if cell is None or (isinstance(cell, float) and math.isnan(cell)):
                raise BadDataError(
                    choose(
                        f"{index}번 행에 '{name}' 값이 비어 있습니다({cell}). "
                        "이 행을 빼거나, 그 열의 평균 같은 값으로 채우세요.",
                        f"{name!r} is missing in row {index} ({cell}). Leave this row out, or fill the gap, "
                        "with the mean of the column for instance.",
                    )
                )
            try:
                finite = math.isfinite(cell)
            except TypeError:
                finite = False
            if not finite:
                raise BadDataError(
                    choose(
                        f"{index}번 행의 '{name}' 값이 {cell!r}입니다. 계산할 수 있는 수로 바꾸어 적으세요.",
                        f"{name!r} in row {index} is {cell!r}, no number to compute with: write it as a number.",
                    )
                )


def check_labels(labels: Iterable[int], classes: int) -> None:
    """Raise BadDataError unless every label is one of 0 ... classes - 1, and every class has an example.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
    >>> check_labels([0, 0, 2], classes=3)
    Traceback (most recent call last):
        ...
    micrograd_kr.book.data_checks.BadDataError: class 1 has no example: a model cannot learn what it has never seen.
    Collect some, or number the classes anew without it.
    """
    counts: Counter[int] = Counter()
    allowed = ", ".join(map(str, range(classes - 1))) + choose(f", {classes - 1}", f" or {classes - 1}")
    for index, given in enumerate(labels):
        try:
            whole = int(given) == given
        except (TypeError, ValueError):
            whole = False
        if not whole or not 0 <= given < classes:
            raise BadDataError(
                choose(
                    f"{index}번 행의 정답(레이블)이 {given!r}입니다. 클래스가 {classes}개이면 {allowed} 가운데 "
                    "하나여야 합니다. 잘못 적힌 행인가요, 아니면 모델의 출력을 늘려야 하나요?",
                    f"the label in row {index} is {given!r}, but with {classes} classes a label is {allowed}. "
                    "Is this row mistyped, or does the model need more outputs?",
                )
            )
        counts[int(given)] += 1
    for number in range(classes):
        if not counts[number]:
            raise BadDataError(
                choose(
                    f"{number}번 클래스에는 데이터가 하나도 없습니다. 본 적 없는 것은 배울 수 없습니다. "
                    "데이터를 더 모으거나, 이 클래스를 빼고 번호를 다시 매기세요.",
                    f"class {number} has no example: a model cannot learn what it has never seen. "
                    "Collect some, or number the classes anew without it.",
                )
            )


def check_cost(cost: float, rows: Sequence[Sequence[float]] = (), names: Sequence[str] = ()) -> None:
    """Raise BadDataError if the cost is nan or beyond all bounds; with `rows`, it names the features of unlike scale.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
    >>> check_cost(float("inf"), [[2400.0, 3.0], [1800.0, 2.0]], names=["area", "rooms"])
    Traceback (most recent call last):
        ...
    micrograd_kr.book.data_checks.BadDataError: the cost has exploded (inf). 'area' is about 2100, 'rooms' about 2.5:
    features so unlike in size pull the weights out of step. Scale them (subtract the mean, divide by the standard
    deviation), or take a smaller learning rate.
    """
    if math.isfinite(cost) and abs(cost) < 1e30:
        return
    sizes = [sum(abs(row[column]) for row in rows) / len(rows) for column in range(len(rows[0]))] if len(rows) else []
    named = [names[i] if i < len(names) else choose(f"{i}번 특성", f"feature {i}") for i in range(len(sizes))]
    if sizes and max(sizes) > 10 * min(sizes):
        large, small = sizes.index(max(sizes)), sizes.index(min(sizes))
        big, little = f"{sizes[large]:.4g}", f"{sizes[small]:.4g}"
        reason = choose(
            f"'{named[large]}'의 크기는 {big}쯤, '{named[small]}'의 크기는 {little}쯤입니다. 크기가 이렇게 다르면 "
            "가중치들이 서로 발을 맞추지 못합니다. 특성의 크기를 맞추거나(평균을 빼고 표준편차로 나누기), "
            "학습률을 줄이세요.",
            f"{named[large]!r} is about {big}, {named[small]!r} about {little}: features so unlike in size pull the "
            "weights out of step. Scale them (subtract the mean, divide by the standard deviation), or take a smaller "
            "learning rate.",
        )
    else:
        reason = choose("학습률을 열 배 줄여 보세요.", "Take a learning rate ten times smaller.")
    raise BadDataError(choose(f"비용이 폭발했습니다({cost}). {reason}", f"the cost has exploded ({cost}). {reason}"))
