"""Ask the network for known holes in what is locked; an answer nobody gave is a failure too."""

import json
import subprocess
import sys

COMMAND = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"]
COMMAND += ["--disable-pip", "--require-hashes", "--requirement=requirements.lock"]


def verdict(report: str) -> list[str]:
    """What stands against the report of pip-audit; an empty list is a pass."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["pip-audit gave no report: nobody was asked."]
    if not packages:
        return ["No package was audited."]
    found = [
        f"{package['name']}: not audited: {package['skip_reason']}"
        for package in packages
        if "skip_reason" in package
    ]
    for package in packages:
        for hole in package.get("vulns", []):
            mended = ", ".join(hole.get("fix_versions", [])) or "no version yet"
            name = f"{package['name']} {package['version']}"
            found.append(f"{name}: {hole['id']}, mended in {mended}")
    return found


if __name__ == "__main__":
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    problems = verdict(done.stdout)
    if problems and not done.stdout.strip():
        problems.append(done.stderr.strip()[-2000:])
    print("\n".join(problems) or "No known holes in what is locked.")
    sys.exit(bool(problems))
