/**
 * Seeded initializers. tfjs-layers draws each unseeded kernel from a global generator, so two runs with one seed would
 * differ; every `build` therefore goes through here.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from './define-node';
import type { KernelInitializer } from './shared-fields';

type Initializer = ReturnType<typeof tfjs.initializers.zeros>;

export function kernelInitializer(tf: Tfjs, name: KernelInitializer, seed: number): Initializer {
  switch (name) {
    case 'glorotUniform':
      return tf.initializers.glorotUniform({ seed });
    case 'glorotNormal':
      return tf.initializers.glorotNormal({ seed });
    case 'heUniform':
      return tf.initializers.heUniform({ seed });
    case 'heNormal':
      return tf.initializers.heNormal({ seed });
    case 'zeros':
      return tf.initializers.zeros();
  }
}
