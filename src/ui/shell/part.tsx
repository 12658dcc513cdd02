/** A part of the page that may still be loading and may fail without taking the rest along: the project stays in reach. */
import { Component, type ReactNode, Suspense } from 'react';
import { shellMessages } from '../../messages/shell';
import { useText } from '../i18n';

export function Part({ children }: { readonly children: ReactNode }) {
  return (
    <Boundary>
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </Boundary>
  );
}

function Loading() {
  const say = useText();
  return (
    <p className="part-loading" role="status">
      {say(shellMessages.loading)}
    </p>
  );
}

class Boundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Failed onRetry={() => this.setState({ error: null })} />;
  }
}

function Failed({ onRetry }: { readonly onRetry: () => void }) {
  const say = useText();
  return (
    <div className="part-failed" role="alert">
      <strong>{say(shellMessages.failed)}</strong>
      <p>{say(shellMessages.failedHint)}</p>
      <button type="button" className="quiet-button" onClick={onRetry}>
        {say(shellMessages.retry)}
      </button>
    </div>
  );
}
