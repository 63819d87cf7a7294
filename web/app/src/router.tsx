/** Every page of the app. Each is fetched when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { DataPage, loadDataPage } from './pages/data';
import { Failed, NotFound } from './shell/Failed';
import { Shell } from './shell/Shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Failed });

const projects = () => import('./pages/projects');
const settings = () => import('./pages/settings');
const account = () => import('./pages/account');
const organization = () => import('./pages/organization');

/** Tasks and labeling: what the address asks for is loaded before the page is drawn. */
const dataRoute = <Path extends string>(path: Path) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: DataPage,
    loaderDeps: ({ search }: { search: { task?: string; labeling?: string; tab?: string; query?: unknown } }) => ({
      task: search.task,
      labeling: search.labeling,
      // What a list shows it asks for by itself.
      query: search.labeling ? search.query : undefined,
      // A task of a view stands beside the list, which is there already.
      isView: search.tab !== undefined,
    }),
    loader: ({ params, deps: { task, labeling, query, isView } }) =>
      loadDataPage((params as { id: string }).id, {
        ...(task === undefined ? {} : { task }),
        ...(labeling === undefined ? {} : { labeling }),
        query,
        ...(isView ? { tab: 'all' } : {}),
      }),
    // Once for each address that is gone to: the stream's next task is not asked for behind the person's back.
    shouldReload: false,
    gcTime: 0,
  });

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(projects, 'ProjectsPage') }),
  createRoute({
    getParentRoute: () => root,
    path: '/projects',
    component: lazyRouteComponent(projects, 'ProjectsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/projects/create',
    component: lazyRouteComponent(() => import('./pages/create'), 'CreateProjectPage'),
  }),
  dataRoute('/projects/$id'),
  dataRoute('/projects/$id/data'),
  dataRoute('/projects/$id/data/$'),
  createRoute({
    getParentRoute: () => root,
    path: '/projects/$id/overview',
    component: lazyRouteComponent(() => import('./pages/data/overview/OverviewPage'), 'OverviewPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/projects/$id/trash',
    component: lazyRouteComponent(() => import('./pages/data/trash/TrashPage'), 'TrashPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/projects/$id/settings',
    component: lazyRouteComponent(settings, 'SettingsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/projects/$id/settings/$',
    component: lazyRouteComponent(settings, 'SettingsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/user/account',
    component: lazyRouteComponent(account, 'AccountPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/user/account/$',
    component: lazyRouteComponent(account, 'AccountPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/organization',
    component: lazyRouteComponent(organization, 'OrganizationPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/organization/$',
    component: lazyRouteComponent(organization, 'OrganizationPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/people',
    component: lazyRouteComponent(organization, 'OrganizationPage'),
  }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  // Addresses with and without a final slash are the same page, as bookmarks have both.
  trailingSlash: 'preserve',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
