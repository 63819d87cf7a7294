/** Every page of the app. Each is fetched when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Failed, NotFound } from './shell/Failed';
import { Shell } from './shell/Shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Failed });

const projects = () => import('./pages/projects');
const data = () => import('./pages/data');
const settings = () => import('./pages/settings');
const account = () => import('./pages/account');
const organization = () => import('./pages/organization');

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
  createRoute({ getParentRoute: () => root, path: '/projects/$id', component: lazyRouteComponent(data, 'DataPage') }),
  createRoute({
    getParentRoute: () => root,
    path: '/projects/$id/data',
    component: lazyRouteComponent(data, 'DataPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/projects/$id/data/$',
    component: lazyRouteComponent(data, 'DataPage'),
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
