import type { ModelManifest } from '../../engine/index.js';

/** Base URL of the ONNX Model Zoo's classifiers. */
export const ZOO =
  'https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/validated/vision/classification';

/** A file of a model's folder, and its source. */
export interface KnownFile {
  /** File name in the model's folder. */
  readonly name: string;
  /** Path below the base URL. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A model that can be pulled by name. */
export interface KnownModel {
  readonly name: string;
  readonly title: string;
  /** SPDX identifier, as the zoo states it. */
  readonly licence: string;
  readonly files: readonly KnownFile[];
  readonly manifest: ModelManifest;
}

type Recipe = Pick<ModelManifest, 'input' | 'output'>;

/** ImageNet: 1000 lines, such as "n02328150 Angora, Angora rabbit". */
const LABELS: KnownFile = {
  name: 'labels.txt',
  path: 'synset.txt',
  bytes: 31_675,
  sha256: 'acf75ef0abe89694b19056e0796401068b459c457baa30335f240c7692857355',
};

/** The usual preprocessing of models trained with torchvision and MXNet. */
const STANDARD: Recipe = {
  input: {
    width: 224,
    height: 224,
    resize: { shortest: 256 },
    channelOrder: 'rgb',
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
  },
  output: 'logits',
};

/**
 * The preprocessing of the original server: the whole image is squashed, and Caffe's mean is subtracted, here red
 * first.
 */
const CAFFE: Recipe = {
  input: {
    width: 224,
    height: 224,
    resize: 'squash',
    channelOrder: 'bgr',
    mean: [123, 117, 104],
    std: [1, 1, 1],
  },
  output: 'probabilities',
};

function known(
  path: string,
  bytes: number,
  sha256: string,
  title: string,
  licence: string,
  recipe: Recipe,
): KnownModel {
  const name = path.slice(path.lastIndexOf('/') + 1, -'.onnx'.length);
  const description = `${title}; ImageNet, 1000 classes; ONNX Model Zoo, ${licence}.`;
  const files = [{ name: 'model.onnx', path, bytes, sha256 }, LABELS];
  return { name, title, licence, files, manifest: { name, description, ...recipe } };
}

/** Checksums and sizes as recorded in the zoo's own repository; licences as stated on its pages. */
export const KNOWN_MODELS: readonly KnownModel[] = [
  known(
    'mobilenet/model/mobilenetv2-12-int8.onnx',
    3_655_033,
    'cc028fe6cae7bc11a4ff53cfc9b79c920e8be65ce33a904ec3e2a8f66d77f95f',
    'MobileNetV2, int8',
    'Apache-2.0',
    STANDARD,
  ),
  known(
    'squeezenet/model/squeezenet1.1-7.onnx',
    4_956_208,
    '1eeff551a67ae8d565ca33b572fc4b66e3ef357b0eb2863bb9ff47a918cc4088',
    'SqueezeNet 1.1',
    'Apache-2.0',
    STANDARD,
  ),
  known(
    'mobilenet/model/mobilenetv2-12.onnx',
    13_964_571,
    'c0c3f76d93fa3fd6580652a45618618a220fced18babf65774ed169de0432ad5',
    'MobileNetV2',
    'Apache-2.0',
    STANDARD,
  ),
  known(
    'resnet/model/resnet50-v1-12-int8.onnx',
    25_816_052,
    'c234f30975989788b4405f25253275aae247ab6dbdd34aaa69ab0a59ff76f6d0',
    'ResNet-50, int8',
    'Apache-2.0',
    STANDARD,
  ),
  known(
    'resnet/model/resnet18-v1-7.onnx',
    46_820_737,
    '4e8f8653e7a2222b3904cc3fe8e304cd8b339ce1d05fd24688162f86fb6df52c',
    'ResNet-18',
    'Apache-2.0',
    STANDARD,
  ),
  known(
    'resnet/model/resnet50-v1-12.onnx',
    102_576_593,
    '3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526',
    'ResNet-50',
    'Apache-2.0',
    STANDARD,
  ),
  known(
    'alexnet/model/bvlcalexnet-12.onnx',
    243_863_787,
    '6b0da9510f27f234ee96a85dc3809dd210150fdefad87f6850f9788513216945',
    'AlexNet',
    'BSD-3-Clause',
    CAFFE,
  ),
  known(
    'caffenet/model/caffenet-12.onnx',
    243_863_798,
    'ea563e5c47d1f58e1717cf1a2d8bf288b8adc07af0ad228b622096cd243aeecb',
    "CaffeNet, gpu-rest-engine's model",
    'BSD-3-Clause',
    CAFFE,
  ),
];
