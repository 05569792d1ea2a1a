"""The workers of a training run: who holds which shards, and who takes them over when a worker is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from ..extras import missing_extra
from .shares import Dealing, Pass, Share, Tree, branches

if TYPE_CHECKING:
    from ..compiler.execution import Array

LOSSES = 5  # how often the same shards may be lost
_WAIT = 60.0  # seconds for a worker, when there is none
_GLANCE = 1.0  # seconds between looks at whether the workers are still there
_PAUSE = 0.05  # seconds between looks at whether there is a worker
_NEAR = 2.0  # seconds in which workers that this process reaches answer
_MESSAGE = 64_000_000  # bytes of examples in one message


def check_client(client: Any) -> None:
    """Raise an error that says what to pass unless this is a client of a Dask cluster that can be waited for."""
    try:
        from distributed import Client
    except ImportError as error:
        raise missing_extra("micrograd_kr.distributed needs Dask", "distributed", error=error) from error
    if not isinstance(client, Client) or client.asynchronous:
        what = "an asynchronous client" if isinstance(client, Client) else repr(client)
        raise TypeError(f"pass a client of a Dask cluster, such as dask.distributed.Client(), got {what:.60}")


@dataclass(eq=False, slots=True)
class Holding:
    """The shards first ... stop - 1, and the actor that has them.

    Attributes:
        first: the first shard.
        stop: the one after the last.
        address: of the worker.
        future: of the actor; its status says whether it lives.
        actor: the share.
    """

    first: int
    stop: int
    address: str
    future: Any
    actor: Any = None

    @property
    def is_lost(self) -> bool:
        """Whether the scheduler knows that the worker is gone."""
        return self.future.status not in ("finished", "pending")

    def ask(self, method: str, *arguments: Any) -> Any:
        """The future answer of the actor, or the error that there is no actor any more."""
        try:
            return getattr(self.actor, method)(*arguments)
        except RuntimeError as error:  # Dask's own: the worker that holds the actor was lost
            return error


class _LostError(Exception):
    """The worker that was asked is gone."""


class Crew:
    """The workers that hold the examples of a training run.

    Args:
        client: of the cluster.
        compiled: the loss.
        arrays: the examples.
        dealing: of the examples.
    """

    def __init__(self, client: Any, compiled: Any, arrays: Sequence[Array], dealing: Dealing) -> None:
        self._client, self._compiled, self._arrays, self._dealing = client, compiled, arrays, dealing
        self._losses: Counter[tuple[int, int]] = Counter()
        self._is_direct = False  # whether it was this run that let the client's messages go to the workers directly
        self._holdings: list[Holding] = []
        threads = self._workers()
        total, before, first = sum(threads.values()), 0, 0
        grain = 1 << max(0, (dealing.shards // (8 * len(threads))).bit_length() - 1)  # few branches in each share
        wanted = []
        for address, count in threads.items():  # a worker's share is in proportion to its threads
            before += count
            stop = dealing.shards if before == total else grain * round(dealing.shards * before / total / grain)
            if stop > first:
                wanted.append((first, stop, address))
            first = stop
        self._hire(wanted)

    def sums(self, parameters: Array, current: Pass, step: int) -> Array:
        """The gradient and the loss of one step, summed over all its examples."""
        tree, wanted = Tree(self._dealing.shards), list(self._holdings)
        while wanted:
            answers = self._answers(wanted, "sums", parameters, current, step)
            lost = []
            for holding, answer in zip(wanted, answers, strict=True):
                if isinstance(answer, _LostError):
                    lost.append(holding)
                    continue
                for branch, total in zip(branches(holding.first, holding.stop), answer, strict=True):
                    tree.add(branch, total)
            wanted = self._hand_over(lost) if lost else []
        return tree.total

    def spread_out(self) -> None:
        """Let workers that hold nothing take over from those that took over from lost ones."""
        held = Counter(holding.address for holding in self._holdings)
        if max(held.values()) == 1:
            return
        idle = [address for address in self._workers() if address not in held]
        moved = []
        for holding in list(self._holdings):
            if idle and held[holding.address] > 1:
                held[holding.address] -= 1
                self._let_go(holding)
                moved.append((holding.first, holding.stop, idle.pop()))
        self._hire(moved)

    def close(self) -> None:
        """Free the memory of the workers."""
        for holding in list(self._holdings):
            self._let_go(holding)
        self._go_through_scheduler()

    # --- workers ----------------------------------------------------------------------------------------------------

    def _workers(self, lost: Collection[str] = ()) -> dict[str, int]:
        """The workers of the cluster but for these, each with its number of threads; waits until there is one.

        Raises:
            RuntimeError: there is none for a long time.
        """
        deadline = monotonic() + _WAIT
        while True:
            threads = {each: count for each, count in sorted(self._client.nthreads().items()) if each not in lost}
            if threads:
                return threads
            if monotonic() > deadline:
                raise RuntimeError(f"the cluster has had no worker for {_WAIT:.0f} seconds")
            sleep(_PAUSE)

    def _choose_way(self, addresses: Collection[str]) -> None:
        """Let messages go to the workers directly if this process reaches all of them: they take two thirds as long."""
        if self._client.direct_to_workers and not self._is_direct:  # the caller has chosen it
            return
        workers = {*addresses, *[holding.address for holding in self._holdings]}
        if self._reaches(workers):
            self._client.direct_to_workers = self._is_direct = True
        else:
            self._go_through_scheduler()

    def _go_through_scheduler(self) -> None:
        if self._is_direct:
            self._client.direct_to_workers = self._is_direct = False

    def _reaches(self, addresses: Collection[str]) -> bool:
        """Whether the workers answer at their addresses, and it is they who answer."""

        async def answers() -> list[str]:
            asked = [self._client.rpc(address).identity() for address in addresses]
            return [each["id"] for each in await asyncio.wait_for(asyncio.gather(*asked), _NEAR)]

        try:
            known = self._client.run(_name_of, workers=list(addresses))
            return bool(self._client.sync(answers) == [known[address] for address in addresses])
        except (OSError, TimeoutError, KeyError, ValueError):
            return False

    def _let_go(self, holding: Holding) -> None:
        self._holdings.remove(holding)
        holding.actor = None
        holding.future.release()

    def _hand_over(self, lost: Sequence[Holding]) -> list[Holding]:
        """Give the shards of lost workers to the least busy of the others.

        Raises:
            RuntimeError: the same shards have been lost several times.
        """
        for holding in lost:
            self._let_go(holding)
            shards = holding.first, holding.stop
            self._losses[shards] += 1
            if self._losses[shards] >= LOSSES:
                raise RuntimeError(
                    f"{LOSSES} workers were lost with the shards {shards[0]} ... {shards[1] - 1} of "
                    f"{self._dealing.shards}: have they enough memory? Dask's log says how each ended"
                )
        threads = self._workers(lost={holding.address for holding in lost})
        held = Counter(holding.address for holding in self._holdings)
        wanted = []
        for holding in lost:
            address = min(threads, key=held.__getitem__)
            held[address] += 1
            wanted.append((holding.first, holding.stop, address))
        return self._hire(wanted)

    def _hire(self, wanted: Sequence[tuple[int, int, str]]) -> list[Holding]:
        """Give these shards to these workers, or to others if they are lost meanwhile."""
        import numpy as np

        self._choose_way([address for _, _, address in wanted])
        threads, hired = self._client.nthreads(), []
        for first, stop, address in wanted:
            given = (self._compiled, self._dealing, first, stop, threads.get(address, 1))
            future = self._client.submit(Share, *given, actor=True, workers=[address], pure=False)
            hired.append(Holding(first, stop, address, future))
        self._holdings += hired
        lost = [holding for holding in hired if not self._has_begun(holding)]
        ready = [holding for holding in hired if holding not in lost]
        for holding in ready:
            rows = self._dealing.rows(holding.first, holding.stop)
            size = sum(array[:1].nbytes for array in self._arrays)
            for part in np.array_split(rows, max(1, len(rows) * size // _MESSAGE)):
                self._answers([holding], "append", [array[part] for array in self._arrays])
        answers = self._answers(ready, "compile") if ready else []
        lost += [holding for holding, answer in zip(ready, answers, strict=True) if isinstance(answer, _LostError)]
        return [holding for holding in hired if holding not in lost] + (self._hand_over(lost) if lost else [])

    def _has_begun(self, holding: Holding) -> bool:
        """Wait until the worker has made the actor; False if the worker is lost before."""
        from distributed.scheduler import KilledWorker

        while True:
            try:
                holding.actor = holding.future.result(timeout=_GLANCE)
                return True
            except TimeoutError:
                if holding.address not in self._client.nthreads():
                    return False
            except (CancelledError, asyncio.CancelledError, KilledWorker):
                return False

    def _answers(self, holdings: Sequence[Holding], method: str, *arguments: Any) -> list[Any]:
        """What the actors answer, all asked at once; an `_LostError` for each whose worker is gone."""
        asked = [holding.ask(method, *arguments) for holding in holdings]
        if all(isinstance(each, RuntimeError) for each in asked):
            return [_LostError() for _ in asked]

        async def collect() -> list[Any]:
            waiting = [_settled(each, holding) for each, holding in zip(asked, holdings, strict=True)]
            return await asyncio.gather(*waiting)

        answers: list[Any] = self._client.sync(collect)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, _LostError):
                raise answer
        return answers


async def _settled(asked: Any, holding: Holding) -> Any:
    """What the actor answers or raises, or a `_LostError`."""
    if isinstance(asked, RuntimeError):
        return _LostError()
    while True:
        try:
            return await asyncio.wait_for(_awaited(asked), _GLANCE)
        except TimeoutError:
            if holding.is_lost:
                return _LostError()
        except OSError:
            return _LostError()
        except Exception as error:
            return error


async def _awaited(future: Any) -> Any:
    return await future


def _name_of(dask_worker: Any) -> str:
    return str(dask_worker.id)
