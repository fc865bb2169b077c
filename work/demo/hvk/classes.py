"""The eighteen classes of things of hvk, each with its own statuses; ! marks those not ready."""

from typing import Any


def _class(code: str, name: str, statuses: str, *fields: tuple[str, str, str]) -> dict[str, Any]:
    rows = []
    for each in statuses.split(", "):
        label = each.removeprefix("!")
        key = label.lower().replace(" ", "_")
        rows.append({"key": key, "label": label, "ready": label == each})
    named = [{"key": key, "label": label, "kind": kind} for key, label, kind in fields]
    return {"code": code, "name": name, "statuses": rows, "fields": named}


CLASSES = (
    _class(
        *("pump", "Pump", "In service, Standby, !Out of service"),
        *(("power", "Power, kW", "number"), ("seal", "Seal", "text")),
    ),
    _class(
        *("tank", "Tank", "In service, Empty, !Being cleaned, !Out of service"),
        *(("volume", "Volume, m³", "number"), ("product", "Product", "text")),
    ),
    _class(
        *("vessel", "Vessel or exchanger", "In service, Empty, !Opened, !Out of service"),
        ("pressure", "Design pressure, bar", "number"),
    ),
    _class("valve", "Valve", "Free, Locked open, Locked closed, !Passing, !Stuck"),
    _class("line", "Pipe line", "Full, Pigged, Drained, !Plugged"),
    _class(
        *("instrument", "Instrument", "In order, !Calibration due, !Failed"),
        *(("range", "Range", "text"), ("calibrated", "Calibrated on", "date")),
    ),
    _class(
        *("safety", "Safety device", "Calibrated, !Due, !Failed, !Bypassed"),
        ("set", "Set point", "text"),
    ),
    _class("machine", "Packaging machine", "Released, Stopped, !Held"),
    _class("conveyor", "Conveyor", "Released, Stopped, !Held"),
    _class("utility", "Utility", "In service, Standby, !Out of service"),
    _class("panel", "Electrical panel", "Energised, Isolated, !Faulty"),
    _class(
        *("transfer", "Loading arm or hose", "Tested, !Test due, !Rejected"),
        ("tested", "Tested on", "date"),
    ),
    _class("room", "Room", "Open, Restricted, !Closed"),
    _class("dock", "Dock", "Free, Occupied, !Blocked"),
    _class(
        *("vehicle", "Vehicle", "Available, Assigned, !Inspection due, !Restricted, !Out"),
        ("plate", "Plate", "text"),
    ),
    _class(
        *("container", "Container", "Cleaned, Filled, Sealed, !Dirty, !Blocked"),
        ("seal", "Seal number", "text"),
    ),
    _class(
        *("batch", "Batch", "Released, In process, Shipped, !On hold, !Rejected"),
        ("recipe", "Recipe", "text"),
    ),
    _class("tool", "Tool", "Calibrated, !Due"),
)
