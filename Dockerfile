# One image for web, worker, beat and the preparing job; they differ in the command alone.
FROM python:3.13-slim AS built
WORKDIR /srv/vinkey
COPY requirements.lock ./
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
ENV PATH=/srv/venv/bin:$PATH
COPY . .
RUN python -m compileall -q . && STATIC_ROOT=/srv/static python manage.py prepare --static-only

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin vinkey \
    && mkdir /data && chown vinkey /data
COPY --from=built /srv /srv
WORKDIR /srv/vinkey
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    VINKEY_ENV=production \
    VINKEY_DATA=/data \
    STATIC_ROOT=/srv/static
USER vinkey
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface=wsgi", "--http=1", "--no-ws", "--workers=2", "--blocking-threads=1", "--backpressure=64", "--respawn-failed-workers", "--workers-kill-timeout=10", "--log-config=vinkey/granian.json", "vinkey.wsgi:application"]
