/** A value that may change every frame, handed on at most once per interval; the last one always arrives. */
import { startTransition, useEffect, useRef, useState } from 'react';

export function useThrottled<T>(value: T, intervalMs: number): T {
  const [shown, setShown] = useState(value);
  const last = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const wait = last.current + intervalMs - performance.now();
    const timer = setTimeout(
      () => {
        last.current = performance.now();
        // In slices: the first drawing of two charts would otherwise be one long task.
        startTransition(() => setShown(value));
      },
      Math.max(0, wait),
    );
    return () => clearTimeout(timer);
  }, [value, intervalMs]);
  return shown;
}
