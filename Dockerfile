# The app as a server: docker build -t topolens . && docker run -p 8501:8501 -v topolens-runs:/data/runs topolens
# What people train lies in /data/runs, data sets in /data/sets: volumes, so that a new image keeps them.
FROM python:3.11.14-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    TOPOLENS_RUNS=/data/runs \
    TOPOLENS_DATA=/data/sets

WORKDIR /srv/topolens

# Read by pip where it is given: wheels of torch without CUDA save gigabytes.
ARG PIP_EXTRA_INDEX_URL

# First, so that a change of the code does not install everything anew.
COPY requirements.txt requirements-login.txt ./
RUN pip install -r requirements-login.txt

COPY LICENSE README.md ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY core core
COPY analysis analysis
COPY app app
COPY assets assets
# Its record is shown on a page; the commands that make it need more than is installed here.
COPY benchmarks benchmarks

# The code belongs to root and stays as it is. What browsers load beside the pages is put into app/static here; the app
# finds it there when it starts and writes nothing. Runs and data belong to the user that serves.
RUN python -c "from pathlib import Path; from app.figures.served import prepare_served; prepare_served(Path('app/static'))" \
    && useradd --system --uid 10001 --create-home --home-dir /home/topolens topolens \
    && install --directory --owner topolens --group topolens /data/runs /data/sets

USER topolens
VOLUME ["/data/runs", "/data/sets"]
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

CMD ["streamlit", "run", "app/main.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true", "--server.fileWatcherType", "none"]
