"""The page on which the mapping of an import is written: from the columns, or as TOML."""

import functools
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from work.exceptions import NotDone, Unknown
from work.forms.import_mapping import WriteMapping
from work.forms.import_toml import Saved, Toml
from work.models import Site
from work.models.imports import ImportRun, ImportState
from work.permissions import Scope
from work.reads import imports as read
from work.services import imports
from work.services.import_ import mapping_toml, peek, sketch
from work.services.import_.faults import FileFault, ImportFault, MappingFault
from work.services.import_.mapping import FileForm, kind_of
from work.views import _kept
from work.views._importing import act_of, answered, import_view, run_of, seen_of
from work.views._refusals import INVALID
from work.views._site import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@import_view
def import_mapping(
    request: HttpRequest, site: Site, who: Scope, at: datetime, run: int
) -> HttpResponse:
    """Write the mapping of a run that has not begun; `as=toml` shows it as text."""
    found = run_of(site, run)
    if found.state != ImportState.DRAFT and request.method != "POST":
        return see_other(request, "work:import_run", site.slug, found.pk)
    page = _Toml if request.GET.get("as") == "toml" else _Columns
    return page(request, site, who, found).answer()


class _Toml:
    """The mapping as text."""

    template = "work/import_toml.html"

    def __init__(self, request: HttpRequest, site: Site, who: Scope, run: ImportRun) -> None:
        self.request, self.site, self.who, self.run = request, site, who, run

    def answer(self) -> HttpResponse:
        """The page, or the way back to the run when it has its mapping."""
        if self.request.method != "POST":
            return self.page(self.form(_kept.typed_before(self.request)))
        _kept.forget(self.request)
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self.page(form, status=INVALID[0])
        return self.use(form, form.cleaned_data["text"].replace("\r\n", "\n"))

    def form(self, typed: QueryDict | None) -> Toml:
        """The text as it was typed, or as it stands."""
        return Toml(typed, initial={"text": self.run.mapping_text, "name": self.name})

    @property
    def name(self) -> str:
        """What the mapping is called until somebody says otherwise."""
        return self.run.mapping_name or self.run.files[0]["name"].rpartition(".")[0]

    def use(self, form: Saved, text: str) -> HttpResponse:
        """Give the run its mapping, and save it at the site where that is asked."""
        try:
            known, typed = act_of(self.request), form.cleaned_data
            seen = seen_of(self.request.POST)
            how = {name: typed[name] for name in ("name", "save", "replace")}
            imports.describe(**known, run_id=self.run.pk, text=text, seen=seen, **how)
        except Unknown:
            raise Http404 from None
        except (NotDone, ImportFault) as error:
            return self.refused(form, error)
        return see_other(self.request, "work:import_run", self.site.slug, self.run.pk)

    def refused(self, form: Saved, error: NotDone | ImportFault) -> HttpResponse:
        """What was typed, and why it was not taken."""
        refusal, status = answered(error, self.who)
        return self.page(form, refusal=refusal, status=status)

    def page(self, form: Any, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page with a form."""
        values = {
            "site": self.site,
            "run": read.row(self.site, self.run),
            "version": self.run.version,
            "form": form,
            "kept_note": _kept.note(self.request),
        }
        return render(self.request, self.template, values | more, status=status)


class _Columns(_Toml):
    """The mapping as answers, with the columns of the file to choose from."""

    template = "work/import_mapping.html"

    def answer(self) -> HttpResponse:
        """The page; looked at again with other answers; or the way back to the run."""
        flat = self._flat()
        if flat is None:  # it says more than the form can
            toml = _Toml(self.request, self.site, self.who, self.run)
            return toml.page(toml.form(None), only_text=True)
        if self.request.method != "POST":
            typed = _kept.typed_before(self.request)
            return self._shown(_initial(typed) if typed is not None else flat)
        _kept.forget(self.request)
        typed = self._typed()
        if (how := typed.get("how")) in ("look", "codes"):
            return self._shown(_initial(typed), codes=how == "codes")
        form, preview = self._form(_initial(typed), typed)
        if not form.is_valid():
            return self.page(form, preview=preview, status=INVALID[0])
        flat = form.cleaned_data | self._guessed(form.cleaned_data)
        text = sketch.text_of(self.kind, flat)
        try:
            mapping = mapping_toml.parse(text, name=flat["name"])
        except MappingFault as fault:
            form.tell(fault)
            return self.page(form, preview=preview, status=INVALID[0])
        if preview.columns and form.lacks(mapping.needed):
            return self.page(form, preview=preview, status=INVALID[0])
        return self.use(form, text)

    def refused(self, form: Saved, error: NotDone | ImportFault) -> HttpResponse:
        """What was typed, and why it was not taken, with the first rows."""
        refusal, status = answered(error, self.who)
        _form, preview = self._form(_initial(self._typed()), None)
        return self.page(form, preview=preview, refusal=refusal, status=status)

    @property
    def kind(self) -> str:
        """What the run holds."""
        return kind_of(self.run.kind)

    def _flat(self) -> sketch.Flat | None:
        """The answers that the run's mapping gives; those that suggest themselves without one."""
        if self.request.method == "POST":
            return {}
        if self.run.mapping_text:
            found = sketch.flat_of(self.run.mapping_text)
            return found and found | {"name": self.name, "save": True}
        guess = peek.guess(self.run.files[0])
        columns = peek.preview(self.run.files[0], guess, 1).columns
        suggested = sketch.suggested(self.kind, columns) | {"name": self.name, "save": True}
        return suggested | _said(guess)

    def _typed(self) -> QueryDict:
        """What was sent, columns called as in the file: a browser has line ends of its own."""
        typed = self.request.POST.copy()
        columns = self._preview(self._file_form(_initial(typed))).columns
        ends = {"\r\n".join(name.splitlines()): name for name in columns if not name.isprintable()}
        for name, value in typed.items() if ends else ():
            typed[name] = ends.get(value, value)
        return typed

    def _guessed(self, flat: sketch.Flat) -> sketch.Flat:
        """How the files seem to be written, where the answers do not say it."""
        guess = _said(peek.guess(self.run.files[0]))
        found = {name: value for name, value in guess.items() if not flat.get(name)}
        main = self._file_form(flat)
        others = {each["name"].casefold(): each for each in self.run.files[1:]}
        for join in sketch.joins(self.kind):
            if (file := others.get(flat.get(f"{join}.file", "").casefold())) is None:
                continue
            own = peek.guess(file)
            for name in ("delimiter", "encoding"):
                if getattr(own, name) != getattr(main, name):
                    found[f"{join}.{name}"] = getattr(own, name)
        return found

    def _shown(self, flat: sketch.Flat, *, codes: bool = False) -> HttpResponse:
        if codes:
            flat |= self._codes(flat)
        form, preview = self._form(flat, None)
        return self.page(form, preview=preview)

    def _form(
        self, flat: sketch.Flat, typed: QueryDict | None
    ) -> tuple[WriteMapping, peek.Preview]:
        preview = self._preview(self._file_form(flat))
        others = {each["name"]: self._columns_of(each) for each in self.run.files[1:]}
        form = WriteMapping(
            typed,
            initial=flat,
            kind=self.kind,
            columns=preview.columns,
            known=read.mapping_constants(self.site, self.kind),
        )
        form.others = others
        return form, preview

    @functools.cached_property
    def _previews(self) -> dict[FileForm, peek.Preview]:
        return {}

    def _preview(self, form: FileForm) -> peek.Preview:
        """The first rows as they are read with this form, read once."""
        if form not in self._previews:
            self._previews[form] = peek.preview(self.run.files[0], form)
        return self._previews[form]

    def _columns_of(self, file: dict[str, Any]) -> list[str]:
        return peek.preview(file, peek.guess(file), 1).columns

    def _file_form(self, flat: sketch.Flat) -> FileForm:
        """How the answers say that the file is written; how it seems, where they are no good."""
        guess = peek.guess(self.run.files[0])
        try:
            said = sketch.file_of({**_said(guess), **{k: v for k, v in flat.items() if v}})
            if "header" in said:
                said["header"] = int(said["header"])
            return mapping_toml.file_form(said, "file", FileForm())
        except (MappingFault, ValueError):
            return guess

    def _codes(self, flat: sketch.Flat) -> sketch.Flat:
        """Code maps with the codes that the chosen columns hold, where few answers are possible."""
        fits = self._form(flat, None)[0].fitting
        asked = {group: column for group in fits if (column := flat.get(f"{group}.column"))}
        try:
            found = peek.codes_in(
                self.run.files[0], self._file_form(flat), list(dict.fromkeys(asked.values()))
            )
        except FileFault:
            return {}
        return {
            f"{group}.map": sketch.with_codes(
                flat.get(f"{group}.map", ""), found[column], fits[group]
            )
            for group, column in asked.items()
        }


def _said(form: FileForm) -> sketch.Flat:
    """How a file is written, as answers; what is so by default is not said."""
    flat = {"file.delimiter": form.delimiter, "file.encoding": form.encoding}
    usual = {"file.delimiter": ",", "file.encoding": "utf-8"}
    return {name: value for name, value in flat.items() if value != usual[name]}


def _initial(typed: QueryDict) -> sketch.Flat:
    """What was typed, for a form that is not judged yet; a box that is not ticked is not sent."""
    return {"save": ""} | {name: typed.get(name, "") for name in typed}


__all__ = ["import_mapping"]
