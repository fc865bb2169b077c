"""The processes Vinkey consists of, by name: the same commands under `serve` and in containers."""

WEB = [
    "python",
    "-m",
    "granian",
    "--interface=wsgi",
    "--http=1",
    "--no-ws",
    "--workers=2",
    "--blocking-threads=1",
    "--backpressure=64",
    "--respawn-failed-workers",
    "--workers-kill-timeout=10",
    "--log-config=vinkey/granian.json",
    "vinkey.wsgi:application",
]
WORKER = [
    "python",
    "-m",
    "celery",
    "--quiet",
    "--app=vinkey",
    "worker",
    "--concurrency=2",
    "--loglevel=INFO",
    "--without-gossip",
    "--without-mingle",
]
BEAT = ["python", "-m", "celery", "--quiet", "--app=vinkey", "beat", "--loglevel=WARNING"]
PREPARE = ["python", "manage.py", "prepare"]

SERVING = {"web": WEB, "worker": WORKER, "beat": BEAT}
