FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/dealercrm
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN useradd --system --home-dir /var/lib/dealercrm --create-home dealercrm \
 && python -m compileall -q . \
 && DEMONSTRATION=1 DATA_DIR=/tmp/build python manage.py messages --compile
USER dealercrm
ENV DATA_DIR=/var/lib/dealercrm HOST=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "-c", "python:dealercrm.web", "dealercrm.wsgi"]
