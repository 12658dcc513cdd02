/** One small picture out of raw pixels. Drawn on a canvas: hundreds of data URLs would cost far more. */
import { useEffect, useRef } from 'react';

interface PixelsProps {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
  readonly label: string;
  /** Side length on screen. */
  readonly size: number;
}

export function Pixels({ width, height, rgba, label, size }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    // The copy makes the bytes this page's own; ImageData does not take shared or foreign buffers.
    const image = new ImageData(new Uint8ClampedArray(rgba), width, height);
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [rgba, width, height]);
  const scale = size / Math.max(width, height);
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      style={{
        width: width * scale,
        height: height * scale,
        borderRadius: 4,
        // Small pictures show their pixels as they are; larger ones are scaled softly.
        imageRendering: scale > 1.5 ? 'pixelated' : 'auto',
      }}
    />
  );
}
