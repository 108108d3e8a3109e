# One image for web, worker and every command. Built in two steps, so that pip and what it left behind stay out.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt /tmp/requirements.txt
RUN pip install --require-hashes -r /tmp/requirements.txt
WORKDIR /srv/dealercrm
COPY . .
# The static files belong to the code: every machine that runs this image sends the same ones. `messages` and
# `collectstatic` connect to nothing, and the demonstration's key that they make stays in /tmp of this step.
RUN export DEMONSTRATION=1 DATA_DIR=/tmp/build STATIC_DIR=/srv/static \
 && python manage.py messages --compile \
 && python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q .

FROM python:3.11-slim-bookworm
# A named volume takes over the owner of the folder it is laid on, as long as it is empty.
RUN groupadd --system --gid 10001 dealercrm \
 && useradd --system --uid 10001 --gid dealercrm --no-create-home --home-dir /var/lib/dealercrm dealercrm \
 && install --directory --owner=dealercrm --group=dealercrm --mode=0750 /var/lib/dealercrm
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv /srv
WORKDIR /srv/dealercrm
USER 10001:10001
# DEMONSTRATION=0: without DATABASE_URL it refuses to start, and never shows the demonstration instead.
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    DEMONSTRATION=0 HOST=0.0.0.0 PORT=8000 STATIC_DIR=/srv/static DATA_DIR=/var/lib/dealercrm
EXPOSE 8000
CMD ["gunicorn", "-c", "python:dealercrm.web", "dealercrm.wsgi"]
