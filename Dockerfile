# One image for web, worker and sweep. Built in two stages: compilers and caches stay in the first.
FROM python:3.13.9-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY requirements.txt /build/requirements.txt
RUN /venv/bin/pip install --require-hashes --only-binary=:all: -r /build/requirements.txt
COPY . /site
WORKDIR /site
# The key signs nothing: it only lets the settings load while static files are collected.
RUN SECRET_KEY=build /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf var && mkdir var \
    && /venv/bin/python -m compileall -q /venv/lib hope_site portal updates donations stories supporters safeguarding letters public_pages sandbox_bank

FROM python:3.13.9-slim-trixie
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ffmpeg fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 hope \
    && useradd --uid 10001 --gid hope --no-create-home --shell /usr/sbin/nologin hope
COPY --from=build /venv /venv
# The code belongs to root: the site can write to var/ and media/ alone.
COPY --from=build /site /site
WORKDIR /site
RUN chown hope:hope var media
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME ["/site/var", "/site/media"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
