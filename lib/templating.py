"""Liquid, bounded: whatever a template or a trait holds, filling it ends soon and in little memory, or raises."""

import re
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from liquid import Environment, RenderContext
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.template import BoundTemplate

# Of this thread's processor time. A mail takes a few milliseconds; a busy machine must not fail one.
SECONDS = 0.3
# The lexer's time grows with the square of a tag's length, and of what is never closed.
TAG_LENGTH = 1_000
TAGS = 2_000
# What a filter may be given or may return: characters, items and digits together.
OPERAND = 50_000
# Those that take more than one look at each character or item.
OPERANDS = {"uniq": 1_000, "date": 100, "strip_html": 10_000}
# Those that may repeat their last operand as often as the first one is long.
REPEATING = {"replace", "join"}
REPEATED = 2_000_000


class TooMuch(Exception):
    """A template asks for more than a mail needs."""


class _Context(RenderContext):
    """Looks at the clock before each tag, and at what goes into a filter and comes out of it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._ends = time.thread_time() + SECONDS
        super().__init__(*arguments, **named)

    @property
    def disabled_tags(self) -> list[str]:
        """Every node asks for this before it renders, so this is where one can be stopped."""
        self._look_at_the_clock()
        return []

    @disabled_tags.setter
    def disabled_tags(self, tags: list[str]) -> None:
        """None is ever disabled: only `render` does so, and there is nothing to render from."""

    def filter(self, name: str, token: Any) -> Callable[..., object]:
        apply = super().filter(name, token)

        def bounded(*operands: Any, **named: Any) -> object:
            self._look_at_the_clock()
            _refuse_large(name, operands)
            result = apply(*operands, **named)
            _weight(result, OPERAND)
            return result

        return bounded

    def _look_at_the_clock(self) -> None:
        if time.thread_time() > self._ends:
            raise TooMuch("it takes too long")


class _Template(BoundTemplate):
    context_class = _Context


class _Limited(Environment):
    """Bounds on what one template may cost; generous for an email, nothing for an attack."""

    template_class = _Template
    loop_iteration_limit = 10_000
    context_depth_limit = 10
    local_namespace_limit = 100_000
    output_stream_limit = 500_000


_HTML = _Limited(autoescape=True)
_PLAIN = _Limited(autoescape=False)


def fill_html(source: str, variables: Mapping[str, Any]) -> str:
    """The template with its variables put in, escaped. Raises whatever Liquid does, and TooMuch."""
    return _fill(_HTML, source, variables)


def fill_plain(source: str, variables: Mapping[str, Any]) -> str:
    """The same for plain text, where escaping would show a person "&amp;"."""
    return _fill(_PLAIN, source, variables)


def _fill(environment: Environment, source: str, variables: Mapping[str, Any]) -> str:
    _refuse_unreadable(source)
    return environment.from_string(source).render(dict(variables))


def _refuse_unreadable(source: str) -> None:
    """Raises for what takes the lexer or the parser long."""
    if source.count("{{") + source.count("{%") > TAGS:
        raise TooMuch("there are too many tags")
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        for tag in re.finditer(opening, source):
            if source.find(closing, tag.end(), tag.end() + TAG_LENGTH) < 0:
                raise TooMuch("a tag is too long, or not closed")
    for name in ("raw", "doc"):
        opened = [block.start() for block in re.finditer(rf"{{%-?\s*{name}\b", source)]
        if opened and source.rfind(f"end{name}") < opened[-1]:
            raise TooMuch(f"{name} is not closed")


def _refuse_large(name: str, operands: tuple[Any, ...]) -> None:
    weights = [_weight(operand, OPERANDS.get(name, OPERAND)) for operand in operands]
    if name in REPEATING and weights[0] * weights[-1] > REPEATED:
        raise TooMuch("a filter repeats too much")


def _weight(value: object, limit: int) -> int:
    """How many characters, items and digits a value holds. Raises TooMuch beyond the limit."""
    weight, parts = 0, [value]
    while parts:
        part = parts.pop()
        if isinstance(part, str | list | tuple | dict | range):
            weight += len(part)
        elif isinstance(part, int):
            weight += part.bit_length() // 3
        elif isinstance(part, Decimal) and part.is_finite():
            weight += abs(part.adjusted())
        if weight > limit:
            raise TooMuch("a filter is given too much")
        if isinstance(part, list | tuple):
            parts.extend(part)
        elif isinstance(part, dict):
            parts.extend(part.values())
    return weight


_make_range = RangeLiteral._make_range


def _make_short_range(self: RangeLiteral, start: Any, stop: Any) -> range:
    """What (start..stop) means. Searching or skipping in a long one can't be stopped once it has begun."""
    made = _make_range(self, start, stop)
    if len(made) > _Limited.loop_iteration_limit:
        raise TooMuch("a range is too long")
    return made


# The parser makes literals of this class, whatever the environment.
RangeLiteral._make_range = _make_short_range  # type: ignore[method-assign]  # there is no other way in
