// Resizes, crops and rotates a batch of RGB rasters to the models' inputs, with the filter of ../resample/taps.ts (an
// antialiased triangle with half-pixel centres). One launch processes all images of a batch; one thread computes one
// pixel. resample-jobs.ts writes the jobs; `npm run build:gpu-kernel` compiles this to generated/resample-ptx.ts.

struct Job {
  const unsigned char *source;
  unsigned char *target;
  // Source samples per output sample, along each axis of the raster.
  double scaleX, scaleY;
  // Size of the raster.
  int sourceWidth, sourceHeight;
  // First output sample to compute, along each axis of the raster.
  int offsetX, offsetY;
  // Size of the model's input, upright.
  int width, height;
  // From the raster's axes to upright: the axes are swapped, then each may be flipped.
  int swap, flipX, flipY;
  int unused;
};

// The source samples of one output sample, and their weights.
struct Taps {
  int first, end;
  float centre, support;
};

__device__ Taps tapsOf(int at, double scale, int samples) {
  double support = scale > 1 ? scale : 1;
  double centre = (at + 0.5) * scale;
  int first = (int)floor(centre - support + 0.5);
  int end = (int)floor(centre + support + 0.5);
  Taps taps;
  taps.first = first > 0 ? first : 0;
  taps.end = end < samples ? end : samples;
  // Relative to the first sample, so that single precision is enough in the loops.
  taps.centre = (float)(centre - 0.5 - taps.first);
  taps.support = (float)support;
  return taps;
}

__device__ float weightOf(const Taps &taps, int tap) {
  float weight = 1 - fabsf(tap - taps.centre) / taps.support;
  return weight > 0 ? weight : 0;
}

__device__ unsigned char toByte(float value) {
  return (unsigned char)fminf(fmaxf(value + 0.5f, 0), 255);
}

extern "C" __global__ void resample(const Job *jobs) {
  const Job job = jobs[blockIdx.z];
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= job.width || y >= job.height) return;
  int u = job.flipX ? job.width - 1 - x : x;
  int v = job.flipY ? job.height - 1 - y : y;
  Taps columns = tapsOf((job.swap ? v : u) + job.offsetX, job.scaleX, job.sourceWidth);
  Taps rows = tapsOf((job.swap ? u : v) + job.offsetY, job.scaleY, job.sourceHeight);
  float red = 0, green = 0, blue = 0, sum = 0;
  for (int row = rows.first; row < rows.end; row++) {
    float rowWeight = weightOf(rows, row - rows.first);
    const unsigned char *pixel =
        job.source + ((size_t)row * job.sourceWidth + columns.first) * 3;
    for (int column = columns.first; column < columns.end; column++, pixel += 3) {
      float weight = rowWeight * weightOf(columns, column - columns.first);
      red += weight * pixel[0];
      green += weight * pixel[1];
      blue += weight * pixel[2];
      sum += weight;
    }
  }
  unsigned char *target = job.target + ((size_t)y * job.width + x) * 3;
  target[0] = toByte(red / sum);
  target[1] = toByte(green / sum);
  target[2] = toByte(blue / sum);
}
