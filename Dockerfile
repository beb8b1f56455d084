# syntax=docker/dockerfile:1.7
# Builds three images: docker build --target cpu, gpu or load. docs/deploy.md describes how to run them.

ARG NODE=node:24.22.1-trixie-slim

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY bench/load.ts bench/
COPY src src
RUN npm run build

# Production dependencies only, and only this platform's files of ONNX Runtime.
FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm run prune:runtime

# The two packages that bench/load.ts needs; package-lock.json pins the versions of their dependencies.
FROM ${NODE} AS load-packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm pkg delete dependencies devDependencies \
 && npm install --no-save autocannon@8.0.0 cli-progress@3.12.0

FROM scratch AS server
COPY package.json /app/
COPY --from=packages /app/node_modules /app/node_modules
COPY --from=build /app/dist/src /app/dist/src
COPY models /app/models
COPY page /app/page

FROM ${NODE} AS cpu
RUN apt-get update \
 && apt-get install --yes --no-install-recommends "tini=0.19.0-*" "libturbojpeg0=1:2.1.5-*" \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=server /app /app
# The only folders that the server writes to: TensorRT engines and measured curves.
RUN install --directory --owner=10001 --group=10001 models/demo/engines models/demo/latency-curves
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
EXPOSE 8000
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "dist/src/tools/health-check.js"]
ENTRYPOINT ["tini", "--", "node", "dist/src/server/supervisor/supervisor.js"]

# CUDA 13 with cuDNN 9 and nvJPEG, which decodes JPEGs on the GPU. Ubuntu's libturbojpeg is Debian's libturbojpeg0.
FROM nvidia/cuda:13.0.3-cudnn-runtime-ubuntu24.04 AS gpu
# The version that the provider libraries of ONNX Runtime 1.30.0 are built against. Each dependent package is named
# too; otherwise apt-get would install TensorRT 11 for it.
ARG TENSORRT=10.14.1.48-1+cuda13.0
RUN apt-get update \
 && apt-get install --yes --no-install-recommends "tini=0.19.0-*" "libturbojpeg=1:2.1.5-*" \
    "libnvinfer10=${TENSORRT}" "libnvinfer-plugin10=${TENSORRT}" "libnvonnxparsers10=${TENSORRT}" \
 && rm -rf /var/lib/apt/lists/* \
 && cd /usr/local/cuda-13.0/targets/x86_64-linux/lib \
 && ls libcudart.so.13 libnvjpeg.so.13
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=server /app /app
# A Python package index, for hosts where the installer of onnxruntime-node does not work: --build-arg PIP_INDEX_URL=...
ARG PIP_INDEX_URL
# Fails the build if a library that the providers need is missing. The driver's libraries come from the host.
RUN node dist/src/tools/gpu-install.js
RUN install --directory --owner=10001 --group=10001 models/demo/engines models/demo/latency-curves
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
EXPOSE 8000
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "dist/src/tools/health-check.js"]
ENTRYPOINT ["tini", "--", "node", "dist/src/server/supervisor/supervisor.js"]

FROM ${NODE} AS load
WORKDIR /app
COPY package.json ./
COPY --from=load-packages /app/node_modules node_modules
COPY --from=build /app/dist/bench/load.js dist/bench/
COPY images images
ENV NODE_ENV=production URL=http://127.0.0.1:8000/api/classify CONCURRENCY=64 REQUESTS=10000
USER 10001:10001
ENTRYPOINT ["node", "dist/bench/load.js"]
