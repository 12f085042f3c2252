# idpmap's image: Node and idpmap, no shell on the path and no package manager. Its user is 65532; it needs no capability and
# writes only to /run/idpmap and /var/spool/postfix/idpmap, so that its root may be read-only.
#
#   docker build -t idpmap .
#   install -d -m 2710 -o 65532 -g postfix /var/spool/postfix/idpmap
#   docker run --read-only --cap-drop all --security-opt no-new-privileges --tmpfs /run/idpmap \
#     -v /etc/idpmap:/etc/idpmap:ro -v /var/spool/postfix/idpmap:/var/spool/postfix/idpmap idpmap
#
# The directory's setgid bit gives the socket to the host's group `postfix`. The image knows no such group, so `listen` is
# unix:/var/spool/postfix/idpmap/socketmap?mode=0660, without `group=`. What is in /etc/idpmap must be readable for 65532,
# secrets too.
#
# The release workflow pins these images by digest. RUNTIME_IMAGE may be any that has Node 24.6 or later at /nodejs/bin/node.
ARG BUILD_IMAGE=node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot
ARG PROBE_IMAGE=busybox:1.37-musl

# Nothing that is built here depends on the processor, so this stage runs on the builder's own.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json LICENSE ./
COPY .ci/node .ci/node
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY src src
COPY deploy/bundle deploy/bundle
# What runs is in few files, with the licences of the packages that are in them: no package is installed, no tool, no types.
RUN node deploy/bundle/build.ts program
# Anybody may write to the two directories, for a platform may choose the user, and engines lend their mode to what they
# mount there. `docker exec NAME idpmap lookup …` works where there is neither a shell nor env.
RUN mkdir -p root/app root/run root/var/spool/postfix root/usr/local/bin \
 && mkdir -m 1777 root/run/idpmap root/var/spool/postfix/idpmap \
 && sed -i '1s|.*|#!/nodejs/bin/node|' program/idpmap.cjs && chmod 755 program/idpmap.cjs \
 && ln -s /app/program/idpmap.cjs root/usr/local/bin/idpmap \
 && mv program package.json LICENSE root/app/ && chmod -R a+rX root/app

# V8's code of what a start runs, which this very Node can read and no other: it is made for the builder's own processor, so
# that nothing is emulated. Where there is none, idpmap takes longer to start.
FROM --platform=$BUILDPLATFORM ${RUNTIME_IMAGE} AS code
USER 65532:65532
COPY --from=build --chown=65532:65532 /build/root/app /app
RUN --mount=type=bind,from=build,source=/build/deploy/bundle,target=/bundle \
    ["/nodejs/bin/node", "/bundle/code.ts", "/app/program"]

# The health check asks by it: a second Node would take 40 MB, twice a minute. It is all of busybox, so
# that whoever can choose the name under which it runs gets a shell of it; by no path does one start.
FROM ${PROBE_IMAGE} AS probe

FROM ${RUNTIME_IMAGE}
COPY --from=probe /bin/busybox /usr/bin/wget
COPY --from=build /build/root /
COPY --from=code /app/program/*.code /app/program/

# By itself Node's heap would grow to 259 MiB in a container of 192, of which young objects would take 16, and four threads that
# collect them would take the CPU from the one that answers. The C library would keep a heap for each of its threads, and what
# V8's compiler has freed: together 14 MB of an idle daemon. The control socket is in RUNTIME_DIRECTORY.
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-old-space-size-percentage=60 --max-semi-space-size=1 --v8-pool-size=1" \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=32768 \
    RUNTIME_DIRECTORY=/run/idpmap
WORKDIR /app
USER 65532:65532
# Postfix over TCP, where `listen` says so; metrics, health and the status page.
EXPOSE 9100 9101
STOPSIGNAL SIGTERM
# For another `http.endpoint`, give another URL with --health-cmd; for `http: off`, --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["/usr/bin/wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9101/livez"]
ENTRYPOINT ["/nodejs/bin/node", "/app/program/idpmap.cjs"]
CMD ["serve"]

ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="idpmap" \
      org.opencontainers.image.description="Postfix lookups answered by your identity provider" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
