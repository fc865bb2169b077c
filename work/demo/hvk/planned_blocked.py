"""What is planned at hvk and cannot be begun: ten, each with who clears it."""

from work.demo.flows import block, job, plan, promise, say
from work.demo.moments import Day
from work.states import BlockerKind

# fmt: off
JOBS = (
    # Seven wait for a permit: four here, two that were begun, and the welding whose check ran out.
    job("CON", "BUND-A", "Weld the bracket of the level gauge at tank 203",
        "Bracket hangs on one bolt since the storm", Day(-8, 9),
        plan(Day(-7, 10), "contractor", "luuk", owner="ao-20", start=Day(3, 13), end=Day(3, 17),
             company="lasteam", values={"scope": "Weld one bracket, hot work, fire watch",
                                        "po": "4500922"}),
        block(Day(-3, 11), "contractor", "permit", "Hot work permit is asked for, not given",
              clears="issuer", expected=Day(2, 12), reference="HW-118"),
        by="karel", key="con-14", safety_critical=True),
    job("MNT", "P-201A", "Renew the seal of transfer pump 201A", "Drips at the start of a transfer",
        -17.0, plan(-15.2, "op", owner="ao-20", start=0.4, end=0.9,
                    values={"isolation_needed": True, "failure_mode": "leak"}),
        block(-0.7, "lead", "permit", "Permit waits for the isolation certificate of 201A",
              clears="issuer", expected=0.3, reference="WP-2214"), key="seal-201",
        assets=("PMP-0201",)),
    job("CON", "R-311", "Clean the coil of reactor 311 with high pressure",
        "Heating takes twenty minutes longer than in spring", Day(-9, 9),
        plan(Day(-8, 13), "jeroen", owner="karel", start=Day(2, 8), end=Day(2, 15),
             company="hydrex", values={"scope": "Coil, 900 bar, from outside",
                                       "foreman": "Jeroen Kuipers", "po": "4500903"}),
        block(Day(-2, 10), "karel", "permit", "Permit for high pressure is valid for unit 320 only",
              clears="issuer", expected=Day(1, 15), reference="WP-2209"), by="karel",
        key="coil-311"),
    job("MNT", "MCC-5", "Change the drawer of fan 2 in the switch room", "Trips on overload, hot",
        -12.3, plan(-10.4, "ruud", start=Day(1, 9), end=Day(1, 12),
                    values={"isolation_needed": True, "failure_mode": "electrical"}),
        block(-1.5, "lead", "permit", "Work on live parts needs the authoriser's second signature",
              clears="issuer", expected=Day(1, 8.5), reference="EP-233"),
        say(-1.1, "lead", "If it is not there by nine, fan 1 goes on alone until tomorrow."),
        key="drawer-5", assets=("PNL-5A",), priority="2"),
    # Of four that wait for a part, three were begun.
    job("MNT", "LA-102", "Replace the swivel of loading arm 102", "Stiff since the last barge",
        -30.5,
        plan(-27.4, "op", start=Day(4, 8), values={"isolation_needed": True}),
        block(-11.6, "lead", "material", "Swivel 8 inch is still at the maker", clears="planner",
              expected=Day(2, 12), reference="PO 4500926", part="Swivel 8 inch", quantity="1"),
        promise(-4.9, "lead", Day(3, 12)), assets=("LA-102",), due=Day(6, 16)),
    # Of three that wait for a document, one was begun.
    job("COM", "L5-ELE", "Turn the drives of line 5 uncoupled", "First step after energising",
        Day(-7, 9),
        plan(Day(-6, 10), "ruud", by="henk", start=Day(3, 9),
             values={"procedure": "CP-L5-02", "certificate": "MC-L5-ELE"}),
        block(Day(-4, 14), "henk", "document", "Procedure CP-L5-02 is at its second review",
              clears="thea", expected=Day(2, 10), reference="CP-L5-02 rev B"), by="henk"),
    job("CLN", "L3", "Clean line 3 before the restart", "Guard was open, tools were inside", -0.7,
        plan(-0.65, "op", start=0.1, values={"method": "dry"}),
        block(-0.5, "lab", "document", "SOP-L3-012 revision 4 does not name the new switch",
              clears="thea", expected=0.2, reference="SOP-L3-012"), key="clean-3", priority="2"),
    # Of two that wait for somebody who can, one was begun.
    job("INS", "B-501", "Yearly look at the burner of boiler 501", "Written scheme, due this month",
        -33.0, plan(-29.0, "op", start=0.3, values={"template": "Burner"}),
        block(-2.4, "lead", BlockerKind.COMPETENCE, "No burner certificate in the crew that comes",
              clears="thea", expected=3.3), due=Day(7, 16)),
    # Two wait for a window that nobody has opened.
    job("MNT", "B-501", "Change the level glass of boiler 501", "Cannot be read any more", -14.6,
        plan(-12.2, "op", start=-0.45, end=0.3, window="steam-off",
             values={"isolation_needed": True}), priority="2"),
    job("MNT", "B-501", "Grind in the drain valve of the condensate vessel", "Passes steam all day",
        -13.1, plan(-12.1, "op", start=-0.4, end=0.4, window="steam-off",
                    values={"isolation_needed": True, "failure_mode": "leak"})),
)
