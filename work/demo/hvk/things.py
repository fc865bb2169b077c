"""The things of hvk: 240 that stand somewhere, and 90 that move."""

from collections.abc import Iterator

type _Thing = tuple[str, str, str, str, str]

_TANKS = (*range(201, 207), *range(211, 215))

# class, code, name, place; where nothing more is said it stands as most of its class do.
_PUMPS = (
    ("PMP-0201", "Screw pump Leistritz L4, 75 kW", "P-201A"),
    ("PMP-0202", "Screw pump Leistritz L4, 75 kW", "P-201B"),
    ("PMP-0205", "Centrifugal pump KSB 100-315", "P-205"),
    ("PMP-0301", "Centrifugal pump KSB 65-200", "P-301"),
    ("PMP-0302", "Centrifugal pump KSB 65-200", "P-302"),
    ("PMP-0331", "CIP supply pump 331", "CIP-330"),
    ("PMP-0332", "CIP return pump 332", "CIP-330"),
    ("PMP-0321", "Dosing pump of blender 321", "M-321"),
    ("PMP-0322", "Dosing pump of blender 322", "M-322"),
    ("PMP-0323", "Dosing pump of blender 323", "M-323"),
    ("PMP-0511", "Boiler feed pump 1", "B-501"),
    ("PMP-0512", "Boiler feed pump 2", "B-501"),
    ("PMP-0521", "Cooling water pump 1", "CT-520"),
    ("PMP-0522", "Cooling water pump 2", "CT-520"),
    ("PMP-0101", "Stripping pump of the jetty", "J1"),
    ("PMP-0102", "Slop pump of the jetty", "J1"),
    ("PMP-0231", "Sump pump of bund A", "BUND-A"),
    ("PMP-0232", "Sump pump of bund B", "BUND-B"),
    ("PMP-0401", "Product pump of line 1", "FIL-1"),
    ("PMP-0402", "Product pump of line 2", "FIL-2"),
    ("PMP-0403", "Product pump of line 3", "FIL-3"),
    ("PMP-0404", "Product pump of line 4", "FIL-4"),
    ("PMP-0901", "Rain water pump of the gate", "GATE"),
    ("PMP-0801", "Product pump of line 5", "L5-FIL"),
)
_VESSELS = (
    ("VES-0311", "Reactor vessel 12 m³", "R-311"),
    ("VES-0312", "Plate exchanger Alfa Laval M10", "E-312"),
    ("VES-0321", "Blending vessel 8 m³", "M-321"),
    ("VES-0322", "Blending vessel 8 m³", "M-322"),
    ("VES-0323", "Blending vessel 5 m³", "M-323"),
    ("VES-0331", "Caustic vessel of the CIP", "CIP-330"),
    ("VES-0332", "Acid vessel of the CIP", "CIP-330"),
    ("VES-0333", "Hot water vessel of the CIP", "CIP-330"),
    ("VES-0501", "Condensate vessel", "B-501"),
    ("VES-0511", "Air receiver 2 m³", "K-511"),
)
_SAFETY = (
    ("SAF-0311", "Safety valve DN50 of the reactor", "PSV-311"),
    ("SAF-0312", "Bursting disc of the exchanger", "E-312"),
    ("SAF-0043", "Guard switch Pilz PSEN, left door", "GRD-3"),
    ("SAF-0044", "Guard switch Pilz PSEN, right door", "GRD-3"),
    ("SAF-0047", "Metal detector head 3", "MD-3"),
    ("SAF-0011", "Guard circuit of filler 1", "FIL-1"),
    ("SAF-0012", "Metal detector of line 1", "L1"),
    ("SAF-0021", "Guard circuit of seamer 2", "SEA-2"),
    ("SAF-0022", "X-ray inspector of line 2", "L2"),
    ("SAF-0041", "Emergency stop circuit of line 4", "L4"),
    ("SAF-0501", "Safety valve of boiler 501", "B-501"),
    ("SAF-0502", "Low water cut-out of boiler 501", "B-501"),
    ("SAF-0511", "Safety valve of the air receiver", "K-511"),
    ("SAF-0101", "Emergency release of arm 101", "LA-101"),
    ("SAF-0102", "Emergency release of arm 102", "LA-102"),
    *((f"SAF-{n}", f"Overfill protection of tank {n}", f"TK-{n}") for n in range(201, 207)),
    ("SAF-0602", "Gas detector of the charging room", "CHARGE"),
)
_MACHINES = (
    ("MAC-0101", "Rotary filler 24 heads", "FIL-1"),
    ("MAC-0102", "Capper 1", "CAP-1"),
    ("MAC-0103", "Labeller 1", "L1"),
    ("MAC-0201", "Can filler", "FIL-2"),
    ("MAC-0202", "Seamer Angelus", "SEA-2"),
    ("MAC-0203", "Palletiser 2", "L2"),
    ("MAC-0301", "Pouch filler", "FIL-3"),
    ("MAC-0302", "Spout capper 3", "CAP-3"),
    ("MAC-0303", "Labeller 3", "LBL-3"),
    ("MAC-0304", "Case packer 3", "L3"),
    ("MAC-0401", "IBC filler with scale", "FIL-4"),
    ("MAC-0402", "Sealing table 4", "L4"),
    ("MAC-0501", "Pouch filler 5", "L5-FIL"),
    ("MAC-0502", "Case packer 5", "L5"),
    ("MAC-0601", "Pallet wrapper", "DOCK-2"),
    ("MAC-0701", "Lathe", "WS"),
)
_OTHERS = (
    ("conveyor", "CNV-1", "Bottle conveyor 1", "L1"),
    ("conveyor", "CNV-2", "Can conveyor 2", "L2"),
    ("conveyor", "CNV-3", "Pouch conveyor 3", "CNV-3"),
    ("conveyor", "CNV-3B", "Case conveyor 3", "L3"),
    ("conveyor", "CNV-4", "Roller conveyor 4", "L4"),
    ("conveyor", "CNV-5", "Pouch conveyor 5", "L5"),
    ("conveyor", "CNV-61", "Pallet conveyor to rack A", "WA"),
    ("conveyor", "CNV-62", "Pallet conveyor to dock 2", "DOCK-2"),
    ("utility", "UTL-501", "Steam boiler 6 t/h", "B-501"),
    ("utility", "UTL-511", "Screw compressor 90 kW", "K-511"),
    ("utility", "UTL-512", "Air dryer", "K-511"),
    ("utility", "UTL-520", "Cooling tower cell", "CT-520"),
    ("utility", "UTL-521", "Nitrogen generator", "K-511"),
    ("utility", "UTL-601", "Cooling unit of the cold cell", "COLD"),
    ("panel", "PNL-5A", "MCC-5 section A", "MCC-5"),
    ("panel", "PNL-5B", "MCC-5 section B", "MCC-5"),
    ("panel", "PNL-5C", "MCC-5 emergency section", "MCC-5"),
    ("panel", "PNL-301", "Local panel of refining", "U-310"),
    ("panel", "PNL-403", "Control cabinet of line 3", "L3"),
    ("panel", "PNL-404", "Control cabinet of line 4", "L4"),
    ("panel", "PNL-805", "Main panel of line 5", "L5-ELE"),
    ("panel", "PNL-806", "Drive cabinet of line 5", "L5-ELE"),
    ("transfer", "LA-101", "Loading arm 101, 8 inch", "LA-101"),
    ("transfer", "LA-102", "Loading arm 102, 8 inch", "LA-102"),
    ("transfer", "HS-031", "Hose 4 inch, food grade", "HOSES"),
    ("transfer", "HS-032", "Hose 4 inch, food grade", "HOSES"),
    ("transfer", "HS-033", "Hose 3 inch, food grade", "HOSES"),
    ("transfer", "HS-034", "Hose 3 inch, caustic", "HOSES"),
    ("room", "RM-MCC5", "Switch room 5", "MCC-5"),
    ("room", "RM-COLD", "Cold cell", "COLD"),
    ("room", "RM-CHG", "Charging room", "CHARGE"),
    ("room", "RM-STO", "Parts store", "STORE"),
    *(("dock", f"DCK-{n}", f"Dock leveller {n}", f"DOCK-{n}") for n in range(1, 7)),
    ("tool", "TL-014", "Torque wrench 20–100 Nm", "WS"),
    ("tool", "TL-021", "Insulation tester", "WS"),
    ("tool", "TL-030", "Vibration meter", "WS"),
    ("tool", "TL-033", "ATP meter", "CIP-330"),
)
# Equipment that has instruments and valves of its own: number, place.
_MEASURED = (
    *((str(n), f"TK-{n}") for n in _TANKS),
    *(("311", "R-311"), ("312", "E-312"), ("301", "P-301"), ("302", "P-302")),
    *(("321", "M-321"), ("322", "M-322"), ("323", "M-323"), ("330", "CIP-330")),
    *(("501", "B-501"), ("511", "K-511")),
)
_INSTRUMENTS = (("LT", "Level"), ("TT", "Temperature"), ("PT", "Pressure"))
_FLOW = (("FT-101", "J1"), ("FT-205", "P-205"))
_LINES = (
    *((f"LN-{n}", f"Line of tank {n} to the pump house", "PH-20") for n in _TANKS),
    ("LN-101", "Jetty line 1 to the tank farm", "J1"),
    ("LN-330", "CIP ring of the process hall", "CIP-330"),
)
# How a thing stands, where not as most of its class.
_STANDS = {
    "PMP-0202": "standby",
    "PMP-0301": "out_of_service",
    "PMP-0512": "standby",
    "PMP-0801": "out_of_service",
    "TK-206": "being_cleaned",
    "TK-214": "empty",
    "VES-0323": "empty",
    "SAF-0043": "failed",
    "SAF-0047": "due",
    "SAF-0022": "due",
    "LT-204": "calibration_due",
    "TT-312": "calibration_due",
    "PT-511": "failed",
    "XV-312": "passing",
    "XV-212": "stuck",
    "MAC-0301": "stopped",
    "MAC-0501": "held",
    "CNV-3": "stopped",
    "PNL-806": "isolated",
    "HS-032": "test_due",
    "HS-034": "rejected",
    "RM-MCC5": "restricted",
    "DCK-3": "blocked",
    "DCK-1": "occupied",
    "TL-021": "due",
    "TR-07": "assigned",
    "TR-11": "inspection_due",
    "FT-14": "out",
    "FT-12": "restricted",
}
_FIRST = {
    "pump": "in_service",
    "tank": "in_service",
    "vessel": "in_service",
    "valve": "free",
    "line": "drained",
    "instrument": "in_order",
    "safety": "calibrated",
    "machine": "released",
    "conveyor": "released",
    "utility": "in_service",
    "panel": "energised",
    "transfer": "tested",
    "room": "open",
    "dock": "free",
    "vehicle": "available",
    "tool": "calibrated",
}


def _standing() -> Iterator[tuple[str, str, str, str]]:
    yield from (("pump", *row) for row in _PUMPS)
    for n in _TANKS:
        yield "tank", f"TK-{n}", f"Storage tank {1200 if n < 210 else 600} m³", f"TK-{n}"
    yield "tank", "TK-101", "Slop tank of the jetty, 30 m³", "J1"
    yield "tank", "TK-501", "Fuel tank of the boiler, 20 m³", "B-501"
    yield from (("vessel", *row) for row in _VESSELS)
    for n, place in _MEASURED:
        yield "valve", f"XV-{n}", f"Shut-off valve {n}", place
        yield "valve", f"HV-{n}", f"Drain valve {n}", place
    yield from (("line", *row) for row in _LINES)
    for n, place in _MEASURED:
        for letters, what in _INSTRUMENTS:
            yield "instrument", f"{letters}-{n}", f"{what} transmitter {n}", place
    yield from (("instrument", code, "Flow meter", place) for code, place in _FLOW)
    yield from (("safety", *row) for row in _SAFETY)
    yield from (("machine", *row) for row in _MACHINES)
    yield from _OTHERS


# Batches that are somewhere in a container, and how they stand.
_BATCHES = (
    *(("B-2281", "in:IBC-4401", "released"), ("B-2282", "in:IBC-4402", "released")),
    *(("B-2283", "in:IBC-4403", "released"), ("B-2284", "in:IBC-4404", "released")),
    *(("B-2285", "in:IBC-4405", "rejected"), ("B-2286", "in:IBC-4406", "released")),
    *(("B-2287", "WA", "released"), ("B-2288", "WA", "released"), ("B-2289", "WB", "released")),
    *(("B-2290", "WB", "released"), ("B-2291", "in:IBC-4417", "on_hold")),
    *(("B-2292", "L1", "in_process"), ("B-2293", "L2", "in_process")),
    *(("B-2294", "L4", "in_process"), ("B-2295", "TK-203", "in_process")),
    *(("B-2296", "TK-211", "in_process"), ("B-2297", "M-321", "in_process")),
    *(("B-2298", "M-322", "in_process"), ("B-2299", "R-311", "in_process")),
    ("B-2300", "WC", "on_hold"),
)
_PARKED = ("COLD", "WD", "WE", "WF", "DOCK-4")
_KINDS_OF_IBC = ("cleaned", "dirty", "cleaned", "sealed", "cleaned")


def _moving() -> Iterator[_Thing]:
    for n in range(1, 13):
        code = f"TR-{n:02}"
        place = {7: "DOCK-1", 11: "DOCK-5"}.get(n, "GATE" if n % 3 else "DOCK-2")
        yield "vehicle", code, f"Tractor with tank trailer {n}", place, _stands("vehicle", code)
    for n in range(11, 19):
        code, place = f"FT-{n}", "CHARGE" if n % 2 else "WA"
        yield "vehicle", code, f"Fork truck {n}", place, _stands("vehicle", code)
    filled = {place.removeprefix("in:") for _code, place, _status in _BATCHES}
    for n in range(4401, 4451):
        code, place = f"IBC-{n}", _PARKED[n % len(_PARKED)]
        status = "filled" if code in filled else _KINDS_OF_IBC[n % len(_KINDS_OF_IBC)]
        yield "container", code, "IBC 1,000 l", place, status
    for code, place, status in _BATCHES:
        yield "batch", code, f"Batch {code.removeprefix('B-')}", place, status


def _stands(kind: str, code: str) -> str:
    return _STANDS.get(code, _FIRST[kind])


STANDING: tuple[_Thing, ...] = tuple(
    (kind, code, name, place, _stands(kind, code)) for kind, code, name, place in _standing()
)
MOVING: tuple[_Thing, ...] = tuple(_moving())
