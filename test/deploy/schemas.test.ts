import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readYaml } from '../helpers/read-yaml.js';
import { typeProblems } from '../helpers/type-problems.js';

/** Type of each manifest; a file in `deploy` that is not here fails. */
const TYPES: Readonly<Record<string, { imports: string; type: string }>> = {
  'deployment.yaml': {
    imports: "import type { Deployment } from 'kubernetes-types/apps/v1';",
    type: 'Deployment',
  },
  'service.yaml': {
    imports: "import type { Service } from 'kubernetes-types/core/v1';",
    type: 'Service',
  },
  'pod-disruption-budget.yaml': {
    imports: "import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';",
    type: 'PodDisruptionBudget',
  },
  'horizontal-pod-autoscaler.yaml': {
    imports: "import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';",
    type: 'HorizontalPodAutoscaler',
  },
  'network-policy.yaml': {
    imports: "import type { NetworkPolicy } from 'kubernetes-types/networking/v1';",
    type: 'NetworkPolicy',
  },
  // Of KServe's types, the keys that are used.
  'serving-runtime.yaml': {
    imports: `
      import type { ObjectMeta } from 'kubernetes-types/meta/v1';
      import type { Container, Toleration, Volume } from 'kubernetes-types/core/v1';`,
    type: `{
      apiVersion: 'serving.kserve.io/v1alpha1';
      kind: 'ServingRuntime';
      metadata: ObjectMeta;
      spec: {
        supportedModelFormats: { name: string; version: string; autoSelect: boolean }[];
        protocolVersions: ('v1' | 'v2' | 'grpc-v2')[];
        multiModel: boolean;
        containers: Container[];
        tolerations: Toleration[];
        volumes: Volume[];
      };
    }`,
  },
  'inference-service.yaml': {
    imports: `
      import type { ObjectMeta } from 'kubernetes-types/meta/v1';
      import type { PodSpec } from 'kubernetes-types/core/v1';`,
    type: `{
      apiVersion: 'serving.kserve.io/v1beta1';
      kind: 'InferenceService';
      metadata: ObjectMeta;
      spec: {
        predictor: Omit<PodSpec, 'containers'> & {
          minReplicas: number;
          maxReplicas: number;
          scaleMetric: 'cpu' | 'memory';
          scaleTarget: number;
          model: {
            modelFormat: { name: string; version: string };
            runtime: string;
            protocolVersion: 'v1' | 'v2' | 'grpc-v2';
            storageUri: string;
          };
        };
      };
    }`,
  },
  'kustomization.yaml': {
    imports: '',
    type: `{
      apiVersion: 'kustomize.config.k8s.io/v1beta1';
      kind: 'Kustomization';
      resources: string[];
      images: { name: string; newName: string; newTag: string }[];
      configMapGenerator: { name: string; files: string[] }[];
    }`,
  },
  // Of Prometheus's own configuration.
  'prometheus-rules.yaml': {
    imports: '',
    type: `{
      groups: {
        name: string;
        rules: {
          alert: string;
          expr: string;
          for?: string;
          labels: { severity: 'critical' | 'warning' };
          annotations: { summary: string; description: string };
        }[];
      }[];
    }`,
  },
  // Of prometheus-adapter's own configuration.
  'prometheus-adapter-values.yaml': {
    imports: '',
    type: `{
      rules: {
        custom: {
          seriesQuery: string;
          resources: { overrides: Record<string, { resource: string }> };
          name: { as: string };
          metricsQuery: string;
        }[];
      };
    }`,
  },
};

const manifests = readdirSync('deploy').filter((file) => file.endsWith('.yaml'));

t.test('every manifest has the type of its kind', async (t) => {
  t.same(manifests.sort(), Object.keys(TYPES).sort());
  const values = Object.entries(TYPES).map(([file, type]) => {
    return { ...type, value: readYaml(join('deploy', file)) };
  });
  t.same(typeProblems(values), []);
});

t.test('a wrong key, a missing one and a wrong value are seen', async (t) => {
  const type = TYPES['deployment.yaml'] as { imports: string; type: string };
  const [unknown, missing, wrong] = [0, 1, 2].map(() => readYaml('deploy/deployment.yaml'));
  unknown.spec.template.spec.terminationGracePeriod = 30;
  delete missing.spec.selector;
  wrong.spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds = '5';
  const problems = (value: unknown) => typeProblems([{ ...type, value }]).join();
  t.match(problems(unknown), /"terminationGracePeriod"' does not exist/);
  t.match(problems(missing), /Property 'selector' is missing/);
  t.match(problems(wrong), /Type 'string' is not assignable to type 'number'/);
});
