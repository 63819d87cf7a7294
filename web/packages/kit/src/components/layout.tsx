/** Parts of pages: heads and tabs. */
import type { ReactNode } from 'react';
import { Tabs as AriaTabs, Link, Tab, TabList, TabPanel } from 'react-aria-components';
import { ChevronRight } from '../icons';
import styles from './layout.module.css';

export interface PageHeaderProps {
  title: string;
  breadcrumbs?: { label: string; href?: string }[];
  description?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, breadcrumbs, description, actions }: PageHeaderProps) {
  return (
    <header className={styles.header}>
      <div className={styles.titles}>
        {breadcrumbs && breadcrumbs.length > 1 && (
          <nav aria-label="Breadcrumbs" className={styles.crumbs}>
            {breadcrumbs.slice(0, -1).map((crumb) => (
              <span key={crumb.label}>
                {crumb.href ? <Link href={crumb.href}>{crumb.label}</Link> : crumb.label}
                <ChevronRight size={12} aria-hidden="true" />
              </span>
            ))}
          </nav>
        )}
        <h1>
          <bdi>{title}</bdi>
        </h1>
        {description && <p>{description}</p>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}

export interface TabsProps {
  label: string;
  items: { id: string; label: string; content: ReactNode }[];
  selected: string;
  onSelect: (id: string) => void;
}

export function Tabs({ label, items, selected, onSelect }: TabsProps) {
  return (
    <AriaTabs className={styles.tabs ?? ''} selectedKey={selected} onSelectionChange={(key) => onSelect(String(key))}>
      <TabList aria-label={label} className={styles.tabList ?? ''}>
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className={styles.tab ?? ''}>
            <span className={styles.tabText} data-text={item.label}>
              {item.label}
            </span>
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className={styles.tabPanel ?? ''}>
          {item.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
