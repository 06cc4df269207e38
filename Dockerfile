# The product and what it stands on, nothing of the build. It runs as a user of its own on a disk that
# may be read-only: only /tmp must be writable, and /app/instance where SQLite is used.
ARG PYTHON=docker.io/library/python:3.13-slim

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --require-hashes -r requirements.txt \
 && /venv/bin/python -m pip uninstall --yes pip
COPY . ./
# Bytecode is made here: later the disk may be read-only, and every start would compile again.
RUN /venv/bin/python -m compileall -q /app && mkdir instance

FROM ${PYTHON}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Checkout Service" \
      org.opencontainers.image.description="Opens Stripe Checkout Sessions, confirms payments, and tells a backend what to fulfil" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 10001 checkout \
 && useradd --uid 10001 --gid checkout --no-create-home --home-dir /tmp --shell /usr/sbin/nologin checkout
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORT=8000
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build --chown=checkout:checkout /app/instance /app/instance
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Says that the process lives. Whether it can work, and whether traffic may come, is /readyz.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
CMD ["gunicorn", "wsgi:app"]
