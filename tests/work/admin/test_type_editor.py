"""The editor of a draft: all of it saved at once, faults at their rows, nothing typed is lost."""

import uuid

import pytest

from tests import factories
from work.models import Event, WorkType, WorkTypeVersion
from work.services import types

LINE = {"key": "bar", "text": "Pressure", "kind": "reading", "low": 2, "high": 4}


@pytest.fixture
def draft(world) -> WorkTypeVersion:
    """The draft of a type that was never published."""
    kind = types.create_type(actor=None, site_id=world.site.pk, code="INS", name="Inspection")
    made = types.create_draft(actor=None, type_id=kind.pk)
    return types.write_draft(actor=None, version_id=made.pk, lines=[LINE])


def url(version) -> str:
    return f"/admin/work/worktypeversion/{version.pk}/change/"


def sent_from(page) -> dict[str, str]:
    """What a browser would send back from an editor that nobody has touched."""
    draft, sent = page.context["draft"], {}
    forms = [draft.settings]
    for rows in draft.parts.values():
        forms += [rows.management_form, *rows.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value or value == 0 and value is not False:
                prepared = field.field.prepare_value(value)
                sent[field.html_name] = "on" if prepared is True else str(prepared)
    return sent


def said_of(version) -> dict[str, list]:
    return {
        "fields": list(version.fields.values_list("key", "label", "kind", "required_at")),
        "stages": list(version.stages.values_list("key", "label", "status")),
        "criteria": list(version.criteria.values_list("key", "text", "needed_at")),
        "lines": list(version.lines.values_list("key", "text", "kind", "hold_point")),
    }


def test_all_of_it_is_saved_by_one_act_and_once(world, admin, draft):
    sent = sent_from(admin.get(url(draft))) | {
        "due_days": "14",
        "four_eyes": "on",
        "fields-0-label": "Failure mode",
        "fields-0-kind": "choice",
        "fields-0-choices": "leak\n\n wear ",
        "fields-0-required_at": "complete",
        "stages-0-label": "Loading",
        "stages-0-status": "live",
        "criteria-0-text": "It works",
        "criteria-0-needed_at": "close",
        "lines-1-text": "Safe to go on?",
        "lines-1-kind": "pass_fail",
        "lines-1-hold_point": "on",
        "lines-1-position": "5",
    }

    for _twice in range(2):
        answer = admin.post(url(draft), sent)
        assert answer.status_code == 302

    draft.refresh_from_db()
    assert (draft.due_days, draft.four_eyes) == (14, True)
    assert said_of(draft) == {
        "fields": [("failure-mode", "Failure mode", "choice", "complete")],
        "stages": [("loading", "Loading", "live")],
        "criteria": [("it-works", "It works", "close")],
        "lines": [
            ("safe-to-go-on", "Safe to go on?", "pass_fail", True),
            ("bar", "Pressure", "reading", False),
        ],
    }
    assert draft.fields.get().choices == ["leak", "wear"]
    written = Event.objects.filter(verb="draft_written", act=uuid.UUID(sent["act"]))
    assert [(each.actor, each.subject_id) for each in written] == [(world.site_admin, draft.pk)]


def test_every_fault_is_said_at_its_row_and_nothing_typed_is_lost(world, admin, draft):
    sent = sent_from(admin.get(url(draft))) | {
        "sample_percent": "140",
        "fields-0-label": "",
        "fields-0-unit": "bar",
        "lines-0-low": "high",
        "lines-1-text": "Which?",
        "lines-1-key": "bar",
        "lines-1-kind": "choice",
    }
    before = said_of(draft), Event.objects.count()

    answer = admin.post(url(draft), sent)

    assert answer.status_code == 422
    said = answer.context["draft"]
    assert dict(said.settings.errors) == {
        "sample_percent": ["Ensure this value is less than or equal to 100."]
    }
    assert [sorted(row.errors) for row in said.parts["fields"]] == [["label"]]
    assert [sorted(row.errors) for row in said.parts["lines"]] == [["low"], ["choices", "key"]]
    assert 'href="#id_lines-1-choices"' in answer.text
    assert said.parts["lines"].forms[0]["low"].value() == "high"
    assert said.parts["fields"].forms[0]["unit"].value() == "bar"
    assert (said_of(draft), Event.objects.count()) == before


def test_rows_are_asked_for_removed_and_put_in_order_without_a_script(world, admin, draft):
    sent = sent_from(admin.get(url(draft)))
    more = admin.post(url(draft), sent | {"_more": "lines", "lines-1-text": "Second"})
    assert more.status_code == 200
    assert len(more.context["draft"].parts["lines"].forms) == 5
    assert more.context["draft"].parts["lines"].forms[1]["text"].value() == "Second"
    assert said_of(draft)["lines"] == [("bar", "Pressure", "reading", False)]

    sent = sent_from(more) | {
        "lines-0-DELETE": "on",
        "lines-4-text": "First",
        "lines-4-position": "1",
    }
    answer = admin.post(url(draft), sent)
    assert answer.status_code == 302, answer.context["troubles"]
    assert [key for key, *_ in said_of(draft)["lines"]] == ["first", "second"]


def test_who_saw_an_older_draft_is_told_and_may_send_it_again(world, admin, draft):
    sent = sent_from(admin.get(url(draft))) | {"criteria-0-text": "Mine"}
    types.write_draft(actor=None, version_id=draft.pk, criteria=[{"key": "x", "text": "Theirs"}])

    answer = admin.post(url(draft), sent)

    assert answer.status_code == 409
    assert "Somebody wrote this draft" in answer.text
    assert said_of(draft)["criteria"] == [("x", "Theirs", "close")]
    again = sent_from(answer)
    assert again["criteria-0-text"] == "Mine"
    assert admin.post(url(draft), again).status_code == 302
    assert [text for _key, text, _at in said_of(draft)["criteria"]] == ["Mine"]


def test_a_published_version_is_shown_and_not_written(world, admin):
    version = WorkTypeVersion.objects.get(type=world.mnt)
    page = admin.get(url(version))
    assert page.status_code == 200
    assert "A published version never changes" in page.text
    assert 'name="_save"' not in page.text
    row = page.context["draft"].parts["criteria"].forms[0]
    assert (row["text"].value(), row.fields["text"].disabled) == ("It works", True)

    answer = admin.post(url(version), sent_from(page) | {"criteria-0-text": "Other"})

    assert answer.status_code == 422
    assert "is published and never changes" in answer.text
    assert said_of(version)["criteria"] == [("ok", "It works", "close")]


def test_what_a_field_meant_it_means_for_ever(world, admin):
    kind = factories.work_type(
        world.site, "FLD", fields=[{"key": "mode", "label": "Mode", "kind": "text"}]
    )
    made = types.copy_version(actor=None, version_id=kind.versions.get().pk)
    sent = sent_from(admin.get(url(made))) | {"fields-0-kind": "number"}

    answer = admin.post(url(made), sent)

    assert answer.status_code == 422
    assert list(answer.context["draft"].parts["fields"].forms[0].errors) == ["kind"]


def test_of_another_site_no_version_is_found(world, other, draft):
    version = url(draft)
    assert other.get(version).status_code == 404
    assert other.post(version, {"act": ""}).status_code == 404
    for tail in ("try/", "publish/", "move/", "copy/", "file/"):
        assert other.get(version.replace("change/", tail)).status_code == 403, tail
        assert other.post(version.replace("change/", tail)).status_code == 403, tail
    assert WorkType.objects.get(code="INS").name not in other.get("/admin/work/worktype/").text
    assert other.get("/admin/work/worktypeversion/").text.count("Inspection") == 0


@pytest.mark.parametrize("count", [1, 30])
def test_as_many_queries_for_one_row_as_for_thirty(
    world, admin, draft, django_assert_num_queries, count
):
    lines = [LINE | {"key": f"bar-{each}"} for each in range(count)]
    types.write_draft(actor=None, version_id=draft.pk, lines=lines)
    admin.get(url(draft))
    with django_assert_num_queries(12):
        page = admin.get(url(draft))
    assert len(page.context["draft"].parts["lines"].forms) == count + 1


def test_as_much_as_a_version_may_say_is_sent_from_one_page(world, admin, draft):
    """500 lines of a checklist; one more is told, and nothing that was typed is lost."""
    lines = [LINE | {"key": f"l{n}"} for n in range(499)]
    types.write_draft(actor=None, version_id=draft.pk, lines=lines)
    sent = sent_from(admin.get(url(draft))) | {"lines-499-text": "The last", "criteria-0-text": "C"}
    assert len(sent) > 2000
    assert admin.post(url(draft), sent).status_code == 302
    assert (draft.lines.count(), draft.criteria.count()) == (500, 1)
    assert draft.lines.last().text == "The last"

    before, seen = said_of(draft), {"act": "", "seen": str(types.writing(draft.pk))}
    more = {"lines-TOTAL_FORMS": "501", "lines-500-text": "One more", "lines-500-kind": "text"}
    answer = admin.post(url(draft), sent | seen | more)
    assert answer.status_code == 422
    (trouble,) = answer.context["troubles"]
    assert trouble.text == "At most 500 can be kept here; there are 501."
    assert answer.context["draft"].parts["lines"].forms[500]["text"].value() == "One more"
    assert said_of(draft) == before


def test_more_rows_than_a_page_takes_are_told(world, admin, draft):
    sent = sent_from(admin.get(url(draft))) | {"stages-TOTAL_FORMS": "9999"}
    answer = admin.post(url(draft), sent)
    assert answer.status_code == 422
    assert [each.anchor for each in answer.context["troubles"]] == ["part-stages"]
    assert said_of(draft)["lines"] == [("bar", "Pressure", "reading", False)]


def test_words_without_a_letter_of_ours_have_a_key_too(world, admin, draft):
    sent = sent_from(admin.get(url(draft))) | {
        "fields-0-label": "Давление",
        "lines-1-text": "温度",
        "lines-1-kind": "text",
    }
    assert admin.post(url(draft), sent).status_code == 302
    assert draft.fields.get().key == "field"
    assert list(draft.lines.values_list("key", flat=True)) == ["bar", "line"]
