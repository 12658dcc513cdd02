// The convolution gradients against tfjs's cpu backend; dilated ones, which tfjs cannot differentiate, against the formula.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluate,
  expectClose,
  expectLikeCpu,
  loadTfjs,
  MODES,
  Random,
  switchToWasm,
  type Values,
  withGradients,
} from './against-cpu';
import type { Tfjs } from './kernel';

const SEED = 20_261_124;
const CASES = 60;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

interface Geometry {
  batch: number;
  height: number;
  width: number;
  channels: number;
  out: number;
  kernel: [number, number];
  strides: [number, number];
  pad: 'same' | 'valid';
}

/** Small images, odd and even filters, strides up to 3; channel counts on both sides of the SIMD widths 4 and 16. */
function geometry(random: Random, maxOut: number): Geometry {
  const kernel: [number, number] = [random.int(1, 5), random.int(1, 5)];
  return {
    batch: random.int(1, 3),
    height: random.int(kernel[0], 9),
    width: random.int(kernel[1], 9),
    channels: random.pick([1, 2, 3, 4, 5, 8, 17, 20]),
    out: random.int(1, maxOut),
    kernel,
    strides: [random.int(1, 3), random.int(1, 3)],
    pad: random.pick(['same', 'valid']),
  };
}

function conv(
  g: Geometry,
  random: Random,
): { what: string; inputs: Values[]; f: (x: Tensor, w: Tensor) => Tensor } {
  return {
    what: `conv2d ${JSON.stringify(g)}`,
    inputs: [
      random.floats([g.batch, g.height, g.width, g.channels]),
      random.floats([...g.kernel, g.channels, g.out]),
    ],
    f: (x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, g.strides, g.pad),
  };
}

function depthwise(g: Geometry, random: Random): ReturnType<typeof conv> {
  return {
    what: `depthwiseConv2d ${JSON.stringify(g)}`,
    inputs: [
      random.floats([g.batch, g.height, g.width, g.channels]),
      random.floats([...g.kernel, g.channels, g.out]),
    ],
    f: (x, w) => tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, g.strides, g.pad),
  };
}

describe.each(MODES)('convolution gradients on wasm (%s kernels)', (mode) => {
  it(`conv2d equals cpu over ${CASES} geometries, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: CASES }, (_, i) => {
      const { what, inputs, f } = conv(geometry(random, 20), random);
      return { what, inputs, compute: withGradients(tf, i, f) };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it(`depthwiseConv2d with multiplier 1 to 3 equals cpu over ${CASES} geometries, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: CASES }, (_, i) => {
      const { what, inputs, f } = depthwise(geometry(random, 3), random);
      return { what, inputs, compute: withGradients(tf, i, f) };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it('an image larger than one chunk of columns', async () => {
    const g: Geometry = {
      batch: 5,
      height: 20,
      width: 20,
      channels: 64,
      out: 3,
      kernel: [3, 3],
      strides: [1, 1],
      pad: 'same',
    };
    const { what, inputs, f } = conv(g, new Random(SEED));
    await expectLikeCpu(tf, mode, [{ what, inputs, compute: withGradients(tf, 1, f) }]);
  });

  it('explicit padding, more than the filter reaches', async () => {
    const pad: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [2, 1],
      [0, 3],
      [0, 0],
    ];
    const random = new Random(SEED);
    const inputs = [random.floats([2, 5, 4, 3]), random.floats([2, 2, 3, 4])];
    const f = (x: Tensor, w: Tensor) => tf.conv2d(x as Tensor4D, w as Tensor4D, 1, pad);
    await expectLikeCpu(tf, mode, [{ what: 'explicit', inputs, compute: withGradients(tf, 1, f) }]);
  });

  it('conv1d, conv2dTranspose and separableConv2d', async () => {
    const random = new Random(SEED);
    const floats = (...shape: number[]) => random.floats(shape);
    await expectLikeCpu(tf, mode, [
      {
        what: 'conv1d',
        inputs: [floats(2, 9, 3), floats(3, 3, 5)],
        compute: withGradients(tf, 1, (x, w) => tf.conv1d(x as never, w as never, 2, 'same')),
      },
      {
        what: 'conv2dTranspose',
        inputs: [floats(2, 4, 3, 5), floats(3, 2, 4, 5)],
        compute: withGradients(tf, 2, (x, w) =>
          tf.conv2dTranspose(x as never, w as never, [2, 8, 6, 4], 2, 'same'),
        ),
      },
      {
        what: 'separableConv2d',
        inputs: [floats(2, 6, 6, 3), floats(3, 3, 3, 2), floats(1, 1, 6, 4)],
        compute: withGradients(tf, 3, (x, d, p) =>
          tf.separableConv2d(x as never, d as never, p as never, 1, 'same'),
        ),
      },
    ]);
  });

  it(`conv3d and conv3dTranspose equal cpu, seed ${SEED}`, async () => {
    await switchToWasm(tf, mode); // registers the gradient that conv3dTranspose lacks
    const random = new Random(SEED);
    const cases = Array.from({ length: 40 }, (_, i) => {
      const kernel = [random.int(1, 3), random.int(1, 3), random.int(1, 3)];
      const strides = [random.int(1, 2), random.int(1, 2), random.int(1, 3)] as [number, number, number];
      const sizes = kernel.map((size) => size + random.int(0, 4));
      const channels = random.pick([1, 2, 4, 5]);
      const out = random.pick([1, 3, 4, 8]);
      const pad = random.pick(['same', 'valid'] as const);
      const what = JSON.stringify({ kernel, strides, sizes, channels, out, pad });
      if (i % 2 === 0) {
        return {
          what: `seed ${SEED} case ${i}: conv3d ${what}`,
          inputs: [random.floats([2, ...sizes, channels]), random.floats([...kernel, channels, out])],
          compute: withGradients(tf, i, (x, w) => tf.conv3d(x as never, w as never, strides, pad)),
        };
      }
      const outSizes = sizes.map((size, axis) =>
        pad === 'same' ? size * strides[axis]! : (size - 1) * strides[axis]! + kernel[axis]!,
      );
      return {
        what: `seed ${SEED} case ${i}: conv3dTranspose ${what}`,
        inputs: [random.floats([2, ...sizes, channels]), random.floats([...kernel, out, channels])],
        compute: withGradients(tf, i, (x, w) =>
          tf.conv3dTranspose(x as never, w as never, [2, ...outSizes, out] as never, strides, pad),
        ),
      };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it("fused forms with padding 'same' and filters narrower than their stride", async () => {
    const random = new Random(SEED);
    const inputs = [random.floats([2, 9, 9, 3]), random.floats([2, 2, 3, 3])];
    await expectLikeCpu(tf, mode, [
      {
        what: 'fused.conv2d',
        inputs,
        compute: (x, filter) => [
          tf.fused.conv2d({ x: x as Tensor4D, filter: filter as Tensor4D, strides: 3, pad: 'same' }),
        ],
      },
      {
        what: 'fused.depthwiseConv2d',
        inputs,
        compute: (x, filter) => [
          tf.fused.depthwiseConv2d({ x: x as Tensor4D, filter: filter as Tensor4D, strides: 3, pad: 'same' }),
        ],
      },
    ]);
  });

  it('an empty batch gives a zero filter gradient and an empty input gradient', async () => {
    await switchToWasm(tf, mode);
    const zero = { shape: [0, 4, 4, 2], dtype: 'float32' as const, data: [] };
    const run = (kernel: string, inputs: Record<string, Tensor>, attrs: object) =>
      tf.engine().runKernel(kernel, inputs, {
        strides: [1, 1],
        pad: 'same',
        dilations: [1, 1],
        ...attrs,
      } as never) as Tensor;
    const [w, x, dw, dx] = evaluate(tf, [zero, new Random(1).floats([3, 3, 2, 2])], (x, filter) => [
      run('Conv2DBackpropFilter', { x: x as Tensor, dy: x as Tensor }, { filterShape: [3, 3, 2, 2] }),
      run('Conv2DBackpropInput', { dy: x as Tensor, filter: filter as Tensor }, { inputShape: [0, 4, 4, 2] }),
      run(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: x as Tensor, dy: x as Tensor },
        { filterShape: [3, 3, 2, 1] },
      ),
      run(
        'DepthwiseConv2dNativeBackpropInput',
        { dy: x as Tensor, filter: tf.slice(filter as Tensor, [0, 0, 0, 0], [3, 3, 2, 1]) },
        { inputShape: [0, 4, 4, 2] },
      ),
    ]) as [Values, Values, Values, Values];
    expect(w.data).toEqual(new Array(36).fill(0));
    expect(dw.data).toEqual(new Array(18).fill(0));
    expect([x.shape, dx.shape]).toEqual([
      [0, 4, 4, 2],
      [0, 4, 4, 2],
    ]);
  });

  it('refuses NCHW and says so', async () => {
    await switchToWasm(tf, mode);
    expect(() =>
      tf.tidy(
        () =>
          tf
            .engine()
            .runKernel(
              'Conv2DBackpropInput',
              { dy: tf.zeros([1, 2, 4, 4]), filter: tf.zeros([3, 3, 2, 2]) },
              { inputShape: [1, 2, 4, 4], strides: [1, 1], pad: 'same', dataFormat: 'NCHW' },
            ) as Tensor,
      ),
    ).toThrow('Received: dataFormat=NCHW');
  });
});

describe.each(['cpu', ...MODES] as const)('dilated convolution gradients (%s)', (where) => {
  it(`equal the formula over 30 geometries, seed ${SEED}`, async () => {
    if (where === 'cpu') await tf.setBackend('cpu');
    else await switchToWasm(tf, where);
    const random = new Random(SEED);
    for (let i = 0; i < 30; i++) {
      const g = geometry(random, 3);
      const dilations: [number, number] = [random.int(1, 3), random.int(2, 3)];
      g.height += (g.kernel[0] - 1) * (dilations[0] - 1);
      g.width += (g.kernel[1] - 1) * (dilations[1] - 1);
      const isDepthwise = i % 2 === 1;
      const inputs = conv(g, random).inputs as [Values, Values];
      const f = (x: Tensor, w: Tensor) =>
        isDepthwise
          ? tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, g.pad, 'NHWC', dilations)
          : tf.conv2d(x as Tensor4D, w as Tensor4D, 1, g.pad, 'NHWC', dilations);
      const [value, ...gradients] = evaluate(tf, inputs, withGradients(tf, i, f)) as [Values, Values, Values];
      const dy = new Random(i).floats(value.shape);
      const what = `${isDepthwise ? 'depthwise' : 'conv2d'} ${JSON.stringify({ ...g, dilations })}`;
      expectClose(gradients, formula(inputs, dy, g, dilations, isDepthwise), what);
    }
  });
});

describe.each(['cpu', ...MODES] as const)('gradients that tfjs lacks in three dimensions (%s)', (where) => {
  const inputs = () => {
    const random = new Random(SEED);
    return [random.floats([1, 5, 4, 6, 2]), random.floats([2, 2, 3, 2, 3])] as [Values, Values];
  };
  it.each([
    [
      'conv3d, dilated',
      (x: Tensor, w: Tensor) => tf.conv3d(x as never, w as never, 1, 'same', 'NDHWC', [2, 1, 2]),
    ],
    [
      'conv3dTranspose',
      (x: Tensor, w: Tensor) =>
        tf.conv3dTranspose(
          x as never,
          tf.transpose(w, [0, 1, 2, 4, 3]) as never,
          [1, 10, 8, 12, 3],
          2,
          'same',
        ),
    ],
  ] as [string, (x: Tensor, w: Tensor) => Tensor][])('%s agrees with central differences', async (_, f) => {
    await switchToWasm(tf, where === 'js' ? 'js' : 'native');
    if (where === 'cpu') await tf.setBackend('cpu');
    const given = inputs();
    const [value, ...gradients] = evaluate(tf, given, withGradients(tf, 4, f as never)) as [
      Values,
      Values,
      Values,
    ];
    const dy = new Random(4).floats(value.shape);
    const at = (which: number, cell: number, by: number): number => {
      const moved = given.map((values, i) =>
        i === which ? { ...values, data: values.data.map((v, k) => (k === cell ? v + by : v)) } : values,
      );
      const [y] = evaluate(tf, moved, (x, w) => [f(x as Tensor, w as Tensor)]) as [Values];
      return y.data.reduce((sum, v, i) => sum + v * dy.data[i]!, 0);
    };
    const random = new Random(5);
    for (let i = 0; i < 40; i++) {
      const which = i % 2;
      const cell = random.int(0, given[which]!.data.length - 1);
      // Linear in each cell: a large step costs nothing and drowns the rounding.
      const slope = (at(which, cell, 0.5) - at(which, cell, -0.5)) / 1;
      expect(Math.abs(gradients[which]!.data[cell]! - slope)).toBeLessThan(
        2e-5 * Math.max(1, Math.abs(slope)),
      );
    }
  });
});

/** Both gradients of a dilated convolution with stride 1, straight from the definition. */
function formula(
  [x, w]: [Values, Values],
  dy: Values,
  g: Geometry,
  [p, q]: [number, number],
  isDepthwise: boolean,
): [Values, Values] {
  const dx: Values = { ...x, data: x.data.map(() => 0) };
  const dw: Values = { ...w, data: w.data.map(() => 0) };
  const [, OH = 0, OW = 0] = dy.shape;
  const [KH, KW] = g.kernel;
  const before = (kernel: number, dilation: number) =>
    g.pad === 'same' ? Math.floor(((kernel - 1) * dilation) / 2) : 0; // TensorFlow puts the extra cell at the end
  const [top, left] = [before(KH, p), before(KW, q)];
  const D = isDepthwise ? g.channels * g.out : g.out;
  for (let b = 0; b < g.batch; b++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let kh = 0; kh < KH; kh++)
          for (let kw = 0; kw < KW; kw++) {
            const [ih, iw] = [oh + kh * p - top, ow + kw * q - left];
            if (ih < 0 || iw < 0 || ih >= g.height || iw >= g.width) continue;
            for (let c = 0; c < g.channels; c++)
              for (let d = 0; d < g.out; d++) {
                const xi = ((b * g.height + ih) * g.width + iw) * g.channels + c;
                const wi = ((kh * KW + kw) * g.channels + c) * g.out + d;
                const yi = ((b * OH + oh) * OW + ow) * D + (isDepthwise ? c * g.out + d : d);
                dx.data[xi]! += dy.data[yi]! * w.data[wi]!;
                dw.data[wi]! += dy.data[yi]! * x.data[xi]!;
              }
          }
  return [dx, dw];
}
