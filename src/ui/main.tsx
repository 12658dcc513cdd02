/** The page's entry: styles in their order, the last project, then the application. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './theme/mantine.css';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './theme/mantine-overrides.css';
import { bootstrap } from '../state/bootstrap';
import { App } from './app';

// The project first: an edit made before storage has answered would be lost when the stored project opens.
void bootstrap().finally(() => {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});
