import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { configSchema } from '../../src/server/config/config.js';
import { LINGER_MS } from '../../src/server/supervisor/process-messages.js';
import { solidJpeg } from '../helpers/make-jpeg.js';
import { readYaml } from '../helpers/read-yaml.js';
import { serveApp } from '../helpers/serve-app.js';

// What the manifests say of the server, and of each other.

const deployment = readYaml('deploy/deployment.yaml');
const service = readYaml('deploy/service.yaml');
const budget = readYaml('deploy/pod-disruption-budget.yaml');
const autoscaler = readYaml('deploy/horizontal-pod-autoscaler.yaml');
const kustomization = readYaml('deploy/kustomization.yaml');
const [rule] = readYaml('deploy/prometheus-adapter-values.yaml').rules.custom;
const config = configSchema.parse(JSON.parse(readFileSync('deploy/batch-dispatch.json', 'utf8')));
const dockerfile = readFileSync('Dockerfile', 'utf8');

const runtime = readYaml('deploy/serving-runtime.yaml');
const inferenceService = readYaml('deploy/inference-service.yaml');

const pods = {
  Deployment: deployment.spec.template.spec,
  // KServe takes the containers from the runtime and the rest from the service.
  InferenceService: { ...runtime.spec, ...inferenceService.spec.predictor },
};

for (const [kind, pod] of Object.entries(pods)) {
  const [container] = pod.containers;
  const { startupProbe, livenessProbe, readinessProbe, lifecycle } = container;

  t.test(`${kind}: the port is the image's`, async (t) => {
    const { containerPort, name } = container.ports[0];
    t.match(dockerfile, `PORT=${containerPort}\nEXPOSE ${containerPort}\n`);
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      t.ok(httpGet.port === containerPort || httpGet.port === name);
    }
  });

  t.test(`${kind}: the probes follow the server`, async (t) => {
    const { url, lifecycle } = await serveApp(t);
    const status = async (probe: { httpGet: { path: string } }) =>
      (await fetch(`${url}${probe.httpGet.path}`)).status;
    t.equal(await status(livenessProbe), 200);
    t.equal(await status(readinessProbe), 200);
    lifecycle.end('draining');
    t.equal(await status(livenessProbe), 200, 'a pod that drains is not killed');
    t.equal(await status(readinessProbe), 503);
  });

  t.test(`${kind}: there is time to build an engine`, async (t) => {
    const { url } = await serveApp(t, { isWarm: false });
    const { status } = await fetch(`${url}${startupProbe.httpGet.path}`);
    t.equal(status, 503, 'the other probes wait until it is ready');
    const seconds = startupProbe.periodSeconds * startupProbe.failureThreshold;
    t.equal(seconds, deployment.spec.progressDeadlineSeconds);
  });

  t.test(`${kind}: there is time to drain`, async (t) => {
    const neededMs = lifecycle.preStop.sleep.seconds * 1000 + config.server.drainTimeoutMs;
    t.ok(pod.terminationGracePeriodSeconds * 1000 > neededMs + 2 * LINGER_MS);
  });

  t.test(`${kind}: the server may do little`, async (t) => {
    t.same(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const { runAsUser, runAsGroup, ...others } = pod.securityContext;
    t.match(others, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    t.match(dockerfile, `USER ${runAsUser}:${runAsGroup}\n`);
    t.equal(pod.automountServiceAccountToken, false);
    t.equal(container.resources.limits['nvidia.com/gpu'], '1');
  });

  t.test(
    `${kind}: what is mounted is there, and the server can write temporary files`,
    async (t) => {
      const volumes = pod.volumes.map((volume: { name: string }) => volume.name);
      const mounts: { name: string; mountPath: string }[] = container.volumeMounts;
      t.same(mounts.map(({ name }) => name).sort(), volumes.sort());
      t.ok(mounts.some(({ mountPath }) => mountPath === '/tmp'));
    },
  );
}

t.test('each model has a volume where its engines are written', async (t) => {
  const [{ volumeMounts }] = pods.Deployment.containers;
  const mounts: { name: string; mountPath: string; subPath?: string }[] = volumeMounts;
  const engines = mounts.filter(({ name }) => name === 'engines');
  t.same(
    engines.map(({ mountPath }) => mountPath),
    config.models.map((folder) => `${folder}/engines`),
  );
  const parts = engines.map(({ subPath }) => subPath);
  t.ok(!parts.includes(undefined) && new Set(parts).size === parts.length, 'a part for each');
  t.match(dockerfile, `--owner=${pods.Deployment.securityContext.runAsUser} `);
  t.match(dockerfile, ` ${engines[0]?.mountPath.replace('/app/', '')} `, 'the folder of the image');
});

t.test('the configuration and the cores are those of a measurement', async (t) => {
  const file = 'bench/results/http-resnet50-photos-gpu-decoder-h200-2026-11-23.json';
  const measured = JSON.parse(readFileSync(file, 'utf8'));
  const cores = /^(\d+)-(\d+)$/.exec(measured.load.serverCores) ?? [];
  const { requests, limits } = pods.Deployment.containers[0].resources;
  t.equal(Number(requests.cpu), Number(cores[2]) - Number(cores[1]) + 1);
  t.equal(limits.cpu, requests.cpu, 'the server counts its threads by the limit');
  t.equal(config.server.processes, measured.config.server.processes);
  t.equal(config.engine.provider, measured.config.engine.provider);
  t.equal(config.engine.lanesPerDevice, measured.config.engine.lanesPerDevice);
  t.equal(measured.config.decode.decoder, 'gpu');
  t.equal(config.decode.decoder, 'auto', 'gpu where the units work');
  const best = measured.cases.reduce((a: { requestsPerSecond: number }, b: typeof a) =>
    b.requestsPerSecond > a.requestsPerSecond ? b : a,
  );
  t.equal(best.setting, `window ${config.batching.maxQueueDelayMs}`);
});

t.test('only the proxy and Prometheus reach the pods', async (t) => {
  const { spec } = readYaml('deploy/network-policy.yaml');
  t.same(spec.podSelector.matchLabels, deployment.spec.template.metadata.labels);
  t.same(spec.policyTypes, ['Ingress', 'Egress']);
  t.same(spec.egress, []);
  t.equal(spec.ingress.length, 1);
  t.ok(spec.ingress[0].from.length > 0, 'an empty list would allow everybody');
  t.same(spec.ingress[0].ports, [
    { protocol: 'TCP', port: pods.Deployment.containers[0].ports[0].name },
  ]);
});

t.test('pods are spread over nodes and zones', async (t) => {
  const spread: { topologyKey: string; labelSelector: object }[] =
    pods.Deployment.topologySpreadConstraints;
  t.same(
    spread.map(({ topologyKey }) => topologyKey),
    ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'],
  );
  for (const { labelSelector } of spread) t.same(labelSelector, deployment.spec.selector);
});

t.test('the service uses the runtime, its protocol, and a model that it can serve', async (t) => {
  const { metadata, spec } = inferenceService;
  const { modelFormat, protocolVersion, storageUri, runtime: name } = spec.predictor.model;
  t.equal(name, runtime.metadata.name);
  t.equal(protocolVersion, 'v2');
  t.ok(runtime.spec.protocolVersions.includes(protocolVersion));
  t.match(runtime.spec.supportedModelFormats, [modelFormat]);
  t.equal(storageUri.split('/').at(-1), metadata.name);
  const manifest = JSON.parse(readFileSync(`models/${metadata.name}/model.json`, 'utf8'));
  t.equal(manifest.name, metadata.name, "KServe's clients ask for the name of the service");
  t.equal(metadata.annotations['storage.kserve.io/readonly'], 'false');
  // KServe mounts the model there.
  t.same(runtime.spec.containers[0].args, ['--model', '/mnt/models']);
  t.equal(runtime.spec.containers[0].name, 'kserve-container');
});

t.test('the probes of both are the same', async (t) => {
  const probes = (pod: (typeof pods)['Deployment']) =>
    ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) => {
      const { httpGet, ...times } = pod.containers[0][name];
      return { path: httpGet.path, ...times };
    });
  t.same(probes(pods.InferenceService), probes(pods.Deployment));
});

t.test('the configuration is mounted where the server looks for it', async (t) => {
  const [container] = pods.Deployment.containers;
  const [map] = kustomization.configMapGenerator;
  const folder = container.volumeMounts.find(
    ({ name }: { name: string }) => name === 'configuration',
  ).mountPath;
  t.match(pods.Deployment.volumes, [{ name: 'configuration', configMap: { name: map.name } }]);
  t.same(container.args, ['--config', join(folder, map.files[0])]);
});

t.test('the parts name each other', async (t) => {
  const labels = deployment.spec.template.metadata.labels;
  t.same(deployment.spec.selector.matchLabels, labels);
  t.same(service.spec.selector, labels);
  t.same(budget.spec.selector.matchLabels, labels);
  t.equal(service.spec.ports[0].targetPort, pods.Deployment.containers[0].ports[0].name);
  t.match(autoscaler.spec.scaleTargetRef, {
    kind: deployment.kind,
    apiVersion: deployment.apiVersion,
    name: deployment.metadata.name,
  });
  t.equal(deployment.spec.replicas, undefined, 'or every roll-out would undo the autoscaler');
  t.ok(autoscaler.spec.minReplicas > budget.spec.maxUnavailable, 'one is left to serve');
  t.ok(kustomization.resources.every((file: string) => existsSync(join('deploy', file))));
  t.ok(kustomization.resources.includes('network-policy.yaml'));
  const [image] = kustomization.images;
  t.equal(pods.Deployment.containers[0].image, image.name);
  t.equal(pods.InferenceService.containers[0].image, `${image.newName}:${image.newTag}`);
});

t.test('the metric is made of series that the server has', async (t) => {
  t.equal(autoscaler.spec.metrics[0].pods.metric.name, rule.name.as);
  const { url, classify } = await serveApp(t);
  t.equal((await classify(solidJpeg(8, 8, [200, 50, 5]))).status, 200);
  const { annotations } = deployment.spec.template.metadata;
  const text = await (await fetch(`${url}${annotations['prometheus.io/path']}`)).text();
  t.equal(
    annotations['prometheus.io/port'],
    String(pods.Deployment.containers[0].ports[0].containerPort),
  );
  const asked = [...rule.metricsQuery.matchAll(/(batch_dispatch_\w+)\{stage=~?"([^"]+)"/g)];
  t.equal(asked.length, 2);
  for (const [, series, stages] of asked) {
    for (const stage of stages.split('|')) {
      const sample = new RegExp(`^${series}{[^}]*stage="${stage}"`, 'm');
      t.ok(sample.test(text), sample.source);
    }
  }
  t.match(rule.seriesQuery, asked[0]?.[1]);
});
