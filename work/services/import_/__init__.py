"""Import of places, assets and work from any CSV or XLSX export, described by a mapping.

Three passes: *staged* (streamed and converted), *validated* whole, *loaded* in chunks. See
`docs/import.md` for the mapping and `work.services.import_.run` for the door.
"""
