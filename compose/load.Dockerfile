# The image of the load's workers: locust and loadtests/ on top of the testbed's own image, which has no room for them.
# It needs no network; what is installed lies in .wheelhouse/ (make wheelhouse).
ARG BASE_IMAGE=school-federation-testbed

FROM ${BASE_IMAGE} AS making
USER 0:0
COPY compose/load.lock /locks/
COPY .wheelhouse/ /wheels/
COPY loadtests/ /load/lib/python3.13/site-packages/loadtests/
# NOTE: as in compose/Dockerfile: a wheel of pip runs as it is. Benchmarks and their peers are for those who develop.
RUN python3 "$(echo /wheels/pip-*.whl)/pip" --quiet --no-cache-dir --python /opt/testbed/bin/python install --no-index \
      --find-links /wheels --no-deps --require-hashes --no-compile --prefix /load -r /locks/load.lock \
 && cd /load/lib/python3.13/site-packages \
 && rm -r loadtests/bench \
 && find . -type d \( -name tests -o -name test \) -prune -exec rm -rf {} + \
 && find . \( -name '*.pyi' -o -name '*.px[di]' -o -name '*.pyx' -o -name '*.[ach]' -o -name '*.cpp' \) -delete \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash .

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="School federation testbed, load" \
      org.opencontainers.image.description="TEST. What makes load on the lab in containers"
COPY --from=making /load/ /opt/testbed/
