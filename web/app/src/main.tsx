/** The start of the app. */
import '@labelkeep/kit/styles.css';
import './start.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from './router';
import { queryClient } from './shared/query-client';
import { watchStoragePolicy } from './shared/storage-policy';

async function start(element: HTMLElement) {
  // The page and its data first: React then draws once, and never what is replaced a moment later.
  await router.load();
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

watchStoragePolicy();
const element = document.getElementById('root');
if (element) void start(element);
