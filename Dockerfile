# The images of the factory, a target each; docs/images.md says how large they are and what weighs.
#   base    agents, examine without eyes, write, gallery, balance, lag-exporter and every other command
#   render  base and the sprites: draws collages
#   solid   base and Blender in an environment of its own: traces scenes in metres
#   gpu     base, torch and diffusers: draws with diffusion models, examines with detectors
# A container's command is a whole one: `docker run skg-factory:0.1.0-base skg agents`.
# BASE brings Python 3.11 and Debian's packages. Packages come from pip's own index, or that of PIP_INDEX_URL.
ARG BASE=python:3.11-slim

# What builds is in no image: pip, setuptools, npm.
FROM ${BASE} AS build
ARG PIP_INDEX_URL
ARG PIP_CERT
ARG PIP_DEFAULT_TIMEOUT
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/build.txt requirements/
RUN python3.11 -m venv tools && tools/bin/pip install --require-hashes --no-deps -r requirements/build.txt
COPY requirements/image.txt requirements/
# Without what only developers of these packages need: suites of tests, headers, Arrow's RPC server.
RUN python3.11 -m venv --without-pip /opt/skg \
  && tools/bin/pip --python /opt/skg/bin/python install --require-hashes --no-deps -r requirements/image.txt \
  && cd /opt/skg/lib/python3.11/site-packages \
  && rm -rf pyarrow/include pyarrow/src pyarrow/*flight* \
  && find numpy scipy pandas pyarrow -type d -name tests -prune -exec rm -rf {} +
COPY LICENSE README.md pyproject.toml ./
COPY schemas schemas
COPY monitoring monitoring
COPY spatial spatial
COPY agents agents
COPY gpu_workers gpu_workers
COPY dataset dataset
COPY streams streams
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir wheel . \
  && tools/bin/pip --python /opt/skg/bin/python install --no-deps wheel/*.whl

FROM ${BASE} AS base
# Nothing is written but below these two folders, which are mounted, so that the root may be read-only.
ENV PATH=/opt/skg/bin:$PATH \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/.cache \
    HF_HOME=/var/lib/skg/huggingface \
    SKG_STATE_DIR=/var/lib/skg \
    SKG_MODEL_CACHE=/var/lib/skg/models \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN mkdir -p /var/lib/skg && chown 10001:10001 /var/lib/skg
COPY --from=build /opt/skg /opt/skg
WORKDIR /var/lib/skg
VOLUME ["/var/lib/skg", "/tmp"]
USER 10001:10001
CMD ["skg", "--help"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="skg-factory" \
      org.opencontainers.image.description="Seed concepts become spatial graphs, pictures and questions with proven answers" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

FROM build AS sprites
ARG NPM_CONFIG_REGISTRY
ARG NODE_EXTRA_CA_CERTS
RUN PATH=/build/tools/bin:$PATH npm_config_cache=/tmp/npm /opt/skg/bin/python -m gpu_workers.collage.sprites.fetch /sprites

FROM base AS render
COPY --from=sprites /sprites /opt/skg/share/skg/sprites

FROM build AS blender
COPY requirements/solid.txt requirements/
RUN python3.11 -m venv --without-pip /opt/skg-solid \
  && tools/bin/pip --python /opt/skg-solid/bin/python install --require-hashes --no-deps -r requirements/solid.txt \
  && cd /opt/skg-solid/lib/python3.11/site-packages && rm -rf Cython pyximport

FROM base AS solid
USER 0:0
RUN apt-get update -q \
  && apt-get install -y -q --no-install-recommends libegl1 libgl1 libgomp1 libice6 libsm6 libxfixes3 libxi6 \
     libxkbcommon0 libxrender1 libxxf86vm1 \
  && rm -rf /var/lib/apt/lists/*
COPY --from=blender /opt/skg-solid /opt/skg-solid
ENV SKG_RENDERER=solid SKG_SOLID_PYTHON=/opt/skg-solid/bin/python
USER 10001:10001

FROM build AS torch
COPY requirements/image-gpu.txt requirements/
RUN tools/bin/pip --python /opt/skg/bin/python install --require-hashes --no-deps -r requirements/image-gpu.txt

FROM base AS gpu
COPY --from=torch /opt/skg /opt/skg
COPY --from=sprites /sprites /opt/skg/share/skg/sprites
