"""Every code of a Reason that stands anywhere in work/, read from the source."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "work"


class _Unreadable(AssertionError):
    """A code that the source does not show; say it plainly, or teach this file."""


def _trees() -> dict[str, ast.Module]:
    paths = [path for path in ROOT.rglob("*.py") if "migrations" not in path.parts]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


def codes() -> set[str]:
    """All codes: of `Reason(…)`, and of reasons that are stored as JSON; not an import's faults."""
    trees, found = _trees(), set()
    for name, tree in trees.items():
        for function in [tree, *_functions(tree)]:
            for node in _own_nodes(function):
                if _is_reason(node):
                    found |= set(_strings(node.args[0], function, trees, name))
                if isinstance(node, ast.Dict) and "import_" not in name:
                    found |= set(_stored(node, function, trees, name))
    return found


@functools.cache
def _functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@functools.cache
def _own_nodes(function: ast.AST) -> list[ast.AST]:
    """Everything inside but inner functions, which have their turn."""
    found, waiting = [], list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)
    return found


def _is_reason(node: ast.AST) -> bool:
    known = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return known and node.func.id == "Reason" and bool(node.args)


def _stored(node: ast.Dict, function, trees, name: str) -> Iterator[str]:
    """A dict with nothing but code and params is a reason as JSON."""
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    if "code" in keys and set(keys) <= {"code", "params"} and len(keys) == len(node.keys):
        value = node.values[keys.index("code")]
        if isinstance(value, ast.Constant | ast.JoinedStr):
            yield from _strings(value, function, trees, name)


def _strings(node: ast.AST, function, trees, name: str) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _strings(node.body, function, trees, name)
            yield from _strings(node.orelse, function, trees, name)
        case ast.JoinedStr(values=[ast.Constant(value="need."), _]):
            from work.ports import suppliers

            own = [key for key in (each.key for each in suppliers.all()) if key.startswith("work.")]
            yield from (f"need.{key}" for key in own if key in ("work.item", "work.check"))
        case ast.Name(id=variable):
            yield from _named(variable, function, trees, name)
        case _:
            raise _Unreadable(f"{name}:{node.lineno}: {ast.unparse(node)}")


def _named(variable: str, function, trees, name: str) -> Iterator[str]:
    """What a variable is given inside its function, or by those who call the function."""
    given = [
        node.value
        for node in _own_nodes(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(to, ast.Name) and to.id == variable for to in node.targets)
    ]
    for value in given:
        yield from _strings(value, function, trees, name)
    if given:
        return
    arguments = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
    if variable not in arguments:
        table = list(_from_table(variable, function, trees[name]))
        yield from table
        if table:
            return
        raise _Unreadable(f"{name}: {variable}")
    for where, tree in trees.items():
        for caller in [tree, *_functions(tree)]:
            for call in _own_nodes(caller):
                if _calls(call, function.name):
                    yield from _argument(
                        call, arguments.index(variable), variable, caller, trees, where
                    )
    yield from _default(function, variable)


def _from_table(variable: str, function, tree: ast.Module) -> Iterator[str]:
    """Codes in the pairs of a table of the module that a loop goes through."""
    for loop in _own_nodes(function):
        if not isinstance(loop, ast.For) or variable not in ast.unparse(loop.target):
            continue
        tables = {node.id for node in ast.walk(loop.iter) if isinstance(node, ast.Name)}
        for assigned in tree.body:
            if isinstance(assigned, ast.Assign | ast.AnnAssign) and _target(assigned) in tables:
                for pair in ast.walk(assigned.value):
                    if isinstance(pair, ast.Tuple) and isinstance(pair.elts[-1], ast.Constant):
                        yield pair.elts[-1].value


def _target(assigned: ast.Assign | ast.AnnAssign) -> str:
    simple = isinstance(assigned, ast.AnnAssign)
    return ast.unparse(assigned.target if simple else assigned.targets[0])


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Name) and node.func.id == name)
        or (isinstance(node.func, ast.Attribute) and node.func.attr == name)
    )


def _argument(
    call: ast.Call, index: int, variable: str, caller, trees, where: str
) -> Iterator[str]:
    if len(call.args) > index:
        yield from _strings(call.args[index], caller, trees, where)
    for keyword in call.keywords:
        if keyword.arg == variable:
            yield from _strings(keyword.value, caller, trees, where)


def _default(function: ast.FunctionDef, variable: str) -> Iterator[str]:
    plain = function.args.args
    pairs = [
        *zip(
            plain[len(plain) - len(function.args.defaults) :], function.args.defaults, strict=True
        ),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]
    for argument, value in pairs:
        if argument.arg == variable and isinstance(value, ast.Constant) and value.value:
            yield value.value
