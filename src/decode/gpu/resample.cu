// Resizes, crops and turns a batch of RGB rasters to the models' inputs with the filters of ../resample/filters.ts, for
// every image of a batch in one launch. A thread makes one pixel. As in Pillow, what the first axis gives is rounded to
// bytes before the second axis is weighed. resample-jobs.ts writes the jobs; `npm run build:gpu-kernel` compiles this to
// generated/resample-ptx.ts.

enum Filter { NEAREST, BILINEAR, BICUBIC, LANCZOS };

// Along an axis of the raster, where the first letter of a name says so.
struct Job {
  const unsigned char *source;
  unsigned char *target;
  // Source samples to one output sample.
  double scaleX, scaleY;
  // The raster.
  int sourceWidth, sourceHeight;
  // First output sample wanted, and how many.
  int offsetX, offsetY, countX, countY;
  // Where they begin in the model's input; around them is padding.
  int startX, startY;
  // Whether the raster runs backwards.
  int flipX, flipY;
  // Whether the axes change places on the way to upright.
  int swap;
  // The model's input, upright.
  int width, height;
  int filter;
  // Red in the lowest byte, then green and blue.
  int pad;
  // Whether columns are weighed before rows.
  int columnsFirst;
};

// The samples behind one output sample along one axis, in the direction of the output, and how to weigh them.
struct Line {
  int count, filter;
  // Bytes from the raster's first sample to the line's first, and from one sample to the next.
  long long start, step;
  // In samples from the line's first, so that single precision is enough.
  float centre, stretch;
};

__device__ Line lineOf(int at, double scale, int samples, int filter, int flip, long long bytes) {
  double stretch = scale > 1 ? scale : 1;
  double centre = (at + 0.5) * scale;
  double reach = filter * stretch;  // The support of a filter is its number.
  int first = (int)floor(filter == NEAREST ? centre : centre - reach + 0.5);
  int end = filter == NEAREST ? first + 1 : (int)floor(centre + reach + 0.5);
  first = max(0, min(first, samples - 1));
  Line line;
  line.count = max(1, min(end, samples) - first);
  line.filter = filter;
  line.start = (flip ? samples - 1 - first : first) * bytes;
  line.step = flip ? -bytes : bytes;
  line.centre = (float)(centre - 0.5 - first);
  line.stretch = (float)stretch;
  return line;
}

__device__ float sinc(float x) {
  return x == 0 ? 1 : sinpif(x) / (3.14159265f * x);
}

__device__ float weightOf(const Line &line, int sample) {
  float x = fabsf(sample - line.centre) / line.stretch;
  switch (line.filter) {
    case NEAREST:
      return 1;
    case BILINEAR:
      return x < 1 ? 1 - x : 0;
    case BICUBIC:
      if (x < 1) return (1.5f * x - 2.5f) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5f : 0;
    default:
      return x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }
}

__device__ float rounded(float value) {
  return floorf(fminf(fmaxf(value + 0.5f, 0), 255));
}

extern "C" __global__ void resample(const Job *jobs) {
  const Job job = jobs[blockIdx.z];
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= job.width || y >= job.height) return;
  unsigned char *target = job.target + ((size_t)y * job.width + x) * 3;
  int u = (job.swap ? y : x) - job.startX;
  int v = (job.swap ? x : y) - job.startY;
  if (u < 0 || u >= job.countX || v < 0 || v >= job.countY) {
    for (int i = 0; i < 3; i++) target[i] = (unsigned char)(job.pad >> (8 * i));
    return;
  }
  Line column = lineOf(u + job.offsetX, job.scaleX, job.sourceWidth, job.filter, job.flipX, 3);
  Line row = lineOf(v + job.offsetY, job.scaleY, job.sourceHeight, job.filter, job.flipY,
                    (long long)job.sourceWidth * 3);
  const unsigned char *source = job.source + column.start + row.start;
  const Line &inner = job.columnsFirst ? row : column;
  const Line &outer = job.columnsFirst ? column : row;
  float red = 0, green = 0, blue = 0, sum = 0;
  for (int i = 0; i < outer.count; i++) {
    const unsigned char *pixel = source + i * outer.step;
    float innerRed = 0, innerGreen = 0, innerBlue = 0, innerSum = 0;
    for (int j = 0; j < inner.count; j++, pixel += inner.step) {
      float weight = weightOf(inner, j);
      innerRed += weight * pixel[0];
      innerGreen += weight * pixel[1];
      innerBlue += weight * pixel[2];
      innerSum += weight;
    }
    float weight = weightOf(outer, i);
    red += weight * rounded(innerRed / innerSum);
    green += weight * rounded(innerGreen / innerSum);
    blue += weight * rounded(innerBlue / innerSum);
    sum += weight;
  }
  target[0] = (unsigned char)rounded(red / sum);
  target[1] = (unsigned char)rounded(green / sum);
  target[2] = (unsigned char)rounded(blue / sum);
}
