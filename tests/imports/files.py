"""Where the files of these tests are, and the site they are loaded into."""

from pathlib import Path

from tests.factories import setup
from work.models import Site
from work.models.imports import ImportRun
from work.services.import_.mapping import Kind
from work.services.import_.run import run_import

ROOT = Path(__file__).resolve().parents[2]
VALHALL = ROOT / "tests/data/valhall"
MAPPINGS = ROOT / "work/mappings"


def make_site() -> Site:
    """A site without places, with one published work type of the code *maintenance*."""
    site = setup.site("val", time_zone="Europe/Oslo", name="Valhall")
    setup.work_type(site, "maintenance", name="Maintenance", criteria=[])
    return site


def load_valhall(site: Site, folder: Path = VALHALL) -> tuple[ImportRun, ImportRun]:
    """Places and work of the extract, through the mappings of the repository."""
    return tuple(
        run_import(
            site=site,
            kind=kind,
            path=folder / name,
            mapping_path=MAPPINGS / f"valhall_{kind.value}.toml",
        )
        for kind, name in ((Kind.PLACES, "assets.csv"), (Kind.WORK, "workorders.csv"))
    )
